/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/sequence_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "models/decoder.h"
#include "models/encoder.h"
#include "models/frames.h"
#include "models/window.h"
#include "support/memory.h"

static const double HALF_LOG_PI = 0.57236494292470008707;

struct sequence_parts {
    struct encoder encoder;
    struct decoder decoder;
    const struct dynamics *dynamics;
    void *dynamics_parts;
};

void sequence_model_declare(struct model *model, const struct dynamics *dynamics) {
    const struct model_settings *s = &model->settings;
    struct sequence_parts *parts = memory_alloc(1, sizeof *parts);
    parts->encoder = encoder_declare(model->parameters, s->inference_frames, s->channels, 2 * s->latent);
    parts->dynamics = dynamics;
    parts->dynamics_parts = dynamics->declare(model->parameters, s);
    parts->decoder =
        decoder_declare(model->parameters, dynamics->decoded_width(s), s->latent / 2, s->channels);
    model->parts = parts;
}

void sequence_model_free(struct model *model) {
    struct sequence_parts *parts = model->parts;
    free(parts->dynamics_parts);
    free(parts);
}

enum status sequence_model_check(const struct model_settings *settings) {
    if (settings->latent % 2 != 0) {
        return status_fail(STATUS_DATA, "model.latent: %d, expected an even number (q and p)",
                           settings->latent);
    }
    return STATUS_OK;
}

/* The inference frames of each window, on the tape: [B][H][W][n C]. */
static struct tensor *stack_inference(const struct model *model, struct tape *tape, const real *images,
                                      int batch, int length) {
    int n = model->settings.inference_frames;
    struct tensor *x = tape_constant(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, n * IMAGE_CHANNELS}, 0);
    window_stack_frames(images, batch, length, 0, n, x->data);
    return x;
}

/* Gaussian posterior of the state: mean and log standard deviation, each [B][D]. */
struct posterior {
    struct tensor *mean, *log_deviation;
};

static struct posterior encode(const struct model *model, struct tensor *const *leaves, struct tensor *x) {
    const struct sequence_parts *parts = model->parts;
    int width = model->settings.latent;
    struct tensor *out = encoder_apply(&parts->encoder, leaves, x);
    return (struct posterior){
        .mean = tensor_slice(out, 1, 0, width),
        .log_deviation = tensor_slice(out, 1, width, width),
    };
}

/* mean + deviation * noise */
static struct tensor *sample(struct posterior posterior, struct random_stream *random) {
    struct tensor *noise =
        tape_constant(posterior.mean->tape, posterior.mean->rank, posterior.mean->shape, 0);
    for (size_t i = 0; i < noise->size; i++) {
        noise->data[i] = (real)random_normal(random);
    }
    struct tensor *deviation = tensor_exp(posterior.log_deviation);
    return tensor_add(posterior.mean, tensor_multiply(deviation, noise));
}

/* Sum over the shard of the divergence from the standard normal, without its constant:
 * sum of (mean^2 + deviation^2)/2 - log deviation. */
static struct tensor *divergence(struct posterior posterior) {
    struct tensor *variance = tensor_exp(tensor_scale(posterior.log_deviation, 2));
    struct tensor *squares = tensor_add(tensor_square(posterior.mean), variance);
    return tensor_sum(tensor_add_scaled(tensor_scale(squares, (real)0.5), posterior.log_deviation, -1), 0);
}

/* The columns that the decoder sees of the states at the decoded targets, [count][B][width]. */
static struct tensor *gather(struct tensor *const *states, const int *decoded, int count, int width) {
    struct tensor **chosen = tape_alloc(states[0]->tape, (size_t)count * sizeof(struct tensor *));
    int batch = states[0]->shape[0];
    for (int i = 0; i < count; i++) {
        chosen[i] = states[decoded[i]];
    }
    struct tensor *all = tensor_slice(tensor_concatenate(chosen, count, 0), 1, 0, width);
    return tensor_reshape(all, 3, (int[]){count, batch, width});
}

void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_loss *out) {
    const struct sequence_parts *parts = model->parts;
    const struct model_settings *s = &model->settings;
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    int length = window_overlap_length(s), steps = batch->decoded[batch->decoded_count - 1];
    assert(steps < batch->horizon && batch->horizon <= s->target_frames);

    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct posterior posterior =
        encode(model, leaves, stack_inference(model, tape, batch->images, batch->size, length));
    struct tensor *start = sample(posterior, batch->random);
    struct tensor **states = tape_alloc(tape, (size_t)(steps + 1) * sizeof(struct tensor *));
    parts->dynamics->unroll(parts->dynamics_parts, s, leaves, start, steps, states);
    int width = parts->dynamics->decoded_width(s);
    struct tensor *seen = gather(states, batch->decoded, batch->decoded_count, width);
    struct tensor *kl = divergence(posterior);

    double kl_share = 1.0 / ((double)batch->size * batch->horizon * IMAGE_VALUES);
    *out = (struct model_loss){.kl = ((double)kl->data[0] - 0.5 * batch->size * s->latent) * kl_share};
    if (!isfinite(out->kl)) {
        model_name_culprit(tape, out->culprit, sizeof out->culprit);
    }
    struct frames_target target = {
        .images = batch->images,
        .batch = batch->size,
        .length = length,
        .first = window_overlap_first(s),
        .decoded = batch->decoded,
        .count = batch->decoded_count,
        .horizon = batch->horizon,
    };
    struct tensor *dz = tape_constant(tape, seen->rank, seen->shape, 0);
    out->mse = frames_loss(model, &parts->decoder, workspace->frames, seen->data, width, &target, weight,
                           gradient, dz->data, out->culprit, sizeof out->culprit);
    out->total = out->mse + HALF_LOG_PI + s->beta * out->kl;

    /* The decoder's part of the gradient arrives as dz; one walk takes it and the divergence back to the
     * encoder. */
    struct tensor *objective =
        tensor_add_scaled(tensor_sum(tensor_multiply(seen, dz), 0), kl, (real)(s->beta * kl_share) * weight);
    (void)tape_backward(objective, NULL, NULL);
}

