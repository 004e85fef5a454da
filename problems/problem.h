/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Initial value problems to compare integrators on: the classic ones, each in a file of its family, and every
 * environment of simulators/ with the start that its seed 0 draws. The classic ones are `const struct
 * problem` in problems/registry.c.
 *
 * States are x = (q_1 .. q_d, p_1 .. p_d). Systems of bodies order q by body, then by coordinate:
 * (x_1, y_1, x_2, y_2, ...), and p alike.
 */
#ifndef HAMBENCH_PROBLEMS_PROBLEM_H
#define HAMBENCH_PROBLEMS_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "integrators/system.h"
#include "simulators/simulator.h"
#include "support/status.h"

enum { PROBLEM_MAX_STATE = SIMULATOR_MAX_STATE };

struct problem {
    const char *name;      /* "kepler_06" */
    const char *summary;   /* one line for `hambench list problems`: system and start */
    const char *equation;  /* "H = |p|^2 / 2 - 1 / |q|" */
    const char *unit;      /* of time: "time unit", "day" */
    const char *reference; /* where equations and initial condition are from */
    struct system system;
    double initial[PROBLEM_MAX_STATE];
    double period; /* of the motion, or the time scale that comes nearest to one */
    bool chaotic;  /* errors grow exponentially: no long-time state error means anything */

    /* The exact state at `time`; NULL where there is none in closed form. */
    void (*solution)(const struct problem *problem, double time, double *x);

    /* Of systems of bodies; 0 otherwise. */
    int bodies;
    int space;                       /* coordinates of a body */
    bool conserves_momentum;         /* sum of p_i */
    bool conserves_angular_momentum; /* sum of q_i x p_i */
};

/* The names of all problems, classic ones first, ended by NULL. Released with `free`; the names are not. */
const char **problem_names(void);

/* The problem of that name. The caller frees `*out` with problem_free. STATUS_DATA: unknown ("did you mean").
 */
enum status problem_create(struct problem **out, const char *name);

/* Whether an environment has a field to integrate: not the trajectory of a camera. */
bool problem_is_environment(const struct simulator *simulator);

/* The environment with the parameters and the state that its seed 0 draws first. */
void problem_create_environment(struct problem **out, const struct simulator *simulator);
void problem_free(struct problem *problem);

/* Total momentum [space] and angular momentum ([1] in the plane, [3] in space) of a system of bodies. */
void problem_momentum(const struct problem *problem, const double *x, double *out);
void problem_angular_momentum(const struct problem *problem, const double *x, double *out);

/* A state that all methods are measured against, and how sure it is. */
struct problem_reference {
    double state[PROBLEM_MAX_STATE];
    double disagreement; /* noise floor, errors below it mean nothing: |a - b| / |a| of the two methods. A
                            closed form is checked over the first 100 periods at most; beyond them the
                            rounding of its phase counts */
    const char *first;   /* the method of `state`: "closed form", "dopri8 at 1e-15" */
    const char *second;  /* the method it was checked by */
};

/* Of the embedded Runge-Kutta method, where there is no closed form. */
#define PROBLEM_REFERENCE_TOLERANCE 1e-15

/* The state at `time` by two independent methods. Takes as long as it takes: minutes for long horizons of
 * systems without closed form. STATUS_DATA when it cannot be followed to there; STATUS_INTERRUPTED. */
enum status problem_find_reference(struct problem_reference *out, const struct problem *problem, double time);

#endif
