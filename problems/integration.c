/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems/integration.h"

#include <assert.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/stepper.h"
#include "problems/measures.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/timer.h"

/* The energy is looked at this often in each stretch of the run, at times that no period fits: more often
 * where the largest errors of stretches are compared, which must not depend on the moments chosen. */
enum { PROBES = 16, SAMPLE_PROBES = 128 };
static const double GOLDEN = 0.61803398874989484820;

/* Stretches of a run without samples. */
enum { STRETCHES = 64 };

/* Steps in one go, so that a signal is answered within a second. */
enum { CHUNK = 200000 };

struct run {
    const struct integration_request *request;
    struct integration_result *result;
    struct stepper *stepper;
    double time;
    double x[PROBLEM_MAX_STATE];
    long total; /* fixed steps */
    double energy, energy_scale;
    double momentum[3], momentum_scale;
    double angular[3], angular_scale;
    bool over; /* failed */
};

/* --- conserved quantities --- */

static int angular_size(const struct problem *problem) {
    return problem->space == 2 ? 1 : 3;
}

static double length(const double *v, int size) {
    double sum = 0.0;
    for (int i = 0; i < size; i++) {
        sum += v[i] * v[i];
    }
    return sqrt(sum);
}

static double nonzero(double scale) {
    return scale > 0.0 ? scale : 1.0;
}

static void keep_initial_quantities(struct run *run) {
    const struct problem *problem = run->request->problem;
    const struct system *system = &problem->system;
    if (system->energy != NULL) {
        run->energy = system->energy(system->context, run->x);
        run->energy_scale = nonzero(fabs(run->energy));
    }
    if (problem->bodies > 0) {
        double moments = 0.0;
        for (int i = 0; i < problem->bodies; i++) {
            const double *q = run->x + i * problem->space, *p = q + system->size / 2;
            run->momentum_scale += length(p, problem->space);
            moments += length(p, problem->space) * length(q, problem->space);
        }
        problem_momentum(problem, run->x, run->momentum);
        problem_angular_momentum(problem, run->x, run->angular);
        double angular = length(run->angular, angular_size(problem));
        run->momentum_scale = nonzero(run->momentum_scale);
        run->angular_scale = nonzero(angular > 1e-9 * moments ? angular : moments);
    }
}

static double energy_error(const struct run *run) {
    const struct system *system = &run->request->problem->system;
    return system->energy == NULL
               ? NAN
               : fabs(system->energy(system->context, run->x) - run->energy) / run->energy_scale;
}

static double momentum_error(const struct run *run) {
    const struct problem *problem = run->request->problem;
    double now[3];
    if (!problem->conserves_momentum) {
        return NAN;
    }
    problem_momentum(problem, run->x, now);
    for (int i = 0; i < problem->space; i++) {
        now[i] -= run->momentum[i];
    }
    return length(now, problem->space) / run->momentum_scale;
}

static double angular_momentum_error(const struct run *run) {
    const struct problem *problem = run->request->problem;
    double now[3];
    if (!problem->conserves_angular_momentum) {
        return NAN;
    }
    problem_angular_momentum(problem, run->x, now);
    for (int i = 0; i < angular_size(problem); i++) {
        now[i] -= run->angular[i];
    }
    return length(now, angular_size(problem)) / run->angular_scale;
}

/* The larger of two; a nan only when the second one is. */
static double larger(double before, double now) {
    return before >= now ? before : now;
}

/* --- stepping --- */

static void fail(struct run *run, const char *reason) {
    (void)snprintf(run->result->failure, sizeof run->result->failure, "%s", reason);
    run->over = true;
}

static bool is_finite(const struct run *run) {
    for (int i = 0; i < run->request->problem->system.size; i++) {
        if (!isfinite(run->x[i])) {
            return false;
        }
    }
    return true;
}

/* `part` of the way there (0 to 1) or, behind that, of the way back (1 to 2). */
static void report(const struct run *run, double part) {
    const struct integration_request *request = run->request;
    if (request->watch != NULL) {
        request->watch(request->context, request->wants_return ? part / 2.0 : part);
    }
}

