/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training end to end on a small dataset: same bits for any number of threads and across a resume,
 * checkpoints, schedules, failures.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/generate.h"
#include "engine/ops.h"
#include "models/model_registry.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "tests/harness.h"
#include "tests/training_case.h"
#include "training/checkpoint.h"
#include "training/metrics_log.h"
#include "training/schedule.h"
#include "training/trainer.h"

static const struct dataset *get_dataset(void) {
    static struct dataset *dataset;
    if (dataset == NULL) {
        char *path = file_join(test_folder(), "spring.h5");
        struct generate_request request = {
            .simulator = simulator_find("mass_spring"),
            .path = path,
            .train = 6,
            .test = 2,
            .frames = 300,
            .dt = 0.05,
            .seed = 1,
            .effort = {.threads = 2, .quiet = true},
        };
        CU_ASSERT_FATAL(dataset_generate(&request) == STATUS_OK);
        CU_ASSERT_FATAL(dataset_open(&dataset, path) == STATUS_OK);
        free(path);
    }
    return dataset;
}

static struct training_case small_case(const char *kind, const char *folder) {
    return training_case_begin(kind, get_dataset(), folder);
}

static char *folder_named(const char *name) {
    return file_join(test_folder(), name);
}

/* The parameters after training in a fresh folder, or after more training in a used one. */
static struct model *train(struct training_job *job) {
    CU_ASSERT_FATAL(training_check(job) == STATUS_OK);
    enum status status = training_run(job);
    if (status != STATUS_OK) {
        printf("\n    %s", status_detail());
    }
    CU_ASSERT_FATAL(status == STATUS_OK);
    struct model *model;
    CU_ASSERT_FATAL(training_load(&model, job) == STATUS_OK);
    return model;
}

static bool same_bits(const struct model *a, const struct model *b) {
    return a->parameters->size == b->parameters->size &&
           memcmp(a->parameters->values, b->parameters->values, a->parameters->size * sizeof(real)) == 0;
}

static void check_threads_do_not_change_the_bits(const char *kind) {
    struct model *models[3];
    for (int i = 0; i < 3; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "threads-%s-%d", kind, i + 1);
        char *folder = folder_named(name);
        struct training_case trial = small_case(kind, folder);
        trial.job.threads = i + 1;
        models[i] = train(&trial.job);
        training_case_end(&trial);
        free(folder);
    }
    CU_ASSERT(same_bits(models[0], models[1]));
    CU_ASSERT(same_bits(models[0], models[2]));
    for (int i = 0; i < 3; i++) {
        model_free(models[i]);
    }
}

static void hgn_has_the_same_bits_on_1_2_and_3_threads(void) {
    check_threads_do_not_change_the_bits("hgn++");
}

static void rnn_has_the_same_bits_on_1_2_and_3_threads(void) {
    check_threads_do_not_change_the_bits("rnn");
}

/* Copies the checkpoint of a run that was stopped: `steps` of a job with more steps. The schedules look at
 * training.steps, so the job must stay the same; the stop is a signal. */
static void stop_and_resume(const char *kind, const char *name, const char *assignment) {
    char *unbroken_name = text_format("unbroken-%s", name), *broken_name = text_format("broken-%s", name);
    char *unbroken_folder = folder_named(unbroken_name);
    struct training_case trial = small_case(kind, unbroken_folder);
    training_case_set(&trial, assignment);
    struct model *unbroken = train(&trial.job);

    char *folder = folder_named(broken_name);
    struct training_case broken = small_case(kind, folder);
    training_case_set(&broken, assignment);
    interrupt_install();
    (void)raise(SIGINT); /* the flag is up before the first step: one step, checkpoint, stop */
    CU_ASSERT(training_run(&broken.job) == STATUS_INTERRUPTED);
    interrupt_clear();
    int steps;
    double seconds;
    CU_ASSERT(training_progress(folder, &steps, &seconds) == STATUS_OK);
    CU_ASSERT(steps == 1 && seconds > 0);
    struct model *resumed = train(&broken.job);
    CU_ASSERT(same_bits(unbroken, resumed));
    training_case_end(&broken);
    model_free(unbroken);
    model_free(resumed);
    free(folder);
    free(unbroken_folder);
    free(broken_name);
    free(unbroken_name);
    training_case_end(&trial);
}

