/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The learned models in double precision: whole losses against finite differences and against numbers from
 * PyTorch (tests/data/make_oracle.py), shapes, reversibility, energy.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "models/dynamics.h"
#include "models/model.h"
#include "models/window.h"
#include "support/memory.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"
#include "tests/oracle.h"

extern const struct model_kind hgn_plus_plus_model, rnn_model;

/* The small models of make_oracle.py. */
enum { BATCH = ORACLE_BATCH, HORIZON = 5 };
static const int DECODED[] = {0, 2, 4};
static const struct model_settings small = {
    .channels = 4,
    .latent = 4,
    .hidden = 6,
    .hidden_layers = 2,
    .inference_frames = 3,
    .target_frames = 6,
    .decoded_frames = 3,
    .time_step = 0.125,
    .beta = 0.7,
    .integrator = "leapfrog",
};

static double loss_value(void *context) {
    return oracle_trial_loss(context, HORIZON, DECODED, 3);
}

/* A rollout over three of the stretches that are kept on the tape at once. */
static double late_loss_value(void *context) {
    return oracle_trial_loss(context, 75, (const int[]){0, 33, 70}, 3);
}

/* A step this small keeps the differences from crossing the kinks of the leaky ReLUs, of which thousands of
 * pixels have some near zero; what is left is rounding. Observed: 1.4e-6 of the largest gradient. */
static const double STEP = 1e-8, TOLERANCE = 1e-5;

/* Compares two values of each parameter. */
static void check_by_differences(struct oracle_trial *trial, double (*value)(void *)) {
    struct parameters *parameters = trial->model->parameters;
    (void)value(trial);
    real *gradient = memory_alloc(parameters->size, sizeof(real));
    memcpy(gradient, trial->gradient, parameters->size * sizeof(real));
    double largest = 0.0, worst = 0.0;
    for (size_t i = 0; i < parameters->size; i++) {
        largest = fmax(largest, fabs(gradient[i]));
    }
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        double error = gradcheck_error(value, trial, parameters->values + p->offset, p->size, p->size / 2 + 1,
                                       gradient + p->offset, STEP);
        worst = gradcheck_worst(worst, error / largest);
    }
    printf("\n    largest error: %.2g of the largest gradient ", worst);
    CU_ASSERT(worst < TOLERANCE);
    free(gradient);
}

static void check_loss_by_differences(const struct model_kind *kind) {
    struct oracle_trial trial = oracle_trial_create(kind, &small);
    check_by_differences(&trial, loss_value);
    oracle_trial_free(&trial);
}

static void gradient_through_a_long_rollout_matches_differences(void) {
    struct model_settings settings = small;
    settings.target_frames = 80;
    struct oracle_trial trial = oracle_trial_create(&hgn_plus_plus_model, &settings);
    check_by_differences(&trial, late_loss_value);
    oracle_trial_free(&trial);
}

static void loss_gradient_of_hgn_matches_differences(void) {
    check_loss_by_differences(&hgn_plus_plus_model);
}

static void loss_gradient_of_rnn_matches_differences(void) {
    check_loss_by_differences(&rnn_model);
}

/* Observed: 2e-14 relative. */
static void check_against_oracle(const struct model_kind *kind) {
    struct oracle_trial trial = oracle_trial_create(kind, &small);
    (void)loss_value(&trial);
    oracle_trial_compare(&trial, "oracle.txt", 1e-10);
    oracle_trial_free(&trial);
}

static void hgn_matches_the_pytorch_oracle(void) {
    check_against_oracle(&hgn_plus_plus_model);
}

static void rnn_matches_the_pytorch_oracle(void) {
    check_against_oracle(&rnn_model);
}

/* The published sizes (specification of the papers' networks). */
static size_t paper_size(const struct model_kind *kind) {
    struct model_settings paper = {
        .channels = 64,
        .latent = 32,
        .hidden = 250,
        .hidden_layers = 4,
        .inference_frames = 5,
        .target_frames = 60,
        .time_step = 0.125,
        .beta = 1,
        .integrator = "leapfrog",
    };
    struct model *model;
    CU_ASSERT(model_settings_check(kind, &paper) == STATUS_OK);
    model_create(&model, kind, &paper, 0);
    size_t size = model->parameters->size;
    model_free(model);
    return size;
}

