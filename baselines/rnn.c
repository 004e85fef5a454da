/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The autoregressive baseline of the HGN++ papers (Botev et al. 2021, model "AR"), with vanilla cells: every
 * frame is encoded on its own, a stack of recurrent cells predicts, the decoder draws the next frame.
 *
 * Cell: h' = relu(x W_x + b_x + h W_h + b_h); swish on the output of every cell but the last; h starts at 0.
 * Trained with teacher forcing on windows of target_frames frames: the prediction of frame t sees the true
 * frames 0 .. t-1. Evaluated from inference_frames true frames; from then on it reads its own predictions. No
 * latent noise, no KL.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "models/decoder.h"
#include "models/encoder.h"
#include "models/frames.h"
#include "support/memory.h"

enum { MAX_CELLS = 16 };

struct cell {
    struct linear_layer input, state;
    int width;
};

struct rnn_parts {
    struct encoder encoder;
    struct decoder decoder;
    struct cell cells[MAX_CELLS];
    int count;
};

static void declare(struct model *model) {
    const struct model_settings *s = &model->settings;
    struct rnn_parts *parts = memory_alloc(1, sizeof *parts);
    parts->encoder = encoder_declare(model->parameters, 1, s->channels, s->latent, model_uses_half(s));
    parts->count = s->hidden_layers + 1;
    assert(parts->count <= MAX_CELLS);
    int in = s->latent;
    for (int i = 0; i < parts->count; i++) {
        int width = i + 1 == parts->count ? s->latent : s->hidden;
        char name[PARAMETER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "cell%d.input", i);
        parts->cells[i].input = linear_layer_declare(model->parameters, name, in, width);
        (void)snprintf(name, sizeof name, "cell%d.state", i);
        parts->cells[i].state = linear_layer_declare(model->parameters, name, width, width);
        parts->cells[i].width = in = width;
    }
    parts->decoder =
        decoder_declare(model->parameters, s->latent, s->latent / 2, s->channels, model_uses_half(s));
    model->parts = parts;
}

static enum status check(const struct model_settings *settings) {
    if (settings->inference_frames >= settings->target_frames) {
        return status_fail(STATUS_DATA,
                           "model.inference_frames: %d, expected less than model.target_frames (%d)",
                           settings->inference_frames, settings->target_frames);
    }
    if (settings->latent % 2 != 0) {
        return status_fail(STATUS_DATA, "model.latent: %d, expected an even number", settings->latent);
    }
    return STATUS_OK;
}

static int training_window(const struct model_settings *settings) {
    return settings->target_frames;
}

static int first_prediction(const struct model_settings *settings) {
    (void)settings;
    return 1;
}

/* One step of the stack. `hidden` holds the states of the cells, NULL for zero, and is moved on. x, result:
 * [B][D] */
static struct tensor *step(const struct rnn_parts *parts, struct tensor *const *leaves, struct tensor *x,
                           struct tensor **hidden) {
    for (int i = 0; i < parts->count; i++) {
        const struct cell *cell = &parts->cells[i];
        if (hidden[i] == NULL) {
            hidden[i] = tape_constant(x->tape, 2, (int[]){x->shape[0], cell->width}, 0);
        }
        struct tensor *sum = tensor_add(linear_layer_apply(&cell->input, leaves, x),
                                        linear_layer_apply(&cell->state, leaves, hidden[i]));
        hidden[i] = tensor_leaky_relu(sum, 0);
        x = i + 1 == parts->count ? hidden[i] : tensor_swish(hidden[i]);
    }
    return x;
}

/* The code of frame t of each sequence, [B][D]. Frame by frame, so that convolutions have one shape whatever
 * the horizon. */
static struct tensor *encode_frame(const struct rnn_parts *parts, struct tape *tape,
                                   struct tensor *const *leaves, const struct model_batch *batch, int t) {
    const char *outer = profile_enter("loader");
    struct tensor *x =
        tape_constant(tape, 4, (int[]){batch->size, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS}, 0);
    for (int b = 0; b < batch->size; b++) {
        batch->frames.read(batch->frames.context, b, t, x->data + (size_t)b * IMAGE_VALUES);
    }
    (void)profile_enter(outer);
    return encoder_apply(&parts->encoder, leaves, x);
}

