/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task "states", with oracles: fields that are the environment's own, or off it in a way whose
 * consequences are known in closed form.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/generate.h"
#include "evaluation/evaluation.h"
#include "evaluation/metric.h"
#include "evaluation/state_trial.h"
#include "evaluation/windows.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/oracle_case.h"

/* ---- data ---- */

enum { TRAJECTORIES = 6, FRAMES = 60, RECONSTRUCTION = 10, EXTRAPOLATION = 30 };
enum { HORIZON = RECONSTRUCTION + EXTRAPOLATION };

static struct dataset *open_data(const char *environment, int trajectories) {
    char *path = text_format("%s/%s.h5", test_folder(), environment);
    const struct simulator *simulator = simulator_find(environment);
    struct generate_request request = {.simulator = simulator,
                                       .path = path,
                                       .train = 1,
                                       .test = trajectories,
                                       .frames = FRAMES,
                                       .dt = simulator->dt,
                                       .without_images = true,
                                       .seed = 3,
                                       .effort = {.threads = 1, .quiet = true}};
    struct dataset *dataset = NULL;
    CHECK_OK_FATAL(dataset_generate(&request));
    CHECK_OK_FATAL(dataset_open(&dataset, path));
    free(path);
    return dataset;
}

/* ---- oracles ---- */

/* dx/dt = speed f(x) + growth x with the field f of the world, friction and all. */
struct oracle {
    double speed, growth;
    int width;
};

/* The parameters are those of the first test trajectory: the worlds here have the same for all. */
static const struct dataset *world;

static void field(const struct model *model, struct model_workspace *workspace, const double *states,
                  int count, double *rates) {
    const struct oracle *oracle = model->settings;
    const double *parameters = dataset_parameters(world, DATASET_TEST, 0);
    (void)workspace;
    for (int i = 0; i < count; i++) {
        const double *x = states + (long)i * oracle->width;
        double *rate = rates + (long)i * oracle->width;
        memset(rate, 0, (size_t)oracle->width * sizeof *rate);
        if (oracle->speed != 0) {
            simulator_full_field(dataset_simulator(world), parameters, x, rate);
        }
        for (int k = 0; k < oracle->width; k++) {
            rate[k] = oracle->speed * rate[k] + oracle->growth * x[k];
        }
    }
}

static void energy(const struct model *model, struct model_workspace *workspace, const double *states,
                   int count, double *energies) {
    const struct oracle *oracle = model->settings;
    (void)workspace;
    for (int i = 0; i < count; i++) {
        energies[i] =
            3 * simulator_energy(dataset_simulator(world), dataset_parameters(world, DATASET_TEST, 0),
                                 states + (long)i * oracle->width);
    }
}

/* Reaches infinity in a time of 1 / x. */
static void explode(const struct model *model, struct model_workspace *workspace, const double *states,
                    int count, double *rates) {
    const struct oracle *oracle = model->settings;
    (void)workspace;
    for (int i = 0; i < count * oracle->width; i++) {
        rates[i] = 1000 * (1 + states[i] * states[i]);
    }
}

static int width_of(const void *settings) {
    return ((const struct oracle *)settings)->width;
}

static int eight(const void *settings) {
    (void)settings;
    return 8;
}

static const struct schema no_settings = {.group = "model", .size = sizeof(struct oracle)};
static void declare(struct model *model) {
    (void)model; /* no parameters */
}

static const struct model_states energetic = {
    .width = width_of, .length = eight, .field = field, .energy = energy};
static const struct model_states plain = {.width = width_of, .length = eight, .field = field};
static const struct model_states explosive = {.width = width_of, .length = eight, .field = explode};
static const struct model_kind energetic_kind = {
    .name = "energetic", .settings = &no_settings, .declare = declare, .states = &energetic};
static const struct model_kind plain_kind = {
    .name = "plain", .settings = &no_settings, .declare = declare, .states = &plain};
static const struct model_kind explosive_kind = {
    .name = "explosive", .settings = &no_settings, .declare = declare, .states = &explosive};

/* ---- evaluating them ---- */

/* The oracle and its job, in the world. */
struct trial_case {
    struct oracle oracle;
    struct model model;
    struct evaluation_job job;
};

