/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/sequence_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "integrators/integrator.h"
#include "models/video/frames.h"
#include "models/video/latent_path.h"
#include "support/memory.h"

/* What the parts have declared. */
struct sequence_parts {
    void *encoder, *transform, *dynamics, *decoder, *objective;
    int inferred; /* N */
    int width;    /* D */
    int decoded;  /* leading columns of a state that the decoder sees */
};

static const struct sequence_kind *kind_of(const struct model *model) {
    return model->kind->family;
}

static struct window_plan plan_of(const struct model *model) {
    return model->kind->video->plan(model->settings);
}

static const struct latent_dynamics *dynamics_of(const struct sequence_kind *kind, const void *settings) {
    return kind->choose_dynamics == NULL ? kind->dynamics : kind->choose_dynamics(settings);
}

static enum activation activation_of(const struct sequence_settings *settings) {
    return settings->activation[0] == '\0' ? ACTIVATION_SWISH : activation_find(settings->activation);
}

struct mlp_shape sequence_model_mlp(const void *settings, int in, int out) {
    const struct sequence_settings *s = settings;
    return (struct mlp_shape){
        .in = in,
        .hidden = s->video.hidden,
        .hidden_layers = s->video.hidden_layers,
        .out = out,
        .activation = activation_of(s),
    };
}

void sequence_model_declare(struct model *model) {
    const struct sequence_kind *kind = kind_of(model);
    const struct video_settings *s = model->settings;
    struct parameters *parameters = model->parameters;
    struct sequence_parts *parts = memory_alloc(1, sizeof *parts);
    parts->inferred = parts->width = kind->inferred == NULL ? s->latent : kind->inferred(s);
    parts->encoder = kind->encoder->declare(parameters, s, s->inference_frames, 2 * parts->inferred);
    if (kind->transform != NULL) {
        parts->width = kind->transform->width(s);
        parts->transform = kind->transform->declare(parameters, s, parts->inferred);
    }
    const struct latent_dynamics *dynamics = dynamics_of(kind, s);
    parts->dynamics = dynamics->declare(parameters, s, parts->width);
    parts->decoded = dynamics->shows_whole_state ? parts->width : parts->width / 2;
    parts->decoder = kind->decoder->declare(parameters, s, parts->decoded);
    if (kind->objective->declare != NULL) {
        parts->objective = kind->objective->declare(parameters, s);
    }
    model->parts = parts;
}

void sequence_model_free(struct model *model) {
    struct sequence_parts *parts = model->parts;
    free(parts->encoder);
    free(parts->transform);
    free(parts->dynamics);
    free(parts->decoder);
    free(parts->objective);
    free(parts);
}

enum status sequence_model_check(const void *settings) {
    const struct video_settings *s = settings;
    if (s->inference_frames < 2) {
        return status_fail(STATUS_DATA,
                           "model.inference_frames: %d, expected at least 2: one picture doesn't show how "
                           "things move",
                           s->inference_frames);
    }
    return video_settings_check_latent(s);
}

enum status sequence_model_check_smooth(const void *settings) {
    const struct sequence_settings *s = settings;
    if (!activation_is_smooth(activation_of(s))) {
        return status_fail(STATUS_DATA,
                           "model.activation: %s cannot stand in an energy or a mass: their derivatives, the "
                           "forces, would be piecewise constant",
                           s->activation);
    }
    return sequence_model_check(settings);
}

struct window_plan sequence_model_overlap(const void *settings) {
    const struct video_settings *s = settings;
    return window_plan_overlap(s->inference_frames, s->target_frames, s->decoded_frames);
}

int sequence_model_width(const void *settings) {
    const struct video_settings *s = settings;
    return s->latent;
}

struct model_clock sequence_model_clock(const void *settings) {
    const struct sequence_settings *s = settings;
    if (s->time_step == 0) { /* no such row: a map, for which a frame is a frame */
        return (struct model_clock){.frame = 1, .steps_per_frame = 1};
    }
    return (struct model_clock){.frame = s->time_step,
                                .steps_per_frame = s->steps_per_frame,
                                .integrator = integrator_find(s->integrator)};
}

enum status sequence_model_check_integrator(const struct model_kind *kind, const void *settings,
                                            const struct integrator *integrator) {
    return latent_stepper_check(integrator, dynamics_of(kind->family, settings));
}

/* ---- from frames to a state ---- */

