/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a trained sequence model is asked: frames of a film, and its latent states alone.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "models/video/frames.h"
#include "models/video/latent_path.h"
#include "models/video/sequence_model.h"
#include "models/video/sequence_private.h"
#include "support/memory.h"

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
    struct frames_decoder decoder = sequence_model_decoder(path->model);
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

static void deliver_posterior(const struct model *model, const struct sequence_posterior *posterior,
                              int batch, const struct model_sink *sink) {
    size_t width = (size_t)((const struct sequence_parts *)model->parts)->inferred;
    struct tensor *variances = tensor_exp(tensor_scale(posterior->log_deviation, 2));
    for (int b = 0; b < batch; b++) {
        struct model_posterior one = {
            .width = (int)width,
            .means = posterior->mean->data + (size_t)b * width,
            .variances = variances->data + (size_t)b * width,
            .is_state = ((const struct sequence_kind *)model->kind->family)->transform == NULL,
        };
        sink->posterior(sink->context, b, &one);
    }
}

void sequence_model_predict(const struct model *model, struct model_workspace *workspace,
                            const struct model_prediction *request, const struct model_sink *sink) {
    struct window_plan plan = model->kind->video->plan(model->settings);
    int first = request->first - plan.state, last = first + request->count - 1;
    assert(request->count > 0 && (first >= 0 || model->kind->video->reversible));
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct sequence_posterior posterior =
        sequence_model_infer(model, tape, leaves, &request->examples, request->batch, request->batch);
    if (sink->posterior != NULL) {
        deliver_posterior(model, &posterior, request->batch, sink);
    }
    const real *start = request->starts != NULL
                            ? request->starts
                            : sequence_model_transform(model, leaves, posterior.mean)->data;
    struct latent_path path = sequence_model_begin_path(model, workspace, start, request->batch, first, last);
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
    struct latent_path path = sequence_model_begin_path(model, workspace, start, batch, 0, frames);
    const struct integrator *trained = path.clock.integrator;
    path.clock = *clock;
    path.clock.integrator = clock->integrator != NULL ? clock->integrator : trained;
    latent_path_run(&path);
    struct unrolled out = {
        .rows = (size_t)frames + 1, .width = (size_t)path.width, .states = states, .energies = energies};
    visit_latents(&path, 0, frames, keep_latent, &out);
}

/* ---- states and images, each alone ---- */

void sequence_model_infer_states(const struct model *model, struct model_workspace *workspace,
                                 const struct model_examples *examples, int batch, real *states) {
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct sequence_posterior posterior = sequence_model_infer(model, tape, leaves, examples, batch, batch);
    const struct tensor *inferred = sequence_model_transform(model, leaves, posterior.mean);
    memcpy(states, inferred->data, inferred->size * sizeof *states);
}

void sequence_model_decode(const struct model *model, struct model_workspace *workspace, const real *states,
                           int count, void (*take)(void *context, int row, const real *image),
                           void *context) {
    const struct sequence_parts *parts = model->parts;
    struct frames_decoder decoder = sequence_model_decoder(model);
    size_t shown = (size_t)parts->decoded, width = (size_t)parts->width;
    real *z = memory_alloc((size_t)count * shown, sizeof *z);
    for (size_t i = 0; i < (size_t)count; i++) {
        memcpy(z + i * shown, states + i * width, shown * sizeof *z);
    }
    frames_decode(&decoder, workspace->frames, z, count, take, context);
    free(z);
}

void sequence_model_sample(const struct model *model, struct model_workspace *workspace,
                           struct random_stream *random, int count, real *states) {
    const struct sequence_parts *parts = model->parts;
    for (int i = 0; i < count; i++) {
        tape_clear(workspace->sequence);
        struct tensor *const *leaves = parameters_bind(model->parameters, workspace->sequence, NULL);
        struct tensor *z = tape_constant(workspace->sequence, 2, (int[]){1, parts->inferred}, 0);
        for (size_t j = 0; j < z->size; j++) {
            z->data[j] = (real)random_normal(random);
        }
        const struct tensor *state = sequence_model_transform(model, leaves, z);
        memcpy(states + (size_t)i * (size_t)parts->width, state->data, state->size * sizeof *states);
    }
}
