/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/state_model.h"

#include <math.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "integrators/integrator.h"

/* ---- settings ---- */

size_t state_model_ways(const char **out, size_t capacity) {
    static const char *const words[] = {"derivatives", "trajectories", NULL};
    return field_list_words(words, out, capacity);
}

bool state_model_reads_rates(const void *settings) {
    const struct state_model_settings *s = settings;
    return strcmp(s->learn_from, "derivatives") == 0;
}

int state_model_width(const void *settings) {
    const struct state_model_settings *s = settings;
    return s->state_size == 0 ? 2 : s->state_size;
}

int state_model_length(const void *settings) {
    const struct state_model_settings *s = settings;
    return state_model_reads_rates(settings) ? 1 : s->length;
}

struct mlp_shape state_model_mlp(const void *settings, int in, int out) {
    const struct state_model_settings *s = settings;
    return (struct mlp_shape){.in = in,
                              .hidden = s->hidden,
                              .hidden_layers = s->hidden_layers,
                              .out = out,
                              .activation = activation_find(s->activation)};
}

enum status state_model_check(const void *settings) {
    const struct state_model_settings *s = settings;
    enum status status = STATUS_OK;
    if (!state_model_reads_rates(settings)) {
        static const struct latent_dynamics any_field = {.shows_whole_state = true};
        status = latent_stepper_check(integrator_find(s->integrator), &any_field);
        status = status == STATUS_OK ? status : status_prefix(status, "model.integrator");
    }
    return status;
}

enum status state_model_check_energy(const void *settings) {
    const struct state_model_settings *s = settings;
    if (state_model_width(settings) % 2 != 0) {
        return status_fail(STATUS_DATA,
                           "model.state_size: %d, expected an even number: positions and as many momenta",
                           state_model_width(settings));
    }
    if (!activation_is_smooth(activation_find(s->activation))) {
        return status_fail(
            STATUS_DATA,
            "model.activation: %s cannot stand in an energy: its derivatives, the forces, would "
            "be piecewise constant",
            s->activation);
    }
    return state_model_check(settings);
}

static const char *const smoke[] = {
    "model.hidden=16", "training.steps=200", "training.batch=32", "training.warmup_steps=20", NULL,
};
static const char *const quick[] = {
    "training.steps=10000",
    "training.batch=256",
    "training.learning_rate=2e-3",
    "training.final_rate=0.01",
    "training.log_every=100",
    "training.checkpoint_every=2000",
    NULL,
};
static const char *const standard[] = {
    "training.steps=50000",
    "training.batch=512",
    "training.learning_rate=2e-3",
    "training.final_rate=0.001",
    "training.log_every=100",
    "training.checkpoint_every=5000",
    NULL,
};
/* Greydanus et al.: 2,000 steps of Adam at 1e-3 on the whole of a few thousand points. */
static const char *const paper[] = {
    "training.steps=2000",
    "training.batch=1024",
    "training.learning_rate=1e-3",
    "training.final_rate=1",
    "training.warmup_steps=0",
    "training.clip_norm=0",
    NULL,
};
const struct schema_profile state_model_profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

const struct field state_model_figures[STATE_MODEL_FIGURES] = {
    [STATE_MODEL_LOSS] = {.name = "loss",
                          .help = "the objective: mean squared error of derivatives, or of later states"},
};

/* ---- parameters ---- */

static const struct latent_dynamics *dynamics_of(const struct model *model) {
    return model->kind->family;
}

void state_model_declare(struct model *model) {
    model->parts =
        dynamics_of(model)->declare(model->parameters, model->settings, state_model_width(model->settings));
}

/* ---- training ---- */

/* Frame `frame` of each sequence, [B][S]. */
static struct tensor *read_frame(struct tape *tape, const struct model_batch *batch, int frame,
                                 void (*read)(const void *context, int sequence, int frame, double *out)) {
    int size = batch->examples.state_size;
    struct tensor *out = tape_constant(tape, 2, (int[]){batch->size, size}, 0);
    double *numbers = tape_alloc(tape, (size_t)size * sizeof *numbers);
    const char *outer = profile_enter("loader");
    for (int b = 0; b < batch->size; b++) {
        read(batch->examples.context, b, frame, numbers);
        for (int i = 0; i < size; i++) {
            out->data[(size_t)b * (size_t)size + (size_t)i] = (real)numbers[i];
        }
    }
    (void)profile_enter(outer);
    return out;
}

