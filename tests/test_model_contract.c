/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every kind of model keeps to, in the program's own precision: settings, steps, checkpoints, threads.
 * A new line in the registry is tested without a line here.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/optimizer.h"
#include "models/model_registry.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/model_trial.h"
#include "training/checkpoint.h"
#include "training/trainer.h"

/* ---- settings ---- */

static void check_rows(const struct model_kind *kind) {
    CU_ASSERT(kind->name[0] != '\0' && kind->summary[0] != '\0' && kind->reference[0] != '\0');
    CU_ASSERT(kind->equations != NULL && strlen(kind->equations) > 40); /* for the documentation */
    CU_ASSERT_STRING_EQUAL(kind->settings->group, "model");
    for (size_t i = 0; i < kind->settings->count; i++) {
        const struct field *field = &kind->settings->fields[i];
        CU_ASSERT(field->name[0] != '\0' && field->help[0] != '\0' && field->unit != NULL);
        CU_ASSERT_PTR_EQUAL(schema_find(kind->settings, field->name), field); /* no name twice */
    }
    void *settings = memory_alloc(1, kind->settings->size);
    schema_defaults(kind->settings, settings);
    CHECK_OK(model_check(kind, settings));
    free(settings);
    for (const struct schema_profile *p = kind->settings->profiles; p != NULL && p->name != NULL; p++) {
        CU_ASSERT(p->assignments[0] != NULL);
    }
}

/* A merge of two branches may leave a line of the registry twice. */
static void check_listed_once(const struct model_kind *kind) {
    int found = 0;
    for (const struct model_kind *const *other = model_kinds; *other != NULL; other++) {
        found += strcmp((*other)->name, kind->name) == 0;
    }
    CU_ASSERT_EQUAL(found, 1);
}

static void every_kind_is_listed_once(void) {
    model_trial_each_kind(check_listed_once);
}

static void settings_have_names_and_valid_defaults(void) {
    model_trial_each_kind(check_rows);
}

/* One line that begins with the setting's name. */
static void check_complaint(void) {
    CU_ASSERT_PTR_NULL(strchr(status_detail(), '\n'));
    CU_ASSERT_PTR_EQUAL(strstr(status_detail(), "model"), status_detail());
}

/* The tiny model with one setting changed: refused, or it takes a step of one sequence and a frame. */
static void check_value(const struct model_kind *kind, const struct field *field, const char *value) {
    static const char *const one_frame[] = {"decoded_frames=1", NULL};
    void *settings = model_case_settings(kind, model_case_tiny);
    (void)model_case_set(kind, settings, one_frame[0]);
    CHECK_OK_FATAL(field_assign(settings, field, field->name, value));
    if (model_check(kind, settings) != STATUS_OK) {
        check_complaint();
    } else {
        struct model_trial trial = model_trial_begin_with(kind, settings);
        if (kind->loss != NULL) {
            model_trial_step(&trial, 1);
        }
        model_trial_end(&trial);
    }
    free(settings);
}

static void check_ends(const struct model_kind *kind) {
    for (size_t i = 0; i < kind->settings->count; i++) {
        const struct field *field = &kind->settings->fields[i];
        if (field->type == FIELD_NAME) {
            const char *names[FIELD_NAMES_MAX];
            size_t count = field->list_names(names, FIELD_NAMES_MAX);
            for (size_t n = 0; n < count; n++) {
                check_value(kind, field, names[n]);
            }
        } else {
            char value[32];
            (void)snprintf(value, sizeof value, "%.17g", field->minimum);
            check_value(kind, field, value);
            (void)snprintf(value, sizeof value, "%.17g", field->maximum);
            check_value(kind, field, value);
        }
    }
}

static void settings_at_either_end_are_refused_or_take_a_step(void) {
    model_trial_each_kind(check_ends);
}