/* Looks at what the last chunk did. STATUS_INTERRUPTED. */
static enum status judge(struct run *run, enum status status) {
    const struct integration_request *request = run->request;
    char line[160];
    if (status != STATUS_OK) {
        fail(run, status_detail());
    } else if (!is_finite(run)) {
        (void)snprintf(line, sizeof line, "the solution has become infinite before t = %g", run->time);
        fail(run, line);
    } else if (request->most_evaluations > 0 && run->stepper->evaluations > request->most_evaluations) {
        (void)snprintf(line, sizeof line, "more than %ld evaluations at t = %g", request->most_evaluations,
                       run->time);
        fail(run, line);
    }
    report(run, run->time / request->time);
    return interrupt_requested() ? status_fail(STATUS_INTERRUPTED, "interrupted") : STATUS_OK;
}

/* Fixed steps number `done` to `until`. */
static enum status step_until(struct run *run, long done, long until) {
    enum status status = STATUS_OK;
    while (done < until && !run->over && status == STATUS_OK) {
        long count = until - done < CHUNK ? until - done : CHUNK;
        double begun = timer_thread();
        enum status stepped = stepper_advance(run->stepper, run->result->step, count, run->x);
        run->result->seconds += timer_thread() - begun;
        done += count;
        run->time = done == run->total ? run->request->time : (double)done * run->result->step;
        status = judge(run, stepped);
    }
    return status;
}

/* Steps of the method's choice, to the first one at or behind `until`. */
static enum status adapt_until(struct run *run, double until) {
    enum status status = STATUS_OK;
    while (run->time < until && !run->over && status == STATUS_OK) {
        /* Not past the time: of the steps that it would take at the mean length so far, most. */
        double mean = run->stepper->steps > 0 ? run->time / (double)run->stepper->steps : run->request->time;
        double count = fmax(1.0, fmin(CHUNK, 0.8 * (until - run->time) / mean));
        double begun = timer_thread();
        enum status stepped = stepper_adapt(run->stepper, run->request->tolerance, run->request->time,
                                            (long)count, &run->time, run->x);
        run->result->seconds += timer_thread() - begun;
        status = judge(run, stepped);
    }
    return status;
}

/* Share of the whole run at which stretch `index` of `count` ends. The largest error of a stretch that is
 * shorter than a period depends on which part of the orbit it sees, and would look like growth or decay. */
static double stretch_end(const struct integration_request *request, int index, int count, double shortest) {
    double part = (double)index / count, periods = request->time / request->problem->period;
    if (index == 0 || index == count || !request->samples_by_log) {
        return part;
    }
    double share = pow(shortest, 1.0 - part);
    return share * periods > 1.0 ? fmin(1.0, round(share * periods) / periods) : share;
}

/* The stretch from share `from` to `to`, looking at the energy on the way. */
static enum status follow_stretch(struct run *run, double from, double to, double *worst) {
    enum status status = STATUS_OK;
    int probes = run->request->samples > 0 ? SAMPLE_PROBES : PROBES;
    long done = lround(from * (double)run->total);
    *worst = energy_error(run);
    for (int i = 1; i <= probes && status == STATUS_OK && !run->over; i++) {
        double shift = i * GOLDEN - floor(i * GOLDEN);
        double share = i == probes ? to : from + (to - from) * (i - shift) / probes;
        if (run->total > 0) {
            long until = lround(share * (double)run->total);
            if (until <= done) {
                continue;
            }
            status = step_until(run, done, until);
            done = until;
        } else {
            status = adapt_until(run, share * run->request->time);
        }
        *worst = larger(*worst, energy_error(run));
    }
    return status;
}

