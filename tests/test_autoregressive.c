/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The autoregressive baselines in double precision, with each kind of cell and fed with true frames or their
 * own: gradients, numbers from PyTorch (tests/data/make_oracle.py), and which frame is predicted from which.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/model.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "support/text.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/oracle.h"

extern const struct model_kind rnn_model, lstm_model, gru_model;

enum { KINDS = 3, BATCH = ORACLE_BATCH, INFERENCE = 3 };
static const struct model_kind *const kinds[KINDS] = {&rnn_model, &lstm_model, &gru_model};
static const char *const feedings[] = {"feeding=teacher", "feeding=free"};

/* The small models of make_oracle.py with so many frames in a window. */
static struct oracle_trial begin(const struct model_kind *kind, const char *frames, const char *feeding) {
    const char *const small[] = {"channels=4",      "latent=4",           "hidden=6",
                                 "hidden_layers=2", "inference_frames=3", frames,
                                 feeding,           "decoded_frames=3",   NULL};
    return oracle_trial_create(kind, small);
}

/* ---- losses and gradients ---- */

static double short_loss(void *context) {
    return oracle_trial_loss(context, 5, (const int[]){0, 2, 4}, 3);
}

static void gradients_of_each_cell_and_feeding_match_differences(void) {
    for (int i = 0; i < KINDS; i++) {
        for (int f = 0; f < 2; f++) {
            struct oracle_trial trial = begin(kinds[i], "target_frames=6", feedings[f]);
            oracle_trial_check_gradient(&trial, short_loss, &trial);
            oracle_trial_free(&trial);
        }
    }
}

/* The step of `kind` that the oracle calls NAME, or NAME-free, with `ending` behind it. */
static void check_against_oracle(const struct model_kind *base, int feeding, const char *frames,
                                 const char *ending, double (*value)(void *)) {
    struct model_kind kind = *base;
    char *name = text_format("%s%s%s", kind.name, feeding == 0 ? "" : "-free", ending);
    kind.name = name;
    struct oracle_trial trial = begin(&kind, frames, feedings[feeding]);
    (void)value(&trial);
    oracle_trial_compare(&trial, "oracle.txt", 1e-10);
    oracle_trial_free(&trial);
    free(name);
}

/* Observed: below 1e-13 relative. */
static void steps_of_each_cell_and_feeding_match_the_pytorch_oracle(void) {
    for (int i = 0; i < KINDS; i++) {
        check_against_oracle(kinds[i], 0, "target_frames=6", "", short_loss);
        check_against_oracle(kinds[i], 1, "target_frames=6", "", short_loss);
    }
}

/* Two of the stretches of true frames that are kept on the tape at once, and three of predicted ones, of
 * which the second has no target. */
static double long_loss(void *context) {
    return oracle_trial_loss(context, 39, (const int[]){0, 33, 38}, 3);
}

static double long_free_loss(void *context) {
    return oracle_trial_loss(context, 19, (const int[]){0, 16, 18}, 3);
}

static void steps_of_several_stretches_match_the_pytorch_oracle(void) {
    for (int i = 0; i < KINDS; i++) {
        check_against_oracle(kinds[i], 0, "target_frames=40", "-long", long_loss);
        check_against_oracle(kinds[i], 1, "target_frames=20", "-long", long_free_loss);
    }
}

/* ---- parameters ---- */

static struct model *paper_model(const struct model_kind *kind) {
    static const char *const paper[] = {
        "channels=64",        "latent=32",        "hidden=250",       "hidden_layers=4",
        "inference_frames=5", "target_frames=60", "decoded_frames=0", NULL,
    };
    struct model *model;
    void *settings = model_case_settings(kind, paper);
    CHECK_OK_FATAL(model_check(kind, settings));
    model_create(&model, kind, settings, 0);
    free(settings);
    return model;
}

/* Of the specification of the papers' networks. */
static void paper_models_have_the_published_number_of_parameters(void) {
    static const size_t published[KINDS] = {883183, 2248819, 1793263};
    for (int i = 0; i < KINDS; i++) {
        struct model *model = paper_model(kinds[i]);
        CU_ASSERT_EQUAL(model->parameters->size, published[i]);
        model_free(model);
    }
}

/* Deviation of a matrix's starting values, in units of 1 / sqrt(rows). */
static double deviation(const struct model *model, const char *name) {
    for (int i = 0; i < model->parameters->count; i++) {
        const struct parameter *p = &model->parameters->list[i];
        double squares = 0.0;
        for (size_t j = 0; j < p->size; j++) {
            double value = (double)model->parameters->values[p->offset + j];
            squares += value * value;
        }
        if (strcmp(p->name, name) == 0) {
            return sqrt(squares / (double)p->size * p->shape[0]);
        }
    }
    CU_FAIL("no such parameter");
    return NAN;
}

/* Observed: 0.5 %; the matrices have 62,500 values and more. */
static void gru_matrices_alone_start_with_a_compensated_deviation(void) {
    struct model *gru = paper_model(&gru_model), *lstm = paper_model(&lstm_model);
    CHECK_NEAR(deviation(gru, "cell1.input.weight"), 1.0, 0.01);
    CHECK_NEAR(deviation(gru, "cell1.gates.weight"), 1.0, 0.01);
    CHECK_NEAR(deviation(gru, "cell1.candidate.weight"), 1.0, 0.01);
    CHECK_NEAR(deviation(lstm, "cell1.gates.weight"), 0.8796, 0.01);
    model_free(gru);
    model_free(lstm);
}

