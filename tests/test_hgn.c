/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HGN as published, in double precision: its parts, its windows, its whole loss against finite differences
 * and against numbers from PyTorch (tests/data/make_oracle.py). And the other decoders of the family.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "models/video/latent_map.h"
#include "models/video/sequence_model.h"
#include "support/memory.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/oracle.h"

extern const struct model_kind hgn_model;

/* The small model of make_oracle.py: the state is that of frame 4 of 7, with targets on both sides. */
enum { HORIZON = 7, COUNT = 5 };
static const int DECODED[COUNT] = {0, 1, 3, 4, 6};
static const char *const small[] = {
    "channels=4", "latent=4", "hidden=6", "inference_frames=5", "target_frames=2", "decoded_frames=5", NULL,
};
static const char *const paper[] = {
    "channels=64",     "latent=32",        "hidden=64", "inference_frames=31",
    "target_frames=0", "decoded_frames=0", NULL,
};

/* ---- its size ---- */

/* Parameters whose names begin so. */
static size_t count_parameters(const struct model *model, const char *prefix) {
    size_t size = 0;
    for (int i = 0; i < model->parameters->count; i++) {
        const struct parameter *p = &model->parameters->list[i];
        size += strncmp(p->name, prefix, strlen(prefix)) == 0 ? p->size : 0;
    }
    return size;
}

static struct model *create(const char *const *assignments) {
    struct model *model;
    void *settings = model_case_settings(&hgn_model, assignments);
    CHECK_OK_FATAL(model_check(&hgn_model, settings));
    model_create(&model, &hgn_model, settings, 0);
    free(settings);
    return model;
}

static void the_paper_model_has_the_published_number_of_parameters(void) {
    struct model *model = create(paper);
    CU_ASSERT_EQUAL(count_parameters(model, "encoder."), 208864);
    CU_ASSERT_EQUAL(count_parameters(model, "transform."), 147744);
    CU_ASSERT_EQUAL(count_parameters(model, "potential."), 46049);
    CU_ASSERT_EQUAL(count_parameters(model, "kinetic."), 46049);
    CU_ASSERT_EQUAL(count_parameters(model, "decoder."), 196835);
    CU_ASSERT_EQUAL(count_parameters(model, "") - count_parameters(model, "objective."), 645541);
    CU_ASSERT_EQUAL(hgn_model.latent->width(model->settings), 512);
    model_free(model);
}

/* ---- maps of latents ---- */

static void maps_are_stored_by_row_column_channel_one_half_after_the_other(void) {
    enum { BATCH = 2, HALF = 3 };
    struct tape *tape = tape_create();
    struct tensor *map = tape_constant(tape, 4, (int[]){BATCH, 4, 4, 2 * HALF}, 0);
    for (size_t i = 0; i < map->size; i++) {
        map->data[i] = (real)i;
    }
    struct tensor *numbers = latent_map_halves(map);
    CU_ASSERT_EQUAL_FATAL(numbers->shape[1], 2 * 16 * HALF);
    for (int b = 0; b < BATCH; b++) {
        for (int i = 0; i < 2 * 16 * HALF; i++) {
            int half = i / (16 * HALF), pixel = i / HALF % 16, channel = i % HALF;
            CHECK_NEAR(numbers->data[b * 2 * 16 * HALF + i],
                       (b * 16 + pixel) * 2 * HALF + half * HALF + channel, 0.0);
        }
    }
    struct tensor *q = latent_map_of(tensor_slice(numbers, 1, 0, 16 * HALF));
    for (size_t i = 0; i < q->size; i++) {
        CHECK_NEAR(q->data[i], map->data[i / HALF * 2 * HALF + i % HALF], 0.0);
    }
    tape_free(tape);
}

/* ---- decoders ---- */

/* A decoder of its own parameters on some latents, and the sum of its images times numbers without pattern.
 */