static void keep_sample(struct run *run, double worst_energy) {
    struct integration_result *result = run->result;
    struct integration_sample sample = {
        .time = run->time,
        .energy_error = worst_energy,
        .momentum_error = momentum_error(run),
        .angular_momentum_error = angular_momentum_error(run),
    };
    result->energy_error = larger(result->energy_error, sample.energy_error);
    result->momentum_error = larger(result->momentum_error, sample.momentum_error);
    result->angular_momentum_error = larger(result->angular_momentum_error, sample.angular_momentum_error);
    if (result->samples != NULL) {
        result->samples[result->sample_count++] = sample;
    }
}

static enum status follow(struct run *run) {
    const struct integration_request *request = run->request;
    enum status status = STATUS_OK;
    if (request->time_only) {
        return run->total > 0 ? step_until(run, 0, run->total) : adapt_until(run, request->time);
    }
    int count = request->samples > 0 ? request->samples : STRETCHES;
    double from = 0.0, shortest = run->total > 0 ? 1.0 / (double)run->total : 1e-6;
    for (int i = 1; i <= count && status == STATUS_OK && !run->over; i++) {
        double to = stretch_end(request, i, count, shortest), before = run->time, worst;
        if (run->total > 0 && lround(to * (double)run->total) == lround(from * (double)run->total)) {
            continue;
        }
        status = follow_stretch(run, from, to, &worst);
        from = to;
        if (status == STATUS_OK && !run->over && run->time > before) {
            keep_sample(run, worst);
        }
    }
    return status;
}

/* --- what is measured behind the run --- */

static void find_state_error(struct run *run) {
    const struct integration_request *request = run->request;
    const struct problem *problem = request->problem;
    double exact[PROBLEM_MAX_STATE];
    const double *reference = request->reference != NULL ? request->reference->state : NULL;
    if (reference == NULL && problem->solution != NULL) {
        problem->solution(problem, request->time, exact);
        reference = exact;
    }
    if (reference != NULL && !run->over) {
        run->result->state_error = measures_distance(run->x, reference, problem->system.size);
        run->result->phase_error = measures_phase(problem, run->x, reference, request->time);
    }
}

/* Back to t = 0 from where the run ended; a way back that fails leaves nan. */
static enum status find_return_error(struct run *run) {
    const struct integration_request *request = run->request;
    double back[PROBLEM_MAX_STATE], time = request->time;
    enum status status = STATUS_OK;
    memcpy(back, run->x, sizeof back);
    stepper_start(run->stepper, back);
    for (long done = 0; status == STATUS_OK && time != 0.0 && done < (run->total > 0 ? run->total : LONG_MAX);
         done += CHUNK) {
        if (interrupt_requested()) {
            return status_fail(STATUS_INTERRUPTED, "interrupted");
        }
        if (run->total > 0) {
            long count = run->total - done < CHUNK ? run->total - done : CHUNK;
            status = stepper_advance(run->stepper, -run->result->step, count, back);
            report(run, 1.0 + (double)(done + count) / (double)run->total);
        } else {
            status = stepper_adapt(run->stepper, request->tolerance, 0.0, CHUNK, &time, back);
            report(run, 2.0 - time / request->time);
        }
    }
    if (status == STATUS_OK) {
        run->result->return_error =
            measures_distance(back, request->problem->initial, request->problem->system.size);
    }
    return STATUS_OK;
}

static enum status measure(struct run *run) {
    const struct integration_request *request = run->request;
    const struct system *system = &request->problem->system;
    find_state_error(run);
    if (request->wants_jacobian && run->total > 0 && system->not_hamiltonian == NULL) {
        (void)measures_symplecticity(&run->result->symplecticity_defect, request->integrator, system,
                                     request->problem->initial, run->result->step);
    }
    return request->wants_return && !run->over ? find_return_error(run) : STATUS_OK;
}

/* --- the run --- */