static void prepare(struct trial_case *out, const struct dataset *dataset, const struct model_kind *kind,
                    double speed, double growth) {
    world = dataset;
    out->oracle = (struct oracle){speed, growth, dataset_info(dataset)->state_size};
    out->model = (struct model){.kind = kind, .settings = &out->oracle};
    out->job = (struct evaluation_job){.folder = test_folder(),
                                       .model = &out->model,
                                       .name = kind->name,
                                       .dataset = dataset,
                                       .settings = {.windows = 20,
                                                    .history_frames = 2,
                                                    .reconstruction_frames = RECONSTRUCTION,
                                                    .extrapolation_frames = EXTRAPOLATION,
                                                    .integrator = EVALUATION_AS_TRAINED,
                                                    .directions = EVALUATION_FORWARD},
                                       .window_seed = 5,
                                       .threads = 2,
                                       .quiet = true};
}

static struct evaluation_result run(const struct trial_case *trial) {
    struct evaluation_result result = {0};
    CHECK_OK_FATAL(evaluation_check(&trial->job.settings, trial->model.kind, &trial->oracle, FRAMES));
    CHECK_OK_FATAL(evaluation_run(&trial->job, &result));
    return result;
}

static struct evaluation_result evaluate(const struct dataset *dataset, const struct model_kind *kind,
                                         double speed, double growth) {
    struct trial_case trial;
    prepare(&trial, dataset, kind, speed, growth);
    return run(&trial);
}

static double value(const struct evaluation_result *result, const char *name) {
    return result->figures[metric_figure_find(name)].value;
}

static struct statistics_interval interval(const struct evaluation_result *result, const char *name) {
    return result->figures[metric_figure_find(name)].interval;
}

static int count_notes(const char *words) {
    struct lines pictures = {0}, notes = {0};
    CHECK_OK_FATAL(evaluation_list_pictures(&pictures, &notes, test_folder()));
    int found = 0;
    for (size_t i = 0; i < notes.count; i++) {
        found += strstr(notes.line[i], words) != NULL;
    }
    lines_free(&pictures);
    lines_free(&notes);
    return found;
}

static bool was_noted(const char *words) {
    return count_notes(words) > 0;
}

static bool is_drawn(const char *name) {
    char *path = text_format("%s/plots/%s.dat", test_folder(), name);
    bool exists = file_exists(path);
    free(path);
    return exists;
}

/* What the trial itself holds, of a job with all windows. */
static struct state_trial follow(const struct trial_case *trial) {
    static const struct state_trial_settings all = {1000};
    struct state_trial out;
    CHECK_OK_FATAL(state_trial_run(&out, &trial->job, &all));
    return out;
}

/* ---- tests ---- */

static void the_true_field_leads_to_the_true_states(void) {
    /* What four steps a frame leave, ten times over; observed: error 5.9e-9, 1.4e-9, 2.0e-5 (a chaotic
     * system), 2.9e-11, drift 1.4e-8, 1.4e-8, 5.4e-4, 6.5e-11. */
    static const struct {
        const char *name;
        double error, drift;
    } worlds[] = {
        {"mass_spring", 6e-8, 2e-7},
        {"pendulum", 2e-8, 2e-7},
        {"double_pendulum", 2e-4, 6e-3},
        {"two_body", 3e-10, 7e-10},
    };
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
        struct dataset *dataset = open_data(worlds[i].name, TRAJECTORIES);
        struct evaluation_result result = evaluate(dataset, &energetic_kind, 1, 0);
        printf("\n    %s: error %.1e, drift %.1e ", worlds[i].name, value(&result, "state_error"),
               value(&result, "true_energy_drift_1000"));
        CU_ASSERT(value(&result, "state_error") < worlds[i].error);
        CU_ASSERT(value(&result, "state_error_extrapolation") < 2 * worlds[i].error);
        CU_ASSERT(value(&result, "true_energy_drift_1000") < worlds[i].drift);
        CHECK_NEAR(value(&result, "learned_energy_drift_1000"), value(&result, "true_energy_drift_1000"),
                   1e-9);
        CHECK_NEAR(value(&result, "valid_prediction_frames"), HORIZON, 0);
        CHECK_NEAR(value(&result, "valid_prediction_time"), HORIZON * dataset_info(dataset)->dt, 1e-12);
        CHECK_NEAR(value(&result, "field_error"), 0, 1e-14);
        CU_ASSERT(isnan(value(&result, "reconstruction_mse")) && isnan(value(&result, "elbo")));
        CU_ASSERT_EQUAL(result.windows, 20);
        CU_ASSERT_EQUAL(result.runs, TRAJECTORIES);
        CU_ASSERT_EQUAL(result.reconstruction, RECONSTRUCTION);
        CU_ASSERT_EQUAL(result.extrapolation, EXTRAPOLATION);
        dataset_close(dataset);
    }
}

