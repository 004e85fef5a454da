/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "problems/integration.h"
#include "support/interrupt.h"
#include "support/json_text.h"
#include "support/progress.h"
#include "support/text.h"

static const struct option problem_option = {"problem", "NAME", "what to integrate (hambench list problems)"};
static const struct option integrator_option = {"integrator", "NAME",
                                                "by which method (hambench list integrators)"};
static const struct option dt_option = {"dt", "X", "length of the steps"};
static const struct option tol_option = {"tol", "X",
                                         "let the method choose its steps by this tolerance of each"};
static const struct option time_option = {"time", "X", "to which time (default: ten periods)"};
static const struct option samples_option = {"samples", "N",
                                             "energy errors of N stretches of the run as well"};
static const struct option json_option = {"json", NULL, "print JSON"};

/* A run that takes longer is announced, as estimated from this many steps, or one period with error control.
 */
static const double LONG_SECONDS = 5.0;
enum { SAMPLE_STEPS = 20000, SAMPLE_EVALUATIONS = 2000000 };

/* Evaluations beyond which only a wrong number can have asked for them: about a day. */
static const long MOST_EVALUATIONS = 2000000000000;

/* A required option's value. */
static enum status require(const struct arguments *arguments, const struct option *option, const char **out) {
    *out = arguments_value(arguments, option);
    return *out != NULL
               ? STATUS_OK
               : status_fail(STATUS_USAGE, "--%s is missing (try 'hambench integrate --help')", option->name);
}

static enum status read_numbers(const struct arguments *arguments, struct integration_request *request) {
    int64_t samples = 0;
    request->time = 10.0 * request->problem->period;
    enum status status = arguments_positive(arguments, &dt_option, &request->step);
    if (status == STATUS_OK) {
        status = arguments_positive(arguments, &tol_option, &request->tolerance);
    }
    if (status == STATUS_OK) {
        status = arguments_positive(arguments, &time_option, &request->time);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &samples_option, 1, INTEGRATION_MAX_SAMPLES, &samples);
    }
    request->samples = (int)samples;
    if (status == STATUS_OK && (request->step > 0.0) == (request->tolerance > 0.0)) {
        status = status_fail(STATUS_USAGE, "one of --dt and --tol must be given");
    }
    return status;
}

/* `*problem` is the caller's also when this fails. */
static enum status read_request(const struct arguments *arguments, struct integration_request *request,
                                struct problem **problem) {
    const char *problem_name = "", *integrator_name = "";
    enum status status = require(arguments, &problem_option, &problem_name);
    if (status == STATUS_OK) {
        status = require(arguments, &integrator_option, &integrator_name);
    }
    if (status == STATUS_OK && problem_create(problem, problem_name) != STATUS_OK) {
        status = STATUS_USAGE;
    }
    if (status == STATUS_OK && integrator_get(&request->integrator, integrator_name) != STATUS_OK) {
        status = STATUS_USAGE;
    }
    if (status == STATUS_OK) {
        *request = (struct integration_request){
            .problem = *problem,
            .integrator = request->integrator,
            .wants_return = true,
            .wants_jacobian = true,
            .most_evaluations = MOST_EVALUATIONS,
        };
        status = read_numbers(arguments, request);
    }
    return status == STATUS_OK ? integration_check(request) : status;
}

/* --- results --- */

static bool is_shortened(const struct integration_request *request, const struct integration_result *result) {
    return request->step > 0.0 && result->step < request->step * (1.0 - 1e-9);
}

static void print_number(const char *label, double value, const char *meaning) {
    if (!isnan(value)) {
        (void)printf("%-18s %-12.4g %s\n", label, value, meaning);
    }
}

static void print_samples(const struct integration_result *result) {
    if (result->sample_count > 0) {
        (void)printf("\n%-14s %-14s %-14s %s\n", "until", "energy error", "momentum", "angular momentum");
    }
    for (int i = 0; i < result->sample_count; i++) {
        const struct integration_sample *sample = &result->samples[i];
        (void)printf("%-14.6g %-14.4g %-14.4g %.4g\n", sample->time, sample->energy_error,
                     sample->momentum_error, sample->angular_momentum_error);
    }
}