static enum status check_sizes(const struct integration_request *request) {
    const struct integrator *integrator = request->integrator;
    if (!(request->time > 0.0) || !isfinite(request->time)) {
        return status_fail(STATUS_DATA, "time %g: must be a number above 0", request->time);
    }
    if ((request->step > 0.0) == (request->tolerance > 0.0)) {
        return status_fail(STATUS_DATA, "either a step or a tolerance must be given, above 0");
    }
    if (request->step > 0.0 && !integrator->fixed) {
        return status_fail(STATUS_DATA, "%s chooses its steps itself: it needs a tolerance",
                           integrator->name);
    }
    if (request->tolerance > 0.0 && !integrator->adaptive) {
        return status_fail(STATUS_DATA, "%s has no error estimate: it needs a step", integrator->name);
    }
    if (request->step > request->time * (1.0 + 1e-12)) {
        return status_fail(STATUS_DATA, "a step of %g is longer than the whole run of %g", request->step,
                           request->time);
    }
    if (request->step > 0.0 && request->time / request->step > 1e15) {
        return status_fail(STATUS_DATA, "%g steps are more than can be counted",
                           request->time / request->step);
    }
    if (request->tolerance > 0.0 && request->tolerance < DBL_EPSILON) {
        return status_fail(STATUS_DATA, "tolerance %g: must be at least %.3g, the precision of doubles",
                           request->tolerance, DBL_EPSILON);
    }
    if (request->tolerance >= 1.0) {
        return status_fail(STATUS_DATA, "tolerance %g: must be below 1", request->tolerance);
    }
    return STATUS_OK;
}

enum status integration_check(const struct integration_request *request) {
    enum status status = check_sizes(request);
    if (status == STATUS_OK) {
        status = integrator_check(request->integrator, &request->problem->system);
    }
    return status == STATUS_OK ? STATUS_OK : status_prefix(status, "%s", request->problem->name);
}

static void prepare(struct run *run) {
    const struct integration_request *request = run->request;
    struct integration_result *result = run->result;
    *result = (struct integration_result){
        .state_error = NAN,
        .phase_error = NAN,
        .energy_error = -INFINITY,
        .momentum_error = -INFINITY,
        .angular_momentum_error = -INFINITY,
        .return_error = NAN,
        .symplecticity_defect = NAN,
    };
    if (request->samples > 0) {
        result->samples = memory_alloc((size_t)request->samples, sizeof *result->samples);
    }
    if (request->step > 0.0) {
        run->total = (long)fmax(1.0, ceil(request->time / request->step * (1.0 - 1e-12)));
        result->step = request->time / (double)run->total;
    }
    memcpy(run->x, request->problem->initial, sizeof run->x);
    keep_initial_quantities(run);
    stepper_start(run->stepper, run->x);
}

static double known(double maximum) {
    return maximum == -INFINITY ? NAN : maximum;
}

static void conclude(struct run *run) {
    struct integration_result *result = run->result;
    result->reached = run->time;
    result->steps = run->stepper->steps;
    result->rejected = run->stepper->rejected;
    result->evaluations = run->stepper->evaluations;
    if (run->total == 0) {
        result->step = run->time / (double)(result->steps > 0 ? result->steps : 1);
    }
    memcpy(result->state, run->x, sizeof result->state);
    result->energy_error = known(result->energy_error);
    result->momentum_error = known(result->momentum_error);
    result->angular_momentum_error = known(result->angular_momentum_error);
}

enum status integration_run(struct integration_result *out, const struct integration_request *request) {
    assert(request->samples >= 0 && request->samples <= INTEGRATION_MAX_SAMPLES);
    struct run run = {.request = request, .result = out};
    enum status status = integration_check(request);
    if (status == STATUS_OK) {
        status = stepper_create(&run.stepper, request->integrator, &request->problem->system);
    }
    if (status != STATUS_OK) {
        return status;
    }
    prepare(&run);
    status = follow(&run);
    if (status == STATUS_OK) {
        conclude(&run);
        status = measure(&run);
    }
    if (status != STATUS_OK) {
        integration_result_clear(out);
    }
    stepper_free(run.stepper);
    return status;
}

void integration_result_clear(struct integration_result *result) {
    free(result->samples);
    result->samples = NULL;
    result->sample_count = 0;
}
