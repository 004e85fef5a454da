/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The integrators: what each of them is and claims to be. Each is one `const struct integrator`, found by
 * name in integrators/registry.c, and stepped by the methods of its family (integrators/stepper.h). The
 * claims are checked by `hambench verify-integrators`.
 *
 * The coefficients of compositions, explicit tableaus (integrators/tableau.h) and collocation methods
 * (integrators/collocation.h) can be read by those who step something else than vectors of doubles, as the
 * latent dynamics of the models do: a method checked here is the one a model uses. One step of size h of a
 * symplectic composition:
 *
 *     for i = 0 .. stages-1:
 *         p <- p - kick[i] h dV/dq(q)
 *         q <- q + drift[i] h dT/dp(p)
 *
 * A zero coefficient means that the update, and the gradient it would need, is skipped.
 */
#ifndef HAMBENCH_INTEGRATORS_INTEGRATOR_H
#define HAMBENCH_INTEGRATORS_INTEGRATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "integrators/system.h"
#include "support/status.h"

enum { INTEGRATOR_MAX_STAGES = 18 };

struct collocation;
struct integrator_family;
struct tableau;

struct integrator {
    const char *name;      /* as in experiment files: "leapfrog" */
    const char *summary;   /* one line for `hambench list integrators` */
    const char *reference; /* paper or book */
    const struct integrator_family *family;
    int order;            /* the global error is O(h^order); 0: the method chooses its order as it goes */
    int stages;           /* of one step; 0: varies */
    bool symplectic;      /* on Hamiltonian systems: the Jacobian J of a step has J^T Omega J = Omega */
    bool reversible;      /* a step with -h undoes a step with h */
    bool needs_separable; /* works for H = T(p) + V(q) only */
    bool keeps_energy;    /* H is constant to rounding; needs a Hamiltonian system */
    bool adaptive;        /* can choose its steps by a tolerance */
    bool fixed;           /* can take steps of a given size */

    const void *method; /* what the family reads: a struct tableau, a GSL stepper, ... */

    /* Of a symplectic composition; sums 1. All zero for other methods. */
    double kick[INTEGRATOR_MAX_STAGES];  /* of the momentum */
    double drift[INTEGRATOR_MAX_STAGES]; /* of the position */
};

/* All integrators, ended by NULL. */
extern const struct integrator *const integrators[];

/* The integrator of that name, or NULL. */
const struct integrator *integrator_find(const char *name);

/* The same for a name that a user gave. STATUS_DATA: unknown ("did you mean"). */
enum status integrator_get(const struct integrator **out, const char *name);

/* Whether it is a symplectic composition: kick and drift say all. */
bool integrator_is_composition(const struct integrator *integrator);

/* The coefficients of an explicit Runge-Kutta method (with the weights of its error estimate when it is
 * adaptive), of a Gauss-Legendre collocation; NULL for methods of other families, projected ones among them.
 * With integrator_is_composition they say of what kind a method is: exactly one of the three holds for each
 * method whose step is known by its coefficients alone. */
const struct tableau *integrator_tableau(const struct integrator *integrator);
const struct collocation *integrator_collocation(const struct integrator *integrator);

/* The symplectic composition of that name, or NULL. */
const struct integrator *integrator_find_composition(const char *name);

/* STATUS_DATA with the reason when the method cannot step the system: an explicit splitting of an H that is
 * not separable, of a system with friction, of a game. */
enum status integrator_check(const struct integrator *integrator, const struct system *system);

#endif
