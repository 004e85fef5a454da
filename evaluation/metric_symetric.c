/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SyMetric of the latent trajectories from the origin of the windows on, five windows at a time: the
 * published score, and variants that mend what it cannot see (evaluation/symetric.h).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "evaluation/polynomial.h"
#include "evaluation/symetric.h"
#include "simulators/simulator.h"
#include "support/memory.h"

struct symetric_settings {
    int batches;
    int order;
};

enum { SYMETRIC, R2, SYM, ORDER, KEPT, HELD_OUT, STRICT, COMMON, REDUCED, ROWS };

/* ---- one batch ---- */

struct windows_of_batch {
    const struct rollout *rollout;
    int first, count; /* windows */
    int states;
};

/* The latents `kept` [n] of the batch, [count * states][n]. */
static double *latents_of(const struct windows_of_batch *batch, const int *kept, int n) {
    const struct rollout *rollout = batch->rollout;
    double *z = memory_alloc((size_t)(batch->count * batch->states * n), sizeof *z);
    for (int row = 0; row < batch->count * batch->states; row++) {
        size_t window = (size_t)(batch->first + row / batch->states);
        size_t frame = window * (size_t)rollout->frames + (size_t)(row % batch->states);
        for (int j = 0; j < n; j++) {
            z[row * n + j] =
                (double)rollout->latents[frame * (size_t)rollout->latent_width + (size_t)kept[j]];
        }
    }
    return z;
}

/* The true numbers of the state that are listed, [count * states][n]; all where the list is NULL. */
static double *truth_of(const struct windows_of_batch *batch, const int *listed, int n) {
    const struct rollout *rollout = batch->rollout;
    double *x = memory_alloc((size_t)(batch->count * batch->states * n), sizeof *x);
    for (int row = 0; row < batch->count * batch->states; row++) {
        size_t window = (size_t)(batch->first + row / batch->states);
        size_t frame = window * (size_t)rollout->frames + (size_t)(row % batch->states);
        for (int j = 0; j < n; j++) {
            int at = listed == NULL ? j : listed[j];
            x[row * n + j] = rollout->states[frame * (size_t)rollout->state_size + (size_t)at];
        }
    }
    return x;
}

/* Which latents take part. */
static int keep(const struct windows_of_batch *batch, int *kept) {
    const struct rollout *rollout = batch->rollout;
    int n = rollout->latent_width;
    const real *variances = rollout->latent_variance + (size_t)batch->first * (size_t)n;
    double *numbers = memory_alloc((size_t)(batch->count * n), sizeof *numbers);
    for (int i = 0; i < batch->count * n; i++) {
        numbers[i] = isnan(variances[i]) ? 0 : (double)variances[i]; /* all, where there is no posterior */
    }
    int count = symetric_informative(numbers, batch->count, n, kept);
    free(numbers);
    return count;
}

/* The figures of one batch, [ROWS]. */
static void judge_batch(const struct windows_of_batch *windows, int index, int order, double *out) {
    const struct rollout *rollout = windows->rollout;
    const struct dynamics *dynamics = rollout->simulator->dynamics;
    int *kept = memory_alloc((size_t)rollout->latent_width, sizeof *kept);
    int n = keep(windows, kept);
    double *z = latents_of(windows, kept, n), *x = truth_of(windows, NULL, rollout->state_size);
    const struct symetric_batch published = {.trajectories = windows->count,
                                             .states = windows->states,
                                             .z = z,
                                             .latents = n,
                                             .x = x,
                                             .coordinates = rollout->state_size,
                                             .max_order = order,
                                             .random = random_stream(0, "symetric", (uint64_t)index, 0)};
    struct symetric_score score = symetric_judge(&published);
    out[SYMETRIC] = score.passes;
    out[R2] = score.r2;
    out[HELD_OUT] = score.r2_held_out;
    out[SYM] = score.sym;
    out[STRICT] = score.strict;
    out[ORDER] = score.order;
    out[KEPT] = n;
    out[COMMON] = score.sym_common;
    double *independent = NULL;
    if (dynamics->independent != NULL) {
        struct symetric_batch reduced = published;
        independent = truth_of(windows, dynamics->independent, dynamics->independent_count);
        reduced.x = independent;
        reduced.coordinates = dynamics->independent_count;
        score = symetric_judge(&reduced);
    }
    out[REDUCED] = score.sym;
    free(kept);
    free(z);
    free(x);
    free(independent);
}

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    const struct symetric_settings *s = settings;
    if (rollout->latents == NULL || rollout->latent_width % 2 != 0 || rollout->state_size % 2 != 0) {
        return;
    }
    int trajectories = rollout->windows < SYMETRIC_TRAJECTORIES ? rollout->windows : SYMETRIC_TRAJECTORIES;
    int states = rollout->frames < SYMETRIC_STATES ? rollout->frames : SYMETRIC_STATES;
    int most = rollout->set == TEST_SET_OWN ? s->batches : 1;
    int batches = rollout->windows / trajectories < most ? rollout->windows / trajectories : most;
    if (states < 2) {
        return;
    }
    double *figures = memory_alloc((size_t)(batches * ROWS), sizeof *figures);