/* Gaussian posterior of what is inferred: mean and log standard deviation, each [B][N]. */
struct posterior {
    struct tensor *mean, *log_deviation;
};

/* The posteriors of `batch` sequences, those from `turned` on seen from their end, on an empty tape. */
static struct posterior infer(const struct model *model, struct tape *tape, struct tensor *const *leaves,
                              const struct model_examples *examples, int batch, int turned) {
    const struct sequence_parts *parts = model->parts;
    struct window_plan plan = plan_of(model);
    int n = plan.inference;
    struct tensor *x = tape_constant(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, n * IMAGE_CHANNELS}, 0);
    for (int b = 0; b < batch; b++) {
        window_stack_frames(examples, b, window_plan_first_seen(&plan, b >= turned), n,
                            x->data + (size_t)b * (size_t)n * IMAGE_VALUES);
    }
    struct tensor *out = kind_of(model)->encoder->apply(parts->encoder, leaves, x);
    return (struct posterior){
        .mean = tensor_slice(out, 1, 0, parts->inferred),
        .log_deviation = tensor_slice(out, 1, parts->inferred, parts->inferred),
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

/* The state that moves, [B][D]. */
static struct tensor *transform(const struct model *model, struct tensor *const *leaves, struct tensor *z) {
    const struct sequence_parts *parts = model->parts;
    const struct transform_kind *kind = kind_of(model)->transform;
    return kind == NULL ? z : kind->apply(parts->transform, leaves, z);
}

/* Sum over the shard of the divergence from the standard normal, without its constant:
 * sum of (mean^2 + deviation^2)/2 - log deviation. */
static struct tensor *divergence(struct posterior posterior) {
    struct tensor *variance = tensor_exp(tensor_scale(posterior.log_deviation, 2));
    struct tensor *squares = tensor_add(tensor_square(posterior.mean), variance);
    return tensor_sum(tensor_add_scaled(tensor_scale(squares, (real)0.5), posterior.log_deviation, -1), 0);
}

/* ---- along the path ---- */

/* A path of frames first .. last from the inferred state, which is `start` [B][D]. Its memory is the sequence
 * tape's. */
static struct latent_path begin_path(const struct model *model, struct model_workspace *workspace,
                                     const real *start, int batch, int first, int last) {
    const struct sequence_parts *parts = model->parts;
    struct latent_path path = {
        .model = model,
        .dynamics = dynamics_of(kind_of(model), model->settings),
        .parts = parts->dynamics,
        .clock = sequence_model_clock(model->settings),
        .tape = workspace->rollout,
        .batch = batch,
        .turned = batch,
        .width = parts->width,
        .first = first < 0 ? first : 0,
        .last = last > 0 ? last : 0,
    };
    size_t size = (size_t)batch * (size_t)parts->width;
    size_t frames = (size_t)(path.last - path.first + 1);
    path.states = tape_alloc(workspace->sequence, frames * size * sizeof(real));
    memcpy(latent_path_state(&path, 0, 0), start, size * sizeof(real));
    return path;
}

static struct frames_decoder decoder_of(const struct model *model) {
    const struct sequence_parts *parts = model->parts;
    return (struct frames_decoder){
        .model = model,
        .kind = kind_of(model)->decoder,
        .parts = parts->decoder,
        .width = parts->decoded,
    };
}

/* ---- training ---- */

/* The frames of the path that a batch decodes, counted from the inferred state. */
struct decoded_frames {
    int *offset; /* [decoded_count] */
    int first, last;
};

static struct decoded_frames list_decoded(const struct window_plan *plan, const struct model_batch *batch,
                                          struct tape *tape) {
    struct decoded_frames frames = {
        .offset = tape_alloc(tape, (size_t)batch->decoded_count * sizeof *frames.offset)};
    for (int i = 0; i < batch->decoded_count; i++) {
        int offset = window_plan_target(plan, batch->decoded[i]) - plan->state;
        frames.offset[i] = offset;
        frames.first = offset < frames.first ? offset : frames.first;
        frames.last = offset > frames.last ? offset : frames.last;
    }
    return frames;
}

/* Decodes what the batch wants of the path, and puts what the error asks of the states into the cotangents.
 * Returns the error. */
static double decode_path(struct latent_path *path, const struct decoded_frames *frames,
                          const struct model_batch *batch, struct model_workspace *workspace, real weight) {
    struct frames_decoder decoder = decoder_of(path->model);
    struct window_plan plan = plan_of(path->model);
    size_t width = (size_t)decoder.width;
    size_t size = (size_t)batch->decoded_count * (size_t)batch->size * width;
    real *z = tape_alloc(workspace->sequence, size * sizeof(real));
    real *dz = tape_alloc(workspace->sequence, size * sizeof(real));
    for (int row = 0; row < batch->decoded_count * batch->size; row++) {
        int frame = frames->offset[row / batch->size], b = row % batch->size;
        memcpy(z + (size_t)row * width, latent_path_state(path, frame, b), width * sizeof(real));
    }
    struct frames_target target = {.batch = batch, .plan = &plan};
    double mse = frames_loss(&decoder, workspace->frames, z, &target, weight, path->gradient, dz, path->step);
    for (int row = 0; row < batch->decoded_count * batch->size; row++) {
        int frame = frames->offset[row / batch->size], b = row % batch->size;
        memcpy(latent_path_cotangent(path, frame, b), dz + (size_t)row * width, width * sizeof(real));
    }
    return mse;
}

static struct tensor *zeros_like(const struct tensor *x, size_t times) {
    return tape_constant(x->tape, 2, (int[]){(int)times, (int)x->size}, 0);
}

void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_step *out) {
    const struct sequence_parts *parts = model->parts;
    const struct objective_kind *objective = kind_of(model)->objective;
    struct window_plan plan = plan_of(model);
    struct tape *tape = workspace->sequence;
    int turned = plan.both_ways ? batch->size / 2 : batch->size;
    double mse_slope, kl_slope;
    objective->slopes(model, parts->objective, &mse_slope, &kl_slope);
    *out = (struct model_step){0};
    assert(batch->horizon <= window_plan_targets(&plan));

    const char *outer = profile_enter("encode");
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct posterior posterior = infer(model, tape, leaves, &batch->examples, batch->size, turned);
    struct tensor *start = transform(model, leaves, sample(posterior, batch->random));
    struct tensor *divergences = divergence(posterior);
    double kl_share = 1.0 / ((double)batch->size * batch->horizon * IMAGE_VALUES);
    double kl = ((double)divergences->data[0] - 0.5 * batch->size * parts->inferred) * kl_share;
    if (!isfinite(kl)) {
        model_name_culprit(tape, out);
    }

    (void)profile_enter("rollout");
    struct decoded_frames frames = list_decoded(&plan, batch, tape);
    struct latent_path path =
        begin_path(model, workspace, start->data, batch->size, frames.first, frames.last);
    path.turned = turned;
    path.gradient = gradient;
    path.step = out;
    path.cotangents = zeros_like(start, (size_t)(path.last - path.first + 1))->data;
    latent_path_run(&path);

    double mse = decode_path(&path, &frames, batch, workspace, (real)mse_slope * weight);
    (void)profile_enter("rollout, backward");
    latent_path_backward(&path);

    (void)profile_enter("encode, backward");
    struct tensor *asked = tape_leaf(tape, start->rank, start->shape, latent_path_cotangent(&path, 0, 0));
    struct tensor *sum = tensor_add_scaled(tensor_sum(tensor_multiply(start, asked), 0), divergences,
                                           (real)(kl_slope * kl_share) * weight);
    (void)tape_backward(sum, NULL, NULL);
    objective->judge(model, parts->objective, mse, kl, weight, gradient, out->figures);
    (void)profile_enter(outer);
}