struct decoder_trial {
    const struct decoder_kind *kind;
    struct parameters *parameters;
    void *parts;
    struct tape *tape;
    int width;
    real z[2 * 64];
};

static struct decoder_trial begin_decoder(const struct decoder_kind *kind, int width) {
    static const struct video_settings settings = {.channels = 3, .latent = 4, .precision = "f32"};
    struct decoder_trial trial = {
        .kind = kind, .parameters = parameters_create(), .tape = tape_create(), .width = width};
    trial.parts = kind->declare(trial.parameters, &settings, width);
    parameters_initialise(trial.parameters, 3);
    for (int i = 0; i < 2 * width; i++) {
        trial.z[i] = (real)sin(1.7 * i);
    }
    return trial;
}

static void end_decoder(struct decoder_trial *trial) {
    parameters_free(trial->parameters);
    free(trial->parts);
    tape_free(trial->tape);
}

static struct tensor *draw(struct decoder_trial *trial, real *gradient, struct tensor **z) {
    tape_clear(trial->tape);
    struct tensor *const *leaves = parameters_bind(trial->parameters, trial->tape, gradient);
    *z = tape_leaf(trial->tape, 2, (int[]){2, trial->width}, trial->z);
    return trial->kind->apply(trial->parts, leaves, *z);
}

static struct tensor *weigh(struct tensor *images) {
    struct tensor *weights = tape_constant(images->tape, images->rank, images->shape, 0);
    for (size_t i = 0; i < weights->size; i++) {
        weights->data[i] = (real)(sin(0.7 * (double)i) / 100);
    }
    return tensor_sum(tensor_multiply(images, weights), 0);
}

static double weighted_images(void *context) {
    struct tensor *z;
    return (double)weigh(draw(context, NULL, &z))->data[0];
}

static const double STEP = 1e-8;

/* The step keeps differences from crossing the kinks of the leaky ReLU. Observed: 9e-9. */
static void check_decoder(const struct decoder_kind *kind, int width) {
    struct decoder_trial trial = begin_decoder(kind, width);
    struct tensor *z, *images = draw(&trial, NULL, &z);
    CU_ASSERT(images->rank == 4 && images->shape[0] == 2 && images->shape[1] == IMAGE_SIDE &&
              images->shape[2] == IMAGE_SIDE && images->shape[3] == IMAGE_CHANNELS);
    for (size_t i = 0; i < images->size; i++) {
        CU_ASSERT_FATAL(images->data[i] > 0 && images->data[i] < 1);
    }
    real *gradient = memory_alloc(trial.parameters->size, sizeof *gradient);
    struct tensor *sum = weigh(draw(&trial, gradient, &z)), *dz = tape_backward(sum, NULL, z);
    real *dz_kept = memory_alloc(dz->size, sizeof *dz_kept);
    memcpy(dz_kept, dz->data, dz->size * sizeof *dz_kept);
    double error = gradcheck_error(weighted_images, &trial, trial.z, 2 * (size_t)width, 1, dz_kept, STEP);
    for (int i = 0; i < trial.parameters->count; i++) {
        const struct parameter *p = &trial.parameters->list[i];
        error = gradcheck_worst(error,
                                gradcheck_error(weighted_images, &trial, trial.parameters->values + p->offset,
                                                p->size, p->size / 4 + 1, gradient + p->offset, STEP));
    }
    printf("\n    largest error %.2g ", error);
    CU_ASSERT(error < 1e-7);
    free(gradient);
    free(dz_kept);
    end_decoder(&trial);
}

static void gradients_of_all_decoders_match_differences(void) {
    check_decoder(&vector_decoder, 4);
    check_decoder(&map_decoder, 32);
    check_decoder(&broadcast_decoder, 4);
}