/* ---- which frame is predicted from which ---- */

struct pictures {
    int first, count; /* frames of a window */
    real *images;     /* [B][count][H][W][C] */
};

static void take_picture(void *context, int sequence, int frame, const real *image) {
    const struct pictures *pictures = context;
    size_t row = (size_t)sequence * (size_t)pictures->count + (size_t)(frame - pictures->first);
    memcpy(pictures->images + row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
}

/* The error of the predictions of frames 1 .. count, as evaluation makes them. */
static double error_of_predictions(struct oracle_trial *trial, int count) {
    size_t size = (size_t)count * IMAGE_VALUES;
    struct pictures pictures = {
        .first = 1, .count = count, .images = memory_alloc(BATCH * size, sizeof(real))};
    struct model_prediction request = {
        .examples = window_array_examples(&trial->windows), .batch = BATCH, .first = 1, .count = count};
    struct model_sink sink = {.image = take_picture, .context = &pictures};
    trial->model->kind->video->predict(trial->model, trial->workspace, &request, &sink);
    double error = 0.0;
    for (size_t b = 0; b < BATCH; b++) {
        const real *predicted = pictures.images + b * size;
        const real *target = trial->images + (b * (size_t)trial->windows.length + 1) * IMAGE_VALUES;
        for (size_t i = 0; i < size; i++) {
            double d = (double)(predicted[i] - target[i]);
            error += d * d / (double)(BATCH * size);
        }
    }
    free(pictures.images);
    return error;
}

/* Trained with true frames, a model is in training what it is in an evaluation as long as true frames are fed
 * in there, too; trained with its own, to the end. Observed: 2e-16. */
static void prediction_of_frame_t_is_its_training_target(void) {
    static const int all[] = {0, 1, 2, 3, 4};
    for (int i = 0; i < KINDS; i++) {
        for (int f = 0; f < 2; f++) {
            int count = f == 0 ? INFERENCE : 5;
            struct oracle_trial trial = begin(kinds[i], "target_frames=6", feedings[f]);
            double error = error_of_predictions(&trial, count);
            (void)oracle_trial_loss(&trial, count, all, count);
            CHECK_NEAR(error, trial.step.figures[1], 1e-12);
            oracle_trial_free(&trial);
        }
    }
}

/* How often each frame of the second sequence is read. */
enum { FRAMES = 6 };
struct readings {
    const struct oracle_trial *trial;
    int count[FRAMES];
};

static void note_reading(const void *context, int sequence, int frame, real *out) {
    struct readings *readings = (void *)(size_t)context;
    struct model_examples examples = window_array_examples(&readings->trial->windows);
    CU_ASSERT_FATAL(frame >= 0 && frame < FRAMES);
    readings->count[frame] += sequence == 1;
    examples.image(examples.context, sequence, frame, out);
}

static void check_read(const char *feeding, const int *decoded, int count, const int *expected) {
    struct oracle_trial trial = begin(&gru_model, "target_frames=6", feeding);
    struct readings readings = {.trial = &trial};
    struct model_batch batch = {
        .size = BATCH,
        .examples = {.image = note_reading, .context = &readings},
        .horizon = 5,
        .decoded = decoded,
        .decoded_count = count,
    };
    gru_model.loss(trial.model, trial.workspace, &batch, 1, trial.gradient, &trial.step);
    for (int t = 0; t < FRAMES; t++) {
        CU_ASSERT_EQUAL(readings.count[t], expected[t]);
    }
    oracle_trial_free(&trial);
}

/* Frames to read, and frames to be compared with: target i is frame i + 1. */
static void a_step_reads_frames_up_to_the_last_target_and_no_more_than_its_feeding_says(void) {
    check_read(feedings[0], (const int[]){0, 3}, 2, (const int[]){1, 2, 1, 1, 1, 0});
    check_read(feedings[0], (const int[]){0, 4}, 2, (const int[]){1, 2, 1, 1, 1, 1});
    check_read(feedings[1], (const int[]){0, 4}, 2, (const int[]){1, 2, 1, 0, 0, 1});
    check_read(feedings[1], (const int[]){0, 1}, 2, (const int[]){1, 2, 1, 0, 0, 0});
}

int main(void) {
    static const struct test tests[] = {
        TEST(gradients_of_each_cell_and_feeding_match_differences),
        TEST(steps_of_each_cell_and_feeding_match_the_pytorch_oracle),
        TEST(steps_of_several_stretches_match_the_pytorch_oracle),
        TEST(paper_models_have_the_published_number_of_parameters),
        TEST(gru_matrices_alone_start_with_a_compensated_deviation),
        TEST(prediction_of_frame_t_is_its_training_target),
        TEST(a_step_reads_frames_up_to_the_last_target_and_no_more_than_its_feeding_says),
    };
    return tests_run("autoregressive", tests, sizeof tests / sizeof *tests);
}
