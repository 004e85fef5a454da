/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Neural Hamiltonian Flow (Toth et al., "Hamiltonian Generative Networks", ICLR 2020, section 3.3): a density
 * of points q that is carried from a normal one by Hamiltonian dynamics. Momenta p that nobody observes stand
 * beside the points; the flow keeps volumes, so densities move along it without a Jacobian.
 */
#include "models/nhf.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/layers.h"
#include "engine/ops.h"
#include "engine/profile.h"
#include "integrators/integrator.h"
#include "models/density/density_rows.h"
#include "models/density/density_settings.h"
#include "models/latent_stepper.h"
#include "support/memory.h"

struct nhf_settings {
    struct density_settings points;
    int flows;
    int steps; /* of leapfrog in each flow */
    double time_step;
    char clock[FIELD_NAME_SIZE]; /* LEARNED or FIXED */
    int hidden;
    int hidden_layers;
};

#define LEARNED "learned"
#define FIXED "fixed"

enum { MAX_FLOWS = 64 };

/* One flow: H = K(p) + V(q), in time that runs exp(pace) times as fast as the clock. */
struct flow {
    struct mlp potential, kinetic; /* [d] -> [1] */
    int pace;                      /* index of the parameter; -1: none */
};

struct nhf_parts {
    int width;                  /* d */
    struct mlp mean, deviation; /* of p given q: [d] -> [d], the second gives the logarithm */
    struct flow flows[MAX_FLOWS];
};

/* Figures of a step. */
enum { LOSS, BASE, ENCODER, FIGURES };

static bool has_learned_clock(const struct nhf_settings *settings) {
    return strcmp(settings->clock, LEARNED) == 0;
}

static void declare(struct model *model) {
    const struct nhf_settings *s = model->settings;
    struct nhf_parts *parts = memory_alloc(1, sizeof *parts);
    int d = parts->width = density_settings_width(s);
    struct mlp_shape encoder = {d, s->hidden, s->hidden_layers, d, ACTIVATION_RELU};
    struct mlp_shape energy = {d, s->hidden, s->hidden_layers, 1, ACTIVATION_SOFTPLUS};
    parts->mean = mlp_declare(model->parameters, "encoder.mean", encoder);
    parts->deviation = mlp_declare(model->parameters, "encoder.deviation", encoder);
    for (int i = 0; i < s->flows; i++) {
        char name[PARAMETER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "flow%d.potential", i);
        parts->flows[i].potential = mlp_declare(model->parameters, name, energy);
        (void)snprintf(name, sizeof name, "flow%d.kinetic", i);
        parts->flows[i].kinetic = mlp_declare(model->parameters, name, energy);
        (void)snprintf(name, sizeof name, "flow%d.pace", i);
        parts->flows[i].pace = has_learned_clock(s)
                                   ? parameters_add(model->parameters, name, 1, (int[]){1}, PARAMETER_ZERO)
                                   : -1;
    }
    model->parts = parts;
}

static enum status check(const void *settings) {
    return density_settings_check(settings);
}

/* ---- the flow ---- */

/* exp(pace) dE/dx at each row of x, [B][d]. */
static struct tensor *force(const struct flow *flow, const struct mlp *energy, struct tensor *const *leaves,
                            struct tensor *x) {
    struct tensor *gradient = tape_row_gradient(mlp_apply(energy, leaves, x), x);
    if (flow->pace < 0) {
        return gradient;
    }
    struct tensor *pace = tensor_reshape(tensor_exp(leaves[flow->pace]), 0, NULL);
    return tensor_multiply(gradient, tensor_broadcast(pace, x->rank, x->shape));
}

static struct tensor *velocity(const void *flow, struct tensor *const *leaves, struct tensor *p) {
    return force(flow, &((const struct flow *)flow)->kinetic, leaves, p);
}

static struct tensor *slope(const void *flow, struct tensor *const *leaves, struct tensor *q) {
    return force(flow, &((const struct flow *)flow)->potential, leaves, q);
}