static void paper_models_have_the_published_number_of_parameters(void) {
    CU_ASSERT_EQUAL(paper_size(&hgn_plus_plus_model), 882561);
    CU_ASSERT_EQUAL(paper_size(&rnn_model), 883183);
}

/* ---- the latent dynamics alone ---- */

struct latent_trial {
    struct tape *tape;
    struct parameters *parameters;
    void *parts;
    struct model_settings settings;
};

static struct latent_trial begin_latent(double time_step, const char *integrator) {
    struct latent_trial trial = {.tape = tape_create(), .parameters = parameters_create(), .settings = small};
    trial.settings.time_step = time_step;
    (void)snprintf(trial.settings.integrator, sizeof trial.settings.integrator, "%s", integrator);
    trial.parts = hamiltonian_dynamics.declare(trial.parameters, &trial.settings);
    parameters_initialise(trial.parameters, 5);
    for (size_t i = 0; i < trial.parameters->size; i++) {
        trial.parameters->values[i] *= 2; /* enough curvature to tell the orders apart */
    }
    return trial;
}

static void end_latent(struct latent_trial *trial) {
    tape_free(trial->tape);
    parameters_free(trial->parameters);
    free(trial->parts);
}

/* Unrolls one state (q, p) in place; returns the change of H. */
static double unroll(struct latent_trial *trial, int steps, real *state) {
    tape_clear(trial->tape);
    int width = trial->settings.latent;
    struct tensor *const *leaves = parameters_bind(trial->parameters, trial->tape, NULL);
    struct tensor *start = tape_leaf(trial->tape, 2, (int[]){1, width}, state);
    struct tensor **states = tape_alloc(trial->tape, (size_t)(steps + 1) * sizeof *states);
    hamiltonian_dynamics.unroll(trial->parts, &trial->settings, leaves, start, steps, states);
    double before = hamiltonian_dynamics.energy(trial->parts, leaves, start)->data[0];
    double after = hamiltonian_dynamics.energy(trial->parts, leaves, states[steps])->data[0];
    memcpy(state, states[steps]->data, (size_t)width * sizeof *state);
    return after - before;
}

static const real START[4] = {0.7, -1.1, 0.4, 0.9};

/* Observed: 1e-15. */
static void rollout_returns_when_the_time_step_is_negated(void) {
    real state[4];
    memcpy(state, START, sizeof state);
    struct latent_trial forward = begin_latent(0.125, "leapfrog");
    (void)unroll(&forward, 60, state);
    CU_ASSERT(fabs(state[0] - START[0]) > 1e-2);
    struct latent_trial backward = begin_latent(-0.125, "leapfrog");
    (void)unroll(&backward, 60, state);
    for (int i = 0; i < 4; i++) {
        CHECK_NEAR(state[i], START[i], 1e-12);
    }
    end_latent(&forward);
    end_latent(&backward);
}

/* Over the same time, half the step leaves a quarter of the energy error for an order-2 method and 1/16 for
 * order 4. */
static double energy_error_ratio(const char *integrator) {
    double error[2];
    for (int i = 0; i < 2; i++) {
        real state[4];
        memcpy(state, START, sizeof state);
        struct latent_trial trial = begin_latent(i == 0 ? 0.4 : 0.2, integrator);
        error[i] = fabs(unroll(&trial, i == 0 ? 5 : 10, state));
        end_latent(&trial);
    }
    return error[0] / error[1];
}

static void energy_error_falls_with_the_order_of_the_integrator(void) {
    CHECK_NEAR(log2(energy_error_ratio("leapfrog")), 2.0, 0.2); /* observed 2.02 */
    CHECK_NEAR(log2(energy_error_ratio("ruth4")), 4.0, 0.5);
}

/* ---- windows ---- */

