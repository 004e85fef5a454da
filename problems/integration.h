/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One run: a problem, an integrator, a step or a tolerance; and what came of it. Runs are independent: any
 * number of threads may make them at once. Everything but `seconds` is a function of the request alone.
 */
#ifndef HAMBENCH_PROBLEMS_INTEGRATION_H
#define HAMBENCH_PROBLEMS_INTEGRATION_H

#include <stdbool.h>

#include "integrators/integrator.h"
#include "problems/problem.h"
#include "support/status.h"

enum { INTEGRATION_MAX_SAMPLES = 2000 };

struct integration_request {
    const struct problem *problem;
    const struct integrator *integrator;
    double step;      /* > 0: fixed steps; made a little shorter where `time` is not a multiple of it */
    double tolerance; /* > 0: steps chosen by the method. Exactly one of the two is not 0. At least
                         DBL_EPSILON: below it doubles have no digits */
    double time;      /* to integrate to, > 0 */

    int samples;           /* 0 .. INTEGRATION_MAX_SAMPLES */
    bool samples_by_log;   /* sample times equally far apart in log t, beyond the first period at the whole
                              periods nearest to that; otherwise in t */
    bool wants_return;     /* also integrate back to the start: return_error. Doubles the work */
    bool wants_jacobian;   /* symplecticity_defect */
    long most_evaluations; /* fail beyond these; 0: no limit */
    bool time_only;        /* nobody looks at conserved quantities on the way, whose errors are nan then:
                              `seconds` of a short run is not that of starting and stopping the clock */

    const struct problem_reference *reference; /* at `time`; NULL: errors against the closed form, or nan */

    /* Called now and then with the share of the steps that is done, from 0 to 1; NULL for nobody. */
    void (*watch)(void *context, double share);
    void *context;
};

/* The errors over one stretch of the run, which ends at `time`. nan for what the problem does not have. */
struct integration_sample {
    double time;
    double energy_error;           /* max over the stretch of |H - H(0)| / |H(0)| */
    double momentum_error;         /* |P - P(0)| / sum_i |p_i(0)| at its end */
    double angular_momentum_error; /* |L - L(0)| / |L(0)| at its end; / sum_i |q_i||p_i| where L(0) = 0 */
};

struct integration_result {
    char failure[160]; /* "" when the run went through; otherwise why and where it did not, and the numbers
                          below are those up to there */
    double reached;    /* time: that of the request unless the run failed */
    long steps;        /* accepted */
    long rejected;     /* by error control */
    long evaluations;  /* of the field; of the force for symplectic compositions; finite-difference Jacobians
                          included */
    double step;       /* the size used; the mean of the accepted steps where the method chose them */
    double seconds;    /* of processor time, for stepping alone */

    double state[PROBLEM_MAX_STATE]; /* at `reached` */
    double state_error;  /* |x - reference| / |reference|, Euclidean; nan without reference or when failed */
    double phase_error;  /* 2 pi (time by which the run is ahead of the reference) / period; nan likewise */
    double energy_error; /* maxima over the whole run */
    double momentum_error;
    double angular_momentum_error;
    double return_error;         /* |x(0) there and back - x(0)| / |x(0)|; nan when not wanted */
    double symplecticity_defect; /* max |J^T Omega J - Omega| of a step at the start, by finite differences
                                    (noise about 1e-11); nan when not wanted, for adaptive steps and for
                                    systems without H */

    int sample_count; /* at most request->samples: no two samples in one step, none behind a failure */
    struct integration_sample *samples;
};

/* STATUS_DATA with the reason when integrator, problem, step, tolerance or time do not go together; `out` is
 * not written then. STATUS_INTERRUPTED when a signal asked to stop. A run that fails on the way (diverges, or
 * an implicit step has no solution) is STATUS_OK with `failure`. The caller clears `out`. */
enum status integration_run(struct integration_result *out, const struct integration_request *request);
void integration_result_clear(struct integration_result *result);

/* The checks of integration_run alone. */
enum status integration_check(const struct integration_request *request);

#endif
