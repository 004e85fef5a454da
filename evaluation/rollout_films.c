/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/rollout_films.h"

#include <stdlib.h>

#include "support/interrupt.h"
#include "support/memory.h"

void rollout_films_create(struct rollout_films *out, int windows, int frames) {
    out->count = windows < ROLLOUT_FILMED ? windows : ROLLOUT_FILMED;
    out->frames = frames;
    out->images = memory_alloc((size_t)out->count * (size_t)frames * IMAGE_VALUES, sizeof *out->images);
}

void rollout_films_free(struct rollout_films *films) {
    for (int i = 0; i < films->count && films->energy != NULL; i++) {
        film_energy_free(&films->energy[i]);
    }
    free(films->energy);
    free(films->images);
    *films = (struct rollout_films){0};
}

void rollout_films_keep(struct rollout_films *films, int window, int t, const real *image) {
    if (window >= films->count) {
        return;
    }
    uint8_t *out = films->images + ((size_t)window * (size_t)films->frames + (size_t)t) * IMAGE_VALUES;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        real value = image[i] * 255;
        out[i] = value >= 255 ? 255 : value > 0 ? (uint8_t)(value + (real)0.5) : 0;
    }
}

void rollout_films_measure(struct rollout_films *films, const struct simulator *simulator,
                           const struct trajectory_setup *const *setups, double dt, int threads) {
    size_t bytes = (size_t)films->frames * IMAGE_VALUES;
    films->energy = memory_alloc((size_t)films->count, sizeof *films->energy);
#pragma omp parallel for schedule(dynamic) num_threads(threads > 0 ? threads : 1)
    for (int i = 0; i < films->count; i++) {
        if (!interrupt_requested()) {
            film_energy_measure(&films->energy[i], simulator, setups[i], dt,
                                films->images + (size_t)i * bytes, films->frames);
        }
    }
    free(films->images);
    films->images = NULL;
}