static const struct latent_dynamics flow_dynamics = {.velocity = velocity, .slope = slope};

/* States z = (q, p), [B][2 d], from the base to the data or, all steps undone in turn, back. */
static struct tensor *carry(const struct model *model, struct tensor *const *leaves, bool forward,
                            struct tensor *z) {
    const struct nhf_settings *s = model->settings;
    const struct nhf_parts *parts = model->parts;
    double time = s->steps * s->time_step;
    struct model_clock clock = {.frame = forward ? time : -time,
                                .steps_per_frame = s->steps,
                                .integrator = integrator_find("leapfrog")};
    for (int i = 0; i < s->flows; i++) {
        const struct flow *flow = &parts->flows[forward ? i : s->flows - 1 - i];
        struct latent_system system = {.dynamics = &flow_dynamics, .parts = flow, .leaves = leaves};
        struct tensor *states[2];
        char reason[MODEL_CULPRIT_SIZE];
        bool arrived = latent_stepper_walk(&system, &clock, z, 1, states, reason);
        assert(arrived); /* a composition always does */
        (void)arrived;
        z = states[1];
    }
    return z;
}

void nhf_carry(const struct model *model, struct model_workspace *workspace, bool forward, int count,
               const real *states, real *out) {
    struct tape *tape = workspace->sequence;
    int width = 2 * ((const struct nhf_parts *)model->parts)->width;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct tensor *z = carry(model, leaves, forward, tape_leaf(tape, 2, (int[]){count, width}, states));
    memcpy(out, z->data, z->size * sizeof *out);
}

/* ---- the bound ---- */

/* Points with momenta drawn for them, carried back to the base. */
struct inference {
    struct tensor *noise;     /* e, [B][d] */
    struct tensor *deviation; /* log s, [B][d]: p = mean + s e */
    struct tensor *base;      /* (q, p) before the flow, [B][2 d] */
};

/* `q` [B][d] */
static struct inference infer(const struct model *model, struct tensor *const *leaves, struct tensor *q,
                              struct random_stream *random) {
    const struct nhf_parts *parts = model->parts;
    struct tensor *mean = mlp_apply(&parts->mean, leaves, q);
    struct inference result = {
        .noise = density_rows_normal(q->tape, q->shape[0], q->shape[1], random),
        .deviation = mlp_apply(&parts->deviation, leaves, q),
    };
    struct tensor *p = tensor_add(mean, tensor_multiply(tensor_exp(result.deviation), result.noise));
    struct tensor *z = tensor_concatenate((struct tensor *[]){q, p}, 2, 1);
    result.base = carry(model, leaves, false, z);
    return result;
}

/* log of the base's density, and of the encoder's at the momenta that were drawn, of row b. */
static double log_base(const struct inference *inference, int b) {
    return density_rows_log_normal(inference->base, b);
}

static double log_encoder(const struct inference *inference, int b) {
    return density_rows_log_normal(inference->noise, b) - density_rows_sum(inference->deviation, b);
}

static void loss(const struct model *model, struct model_workspace *workspace,
                 const struct model_batch *batch, real weight, real *gradient, struct model_step *out) {
    struct tape *tape = workspace->sequence;
    const struct nhf_parts *parts = model->parts;
    *out = (struct model_step){0};
    const char *outer = profile_enter("flow");
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct tensor *q = tape_constant(tape, 2, (int[]){batch->size, parts->width}, 0);
    density_settings_read(model->settings, batch, q->data);
    struct inference inference = infer(model, leaves, q, batch->random);
    for (int b = 0; b < batch->size; b++) {
        out->figures[BASE] += log_base(&inference, b) / batch->size;
        out->figures[ENCODER] += log_encoder(&inference, b) / batch->size;
    }
    out->figures[LOSS] = out->figures[ENCODER] - out->figures[BASE];
    if (!isfinite(out->figures[LOSS])) {
        model_name_culprit(tape, out);
    }
    (void)profile_enter("flow, backward");
    struct tensor *energy = tensor_sum(tensor_square(inference.base), 0);
    struct tensor *width = tensor_sum(inference.deviation, 0);
    real share = weight / (real)batch->size;
    struct tensor *objective = tensor_add_scaled(tensor_scale(energy, share / 2), width, -share);
    (void)tape_backward(objective, NULL, NULL);
    (void)profile_enter(outer);
}

