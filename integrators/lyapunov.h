/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The largest Lyapunov exponent of an autonomous system dx/dt = f(x): the mean rate at which a small
 * disturbance v of a trajectory grows, lim (1/t) ln(|v(t)| / |v(0)|), in 1/time.
 *
 * The variational equations dv/dt = Df(x) v are integrated together with the trajectory by the reference
 * solver, and v is brought back to its length at regular intervals (Benettin, Galgani, Giorgilli, Strelcyn,
 * "Lyapunov characteristic exponents for smooth dynamical systems and for Hamiltonian systems", Meccanica 15
 * (1980) 9-20 and 21-30). v is taken short, TANGENT_LENGTH: the equations are linear in it, and the solver's
 * absolute tolerance then asks of v a relative accuracy of 1e-8, while the trajectory keeps its own 1e-12.
 *
 * Letters of shapes: D size of the state.
 */
#ifndef HAMBENCH_INTEGRATORS_LYAPUNOV_H
#define HAMBENCH_INTEGRATORS_LYAPUNOV_H

#include "support/random.h"
#include "support/status.h"

/* A system whose disturbances are followed. */
struct lyapunov_flow {
    int size;            /* D */
    const void *context; /* handed to the functions below */
    void (*field)(const void *context, const double *x, double *rate);

    /* Df(x) v, exactly; NULL: the central difference of lyapunov_derivative. */
    void (*derivative)(const void *context, const double *x, const double *v, double *rate);

    /* Brings a state that has moved for an interval back to where it is kept, by a translation: the periodic
     * images of particles. NULL for none. */
    void (*wrap)(const void *context, double *x);
};

/* The central difference of order 4 is taken along the disturbance,
 *     Df v = [8 (f(x + s v) - f(x - s v)) - (f(x + 2 s v) - f(x - 2 s v))] / (12 s)
 * where s is a power of 16 such that h = s |v| is this length, in units of the state, up to a factor of 4.
 * Its error is h^4 |f^(5)| |v| / 30 (Abramowitz, Stegun, "Handbook of mathematical functions", 1964, 25.3.6)
 * and that of rounding, about 1e-16 |f| |v| / h. Where the field jumps, the difference has a peak of the
 * width of its points and of the jump's weight: the disturbance jumps as it should when the trajectory
 * passes. */
#define LYAPUNOV_STEP 1e-4

/* Df(x) v into `rate` [D], by `flow->derivative` or the difference. `scratch` [4 D]. */
void lyapunov_derivative(const struct lyapunov_flow *flow, const double *x, const double *v, double *rate,
                         double *scratch);

/* A trajectory with a disturbance, used by one thread at a time. */
struct lyapunov;

/* The flow is copied; its context must live as long as `*out`, which the caller frees. */
void lyapunov_create(struct lyapunov **out, const struct lyapunov_flow *flow);
void lyapunov_free(struct lyapunov *lyapunov);

/* Begins at `state` (copied) with a disturbance in a direction drawn from the stream, uniform on the sphere.
 * What was done before has no influence. */
void lyapunov_start(struct lyapunov *lyapunov, const double *state, struct random_stream *random);

/* Turns the disturbance of a trajectory that has just been started into the direction that grows most on the
 * way to where it is: follows the trajectory back in time for `count` intervals, and from there a disturbance
 * in the direction that was drawn. The state is then the one it was started at, to the bit. Errors as below.
 */
enum status lyapunov_align(struct lyapunov *lyapunov, double interval, long count);

/* Follows both for `count` intervals of time `interval`, after each of which the disturbance is brought back
 * to its length; `*growth` becomes the logarithm of the factor by which it has grown in all of them. A
 * disturbance must not grow by more than 1e100 in one interval. STATUS_DATA when the trajectory cannot be
 * followed, STATUS_INTERRUPTED. */
enum status lyapunov_advance(struct lyapunov *lyapunov, double interval, long count, double *growth);

/* The state reached, [D], valid until the next call. */
const double *lyapunov_state(const struct lyapunov *lyapunov);

#endif
