/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fixed-step integrators of Hamiltonian systems, as tables of coefficients. The same table drives the double
 * precision stepper below and the latent dynamics of the models, so a method checked here is the one a model
 * uses. Each method is one `const struct integrator`, found by name in integrators/registry.c.
 *
 * One step of size h of a symplectic composition:
 *     for i = 0 .. stages-1:   p <- p - kick[i]  h dH/dq(q, p)
 *                              q <- q + drift[i] h dH/dp(q, p)
 * A zero coefficient means that the update, and the gradient it would need, is skipped.
 */
#ifndef HAMBENCH_INTEGRATORS_INTEGRATOR_H
#define HAMBENCH_INTEGRATORS_INTEGRATOR_H

enum { INTEGRATOR_MAX_STAGES = 16 };

struct integrator {
    const char *name;      /* as in experiment files: "leapfrog" */
    const char *summary;   /* one line for `hambench list integrators` */
    const char *reference; /* paper or book */
    int order;             /* global error is O(h^order) on a separable H = T(p) + V(q) */
    int stages;
    double kick[INTEGRATOR_MAX_STAGES];  /* of the momentum, sum 1 */
    double drift[INTEGRATOR_MAX_STAGES]; /* of the position, sum 1 */
};

/* All integrators, ended by NULL. */
extern const struct integrator *const integrators[];

/* The integrator of that name, or NULL. */
const struct integrator *integrator_find(const char *name);

/* A Hamiltonian of `dimension` positions and as many momenta, by its gradient. The updates of a composition
 * are symplectic maps when H is separable; for another H the methods are still consistent, of order 1. */
struct hamiltonian {
    int dimension;
    const void *context;
    void (*gradient_q)(const void *context, const double *q, const double *p, double *out); /* dH/dq */
    void (*gradient_p)(const void *context, const double *q, const double *p, double *out); /* dH/dp */
};

/* One step from (q, p), in place. `step` may be negative. `scratch` holds `dimension` values. */
void integrator_step(const struct integrator *integrator, const struct hamiltonian *hamiltonian, double step,
                     double *q, double *p, double *scratch);

#endif
