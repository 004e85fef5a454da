/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/sequence_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "models/decoder.h"
#include "models/encoder.h"
#include "models/frames.h"
#include "models/window.h"
#include "support/memory.h"

struct sequence_parts {
    struct encoder encoder;
    struct decoder decoder;
    const struct dynamics *dynamics;
    void *dynamics_parts;
};

void sequence_model_declare(struct model *model, const struct dynamics *dynamics) {
    const struct model_settings *s = &model->settings;
    struct sequence_parts *parts = memory_alloc(1, sizeof *parts);
    parts->encoder = encoder_declare(model->parameters, s->inference_frames, s->channels, 2 * s->latent,
                                     model_uses_half(s));
    parts->dynamics = dynamics;
    parts->dynamics_parts = dynamics->declare(model->parameters, s);
    parts->decoder = decoder_declare(model->parameters, dynamics->decoded_width(s), s->latent / 2,
                                     s->channels, model_uses_half(s));
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
static struct tensor *stack_inference(const struct model *model, struct tape *tape,
                                      const struct model_frames *frames, int batch) {
    int n = model->settings.inference_frames;
    struct tensor *x = tape_constant(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, n * IMAGE_CHANNELS}, 0);
    window_stack_frames(frames, batch, 0, n, x->data);
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

/* ---- the rollout, in stretches ----
 *
 * Only the states are kept; what a stretch computes on the way is computed again when its gradient is taken.
 * The last stretch is still on the tape then, so a rollout of one stretch is computed once. */

enum { STRETCH_STEPS = 32 };

struct path {
    const struct model *model;
    struct tape *tape;
    real *gradient; /* of the parameters; NULL when none is wanted */
    int batch, steps;
    real *states;            /* [steps + 1][B][D] */
    struct model_loss *loss; /* whose culprit to name; NULL for none */

    int on_tape; /* first step of the stretch that the tape holds, -1 for none */
    struct tensor *const *leaves;
    struct tensor *stretch[STRETCH_STEPS + 1];
};

static size_t state_size(const struct path *path) {
    return (size_t)(path->batch * path->model->settings.latent);
}

static int stretch_length(const struct path *path, int first) {
    int rest = path->steps - first;
    return rest < STRETCH_STEPS ? rest : STRETCH_STEPS;
}

/* Puts the stretch that begins at step `first` on the tape. */
static void path_record(struct path *path, int first) {
    if (path->on_tape == first) {
        return;
    }
    const struct sequence_parts *parts = path->model->parts;
    tape_clear(path->tape);
    path->leaves = parameters_bind(path->model->parameters, path->tape, path->gradient);
    int shape[2] = {path->batch, path->model->settings.latent};
    struct tensor *start = tape_leaf(path->tape, 2, shape, path->states + (size_t)first * state_size(path));
    parts->dynamics->unroll(parts->dynamics_parts, &path->model->settings, path->leaves, start,
                            stretch_length(path, first), path->stretch);
    path->on_tape = first;
}

/* Unrolls from states[0], which the caller has set. */
static void path_run(struct path *path) {
    size_t size = state_size(path);
    path->on_tape = -1;
    for (int first = 0; first < path->steps; first += STRETCH_STEPS) {
        path_record(path, first);
        for (int t = 1; t <= stretch_length(path, first); t++) {
            memcpy(path->states + (size_t)(first + t) * size, path->stretch[t]->data, size * sizeof(real));
        }
        const struct tensor *end = path->stretch[stretch_length(path, first)];
        if (path->loss != NULL && !model_all_finite(end->data, end->size)) {
            model_name_culprit(path->tape, path->loss->culprit, sizeof path->loss->culprit);
        }
    }
}

/* Cotangents of the decoded states: what frames_loss wrote for the leading columns of states[decoded[i]]. */
struct seen_gradient {
    const real *dz; /* [count][B][width] */
    const int *decoded;
    int count, width;
};

/* Scalar on the tape whose derivative by the stretch's states is what the decoder (for steps first+1 .. last)
 * and the later stretches (`carry`, for the last one) ask for. */
static struct tensor *stretch_objective(struct path *path, int first, const struct seen_gradient *seen,
                                        const real *carry) {
    int last = first + stretch_length(path, first), width = seen->width, batch = path->batch;
    struct tensor *end = path->stretch[last - first];
    struct tensor *sum = tensor_sum(tensor_multiply(end, tape_leaf(path->tape, 2, end->shape, carry)), 0);
    for (int i = 0; i < seen->count; i++) {
        int t = seen->decoded[i];
        if (t <= first || t > last) {
            continue;
        }
        struct tensor *columns = tensor_slice(path->stretch[t - first], 1, 0, width);
        struct tensor *dz = tape_leaf(path->tape, 2, columns->shape, seen->dz + (size_t)(i * batch * width));
        sum = tensor_add(sum, tensor_sum(tensor_multiply(columns, dz), 0));
    }
    return sum;
}

/* Takes the cotangents back to states[0]; `carry` [B][D] comes in as zeros and leaves as the cotangent of
 * states[0]. Adds the gradient of the dynamics' parameters. */
static void path_backward(struct path *path, const struct seen_gradient *seen, real *carry) {
    int stretches = (path->steps + STRETCH_STEPS - 1) / STRETCH_STEPS;
    for (int first = (stretches - 1) * STRETCH_STEPS; first >= 0; first -= STRETCH_STEPS) {
        path_record(path, first);
        struct tensor *objective = stretch_objective(path, first, seen, carry);
        struct tensor *start = tape_backward(objective, NULL, path->stretch[0]);
        memcpy(carry, start->data, start->size * sizeof(real));
        path->on_tape = -1;
    }
    for (int i = 0; i < seen->count; i++) {
        for (int b = 0; b < path->batch && seen->decoded[i] == 0; b++) {
            for (int j = 0; j < seen->width; j++) {
                carry[b * path->model->settings.latent + j] +=
                    seen->dz[(i * path->batch + b) * seen->width + j];
            }
        }
    }
}

/* Copies the leading `width` columns of the states at `count` steps (all steps where `steps` is NULL) to
 * z [count][B][width]. */
static void path_columns(const struct path *path, const int *steps, int count, int width, real *z) {
    int latent = path->model->settings.latent, batch = path->batch;
    for (int i = 0; i < count * batch; i++) {
        int t = steps == NULL ? i / batch : steps[i / batch];
        const real *state = path->states + (size_t)((t * batch + i % batch) * latent);
        memcpy(z + (size_t)i * (size_t)width, state, (size_t)width * sizeof(real));
    }
}

/* ---- training ---- */

void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_loss *out) {
    const struct sequence_parts *parts = model->parts;
    const struct model_settings *s = &model->settings;
    struct tape *tape = workspace->sequence;
    const char *outer = profile_enter("encode");
    tape_clear(tape);
    int steps = batch->decoded[batch->decoded_count - 1], width = parts->dynamics->decoded_width(s);
    assert(steps < batch->horizon && batch->horizon <= s->target_frames);

    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct posterior posterior =
        encode(model, leaves, stack_inference(model, tape, &batch->frames, batch->size));
    struct tensor *start = sample(posterior, batch->random);
    struct tensor *kl = divergence(posterior);
    double kl_share = 1.0 / ((double)batch->size * batch->horizon * IMAGE_VALUES);
    *out = (struct model_loss){.kl = ((double)kl->data[0] - 0.5 * batch->size * s->latent) * kl_share};
    if (!isfinite(out->kl)) {
        model_name_culprit(tape, out->culprit, sizeof out->culprit);
    }

    struct path path = {.model = model,
                        .tape = workspace->rollout,
                        .gradient = gradient,
                        .batch = batch->size,
                        .steps = steps,
                        .loss = out};
    size_t size = state_size(&path);
    path.states = tape_alloc(tape, (size_t)(steps + 1) * size * sizeof(real));
    memcpy(path.states, start->data, size * sizeof(real));
    (void)profile_enter("rollout");
    path_run(&path);

    size_t seen_size = (size_t)(batch->decoded_count * batch->size * width);
    real *z = tape_alloc(tape, seen_size * sizeof(real)), *dz = tape_alloc(tape, seen_size * sizeof(real));
    path_columns(&path, batch->decoded, batch->decoded_count, width, z);
    struct frames_target target = {
        .frames = batch->frames,
        .batch = batch->size,
        .first = window_overlap_first(s),
        .decoded = batch->decoded,
        .count = batch->decoded_count,
        .horizon = batch->horizon,
    };
    out->mse = frames_loss(model, &parts->decoder, workspace->frames, z, width, &target, weight, gradient, dz,
                           out->culprit, sizeof out->culprit);
    out->total = out->mse + MODEL_HALF_LOG_PI + s->beta * out->kl;
    (void)profile_enter("rollout, backward");
    struct tensor *carry = tape_constant(tape, start->rank, start->shape, 0);
    struct seen_gradient seen = {
        .dz = dz, .decoded = batch->decoded, .count = batch->decoded_count, .width = width};
    path_backward(&path, &seen, carry->data);
    (void)profile_enter("encode, backward");
    struct tensor *objective = tensor_add_scaled(tensor_sum(tensor_multiply(start, carry), 0), kl,
                                                 (real)(s->beta * kl_share) * weight);
    (void)tape_backward(objective, NULL, NULL);
    (void)profile_enter(outer);
}