static void resumed_hgn_equals_unbroken_to_the_bit(void) {
    stop_and_resume("hgn++", "hgn", "training.log_every=10");
}

static void resumed_rnn_equals_unbroken_to_the_bit(void) {
    stop_and_resume("rnn", "rnn", "training.log_every=10");
}

static void a_resumed_average_equals_an_unbroken_one_to_the_bit(void) {
    stop_and_resume("hgn++", "average", "training.average=0.9");
}

/* The decay of step t is at most (1 + t) / (10 + t), t counted from 0. */
static void the_average_follows_its_definition(void) {
    char *folder = folder_named("average");
    struct training_case trial = small_case("hgn++", folder);
    training_case_set(&trial, "training.average=0.3");
    struct trainer *trainer;
    trainer_create(&trainer, &trial.job);
    const struct parameters *parameters = trainer_model(trainer)->parameters;
    double average = (double)parameters->values[7];
    for (int step = 0; step < 6; step++) {
        struct training_figures figures;
        CHECK_OK_FATAL(trainer_step(trainer, &figures));
        double decay = fmin(0.3, (1.0 + step) / (10.0 + step));
        average = decay * average + (1.0 - decay) * (double)parameters->values[7];
    }
    CHECK_NEAR(trainer_average(trainer)[7], average, 1e-14 * fabs(average)); /* observed: 0 */
    CU_ASSERT(fabs((double)parameters->values[7] - average) > 1e-5 * fabs(average));
    trainer_free(trainer);
    training_case_end(&trial);
    free(folder);
}

static size_t count_lines(const char *path) {
    struct text content = {0};
    CU_ASSERT_FATAL(file_read(&content, path) == STATUS_OK);
    size_t lines = 0;
    for (size_t i = 0; i < content.length; i++) {
        lines += content.data[i] == '\n';
    }
    text_free(&content);
    return lines;
}

/* A run that was killed leaves lines behind its last checkpoint, the last one cut. */
/* Adam's first step is as long as its rate, up while the error is too large, whatever the networks' rate is
 * and however hard they are clipped. The first step of a warm-up leaves the networks where they are. */
static void a_multiplier_climbs_at_its_own_rate(void) {
    char *folder = folder_named("multiplier");
    struct training_case trial = small_case("hgn", folder);
    training_case_set(&trial, "model.multiplier_rate=0.25");
    training_case_set(&trial, "training.clip_norm=1e-6");
    training_case_set(&trial, "training.learning_rate=0");
    struct trainer *trainer;
    trainer_create(&trainer, &trial.job);
    const struct parameters *parameters = trainer_model(trainer)->parameters;
    real before = parameters->values[0];
    struct training_figures figures;
    CHECK_OK_FATAL(trainer_step(trainer, &figures));
    int multipliers = 0;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        if (p->climbs) {
            multipliers++;
            CHECK_NEAR((double)parameters->values[p->offset], 0.25, 1e-5); /* observed: 1.6e-6 */
        }
    }
    CU_ASSERT_EQUAL(multipliers, 1);
    CU_ASSERT(parameters->values[0] == before);
    CU_ASSERT(figures.gradient_norm > 1e-3); /* before clipping */
    trainer_free(trainer);
    training_case_end(&trial);
    free(folder);
}

/* A rate of 0 keeps it: it does not become one of those that descend. */
static void a_multiplier_without_a_rate_stays(void) {
    char *folder = folder_named("kept");
    struct training_case trial = small_case("hgn", folder);
    training_case_set(&trial, "model.multiplier_rate=0");
    struct trainer *trainer;
    trainer_create(&trainer, &trial.job);
    const struct parameters *parameters = trainer_model(trainer)->parameters;
    const struct parameter *multiplier = &parameters->list[parameters->count - 1];
    CU_ASSERT_STRING_EQUAL(multiplier->name, "objective.multiplier");
    for (int i = 0; i < 8; i++) {
        struct training_figures figures;
        CHECK_OK_FATAL(trainer_step(trainer, &figures));
    }
    CU_ASSERT(parameters->values[multiplier->offset] == 0);
    trainer_free(trainer);
    training_case_end(&trial);
    free(folder);
}

