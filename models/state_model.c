/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/state_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/profile.h"
#include "integrators/integrator.h"
#include "support/memory.h"

/* States whose field is asked for at once: their hidden layers stay in a core's cache. */
enum { ROWS_AT_ONCE = 256 };

const struct field state_model_figures[STATE_FIGURES] = {
    [STATE_LOSS] = {.name = "loss", .help = "the objective: mean squared error of rates, or of states"},
    [STATE_FIRST] = {.name = "positions", .help = "that of the first half of the state"},
    [STATE_SECOND] = {.name = "momenta", .help = "that of the second half"},
};

size_t state_model_list_sources(const char **out, size_t capacity) {
    static const char *const words[] = {STATE_DERIVATIVES, STATE_TRAJECTORIES, NULL};
    return field_list_words(words, out, capacity);
}

struct mlp_shape state_model_mlp(const void *settings, int in, int out) {
    const struct state_settings *s = settings;
    return (struct mlp_shape){in, s->hidden, s->hidden_layers, out, activation_find(s->activation)};
}

static bool follows(const struct state_settings *settings) {
    return strcmp(settings->learn_from, STATE_TRAJECTORIES) == 0;
}

int state_model_width(const void *settings) {
    const struct state_settings *s = settings;
    return s->state_size == 0 ? 2 : s->state_size;
}

int state_model_length(const void *settings) {
    const struct state_settings *s = settings;
    return follows(s) ? s->target_frames + 1 : 1;
}

enum status state_model_check_energy(const void *settings) {
    const struct state_settings *s = settings;
    if (s->state_size % 2 != 0) {
        return status_fail(STATUS_DATA,
                           "model.state_size: %d, expected an even number (positions and as many momenta)",
                           s->state_size);
    }
    if (!activation_is_smooth(activation_find(s->activation))) {
        return status_fail(STATUS_DATA,
                           "model.activation: %s cannot stand in an energy: its derivatives, the forces, "
                           "would be piecewise constant",
                           s->activation);
    }
    return STATUS_OK;
}

void state_model_declare(struct model *model) {
    const struct latent_dynamics *dynamics = model->kind->family;
    model->parts = dynamics->declare(model->parameters, model->settings, state_model_width(model->settings));
}

/* ---- the loss ---- */

typedef void read_numbers(const void *context, int sequence, int frame, double *out);

/* Numbers of one frame of all sequences, [B][S]. */
static struct tensor *read_frame(struct tape *tape, const struct model_batch *batch, read_numbers *read,
                                 int frame) {
    int size = batch->examples.state_size;
    struct tensor *x = tape_constant(tape, 2, (int[]){batch->size, size}, 0);
    double *state = memory_alloc((size_t)size, sizeof *state);
    for (int b = 0; b < batch->size; b++) {
        read(batch->examples.context, b, frame, state);
        for (int i = 0; i < size; i++) {
            x->data[(size_t)b * (size_t)size + (size_t)i] = (real)state[i];
        }
    }
    free(state);
    return x;
}

/* Counts an error [B][S] of one of `frames` frames; returns its share in the objective, a scalar. */
static struct tensor *judge(struct tensor *error, int frames, real weight, struct model_step *out) {
    size_t width = (size_t)error->shape[1], half = width / 2, rows = error->size / width * (size_t)frames;
    for (size_t i = 0; i < error->size; i++) {
        double square = (double)error->data[i] * (double)error->data[i];
        bool first = i % width < half;
        out->figures[STATE_LOSS] += square / (double)(rows * width);
        out->figures[first ? STATE_FIRST : STATE_SECOND] +=
            square / (double)(rows * (first ? half : width - half));
    }
    return tensor_scale(tensor_sum(tensor_square(error), 0), weight / (real)(rows * width));
}

static struct tensor *judge_rates(const struct latent_system *system, const struct model_batch *batch,
                                  real weight, struct tensor *start, struct model_step *out) {
    struct tensor *expected = read_frame(start->tape, batch, batch->examples.derivative, 0);
    struct tensor *rates = system->dynamics->field(system->parts, system->leaves, start);
    return judge(tensor_subtract(rates, expected), 1, weight, out);
}