/* ---- the density ---- */

/* The sum of importance weights of a point as it grows. */
struct weight_sum {
    double largest, sum; /* of the logarithms; of exp(logarithm - largest) */
};

static void add_weight(struct weight_sum *sum, double logarithm) {
    if (logarithm > sum->largest) {
        sum->sum = sum->sum * exp(sum->largest - logarithm) + 1;
        sum->largest = logarithm;
    } else if (!(logarithm == -INFINITY)) { /* a nan stays */
        sum->sum += exp(logarithm - sum->largest);
    }
}

static void log_density(const struct model *model, struct model_workspace *workspace, const double *points,
                        int count, int samples, struct random_stream *random, double *out) {
    const struct nhf_parts *parts = model->parts;
    struct tape *tape = workspace->sequence;
    long rows = (long)count * samples;
    struct weight_sum sum = {0};
    for (long first = 0; first < rows; first += DENSITY_ROWS_AT_ONCE) {
        int block = rows - first < DENSITY_ROWS_AT_ONCE ? (int)(rows - first) : DENSITY_ROWS_AT_ONCE;
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
        struct tensor *q = density_rows_points(tape, points, first, block, samples, parts->width);
        struct inference inference = infer(model, leaves, q, random);
        for (int b = 0; b < block; b++) {
            long row = first + b;
            if (row % samples == 0) {
                sum = (struct weight_sum){.largest = -INFINITY};
            }
            add_weight(&sum, log_base(&inference, b) - log_encoder(&inference, b));
            out[row / samples] = sum.largest + log(sum.sum / samples);
        }
    }
}

static void sample(const struct model *model, struct model_workspace *workspace, struct random_stream *random,
                   int count, double *points) {
    struct tape *tape = workspace->sequence;
    size_t width = (size_t)((const struct nhf_parts *)model->parts)->width;
    for (int first = 0; first < count; first += DENSITY_ROWS_AT_ONCE) {
        int block = count - first < DENSITY_ROWS_AT_ONCE ? count - first : DENSITY_ROWS_AT_ONCE;
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
        const struct tensor *z =
            carry(model, leaves, true, density_rows_normal(tape, block, 2 * (int)width, random));
        for (size_t i = 0; i < (size_t)block * width; i++) {
            points[(size_t)first * width + i] = (double)z->data[i / width * 2 * width + i % width];
        }
    }
}

static int flows(const void *settings) {
    return ((const struct nhf_settings *)settings)->flows;
}

static void energies(const struct model *model, struct model_workspace *workspace, int index,
                     const double *places, int count, double *potential, double *kinetic) {
    const struct nhf_parts *parts = model->parts;
    const struct flow *flow = &parts->flows[index];
    struct tape *tape = workspace->sequence;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct tensor *x = density_rows_points(tape, places, 0, count, 1, parts->width);
    const struct tensor *v = mlp_apply(&flow->potential, leaves, x);
    const struct tensor *k = mlp_apply(&flow->kinetic, leaves, x);
    double pace = flow->pace < 0 ? 1 : exp((double)leaves[flow->pace]->data[0]);
    for (int i = 0; i < count; i++) {
        potential[i] = pace * (double)v->data[i];
        kinetic[i] = pace * (double)k->data[i];
    }
}

static const struct density_settings *points_of(const void *settings) {
    return settings;
}

/* ---- the kind ---- */

static size_t list_clocks(const char **out, size_t capacity) {
    static const char *const words[] = {LEARNED, FIXED, NULL};
    return field_list_words(words, out, capacity);
}

