/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RealNVP (Dinh, Sohl-Dickstein, Bengio, "Density estimation using Real NVP", ICLR 2017), the baseline of the
 * Neural Hamiltonian Flow: a normal density carried by affine couplings, each of which leaves one part of a
 * point as it is and scales and shifts the other by functions of it. The parts take turns.
 */
#include "baselines/realnvp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/layers.h"
#include "engine/ops.h"
#include "engine/profile.h"
#include "models/density/density_rows.h"
#include "models/density/density_settings.h"
#include "support/memory.h"

struct realnvp_settings {
    struct density_settings points;
    int couplings;
    int hidden;
    int hidden_layers;
};

enum { MAX_COUPLINGS = 64 };

/* y_b = x_b exp(s(x_a)) + t(x_a), s = range tanh(net). */
struct coupling {
    struct mlp scale, shift; /* [a] -> [b] */
    int range;               /* index of the parameter [b] */
};

struct realnvp_parts {
    int width; /* d */
    struct coupling couplings[MAX_COUPLINGS];
};

/* Figures of a step. */
enum { LOSS, BASE, DETERMINANT, FIGURES };

/* The numbers of a point that coupling i leaves as they are: its first half in even couplings, the rest in
 * odd ones. */
static int kept_start(int width, int i) {
    return i % 2 == 0 ? 0 : width / 2;
}

static int kept_length(int width, int i) {
    return i % 2 == 0 ? width / 2 : width - width / 2;
}

static void declare(struct model *model) {
    const struct realnvp_settings *s = model->settings;
    struct realnvp_parts *parts = memory_alloc(1, sizeof *parts);
    int d = parts->width = density_settings_width(s);
    for (int i = 0; i < s->couplings; i++) {
        int kept = kept_length(d, i), moved = d - kept;
        struct mlp_shape shape = {kept, s->hidden, s->hidden_layers, moved, ACTIVATION_RELU};
        char name[PARAMETER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "coupling%d.scale", i);
        parts->couplings[i].scale = mlp_declare(model->parameters, name, shape);
        (void)snprintf(name, sizeof name, "coupling%d.range", i);
        parts->couplings[i].range = parameters_add(model->parameters, name, 1, &moved, PARAMETER_ONE);
        (void)snprintf(name, sizeof name, "coupling%d.shift", i);
        parts->couplings[i].shift = mlp_declare(model->parameters, name, shape);
    }
    model->parts = parts;
}

static enum status check(const void *settings) {
    enum status status = density_settings_check(settings);
    if (status == STATUS_OK && density_settings_width(settings) < 2) {
        status = status_fail(STATUS_DATA,
                             "model.coordinates: %s, expected points of at least two numbers: "
                             "realnvp moves one part of a point by the other",
                             ((const struct density_settings *)settings)->coordinates);
    }
    return status;
}

/* ---- the flow ---- */

/* Points on their way, and what the maps so far did to volumes. */
struct carried {
    struct tensor *x;               /* [B][d] */
    struct tensor *log_determinant; /* s of all couplings side by side, [B][..]: its rows sum to it */
};

/* Both parts of x in their order. */
static struct tensor *join(int i, struct tensor *kept, struct tensor *moved) {
    return tensor_concatenate(
        i % 2 == 0 ? (struct tensor *[]){kept, moved} : (struct tensor *[]){moved, kept}, 2, 1);
}

static struct tensor *couple(const struct coupling *coupling, int i, struct tensor *const *leaves,
                             bool forward, struct tensor *x, struct tensor **scale) {
    int d = x->shape[1], start = kept_start(d, i), length = kept_length(d, i);
    struct tensor *kept = tensor_slice(x, 1, start, length);
    struct tensor *moved = tensor_slice(x, 1, start == 0 ? length : 0, d - length);
    struct tensor *net = tensor_tanh(mlp_apply(&coupling->scale, leaves, kept));
    struct tensor *range = tensor_broadcast(leaves[coupling->range], 2, net->shape);
    struct tensor *shift = mlp_apply(&coupling->shift, leaves, kept);
    struct tensor *s = tensor_multiply(net, range);
    if (forward) {
        moved = tensor_add(tensor_multiply(moved, tensor_exp(s)), shift);
    } else {
        s = tensor_scale(s, -1);
        moved = tensor_multiply(tensor_subtract(moved, shift), tensor_exp(s));
    }
    *scale = s;
    return join(i, kept, moved);
}

