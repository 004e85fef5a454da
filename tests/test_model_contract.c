/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every kind of model keeps to, in the program's own precision: settings, steps, predictions,
 * checkpoints, threads. A new line in the registry is tested without a line here.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/optimizer.h"
#include "integrators/integrator.h"
#include "models/model_registry.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "training/checkpoint.h"
#include "training/trainer.h"

/* Calls `check` for each kind, or for CONTRACT_KIND alone. */
static void for_each_kind(void (*check)(const struct model_kind *kind)) {
    int checked = 0;
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
#ifdef CONTRACT_KIND
        if (strcmp((*kind)->name, CONTRACT_KIND) != 0) {
            continue;
        }
#endif
        check(*kind);
        checked++;
    }
    CU_ASSERT(checked > 0);
}

/* ---- a tiny model and films for it ---- */

enum { BATCH = 2 };

struct trial {
    const struct model_kind *kind;
    struct model *model;
    struct model_workspace *workspace;
    struct window_plan plan;
    real *gradient;
    struct model_step step;
};

static struct trial begin_with(const struct model_kind *kind, const void *settings) {
    struct trial trial = {
        .kind = kind, .workspace = model_workspace_create(), .plan = kind->video->plan(settings)};
    model_create(&trial.model, kind, settings, 5);
    trial.gradient = memory_alloc(trial.model->parameters->size, sizeof(real));
    return trial;
}

static struct trial begin(const struct model_kind *kind) {
    void *settings = model_case_settings(kind, model_case_tiny);
    CHECK_OK_FATAL(model_check(kind, settings));
    struct trial trial = begin_with(kind, settings);
    free(settings);
    return trial;
}

static void end(struct trial *trial) {
    model_free(trial->model);
    model_workspace_free(trial->workspace);
    free(trial->gradient);
}

/* A disc that moves along a line, another one in each sequence. */
static void draw(const void *context, int sequence, int frame, real *out) {
    (void)context;
    for (int y = 0; y < IMAGE_SIDE; y++) {
        for (int x = 0; x < IMAGE_SIDE; x++) {
            double dx = x - 8.0 - 2.0 * frame, dy = y - 12.0 - 6.0 * sequence;
            for (int c = 0; c < IMAGE_CHANNELS; c++) {
                out[(y * IMAGE_SIDE + x) * IMAGE_CHANNELS + c] =
                    (real)(dx * dx + dy * dy < 16.0 ? 0.9 - 0.2 * c : 0.1);
            }
        }
    }
}

static const struct model_examples discs = {.image = draw};

/* All targets of `size` sequences, with the noise of one and the same step. The gradient is set. */
static void take_step(struct trial *trial, int size) {
    int targets = window_plan_targets(&trial->plan);
    int count = trial->plan.decoded == 0 ? targets : trial->plan.decoded;
    int *decoded = memory_alloc((size_t)count, sizeof *decoded);
    for (int i = 0; i < count; i++) {
        decoded[i] = i;
    }
    struct random_stream random = random_stream(7, "latent", 0, 0);
    struct model_batch batch = {
        .size = size,
        .examples = discs,
        .random = &random,
        .horizon = targets,
        .decoded = decoded,
        .decoded_count = count,
    };
    memset(trial->gradient, 0, trial->model->parameters->size * sizeof(real));
    trial->kind->loss(trial->model, trial->workspace, &batch, 1, trial->gradient, &trial->step);
    free(decoded);
}

/* ---- settings ---- */

