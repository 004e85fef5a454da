/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/sequence_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "integrators/integrator.h"
#include "models/decoder.h"
#include "models/encoder.h"
#include "models/frames.h"
#include "models/window_plan.h"
#include "support/memory.h"

struct sequence_parts {
    struct encoder encoder;
    struct decoder decoder;
    const struct dynamics *dynamics;
    void *dynamics_parts;
};

void sequence_model_declare(struct model *model, const struct dynamics *dynamics) {
    const struct sequence_settings *s = model->settings;
    const struct video_settings *v = &s->video;
    struct sequence_parts *parts = memory_alloc(1, sizeof *parts);
    parts->encoder = encoder_declare(model->parameters, v->inference_frames, v->channels, 2 * v->latent,
                                     video_settings_half(v));
    parts->dynamics = dynamics;
    parts->dynamics_parts = dynamics->declare(model->parameters, s);
    parts->decoder = decoder_declare(model->parameters, dynamics->decoded_width(s), v->latent / 2,
                                     v->channels, video_settings_half(v));
    model->parts = parts;
}

void sequence_model_free(struct model *model) {
    struct sequence_parts *parts = model->parts;
    free(parts->dynamics_parts);
    free(parts);
}

enum status sequence_model_check(const void *settings) {
    const struct sequence_settings *s = settings;
    return video_settings_check_latent(&s->video);
}

static int latent_width(const struct model *model) {
    const struct sequence_settings *s = model->settings;
    return s->video.latent;
}

static struct model_clock clock_of(const void *settings) {
    const struct sequence_settings *s = settings;
    return (struct model_clock){.frame = s->time_step,
                                .steps_per_frame = s->steps_per_frame,
                                .integrator = integrator_find(s->integrator)};
}

/* The inference frames of each window, on the tape: [B][H][W][n C]. */
static struct tensor *stack_inference(const struct model *model, struct tape *tape,
                                      const struct model_examples *examples, int batch) {
    const struct sequence_settings *s = model->settings;
    int n = s->video.inference_frames;
    struct tensor *x = tape_constant(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, n * IMAGE_CHANNELS}, 0);
    window_stack_frames(examples, batch, 0, n, x->data);
    return x;
}

/* Gaussian posterior of the state: mean and log standard deviation, each [B][D]. */
struct posterior {
    struct tensor *mean, *log_deviation;
};

static struct posterior encode(const struct model *model, struct tensor *const *leaves, struct tensor *x) {
    const struct sequence_parts *parts = model->parts;
    int width = latent_width(model);
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
    struct model_step *step; /* whose culprit to name; NULL for none */
    struct model_clock clock;

    int on_tape; /* first step of the stretch that the tape holds, -1 for none */
    struct tensor *const *leaves;
    struct tensor *stretch[STRETCH_STEPS + 1];
};

static size_t state_size(const struct path *path) {
    return (size_t)path->batch * (size_t)latent_width(path->model);
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
    int shape[2] = {path->batch, latent_width(path->model)};
    struct tensor *start = tape_leaf(path->tape, 2, shape, path->states + (size_t)first * state_size(path));
    parts->dynamics->unroll(parts->dynamics_parts, &path->clock, path->leaves, start,
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
        if (path->step != NULL && !model_all_finite(end->data, end->size)) {
            model_name_culprit(path->tape, path->step);
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
                carry[b * latent_width(path->model) + j] += seen->dz[(i * path->batch + b) * seen->width + j];
            }
        }
    }
}

/* Copies the leading `width` columns of the states at `count` steps (all steps where `steps` is NULL) to
 * z [count][B][width]. */
static void path_columns(const struct path *path, const int *steps, int count, int width, real *z) {
    int latent = latent_width(path->model), batch = path->batch;
    for (int i = 0; i < count * batch; i++) {
        int t = steps == NULL ? i / batch : steps[i / batch];
        const real *state = path->states + (size_t)((t * batch + i % batch) * latent);
        memcpy(z + (size_t)i * (size_t)width, state, (size_t)width * sizeof(real));
    }
}

/* ---- training ---- */