/* The spread of number `k` of the true states, from all of them at once. */
static double spread_of(const struct state_trial *trial, int k) {
    double sum = 0, squares = 0, rows = trial->places.windows * trial->places.frames;
    for (int i = k; i < (int)rows * trial->width; i += trial->width) {
        sum += trial->truth[i];
        squares += trial->truth[i] * trial->truth[i];
    }
    return sqrt(squares / rows - sum / rows * (sum / rows));
}

/* A field that is 1 % too fast is at the time 1.01 t where the true one would be. */
static void a_field_that_is_too_fast_is_off_by_the_way_it_is_ahead(void) {
    struct dataset *dataset = open_data("mass_spring", TRAJECTORIES);
    struct trial_case oracle;
    prepare(&oracle, dataset, &energetic_kind, 1.01, 0);
    struct state_trial trial = follow(&oracle);
    double sum = 0, beyond = 0, valid = 0;
    for (int i = 0; i < trial.places.windows; i++) {
        const double *truth = trial.truth + (long)i * HORIZON * 2;
        int exceeds = HORIZON;
        for (int t = HORIZON - 1; t > 0; t--) {
            double x[2], squares = 0;
            dataset_simulator(dataset)->dynamics->solution(dataset_parameters(dataset, DATASET_TEST, 0),
                                                           truth, 1.01 * t * trial.dt, x);
            for (int k = 0; k < 2; k++) {
                double error = (x[k] - truth[2 * t + k]) / spread_of(&trial, k);
                squares += error * error / 2;
            }
            sum += sqrt(squares) / (HORIZON - 1) / trial.places.windows;
            beyond += t < RECONSTRUCTION ? 0 : sqrt(squares) / EXTRAPOLATION / trial.places.windows;
            exceeds = squares > 0.16 ? t : exceeds;
        }
        valid += (double)exceeds / trial.places.windows;
    }
    struct evaluation_result result = run(&oracle);
    printf("\n    error %.4f, beyond %.4f ", sum, beyond);
    CHECK_NEAR(value(&result, "state_error"), sum, 1e-7);
    CHECK_NEAR(value(&result, "state_error_extrapolation"), beyond, 1e-7);
    CHECK_NEAR(value(&result, "valid_prediction_frames"), valid, 1e-12);
    CHECK_NEAR(value(&result, "field_error"), 0.01, 1e-12);
    CU_ASSERT(value(&result, "true_energy_drift_1000") < 1e-5); /* on the right orbit at the wrong time */
    struct statistics_interval around = interval(&result, "state_error");
    CU_ASSERT(around.low < sum && sum < around.high);
    state_trial_free(&trial);
    dataset_close(dataset);
}

/* On a spring x grows as e^(growth t) beside its turning: H = H_0 e^(2 growth t). */
static void growing_energy_drifts_as_the_exponential(void) {
    static const double growth = 2e-3;
    struct dataset *dataset = open_data("mass_spring", TRAJECTORIES);
    struct trial_case oracle;
    prepare(&oracle, dataset, &energetic_kind, 1, growth);
    struct state_trial trial = follow(&oracle);
    int windows = trial.places.windows;
    double mean = 0, variance = 0;
    for (int i = 0; i < windows; i++) {
        mean += trial.true_energy[i * STATE_TRIAL_SAMPLES] / windows;
    }
    for (int i = 0; i < windows; i++) {
        variance += pow(trial.true_energy[i * STATE_TRIAL_SAMPLES] - mean, 2) / windows;
    }
    double expected = mean * (exp(2 * growth * STATE_TRIAL_LONG * trial.dt) - 1) / sqrt(variance);
    struct evaluation_result result = run(&oracle);
    printf("\n    drift %.4f ", expected);
    CHECK_NEAR(value(&result, "true_energy_drift_1000"), expected, 1e-5 * expected);
    CHECK_NEAR(value(&result, "learned_energy_drift_1000"), expected, 1e-5 * expected);
    state_trial_free(&trial);
    dataset_close(dataset);
}

/* A model that stands still: its errors are the changes of the truth. */
static void predictions_are_valid_until_the_truth_has_moved_on(void) {
    struct dataset *dataset = open_data("mass_spring", TRAJECTORIES);
    struct trial_case oracle;
    prepare(&oracle, dataset, &plain_kind, 0, 0);
    struct state_trial trial = follow(&oracle);
    double sum = 0;
    for (int i = 0; i < trial.places.windows; i++) {
        const double *truth = trial.truth + (long)i * HORIZON * 2;
        int t = 0;
        while (t < HORIZON && hypot((truth[2 * t] - truth[0]) / spread_of(&trial, 0),
                                    (truth[2 * t + 1] - truth[1]) / spread_of(&trial, 1)) <= 0.4 * sqrt(2)) {
            t++;
        }
        sum += (double)t / trial.places.windows;
    }
    struct evaluation_result result = run(&oracle);
    printf("\n    %.2f frames ", sum);
    CU_ASSERT(sum > 1 && sum < HORIZON);
    CHECK_NEAR(value(&result, "valid_prediction_frames"), sum, 1e-12);
    CHECK_NEAR(value(&result, "valid_prediction_time"), sum * trial.dt, 1e-12);
    CHECK_NEAR(value(&result, "field_error"), 1, 1e-12);
    CHECK_NEAR(value(&result, "true_energy_drift_1000"), 0, 0);
    CU_ASSERT(isnan(value(&result, "learned_energy_drift_1000"))); /* it has no energy */
    state_trial_free(&trial);
    dataset_close(dataset);
}

