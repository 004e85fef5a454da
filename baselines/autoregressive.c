/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "baselines/autoregressive.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/layers.h"
#include "engine/ops.h"
#include "engine/profile.h"
#include "models/video/decoder.h"
#include "models/video/encoder.h"
#include "models/video/frames.h"
#include "models/video/sequence_profiles.h"
#include "models/window_plan.h"
#include "support/memory.h"

enum { MAX_LAYERS = 17, MAX_VECTORS = MAX_LAYERS * RECURRENT_CELL_VECTORS };

/* R, the memory of a sequence: the states of all cells, one after the other. */
struct autoregressive_parts {
    void *encoder, *decoder; /* of convolution_encoder and vector_decoder */
    struct {
        void *cell; /* of the kind's recurrent_cell */
        int width;
    } layers[MAX_LAYERS];
    int count;
    int memory; /* R */
};

static const struct recurrent_cell *cell_of(const struct model *model) {
    return model->kind->family;
}

void autoregressive_declare(struct model *model) {
    const struct video_settings *s = model->settings;
    const struct recurrent_cell *cell = cell_of(model);
    struct autoregressive_parts *parts = memory_alloc(1, sizeof *parts);
    parts->encoder = convolution_encoder.declare(model->parameters, s, 1, s->latent);
    parts->count = s->hidden_layers + 1;
    assert(parts->count <= MAX_LAYERS && cell->vectors <= RECURRENT_CELL_VECTORS);
    int in = s->latent;
    for (int i = 0; i < parts->count; i++) {
        int width = i + 1 == parts->count ? s->latent : s->hidden;
        char name[PARAMETER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "cell%d", i);
        parts->layers[i].cell = cell->declare(model->parameters, name, in, width);
        parts->layers[i].width = in = width;
        parts->memory += cell->vectors * width;
    }
    parts->decoder = vector_decoder.declare(model->parameters, s, s->latent);
    model->parts = parts;
}

void autoregressive_free(struct model *model) {
    struct autoregressive_parts *parts = model->parts;
    for (int i = 0; i < parts->count; i++) {
        free(parts->layers[i].cell);
    }
    free(parts->encoder);
    free(parts->decoder);
    free(parts);
}

static struct frames_decoder decoder_of(const struct model *model) {
    const struct autoregressive_parts *parts = model->parts;
    const struct video_settings *s = model->settings;
    return (struct frames_decoder){
        .model = model, .kind = &vector_decoder, .parts = parts->decoder, .width = s->latent};
}

enum status autoregressive_check(const void *settings) {
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

/* ---- the stack ---- */

/* `memory` [B][R] as the vectors of the cells, and back. */
static void unpack(const struct model *model, struct tensor *memory, struct tensor **vectors) {
    const struct autoregressive_parts *parts = model->parts;
    int count = parts->count * cell_of(model)->vectors, at = 0;
    for (int i = 0; i < count; i++) {
        int width = parts->layers[i / cell_of(model)->vectors].width;
        vectors[i] = tensor_slice(memory, 1, at, width);
        at += width;
    }
}

static struct tensor *pack(const struct model *model, struct tensor *const *vectors) {
    const struct autoregressive_parts *parts = model->parts;
    return tensor_concatenate(vectors, parts->count * cell_of(model)->vectors, 1);
}

/* What the decoder sees, [B][D]: the output of the last cell. */
static struct tensor *output(const struct model *model, struct tensor *const *vectors) {
    const struct autoregressive_parts *parts = model->parts;
    return vectors[(parts->count - 1) * cell_of(model)->vectors];
}

/* The network reads a frame of each sequence, [B][H][W][C]. */
static void read_frame(const struct model *model, struct tensor *const *leaves, struct tensor *frame,
                       struct tensor **vectors) {
    const struct autoregressive_parts *parts = model->parts;
    const struct recurrent_cell *cell = cell_of(model);
    struct tensor *x = convolution_encoder.apply(parts->encoder, leaves, frame);
    for (int i = 0; i < parts->count; i++) {
        struct tensor **state = vectors + i * cell->vectors;
        cell->step(parts->layers[i].cell, leaves, x, state);
        x = i + 1 == parts->count ? NULL : tensor_swish(state[0]);
    }
}

/* ---- training ---- */

/* The network along the frames of a batch, in stretches: only the memory at their ends is kept; what a
 * stretch computes on the way is computed again when its gradient is taken, last stretch first. A batch of
 * one stretch has nothing to compute again. */

/* Images of a stretch at most, true ones or predicted ones that have the activations of the decoder, too; and
 * its frames. A quick step is one stretch of true frames. */
enum { TRUE_IMAGES = 128, PREDICTED_IMAGES = 16, STRETCH_FRAMES = 32 };

struct recurrence {
    const struct model *model;
    const struct model_batch *batch;
    struct tape *tape; /* of a stretch */
    real *gradient;    /* of the parameters, added to */
    int frames;        /* that are read */
    int true_frames;   /* of them: from there on the network reads what it predicted */
    int most;          /* frames of a stretch at most */

