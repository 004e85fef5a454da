/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/latent_integrator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/random.h"
#include "support/statistics.h"

enum { SEQUENCES = 16, STEPS = 1000, ORDER_LEVELS = 3, ORDER_FRAMES = 8 };

/* What single precision leaves of a return trip and of an energy. */
static const double RETURN_ROUNDING = 1e-3;
static const double ENERGY_ROUNDING = 1e-4;

static const double MOST_GROWTH = 2.0;
static const double ORDER_MARGIN = 0.5;

/* Differences of end states must be this far above rounding to tell an order. */
static const double CLEAR = 2e-5;

struct latent_check {
    const struct model *model;
    struct model_workspace *workspace;
    int width;  /* D */
    int window; /* frames there and back, at most STEPS */
    real *start;
    real *states;   /* [SEQUENCES][STEPS + 1][D] */
    real *energies; /* [SEQUENCES][STEPS + 1] */
};

/* The states after `steps` steps of `factor` frames each, from `start`; both [SEQUENCES][D]. */
static void follow(struct latent_check *check, double factor, int steps, const real *start, real *end) {
    const struct model_latent *latent = check->model->kind->latent;
    struct model_clock clock = latent->clock(check->model->settings);
    clock.frame *= factor;
    size_t width = (size_t)check->width;
    latent->unroll(check->model, check->workspace, &clock, start, SEQUENCES, steps, check->states, NULL);
    for (size_t i = 0; i < SEQUENCES; i++) {
        memcpy(end + i * width, check->states + (i * (size_t)(steps + 1) + (size_t)steps) * width,
               width * sizeof *end);
    }
}

static double norm_of_difference(const real *a, const real *b, int width) {
    double sum = 0.0;
    for (int i = 0; i < width; i++) {
        double difference = (double)a[i] - (b == NULL ? 0.0 : (double)b[i]);
        sum += difference * difference;
    }
    return sqrt(sum);
}

/* Of the finite ones; nan when there are none. */
static double median(double *values, size_t count) {
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            values[finite++] = values[i];
        }
    }
    return statistics_median(values, finite);
}

static void measure_return(struct latent_check *check, struct latent_integrator *out) {
    size_t values = (size_t)(SEQUENCES * check->width);
    int window = check->window;
    real *end = memory_alloc(values, sizeof *end), *back = memory_alloc(values, sizeof *back);
    double errors[SEQUENCES];
    follow(check, 1.0, window, check->start, end);
    follow(check, -1.0, window, end, back);
    for (int i = 0; i < SEQUENCES; i++) {
        const real *start = check->start + i * check->width;
        errors[i] = norm_of_difference(back + i * check->width, start, check->width) /
                    norm_of_difference(start, NULL, check->width);
    }
    out->return_error = median(errors, SEQUENCES);
    free(end);
    free(back);
}

/* Ends of the same time with halved steps: |z_1 - z_2| / |z_2 - z_4| = 2^order. */
static void measure_order(struct latent_check *check, struct latent_integrator *out) {
    size_t values = (size_t)(SEQUENCES * check->width);
    real *ends[ORDER_LEVELS];
    double orders[SEQUENCES];
    for (int level = 0; level < ORDER_LEVELS; level++) {
        ends[level] = memory_alloc(values, sizeof **ends);
        follow(check, 1.0 / (1 << level), ORDER_FRAMES << level, check->start, ends[level]);
    }
    for (int i = 0; i < SEQUENCES; i++) {
        int at = i * check->width;
        double size = norm_of_difference(ends[2] + at, NULL, check->width);
        double coarse = norm_of_difference(ends[0] + at, ends[1] + at, check->width);
        double fine = norm_of_difference(ends[1] + at, ends[2] + at, check->width);
        orders[i] = fine > CLEAR * size ? log2(coarse / fine) : NAN;
    }
    out->order = median(orders, SEQUENCES);
    for (int level = 0; level < ORDER_LEVELS; level++) {
        free(ends[level]);
    }
}