static void frame_weights_are_unbiased_and_sum_to_one(void) {
    double sum = 0.0;
    for (int i = 0; i < 10; i++) {
        sum += window_frame_weight(30, 10, i);
    }
    CHECK_NEAR(sum, 1.0, 1e-15);
    CHECK_NEAR(window_frame_weight(30, 10, 0), 1.0 / 30, 1e-15);
    CHECK_NEAR(window_frame_weight(30, 30, 7), 1.0 / 30, 1e-15);
    CHECK_NEAR(window_frame_weight(30, 1, 0), 1.0, 0.0);
}

static void stacked_frames_are_frame_major_on_the_channels(void) {
    enum { LENGTH = 4, COUNT = 2 };
    real *images = memory_alloc((size_t)LENGTH * IMAGE_VALUES, sizeof(real));
    real *stacked = memory_alloc((size_t)COUNT * IMAGE_VALUES, sizeof(real));
    for (int i = 0; i < LENGTH * IMAGE_VALUES; i++) {
        images[i] = i;
    }
    struct window_array windows = {images, LENGTH};
    struct model_frames frames = window_array_frames(&windows);
    window_stack_frames(&frames, 1, 1, COUNT, stacked);
    for (int pixel = 0; pixel < IMAGE_SIDE * IMAGE_SIDE; pixel += 100) {
        for (int c = 0; c < 6; c++) {
            CHECK_NEAR(stacked[pixel * 6 + c], (1 + c / 3) * IMAGE_VALUES + pixel * 3 + c % 3, 0.0);
        }
    }
    free(images);
    free(stacked);
}

/* ---- predictions ---- */

/* Predictions of a window depend on its inference frames alone, and on no other window of the batch. */
static void check_predictions_look_only_at_inference_frames(const struct model_kind *kind) {
    struct oracle_trial trial = oracle_trial_create(kind, &small);
    int length = model_training_window(trial.model), first = model_first_prediction(trial.model);
    size_t window = (size_t)length * IMAGE_VALUES, count = (size_t)(length - first) * IMAGE_VALUES;
    real *both = memory_alloc(BATCH * count, sizeof(real)), *one = memory_alloc(count, sizeof(real));
    model_predict(trial.model, trial.workspace, trial.images, BATCH, length, both, NULL);
    for (size_t i = (size_t)small.inference_frames * IMAGE_VALUES; i < window; i++) {
        trial.images[window + i] = NAN;
    }
    model_predict(trial.model, trial.workspace, trial.images + window, 1, length, one, NULL);
    for (size_t i = 0; i < count; i++) {
        CU_ASSERT_FATAL(fabs(one[i] - both[count + i]) < 1e-12);
    }
    free(both);
    free(one);
    oracle_trial_free(&trial);
}

static void hgn_predictions_look_only_at_inference_frames(void) {
    check_predictions_look_only_at_inference_frames(&hgn_plus_plus_model);
}

static void rnn_predictions_look_only_at_inference_frames(void) {
    check_predictions_look_only_at_inference_frames(&rnn_model);
}

/* While true frames are fed in, free running and teacher forcing are the same thing: the error of the
 * prediction of frame 1 is the training loss of target 0. */
static void rnn_prediction_of_frame_t_is_its_training_target(void) {
    struct oracle_trial trial = oracle_trial_create(&rnn_model, &small);
    int length = model_training_window(trial.model);
    real *predictions = memory_alloc((size_t)(BATCH * (length - 1)) * IMAGE_VALUES, sizeof(real));
    model_predict(trial.model, trial.workspace, trial.images, BATCH, length, predictions, NULL);
    for (int last = 0; last < small.inference_frames; last++) {
        int decoded[3] = {0, 1, 2};
        struct model_batch batch = {
            .size = BATCH,
            .frames = window_array_frames(&trial.windows),
            .horizon = last + 1,
            .decoded = decoded,
            .decoded_count = last + 1,
        };
        rnn_model.loss(trial.model, trial.workspace, &batch, 1, trial.gradient, &trial.loss);
        double error = 0.0;
        for (int b = 0; b < BATCH; b++) {
            for (int i = 0; i < (last + 1) * IMAGE_VALUES; i++) {
                double d = predictions[b * (length - 1) * IMAGE_VALUES + i] -
                           trial.images[(b * length + 1) * IMAGE_VALUES + i];
                error += d * d / (BATCH * (last + 1) * IMAGE_VALUES);
            }
        }
        CHECK_NEAR(error, trial.loss.mse, 1e-12);
    }
    free(predictions);
    oracle_trial_free(&trial);
}