    real *memory;           /* [stretches + 1][B][R]: at the beginning of each, and at the end */
    real *memory_cotangent; /* [B][R]: at the end of the stretch whose gradient is taken */
    real *outputs;          /* [decoded_count][B][D] */
    real *cotangents;       /* the same shape */

    struct {
        int first, frames; /* 0 frames: nothing */
        struct tensor *start, *end;
        struct tensor *outputs[STRETCH_FRAMES]; /* after each frame */
    } on_tape;
};

static struct recurrence begin(const struct model *model, struct model_workspace *workspace,
                               const struct model_batch *batch, real *gradient) {
    const struct autoregressive_parts *parts = model->parts;
    const struct autoregressive_settings *s = model->settings;
    bool predicted = strcmp(s->feeding, "free") == 0;
    struct recurrence r = {.model = model, .batch = batch, .tape = workspace->rollout, .gradient = gradient};
    r.frames = batch->decoded[batch->decoded_count - 1] + 1;
    r.true_frames = predicted ? s->video.inference_frames : r.frames;
    r.most = (predicted ? PREDICTED_IMAGES : TRUE_IMAGES) / batch->size;
    r.most = r.most < 1 ? 1 : r.most > STRETCH_FRAMES ? STRETCH_FRAMES : r.most;
    int ends = (r.frames + r.most - 1) / r.most + 1;
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    r.memory = tape_constant(tape, 3, (int[]){ends, batch->size, parts->memory}, 0)->data;
    r.memory_cotangent = tape_constant(tape, 2, (int[]){batch->size, parts->memory}, 0)->data;
    int shape[] = {batch->decoded_count, batch->size, s->video.latent};
    r.outputs = tape_constant(tape, 3, shape, 0)->data;
    r.cotangents = tape_constant(tape, 3, shape, 0)->data;
    return r;
}

static size_t memory_size(const struct recurrence *r) {
    const struct autoregressive_parts *parts = r->model->parts;
    return (size_t)r->batch->size * (size_t)parts->memory;
}

static size_t output_size(const struct recurrence *r) {
    const struct video_settings *s = r->model->settings;
    return (size_t)r->batch->size * (size_t)s->latent;
}

/* The memory before frame `first`, where a stretch begins or the last one has ended. */
static real *memory_before(const struct recurrence *r, int first) {
    return r->memory + (size_t)((first + r->most - 1) / r->most) * memory_size(r);
}

/* The first of the decoded targets that are predicted by frame `first` or later ones. */
static int decoded_from(const struct model_batch *batch, int first) {
    int i = 0;
    while (i < batch->decoded_count && batch->decoded[i] < first) {
        i++;
    }
    return i;
}

static struct tensor *true_frame(const struct recurrence *r, int t) {
    const struct model_batch *batch = r->batch;
    const char *outer = profile_enter("loader");
    struct tensor *x =
        tape_constant(r->tape, 4, (int[]){batch->size, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS}, 0);
    for (int b = 0; b < batch->size; b++) {
        batch->examples.image(batch->examples.context, b, t, x->data + (size_t)b * IMAGE_VALUES);
    }
    (void)profile_enter(outer);
    return x;
}

/* Puts the stretch that begins with frame `first` on the tape. Frame by frame, so that convolutions have one
 * shape whatever the horizon. */
static void record(struct recurrence *r, int first) {
    const struct autoregressive_parts *parts = r->model->parts;
    if (r->on_tape.frames > 0 && r->on_tape.first == first) {
        return;
    }
    r->on_tape.first = first;
    r->on_tape.frames = r->frames - first < r->most ? r->frames - first : r->most;
    tape_clear(r->tape);
    struct tensor *const *leaves = parameters_bind(r->model->parameters, r->tape, r->gradient);
    r->on_tape.start = tape_leaf(r->tape, 2, (int[]){r->batch->size, parts->memory}, memory_before(r, first));
    struct tensor *vectors[MAX_VECTORS];
    unpack(r->model, r->on_tape.start, vectors);
    for (int i = 0; i < r->on_tape.frames; i++) {
        struct tensor *frame = first + i < r->true_frames
                                   ? true_frame(r, first + i)
                                   : vector_decoder.apply(parts->decoder, leaves, output(r->model, vectors));
        read_frame(r->model, leaves, frame, vectors);
        r->on_tape.outputs[i] = output(r->model, vectors);
    }
    r->on_tape.end = pack(r->model, vectors);
}

/* Copies out of the stretch what is needed of it later. */
static void keep(const struct recurrence *r, struct model_step *out) {
    int first = r->on_tape.first, end = first + r->on_tape.frames;
    const struct tensor *memory = r->on_tape.end;
    memcpy(memory_before(r, end), memory->data, memory->size * sizeof(real));
    for (int i = decoded_from(r->batch, first); i < decoded_from(r->batch, end); i++) {
        const struct tensor *seen = r->on_tape.outputs[r->batch->decoded[i] - first];
        memcpy(r->outputs + (size_t)i * output_size(r), seen->data, seen->size * sizeof(real));
    }
    if (!model_all_finite(memory->data, memory->size)) {
        model_name_culprit(r->tape, out);
    }
}

static struct tensor *flatten(struct tensor *x) {
    return tensor_reshape(x, 1, (int[]){(int)x->size});
}

/* From the cotangents of what the stretch gave, decoded outputs and memory, to that of the memory it began
 * with. Uses it up. */
static void pull_back(struct recurrence *r) {
    int first = r->on_tape.first, end = first + r->on_tape.frames, count = 0;
    int from = decoded_from(r->batch, first), to = decoded_from(r->batch, end);
    struct tensor *given[STRETCH_FRAMES + 1];
    for (int i = from; i < to; i++) {
        given[count++] = flatten(r->on_tape.outputs[r->batch->decoded[i] - first]);
    }
    if (end < r->frames) {
        given[count++] = flatten(r->on_tape.end);
    }
    struct tensor *all = tensor_concatenate(given, count, 0);
    struct tensor *asked = tape_constant(r->tape, 1, all->shape, 0);
    size_t outputs = (size_t)(to - from) * output_size(r);
    memcpy(asked->data, r->cotangents + (size_t)from * output_size(r), outputs * sizeof(real));
    memcpy(asked->data + outputs, r->memory_cotangent, (all->size - outputs) * sizeof(real));
    const struct tensor *pulled = tape_backward(all, asked, first > 0 ? r->on_tape.start : NULL);
    if (first > 0) {
        memcpy(r->memory_cotangent, pulled->data, pulled->size * sizeof(real));
    }
    r->on_tape.frames = 0;
}

void autoregressive_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_step *out) {
    struct window_plan window = plan(model->settings);
    struct recurrence r = begin(model, workspace, batch, gradient);
    assert(r.frames < window.length);
    *out = (struct model_step){0};
    const char *outer = profile_enter("encode and recur");
    for (int first = 0; first < r.frames; first += r.most) {
        record(&r, first);
        keep(&r, out);
    }
    struct frames_target target = {.batch = batch, .plan = &window};
    struct frames_decoder decoder = decoder_of(model);
    double mse =
        frames_loss(&decoder, workspace->frames, r.outputs, &target, weight, gradient, r.cotangents, out);
    out->figures[AUTOREGRESSIVE_MSE] = mse;
    out->figures[AUTOREGRESSIVE_LOSS] = mse + MODEL_HALF_LOG_PI;
    (void)profile_enter("encode and recur, backward");
    for (int first = (r.frames - 1) / r.most * r.most; first >= 0; first -= r.most) {
        record(&r, first);
        pull_back(&r);
    }
    (void)profile_enter(outer);
}