static void what_reaches_infinity_counts_as_the_worst(void) {
    struct dataset *dataset = open_data("pendulum", TRAJECTORIES);
    struct evaluation_result result = evaluate(dataset, &explosive_kind, 0, 0);
    CHECK_NEAR(value(&result, "state_error"), STATE_TRIAL_WORST, 1e-12);
    CHECK_NEAR(value(&result, "true_energy_drift_1000"), STATE_TRIAL_WORST, 1e-12);
    CHECK_NEAR(value(&result, "field_error"), STATE_TRIAL_WORST, 1e-12);
    CHECK_NEAR(value(&result, "valid_prediction_frames"), 1, 0);
    CU_ASSERT(was_noted("20 of 20 rollouts go astray within the window"));
    CU_ASSERT(was_noted("the energy of 20 of 20 rollouts goes astray"));
    CU_ASSERT(is_drawn("state_error") && is_drawn("true_energy") && is_drawn("phase"));
    dataset_close(dataset);
}

static void one_window_has_no_spread_of_energy(void) {
    struct dataset *dataset = open_data("pendulum", 1);
    struct trial_case oracle;
    prepare(&oracle, dataset, &energetic_kind, 1, 0);
    oracle.job.settings.windows = 1;
    struct evaluation_result result = run(&oracle);
    CU_ASSERT(value(&result, "state_error") < 1e-5);
    CU_ASSERT(isnan(interval(&result, "state_error").low));
    CU_ASSERT(isnan(value(&result, "true_energy_drift_1000")));
    CU_ASSERT(isnan(value(&result, "learned_energy_drift_1000")));
    CU_ASSERT_EQUAL(count_notes("one independent run"), 1);
    dataset_close(dataset);
}

static void games_have_no_energy(void) {
    static const char *const names[] = {"matching_pennies", "rock_paper_scissors"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *old = text_format("%s/plots/true_energy.dat", test_folder());
        (void)remove(old);
        free(old);
        struct dataset *dataset = open_data(names[i], TRAJECTORIES);
        struct evaluation_result result = evaluate(dataset, &plain_kind, 1, 0);
        printf("\n    %s: error %.1e ", names[i], value(&result, "state_error"));
        CU_ASSERT(value(&result, "state_error") < 1e-5);
        CHECK_NEAR(value(&result, "field_error"), 0, 1e-14);
        CU_ASSERT(isnan(value(&result, "true_energy_drift_1000")));
        CU_ASSERT(is_drawn("phase") && !is_drawn("true_energy"));
        dataset_close(dataset);
    }
}

static void rooms_have_no_field(void) {
    struct dataset *dataset = open_data("room_circle", 2);
    struct evaluation_result result = evaluate(dataset, &plain_kind, 0, 0);
    CU_ASSERT(isnan(value(&result, "field_error")));
    CU_ASSERT(value(&result, "state_error") > 0.1 && value(&result, "state_error") < STATE_TRIAL_WORST);
    dataset_close(dataset);
}

/* Of one trajectory, whose mass the oracle knows. */
static void friction_is_part_of_the_trajectory_and_not_of_the_stored_field(void) {
    struct dataset *dataset = open_data("mass_spring_colors_friction", 1);
    struct evaluation_result result = evaluate(dataset, &plain_kind, 1, 0);
    CU_ASSERT(value(&result, "state_error") < 1e-5);
    CU_ASSERT(value(&result, "field_error") > 1e-3);
    CU_ASSERT(value(&result, "true_energy_drift_1000") > 0.1);
    CU_ASSERT(was_noted("have friction"));
    dataset_close(dataset);
}

