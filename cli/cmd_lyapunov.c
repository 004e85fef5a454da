/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "experiments/experiment.h"
#include "simulators/chaos.h"
#include "support/json_text.h"
#include "support/text.h"

static const struct option trajectories_option = {"trajectories", "N",
                                                  "trajectories to follow, at least 2 (default: 16)"};
static const struct option time_option = {
    "time", "X", "how long to follow each (default: as data do; ten times that where motion goes on)"};
static const struct option json_option = {"json", NULL, "print JSON"};

enum { DEFAULT_TRAJECTORIES = 16 };

static enum status read_request(const struct arguments *arguments, struct chaos_request *out) {
    int64_t trajectories = DEFAULT_TRAJECTORIES, seed = 0;
    enum status status = experiment_find_environment(&out->simulator, arguments->positional[0]);
    if (status != STATUS_OK) {
        return STATUS_USAGE;
    }
    out->time = chaos_default_time(out->simulator);
    status = arguments_integer(arguments, &trajectories_option, 2, CHAOS_MOST_TRAJECTORIES, &trajectories);
    if (status == STATUS_OK) {
        status = arguments_positive(arguments, &time_option, &out->time);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &seed_option, 0, INT64_MAX, &seed);
    }
    out->trajectories = (int)trajectories;
    out->seed = (uint64_t)seed;
    return status == STATUS_OK ? commands_effort(arguments, &out->effort) : status;
}

/* What an exponent means as a time; nan where the trajectories do not show that it is positive. */
static double time_of(const struct chaos_result *result) {
    return result->interval.low > 0.0 ? 1.0 / result->mean : (double)NAN;
}

static void print_text(const struct chaos_request *request, const struct chaos_result *result) {
    const struct simulator *simulator = request->simulator;
    size_t count = (size_t)result->trajectories;
    (void)printf("%-18s %s: %s\n", "environment", simulator->name, simulator->summary);
    (void)printf("%-18s %d, each for %g, %g frames of %g\n", "trajectories", result->trajectories,
                 result->time, result->time / simulator->dt, simulator->dt);
    (void)printf("%-18s %-12.4g mean of the trajectories, 95 %% interval %.4g to %.4g\n", "exponent",
                 result->mean, result->interval.low, result->interval.high);
    (void)printf("%-18s %-12.4g over the first half of the time, %.4g over the second\n", "",
                 result->halves[0], result->halves[1]);
    (void)printf("%-18s %-12.4g standard deviation, %.4g to %.4g, median %.4g\n", "of trajectories",
                 result->deviation, statistics_quantile(result->exponents, count, 0.0),
                 statistics_quantile(result->exponents, count, 1.0),
                 statistics_median(result->exponents, count));
    if (isnan(time_of(result))) {
        (void)printf("%-18s %-12s these trajectories do not show a positive exponent\n", "Lyapunov time",
                     "-");
    } else {
        (void)printf("%-18s %-12.4g %.4g frames\n", "Lyapunov time", time_of(result),
                     time_of(result) / simulator->dt);
    }
}

static void print_json(const struct chaos_request *request, const struct chaos_result *result) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "environment", request->simulator->name);
    json_text_integer(&json, "trajectories", result->trajectories);
    json_text_number(&json, "time", result->time);
    json_text_integer(&json, "seed", (int64_t)request->seed);
    json_text_number(&json, "exponent", result->mean);
    json_text_number(&json, "low", result->interval.low);
    json_text_number(&json, "high", result->interval.high);
    json_text_number(&json, "deviation", result->deviation);
    json_text_number(&json, "first_half", result->halves[0]);
    json_text_number(&json, "second_half", result->halves[1]);
    json_text_number(&json, "lyapunov_time", time_of(result));
    json_text_number(&json, "lyapunov_frames", time_of(result) / request->simulator->dt);
    json_text_open(&json, "exponents", '[');
    for (int i = 0; i < result->trajectories; i++) {
        json_text_number(&json, NULL, result->exponents[i]);
    }
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    (void)printf("%s\n", text.data);
    text_free(&text);
}

static enum status lyapunov(const struct arguments *arguments) {
    struct chaos_request request = {0};
    struct chaos_result result;
    enum status status = read_request(arguments, &request);
    if (status == STATUS_OK) {
        status = chaos_measure(&result, &request);
    }
    if (status == STATUS_OK) {
        (arguments_has(arguments, &json_option) ? print_json : print_text)(&request, &result);
        chaos_result_clear(&result);
    }
    return status;
}

static const struct option *const options[] = {
    &trajectories_option, &time_option, &seed_option, &json_option, &threads_option, &quiet_option, NULL,
};

const struct command lyapunov_command = {
    .name = "lyapunov",
    .usage = "ENVIRONMENT",
    .summary = "measure how chaotic an environment is",
    .description = "Measures the largest Lyapunov exponent of an environment: the rate at which small\n"
                   "errors grow along its trajectories, as a mean over trajectories that are drawn as\n"
                   "those of datasets. The exponent of motion that is not chaotic falls with the time,\n"
                   "as ln t / t: its second half has much less than the first. The Lyapunov time is the\n"
                   "exponent's inverse, in which an error grows by e.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = lyapunov,
};