static void nonsense_settings_are_refused_by_name(void) {
    struct model_settings settings = small;
    settings.latent = 5;
    CU_ASSERT(model_settings_check(&hgn_plus_plus_model, &settings) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "model.latent: 5") != NULL);
    settings = small;
    settings.decoded_frames = 7;
    CU_ASSERT(model_settings_check(&hgn_plus_plus_model, &settings) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "model.decoded_frames: 7") != NULL);
    settings = small;
    (void)snprintf(settings.integrator, sizeof settings.integrator, "leapfog");
    CU_ASSERT(model_settings_check(&hgn_plus_plus_model, &settings) == STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "leapfog") != NULL);
    settings = small;
    settings.inference_frames = settings.target_frames;
    CU_ASSERT(model_settings_check(&rnn_model, &settings) == STATUS_DATA);
}

/* Finite weights, but so large that the numbers overflow on the way. */
static void check_overflow_is_traced(const struct model_kind *kind, const char *layer) {
    struct oracle_trial trial = oracle_trial_create(kind, &small);
    struct parameters *parameters = trial.model->parameters;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        for (size_t j = 0; j < p->size && strncmp(p->name, layer, strlen(layer)) == 0; j++) {
            parameters->values[p->offset + j] = 1e200;
        }
    }
    CU_ASSERT(!isfinite(loss_value(&trial)));
    CU_ASSERT(strncmp(trial.loss.culprit, layer, strlen(layer)) == 0);
    oracle_trial_free(&trial);
}

static void an_overflow_on_the_way_is_traced_to_its_layer(void) {
    check_overflow_is_traced(&hgn_plus_plus_model, "potential.");
    check_overflow_is_traced(&rnn_model, "cell0.");
}

static void a_nan_is_traced_to_its_layer(void) {
    struct oracle_trial trial = oracle_trial_create(&hgn_plus_plus_model, &small);
    struct parameters *parameters = trial.model->parameters;
    for (int i = 0; i < parameters->count; i++) {
        if (strcmp(parameters->list[i].name, "decoder.d3.bias") == 0) {
            parameters->values[parameters->list[i].offset] = NAN;
        }
    }
    CU_ASSERT(isnan(loss_value(&trial)));
    CU_ASSERT(strstr(trial.loss.culprit, "decoder.d3") != NULL);
    oracle_trial_free(&trial);
}

int main(void) {
    static const struct test tests[] = {
        TEST(loss_gradient_of_hgn_matches_differences),
        TEST(loss_gradient_of_rnn_matches_differences),
        TEST(gradient_through_a_long_rollout_matches_differences),
        TEST(hgn_matches_the_pytorch_oracle),
        TEST(rnn_matches_the_pytorch_oracle),
        TEST(paper_models_have_the_published_number_of_parameters),
        TEST(rollout_returns_when_the_time_step_is_negated),
        TEST(energy_error_falls_with_the_order_of_the_integrator),
        TEST(frame_weights_are_unbiased_and_sum_to_one),
        TEST(stacked_frames_are_frame_major_on_the_channels),
        TEST(hgn_predictions_look_only_at_inference_frames),
        TEST(rnn_predictions_look_only_at_inference_frames),
        TEST(rnn_prediction_of_frame_t_is_its_training_target),
        TEST(nonsense_settings_are_refused_by_name),
        TEST(a_nan_is_traced_to_its_layer),
        TEST(an_overflow_on_the_way_is_traced_to_its_layer),
    };
    return tests_run("models", tests, sizeof tests / sizeof *tests);
}