static void check_rows(const struct model_kind *kind) {
    CU_ASSERT(kind->name[0] != '\0' && kind->summary[0] != '\0' && kind->reference[0] != '\0');
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

static void settings_have_names_and_valid_defaults(void) {
    for_each_kind(check_rows);
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
        struct trial trial = begin_with(kind, settings);
        if (kind->loss != NULL) {
            take_step(&trial, 1);
        }
        end(&trial);
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
    for_each_kind(check_ends);
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
    for_each_kind(check_all_at_once);
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
    for_each_kind(check_nonsense);
}

static void check_odd(const struct model_kind *kind) {
    void *settings = model_case_settings(kind, model_case_tiny);
    if (model_case_set(kind, settings, "latent=5")) {
        CHECK_FAILS(model_check(kind, settings), STATUS_DATA, "model.latent: 5");
    }
    free(settings);
    settings = model_case_settings(kind, model_case_tiny);
    if (model_case_set(kind, settings, "decoded_frames=7")) {
        CHECK_FAILS(model_check(kind, settings), STATUS_DATA, "model.decoded_frames: 7");
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
    for_each_kind(check_odd);
}

/* ---- parameters ---- */

static void check_parameters(const struct model_kind *kind) {
    struct trial trial = begin(kind);
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
    end(&trial);
}

static void parameters_have_names_of_their_own_and_fill_the_block(void) {
    for_each_kind(check_parameters);
}

static void check_checkpoint(const struct model_kind *kind) {
    struct trial one = begin(kind), other = begin(kind);
    struct parameters *saved = one.model->parameters, *read = other.model->parameters;
    for (size_t i = 0; i < saved->size; i++) {
        saved->values[i] = (real)sin(1.0 + (double)i) / 3;
    }
    struct checkpoint_info info = {.seed = 5, .steps = 3, .seconds = 1.5};
    (void)snprintf(info.model, sizeof info.model, "%s", kind->name);
    const char *path = fixture_path("checkpoint.h5");
    CHECK_OK_FATAL(checkpoint_write(path, &info, saved, NULL));
    struct checkpoint_info found;
    CHECK_OK_FATAL(checkpoint_read(path, &found, read, NULL));
    CU_ASSERT_STRING_EQUAL(found.model, kind->name);
    CU_ASSERT(saved->size == 0 || memcmp(saved->values, read->values, saved->size * sizeof(real)) == 0);
    end(&one);
    end(&other);
}

static void checkpoints_keep_every_bit(void) {
    for_each_kind(check_checkpoint);
}

/* ---- training ---- */

static void check_figures(const struct model_kind *kind) {
    if (kind->loss == NULL) {
        CU_ASSERT_EQUAL(kind->figure_count, 0);
        return;
    }
    CU_ASSERT(kind->figure_count >= 1 && kind->figure_count <= MODEL_MAX_FIGURES);
    struct trial trial = begin(kind);
    take_step(&trial, BATCH);
    CU_ASSERT_STRING_EQUAL(trial.step.culprit, "");
    for (int i = 0; i < kind->figure_count; i++) {
        CU_ASSERT(kind->figures[i].name[0] != '\0' && kind->figures[i].help[0] != '\0');
        CU_ASSERT(isfinite(trial.step.figures[i]));
    }
    CU_ASSERT(model_all_finite(trial.gradient, trial.model->parameters->size));
    CU_ASSERT(gradient_norm(trial.gradient, trial.model->parameters->size) > 0.0);
    end(&trial);
}

static void figures_of_a_step_are_named_and_finite(void) {
    for_each_kind(check_figures);
}

/* The error of the pictures where a kind has one: an objective may have a floor. */
static double error_of(const struct trial *trial) {
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
        for (int i = 0; i < BATCH * frames; i++) {
            draw(NULL, i / frames, i % frames, image);
            for (int j = 0; j < IMAGE_VALUES; j++) {
                double d = (double)image[j] - (double)mean[j];
                error += pass == 1 ? d * d / ((double)IMAGE_VALUES * BATCH * frames) : 0.0;
                mean[j] += pass == 0 ? image[j] / (real)(BATCH * frames) : 0;
            }
        }
    }
    free(mean);
    free(image);
    return error;
}

/* Two films learned by heart. Below a tenth of what the mean picture leaves, they are told apart and
 * followed. Observed: 0.016 of it. */
static void check_learning(const struct model_kind *kind) {
    if (kind->loss == NULL) {
        return;
    }
    void *settings = model_case_settings(kind, model_case_tiny);
    (void)model_case_set(kind, settings, "channels=8");
    (void)model_case_set(kind, settings, "latent=8");
    struct trial trial = begin_with(kind, settings);
    free(settings);
    size_t size = trial.model->parameters->size;
    struct adam *adam = adam_create(size);
    for (int i = 0; i < 1500; i++) {
        take_step(&trial, BATCH);
        adam_update(adam, (real)0.001, trial.gradient, trial.model->parameters->values);
    }
    take_step(&trial, BATCH);
    double mean = error_of_mean(trial.plan.length);
    printf("\n    %s: %.3g, the mean %.3g ", kind->name, error_of(&trial), mean);
    CU_ASSERT(error_of(&trial) < 0.1 * mean);
    adam_free(adam);
    end(&trial);
}

static void one_batch_is_learned_by_heart(void) {
    for_each_kind(check_learning);
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
    for_each_kind(check_threads);
}

/* ---- predictions ---- */

struct film {
    int first, count;
    real *images; /* [BATCH][count][H][W][C]; nan where nothing came */
    int *times;   /* [BATCH][count] */
};

static struct film film_create(int first, int count) {
    struct film film = {.first = first, .count = count};
    film.images = memory_alloc((size_t)BATCH * (size_t)count * IMAGE_VALUES, sizeof(real));
    film.times = memory_alloc((size_t)BATCH * (size_t)count, sizeof *film.times);
    return film;
}

static void film_free(struct film *film) {
    free(film->images);
    free(film->times);
}

static void take_image(void *context, int sequence, int frame, const real *image) {
    const struct film *film = context;
    CU_ASSERT_FATAL(sequence >= 0 && sequence < BATCH);
    CU_ASSERT_FATAL(frame >= film->first && frame < film->first + film->count);
    size_t row = (size_t)sequence * (size_t)film->count + (size_t)(frame - film->first);
    memcpy(film->images + row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
    film->times[row]++;
}

/* Predicts frames first .. first+count-1 into the film. */
static void predict(struct trial *trial, const struct model_examples *examples, int batch, int first,
                    int count, struct film *film) {
    struct model_prediction request = {.examples = *examples, .batch = batch, .first = first, .count = count};
    struct model_sink sink = {.image = take_image, .context = film};
    trial->kind->video->predict(trial->model, trial->workspace, &request, &sink);
}

/* The frame from which a kind can predict. */
static int first_of(const struct trial *trial) {
    return trial->kind->video->reversible ? 0 : trial->plan.origin;
}

/* Frames that are not seen are nan; the other sequence is another one. */
struct blinded {
    int inference, only;
};

static void draw_blinded(const void *context, int sequence, int frame, real *out) {
    const struct blinded *blinded = context;
    draw(NULL, sequence + blinded->only, frame, out);
    for (int i = 0; i < IMAGE_VALUES && frame >= blinded->inference; i++) {
        out[i] = (real)NAN;
    }
}

static void check_blind(const struct model_kind *kind) {
    struct trial trial = begin(kind);
    int first = first_of(&trial), count = trial.plan.length + 3 - first;
    struct film both = film_create(first, count), alone = film_create(first, count);
    predict(&trial, &discs, BATCH, first, count, &both);
    struct blinded blinded = {.inference = trial.plan.inference, .only = 1};
    struct model_examples examples = {.image = draw_blinded, .context = &blinded};
    predict(&trial, &examples, 1, first, count, &alone);
    for (int i = 0; i < BATCH * count; i++) {
        CU_ASSERT_EQUAL(both.times[i], 1); /* every frame comes, once */
    }
    for (size_t i = 0; i < (size_t)count * IMAGE_VALUES; i++) { /* the nan would be seen */
        CU_ASSERT_FATAL(fabs((double)(alone.images[i] - both.images[(size_t)count * IMAGE_VALUES + i])) <
                        1e-5);
    }
    film_free(&both);
    film_free(&alone);
    end(&trial);
}

static void predictions_look_only_at_inference_frames_of_their_own_window(void) {
    for_each_kind(check_blind);
}

static void check_pieces(const struct model_kind *kind) {
    struct trial trial = begin(kind);
    int first = first_of(&trial), count = 40;
    struct film whole = film_create(first, count), pieces = film_create(first, count);
    predict(&trial, &discs, BATCH, first, count, &whole);
    predict(&trial, &discs, BATCH, first + 30, 10, &pieces);
    predict(&trial, &discs, BATCH, first, 1, &pieces);
    predict(&trial, &discs, BATCH, first + 1, 29, &pieces);
    for (size_t i = 0; i < (size_t)BATCH * (size_t)count * IMAGE_VALUES; i++) {
        CU_ASSERT_FATAL(fabs((double)(whole.images[i] - pieces.images[i])) < 1e-6);
    }
    film_free(&whole);
    film_free(&pieces);
    end(&trial);
}

static void a_frame_is_the_same_in_one_call_or_in_several(void) {
    for_each_kind(check_pieces);
}

static void forget(void *context, int sequence, int frame, const real *image) {
    (void)context;
    (void)sequence;
    (void)frame;
    (void)image;
}

static size_t workspace_after(struct trial *trial, int frames) {
    struct model_prediction request = {
        .examples = discs, .batch = BATCH, .first = trial->plan.origin, .count = frames};
    struct model_sink sink = {.image = forget};
    trial->kind->video->predict(trial->model, trial->workspace, &request, &sink);
    return model_workspace_size(trial->workspace);
}

/* The workspace may grow by the latents of the longer film, a few times over for the steps of its arena; its
 * images would be 740 times as much (4 numbers against 3072). */
static void check_memory(const struct model_kind *kind) {
    struct trial trial = begin(kind);
    size_t shorter = workspace_after(&trial, 100), longer = workspace_after(&trial, 2100);
    size_t latents = (size_t)BATCH * 2000 * 4 * sizeof(real);
    CU_ASSERT(longer - shorter <= 4 * latents + ((size_t)1 << 20));
    CU_ASSERT(longer - shorter < (size_t)BATCH * 2000 * IMAGE_VALUES * sizeof(real) / 20);
    end(&trial);
}

static void long_predictions_need_memory_for_latents_only(void) {
    for_each_kind(check_memory);
}

/* ---- latent states ---- */

enum { FRAMES = 20 };

/* The state [BATCH][D] after FRAMES frames of the clock. */
static void follow(struct trial *trial, const struct model_clock *clock, const real *start, real *out) {
    const struct model_latent *latent = trial->kind->latent;
    size_t width = (size_t)latent->width(trial->model->settings);
    real *states = memory_alloc(BATCH * (FRAMES + 1) * width, sizeof *states);
    latent->unroll(trial->model, trial->workspace, clock, start, BATCH, FRAMES, states, NULL);
    for (size_t b = 0; b < BATCH; b++) {
        CU_ASSERT(memcmp(states + b * (FRAMES + 1) * width, start + b * width, width * sizeof *start) == 0);
        memcpy(out + b * width, states + (b * (FRAMES + 1) + FRAMES) * width, width * sizeof *out);
    }
    free(states);
}

/* Observed: 5e-7. */
static void check_return(const struct model_kind *kind) {
    if (kind->latent == NULL) {
        return;
    }
    struct trial trial = begin(kind);
    struct model_clock clock = kind->latent->clock(trial.model->settings);
    if (clock.integrator != NULL && clock.integrator->reversible) {
        size_t size = BATCH * (size_t)kind->latent->width(trial.model->settings);
        real *start = memory_alloc(size, sizeof *start), *there = memory_alloc(size, sizeof *start),
             *back = memory_alloc(size, sizeof *start);
        struct random_stream random = random_stream(1, "states", 0, 0);
        for (size_t i = 0; i < size; i++) {
            start[i] = (real)random_normal(&random);
        }
        follow(&trial, &clock, start, there);
        clock.frame = -clock.frame;
        follow(&trial, &clock, there, back);
        double moved = 0.0;
        for (size_t i = 0; i < size; i++) {
            CHECK_NEAR((double)back[i], (double)start[i], 1e-5);
            moved = fmax(moved, fabs((double)(there[i] - start[i])));
        }
        CU_ASSERT(moved > 0.01);
        free(start);
        free(there);
        free(back);
    }
    end(&trial);
}

static void reversible_latents_return_to_the_start(void) {
    for_each_kind(check_return);
}

/* Energies that arrive for the frames asked for, and states. */
struct latents {
    int count, finite, energies;
};

static void take_latent(void *context, int sequence, int frame, const real *state, double energy) {
    struct latents *latents = context;
    (void)sequence;
    (void)frame;
    latents->count++;
    latents->finite += model_all_finite(state, 2);
    latents->energies += isfinite(energy);
}

static void check_integrators(const struct model_kind *kind) {
    const struct field *row = schema_find(kind->settings, "integrator");
    if (kind->latent == NULL || row == NULL) {
        return;
    }
    struct trial trial = begin(kind);
    const char *names[FIELD_NAMES_MAX];
    size_t count = row->list_names(names, FIELD_NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct latents latents = {0};
        struct model_prediction request = {.examples = discs,
                                           .batch = BATCH,
                                           .first = trial.plan.origin,
                                           .count = FRAMES,
                                           .integrator = integrator_find(names[i])};
        struct model_sink sink = {.latent = take_latent, .context = &latents};
        CHECK_OK(kind->latent->check_integrator(kind, request.integrator));
        kind->video->predict(trial.model, trial.workspace, &request, &sink);
        CU_ASSERT_EQUAL(latents.count, BATCH * FRAMES);
        CU_ASSERT_EQUAL(latents.finite, BATCH * FRAMES);
        CU_ASSERT_EQUAL(latents.energies, kind->latent->has_energy ? BATCH * FRAMES : 0);
    }
    CHECK_FAILS(kind->latent->check_integrator(kind, integrator_find("gsl_bsimp")), STATUS_DATA, "gsl_bsimp");
    end(&trial);
}

static void predictions_may_use_another_integrator(void) {
    for_each_kind(check_integrators);
}

int main(void) {
    static const struct test tests[] = {
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
        TEST(predictions_look_only_at_inference_frames_of_their_own_window),
        TEST(a_frame_is_the_same_in_one_call_or_in_several),
        TEST(long_predictions_need_memory_for_latents_only),
        TEST(reversible_latents_return_to_the_start),
        TEST(predictions_may_use_another_integrator),
    };
    return tests_run("model_contract", tests, sizeof tests / sizeof *tests);
}