static struct carried carry(const struct model *model, struct tensor *const *leaves, bool forward,
                            struct tensor *x) {
    const struct realnvp_settings *s = model->settings;
    const struct realnvp_parts *parts = model->parts;
    struct tensor *scales[MAX_COUPLINGS];
    for (int k = 0; k < s->couplings; k++) {
        int i = forward ? k : s->couplings - 1 - k;
        x = couple(&parts->couplings[i], i, leaves, forward, x, &scales[k]);
    }
    return (struct carried){.x = x, .log_determinant = tensor_concatenate(scales, s->couplings, 1)};
}

void realnvp_carry(const struct model *model, struct model_workspace *workspace, bool forward, int count,
                   const real *points, real *out, double *log_determinants) {
    struct tape *tape = workspace->sequence;
    int width = ((const struct realnvp_parts *)model->parts)->width;
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
    struct carried carried = carry(model, leaves, forward, tape_leaf(tape, 2, (int[]){count, width}, points));
    for (int row = 0; row < count; row++) {
        log_determinants[row] = density_rows_sum(carried.log_determinant, row);
    }
    memcpy(out, carried.x->data, carried.x->size * sizeof *out);
}

/* ---- the density ---- */

static void loss(const struct model *model, struct model_workspace *workspace,
                 const struct model_batch *batch, real weight, real *gradient, struct model_step *out) {
    struct tape *tape = workspace->sequence;
    const struct realnvp_parts *parts = model->parts;
    *out = (struct model_step){0};
    const char *outer = profile_enter("flow");
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
    struct tensor *points = tape_constant(tape, 2, (int[]){batch->size, parts->width}, 0);
    density_settings_read(model->settings, batch, points->data);
    struct carried carried = carry(model, leaves, false, points);
    for (int b = 0; b < batch->size; b++) {
        out->figures[BASE] += density_rows_log_normal(carried.x, b) / batch->size;
        out->figures[DETERMINANT] += density_rows_sum(carried.log_determinant, b) / batch->size;
    }
    out->figures[LOSS] = -out->figures[BASE] - out->figures[DETERMINANT];
    if (!isfinite(out->figures[LOSS])) {
        model_name_culprit(tape, out);
    }
    (void)profile_enter("flow, backward");
    real share = weight / (real)batch->size;
    struct tensor *energy = tensor_scale(tensor_sum(tensor_square(carried.x), 0), share / 2);
    (void)tape_backward(tensor_add_scaled(energy, tensor_sum(carried.log_determinant, 0), -share), NULL,
                        NULL);
    (void)profile_enter(outer);
}

static void log_density(const struct model *model, struct model_workspace *workspace, const double *points,
                        int count, int samples, struct random_stream *random, double *out) {
    const struct realnvp_parts *parts = model->parts;
    struct tape *tape = workspace->sequence;
    (void)samples;
    (void)random;
    for (int first = 0; first < count; first += DENSITY_ROWS_AT_ONCE) {
        int block = count - first < DENSITY_ROWS_AT_ONCE ? count - first : DENSITY_ROWS_AT_ONCE;
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
        struct tensor *x = density_rows_points(tape, points, first, block, 1, parts->width);
        struct carried carried = carry(model, leaves, false, x);
        for (int b = 0; b < block; b++) {
            out[first + b] =
                density_rows_log_normal(carried.x, b) + density_rows_sum(carried.log_determinant, b);
        }
    }
}