static struct tensor *judge_path(const struct latent_system *system, const struct state_settings *settings,
                                 const struct model_batch *batch, real weight, struct tensor *start,
                                 struct model_step *out) {
    /* The first of the targets is where they start. */
    int frames = batch->horizon > 2 ? batch->horizon - 1 : 1;
    struct model_clock clock = {.frame = batch->examples.frame_time,
                                .steps_per_frame = settings->steps_per_frame,
                                .integrator = integrator_find(settings->integrator)};
    struct tensor **states = memory_alloc((size_t)frames + 1, sizeof *states), *sum = NULL;
    assert(clock.frame > 0);
    (void)latent_stepper_walk(system, &clock, start, frames, states, out->culprit);
    for (int t = 1; t <= frames; t++) {
        struct tensor *expected = read_frame(start->tape, batch, batch->examples.state, t);
        struct tensor *share = judge(tensor_subtract(states[t], expected), frames, weight, out);
        sum = sum == NULL ? share : tensor_add(sum, share);
    }
    free(states);
    return sum;
}

void state_model_loss(const struct model *model, struct model_workspace *workspace,
                      const struct model_batch *batch, real weight, real *gradient, struct model_step *out) {
    const struct state_settings *settings = model->settings;
    struct tape *tape = workspace->sequence;
    *out = (struct model_step){0};
    assert(batch->examples.state_size == state_model_width(settings));
    const char *outer = profile_enter("field");
    tape_clear(tape);
    struct latent_system system = {.dynamics = model->kind->family,
                                   .parts = model->parts,
                                   .leaves = parameters_bind(model->parameters, tape, gradient)};
    struct tensor *start = read_frame(tape, batch, batch->examples.state, 0);
    struct tensor *objective = follows(settings) ? judge_path(&system, settings, batch, weight, start, out)
                                                 : judge_rates(&system, batch, weight, start, out);
    if (!isfinite(out->figures[STATE_LOSS])) {
        model_name_culprit(tape, out);
    }
    (void)profile_enter("field, backward");
    (void)tape_backward(objective, NULL, NULL);
    (void)profile_enter(outer);
}

/* ---- abilities ---- */

typedef struct tensor *state_function(const void *parts, struct tensor *const *leaves, struct tensor *states);

/* What `function` gives for each of the states: `width` numbers. */
static void compute_rows(const struct model *model, struct model_workspace *workspace,
                         state_function *function, const double *states, int count, int width, double *out) {
    struct tape *tape = workspace->sequence;
    int size = state_model_width(model->settings);
    for (int first = 0; first < count; first += ROWS_AT_ONCE) {
        int block = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
        struct tensor *x = tape_constant(tape, 2, (int[]){block, size}, 0);
        for (size_t i = 0; i < x->size; i++) {
            x->data[i] = (real)states[(size_t)first * (size_t)size + i];
        }
        const struct tensor *y = function(model->parts, leaves, x);
        for (size_t i = 0; i < y->size; i++) {
            out[(size_t)first * (size_t)width + i] = (double)y->data[i];
        }
    }
}

void state_model_field(const struct model *model, struct model_workspace *workspace, const double *states,
                       int count, double *rates) {
    const struct latent_dynamics *dynamics = model->kind->family;
    compute_rows(model, workspace, dynamics->field, states, count, state_model_width(model->settings), rates);
}

void state_model_energy(const struct model *model, struct model_workspace *workspace, const double *states,
                        int count, double *energies) {
    const struct latent_dynamics *dynamics = model->kind->family;
    compute_rows(model, workspace, dynamics->energy, states, count, 1, energies);
}

/* ---- profiles ---- */

static const char *const smoke[] = {"model.hidden=32", "training.batch=64", NULL};
static const char *const quick[] = {"training.steps=20000", "training.batch=128", "training.final_rate=0.01",
                                    NULL};
static const char *const standard[] = {"training.batch=512", "training.final_rate=0.01", NULL};
/* 2,000 steps on all points of 25 trajectories at once, about 1,100. */
static const char *const paper[] = {"training.steps=2000", "training.batch=1024",
                                    "training.learning_rate=1e-3", NULL};
const struct schema_profile state_model_profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};
