/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps per second of integrators on one core, one JSON line each: the median of five runs of at least a
 * tenth of a second of processor time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "problems/integration.h"
#include "support/json_text.h"
#include "support/statistics.h"

enum { RUNS = 5 };
static const double LONG_ENOUGH = 0.1; /* seconds */

/* Steps a second that are asked for; 0: none. */
static const struct {
    const char *problem;
    const char *integrator;
    double parts; /* steps of a period */
    double target;
} cases[] = {
    {"kepler_06", "leapfrog", 200.0, 30e6},   {"pendulum", "rk4", 200.0, 8e6},
    {"pendulum", "leapfrog", 200.0, 0.0},     {"kepler_06", "rk4", 200.0, 0.0},
    {"kepler_06", "so8", 50.0, 0.0},          {"kepler_06", "dopri8", 50.0, 0.0},
    {"kepler_06", "gauss6", 50.0, 0.0},       {"kepler_06", "gsl_rk8pd", 50.0, 0.0},
    {"mass_spring", "leapfrog", 200.0, 0.0},  {"outer_solar_system", "leapfrog", 200.0, 0.0},
    {"lennard_jones", "leapfrog", 50.0, 0.0},
};

/* Steps a second of a run of `count` steps; 0 when it fails. */
static double measure(const struct problem *problem, const struct integrator *integrator, double parts,
                      long count, double *seconds) {
    double step = problem->period / parts;
    struct integration_request request = {
        .problem = problem, .integrator = integrator, .step = step, .time = step * (double)count};
    struct integration_result result;
    if (integration_run(&result, &request) != STATUS_OK) {
        return 0.0;
    }
    double rate = result.failure[0] == '\0' ? (double)result.steps / result.seconds : 0.0;
    *seconds = result.seconds;
    integration_result_clear(&result);
    return rate;
}

static void print_line(size_t index, double rate) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "bench", "integrators");
    json_text_string(&json, "problem", cases[index].problem);
    json_text_string(&json, "integrator", cases[index].integrator);
    json_text_number(&json, "steps_per_second", round(rate));
    if (cases[index].target > 0.0) {
        json_text_number(&json, "target", cases[index].target);
    }
    json_text_close(&json, '}');
    (void)printf("%s\n", text.data);
    (void)fflush(stdout);
    text_free(&text);
}

int main(void) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem *problem = NULL;
        const struct integrator *integrator = integrator_find(cases[i].integrator);
        double rates[RUNS], seconds = 0.0;
        long count = 10000;
        if (problem_create(&problem, cases[i].problem) != STATUS_OK) {
            (void)fprintf(stderr, "bench_integrators: %s\n", status_detail());
            return EXIT_FAILURE;
        }
        while (measure(problem, integrator, cases[i].parts, count, &seconds) > 0.0 && seconds < LONG_ENOUGH) {
            count *= 2;
        }
        for (int run = 0; run < RUNS; run++) {
            rates[run] = measure(problem, integrator, cases[i].parts, count, &seconds);
        }
        print_line(i, statistics_median(rates, RUNS));
        problem_free(problem);
    }
    return EXIT_SUCCESS;
}