static void sample(const struct model *model, struct model_workspace *workspace, struct random_stream *random,
                   int count, double *points) {
    const struct realnvp_parts *parts = model->parts;
    struct tape *tape = workspace->sequence;
    for (int first = 0; first < count; first += DENSITY_ROWS_AT_ONCE) {
        int block = count - first < DENSITY_ROWS_AT_ONCE ? count - first : DENSITY_ROWS_AT_ONCE;
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
        struct tensor *x = density_rows_normal(tape, block, parts->width, random);
        const struct tensor *moved = carry(model, leaves, true, x).x;
        for (size_t i = 0; i < moved->size; i++) {
            points[(size_t)first * (size_t)parts->width + i] = (double)moved->data[i];
        }
    }
}

static const struct density_settings *points_of(const void *settings) {
    return settings;
}

/* ---- the kind ---- */

#define OFFSET(member) offsetof(struct realnvp_settings, member)
static const struct field fields[] = {
    DENSITY_ROWS,
    SETTING("couplings", FIELD_INTEGER, "17", 1, MAX_COUPLINGS, NULL, "",
            "affine couplings, one after the other, that move the parts of a point in turn",
            OFFSET(couplings)),
    SETTING("hidden", FIELD_INTEGER, "64", 1, 4096, NULL, "", "width of the hidden layers", OFFSET(hidden)),
    SETTING("hidden_layers", FIELD_INTEGER, "2", 1, MLP_MAX_LAYERS - 1, NULL, "layers",
            "hidden layers of scales and shifts", OFFSET(hidden_layers)),
};

static const char *const smoke[] = {"model.hidden=32", "model.couplings=3", "training.batch=64", NULL};
static const char *const quick[] = {"training.steps=10000",         "training.batch=256",
                                    "training.learning_rate=0.002", "training.final_rate=0.01",
                                    "training.clip_norm=1",         NULL};
static const char *const standard[] = {"model.couplings=17",
                                       "model.hidden=128",
                                       "training.batch=256",
                                       "training.learning_rate=0.002",
                                       "training.final_rate=0.01",
                                       "training.clip_norm=1",
                                       NULL};
static const char *const paper[] = {"model.couplings=9", "model.hidden=128", "training.learning_rate=3e-4",
                                    NULL};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

static const struct schema settings_schema = SCHEMA("model", fields, struct realnvp_settings, profiles);

static const struct field figures[FIGURES] = {
    [LOSS] = {.name = "loss", .help = "the objective, mean -log p: -base - determinant"},
    [BASE] = {.name = "base", .help = "mean log density of the base, where the flow begins"},
    [DETERMINANT] = {.name = "determinant",
                     .help = "mean log determinant of the map from the data to the base"},
};

static const struct model_density density = {
    .points = points_of,
    .log_density = log_density,
    .is_exact = true,
    .sample = sample,
};

const struct model_kind realnvp_model = {
    .name = "realnvp",
    .summary = "RealNVP: a density carried by affine couplings, the baseline of nhf",
    .reference = "Dinh et al. 2017 (arXiv 1605.08803)",
    .equations =
        "- Base: a standard normal of d numbers.\n"
        "- Flow: `model.couplings` affine couplings. One half x_a of a point stays, the other becomes "
        "x_b exp(s(x_a)) + t(x_a), with s = range tanh(perceptron) and t a perceptron, both with ReLU, the "
        "range learned from 1 on; the halves take turns.\n"
        "- loss = -log p(x) = -log base(flow backward(x)) + sum of all s: exact.",
    .released =
        "The paper's model is for images: with convolutions, masks, batch normalisation and several scales. "
        "Here are its couplings alone, and as many of them as make it as large as nhf: one more than "
        "that has flows.",
    .settings = &settings_schema,
    .check = check,
    .declare = declare,
    .figures = figures,
    .figure_count = FIGURES,
    .loss = loss,
    .density = &density,
};