/* Halves of a shard go either way: one window has no half. */
static void odd_shards_cannot_go_both_ways(void) {
    char *folder = folder_named("odd");
    struct training_case trial = small_case("hgn++", folder);
    training_case_set(&trial, "model.training_direction=forward_backward");
    CHECK_OK(training_check(&trial.job));
    training_case_set(&trial, "training.shards=8");
    CHECK_FAILS(training_check(&trial.job), STATUS_DATA,
                "training.shards: 8, expected parts of an even number");
    training_case_end(&trial);
    free(folder);
}

static void a_resumed_multiplier_equals_an_unbroken_one_to_the_bit(void) {
    stop_and_resume("hgn", "multiplicative", "model.multiplier=multiplicative");
    stop_and_resume("hgn", "averaged", "model.constraint_average=0.9");
}

static void metrics_behind_the_checkpoint_are_dropped(void) {
    char *path = folder_named("lines.jsonl");
    for (int step = 5; step <= 20; step += 5) {
        CU_ASSERT(metrics_log_append(path, model_kind_find("hgn++"),
                                     &(struct training_figures){.step = step, .figures = {0.5}},
                                     1) == STATUS_OK);
    }
    FILE *file = fopen(path, "a");
    CU_ASSERT_FATAL(file != NULL && fputs("{\"step\": 2", file) >= 0 && fclose(file) == 0);
    CU_ASSERT(metrics_log_truncate(path, 20) == STATUS_OK);
    CU_ASSERT_EQUAL(count_lines(path), 4);
    CU_ASSERT(metrics_log_truncate(path, 14) == STATUS_OK);
    CU_ASSERT_EQUAL(count_lines(path), 2);
    CU_ASSERT(metrics_log_truncate(path, 0) == STATUS_OK);
    CU_ASSERT_EQUAL(count_lines(path), 0);
    free(path);
}

/* Good lines behind a damaged one are not dropped without a word. */
static void a_damaged_line_of_the_log_is_an_error(void) {
    static const char content[] = "{\"step\": 5}\n{\"step\": 1\n{\"step\": 15}\n";
    char *path = folder_named("damaged.jsonl");
    CU_ASSERT_FATAL(file_write(path, content, strlen(content)) == STATUS_OK);
    CU_ASSERT(metrics_log_truncate(path, 20) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "damaged.jsonl:2: the line is damaged") != NULL);
    CU_ASSERT_EQUAL(count_lines(path), 3);
    struct metrics_log log;
    CU_ASSERT(metrics_log_read(&log, path) == STATUS_DATA);
    metrics_log_clear(&log);
    free(path);
}

/* The pass over the images of a baseline can be long. */
static void a_fit_stops_at_a_signal(void) {
    char *folder = folder_named("fit");
    struct training_case trial = small_case("mean_image", folder);
    interrupt_install();
    (void)raise(SIGTERM);
    CU_ASSERT(training_run(&trial.job) == STATUS_INTERRUPTED);
    interrupt_clear();
    CU_ASSERT(training_run(&trial.job) == STATUS_OK);
    training_case_end(&trial);
    free(folder);
}

static void training_lowers_the_loss(void) {
    char *folder = folder_named("learn");
    struct training_case trial = small_case("hgn++", folder);
    training_case_set(&trial, "training.steps=150");
    training_case_set(&trial, "training.learning_rate=3e-3");
    training_case_set(&trial, "training.log_every=1");
    struct model *model = train(&trial.job);
    char *path = file_join(folder, metrics_log_name);
    struct metrics_log log;
    CU_ASSERT_FATAL(metrics_log_read(&log, path) == STATUS_OK);
    const double *mse = metrics_log_column(&log, "mse");
    CU_ASSERT_FATAL(log.lines == 150 && mse != NULL);
    CU_ASSERT(mse[149] < 0.4 * mse[0]); /* observed: a fifth */
    metrics_log_clear(&log);
    free(path);
    free(folder);
    model_free(model);
    training_case_end(&trial);
}

static void a_finished_run_is_left_alone(void) {
    char *folder = folder_named("finished");
    struct training_case trial = small_case("hgn++", folder);
    int steps;
    double before, after;
    model_free(train(&trial.job));
    CU_ASSERT(training_progress(folder, &steps, &before) == STATUS_OK && steps == 20);
    model_free(train(&trial.job));
    CU_ASSERT(training_progress(folder, &steps, &after) == STATUS_OK && steps == 20);
    CU_ASSERT(after == before); /* seconds of training: none were added */
    free(folder);
    training_case_end(&trial);
}