static void check_all_at_once(const struct model_kind *kind) {
    void *settings = model_case_settings(kind, model_case_tiny);
    for (size_t i = 0; i < kind->settings->count; i++) {
        const struct field *field = &kind->settings->fields[i];
        char value[32];
        (void)snprintf(value, sizeof value, "%.17g", field->maximum);
        if (field->type != FIELD_NAME) {
            CHECK_OK_FATAL(field_assign(settings, field, field->name, value));
        }
    }
    if (model_check(kind, settings) != STATUS_OK) { /* without a loss they need nothing */
        check_complaint();
    } else {
        CU_ASSERT_PTR_NULL(kind->loss);
    }
    free(settings);
}

static void models_of_the_largest_sizes_are_refused(void) {
    model_trial_each_kind(check_all_at_once);
}

static void check_nonsense(const struct model_kind *kind) {
    void *settings = model_case_settings(kind, model_case_tiny);
    for (size_t i = 0; i < kind->settings->count; i++) {
        const struct field *field = &kind->settings->fields[i];
        static const char *const words[] = {"nonsense", "", "nan", "-1e9", "1e99"};
        for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
            CHECK_FAILS(field_assign(settings, field, field->name, words[w]), STATUS_DATA, field->name);
            CU_ASSERT_PTR_NULL(strchr(status_detail(), '\n'));
        }
    }
    free(settings);
}

static void nonsense_is_refused_by_name(void) {
    model_trial_each_kind(check_nonsense);
}

static void check_odd(const struct model_kind *kind) {
    void *settings = model_case_settings(kind, model_case_tiny);
    if (model_case_set(kind, settings, "latent=5")) {
        CHECK_FAILS(model_check(kind, settings), STATUS_DATA, "model.latent: 5");
    }
    free(settings);
    settings = model_case_settings(kind, model_case_tiny);
    struct window_plan plan = window_plan_of(kind, settings);
    char decoded[32], complaint[64];
    (void)snprintf(decoded, sizeof decoded, "decoded_frames=%d", window_plan_targets(&plan) + 1);
    (void)snprintf(complaint, sizeof complaint, "model.decoded_frames: %d", window_plan_targets(&plan) + 1);
    if (model_case_set(kind, settings, decoded)) {
        CHECK_FAILS(model_check(kind, settings), STATUS_DATA, complaint);
    }
    free(settings);
    const struct field *integrator = schema_find(kind->settings, "integrator");
    if (integrator != NULL) {
        settings = model_case_settings(kind, model_case_tiny);
        CHECK_FAILS(field_assign(settings, integrator, "model.integrator", "gsl_rk8pd"), STATUS_DATA,
                    "not known by coefficients alone");
        CHECK_FAILS(field_assign(settings, integrator, "model.integrator", "rk5"), STATUS_DATA, "unknown");
        free(settings);
    }
}

static void settings_that_do_not_fit_each_other_are_refused_by_name(void) {
    model_trial_each_kind(check_odd);
}

/* ---- parameters ---- */

static void check_parameters(const struct model_kind *kind) {
    struct model_trial trial = model_trial_begin(kind);
    const struct parameters *parameters = trial.model->parameters;
    size_t offset = 0;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        CU_ASSERT_EQUAL(p->offset, offset);
        offset += p->size;
        for (int j = 0; j < i; j++) {
            CU_ASSERT(strcmp(p->name, parameters->list[j].name) != 0);
        }
    }
    CU_ASSERT_EQUAL(offset, parameters->size);
    CU_ASSERT(parameters->size == 0 || model_all_finite(parameters->values, parameters->size));
    model_trial_end(&trial);
}

static void parameters_have_names_of_their_own_and_fill_the_block(void) {
    model_trial_each_kind(check_parameters);
}