/* ---- prediction ---- */

/* [count][B] -> [B][count] of blocks of `width` values. */
static void swap_axes(const real *in, int count, int batch, size_t width, real *out) {
    for (int t = 0; t < count; t++) {
        for (int b = 0; b < batch; b++) {
            memcpy(out + (size_t)(b * count + t) * width, in + (size_t)(t * batch + b) * width,
                   width * sizeof(real));
        }
    }
}

/* The learned energy at every state, [B][steps + 1]. */
static void predict_energies(struct path *path, real *energies) {
    const struct sequence_parts *parts = path->model->parts;
    int count = path->steps + 1, batch = path->batch;
    tape_clear(path->tape);
    path->on_tape = -1;
    struct tensor *const *leaves = parameters_bind(path->model->parameters, path->tape, NULL);
    int shape[2] = {count * batch, path->model->settings.latent};
    struct tensor *states = tape_leaf(path->tape, 2, shape, path->states);
    struct tensor *energy = parts->dynamics->energy(parts->dynamics_parts, leaves, states);
    swap_axes(energy->data, count, batch, 1, energies);
}

void sequence_model_predict(const struct model *model, struct model_workspace *workspace, const real *images,
                            int batch, int length, real *predictions, real *energies) {
    const struct sequence_parts *parts = model->parts;
    const struct model_settings *s = &model->settings;
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    struct window_array windows = {.images = images, .length = length};
    struct model_frames frames = window_array_frames(&windows);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct posterior posterior = encode(model, leaves, stack_inference(model, tape, &frames, batch));

    int count = length - window_overlap_first(s), width = parts->dynamics->decoded_width(s);
    struct path path = {.model = model, .tape = workspace->rollout, .batch = batch, .steps = count - 1};
    size_t size = state_size(&path), rows = (size_t)(count * batch);
    path.states = tape_alloc(tape, (size_t)count * size * sizeof(real));
    memcpy(path.states, posterior.mean->data, size * sizeof(real));
    path_run(&path);

    real *z = tape_alloc(tape, rows * (size_t)width * sizeof(real));
    real *decoded = tape_alloc(tape, rows * IMAGE_VALUES * sizeof(real));
    path_columns(&path, NULL, count, width, z);
    frames_decode(model, &parts->decoder, workspace->frames, z, width, (int)rows, decoded);
    swap_axes(decoded, count, batch, IMAGE_VALUES, predictions);
    if (energies != NULL && parts->dynamics->energy != NULL) {
        predict_energies(&path, energies);
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