/* Bytes of scratch after a step with so many targets, all decoded. */
static size_t scratch_size(const char *kind, const char *setting, int targets) {
    struct training_case trial = small_case(kind, test_folder());
    char assignment[64];
    (void)snprintf(assignment, sizeof assignment, "model.target_frames=%d", targets);
    training_case_set(&trial, assignment);
    training_case_set(&trial, "model.decoded_frames=0");
    training_case_set(&trial, "training.first_horizon=0");
    if (setting != NULL) {
        training_case_set(&trial, setting);
    }
    struct trainer *trainer;
    struct training_figures figures;
    trainer_create(&trainer, &trial.job);
    CU_ASSERT(trainer_step(trainer, &figures) == STATUS_OK);
    size_t size = trainer_scratch_size(trainer);
    trainer_free(trainer);
    training_case_end(&trial);
    return size;
}

/* The dataset has 300 frames: from 60 to 240 targets only the latents of more frames are kept, in chunks of a
 * MiB. (With all that recurrent models compute on one tape it would be 34 MiB more, and 150 where they read
 * their own images.) */
static void memory_does_not_grow_with_the_horizon(void) {
    static const char *const cases[][2] = {
        {"hgn++", NULL}, {"rnn", NULL}, {"lstm", NULL}, {"gru", NULL}, {"lstm", "model.feeding=free"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t shorter = scratch_size(cases[i][0], cases[i][1], 60);
        CU_ASSERT(scratch_size(cases[i][0], cases[i][1], 240) <= shorter + (1 << 20));
    }
}

/* The encoder and the recurrence have the same shapes at every horizon: kernels are made once. */
static void an_rnn_takes_every_horizon(void) {
    char *folder = folder_named("horizons");
    struct training_case trial = small_case("rnn", folder);
    training_case_set(&trial, "model.target_frames=200");
    training_case_set(&trial, "model.decoded_frames=2");
    training_case_set(&trial, "training.steps=60");
    training_case_set(&trial, "training.horizon_steps=60");
    model_free(train(&trial.job));
    free(folder);
    training_case_end(&trial);
}

static void a_loss_that_is_not_finite_names_step_seed_and_layer(void) {
    char *folder = folder_named("explode");
    struct training_case trial = small_case("hgn++", folder);
    training_case_set(&trial, "training.warmup_steps=0");
    trial.job.training.learning_rate = 1e30; /* more than a file may ask for */
    CU_ASSERT(training_run(&trial.job) == STATUS_CELLS_FAILED);
    CU_ASSERT(strstr(status_detail(), "step 2, seed 4: the loss is not finite, first in encoder.") != NULL);
    free(folder);
    training_case_end(&trial);
}

static void checkpoints_of_other_models_or_seeds_are_refused(void) {
    char *folder = folder_named("unbroken-hgn");
    struct training_case trial = small_case("hgn++", folder);
    training_case_set(&trial, "model.hidden=17");
    CU_ASSERT(training_run(&trial.job) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "its parameters are not those of the configured model") != NULL);
    struct model_kind other = *trial.job.kind;
    other.name = "other";
    training_case_end(&trial);
    trial = small_case("hgn++", folder);
    trial.job.kind = &other;
    CU_ASSERT(training_run(&trial.job) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "is a checkpoint of hgn++, expected other") != NULL);
    trial.job.kind = model_kind_find("hgn++");
    trial.job.seed = 5;
    CU_ASSERT(training_run(&trial.job) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "was trained from seed 4, expected 5") != NULL);
    free(folder);
    training_case_end(&trial);
}

static void damaged_checkpoints_are_refused(void) {
    char *folder = folder_named("damaged");
    struct training_case trial = small_case("hgn++", folder);
    char *path = file_join(folder, "checkpoint.h5");
    model_free(train(&trial.job));
    struct text content = {0};
    CU_ASSERT_FATAL(file_read(&content, path) == STATUS_OK);
    CU_ASSERT(file_write(path, content.data, content.length / 2) == STATUS_OK);
    CU_ASSERT(training_run(&trial.job) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "is truncated or damaged") != NULL);
    CU_ASSERT(file_write(path, "hello", 5) == STATUS_OK);
    int steps;
    double seconds;
    CU_ASSERT(training_progress(folder, &steps, &seconds) == STATUS_DATA);
    CU_ASSERT(unlink(path) == 0 && file_make_directory(path) == STATUS_OK);
    CU_ASSERT(training_run(&trial.job) == STATUS_IO);
    CU_ASSERT(strstr(status_detail(), "is a directory") != NULL);
    text_free(&content);
    free(path);
    free(folder);
    training_case_end(&trial);
}