static struct tensor *square_error(struct tensor *a, struct tensor *b) {
    return tensor_sum(tensor_square(tensor_subtract(a, b)), 0);
}

static struct tensor *error_of_rates(const struct latent_system *system, struct tape *tape,
                                     const struct model_batch *batch, size_t *numbers) {
    struct tensor *x = read_frame(tape, batch, 0, batch->examples.state);
    struct tensor *rates = read_frame(tape, batch, 0, batch->examples.derivative);
    *numbers = x->size;
    return square_error(system->dynamics->field(system->parts, system->leaves, x), rates);
}

static struct tensor *error_of_states(const struct latent_system *system, struct tape *tape,
                                      const struct state_model_settings *s, const struct model_batch *batch,
                                      size_t *numbers, struct model_step *out) {
    int frames = batch->horizon < 2 ? 1 : batch->horizon - 1; /* after the first */
    struct model_clock clock = {.frame = s->frame_time > 0 ? s->frame_time : 1.0,
                                .steps_per_frame = s->steps_per_frame,
                                .integrator = integrator_find(s->integrator)};
    struct tensor **states = tape_alloc(tape, ((size_t)frames + 1) * sizeof(struct tensor *));
    struct tensor *start = read_frame(tape, batch, 0, batch->examples.state);
    (void)latent_stepper_walk(system, &clock, start, frames, states, out->culprit);
    struct tensor *sum = NULL;
    for (int t = 1; t <= frames; t++) {
        struct tensor *error = square_error(states[t], read_frame(tape, batch, t, batch->examples.state));
        sum = sum == NULL ? error : tensor_add(sum, error);
    }
    *numbers = start->size * (size_t)frames;
    return sum;
}

void state_model_loss(const struct model *model, struct model_workspace *workspace,
                      const struct model_batch *batch, real weight, real *gradient, struct model_step *out) {
    struct tape *tape = workspace->sequence;
    const char *outer = profile_enter("field");
    *out = (struct model_step){0};
    tape_clear(tape);
    struct latent_system system = {.dynamics = dynamics_of(model),
                                   .parts = model->parts,
                                   .leaves = parameters_bind(model->parameters, tape, gradient)};
    size_t numbers;
    struct tensor *sum = state_model_reads_rates(model->settings)
                             ? error_of_rates(&system, tape, batch, &numbers)
                             : error_of_states(&system, tape, model->settings, batch, &numbers, out);
    out->figures[STATE_MODEL_LOSS] = (double)sum->data[0] / (double)numbers;
    if (!isfinite(out->figures[STATE_MODEL_LOSS])) {
        model_name_culprit(tape, out);
    }
    (void)profile_enter("field, backward");
    (void)tape_backward(tensor_scale(sum, weight / (real)numbers), NULL, NULL);
    (void)profile_enter(outer);
}

/* ---- abilities ---- */

/* Calls the field or the energy for the states in blocks; `width` numbers come out of each. */
static void apply(const struct model *model, struct tape *tape, const double *states, int count, int width,
                  struct tensor *(*function)(const void *parts, struct tensor *const *leaves,
                                             struct tensor *x),
                  double *out) {
    enum { BLOCK = 256 };
    int size = state_model_width(model->settings);
    for (int first = 0; first < count; first += BLOCK) {
        int rows = count - first < BLOCK ? count - first : BLOCK;
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
        struct tensor *x = tape_constant(tape, 2, (int[]){rows, size}, 0);
        for (size_t i = 0; i < x->size; i++) {
            x->data[i] = (real)states[(size_t)first * (size_t)size + i];
        }
        struct tensor *y = function(model->parts, leaves, x);
        for (size_t i = 0; i < y->size; i++) {
            out[(size_t)first * (size_t)width + i] = (double)y->data[i];
        }
    }
}

void state_model_field(const struct model *model, struct model_workspace *workspace, const double *states,
                       int count, double *rates) {
    apply(model, workspace->sequence, states, count, state_model_width(model->settings),
          dynamics_of(model)->field, rates);
}

void state_model_energy(const struct model *model, struct model_workspace *workspace, const double *states,
                        int count, double *energies) {
    apply(model, workspace->sequence, states, count, 1, dynamics_of(model)->energy, energies);
}