static void decoders_have_the_parameters_of_their_layers(void) {
    static const struct video_settings settings = {.channels = 64, .latent = 32, .precision = "f32"};
    struct parameters *parameters = parameters_create();
    free(map_decoder.declare(parameters, &settings, 256));
    CU_ASSERT_EQUAL(parameters->size, 196835);
    parameters_free(parameters);
    parameters = parameters_create();
    free(broadcast_decoder.declare(parameters, &settings, 16));
    CU_ASSERT_EQUAL(parameters->size, 9 * 18 * 64 + 64 + 5 * 36928 + 1731);
    parameters_free(parameters);
}

/* How far pixels of the first image differ that no padding reaches. */
static double contrast(struct decoder_trial *trial) {
    struct tensor *z, *images = draw(trial, NULL, &z);
    double low = 1, high = 0;
    for (int y = 15; y <= 16; y++) {
        for (int x = 15; x <= 16; x++) {
            double value = (double)images->data[(y * IMAGE_SIDE + x) * IMAGE_CHANNELS];
            low = fmin(low, value);
            high = fmax(high, value);
        }
    }
    return high - low;
}

static void a_broadcast_decoder_tells_places_apart_by_their_coordinates(void) {
    struct decoder_trial trial = begin_decoder(&broadcast_decoder, 4);
    CU_ASSERT(contrast(&trial) > 1e-7);
    enum { IN = 2 + 4, OUT = 3 }; /* of decoder.d0.weight [3][3][IN][OUT], declared first */
    CU_ASSERT_STRING_EQUAL_FATAL(trial.parameters->list[0].name, "decoder.d0.weight");
    for (int tap = 0; tap < 9; tap++) {
        memset(trial.parameters->values + tap * IN * OUT, 0, 2 * OUT * sizeof(real));
    }
    CHECK_NEAR(contrast(&trial), 0.0, 1e-12);
    end_decoder(&trial);
}

/* ---- its Hamiltonian ---- */

static void velocity_and_slope_are_the_derivatives_of_the_energy(void) {
    enum { BATCH = 2, D = 16 * 2 };
    static const struct video_settings settings = {.hidden = 5};
    const struct latent_dynamics *dynamics = &convolution_hamiltonian_dynamics;
    struct parameters *parameters = parameters_create();
    void *parts = dynamics->declare(parameters, &settings, 2 * D);
    parameters_initialise(parameters, 3);
    struct tape *tape = tape_create();
    struct tensor *const *leaves = parameters_bind(parameters, tape, NULL);
    real numbers[BATCH * 2 * D];
    for (int i = 0; i < BATCH * 2 * D; i++) {
        numbers[i] = sin(1.7 * i);
    }
    struct tensor *z = tape_leaf(tape, 2, (int[]){BATCH, 2 * D}, numbers);
    const struct tensor *slopes = tape_row_gradient(dynamics->energy(parts, leaves, z), z);
    const struct tensor *slope = dynamics->slope(parts, leaves, tensor_slice(z, 1, 0, D));
    const struct tensor *velocity = dynamics->velocity(parts, leaves, tensor_slice(z, 1, D, D));
    for (int i = 0; i < BATCH * D; i++) {
        int at = i / D * 2 * D + i % D;
        CHECK_NEAR(slope->data[i], slopes->data[at], 1e-14);
        CHECK_NEAR(velocity->data[i], slopes->data[at + D], 1e-14);
        CU_ASSERT(fabs(slope->data[i] - velocity->data[i]) > 1e-8); /* two networks, two halves */
    }
    tape_free(tape);
    free(parts);
    parameters_free(parameters);
}

/* ---- its loss ---- */

struct trial_loss {
    struct oracle_trial trial;
    int horizon, count;
    const int *decoded;
};

static double loss_value(void *context) {
    struct trial_loss *loss = context;
    return oracle_trial_loss(&loss->trial, loss->horizon, loss->decoded, loss->count);
}

static void check_gradient(const char *const *assignments, int horizon, const int *decoded, int count) {
    struct trial_loss loss = {.trial = oracle_trial_create(&hgn_model, assignments),
                              .horizon = horizon,
                              .count = count,
                              .decoded = decoded};
    oracle_trial_check_gradient(&loss.trial, loss_value, &loss);
    oracle_trial_free(&loss.trial);
}

