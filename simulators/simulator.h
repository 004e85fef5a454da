/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The environments: physical systems that are simulated exactly and seen as small images.
 *
 * A `struct dynamics` is a system's equations, its way of drawing initial states and its picture, once per
 * system. A `struct simulator` is one environment: a system with ranges of parameters, friction and colours,
 * found by name in simulators/registry.c. mass_spring and mass_spring_colors share their dynamics.
 *
 * States are x = (q_1 .. q_d, p_1 .. p_d): all positions, then all momenta. Units are those of the
 * environment (dimensionless; angles in radians). Everything is double precision.
 *
 * Source of all numbers: the DeepMind Hamiltonian Dynamics Suite (Botev, Jaegle, Wirnsberger, Hennes,
 * Higgins, "Which priors matter? Benchmarking models for learning latent dynamics", NeurIPS 2021 Datasets and
 * Benchmarks).
 */
#ifndef HAMBENCH_SIMULATORS_SIMULATOR_H
#define HAMBENCH_SIMULATORS_SIMULATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "support/random.h"

/* Room for every system; a system with more needs a larger number here and nothing else. */
enum { SIMULATOR_MAX_PARAMETERS = 8, SIMULATOR_MAX_STATE = 64, SIMULATOR_MAX_BODIES = 16 };

/* An image is [FRAME_SIDE][FRAME_SIDE][FRAME_CHANNELS], row, column, colour. Rows grow with y. */
enum { FRAME_SIDE = 32, FRAME_CHANNELS = 3, FRAME_BYTES = FRAME_SIDE * FRAME_SIDE * FRAME_CHANNELS };

/* A number that is drawn uniformly from [low, high] for each trajectory and stays constant along it. */
struct simulator_parameter {
    const char *name; /* as in the file: "m" */
    const char *meaning;
    double low;
    double high;
};

/* What is drawn at random for one trajectory. */
struct trajectory_setup {
    double parameters[SIMULATOR_MAX_PARAMETERS]; /* in the order of simulator->parameters */
    double state[SIMULATOR_MAX_STATE];           /* at t = 0 */
    double offset[2];                            /* added to every position on the canvas, (x, y) */
    int color_index[SIMULATOR_MAX_BODIES];       /* of each body, 0 .. colors-1 */
};

/* A disc on the canvas, before the offset. */
struct simulator_disc {
    double x, y, radius;
};

struct simulator;

struct dynamics {
    const char *equation;  /* for `hambench list` and the documentation */
    const char *state;     /* what the components are */
    const char *conserved; /* without friction */
    int state_size;        /* 2 d */
    int bodies;            /* discs in the picture */

    /* Initial state, given the parameters. */
    void (*sample_state)(const struct simulator *simulator, const double *parameters,
                         struct random_stream *random, double *state);

    /* Image offset of environments with `random_offset`, whose canvas has room for shifts of `reach` to each
     * side. */
    void (*sample_offset)(double reach, struct random_stream *random, double offset[2]);

    /* The Hamiltonian; NULL for a system that has none. */
    double (*energy)(const double *parameters, const double *state);

    /* The conservative vector field: (dH/dp, -dH/dq) where there is an energy. */
    void (*field)(const double *parameters, const double *state, double *dx_dt);

    /* Closed-form state at `time` without friction; NULL where the field is integrated numerically. */
    void (*solution)(const double *parameters, const double *initial, double time, double *state);

    /* Half-size of the canvas that holds all discs of the environment, before it is extended for offsets. */
    double (*half_size)(const struct simulator *simulator);

    /* Where the bodies are: `discs` [bodies]. NULL for systems that draw something else. */
    void (*place)(const double *parameters, const double *state, struct simulator_disc *discs);

    /* The image of a state. Systems of discs share render_discs_draw. */
    void (*draw)(const struct simulator *simulator, const struct trajectory_setup *setup, const double *state,
                 uint8_t image[FRAME_BYTES]);
};

struct simulator {
    const char *name;    /* as in file names and experiment files: "pendulum_colors" */
    const char *summary; /* one line for `hambench list environments` */
    const char *reference;
    const struct dynamics *dynamics;
    struct simulator_parameter parameters[SIMULATOR_MAX_PARAMETERS]; /* ended by one without a name */
    double radius_low, radius_high;                                  /* annulus of initial states */
    bool radius_by_area;   /* uniform over the annulus area; otherwise uniform in the radius */
    double friction;       /* lambda: dp/dt = -dH/dq - lambda dH/dp */
    int colors;            /* hues to choose from */
    bool random_offset;    /* larger canvas, picture shifted at random */
    bool may_leave_canvas; /* trajectories that do are drawn again */
};

/* All environments, ended by NULL. */
extern const struct simulator *const simulators[];

/* The environment of that name, or NULL. */
const struct simulator *simulator_find(const char *name);

int simulator_parameter_count(const struct simulator *simulator);

/* The Hamiltonian of a state; nan for a system that has none. */
double simulator_energy(const struct simulator *simulator, const double *parameters, const double *state);

/* The conservative field, without friction: what datasets store as dx_dt. */
void simulator_field(const struct simulator *simulator, const double *parameters, const double *state,
                     double *dx_dt);

/* The field that the trajectory follows: with friction where the environment has it. */
void simulator_full_field(const struct simulator *simulator, const double *parameters, const double *state,
                          double *dx_dt);

/* lambda |dH/dp|^2, the rate at which friction takes energy. */
double simulator_dissipation(const struct simulator *simulator, const double *parameters,
                             const double *state);

/* Half-size F of the canvas [-F, F]^2 that the image shows. */
double simulator_canvas(const struct simulator *simulator);

/* Whether the centres of all bodies are on the un-extended canvas (bounds included), before the offset. */
bool simulator_on_canvas(const struct simulator *simulator, const double *parameters, const double *state);

/* Draws parameters and initial state; simulator_sample_look draws offset and colours, later on the same
 * stream. */
void simulator_sample(const struct simulator *simulator, struct random_stream *random,
                      struct trajectory_setup *setup);
void simulator_sample_look(const struct simulator *simulator, struct random_stream *random,
                           struct trajectory_setup *setup);

/* The image of a state along the trajectory of `setup`. */
void simulator_draw(const struct simulator *simulator, const struct trajectory_setup *setup,
                    const double *state, uint8_t image[FRAME_BYTES]);

/* A point of the annulus of the environment: direction uniform, radius as `radius_by_area` says. */
void simulator_sample_annulus(const struct simulator *simulator, struct random_stream *random,
                              double point[2]);

#endif