/* Copies column block [0, width) of states [count][D] tensors to z [count][B][width]. */
static void collect(struct tensor *const *states, int count, int width, real *z) {
    for (int t = 0; t < count; t++) {
        int batch = states[t]->shape[0], columns = states[t]->shape[1];
        for (int b = 0; b < batch; b++) {
            memcpy(z + (size_t)(t * batch + b) * (size_t)width, states[t]->data + (size_t)b * (size_t)columns,
                   (size_t)width * sizeof(real));
        }
    }
}

/* [count][B] -> [B][count] of blocks of `width` values. */
static void swap_axes(const real *in, int count, int batch, size_t width, real *out) {
    for (int t = 0; t < count; t++) {
        for (int b = 0; b < batch; b++) {
            memcpy(out + (size_t)(b * count + t) * width, in + (size_t)(t * batch + b) * width,
                   width * sizeof(real));
        }
    }
}

static void predict_energies(const struct sequence_parts *parts, struct tensor *const *leaves,
                             struct tensor *const *states, int count, real *energies) {
    int batch = states[0]->shape[0];
    for (int t = 0; t < count; t++) {
        struct tensor *energy = parts->dynamics->energy(parts->dynamics_parts, leaves, states[t]);
        for (int b = 0; b < batch; b++) {
            energies[b * count + t] = energy->data[b];
        }
    }
}

void sequence_model_predict(const struct model *model, struct model_workspace *workspace, const real *images,
                            int batch, int length, real *predictions, real *energies) {
    const struct sequence_parts *parts = model->parts;
    const struct model_settings *s = &model->settings;
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    int count = length - window_overlap_first(s);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct posterior posterior = encode(model, leaves, stack_inference(model, tape, images, batch, length));
    struct tensor **states = tape_alloc(tape, (size_t)count * sizeof(struct tensor *));
    parts->dynamics->unroll(parts->dynamics_parts, s, leaves, posterior.mean, count - 1, states);

    int width = parts->dynamics->decoded_width(s);
    size_t rows = (size_t)(count * batch);
    real *z = tape_alloc(tape, rows * (size_t)width * sizeof(real));
    real *frames = tape_alloc(tape, rows * IMAGE_VALUES * sizeof(real));
    collect(states, count, width, z);
    frames_decode(model, &parts->decoder, workspace->frames, z, width, (int)rows, frames);
    swap_axes(frames, count, batch, IMAGE_VALUES, predictions);
    if (energies != NULL && parts->dynamics->energy != NULL) {
        predict_energies(parts, leaves, states, count, energies);
    }
}

/* Long unrolls in stretches, so that the tape does not grow with their length. */
enum { UNROLL_STRETCH = 64 };

/* `steps` steps on an empty tape from states [B][D] at `from`, which becomes the last of them. Writes rows
 * first + 1 .. first + steps of `states` [B][total + 1][D] and `energies` [B][total + 1]. */
static void unroll_stretch(const struct model *model, struct tape *tape, real *from, int batch, int first,
                           int steps, int total, real *states, real *energies) {
    const struct sequence_parts *parts = model->parts;
    int width = model->settings.latent;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct tensor *start = tape_constant(tape, 2, (int[]){batch, width}, 0);
    memcpy(start->data, from, (size_t)(batch * width) * sizeof *from);
    struct tensor **path = tape_alloc(tape, (size_t)(steps + 1) * sizeof(struct tensor *));
    parts->dynamics->unroll(parts->dynamics_parts, &model->settings, leaves, start, steps, path);
    for (int t = first == 0 ? 0 : 1; t <= steps; t++) {
        struct tensor *energy = parts->dynamics->energy == NULL
                                    ? NULL
                                    : parts->dynamics->energy(parts->dynamics_parts, leaves, path[t]);
        for (int b = 0; b < batch; b++) {
            size_t row = (size_t)b * (size_t)(total + 1) + (size_t)(first + t);
            memcpy(states + row * (size_t)width, path[t]->data + b * width, (size_t)width * sizeof *states);
            if (energy != NULL) {
                energies[row] = energy->data[b];
            }
        }
    }
    memcpy(from, path[steps]->data, (size_t)(batch * width) * sizeof *from);
}

void sequence_model_unroll(const struct model *model, struct model_workspace *workspace, const real *start,
                           int batch, int steps, real *states, real *energies) {
    size_t values = (size_t)(batch * model->settings.latent);
    real *from = memory_alloc(values, sizeof *from);
    memcpy(from, start, values * sizeof *from);
    for (int first = 0; first < steps; first += UNROLL_STRETCH) {
        int count = steps - first < UNROLL_STRETCH ? steps - first : UNROLL_STRETCH;
        unroll_stretch(model, workspace->sequence, from, batch, first, count, steps, states, energies);
    }
    free(from);
}
