/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the predictions of every kind of model keep to, in the program's own precision. A new line in the
 * registry is tested without a line here.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/integrator.h"
#include "models/video/sequence_model.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/model_trial.h"

static const struct model_examples discs = {.image = model_trial_draw};

struct film {
    int first, count;
    real *images; /* [MODEL_TRIAL_BATCH][count][H][W][C]; nan where nothing came */
    int *times;   /* [MODEL_TRIAL_BATCH][count] */
};

static struct film film_create(int first, int count) {
    struct film film = {.first = first, .count = count};
    film.images = memory_alloc((size_t)MODEL_TRIAL_BATCH * (size_t)count * IMAGE_VALUES, sizeof(real));
    film.times = memory_alloc((size_t)MODEL_TRIAL_BATCH * (size_t)count, sizeof *film.times);
    return film;
}

static void film_free(struct film *film) {
    free(film->images);
    free(film->times);
}

static void take_image(void *context, int sequence, int frame, const real *image) {
    const struct film *film = context;
    CU_ASSERT_FATAL(sequence >= 0 && sequence < MODEL_TRIAL_BATCH);
    CU_ASSERT_FATAL(frame >= film->first && frame < film->first + film->count);
    size_t row = (size_t)sequence * (size_t)film->count + (size_t)(frame - film->first);
    memcpy(film->images + row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
    film->times[row]++;
}

/* Predicts frames first .. first+count-1 into the film. */
static void predict(struct model_trial *trial, const struct model_examples *examples, int batch, int first,
                    int count, struct film *film) {
    struct model_prediction request = {.examples = *examples, .batch = batch, .first = first, .count = count};
    struct model_sink sink = {.image = take_image, .context = film};
    trial->kind->video->predict(trial->model, trial->workspace, &request, &sink);
}

/* The frame from which a kind can predict. */
static int first_of(const struct model_trial *trial) {
    return trial->kind->video->reversible ? 0 : trial->plan.origin;
}

/* Frames that are not seen are nan; the other sequence is another one. */
struct blinded {
    int inference, only;
};

static void draw_blinded(const void *context, int sequence, int frame, real *out) {
    const struct blinded *blinded = context;
    model_trial_draw(NULL, sequence + blinded->only, frame, out);
    for (int i = 0; i < IMAGE_VALUES && frame >= blinded->inference; i++) {
        out[i] = (real)NAN;
    }
}

static void check_blind(const struct model_kind *kind) {
    struct model_trial trial = model_trial_begin(kind);
    int first = first_of(&trial), count = trial.plan.length + 3 - first;
    struct film both = film_create(first, count), alone = film_create(first, count);
    predict(&trial, &discs, MODEL_TRIAL_BATCH, first, count, &both);
    struct blinded blinded = {.inference = trial.plan.inference, .only = 1};
    struct model_examples examples = {.image = draw_blinded, .context = &blinded};
    predict(&trial, &examples, 1, first, count, &alone);
    for (int i = 0; i < MODEL_TRIAL_BATCH * count; i++) {
        CU_ASSERT_EQUAL(both.times[i], 1); /* every frame comes, once */
    }
    for (size_t i = 0; i < (size_t)count * IMAGE_VALUES; i++) { /* the nan would be seen */
        CU_ASSERT_FATAL(fabs((double)(alone.images[i] - both.images[(size_t)count * IMAGE_VALUES + i])) <
                        1e-5);
    }
    film_free(&both);
    film_free(&alone);
    model_trial_end(&trial);
}

static void predictions_look_only_at_inference_frames_of_their_own_window(void) {
    model_trial_each_film(check_blind);
}

static void check_pieces(const struct model_kind *kind) {
    struct model_trial trial = model_trial_begin(kind);
    int first = first_of(&trial), count = 40;
    struct film whole = film_create(first, count), pieces = film_create(first, count);
    predict(&trial, &discs, MODEL_TRIAL_BATCH, first, count, &whole);
    predict(&trial, &discs, MODEL_TRIAL_BATCH, first + 30, 10, &pieces);
    predict(&trial, &discs, MODEL_TRIAL_BATCH, first, 1, &pieces);
    predict(&trial, &discs, MODEL_TRIAL_BATCH, first + 1, 29, &pieces);
    for (size_t i = 0; i < (size_t)MODEL_TRIAL_BATCH * (size_t)count * IMAGE_VALUES; i++) {
        CU_ASSERT_FATAL(fabs((double)(whole.images[i] - pieces.images[i])) < 1e-6);
    }
    film_free(&whole);
    film_free(&pieces);
    model_trial_end(&trial);
}

static void a_frame_is_the_same_in_one_call_or_in_several(void) {
    model_trial_each_film(check_pieces);
}

static void forget(void *context, int sequence, int frame, const real *image) {
    (void)context;
    (void)sequence;
    (void)frame;
    (void)image;
}

static size_t workspace_after(struct model_trial *trial, int frames) {
    struct model_prediction request = {
        .examples = discs, .batch = MODEL_TRIAL_BATCH, .first = trial->plan.origin, .count = frames};
    struct model_sink sink = {.image = forget};
    trial->kind->video->predict(trial->model, trial->workspace, &request, &sink);
    return model_workspace_size(trial->workspace);
}

/* The workspace may grow by the latents of the longer film, a few times over for the steps of its arena; its
 * images would be 740 times as much (4 numbers against 3072). */
static void check_memory(const struct model_kind *kind) {
    struct model_trial trial = model_trial_begin(kind);
    size_t shorter = workspace_after(&trial, 100), longer = workspace_after(&trial, 2100);
    size_t latents = (size_t)MODEL_TRIAL_BATCH * 2000 * 4 * sizeof(real);
    CU_ASSERT(longer - shorter <= 4 * latents + ((size_t)1 << 20));
    CU_ASSERT(longer - shorter < (size_t)MODEL_TRIAL_BATCH * 2000 * IMAGE_VALUES * sizeof(real) / 20);
    model_trial_end(&trial);
}

static void long_predictions_need_memory_for_latents_only(void) {
    model_trial_each_film(check_memory);
}

/* ---- latent states ---- */

enum { FRAMES = 20 };

/* The state [MODEL_TRIAL_BATCH][D] after so many frames of the clock. */
static void follow(struct model_trial *trial, const struct model_clock *clock, int frames, const real *start,
                   real *out) {
    const struct model_latent *latent = trial->kind->latent;
    size_t width = (size_t)latent->width(trial->model->settings);
    size_t last = (size_t)frames;
    real *states = memory_alloc(MODEL_TRIAL_BATCH * (last + 1) * width, sizeof *states);
    latent->unroll(trial->model, trial->workspace, clock, start, MODEL_TRIAL_BATCH, frames, states, NULL);
    for (size_t b = 0; b < MODEL_TRIAL_BATCH; b++) {
        const real *first = states + b * (last + 1) * width;
        CU_ASSERT(memcmp(first, start + b * width, width * sizeof *start) == 0);
        memcpy(out + b * width, first + last * width, width * sizeof *out);
    }
    free(states);
}

/* There and back. What conserves an energy doesn't let rounding grow by much; a flow that draws states
 * together drives them apart on the way back, so it goes less far. Observed: 5e-6. */
static void check_method_returns(struct model_trial *trial, const struct integrator *method) {
    struct model_clock clock = trial->kind->latent->clock(trial->model->settings);
    clock.integrator = method;
    size_t size = MODEL_TRIAL_BATCH * (size_t)trial->kind->latent->width(trial->model->settings);
    real *start = memory_alloc(size, sizeof *start), *there = memory_alloc(size, sizeof *start),
         *back = memory_alloc(size, sizeof *start);
    struct random_stream random = random_stream(1, "states", 0, 0);
    for (size_t i = 0; i < size; i++) {
        start[i] = (real)random_normal(&random);
    }
    int frames = trial->kind->latent->has_energy ? 60 : 10;
    follow(trial, &clock, frames, start, there);
    clock.frame = -clock.frame;
    follow(trial, &clock, frames, there, back);
    double moved = 0.0;
    for (size_t i = 0; i < size; i++) {
        CHECK_NEAR((double)back[i], (double)start[i], 1e-4);
        moved = fmax(moved, fabs((double)(there[i] - start[i])));
    }
    CU_ASSERT(moved > 0.01);
    free(start);
    free(there);
    free(back);
}

static void check_return(const struct model_kind *kind) {
    const struct field *row = schema_find(kind->settings, "integrator");
    if (kind->latent == NULL || row == NULL) {
        return;
    }
    struct model_trial trial = model_trial_begin(kind);
    const char *names[FIELD_NAMES_MAX];
    size_t count = row->list_names(names, FIELD_NAMES_MAX), reversible = 0;
    for (size_t i = 0; i < count; i++) {
        const struct integrator *method = integrator_find(names[i]);
        if (method->reversible) {
            check_method_returns(&trial, method);
            reversible++;
        }
    }
    CU_ASSERT(reversible > 0);
    model_trial_end(&trial);
}

static void reversible_latents_return_to_the_start(void) {
    model_trial_each_film(check_return);
}

/* Energies that arrive for the frames asked for, and states. */
struct latents {
    int first; /* of the frames */
    int count, finite, energies;
    int times[MODEL_TRIAL_BATCH][FRAMES];
    real last[2]; /* numbers of the last state of the first sequence */
};

static void take_latent(void *context, int sequence, int frame, const real *state, double energy) {
    struct latents *latents = context;
    CU_ASSERT_FATAL(sequence >= 0 && sequence < MODEL_TRIAL_BATCH);
    CU_ASSERT_FATAL(frame >= latents->first && frame < latents->first + FRAMES);
    latents->times[sequence][frame - latents->first]++;
    if (sequence == 0 && frame == latents->first + FRAMES - 1) {
        memcpy(latents->last, state, sizeof latents->last);
    }
    latents->count++;
    latents->finite += model_all_finite(state, 2);
    latents->energies += isfinite(energy);
}

static void check_integrators(const struct model_kind *kind) {
    const struct field *row = schema_find(kind->settings, "integrator");
    if (kind->latent == NULL || row == NULL) {
        return;
    }
    struct model_trial trial = model_trial_begin(kind);
    const char *names[FIELD_NAMES_MAX];
    size_t count = row->list_names(names, FIELD_NAMES_MAX);
    struct latents first = {0};
    int other = 0; /* methods by which the state arrives elsewhere */
    for (size_t i = 0; i < count; i++) {
        struct latents latents = {.first = trial.plan.origin};
        struct model_prediction request = {.examples = discs,
                                           .batch = MODEL_TRIAL_BATCH,
                                           .first = trial.plan.origin,
                                           .count = FRAMES,
                                           .integrator = integrator_find(names[i])};
        struct model_sink sink = {.latent = take_latent, .context = &latents};
        CHECK_OK(kind->latent->check_integrator(kind, trial.model->settings, request.integrator));
        kind->video->predict(trial.model, trial.workspace, &request, &sink);
        CU_ASSERT_EQUAL(latents.count, MODEL_TRIAL_BATCH * FRAMES);
        CU_ASSERT_EQUAL(latents.finite, MODEL_TRIAL_BATCH * FRAMES);
        CU_ASSERT_EQUAL(latents.energies, kind->latent->has_energy ? MODEL_TRIAL_BATCH * FRAMES : 0);
        for (int t = 0; t < FRAMES; t++) {
            CU_ASSERT(latents.times[0][t] == 1 && latents.times[1][t] == 1);
        }
        first = i == 0 ? latents : first;
        other += memcmp(latents.last, first.last, sizeof first.last) != 0;
    }
    CU_ASSERT(other > 0);
    CHECK_FAILS(kind->latent->check_integrator(kind, trial.model->settings, integrator_find("gsl_bsimp")),
                STATUS_DATA, "gsl_bsimp");
    model_trial_end(&trial);
}

static void predictions_may_use_another_integrator(void) {
    model_trial_each_film(check_integrators);
}

/* ---- states and images, each alone ---- */

static void take_row(void *context, int row, const real *image) {
    memcpy((real *)context + (size_t)row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
}

/* Observed: 0 for all kinds; blocks of other sizes may round otherwise. */
static void check_image_of_state(const struct model_kind *kind) {
    if (kind->video == NULL || kind->latent == NULL || kind->latent->infer == NULL ||
        kind->latent->decode == NULL) {
        return;
    }
    struct model_trial trial = model_trial_begin(kind);
    size_t width = (size_t)kind->latent->width(trial.model->settings);
    real *states = memory_alloc(MODEL_TRIAL_BATCH * width, sizeof *states);
    real *images = memory_alloc(MODEL_TRIAL_BATCH * IMAGE_VALUES, sizeof *images);
    struct film film = film_create(trial.plan.state, 1);
    kind->latent->infer(trial.model, trial.workspace, &discs, MODEL_TRIAL_BATCH, states);
    kind->latent->decode(trial.model, trial.workspace, states, MODEL_TRIAL_BATCH, take_row, images);
    predict(&trial, &discs, MODEL_TRIAL_BATCH, film.first, 1, &film);
    double apart = 0.0;
    for (size_t i = 0; i < MODEL_TRIAL_BATCH * IMAGE_VALUES; i++) {
        CU_ASSERT_FATAL(fabs((double)(images[i] - film.images[i])) < 1e-6);
        apart = fmax(apart, fabs((double)(images[i] - images[i % IMAGE_VALUES])));
    }
    CU_ASSERT(apart > 1e-6); /* the two sequences have images of their own */
    film_free(&film);
    free(states);
    free(images);
    model_trial_end(&trial);
}

static void the_image_of_the_inferred_state_is_the_predicted_one(void) {
    model_trial_each_kind(check_image_of_state);
}

/* 2 and 1 from one stream are the 3 of another of the same name. */
static void check_sample(const struct model_kind *kind) {
    if (kind->latent == NULL || kind->latent->sample == NULL) {
        return;
    }
    struct model_trial trial = model_trial_begin(kind);
    size_t width = (size_t)kind->latent->width(trial.model->settings);
    real *whole = memory_alloc(3 * width, sizeof *whole), *pieces = memory_alloc(3 * width, sizeof *pieces);
    struct random_stream one = random_stream(3, "prior", 0, 0), same = one,
                         other = random_stream(4, "prior", 0, 0);
    kind->latent->sample(trial.model, trial.workspace, &one, 3, whole);
    kind->latent->sample(trial.model, trial.workspace, &same, 2, pieces);
    kind->latent->sample(trial.model, trial.workspace, &same, 1, pieces + 2 * width);
    CU_ASSERT(memcmp(whole, pieces, 3 * width * sizeof *whole) == 0);
    CU_ASSERT(model_all_finite(whole, 3 * width));
    CU_ASSERT(memcmp(whole, whole + width, width * sizeof *whole) != 0);
    kind->latent->sample(trial.model, trial.workspace, &other, 3, pieces);
    CU_ASSERT(memcmp(whole, pieces, 3 * width * sizeof *whole) != 0);
    free(whole);
    free(pieces);
    model_trial_end(&trial);
}

static void states_of_the_prior_are_a_function_of_the_stream_alone(void) {
    model_trial_each_kind(check_sample);
}

/* Behind an encoder without a transform the prior is that of the state: a standard normal. The mean square of
 * its numbers is 1 with a deviation of sqrt(2 / numbers), 0.016 of the fewest. */
static void check_prior(const struct model_kind *kind) {
    if (kind->latent == NULL || kind->latent->sample != sequence_model_sample ||
        ((const struct sequence_kind *)kind->family)->transform != NULL) {
        return;
    }
    enum { DRAWS = 2000 };
    struct model_trial trial = model_trial_begin(kind);
    size_t count = DRAWS * (size_t)kind->latent->width(trial.model->settings);
    real *states = memory_alloc(count, sizeof *states);
    struct random_stream random = random_stream(3, "prior", 0, 0);
    kind->latent->sample(trial.model, trial.workspace, &random, DRAWS, states);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)states[i] / (double)count;
        squares += (double)states[i] * (double)states[i] / (double)count;
    }
    CHECK_NEAR(sum, 0, 0.06);
    CHECK_NEAR(squares, 1, 0.08);
    free(states);
    model_trial_end(&trial);
}

static void states_of_the_prior_are_standard_normal(void) {
    model_trial_each_kind(check_prior);
}

int main(void) {
    static const struct test tests[] = {
        TEST(predictions_look_only_at_inference_frames_of_their_own_window),
        TEST(a_frame_is_the_same_in_one_call_or_in_several),
        TEST(long_predictions_need_memory_for_latents_only),
        TEST(reversible_latents_return_to_the_start),
        TEST(predictions_may_use_another_integrator),
        TEST(the_image_of_the_inferred_state_is_the_predicted_one),
        TEST(states_of_the_prior_are_a_function_of_the_stream_alone),
        TEST(states_of_the_prior_are_standard_normal),
    };
    return tests_run("model_predictions", tests, sizeof tests / sizeof *tests);
}
