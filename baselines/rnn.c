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
#include <stdlib.h>
#include <string.h>

#include "engine/layers.h"
#include "engine/ops.h"
#include "engine/profile.h"
#include "models/video/decoder.h"
#include "models/video/encoder.h"
#include "models/video/frames.h"
#include "models/video_settings.h"
#include "models/window_plan.h"
#include "support/memory.h"

enum { MAX_LAYERS = 17 };

/* A layer of the stack: a vanilla recurrent cell. */
struct recurrent_layer {
    struct linear_layer input, state;
    int width;
};

/* Figures of a step. */
enum { LOSS, MSE, FIGURES };

struct rnn_parts {
    void *encoder, *decoder; /* of convolution_encoder and vector_decoder */
    struct recurrent_layer layers[MAX_LAYERS];
    int count;
};

static void declare(struct model *model) {
    const struct video_settings *s = model->settings;
    struct rnn_parts *parts = memory_alloc(1, sizeof *parts);
    parts->encoder = convolution_encoder.declare(model->parameters, s, 1, s->latent);
    parts->count = s->hidden_layers + 1;
    assert(parts->count <= MAX_LAYERS);
    int in = s->latent;
    for (int i = 0; i < parts->count; i++) {
        int width = i + 1 == parts->count ? s->latent : s->hidden;
        char name[PARAMETER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "cell%d.input", i);
        parts->layers[i].input = linear_layer_declare(model->parameters, name, in, width);
        (void)snprintf(name, sizeof name, "cell%d.state", i);
        parts->layers[i].state = linear_layer_declare(model->parameters, name, width, width);
        parts->layers[i].width = in = width;
    }
    parts->decoder = vector_decoder.declare(model->parameters, s, s->latent);
    model->parts = parts;
}

static void free_parts(struct model *model) {
    struct rnn_parts *parts = model->parts;
    free(parts->encoder);
    free(parts->decoder);
    free(parts);
}

static struct frames_decoder decoder_of(const struct model *model) {
    const struct rnn_parts *parts = model->parts;
    const struct video_settings *s = model->settings;
    return (struct frames_decoder){
        .model = model, .kind = &vector_decoder, .parts = parts->decoder, .width = s->latent};
}

static enum status check(const void *settings) {
    const struct video_settings *s = settings;
    if (s->inference_frames < 2) {
        return status_fail(
            STATUS_DATA,
            "model.inference_frames: %d, expected at least 2: the last of them is predicted, too",
            s->inference_frames);
    }
    if (s->inference_frames >= s->target_frames) {
        return status_fail(STATUS_DATA,
                           "model.inference_frames: %d, expected less than model.target_frames (%d)",
                           s->inference_frames, s->target_frames);
    }
    return video_settings_check_latent(s);
}

/* Target i is frame i + 1, predicted from frames 0 .. i: the state that counts is that of frame 0. */
static struct window_plan plan(const void *settings) {
    const struct video_settings *s = settings;
    return (struct window_plan){
        .length = s->target_frames,
        .inference = s->inference_frames,
        .state = 0,
        .first = 1,
        .last = s->target_frames - 1,
        .decoded = s->decoded_frames,
        .origin = s->inference_frames - 1,
    };
}

/* One step of the stack. `hidden` holds the states of the cells, NULL for zero, and is moved on. x, result:
 * [B][D] */
static struct tensor *step(const struct rnn_parts *parts, struct tensor *const *leaves, struct tensor *x,
                           struct tensor **hidden) {
    for (int i = 0; i < parts->count; i++) {
        const struct recurrent_layer *cell = &parts->layers[i];
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
        batch->examples.image(batch->examples.context, b, t, x->data + (size_t)b * IMAGE_VALUES);
    }
    (void)profile_enter(outer);
    return convolution_encoder.apply(parts->encoder, leaves, x);
}

static void loss(const struct model *model, struct model_workspace *workspace,
                 const struct model_batch *batch, real weight, real *gradient, struct model_step *out) {
    const struct rnn_parts *parts = model->parts;
    struct tape *tape = workspace->sequence;
    const char *outer = profile_enter("encode and recur");
    tape_clear(tape);
    int steps = batch->decoded[batch->decoded_count - 1] + 1;
    struct window_plan window = plan(model->settings);
    assert(steps < window.length);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct tensor **outputs = tape_alloc(tape, (size_t)batch->decoded_count * sizeof(struct tensor *));
    struct tensor *hidden[MAX_LAYERS] = {NULL};
    int next = 0;
    for (int t = 0; t < steps; t++) {
        struct tensor *output = step(parts, leaves, encode_frame(parts, tape, leaves, batch, t), hidden);
        if (t == batch->decoded[next]) {
            outputs[next++] = output;
        }
    }
    struct tensor *seen = tensor_concatenate(outputs, batch->decoded_count, 0);
    struct frames_target target = {.batch = batch, .plan = &window};
    struct frames_decoder decoder = decoder_of(model);
    *out = (struct model_step){0};
    if (!model_all_finite(seen->data, seen->size)) {
        model_name_culprit(tape, out);
    }
    struct tensor *dz = tape_constant(tape, seen->rank, seen->shape, 0);
    out->figures[MSE] =
        frames_loss(&decoder, workspace->frames, seen->data, &target, weight, gradient, dz->data, out);
    out->figures[LOSS] = out->figures[MSE] + MODEL_HALF_LOG_PI;
    (void)profile_enter("encode and recur, backward");
    (void)tape_backward(seen, dz, NULL);
    (void)profile_enter(outer);
}