static void print_text(const struct integration_request *request, const struct integration_result *result,
                       const struct problem_reference *reference) {
    const struct problem *problem = request->problem;
    (void)printf("%-18s %s: %s, to %g of %g %s%s\n", "problem", problem->name, problem->summary,
                 result->reached, request->time, problem->unit, request->time == 1.0 ? "" : "s");
    (void)printf("%-18s %s: %s\n", "integrator", request->integrator->name, request->integrator->summary);
    if (result->failure[0] != '\0') {
        (void)printf("%-18s %s\n", "failed", result->failure);
    }
    print_number("error", result->state_error, "|x - reference| / |reference|");
    print_number("noise floor", reference->disagreement, "of the reference: errors below it mean nothing");
    print_number("phase error", result->phase_error, "radians ahead of the reference");
    print_number("energy error", result->energy_error, "max |H - H(0)| / |H(0)|");
    print_number("momentum error", result->momentum_error, "max |P - P(0)| / sum |p(0)|");
    print_number("angular momentum", result->angular_momentum_error, "max |L - L(0)| / |L(0)|");
    print_number("return error", result->return_error, "there and back");
    print_number("symplecticity", result->symplecticity_defect, "max |J^T Omega J - Omega| of a step");
    (void)printf("%-18s %-12ld of %.4g on average, %ld rejected%s\n", "steps", result->steps, result->step,
                 result->rejected, is_shortened(request, result) ? "; made shorter to end at the time" : "");
    (void)printf("%-18s %ld\n", "evaluations", result->evaluations);
    (void)printf("%-18s %-12.4g s, %.4g million steps/s\n", "time", result->seconds,
                 (double)result->steps / result->seconds / 1e6);
    print_samples(result);
}

static void write_samples(struct json_text *json, const struct integration_result *result) {
    json_text_open(json, "samples", '[');
    for (int i = 0; i < result->sample_count; i++) {
        const struct integration_sample *sample = &result->samples[i];
        json_text_open(json, NULL, '{');
        json_text_number(json, "time", sample->time);
        json_text_number(json, "energy_error", sample->energy_error);
        json_text_number(json, "momentum_error", sample->momentum_error);
        json_text_number(json, "angular_momentum_error", sample->angular_momentum_error);
        json_text_close(json, '}');
    }
    json_text_close(json, ']');
}

static void print_json(const struct integration_request *request, const struct integration_result *result,
                       const struct problem_reference *reference) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "problem", request->problem->name);
    json_text_string(&json, "integrator", request->integrator->name);
    json_text_string(&json, "failure", result->failure);
    json_text_number(&json, "time", request->time);
    json_text_number(&json, "reached", result->reached);
    json_text_number(&json, "tolerance", request->tolerance);
    json_text_number(&json, "step_asked", request->step);
    json_text_number(&json, "step", result->step);
    json_text_integer(&json, "steps", result->steps);
    json_text_integer(&json, "rejected", result->rejected);
    json_text_integer(&json, "evaluations", result->evaluations);
    json_text_number(&json, "seconds", result->seconds);
    json_text_number(&json, "state_error", result->state_error);
    json_text_number(&json, "noise_floor", reference->disagreement);
    json_text_string(&json, "reference", reference->first);
    json_text_string(&json, "checked_by", reference->second);
    json_text_number(&json, "phase_error", result->phase_error);
    json_text_number(&json, "energy_error", result->energy_error);
    json_text_number(&json, "momentum_error", result->momentum_error);
    json_text_number(&json, "angular_momentum_error", result->angular_momentum_error);
    json_text_number(&json, "return_error", result->return_error);
    json_text_number(&json, "symplecticity_defect", result->symplecticity_defect);
    json_text_open(&json, "state", '[');
    for (int i = 0; i < request->problem->system.size; i++) {
        json_text_number(&json, NULL, result->state[i]);
    }
    json_text_close(&json, ']');
    if (request->samples > 0) {
        write_samples(&json, result);
    }
    json_text_close(&json, '}');
    (void)printf("%s\n", text.data);
    text_free(&text);
}

/* --- the run --- */

