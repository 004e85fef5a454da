/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of films share: a trajectory with its pictures, and what may become of pictures.
 */
#ifndef HAMBENCH_TESTS_FILM_CASE_H
#define HAMBENCH_TESTS_FILM_CASE_H

#include <math.h>
#include <stdlib.h>

#include "simulators/render_discs.h"
#include "support/memory.h"
#include "tests/simulate.h"

struct film {
    const struct simulator *simulator;
    struct trajectory_setup setup;
    int frames;
    double dt;
    double *states;  /* [frames][D] */
    uint8_t *images; /* [frames][IMAGE_VALUES] */
};

static inline uint8_t *film_image(const struct film *film, int frame) {
    return film->images + (size_t)frame * IMAGE_VALUES;
}

static inline const double *film_state(const struct film *film, int frame) {
    return film->states + (size_t)frame * (size_t)film->simulator->dynamics->state_size;
}

static inline void film_draw(struct film *film, int frame) {
    simulator_draw(film->simulator, &film->setup, film_state(film, frame), film_image(film, frame));
}

/* Room for a film of the environment. The caller frees it. */
static inline struct film film_of(const struct simulator *simulator, int frames) {
    size_t size = (size_t)simulator->dynamics->state_size;
    return (struct film){
        .simulator = simulator,
        .frames = frames,
        .dt = simulator->dt,
        .states = memory_alloc((size_t)frames * size, sizeof(double)),
        .images = memory_alloc((size_t)frames, IMAGE_VALUES),
    };
}

/* Trajectory `index` of the environment with the shortest preparation. The caller frees it. */
static inline struct film film_make(const char *name, uint64_t index, int frames) {
    const struct simulator *simulator = simulator_find(name);
    struct film film = film_of(simulator, frames);
    struct trajectory_runner *runner = runner_for(simulator, frames, simulator->dt);
    struct trajectory trajectory;
    CHECK_OK_FATAL(trajectory_run(runner, 3, "film", index, &trajectory));
    size_t size = (size_t)frames * (size_t)simulator->dynamics->state_size;
    memcpy(film.states, trajectory.states, size * sizeof *film.states);
    film.setup = trajectory.setup;
    for (int t = 0; t < frames; t++) {
        film_draw(&film, t);
    }
    trajectory_runner_free(runner);
    return film;
}

static inline void film_free(struct film *film) {
    free(film->states);
    free(film->images);
}

/* What is left of disc k in a frame: `strength` of it, the rest as if it were not there. */
static inline void film_fade(struct film *film, int frame, int k, double strength) {
    struct render_disc discs[SIMULATOR_MAX_BODIES];
    uint8_t without[IMAGE_VALUES], *image = film_image(film, frame);
    render_discs_place(film->simulator, &film->setup, film_state(film, frame), discs);
    int count = film->simulator->dynamics->bodies - 1;
    for (int l = k; l < count; l++) {
        discs[l] = discs[l + 1];
    }
    render_discs_bytes(discs, count, without);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        image[i] = (uint8_t)lround(strength * image[i] + (1.0 - strength) * without[i]);
    }
}

/* Adds normal noise of that deviation, in units of the brightest value. */
static inline void film_disturb(struct film *film, double deviation) {
    struct random_stream random = random_stream(11, "noise", 0, 0);
    for (size_t i = 0; i < (size_t)film->frames * IMAGE_VALUES; i++) {
        double value = film->images[i] + 255.0 * deviation * random_normal(&random);
        film->images[i] = (uint8_t)lround(fmin(fmax(value, 0.0), 255.0));
    }
}

#endif