/* Keeps what one step hands to the next, so that the tape can be cleared between them. */
struct recurrence {
    real *state[MAX_LAYERS]; /* [B][width] */
    real *output;            /* [B][D] */
    bool started;
};

static void advance(const struct model *model, struct tape *tape, const real *frames, int batch,
                    struct recurrence *recurrence) {
    const struct rnn_parts *parts = model->parts;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct tensor *x = tape_leaf(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS}, frames);
    struct tensor *hidden[MAX_LAYERS] = {NULL};
    for (int i = 0; i < parts->count && recurrence->started; i++) {
        hidden[i] = tape_leaf(tape, 2, (int[]){batch, parts->layers[i].width}, recurrence->state[i]);
    }
    struct tensor *output = step(parts, leaves, convolution_encoder.apply(parts->encoder, leaves, x), hidden);
    for (int i = 0; i < parts->count; i++) {
        memcpy(recurrence->state[i], hidden[i]->data, hidden[i]->size * sizeof(real));
    }
    memcpy(recurrence->output, output->data, output->size * sizeof(real));
    recurrence->started = true;
}

/* Predictions of one frame of all sequences: the next input of the network, and the sink's. */
struct delivery {
    const struct model_sink *sink;
    int frame;    /* of the window; before `first` it is nobody's */
    int first;    /* that was asked for */
    real *images; /* [B][H][W][C] */
};

static void deliver(void *context, int row, const real *image) {
    const struct delivery *delivery = context;
    memcpy(delivery->images + (size_t)row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
    if (delivery->sink->image != NULL && delivery->frame >= delivery->first) {
        delivery->sink->image(delivery->sink->context, row, delivery->frame, image);
    }
}

static void predict(const struct model *model, struct model_workspace *workspace,
                    const struct model_prediction *request, const struct model_sink *sink) {
    const struct rnn_parts *parts = model->parts;
    const struct video_settings *settings = model->settings;
    int batch = request->batch;
    size_t rows = (size_t)batch;
    assert(request->first >= 1);
    struct frames_decoder decoder = decoder_of(model);
    struct arena *arena = arena_create();
    struct recurrence recurrence = {.output =
                                        arena_alloc(arena, rows * (size_t)settings->latent * sizeof(real))};
    for (int i = 0; i < parts->count; i++) {
        recurrence.state[i] = arena_alloc(arena, rows * (size_t)parts->layers[i].width * sizeof(real));
    }
    struct delivery delivery = {
        .sink = sink,
        .first = request->first,
        .images = arena_alloc(arena, rows * IMAGE_VALUES * sizeof(real)),
    };
    for (int t = 0; t + 1 < request->first + request->count; t++) {
        for (int b = 0; b < batch && t < settings->inference_frames; b++) {
            request->examples.image(request->examples.context, b, t,
                                    delivery.images + (size_t)b * IMAGE_VALUES);
        }
        advance(model, workspace->sequence, delivery.images, batch, &recurrence);
        delivery.frame = t + 1;
        frames_decode(&decoder, workspace->frames, recurrence.output, batch, deliver, &delivery);
    }
    arena_free(arena);
}

static const struct field fields[] = {
    VIDEO_CHANNELS,         VIDEO_LATENT,        VIDEO_HIDDEN,         VIDEO_HIDDEN_LAYERS,
    VIDEO_INFERENCE_FRAMES, VIDEO_TARGET_FRAMES, VIDEO_DECODED_FRAMES, VIDEO_PRECISION,
};

static const char *const smoke[] = {
    "model.channels=16",
    "model.latent=8",
    "model.hidden=48",
    "model.hidden_layers=2",
    "model.target_frames=20",
    "model.decoded_frames=6",
    NULL,
};
/* Cells of 64, 64 and 16. Every frame is encoded, so a step costs more than that of other models. */
static const char *const quick[] = {"model.hidden_layers=2", "training.steps=2000", NULL};
static const char *const paper[] = {
    "model.channels=64",
    "model.latent=32",
    "model.hidden=250",
    "model.hidden_layers=4",
    "model.target_frames=60",
    "model.decoded_frames=0",
    NULL,
};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"paper", paper}, {NULL, NULL}};

static const struct schema settings_schema = {
    .group = "model",
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
    .size = sizeof(struct video_settings),
    .profiles = profiles,
};

static const struct field figures[FIGURES] = {
    [LOSS] = {.name = "loss", .help = "the objective: mse + log(pi)/2"},
    [MSE] = {.name = "mse", .help = "mean squared error per pixel value"},
};

static const struct model_video video = {.plan = plan, .predict = predict};

const struct model_kind rnn_model = {
    .name = "rnn",
    .summary = "autoregressive baseline: frame encoder, vanilla recurrent cells, decoder",
    .reference = "Botev et al. 2021 (arXiv 2111.05458), AR with vanilla cells",
    .equations =
        "- x = encoder(frame), each frame on its own, without noise.\n"
        "- `model.hidden_layers` cells of `model.hidden` numbers and one of `model.latent`, one on top of "
        "the "
        "other: h' = relu(W x + b + U h + c), from h = 0; swish on the output of each but the last.\n"
        "- next image = decoder(h of the last cell).\n"
        "- loss = mse + log(pi)/2, every prediction from the true frames before it. Evaluation shows the "
        "true "
        "inference frames and then the model's own images.",
    .settings = &settings_schema,
    .check = check,
    .declare = declare,
    .free_parts = free_parts,
    .figures = figures,
    .figure_count = FIGURES,
    .loss = loss,
    .video = &video,
};