/* ---- prediction ---- */

/* Reads one frame of each sequence and moves their memory [B][R] on. Returns what the decoder sees, [B][D],
 * on the tape. */
static const struct tensor *advance(const struct model *model, struct tape *tape, const real *frames,
                                    int batch, real *memory) {
    const struct autoregressive_parts *parts = model->parts;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct tensor *x = tape_leaf(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS}, frames);
    struct tensor *vectors[MAX_VECTORS];
    unpack(model, tape_leaf(tape, 2, (int[]){batch, parts->memory}, memory), vectors);
    read_frame(model, leaves, x, vectors);
    const struct tensor *next = pack(model, vectors);
    memcpy(memory, next->data, next->size * sizeof(real));
    return output(model, vectors);
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
    const struct autoregressive_parts *parts = model->parts;
    const struct video_settings *settings = model->settings;
    int batch = request->batch;
    size_t rows = (size_t)batch;
    assert(request->first >= 1);
    struct frames_decoder decoder = decoder_of(model);
    real *memory = memory_alloc(rows * (size_t)parts->memory, sizeof(real));
    struct delivery delivery = {
        .sink = sink, .first = request->first, .images = memory_alloc(rows * IMAGE_VALUES, sizeof(real))};
    for (int t = 0; t + 1 < request->first + request->count; t++) {
        for (int b = 0; b < batch && t < settings->inference_frames; b++) {
            request->examples.image(request->examples.context, b, t,
                                    delivery.images + (size_t)b * IMAGE_VALUES);
        }
        const struct tensor *seen = advance(model, workspace->sequence, delivery.images, batch, memory);
        delivery.frame = t + 1;
        frames_decode(&decoder, workspace->frames, seen->data, batch, deliver, &delivery);
    }
    free(memory);
    free(delivery.images);
}