static void settings_that_do_not_fit_are_refused(void) {
    char *folder = folder_named("settings");
    struct training_case trial = small_case("hgn++", folder);
    training_case_set(&trial, "training.shards=3");
    CU_ASSERT(training_check(&trial.job) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "training.shards: 3") != NULL);
    training_case_set(&trial, "training.shards=4");
    training_case_set(&trial, "model.target_frames=300");
    CU_ASSERT(training_check(&trial.job) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "dataset.frames: 300, expected at least the training window") != NULL);
    free(folder);
    training_case_end(&trial);
}

/* ---- a model of true states: x' = A x, learned from states and their rates ---- */

enum { STATE = 2 };
struct linear_settings {
    int length;
};

static const struct field linear_fields[] = {SETTING("length", FIELD_INTEGER, "4", 1, 100, NULL, "frames",
                                                     "frames of an example",
                                                     offsetof(struct linear_settings, length))};
static const struct schema linear_schema = {
    .group = "model", .fields = linear_fields, .count = 1, .size = sizeof(struct linear_settings)};

static void linear_declare(struct model *model) {
    (void)parameters_add(model->parameters, "A", 2, (const int[]){STATE, STATE}, PARAMETER_ZERO);
}

/* x A for rows x. */
static void linear_loss(const struct model *model, struct model_workspace *workspace,
                        const struct model_batch *batch, real weight, real *gradient,
                        struct model_step *out) {
    const struct model_examples *examples = &batch->examples;
    const struct linear_settings *settings = model->settings;
    int rows = batch->size * settings->length;
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct tensor *x = tape_constant(tape, 2, (const int[]){rows, STATE}, 0);
    struct tensor *rates = tape_constant(tape, 2, (const int[]){rows, STATE}, 0);
    for (int row = 0; row < rows; row++) {
        double state[STATE], rate[STATE];
        examples->state(examples->context, row % batch->size, row / batch->size, state);
        examples->derivative(examples->context, row % batch->size, row / batch->size, rate);
        for (int i = 0; i < STATE; i++) {
            x->data[row * STATE + i] = (real)state[i];
            rates->data[row * STATE + i] = (real)rate[i];
        }
    }
    struct tensor *error = tensor_square(tensor_subtract(tensor_matmul(x, leaves[0], false, false), rates));
    struct tensor *sum = tensor_sum(error, 0);
    *out = (struct model_step){.figures = {(double)sum->data[0] / rows}};
    (void)tape_backward(tensor_scale(sum, weight / (real)rows), NULL, NULL);
}

static int linear_width(const void *settings) {
    (void)settings;
    return STATE;
}

static int linear_length(const void *settings) {
    return ((const struct linear_settings *)settings)->length;
}

static const struct field linear_figures[] = {{.name = "error", .help = "of the rates"}};
static const struct model_states linear_states = {
    .width = linear_width, .length = linear_length, .reads_rates = true};
static const struct model_kind linear_kind = {
    .name = "linear",
    .settings = &linear_schema,
    .declare = linear_declare,
    .figures = linear_figures,
    .figure_count = 1,
    .loss = linear_loss,
    .states = &linear_states,
};

/* A mass of 0.5 on a spring of stiffness 2: q' = p / m, p' = -k q. */
static void a_model_of_true_states_learns_their_field(void) {
    char *folder = folder_named("linear");
    struct training_case trial = small_case("hgn++", folder);
    struct linear_settings settings = {.length = 4};
    trial.job.kind = &linear_kind;
    trial.job.model = &settings;
    trial.job.training.steps = 400;
    trial.job.training.learning_rate = 0.05;
    struct model *model = train(&trial.job);
    const double *parameters = dataset_parameters(get_dataset(), DATASET_TRAIN, 0);
    const real *a = model->parameters->values;
    CHECK_NEAR((double)a[0], 0.0, 1e-3); /* observed: 1e-6 */
    CHECK_NEAR((double)a[1], -parameters[0], 1e-3);
    CHECK_NEAR((double)a[2], 1.0 / parameters[1], 1e-3);
    CHECK_NEAR((double)a[3], 0.0, 1e-3);
    model_free(model);
    training_case_end(&trial);
    free(folder);
}