/* ---- prediction ---- */

/* A path on its way to the sink: row i of what is decoded is sequence i % B, `first` + i / B frames from the
 * start of the window. */
struct delivery {
    const struct model_sink *sink;
    int batch, first;
};

static void deliver_image(void *context, int row, const real *image) {
    const struct delivery *delivery = context;
    delivery->sink->image(delivery->sink->context, row % delivery->batch,
                          delivery->first + row / delivery->batch, image);
}

/* Decodes frames first .. last of the path. */
static void deliver_images(const struct latent_path *path, int first, int last, struct tape *tape,
                           struct delivery *delivery) {
    enum { FRAMES_AT_ONCE = 8 };
    struct frames_decoder decoder = decoder_of(path->model);
    size_t width = (size_t)decoder.width, batch = (size_t)path->batch;
    real *z = memory_alloc(FRAMES_AT_ONCE * batch * width, sizeof *z);
    for (int frame = first; frame <= last; frame += FRAMES_AT_ONCE) {
        int count = last + 1 - frame < FRAMES_AT_ONCE ? last + 1 - frame : FRAMES_AT_ONCE;
        for (size_t row = 0; row < (size_t)count * batch; row++) {
            const real *state = latent_path_state(path, frame + (int)(row / batch), (int)(row % batch));
            memcpy(z + row * width, state, width * sizeof *z);
        }
        frames_decode(&decoder, tape, z, count * path->batch, deliver_image, delivery);
        delivery->first += count;
    }
    free(z);
}