/* Target i is frame i + 1, predicted from frames 0 .. i. */
static void loss(const struct model *model, struct model_workspace *workspace,
                 const struct model_batch *batch, real weight, real *gradient, struct model_loss *out) {
    const struct rnn_parts *parts = model->parts;
    int width = model->settings.latent;
    struct tape *tape = workspace->sequence;
    const char *outer = profile_enter("encode and recur");
    tape_clear(tape);
    int steps = batch->decoded[batch->decoded_count - 1] + 1;
    assert(steps < training_window(&model->settings));
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct tensor **outputs = tape_alloc(tape, (size_t)batch->decoded_count * sizeof(struct tensor *));
    struct tensor *hidden[MAX_CELLS] = {NULL};
    int next = 0;
    for (int t = 0; t < steps; t++) {
        struct tensor *output = step(parts, leaves, encode_frame(parts, tape, leaves, batch, t), hidden);
        if (t == batch->decoded[next]) {
            outputs[next++] = output;
        }
    }
    struct tensor *seen = tensor_concatenate(outputs, batch->decoded_count, 0);
    struct frames_target target = {
        .frames = batch->frames,
        .batch = batch->size,
        .first = 1,
        .decoded = batch->decoded,
        .count = batch->decoded_count,
        .horizon = batch->horizon,
    };
    *out = (struct model_loss){0};
    if (!model_all_finite(seen->data, seen->size)) {
        model_name_culprit(tape, out->culprit, sizeof out->culprit);
    }
    struct tensor *dz = tape_constant(tape, seen->rank, seen->shape, 0);
    out->mse = frames_loss(model, &parts->decoder, workspace->frames, seen->data, width, &target, weight,
                           gradient, dz->data, out->culprit, sizeof out->culprit);
    out->total = out->mse + MODEL_HALF_LOG_PI;
    (void)profile_enter("encode and recur, backward");
    (void)tape_backward(seen, dz, NULL);
    (void)profile_enter(outer);
}

/* Keeps what one step hands to the next, so that the tape can be cleared between them. */
struct recurrence {
    real *state[MAX_CELLS]; /* [B][width] */
    real *output;           /* [B][D] */
    bool started;
};

static void advance(const struct model *model, struct tape *tape, const real *frames, int batch,
                    struct recurrence *recurrence) {
    const struct rnn_parts *parts = model->parts;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct tensor *x = tape_leaf(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS}, frames);
    struct tensor *hidden[MAX_CELLS] = {NULL};
    for (int i = 0; i < parts->count && recurrence->started; i++) {
        hidden[i] = tape_leaf(tape, 2, (int[]){batch, parts->cells[i].width}, recurrence->state[i]);
    }
    struct tensor *output = step(parts, leaves, encoder_apply(&parts->encoder, leaves, x), hidden);
    for (int i = 0; i < parts->count; i++) {
        memcpy(recurrence->state[i], hidden[i]->data, hidden[i]->size * sizeof(real));
    }
    memcpy(recurrence->output, output->data, output->size * sizeof(real));
    recurrence->started = true;
}

static void copy_frames(const real *from, size_t from_stride, real *to, size_t to_stride, int batch) {
    for (int b = 0; b < batch; b++) {
        memcpy(to + (size_t)b * to_stride, from + (size_t)b * from_stride, IMAGE_VALUES * sizeof(real));
    }
}

static void predict(const struct model *model, struct model_workspace *workspace, const real *images,
                    int batch, int length, real *predictions, real *energies) {
    (void)energies;
    const struct rnn_parts *parts = model->parts;
    int width = model->settings.latent;
    struct arena *arena = arena_create();
    struct recurrence recurrence = {.output = arena_alloc(arena, (size_t)(batch * width) * sizeof(real))};
    for (int i = 0; i < parts->count; i++) {
        recurrence.state[i] = arena_alloc(arena, (size_t)(batch * parts->cells[i].width) * sizeof(real));
    }
    real *frames = arena_alloc(arena, (size_t)batch * IMAGE_VALUES * sizeof(real));
    size_t window = (size_t)length * IMAGE_VALUES, predicted = window - IMAGE_VALUES;
    for (int t = 0; t + 1 < length; t++) {
        if (t < model->settings.inference_frames) {
            copy_frames(images + (size_t)t * IMAGE_VALUES, window, frames, IMAGE_VALUES, batch);
        }
        advance(model, workspace->sequence, frames, batch, &recurrence);
        frames_decode(model, &parts->decoder, workspace->frames, recurrence.output, width, batch, frames);
        copy_frames(frames, IMAGE_VALUES, predictions + (size_t)t * IMAGE_VALUES, predicted, batch);
    }
    arena_free(arena);
}

const struct model_kind rnn_model = {
    .name = "rnn",
    .summary = "autoregressive baseline: frame encoder, vanilla recurrent cells, decoder",
    .reference = "Botev et al. 2021 (arXiv 2111.05458), AR with vanilla cells",
    .check = check,
    .declare = declare,
    .loss = loss,
    .predict = predict,
    .training_window = training_window,
    .first_prediction = first_prediction,
};