#define OFFSET(member) offsetof(struct nhf_settings, member)
static const struct field fields[] = {
    DENSITY_ROWS,
    SETTING("flows", FIELD_INTEGER, "16", 1, MAX_FLOWS, NULL, "",
            "Hamiltonians that carry the points one after the other", OFFSET(flows)),
    SETTING("steps", FIELD_INTEGER, "1", 1, 64, NULL, "steps", "leapfrog steps by each of them",
            OFFSET(steps)),
    SETTING("time_step", FIELD_REAL, "0.5", 1e-6, 10, NULL, "", "time of a leapfrog step", OFFSET(time_step)),
    SETTING("clock", FIELD_NAME, LEARNED, 0, 0, list_clocks, "",
            "learned: each flow has a time step of its own, which begins at model.time_step", OFFSET(clock)),
    SETTING("hidden", FIELD_INTEGER, "64", 1, 4096, NULL, "", "width of the hidden layers", OFFSET(hidden)),
    SETTING("hidden_layers", FIELD_INTEGER, "2", 1, MLP_MAX_LAYERS - 1, NULL, "layers",
            "hidden layers of energies and encoder", OFFSET(hidden_layers)),
};

static const char *const smoke[] = {"model.hidden=32", "model.flows=2", "training.batch=64", NULL};
static const char *const quick[] = {"training.steps=10000", "training.batch=256",
                                    "training.learning_rate=0.005", "training.final_rate=0.01", NULL};
static const char *const standard[] = {"model.flows=16",           "model.hidden=128",
                                       "training.batch=256",       "training.learning_rate=0.005",
                                       "training.final_rate=0.01", NULL};
static const char *const paper[] = {"model.flows=8", "model.hidden=128", "training.learning_rate=3e-4", NULL};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

static const struct schema settings_schema = SCHEMA("model", fields, struct nhf_settings, profiles);

static const struct field figures[FIGURES] = {
    [LOSS] = {.name = "loss", .help = "the objective, -ELBO: encoder - base"},
    [BASE] = {.name = "base", .help = "mean log density of the base, where the flow begins"},
    [ENCODER] = {.name = "encoder", .help = "mean log density of the momenta that were drawn"},
};

static const struct model_density density = {
    .points = points_of,
    .log_density = log_density,
    .sample = sample,
    .flows = flows,
    .energies = energies,
};

const struct model_kind nhf_model = {
    .name = "nhf",
    .summary = "Neural Hamiltonian Flow: a density carried by learned Hamiltonians",
    .reference = "Toth et al. 2020 (arXiv 1909.13789), section 3.3",
    .equations =
        "- Base: (q, p) of 2 d numbers, a standard normal.\n"
        "- Flow: for each of `model.flows` Hamiltonians H = K(p) + V(q), two perceptrons with softplus, "
        "`model.steps` steps of leapfrog with dq/dt = dK/dp, dp/dt = -dV/dq. It keeps volumes: the density "
        "of a state is that of the base at the place it came from.\n"
        "- Encoder: p given q is normal, mean and log deviation by two perceptrons with ReLU.\n"
        "- loss = log f(p | q) - log base(flow backward(q, p)) with one draw of p for each point q: minus a "
        "lower bound (ELBO) of log p(q). Backward, the same steps are taken with the time turned round, the "
        "last Hamiltonian first.\n"
        "- Density: log of the mean of base / f over many draws of p. Samples: the flow of draws from the "
        "base, without p.",
    .released =
        "Nothing was released. The paper leaves open the base, the time step, the batch and whether steps "
        "share a Hamiltonian; it says that two steps of leapfrog suffice. Here the base is normal and the "
        "time step of each Hamiltonian is learned with it (`model.clock`). What was tried for "
        "the number of Hamiltonians and steps is in docs/performance.md.",
    .settings = &settings_schema,
    .check = check,
    .declare = declare,
    .figures = figures,
    .figure_count = FIGURES,
    .loss = loss,
    .density = &density,
};