static void check_checkpoint(const struct model_kind *kind) {
    struct model_trial one = model_trial_begin(kind), other = model_trial_begin(kind);
    struct parameters *saved = one.model->parameters, *read = other.model->parameters;
    for (size_t i = 0; i < saved->size; i++) {
        saved->values[i] = (real)sin(1.0 + (double)i) / 3;
    }
    struct checkpoint_info info = {.seed = 5, .steps = 3, .seconds = 1.5};
    (void)snprintf(info.model, sizeof info.model, "%s", kind->name);
    const char *path = fixture_path("checkpoint.h5");
    CHECK_OK_FATAL(checkpoint_write(path, &info, saved, &(struct checkpoint_state){NULL}));
    struct checkpoint_info found;
    CHECK_OK_FATAL(checkpoint_read(path, &found, read, &(struct checkpoint_state){NULL}));
    CU_ASSERT_STRING_EQUAL(found.model, kind->name);
    CU_ASSERT(saved->size == 0 || memcmp(saved->values, read->values, saved->size * sizeof(real)) == 0);
    model_trial_end(&one);
    model_trial_end(&other);
}

static void checkpoints_keep_every_bit(void) {
    model_trial_each_kind(check_checkpoint);
}

/* ---- training ---- */

static void check_figures(const struct model_kind *kind) {
    if (kind->loss == NULL) {
        CU_ASSERT_EQUAL(kind->figure_count, 0);
        return;
    }
    CU_ASSERT(kind->figure_count >= 1 && kind->figure_count <= MODEL_MAX_FIGURES);
    struct model_trial trial = model_trial_begin(kind);
    model_trial_step(&trial, MODEL_TRIAL_BATCH);
    CU_ASSERT_STRING_EQUAL(trial.step.culprit, "");
    for (int i = 0; i < kind->figure_count; i++) {
        CU_ASSERT(kind->figures[i].name[0] != '\0' && kind->figures[i].help[0] != '\0');
        CU_ASSERT(isfinite(trial.step.figures[i]));
    }
    CU_ASSERT(model_all_finite(trial.gradient, trial.model->parameters->size));
    CU_ASSERT(gradient_add_squares(0, trial.gradient, trial.model->parameters->size) > 0.0);
    model_trial_end(&trial);
}

static void figures_of_a_step_are_named_and_finite(void) {
    model_trial_each_kind(check_figures);
}

/* The error of the pictures where a kind has one: an objective may have a floor. */
static double error_of(const struct model_trial *trial) {
    for (int i = 0; i < trial->kind->figure_count; i++) {
        if (strcmp(trial->kind->figures[i].name, "mse") == 0) {
            return trial->step.figures[i];
        }
    }
    return trial->step.figures[0];
}

/* The error that the mean picture leaves: what a model without encoder and dynamics can learn. */
static double error_of_mean(int frames) {
    real *mean = memory_alloc(IMAGE_VALUES, sizeof *mean), *image = memory_alloc(IMAGE_VALUES, sizeof *mean);
    double error = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < MODEL_TRIAL_BATCH * frames; i++) {
            model_trial_draw(NULL, i / frames, i % frames, image);
            for (int j = 0; j < IMAGE_VALUES; j++) {
                double d = (double)image[j] - (double)mean[j];
                error += pass == 1 ? d * d / ((double)IMAGE_VALUES * MODEL_TRIAL_BATCH * frames) : 0.0;
                mean[j] += pass == 0 ? image[j] / (real)(MODEL_TRIAL_BATCH * frames) : 0;
            }
        }
    }
    free(mean);
    free(image);
    return error;
}

/* Two films learned by heart: below a tenth of what the mean picture leaves, they are told apart and
 * followed. Observed: 0.016 of it. Two points: ten times as likely as at the start. Observed: 7,000 times.
 * Two states: a tenth of the error at the start. */