static void figures_have_the_same_bits_for_any_number_of_threads(void) {
    struct dataset *dataset = open_data("two_body", TRAJECTORIES);
    struct trial_case oracle;
    prepare(&oracle, dataset, &energetic_kind, 1.1, 0);
    oracle.job.settings.windows = 50;
    oracle.job.threads = 1;
    struct evaluation_result one = run(&oracle);
    oracle.job.threads = 3;
    struct evaluation_result three = run(&oracle);
    CU_ASSERT(memcmp(one.figures, three.figures, sizeof one.figures) == 0);
    dataset_close(dataset);
}

static void what_was_written_reads_back(void) {
    struct dataset *dataset = open_data("pendulum", TRAJECTORIES);
    struct evaluation_result result = evaluate(dataset, &plain_kind, 1.01, 0), read;
    CHECK_OK_FATAL(evaluation_read(&read, test_folder()));
    for (int f = 0; f < metric_figure_count(); f++) {
        double expected = result.figures[f].value;
        CU_ASSERT(isnan(expected) ? isnan(read.figures[f].value) : read.figures[f].value == expected);
    }
    CU_ASSERT_EQUAL(read.extrapolation, EXTRAPOLATION);
    CU_ASSERT_FALSE(was_noted("astray"));
    dataset_close(dataset);
}

static const void *give_few(const void *context, const struct schema *schema) {
    CU_ASSERT_PTR_EQUAL(schema, &state_trial_schema);
    return context;
}

static void there_is_a_limit_of_windows(void) {
    static const struct state_trial_settings few = {7};
    struct dataset *dataset = open_data("pendulum", TRAJECTORIES);
    struct trial_case oracle;
    prepare(&oracle, dataset, &plain_kind, 1, 0);
    oracle.job.metric_settings = give_few;
    oracle.job.context = &few;
    struct evaluation_result result = run(&oracle);
    CU_ASSERT_EQUAL(result.windows, 7);
    dataset_close(dataset);
}

/* Alone in an experiment such models are judged from the first frame on. */
static void windows_are_settled_by_the_training_example(void) {
    struct oracle oracle = {1, 0, 2};
    struct window_need need = {0};
    struct evaluation_settings settings = {
        .extrapolation_frames = 30, .integrator = EVALUATION_AS_TRAINED, .directions = EVALUATION_FORWARD};
    windows_add_need(&need, &plain_kind, &oracle);
    windows_resolve(&settings, &need);
    CU_ASSERT_EQUAL(settings.history_frames, 0);
    CU_ASSERT_EQUAL(settings.reconstruction_frames, 8);
    CHECK_OK(evaluation_check(&settings, &plain_kind, &oracle, 38));
    CHECK_FAILS(evaluation_check(&settings, &plain_kind, &oracle, 37), STATUS_DATA,
                "evaluation.extrapolation_frames: windows of 38 frames (history 0, reconstruction "
                "8, extrapolation 30) do not fit into trajectories of 37 (dataset.frames)");
    CHECK_FAILS(evaluation_check(&settings, &plain_kind, &oracle, 7), STATUS_DATA,
                "plain needs windows of 8 frames, trajectories have 7 (dataset.frames)");
    settings.reconstruction_frames = 1;
    settings.extrapolation_frames = 0;
    CHECK_FAILS(evaluation_check(&settings, &plain_kind, &oracle, 40), STATUS_DATA,
                "evaluation.extrapolation_frames: 0, expected at least a frame after the origin for plain to "
                "predict");
}

static void states_of_another_size_are_refused(void) {
    struct dataset *dataset = open_data("pendulum", TRAJECTORIES);
    struct trial_case oracle;
    struct evaluation_result result;
    prepare(&oracle, dataset, &plain_kind, 1, 0);
    oracle.oracle.width = 4;
    CHECK_FAILS(evaluation_run(&oracle.job, &result), STATUS_DATA,
                "plain: the model is for states of 4 numbers, those of pendulum have 2");
    dataset_close(dataset);
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_true_field_leads_to_the_true_states),
        TEST(a_field_that_is_too_fast_is_off_by_the_way_it_is_ahead),
        TEST(growing_energy_drifts_as_the_exponential),
        TEST(predictions_are_valid_until_the_truth_has_moved_on),
        TEST(what_reaches_infinity_counts_as_the_worst),
        TEST(one_window_has_no_spread_of_energy),
        TEST(games_have_no_energy),
        TEST(rooms_have_no_field),
        TEST(friction_is_part_of_the_trajectory_and_not_of_the_stored_field),
        TEST(figures_have_the_same_bits_for_any_number_of_threads),
        TEST(what_was_written_reads_back),
        TEST(there_is_a_limit_of_windows),
        TEST(windows_are_settled_by_the_training_example),
        TEST(states_of_another_size_are_refused),
    };
    return tests_run("task_states", tests, sizeof tests / sizeof *tests);
}
