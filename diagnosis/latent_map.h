/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a cloud of latent states says of the true ones, by nearest neighbours: no form of the map is assumed.
 *
 * Each point of the cloud is a latent state [D] with the true state that belongs to it, and a run; neighbours
 * are looked for among the points of other runs only, so nothing is explained by itself.
 */
#ifndef HAMBENCH_DIAGNOSIS_LATENT_MAP_H
#define HAMBENCH_DIAGNOSIS_LATENT_MAP_H

#include <stddef.h>

#include "engine/real.h"
#include "simulators/simulator.h"

/* Numbers of a true state that neighbours predict: angles, and positions of a periodic space, by their sine
 * and cosine. */
enum { LATENT_MAP_MOST_NUMBERS = 2 * SIMULATOR_MAX_STATE };
int latent_map_numbers(const struct simulator *simulator);
void latent_map_state(const struct simulator *simulator, const double *parameters, const double *state,
                      double *out);

struct latent_map {
    size_t count;
    int width;            /* D */
    int numbers;          /* of a true state */
    const real *latents;  /* [count][D] */
    const double *states; /* [count][numbers] */
    const int *runs;      /* [count] */
};

/* Neighbours of which the mean is taken. */
enum { LATENT_MAP_NEIGHBOURS = 5 };

/* The nearest neighbours of a latent state in other runs than `run`: the mean of their true states, put into
 * `state` [numbers], and the distance of the nearest one, which is returned. Fewer points than
 * LATENT_MAP_NEIGHBOURS in other runs: those that there are; none: nan. */
double latent_map_find(const struct latent_map *map, const real *latent, int run, double *state);

/* How many directions the points spread in: (sum of the eigenvalues of their covariance)^2 / (sum of their
 * squares), the participation ratio: d for a ball in d dimensions. */
double latent_map_dimension(const struct latent_map *map);

/* Root mean square of the points' numbers about their means. */
double latent_map_spread(const struct latent_map *map);

#endif
