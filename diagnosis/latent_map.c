/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagnosis/latent_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/elementary.h"
#include "support/memory.h"

static const double TWO_PI = 6.28318530717958647693;

int latent_map_numbers(const struct simulator *simulator) {
    int size = simulator->dynamics->state_size;
    return simulator->dynamics->period == NULL ? size : size + size / 2;
}

void latent_map_state(const struct simulator *simulator, const double *parameters, const double *state,
                      double *out) {
    int size = simulator->dynamics->state_size;
    if (simulator->dynamics->period == NULL) {
        memcpy(out, state, (size_t)size * sizeof *out);
        return;
    }
    double scale = TWO_PI / simulator->dynamics->period(parameters);
    for (int i = 0; i < size / 2; i++) {
        elementary_sincos(scale * state[i], &out[2 * i], &out[2 * i + 1]);
        out[size + i] = state[size / 2 + i];
    }
}

static double squared_distance(const real *a, const real *b, int width) {
    double sum = 0.0;
    for (int i = 0; i < width; i++) {
        double difference = (double)a[i] - (double)b[i];
        sum += difference * difference;
    }
    return sum;
}

double latent_map_find(const struct latent_map *map, const real *latent, int run, double *state) {
    size_t nearest[LATENT_MAP_NEIGHBOURS];
    double distance[LATENT_MAP_NEIGHBOURS];
    int found = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (map->runs[i] == run) {
            continue;
        }
        double d = squared_distance(map->latents + i * (size_t)map->width, latent, map->width);
        if (found == LATENT_MAP_NEIGHBOURS && !(d < distance[found - 1])) {
            continue;
        }
        int at = found < LATENT_MAP_NEIGHBOURS ? found++ : found - 1;
        for (; at > 0 && d < distance[at - 1]; at--) {
            distance[at] = distance[at - 1];
            nearest[at] = nearest[at - 1];
        }
        distance[at] = d;
        nearest[at] = i;
    }
    for (int j = 0; j < map->numbers; j++) {
        double sum = 0.0;
        for (int k = 0; k < found; k++) {
            sum += map->states[nearest[k] * (size_t)map->numbers + (size_t)j];
        }
        state[j] = found == 0 ? (double)NAN : sum / found;
    }
    return found == 0 ? (double)NAN : sqrt(distance[0]);
}

/* The covariance [D][D] of the points. */
static double *covariance(const struct latent_map *map) {
    size_t width = (size_t)map->width;
    double *mean = memory_alloc(width, sizeof *mean), *out = memory_alloc(width * width, sizeof *out);
    for (size_t p = 0; p < map->count; p++) {
        for (size_t i = 0; i < width; i++) {
            mean[i] += (double)map->latents[p * width + i] / (double)map->count;
        }
    }
    for (size_t p = 0; p < map->count; p++) {
        const real *point = map->latents + p * width;
        for (size_t i = 0; i < width; i++) {
            double a = ((double)point[i] - mean[i]) / (double)map->count;
            for (size_t j = 0; j < width; j++) {
                out[i * width + j] += a * ((double)point[j] - mean[j]);
            }
        }
    }
    free(mean);
    return out;
}

/* The trace of C C is the sum of the squares of its entries. */
double latent_map_dimension(const struct latent_map *map) {
    size_t width = (size_t)map->width;
    double *matrix = covariance(map), trace = 0.0, squares = 0.0;
    for (size_t i = 0; i < width; i++) {
        trace += matrix[i * width + i];
    }
    for (size_t i = 0; i < width * width; i++) {
        squares += matrix[i] * matrix[i];
    }
    free(matrix);
    return squares > 0.0 ? trace * trace / squares : 0.0;
}

double latent_map_spread(const struct latent_map *map) {
    size_t width = (size_t)map->width;
    double sum = 0.0;
    for (size_t i = 0; i < width; i++) {
        double mean = 0.0;
        for (size_t p = 0; p < map->count; p++) {
            mean += (double)map->latents[p * width + i] / (double)map->count;
        }
        for (size_t p = 0; p < map->count; p++) {
            double difference = (double)map->latents[p * width + i] - mean;
            sum += difference * difference;
        }
    }
    return sqrt(sum / ((double)map->count * (double)width));
}