/* ---- tables ---- */

static size_t list_feedings(const char **out, size_t capacity) {
    static const char *const words[] = {"teacher", "free", NULL};
    return field_list_words(words, out, capacity);
}

static const struct field fields[] = {
    VIDEO_CHANNELS,
    VIDEO_LATENT,
    VIDEO_HIDDEN,
    VIDEO_HIDDEN_LAYERS,
    VIDEO_INFERENCE_FRAMES,
    SETTING("target_frames", FIELD_INTEGER, "30", 2, 1000, NULL, "frames",
            "frames of a training window; all but the first are targets", VIDEO_OFFSET(target_frames)),
    VIDEO_DECODED_FRAMES,
    VIDEO_PRECISION,
    SETTING("feeding", FIELD_NAME, "teacher", 0, 0, list_feedings, "",
            "what is read in training behind the inference frames: true frames, or the model's own as in "
            "evaluation",
            offsetof(struct autoregressive_settings, feeding)),
};

/* Cells of 64, 64 and 16. Every frame is encoded, so a step costs more than that of other models. */
static const char *const quick[] = {"model.hidden_layers=2", "training.steps=2000", NULL};
static const char *const standard[] = {
    "model.channels=32",          "model.latent=32",
    "model.hidden=100",           "model.hidden_layers=3",
    "model.target_frames=60",     "model.decoded_frames=15",
    "training.steps=2000",        "training.warmup_steps=100",
    "training.horizon_steps=600", NULL,
};
static const struct schema_profile profiles[] = {{"smoke", sequence_profiles_smoke},
                                                 {"quick", quick},
                                                 {"standard", standard},
                                                 {"paper", sequence_profiles_paper},
                                                 {NULL, NULL}};

const struct schema autoregressive_schema = SCHEMA("model", fields, struct autoregressive_settings, profiles);

const struct field autoregressive_figures[AUTOREGRESSIVE_FIGURES] = {
    [AUTOREGRESSIVE_LOSS] = {.name = "loss", .help = "the objective: mse + log(pi)/2"},
    [AUTOREGRESSIVE_MSE] = {.name = "mse", .help = "mean squared error per pixel value"},
};

const struct model_video autoregressive_video = {.plan = plan, .predict = predict};
