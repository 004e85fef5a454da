/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/simulator.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

static const double PI = 3.14159265358979323846;

/* An environment with random offsets shows this much more canvas on each side, relative to the half-size. */
static const double OFFSET_MARGIN = 0.4;

int simulator_parameter_count(const struct simulator *simulator) {
    int count = 0;
    while (count < SIMULATOR_MAX_PARAMETERS && simulator->parameters[count].name != NULL) {
        count++;
    }
    return count;
}

double simulator_energy(const struct simulator *simulator, const double *parameters, const double *state) {
    const struct dynamics *dynamics = simulator->dynamics;
    return dynamics->energy == NULL ? NAN : dynamics->energy(parameters, state);
}

void simulator_field(const struct simulator *simulator, const double *parameters, const double *state,
                     double *dx_dt) {
    simulator->dynamics->field(parameters, state, dx_dt);
}

void simulator_full_field(const struct simulator *simulator, const double *parameters, const double *state,
                          double *dx_dt) {
    simulator_field(simulator, parameters, state, dx_dt);
    int dimension = simulator->dynamics->state_size / 2;
    for (int i = 0; i < dimension && simulator->friction != 0.0; i++) {
        dx_dt[dimension + i] -= simulator->friction * dx_dt[i];
    }
}

double simulator_dissipation(const struct simulator *simulator, const double *parameters,
                             const double *state) {
    double dx_dt[SIMULATOR_MAX_STATE];
    simulator_field(simulator, parameters, state, dx_dt);
    double sum = 0.0;
    for (int i = 0; i < simulator->dynamics->state_size / 2; i++) {
        sum += dx_dt[i] * dx_dt[i];
    }
    return simulator->friction * sum;
}

double simulator_canvas(const struct simulator *simulator) {
    double half = simulator->dynamics->half_size(simulator);
    return simulator->random_offset ? (1.0 + OFFSET_MARGIN) * half : half;
}

bool simulator_on_canvas(const struct simulator *simulator, const double *parameters, const double *state) {
    const struct dynamics *dynamics = simulator->dynamics;
    struct simulator_disc discs[SIMULATOR_MAX_BODIES];
    double half = dynamics->half_size(simulator);
    dynamics->place(parameters, state, discs);
    for (int i = 0; i < dynamics->bodies; i++) {
        if (fabs(discs[i].x) > half || fabs(discs[i].y) > half) {
            return false;
        }
    }
    return true;
}

void simulator_sample(const struct simulator *simulator, struct random_stream *random,
                      struct trajectory_setup *setup) {
    *setup = (struct trajectory_setup){0};
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        const struct simulator_parameter *parameter = &simulator->parameters[i];
        setup->parameters[i] = random_between(random, parameter->low, parameter->high);
    }
    simulator->dynamics->sample_state(simulator, setup->parameters, random, setup->state);
}

/* An ordered sample of `count` different indices out of `colors`, uniform over the ordered samples. */
static void sample_colors(int colors, int count, struct random_stream *random, int *out) {
    bool taken[SIMULATOR_MAX_BODIES] = {false};
    assert(count <= colors && colors <= SIMULATOR_MAX_BODIES);
    for (int i = 0; i < count; i++) {
        int index;
        do {
            index = (int)random_below(random, (uint32_t)colors);
        } while (taken[index]);
        taken[index] = true;
        out[i] = index;
    }
}

void simulator_sample_look(const struct simulator *simulator, struct random_stream *random,
                           struct trajectory_setup *setup) {
    const struct dynamics *dynamics = simulator->dynamics;
    if (simulator->random_offset) {
        dynamics->sample_offset(OFFSET_MARGIN * dynamics->half_size(simulator), random, setup->offset);
    }
    sample_colors(simulator->colors, dynamics->bodies, random, setup->color_index);
}

void simulator_draw(const struct simulator *simulator, const struct trajectory_setup *setup,
                    const double *state, uint8_t image[FRAME_BYTES]) {
    simulator->dynamics->draw(simulator, setup, state, image);
}

void simulator_sample_annulus(const struct simulator *simulator, struct random_stream *random,
                              double point[2]) {
    double low = simulator->radius_low, high = simulator->radius_high;
    double angle = random_between(random, 0.0, 2.0 * PI);
    double radius = simulator->radius_by_area ? sqrt(random_between(random, low * low, high * high))
                                              : random_between(random, low, high);
    point[0] = radius * cos(angle);
    point[1] = radius * sin(angle);
}