/* Standard deviation of the energies at the start: what an energy error is to be compared with. */
static double spread(const real *energies) {
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < SEQUENCES; i++) {
        double energy = (double)energies[(size_t)i * (STEPS + 1)];
        sum += energy / SEQUENCES;
        squares += energy * energy / SEQUENCES;
    }
    return sqrt(fmax(squares - sum * sum, 0.0)) + 1e-12;
}

static double worst_error(const real *energies, int from, int until) {
    double worst = 0.0;
    for (int t = from; t <= until; t++) {
        double error = fabs((double)energies[t] - (double)energies[0]);
        worst = error <= worst ? worst : error; /* a nan must stay */
    }
    return worst;
}

static void measure_energy(struct latent_check *check, struct latent_integrator *out) {
    double early[SEQUENCES], late[SEQUENCES];
    const struct model_latent *latent = check->model->kind->latent;
    struct model_clock clock = latent->clock(check->model->settings);
    latent->unroll(check->model, check->workspace, &clock, check->start, SEQUENCES, STEPS, check->states,
                   check->energies);
    double scale = spread(check->energies);
    for (int i = 0; i < SEQUENCES; i++) {
        const real *energies = check->energies + (size_t)i * (STEPS + 1);
        early[i] = worst_error(energies, 0, STEPS / 10) / scale;
        late[i] = worst_error(energies, STEPS - STEPS / 10, STEPS) / scale;
        out->lost += !isfinite(early[i]) || !isfinite(late[i]);
    }
    out->energy_early = median(early, SEQUENCES);
    out->energy_late = median(late, SEQUENCES);
}

static void judge(struct latent_integrator *out) {
    const struct integrator *integrator = out->integrator;
    out->returns = !integrator->reversible || out->return_error <= RETURN_ROUNDING;
    out->bounded = !integrator->symplectic || out->energy_late <= MOST_GROWTH * out->energy_early ||
                   out->energy_late <= ENERGY_ROUNDING;
    out->has_order = isnan(out->order) || fabs(out->order - integrator->order) <= ORDER_MARGIN;
    out->passed = out->returns && out->bounded && out->has_order && out->lost == 0;
}

enum status latent_integrator_check(struct latent_integrator *out, const struct model *model) {
    const struct model_kind *kind = model->kind;
    struct model_clock clock = {0};
    if (kind->latent != NULL && kind->latent->has_energy) {
        clock = kind->latent->clock(model->settings);
    }
    const struct integrator *integrator = clock.integrator;
    if (integrator == NULL) {
        return status_fail(STATUS_DATA, "%s has no latent Hamiltonian that an integrator follows",
                           kind->name);
    }
    int width = kind->latent->width(model->settings);
    int frames = kind->video == NULL ? STEPS : kind->video->plan(model->settings).length;
    struct latent_check check = {
        .model = model,
        .workspace = model_workspace_create(),
        .width = width,
        .window = frames < STEPS ? frames : STEPS,
        .start = memory_alloc((size_t)(SEQUENCES * width), sizeof(real)),
        .states = memory_alloc((size_t)SEQUENCES * (STEPS + 1) * (size_t)width, sizeof(real)),
        .energies = memory_alloc((size_t)SEQUENCES * (STEPS + 1), sizeof(real)),
    };
    struct random_stream random = random_stream(0, "latent_integrator", 0, 0);
    for (int i = 0; i < SEQUENCES * width; i++) {
        check.start[i] = (real)random_normal(&random);
    }
    *out = (struct latent_integrator){
        .integrator = integrator,
        .step = clock.frame,
        .sequences = SEQUENCES,
        .steps = STEPS,
    };
    measure_return(&check, out);
    measure_order(&check, out);
    measure_energy(&check, out);
    judge(out);
    free(check.start);
    free(check.states);
    free(check.energies);
    model_workspace_free(check.workspace);
    return STATUS_OK;
}
