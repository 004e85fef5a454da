/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the discs of one picture are: the image formula of simulators/render_discs.h, with radii, colours and
 * order known, fitted to the pixels by least squares.
 *
 * A disc may have faded: its opacity is s a with a strength s in [1/2, 1]. Seen from disc k, whose places in
 * front and behind are taken by the other discs, a pixel is
 *     I = F + T R + s_k a_k T (C_k - R)
 * with F what the discs in front show, T what they let through and R what is behind k. Then the squared
 * error summed over the colours is v - 2 s_k a_k u + (s_k a_k)^2 w with y = I - F - T R, d = T (C_k - R),
 * u = y . d, w = d . d, v = y . y: three numbers a pixel, whatever k does. The two coordinates of k are found
 * by Levenberg's and Marquardt's method in a patch around it; discs that touch are fitted in turn until none
 * moves. Bytes are floor(255 value): (byte + 1/2) / 255 is what the formula is held against.
 */
#ifndef HAMBENCH_EVALUATION_DISC_FIT_H
#define HAMBENCH_EVALUATION_DISC_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "simulators/render_discs.h"

/* One pixel in units of the canvas side. */
#define DISC_FIT_PIXEL (1.0 / (IMAGE_SIDE - 1))

enum { DISC_FIT_PIXELS = IMAGE_SIDE * IMAGE_SIDE };

/* A picture and the discs that are thought to be in it. */
struct disc_picture {
    int count;
    struct render_disc discs[SIMULATOR_MAX_BODIES]; /* the first in front */
    bool drawn[SIMULATOR_MAX_BODIES];               /* whether the picture is thought to show it */
    double strength[SIMULATOR_MAX_BODIES];          /* in [DISC_FIT_WEAKEST, 1] */
    double size[SIMULATOR_MAX_BODIES];              /* sum of a^2 over the pixels of the whole disc */
    double image[IMAGE_CHANNELS][DISC_FIT_PIXELS];  /* in [0, 1] */
};

#define DISC_FIT_WEAKEST 0.5

/* How a disc is seen where it was fitted; none of the three depends on its colour or size. */
struct disc_fit {
    double inside;    /* sum of a^2 over the picture over that over the whole disc: less over the border */
    double visible;   /* sum of (T a)^2 over that of a^2 of the whole disc: less behind others, too */
    double amplitude; /* sum a u / sum a^2 w: 1 where the picture shows the disc, 0 where what is behind it */
    double misfit;    /* what is left of the picture behind `amplitude` times the disc, over the disc's own
                       * contrast: sum (v - 2 A a u + (A a)^2 w) / sum a^2 w, where T a > 0.02 */
};

/* Sets radii and colours, `discs` [count]; none is drawn, all are at full strength. */
void disc_fit_start(struct disc_picture *picture, const struct render_disc *discs, int count);

/* The picture to be explained from now on. */
void disc_fit_show(struct disc_picture *picture, const uint8_t image[IMAGE_VALUES]);

/* Moves the drawn discs that are marked, and those whose fits they matter to, to where the picture shows
 * them. A disc of which less than DISC_FIT_BURIED is visible stays. */
#define DISC_FIT_BURIED 0.03
void disc_fit_settle(struct disc_picture *picture, const bool *marked);

/* Whether one disc's place matters to the fit of the other. */
bool disc_fit_touch(const struct render_disc *a, const struct render_disc *b);

/* How disc k is seen at its place. */
struct disc_fit disc_fit_judge(const struct disc_picture *picture, int k);

/* Puts disc k, of whatever strength suits, where it explains most of what the other drawn discs leave: on a
 * pixel within `reach` pixels of where it is, or anywhere with a negative reach. Its strength becomes that,
 * or 1 where it is near 1. Returns how much it explains: the squared error that it takes away; where that is
 * nothing the disc stays as it is and 0 is returned. */
double disc_fit_search(struct disc_picture *picture, int k, double reach);

#endif