static void check_learning(const struct model_kind *kind) {
    if (kind->loss == NULL) {
        return;
    }
    void *settings = model_case_settings(kind, model_case_tiny);
    (void)model_case_set(kind, settings, "channels=8");
    (void)model_case_set(kind, settings, "latent=8");
    (void)model_case_set(kind, settings,
                         "hidden=16"); /* gates learn to tell the films apart late with less */
    struct model_trial trial = model_trial_begin_with(kind, settings);
    free(settings);
    size_t size = trial.model->parameters->size;
    struct adam *adam = adam_create(size);
    double start = 0;
    for (int i = 0; i < 1500; i++) {
        model_trial_step(&trial, MODEL_TRIAL_BATCH);
        start = i == 0 ? error_of(&trial) : start;
        adam_update(adam, (real)0.0015, trial.gradient, trial.model->parameters->values);
    }
    model_trial_step(&trial, MODEL_TRIAL_BATCH);
    if (kind->density != NULL) {
        printf("\n    %s: %.3g, at the start %.3g ", kind->name, error_of(&trial), start);
        CU_ASSERT(error_of(&trial) < start - log(10));
    } else if (kind->states != NULL) {
        printf("\n    %s: %.3g, at the start %.3g ", kind->name, error_of(&trial), start);
        CU_ASSERT(error_of(&trial) < 0.1 * start);
    } else {
        double mean = error_of_mean(trial.plan.length);
        printf("\n    %s: %.3g, the mean %.3g ", kind->name, error_of(&trial), mean);
        CU_ASSERT(error_of(&trial) < 0.1 * mean);
    }
    adam_free(adam);
    model_trial_end(&trial);
}

static void one_batch_is_learned_by_heart(void) {
    model_trial_each_kind(check_learning);
}

/* Three steps of four shards. */
static struct model *train(const struct model_kind *kind, const void *settings, const struct dataset *dataset,
                           int threads, struct trainer **trainer) {
    struct training_job job = {.folder = "",
                               .kind = kind,
                               .model = settings,
                               .dataset = dataset,
                               .seed = 4,
                               .threads = threads,
                               .quiet = true};
    schema_defaults(&training_settings_schema, &job.training);
    job.training.batch = 8;
    job.training.shards = 4;
    static struct training_job kept[2]; /* the trainer looks at it */
    kept[threads - 1] = job;
    CHECK_OK_FATAL(training_check(&kept[threads - 1]));
    trainer_create(trainer, &kept[threads - 1]);
    for (int i = 0; i < 3; i++) {
        struct training_figures figures;
        CHECK_OK_FATAL(trainer_step(*trainer, &figures));
    }
    return trainer_model(*trainer);
}

static void check_threads(const struct model_kind *kind) {
    if (kind->loss == NULL) {
        return;
    }
    struct dataset *dataset;
    CHECK_OK_FATAL(dataset_open(&dataset, fixture_generate("mass_spring", "threads.h5")));
    void *settings = model_case_settings(kind, model_case_tiny);
    struct trainer *one, *two;
    const struct model *a = train(kind, settings, dataset, 1, &one);
    const struct model *b = train(kind, settings, dataset, 2, &two);
    CU_ASSERT(memcmp(a->parameters->values, b->parameters->values, a->parameters->size * sizeof(real)) == 0);
    trainer_free(one);
    trainer_free(two);
    dataset_close(dataset);
    free(settings);
}

static void one_and_two_threads_train_the_same_bits(void) {
    model_trial_each_kind(check_threads);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_kind_is_listed_once),
        TEST(settings_have_names_and_valid_defaults),
        TEST(settings_at_either_end_are_refused_or_take_a_step),
        TEST(models_of_the_largest_sizes_are_refused),
        TEST(nonsense_is_refused_by_name),
        TEST(settings_that_do_not_fit_each_other_are_refused_by_name),
        TEST(parameters_have_names_of_their_own_and_fill_the_block),
        TEST(checkpoints_keep_every_bit),
        TEST(figures_of_a_step_are_named_and_finite),
        TEST(one_batch_is_learned_by_heart),
        TEST(one_and_two_threads_train_the_same_bits),
    };
    return tests_run("model_contract", tests, sizeof tests / sizeof *tests);
}
