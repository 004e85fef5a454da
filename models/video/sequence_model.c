/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/sequence_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "integrators/integrator.h"
#include "models/video/consistency.h"
#include "models/video/frames.h"
#include "models/video/latent_path.h"
#include "models/video/sequence_private.h"
#include "support/memory.h"

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
    parts->decoder = decoder_chosen(s, kind->decoder)->declare(parameters, s, parts->decoded);
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

static bool goes_both_ways(const struct sequence_settings *s) {
    return strcmp(s->training_direction, "forward_backward") == 0;
}

enum status sequence_model_check(const void *settings) {
    const struct sequence_settings *s = settings;
    int seen = s->video.inference_frames;
    if (seen < 2) {
        return status_fail(STATUS_DATA,
                           "model.inference_frames: %d, expected at least 2: one picture doesn't show how "
                           "things move",
                           seen);
    }
    if (goes_both_ways(s) && seen % 2 == 0) {
        return status_fail(STATUS_DATA,
                           "model.inference_frames: %d, expected an odd number where training_direction is "
                           "forward_backward: the state belongs to the middle one",
                           seen);
    }
    return video_settings_check_latent(settings);
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

struct window_plan sequence_model_plan(const void *settings) {
    const struct video_settings *s = settings;
    return goes_both_ways(settings)
               ? window_plan_include(s->inference_frames, s->target_frames, true, s->decoded_frames)
               : sequence_model_overlap(settings);
}

size_t sequence_model_directions(const char **out, size_t capacity) {
    static const char *const words[] = {"forward", "forward_backward", NULL};
    return field_list_words(words, out, capacity);
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

struct sequence_posterior sequence_model_infer(const struct model *model, struct tape *tape,
                                               struct tensor *const *leaves,
                                               const struct model_examples *examples, int batch, int turned) {
    struct window_plan plan = plan_of(model);
    int n = plan.inference;
    struct tensor *x = tape_constant(tape, 4, (int[]){batch, IMAGE_SIDE, IMAGE_SIDE, n * IMAGE_CHANNELS}, 0);
    for (int b = 0; b < batch; b++) {
        window_stack_frames(examples, b, window_plan_first_seen(&plan, b >= turned), n,
                            x->data + (size_t)b * (size_t)n * IMAGE_VALUES);
    }
    return sequence_model_encode(model, leaves, x);
}

struct sequence_posterior sequence_model_encode(const struct model *model, struct tensor *const *leaves,
                                                struct tensor *x) {
    const struct sequence_parts *parts = model->parts;
    struct tensor *out = kind_of(model)->encoder->apply(parts->encoder, leaves, x);
    return (struct sequence_posterior){
        .mean = tensor_slice(out, 1, 0, parts->inferred),
        .log_deviation = tensor_slice(out, 1, parts->inferred, parts->inferred),
    };
}

/* mean + deviation * noise */
static struct tensor *sample(struct sequence_posterior posterior, struct random_stream *random) {
    struct tensor *noise =
        tape_constant(posterior.mean->tape, posterior.mean->rank, posterior.mean->shape, 0);
    for (size_t i = 0; i < noise->size; i++) {
        noise->data[i] = (real)random_normal(random);
    }
    struct tensor *deviation = tensor_exp(posterior.log_deviation);
    return tensor_add(posterior.mean, tensor_multiply(deviation, noise));
}

struct tensor *sequence_model_transform(const struct model *model, struct tensor *const *leaves,
                                        struct tensor *z) {
    const struct sequence_parts *parts = model->parts;
    const struct transform_kind *kind = kind_of(model)->transform;
    return kind == NULL ? z : kind->apply(parts->transform, leaves, z);
}

/* Sum over the shard of the divergence from the standard normal, without its constant:
 * sum of (mean^2 + deviation^2)/2 - log deviation. */
static struct tensor *divergence(struct sequence_posterior posterior) {
    struct tensor *variance = tensor_exp(tensor_scale(posterior.log_deviation, 2));
    struct tensor *squares = tensor_add(tensor_square(posterior.mean), variance);
    return tensor_sum(tensor_add_scaled(tensor_scale(squares, (real)0.5), posterior.log_deviation, -1), 0);
}

/* ---- along the path ---- */

struct latent_path sequence_model_begin_path(const struct model *model, struct model_workspace *workspace,
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

struct frames_decoder sequence_model_decoder(const struct model *model) {
    const struct sequence_parts *parts = model->parts;
    return (struct frames_decoder){
        .model = model,
        .kind = decoder_chosen(model->settings, kind_of(model)->decoder),
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
    struct frames_decoder decoder = sequence_model_decoder(path->model);
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

/* Adds the penalty on the state to the sum that is differentiated last, and returns it. */
static double add_latent_l2(const struct sequence_settings *s, struct tensor *start, double share,
                            real weight, struct tensor **sum) {
    if (s->latent_l2 == 0.0) {
        return 0.0;
    }
    struct tensor *squares = tensor_sum(tensor_square(start), 0);
    *sum = tensor_add_scaled(*sum, squares, (real)(s->latent_l2 * share) * weight);
    return s->latent_l2 * share * (double)squares->data[0];
}

void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_step *out) {
    const struct sequence_parts *parts = model->parts;
    const struct objective_kind *objective = kind_of(model)->objective;
    struct window_plan plan = plan_of(model);
    struct tape *tape = workspace->sequence;
    int turned = plan.both_ways ? batch->size / 2 : batch->size;
    struct objective_slopes slopes = objective->slopes(model, parts->objective, batch->step);
    *out = (struct model_step){0};
    assert(batch->horizon <= window_plan_targets(&plan));

    const char *outer = profile_enter("encode");
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct sequence_posterior posterior =
        sequence_model_infer(model, tape, leaves, &batch->examples, batch->size, turned);
    struct tensor *start = sequence_model_transform(model, leaves, sample(posterior, batch->random));
    struct tensor *divergences = divergence(posterior);
    double share = 1.0 / ((double)batch->size * batch->horizon * IMAGE_VALUES); /* of a nat */
    struct objective_terms terms = {
        .kl = ((double)divergences->data[0] - 0.5 * batch->size * parts->inferred) * share};
    if (!isfinite(terms.kl)) {
        model_name_culprit(tape, out);
    }

    (void)profile_enter("rollout");
    struct decoded_frames frames = list_decoded(&plan, batch, tape);
    struct latent_path path =
        sequence_model_begin_path(model, workspace, start->data, batch->size, frames.first, frames.last);
    path.turned = turned;
    path.gradient = gradient;
    path.step = out;
    path.cotangents = zeros_like(start, (size_t)(path.last - path.first + 1))->data;
    latent_path_run(&path);

    struct consistency consistency = consistency_begin(model, &plan, tape, leaves, batch, frames.last);
    terms.mse = decode_path(&path, &frames, batch, workspace, (real)slopes.mse * weight);
    struct consistency_term term = consistency_pull(&consistency, &path, batch, share, weight);
    terms.inconsistency = term.distance;
    (void)profile_enter("rollout, backward");
    latent_path_backward(&path);

    (void)profile_enter("encode, backward");
    struct tensor *asked = tape_leaf(tape, start->rank, start->shape, latent_path_cotangent(&path, 0, 0));
    struct tensor *sum = tensor_add_scaled(tensor_sum(tensor_multiply(start, asked), 0), divergences,
                                           (real)(slopes.kl * share) * weight);
    sum = consistency_add(&consistency, sum);
    terms.rest = term.value + add_latent_l2(model->settings, start, share, weight, &sum);
    (void)tape_backward(sum, NULL, NULL);
    objective->judge(model, parts->objective, batch, &terms, weight, gradient, out->figures);
    (void)profile_enter(outer);
}

void sequence_model_settle(struct model *model, int step, const double *figures) {
    const struct sequence_parts *parts = model->parts;
    kind_of(model)->objective->settle(model, parts->objective, step, figures);
}
