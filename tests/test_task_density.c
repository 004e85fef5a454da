/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task "density", with oracles: models that know the density of their points, or that know one that is a
 * given distance from it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/density_trial.h"
#include "evaluation/evaluation.h"
#include "evaluation/metric.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/oracle_case.h"

/* ---- oracles ---- */

/* Their log density of a point is that of the target, or of a standard normal for states; shifted by `error`,
 * and, unless they are exact, by the logarithm of a noise whose mean is one. */
struct oracle {
    struct density_settings points;
    double error;
};

static double log_known(const struct oracle *oracle, const double *point) {
    const struct density_target *target = density_settings_target(oracle);
    return (target == NULL ? density_target_find("gaussian") : target)->log_density(point) + oracle->error;
}

static void know(const struct model *model, struct model_workspace *workspace, const double *points,
                 int count, int samples, struct random_stream *random, double *out) {
    (void)workspace;
    for (int i = 0; i < count; i++) {
        double mean = 0;
        for (int k = 0; k < samples; k++) {
            mean += exp(random_normal(random) - 0.5) / samples; /* of a log-normal: one */
        }
        out[i] = log_known(model->settings, points + 2 * (long)i);
        out[i] += model->kind->density->is_exact ? 0 : log(mean);
    }
}

static void draw(const struct model *model, struct model_workspace *workspace, struct random_stream *random,
                 int count, double *points) {
    (void)workspace;
    for (int i = 0; i < count; i++) {
        density_settings_target(model->settings)->draw(random, points + 2 * (long)i);
    }
}

static void draw_normal(const struct model *model, struct model_workspace *workspace,
                        struct random_stream *random, int count, double *points) {
    (void)model;
    (void)workspace;
    for (int i = 0; i < 2 * count; i++) {
        points[i] = random_normal(random);
    }
}

static const struct density_settings *points_of(const void *settings) {
    return settings;
}

static const struct schema no_settings = {.group = "model", .size = sizeof(struct oracle)};
static const struct model_density exact = {
    .points = points_of, .log_density = know, .is_exact = true, .sample = draw};
static const struct model_density estimate = {.points = points_of, .log_density = know, .sample = draw};
static const struct model_density of_states = {
    .points = points_of, .log_density = know, .is_exact = true, .sample = draw_normal};
static const struct model_kind exact_kind = {.name = "exact", .settings = &no_settings, .density = &exact};
static const struct model_kind estimate_kind = {
    .name = "estimate", .settings = &no_settings, .density = &estimate};
static const struct model_kind states_kind = {
    .name = "states", .settings = &no_settings, .density = &of_states};

static const struct density_trial_settings small = {
    .points = 400, .few = 10, .many = 100, .grid = 64, .grid_samples = 30};

static const void *give_settings(const void *context, const struct schema *schema) {
    CU_ASSERT_PTR_EQUAL(schema, &density_trial_schema);
    return context;
}

static struct evaluation_job job_of(const struct model *model, int threads) {
    struct evaluation_job job = oracle_job(model, test_folder());
    job.threads = threads;
    job.metric_settings = give_settings;
    job.context = &small;
    return job;
}

static struct evaluation_result evaluate(const struct model_kind *kind, const char *target, double error,
                                         int threads) {
    struct oracle oracle = {.points = {.state_size = 2}, .error = error};
    (void)snprintf(oracle.points.target, sizeof oracle.points.target, "%s", target);
    (void)snprintf(oracle.points.coordinates, sizeof oracle.points.coordinates, "%s", DENSITY_ALL);
    struct model model = {.kind = kind, .settings = &oracle};
    struct evaluation_job job = job_of(&model, threads);
    struct evaluation_result result = {0};
    CHECK_OK_FATAL(evaluation_check(&job.settings, kind, &oracle, ORACLE_FRAMES));
    CHECK_OK_FATAL(evaluation_run(&job, &result));
    return result;
}

static const struct evaluation_figure *figure(const struct evaluation_result *result, const char *name) {
    return &result->figures[metric_figure_find(name)];
}

static double value(const struct evaluation_result *result, const char *name) {
    return figure(result, name)->value;
}

/* ---- tests ---- */

static void whoever_knows_the_density_is_no_distance_from_it(void) {
    for (const struct density_target *const *target = density_targets; *target != NULL; target++) {
        struct evaluation_result result = evaluate(&exact_kind, (*target)->name, 0, 2);
        CHECK_NEAR(value(&result, "kl"), 0, 1e-12);
        CHECK_NEAR(value(&result, "mass"), 1, 1e-3); /* less what is beyond the grid */
        CHECK_NEAR(value(&result, "log_likelihood"), value(&result, "elbo"), 0);
        /* The cross entropy of a density with itself is its entropy. Observed: 0.06, of deviations of 0.05.
         */
        CHECK_NEAR(value(&result, "log_likelihood"), -value(&result, "entropy"), 0.15);
        const struct statistics_interval *interval = &figure(&result, "elbo")->interval;
        CU_ASSERT(interval->low <= value(&result, "elbo") + 1e-12);
        CU_ASSERT(interval->high >= value(&result, "elbo") - 1e-12);
        CU_ASSERT(isnan(value(&result, "reconstruction_mse")));
        CU_ASSERT_EQUAL(result.windows, small.points);
        CU_ASSERT_EQUAL(result.runs, small.points);
    }
}

/* Whether the text is in the file of the last evaluation. */
static bool says(const char *name, const char *words) {
    struct text content = {0};
    char *path = file_join(test_folder(), name);
    CHECK_OK_FATAL(file_read(&content, path));
    bool found = strstr(content.data, words) != NULL;
    free(path);
    text_free(&content);
    return found;
}