/* Seconds that the steps of a request take, from a short piece of it; 0 when that fails. */
static double estimate(const struct integration_request *request, const struct integrator *integrator,
                       double step, double tolerance) {
    double piece = step > 0.0 ? step * SAMPLE_STEPS : request->problem->period;
    struct integration_request sample = {
        .problem = request->problem,
        .integrator = integrator,
        .step = step,
        .tolerance = tolerance,
        .time = fmin(piece, request->time),
        .most_evaluations = SAMPLE_EVALUATIONS,
    };
    struct integration_result result;
    if (integration_run(&result, &sample) != STATUS_OK) {
        return 0.0;
    }
    double seconds = result.reached > 0.0 ? result.seconds * request->time / result.reached : 0.0;
    integration_result_clear(&result);
    return seconds;
}

/* Says before long work how long it will be: that of the reference, too, where it has to be integrated. */
static void announce(const struct integration_request *request) {
    double run = 2.0 * estimate(request, request->integrator, request->step, request->tolerance);
    double reference = request->problem->solution != NULL
                           ? 0.0
                           : estimate(request, integrator_find("dopri8"), 0.0, PROBLEM_REFERENCE_TOLERANCE);
    if (run + reference < LONG_SECONDS) {
        return;
    }
    struct text line = {0};
    text_add(&line, "%s on %s: ", request->integrator->name, request->problem->name);
    if (request->step > 0.0) {
        text_add(&line, "%.3g steps there and back, ", 2.0 * ceil(request->time / request->step));
    }
    text_add(&line, "about ");
    text_add_seconds(&line, run + reference);
    if (reference > run) {
        text_add(&line, ", most of it for the reference");
    }
    commands_complain(line.data);
    text_free(&line);
}

/* Of a thousand parts; the last one is the result. */
static void show_progress(void *context, double share) {
    progress_update(context, (long)fmin(999.0, 1000.0 * share), "");
}

static enum status measure(const struct arguments *arguments, const struct integration_request *request,
                           struct problem_reference *reference, struct integration_result *result) {
    bool quiet = arguments_has(arguments, &quiet_option);
    if (!quiet) {
        announce(request);
    }
    enum status status = interrupt_requested()
                             ? status_fail(STATUS_INTERRUPTED, "interrupted")
                             : problem_find_reference(reference, request->problem, request->time);
    if (status == STATUS_OK) {
        struct progress progress = progress_begin("integrate", 0, 1000, quiet);
        struct integration_request watched = *request;
        watched.reference = reference;
        watched.watch = show_progress;
        watched.context = &progress;
        status = integration_run(result, &watched);
        progress_end(&progress);
    }
    return status;
}

static enum status run(const struct arguments *arguments, const struct integration_request *request) {
    struct problem_reference reference;
    struct integration_result result;
    enum status status = measure(arguments, request, &reference, &result);
    if (status != STATUS_OK) {
        return status;
    }
    (arguments_has(arguments, &json_option) ? print_json : print_text)(request, &result, &reference);
    if (result.failure[0] != '\0') {
        status = status_fail(STATUS_CELLS_FAILED, "%s on %s: %s", request->integrator->name,
                             request->problem->name, result.failure);
    }
    integration_result_clear(&result);
    return status;
}

static enum status integrate(const struct arguments *arguments) {
    struct integration_request request = {0};
    struct problem *problem = NULL;
    enum status status = read_request(arguments, &request, &problem);
    if (status == STATUS_OK) {
        status = run(arguments, &request);
    }
    problem_free(problem);
    return status;
}

static const struct option *const options[] = {
    &problem_option, &integrator_option, &dt_option,    &tol_option, &time_option,
    &samples_option, &json_option,       &quiet_option, NULL,
};

const struct command integrate_command = {
    .name = "integrate",
    .usage = "",
    .summary = "integrate one problem by one method",
    .description = "Integrates a problem by a method, with steps of a given length (--dt) or chosen by a\n"
                   "tolerance (--tol), and prints the errors against a reference solution made by two other\n"
                   "methods, what became of the conserved quantities, evaluations and time. A method that\n"
                   "cannot work on the problem is refused with the reason. Work of more than 5 seconds is\n"
                   "announced.\n",
    .options = options,
    .least = 0,
    .most = 0,
    .run = integrate,
};
