/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole films of the first windows of a rollout, and what they show: positions of discs and the true energy
 * of their motion (evaluation/film_energy.h).
 */
#ifndef HAMBENCH_EVALUATION_ROLLOUT_FILMS_H
#define HAMBENCH_EVALUATION_ROLLOUT_FILMS_H

#include <stdint.h>

#include "engine/real.h"
#include "evaluation/film_energy.h"

/* Windows that are filmed, at most. */
enum { ROLLOUT_FILMED = 10 };

struct rollout_films {
    int count;                  /* 0: nothing is filmed */
    int frames;                 /* of each */
    uint8_t *images;            /* [count][frames][H][W][C]; gone once they are measured */
    struct film_energy *energy; /* [count], once they are measured */
};

/* Room for films of the first of `windows` windows. The caller frees it. */
void rollout_films_create(struct rollout_films *out, int windows, int frames);
void rollout_films_free(struct rollout_films *films);

/* Keeps frame t of a window as bytes, if it is filmed; what is no number is black. Several threads may keep
 * different frames at once. */
void rollout_films_keep(struct rollout_films *films, int window, int t, const real *image);

/* Measures all films, `setups` [count] of their trajectories, `dt` from frame to frame. The numbers do not
 * depend on the threads. Ends soon when an interrupt is requested; there are no energies then. */
void rollout_films_measure(struct rollout_films *films, const struct simulator *simulator,
                           const struct trajectory_setup *const *setups, double dt, int threads);

#endif