static void gradients_with_all_frames_included_match_differences(void) {
    check_gradient(small, HORIZON, DECODED, COUNT);
}

static void gradients_as_published_match_differences(void) {
    static const char *const published[] = {
        "channels=4",      "latent=4",         "hidden=6", "inference_frames=4",
        "target_frames=0", "decoded_frames=0", NULL};
    check_gradient(published, 4, (const int[]){0, 1, 2, 3}, 4);
}

static void gradients_of_windows_that_overlap_match_differences(void) {
    static const char *const forward[] = {
        "channels=4",      "latent=4",         "hidden=6",       "inference_frames=3",
        "target_frames=5", "decoded_frames=3", "window=overlap", NULL};
    check_gradient(forward, 5, (const int[]){0, 2, 4}, 3);
}

/* Observed: 3e-14 relative. */
static void a_step_matches_the_pytorch_oracle(void) {
    struct oracle_trial trial = oracle_trial_create(&hgn_model, small);
    (void)oracle_trial_loss(&trial, HORIZON, DECODED, COUNT);
    oracle_trial_compare(&trial, "oracle.txt", 1e-10);
    oracle_trial_free(&trial);
}

/* ---- its windows ---- */

static struct window_plan plan_of(const char *const *assignments) {
    void *settings = model_case_settings(&hgn_model, assignments);
    CHECK_OK_FATAL(model_check(&hgn_model, settings));
    struct window_plan plan = hgn_model.video->plan(settings);
    free(settings);
    return plan;
}

static void the_published_window_goes_back_from_its_last_frame(void) {
    struct window_plan plan = plan_of(paper);
    CU_ASSERT_EQUAL(plan.length, 31);
    CU_ASSERT_EQUAL(plan.inference, 31);
    CU_ASSERT_EQUAL(plan.state, 30);
    CU_ASSERT_EQUAL(plan.first, -30);
    CU_ASSERT_EQUAL(plan.last, 0);
    CU_ASSERT_EQUAL(plan.origin, 0); /* it reconstructs what it sees */
    CU_ASSERT_EQUAL(window_plan_reconstruction(&plan), 31);
}

static void windows_that_overlap_are_those_of_the_other_models(void) {
    static const char *const forward[] = {"inference_frames=5", "target_frames=60", "window=overlap",
                                          "decoded_frames=0", NULL};
    struct window_plan plan = plan_of(forward), other = window_plan_overlap(5, 60, 0);
    CU_ASSERT(memcmp(&plan, &other, sizeof plan) == 0);
}

static void windows_that_overlap_need_targets(void) {
    static const char *const none[] = {"window=overlap", "target_frames=1", "decoded_frames=1", NULL};
    void *settings = model_case_settings(&hgn_model, none);
    CHECK_FAILS(model_check(&hgn_model, settings), STATUS_DATA,
                "model.target_frames: 1, expected at least 2");
    free(settings);
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_paper_model_has_the_published_number_of_parameters),
        TEST(maps_are_stored_by_row_column_channel_one_half_after_the_other),
        TEST(gradients_of_all_decoders_match_differences),
        TEST(decoders_have_the_parameters_of_their_layers),
        TEST(a_broadcast_decoder_tells_places_apart_by_their_coordinates),
        TEST(velocity_and_slope_are_the_derivatives_of_the_energy),
        TEST(gradients_with_all_frames_included_match_differences),
        TEST(gradients_as_published_match_differences),
        TEST(gradients_of_windows_that_overlap_match_differences),
        TEST(a_step_matches_the_pytorch_oracle),
        TEST(the_published_window_goes_back_from_its_last_frame),
        TEST(windows_that_overlap_are_those_of_the_other_models),
        TEST(windows_that_overlap_need_targets),
    };
    return tests_run("hgn", tests, sizeof tests / sizeof *tests);
}