static void pictures_are_called_after_what_the_points_are_of(void) {
    static const char *const files[] = {"plots/samples.gp", "plots/density.gp", "plots/density.dat"};
    (void)evaluate(&exact_kind, "two_moons", 0, 2);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        CU_ASSERT(says(files[i], "two_moons, ") && !says(files[i], "pendulum"));
    }
    (void)evaluate(&states_kind, "states", 0, 2);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        CU_ASSERT(says(files[i], "pendulum, "));
    }
}

static void a_density_that_is_no_number_has_axes(void) {
    (void)evaluate(&states_kind, "states", NAN, 2);
    CU_ASSERT(says("plots/density.gp", "set cbrange [-12:0]"));
}

static void entropies_are_those_of_the_formulas(void) {
    double two_pi_e = 2 * acos(-1.0) * exp(1.0);
    struct evaluation_result normal = evaluate(&exact_kind, "gaussian", 0, 2);
    CHECK_NEAR(value(&normal, "entropy"), log(two_pi_e), 2e-3); /* the rest is beyond the grid */
    struct evaluation_result squares = evaluate(&exact_kind, "checkerboard", 0, 2);
    CHECK_NEAR(value(&squares, "entropy"), log(8), 1e-12);
    struct evaluation_result two = evaluate(&exact_kind, "two_gaussians", 0, 2);
    CHECK_NEAR(value(&two, "entropy"), log(two_pi_e * 0.04) + log(2), 1e-6);
}

static void a_density_that_is_too_low_everywhere_is_that_far_off(void) {
    struct evaluation_result result = evaluate(&exact_kind, "ring", -0.3, 2);
    CHECK_NEAR(value(&result, "kl"), 0.3, 1e-4);
    CHECK_NEAR(value(&result, "mass"), exp(-0.3), 1e-4);
}

/* log of a mean of log-normal weights: -1/2 for one draw, closer to 0 for more. */
static void estimates_come_from_below(void) {
    struct evaluation_result result = evaluate(&estimate_kind, "gaussian", 0, 2);
    double known = value(&result, "elbo"), few = value(&result, "log_likelihood_few"),
           many = value(&result, "log_likelihood");
    struct evaluation_result truth = evaluate(&exact_kind, "gaussian", 0, 2);
    double log_likelihood = value(&truth, "log_likelihood"); /* of the same points */
    printf("\n    %.3f %.3f %.3f of %.3f, kl %.4f ", known, few, many, log_likelihood, value(&result, "kl"));
    CHECK_NEAR(known, log_likelihood - 0.5, 0.15); /* its deviation is 0.05 */
    CHECK_NEAR(few, log_likelihood - 0.075, 0.06);
    CHECK_NEAR(many, log_likelihood - 0.0085, 0.02);
    CU_ASSERT(known < few && few < many);
    CU_ASSERT(value(&result, "kl") > 0 && value(&result, "kl") < 0.06);
    CHECK_NEAR(value(&result, "mass"), 1, 0.02);
}

static void points_may_be_states_of_the_test_split(void) {
    struct evaluation_result result = evaluate(&states_kind, DENSITY_STATES, 0, 2);
    CU_ASSERT(isfinite(value(&result, "log_likelihood")));
    CU_ASSERT(isnan(value(&result, "kl")) && isnan(value(&result, "entropy")));
    CU_ASSERT_EQUAL(result.runs, ORACLE_TRAJECTORIES);
    struct evaluation_result read;
    CHECK_OK_FATAL(evaluation_read(&read, test_folder()));
    CU_ASSERT(value(&read, "log_likelihood") == value(&result, "log_likelihood"));
    CU_ASSERT(isnan(value(&read, "kl")));
}

static void figures_have_the_same_bits_for_any_number_of_threads(void) {
    struct evaluation_result one = evaluate(&estimate_kind, "pinwheel", 0, 1);
    struct evaluation_result three = evaluate(&estimate_kind, "pinwheel", 0, 3);
    CU_ASSERT(memcmp(one.figures, three.figures, sizeof one.figures) == 0);
}

static void check_picture(const char *name, bool expected) {
    char *path = text_format("%s/plots/%s.dat", test_folder(), name);
    CU_ASSERT_EQUAL(file_exists(path), expected);
    free(path);
}

static void pictures_show_samples_and_densities(void) {
    (void)evaluate(&exact_kind, "two_moons", 0, 2);
    check_picture("samples", true);
    check_picture("density", true);
    check_picture("energies", false); /* the oracle has none */
    struct lines pictures = {0}, notes = {0};
    CHECK_OK_FATAL(evaluation_list_pictures(&pictures, &notes, test_folder()));
    bool told = false;
    for (size_t i = 0; i < notes.count; i++) {
        told = told || strstr(notes.line[i], "draws from two_moons") != NULL;
    }
    CU_ASSERT(told);
    lines_free(&pictures);
    lines_free(&notes);
}

int main(void) {
    static const struct test tests[] = {
        TEST(whoever_knows_the_density_is_no_distance_from_it),
        TEST(pictures_are_called_after_what_the_points_are_of),
        TEST(a_density_that_is_no_number_has_axes),
        TEST(entropies_are_those_of_the_formulas),
        TEST(a_density_that_is_too_low_everywhere_is_that_far_off),
        TEST(estimates_come_from_below),
        TEST(points_may_be_states_of_the_test_split),
        TEST(figures_have_the_same_bits_for_any_number_of_threads),
        TEST(pictures_show_samples_and_densities),
    };
    int result = tests_run("task_density", tests, sizeof tests / sizeof *tests);
    oracle_close_data();
    return result;
}