void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_step *out) {
    const struct sequence_parts *parts = model->parts;
    const struct sequence_settings *s = model->settings;
    struct tape *tape = workspace->sequence;
    const char *outer = profile_enter("encode");
    tape_clear(tape);
    int steps = batch->decoded[batch->decoded_count - 1], width = parts->dynamics->decoded_width(s);
    assert(steps < batch->horizon && batch->horizon <= s->video.target_frames);

    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct posterior posterior =
        encode(model, leaves, stack_inference(model, tape, &batch->examples, batch->size));
    struct tensor *start = sample(posterior, batch->random);
    struct tensor *kl = divergence(posterior);
    double kl_share = 1.0 / ((double)batch->size * batch->horizon * IMAGE_VALUES);
    *out = (struct model_step){0};
    double *figures = out->figures;
    figures[SEQUENCE_KL] = ((double)kl->data[0] - 0.5 * batch->size * s->video.latent) * kl_share;
    if (!isfinite(figures[SEQUENCE_KL])) {
        model_name_culprit(tape, out);
    }

    struct path path = {.model = model,
                        .tape = workspace->rollout,
                        .gradient = gradient,
                        .batch = batch->size,
                        .steps = steps,
                        .step = out,
                        .clock = clock_of(s)};
    size_t size = state_size(&path);
    path.states = tape_alloc(tape, (size_t)(steps + 1) * size * sizeof(real));
    memcpy(path.states, start->data, size * sizeof(real));
    (void)profile_enter("rollout");
    path_run(&path);

    size_t seen_size = (size_t)(batch->decoded_count * batch->size * width);
    real *z = tape_alloc(tape, seen_size * sizeof(real)), *dz = tape_alloc(tape, seen_size * sizeof(real));
    path_columns(&path, batch->decoded, batch->decoded_count, width, z);
    struct window_plan plan = sequence_model_video.plan(s);
    int *frames = tape_alloc(tape, (size_t)batch->decoded_count * sizeof *frames);
    for (int i = 0; i < batch->decoded_count; i++) {
        frames[i] = window_plan_target(&plan, batch->decoded[i]);
    }
    struct frames_target target = {
        .examples = batch->examples,
        .batch = batch->size,
        .frame = frames,
        .count = batch->decoded_count,
        .horizon = batch->horizon,
    };
    figures[SEQUENCE_MSE] =
        frames_loss(model, &parts->decoder, workspace->frames, z, width, &target, weight, gradient, dz, out);
    figures[SEQUENCE_LOSS] = figures[SEQUENCE_MSE] + MODEL_HALF_LOG_PI + s->beta * figures[SEQUENCE_KL];
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

/* A rollout on its way to the sink: row i of what is decoded is sequence i % B at frame `first` + i / B. */
struct delivery {
    const struct model_sink *sink;
    int batch, first;
};

static void deliver_image(void *context, int row, const real *image) {
    const struct delivery *delivery = context;
    delivery->sink->image(delivery->sink->context, row % delivery->batch,
                          delivery->first + row / delivery->batch, image);
}

/* States and learned energies of all steps, a stretch at a time. */
static void deliver_latents(struct path *path, int first, const struct model_sink *sink) {
    const struct sequence_parts *parts = path->model->parts;
    size_t size = state_size(path), width = (size_t)latent_width(path->model);
    for (int step = 0; step <= path->steps; step += STRETCH_STEPS) {
        int count = path->steps + 1 - step < STRETCH_STEPS ? path->steps + 1 - step : STRETCH_STEPS;
        int rows = count * path->batch;
        tape_clear(path->tape);
        path->on_tape = -1;
        struct tensor *const *leaves = parameters_bind(path->model->parameters, path->tape, NULL);
        const real *start = path->states + (size_t)step * size;
        struct tensor *states = tape_leaf(path->tape, 2, (int[]){rows, (int)width}, start);
        struct tensor *energy = parts->dynamics->energy == NULL
                                    ? NULL
                                    : parts->dynamics->energy(parts->dynamics_parts, leaves, states);
        for (int row = 0; row < rows; row++) {
            sink->latent(sink->context, row % path->batch, first + step + row / path->batch,
                         start + (size_t)row * width, energy == NULL ? NAN : (double)energy->data[row]);
        }
    }
}

static void predict(const struct model *model, struct model_workspace *workspace,
                    const struct model_prediction *request, const struct model_sink *sink) {
    const struct sequence_parts *parts = model->parts;
    const struct sequence_settings *s = model->settings;
    struct window_plan plan = sequence_model_video.plan(s);
    int skipped = request->first - plan.state, count = request->count;
    assert(skipped >= 0);
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct posterior posterior =
        encode(model, leaves, stack_inference(model, tape, &request->examples, request->batch));

    int width = parts->dynamics->decoded_width(s);
    struct path path = {.model = model,
                        .tape = workspace->rollout,
                        .batch = request->batch,
                        .steps = skipped + count - 1,
                        .clock = clock_of(s)};
    if (request->integrator != NULL) {
        path.clock.integrator = request->integrator;
    }
    size_t size = state_size(&path);
    path.states = tape_alloc(tape, (size_t)(path.steps + 1) * size * sizeof(real));
    memcpy(path.states, posterior.mean->data, size * sizeof(real));
    path_run(&path);
    path.states += (size_t)skipped * size;
    path.steps -= skipped;

    int rows = count * request->batch;
    real *z = tape_alloc(tape, (size_t)rows * (size_t)width * sizeof(real));
    path_columns(&path, NULL, count, width, z);
    struct delivery delivery = {.sink = sink, .batch = request->batch, .first = request->first};
    if (sink->image != NULL) {
        frames_decode(model, &parts->decoder, workspace->frames, z, width, rows, deliver_image, &delivery);
    }
    if (sink->latent != NULL) {
        deliver_latents(&path, request->first, sink);
    }
}

/* ---- latent states alone ---- */

/* Long unrolls in stretches, so that the tape does not grow with their length. */
enum { UNROLL_STRETCH = 64 };

/* `steps` frames on an empty tape from states [B][D] at `from`, which becomes the last of them. Writes rows
 * first + 1 .. first + steps of `states` [B][total + 1][D] and `energies` [B][total + 1]. */
static void unroll_stretch(const struct model *model, struct tape *tape, const struct model_clock *clock,
                           real *from, int batch, int first, int steps, int total, real *states,
                           real *energies) {
    const struct sequence_parts *parts = model->parts;
    int width = latent_width(model);
    size_t values = (size_t)batch * (size_t)width;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct tensor *start = tape_constant(tape, 2, (int[]){batch, width}, 0);
    memcpy(start->data, from, values * sizeof *from);
    struct tensor **path = tape_alloc(tape, (size_t)(steps + 1) * sizeof(struct tensor *));
    parts->dynamics->unroll(parts->dynamics_parts, clock, leaves, start, steps, path);
    for (int t = first == 0 ? 0 : 1; t <= steps; t++) {
        struct tensor *energy = energies == NULL || parts->dynamics->energy == NULL
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
    memcpy(from, path[steps]->data, values * sizeof *from);
}

static void unroll(const struct model *model, struct model_workspace *workspace,
                   const struct model_clock *clock, const real *start, int batch, int frames, real *states,
                   real *energies) {
    size_t values = (size_t)batch * (size_t)latent_width(model);
    real *from = memory_alloc(values, sizeof *from);
    memcpy(from, start, values * sizeof *from);
    for (int first = 0; first < frames; first += UNROLL_STRETCH) {
        int count = frames - first < UNROLL_STRETCH ? frames - first : UNROLL_STRETCH;
        unroll_stretch(model, workspace->sequence, clock, from, batch, first, count, frames, states,
                       energies);
    }
    free(from);
}

static struct window_plan plan(const void *settings) {
    const struct sequence_settings *s = settings;
    return window_plan_overlap(s->video.inference_frames, s->video.target_frames, s->video.decoded_frames);
}

static int width_of(const void *settings) {
    const struct sequence_settings *s = settings;
    return s->video.latent;
}

const struct field sequence_model_figures[SEQUENCE_FIGURES] = {
    [SEQUENCE_LOSS] = {.name = "loss", .help = "the objective: mse + log(pi)/2 + beta kl"},
    [SEQUENCE_MSE] = {.name = "mse", .help = "mean squared error per pixel value"},
    [SEQUENCE_KL] = {.name = "kl", .help = "divergence from the prior, per pixel value of the targets"},
};

const struct model_video sequence_model_video = {.plan = plan, .predict = predict};

const struct model_latent sequence_model_latent = {
    .width = width_of,
    .clock = clock_of,
    .unroll = unroll,
    .has_energy = true,
};