static int three(const void *settings) {
    (void)settings;
    return 3;
}

static void states_of_another_size_are_refused(void) {
    char *folder = folder_named("size");
    struct training_case trial = small_case("hgn++", folder);
    struct model_states states = linear_states;
    struct model_kind kind = linear_kind;
    struct linear_settings settings = {.length = 4};
    states.width = three;
    kind.states = &states;
    trial.job.kind = &kind;
    trial.job.model = &settings;
    CHECK_FAILS(training_check(&trial.job), STATUS_DATA,
                "linear: the model is for states of 3 numbers, those of mass_spring have 2");
    training_case_end(&trial);
    free(folder);
}

static void schedules_start_rise_and_end_where_they_should(void) {
    struct training_settings s = {.steps = 100,
                                  .learning_rate = 0.01,
                                  .warmup_steps = 10,
                                  .final_rate = 0.05,
                                  .first_horizon = 10,
                                  .horizon_steps = 50};
    CHECK_NEAR(schedule_learning_rate(&s, 0), 0.001, 1e-12);
    CHECK_NEAR(schedule_learning_rate(&s, 9), 0.01, 1e-12);
    CHECK_NEAR(schedule_learning_rate(&s, 10), 0.01, 1e-12);
    CHECK_NEAR(schedule_learning_rate(&s, 99), 0.0005, 1e-12);
    CU_ASSERT_EQUAL(schedule_horizon(&s, 0, 30), 10);
    CU_ASSERT_EQUAL(schedule_horizon(&s, 25, 30), 20);
    CU_ASSERT_EQUAL(schedule_horizon(&s, 50, 30), 30);
    CU_ASSERT_EQUAL(schedule_horizon(&s, 0, 8), 8);
}

/* Every target but the first is chosen equally often. */
static void decoded_targets_are_ascending_and_uniform(void) {
    enum { HORIZON = 12, COUNT = 4, STEPS = 6000 };
    int times[HORIZON] = {0};
    for (int step = 0; step < STEPS; step++) {
        int chosen[COUNT];
        schedule_decoded(1, step, HORIZON, COUNT, chosen);
        CU_ASSERT_FATAL(chosen[0] == 0);
        for (int i = 0; i < COUNT; i++) {
            CU_ASSERT_FATAL(chosen[i] < HORIZON && (i == 0 || chosen[i] > chosen[i - 1]));
            times[chosen[i]]++;
        }
    }
    double expected = STEPS * (COUNT - 1.0) / (HORIZON - 1.0);
    for (int i = 1; i < HORIZON; i++) {
        CHECK_NEAR(times[i], expected, 4.5 * sqrt(expected));
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(hgn_has_the_same_bits_on_1_2_and_3_threads),
        TEST(rnn_has_the_same_bits_on_1_2_and_3_threads),
        TEST(resumed_hgn_equals_unbroken_to_the_bit),
        TEST(resumed_rnn_equals_unbroken_to_the_bit),
        TEST(a_resumed_average_equals_an_unbroken_one_to_the_bit),
        TEST(the_average_follows_its_definition),
        TEST(a_multiplier_climbs_at_its_own_rate),
        TEST(a_multiplier_without_a_rate_stays),
        TEST(odd_shards_cannot_go_both_ways),
        TEST(a_resumed_multiplier_equals_an_unbroken_one_to_the_bit),
        TEST(metrics_behind_the_checkpoint_are_dropped),
        TEST(a_damaged_line_of_the_log_is_an_error),
        TEST(a_fit_stops_at_a_signal),
        TEST(training_lowers_the_loss),
        TEST(a_finished_run_is_left_alone),
        TEST(memory_does_not_grow_with_the_horizon),
        TEST(an_rnn_takes_every_horizon),
        TEST(a_loss_that_is_not_finite_names_step_seed_and_layer),
        TEST(checkpoints_of_other_models_or_seeds_are_refused),
        TEST(damaged_checkpoints_are_refused),
        TEST(settings_that_do_not_fit_are_refused),
        TEST(a_model_of_true_states_learns_their_field),
        TEST(states_of_another_size_are_refused),
        TEST(schedules_start_rise_and_end_where_they_should),
        TEST(decoded_targets_are_ascending_and_uniform),
    };
    return tests_run("training", tests, sizeof tests / sizeof *tests);
}