/* Hands out each state of frames first .. last, with its learned energy (nan without one). */
static void visit_latents(const struct latent_path *path, int first, int last,
                          void (*take)(void *context, int sequence, int frame, const real *state,
                                       double energy),
                          void *context) {
    for (int frame = first; frame <= last; frame += LATENT_PATH_STRETCH) {
        int count = last + 1 - frame < LATENT_PATH_STRETCH ? last + 1 - frame : LATENT_PATH_STRETCH;
        int rows = count * path->batch;
        tape_clear(path->tape);
        struct tensor *const *leaves = parameters_bind(path->model->parameters, path->tape, NULL);
        const real *start = latent_path_state(path, frame, 0);
        struct tensor *states = tape_leaf(path->tape, 2, (int[]){rows, path->width}, start);
        struct tensor *energy =
            path->dynamics->energy == NULL ? NULL : path->dynamics->energy(path->parts, leaves, states);
        for (int row = 0; row < rows; row++) {
            take(context, row % path->batch, frame + row / path->batch,
                 start + (size_t)row * (size_t)path->width, energy == NULL ? NAN : (double)energy->data[row]);
        }
    }
}

/* Frames counted from the inferred state become those of the window. */
struct latent_delivery {
    const struct model_sink *sink;
    int state;
};

static void deliver_latent(void *context, int sequence, int frame, const real *state, double energy) {
    const struct latent_delivery *delivery = context;
    delivery->sink->latent(delivery->sink->context, sequence, delivery->state + frame, state, energy);
}

void sequence_model_predict(const struct model *model, struct model_workspace *workspace,
                            const struct model_prediction *request, const struct model_sink *sink) {
    struct window_plan plan = plan_of(model);
    int first = request->first - plan.state, last = first + request->count - 1;
    assert(request->count > 0 && (first >= 0 || model->kind->video->reversible));
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct posterior posterior =
        infer(model, tape, leaves, &request->examples, request->batch, request->batch);
    struct tensor *start = transform(model, leaves, posterior.mean);
    struct latent_path path = begin_path(model, workspace, start->data, request->batch, first, last);
    path.clock.integrator = request->integrator != NULL ? request->integrator : path.clock.integrator;
    latent_path_run(&path);
    if (sink->image != NULL) {
        struct delivery delivery = {.sink = sink, .batch = request->batch, .first = request->first};
        deliver_images(&path, first, last, workspace->frames, &delivery);
    }
    if (sink->latent != NULL) {
        struct latent_delivery delivery = {.sink = sink, .state = plan.state};
        visit_latents(&path, first, last, deliver_latent, &delivery);
    }
}

/* ---- latent states alone ---- */

struct unrolled {
    size_t rows, width; /* of a sequence: frames + 1, D */
    real *states, *energies;
};

static void keep_latent(void *context, int sequence, int frame, const real *state, double energy) {
    const struct unrolled *out = context;
    size_t row = (size_t)sequence * out->rows + (size_t)frame;
    memcpy(out->states + row * out->width, state, out->width * sizeof *state);
    if (out->energies != NULL) {
        out->energies[row] = (real)energy;
    }
}

void sequence_model_unroll(const struct model *model, struct model_workspace *workspace,
                           const struct model_clock *clock, const real *start, int batch, int frames,
                           real *states, real *energies) {
    tape_clear(workspace->sequence);
    struct latent_path path = begin_path(model, workspace, start, batch, 0, frames);
    const struct integrator *trained = path.clock.integrator;
    path.clock = *clock;
    path.clock.integrator = clock->integrator != NULL ? clock->integrator : trained;
    latent_path_run(&path);
    struct unrolled out = {
        .rows = (size_t)frames + 1, .width = (size_t)path.width, .states = states, .energies = energies};
    visit_latents(&path, 0, frames, keep_latent, &out);
}