#pragma omp parallel for schedule(dynamic) num_threads(rollout->threads > 0 ? rollout->threads : 1)
    for (int i = 0; i < batches; i++) {
        struct windows_of_batch windows = {
            .rollout = rollout, .first = i * trajectories, .count = trajectories, .states = states};
        judge_batch(&windows, i, s->order, figures + i * ROWS);
    }
    for (int row = 0; row < ROWS; row++) {
        double sum = 0;
        for (int i = 0; i < batches; i++) {
            sum += figures[i * ROWS + row];
        }
        out->figures[row] = sum / batches;
    }
    free(figures);
    if (trajectories < SYMETRIC_TRAJECTORIES || states < SYMETRIC_STATES) {
        lines_add(out->notes, "symetric: from %d trajectories of %d states at a time, %d of %d are published",
                  trajectories, states, SYMETRIC_TRAJECTORIES, SYMETRIC_STATES);
    }
}

#define OFFSET(member) offsetof(struct symetric_settings, member)
static const struct field fields[] = {
    SETTING("symetric_batches", FIELD_INTEGER, "4", 1, 1000, NULL, "",
            "SyMetric is the mean over so many batches of five windows, or as many as there are; of other "
            "test sets "
            "it is that of one batch",
            OFFSET(batches)),
    SETTING("symetric_order", FIELD_INTEGER, "3", 1, POLYNOMIAL_MAX_ORDER, NULL, "",
            "polynomials from latents to true states have at most this order", OFFSET(order)),
};
static const char *const smoke[] = {"evaluation.symetric_batches=1", "evaluation.symetric_order=2", NULL};
static const char *const paper[] = {"evaluation.symetric_batches=20", "evaluation.symetric_order=5", NULL};
static const struct schema_profile profiles[] = {{"smoke", smoke}, {"paper", paper}, {NULL, NULL}};
static const struct schema settings_schema = SCHEMA("evaluation", fields, struct symetric_settings, profiles);

#define ROW(NAME, TITLE, BETTER, FORMAT, HELP)                                                               \
    {                                                                                                        \
        .name = (NAME), .title = (TITLE), .unit = "", .better = (BETTER), .format = (FORMAT),                \
        .help = HELP ", mean over the batches"                                                               \
    }
static const struct field rows[ROWS] = {
    [SYMETRIC] =
        ROW("symetric", "SyMetric", FIELD_HIGHER, "%.2f",
            "1 where a polynomial of the latents explains the true states (R2 > 0.9) and is symplectic "
            "(Sym < 0.05), otherwise 0"),
    [R2] =
        ROW("symetric_r2", "SyMetric R2", FIELD_HIGHER, "%.3f",
            "part of the true states' variance that the polynomial explains, of the states it was fitted to"),
    [HELD_OUT] =
        ROW("symetric_r2_held_out", "held-out R2", FIELD_HIGHER, "%.3f",
            "the same, with each trajectory explained by a polynomial that was fitted to the others"),
    [SYM] = ROW("symetric_sym", "Sym", FIELD_LOWER, "%.3f",
                "how far the polynomial is from symplectic up to one factor; 0: not at all"),
    [STRICT] = ROW("symetric_strict", "strict Sym", FIELD_LOWER, "%.3f",
                   "the same by a score that maps which are only orthogonal do not pass"),
    [COMMON] = ROW("symetric_common_sym", "common-scale Sym", FIELD_LOWER, "%.3f",
                   "Sym of the same map with one unit for all positions and one for all momenta"),
    [REDUCED] =
        ROW("symetric_reduced_sym", "reduced Sym", FIELD_LOWER, "%.3f",
            "Sym of the numbers of a state that determine the others; games have fewer than are stored"),
    [ORDER] = ROW("symetric_order", "SyMetric order", FIELD_NEUTRAL, "%.1f", "order of the polynomial"),
    [KEPT] = ROW("symetric_latents", "informative latents", FIELD_NEUTRAL, "%.1f",
                 "latents that took part: those in whose pair the posterior has a variance below 0.5"),
};

const struct metric symetric_metric = {
    .name = "symetric",
    .version = 2,
    .summary =
        "is there a symplectic polynomial map from the latents to the true states (Higgins et al. 2021)",
    .rows = rows,
    .row_count = ROWS,
    .settings = &settings_schema,
    .needs = ROLLOUT_STATES | ROLLOUT_LATENTS,
    .compute = compute,
};
