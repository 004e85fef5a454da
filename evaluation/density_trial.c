/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/density_trial.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "support/interrupt.h"
#include "support/memory.h"

/* Points whose densities are computed by one thread with one stream of random numbers. */
enum { POINTS_AT_ONCE = 16 };

/* Where a known density is below e^-16 of a square unit (all such places together have less than 1e-5 of it),
 * the model's is only drawn: a tenth of the draws is enough for that. */
static const double NEGLIGIBLE = -16;

#define OFFSET(member) offsetof(struct density_trial_settings, member)
static const struct field fields[] = {
    SETTING("density_points", FIELD_INTEGER, "1000", 1, 1e6, NULL, "points",
            "test points of a model of a density, and samples of it", OFFSET(points)),
    SETTING("density_few", FIELD_INTEGER, "100", 1, 1e6, NULL, "draws",
            "draws from which the density of a test point is estimated where it is no closed form",
            OFFSET(few)),
    SETTING("density_many", FIELD_INTEGER, "1000", 1, 1e6, NULL, "draws", "the same, for a closer estimate",
            OFFSET(many)),
    SETTING("density_grid", FIELD_INTEGER, "96", 8, 2000, NULL, "places",
            "places along a side of the grid on which densities of the plane are compared and drawn",
            OFFSET(grid)),
    SETTING("density_grid_draws", FIELD_INTEGER, "100", 1, 1e6, NULL, "draws",
            "draws from which the density at a place of the grid is estimated", OFFSET(grid_samples)),
};

static const char *const smoke[] = {"evaluation.density_points=100",   "evaluation.density_few=4",
                                    "evaluation.density_many=16",      "evaluation.density_grid=24",
                                    "evaluation.density_grid_draws=4", NULL};
static const struct schema_profile profiles[] = {{"smoke", smoke}, {NULL, NULL}};

const struct schema density_trial_schema =
    SCHEMA("evaluation", fields, struct density_trial_settings, profiles);

static const struct model_density *density_of(const struct evaluation_job *job) {
    return job->model->kind->density;
}

/* ---- points ---- */

static enum status place_states(struct density_trial *trial, const struct evaluation_job *job) {
    const struct density_settings *points = density_of(job)->points(job->model->settings);
    enum status status = rollout_place(&trial->places, job, trial->count, 1);
    size_t size = (size_t)dataset_info(job->dataset)->state_size;
    for (int i = 0; i < trial->count && status == STATUS_OK; i++) {
        struct dataset_window place = trial->places.window[i].place;
        const double *states = dataset_states(job->dataset, trial->places.split, place.trajectory);
        density_settings_select(points, states + (size_t)place.start * size,
                                trial->points + (size_t)i * (size_t)trial->width);
    }
    return status;
}

/* Each draw is a run of its own. */
static void draw_targets(struct density_trial *trial, uint64_t seed) {
    trial->places = (struct rollout){.windows = trial->count, .runs = trial->count, .pieces = 1};
    trial->places.window = memory_alloc((size_t)trial->count, sizeof *trial->places.window);
    for (int i = 0; i < trial->count; i++) {
        struct random_stream random = random_stream(seed, "test points", (uint64_t)i, 0);
        trial->target->draw(&random, trial->points + (size_t)i * DENSITY_TARGET_WIDTH);
        trial->places.window[i].run = i;
    }
}

/* ---- log densities ---- */

/* log densities of `count` points by `samples` draws each. What the draws are for keeps their streams apart.
 */
static void judge(const struct evaluation_job *job, int width, const double *points, int count, int samples,
                  const char *purpose, double *out) {
    struct model_workspace **workspaces = memory_alloc((size_t)job->threads, sizeof *workspaces);
    for (int i = 0; i < job->threads; i++) {
        workspaces[i] = model_workspace_create();
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(job->threads)
    for (int first = 0; first < count; first += POINTS_AT_ONCE) {
        struct random_stream random = random_stream(job->window_seed, purpose, (uint64_t)first, 0);
        int block = count - first < POINTS_AT_ONCE ? count - first : POINTS_AT_ONCE;
        if (!interrupt_requested()) {
            density_of(job)->log_density(job->model, workspaces[omp_get_thread_num()],
                                         points + (size_t)first * (size_t)width, block, samples, &random,
                                         out + first);
        }
    }
    for (int i = 0; i < job->threads; i++) {
        model_workspace_free(workspaces[i]);
    }
    free(workspaces);
}

static double *judge_points(const struct density_trial *trial, const struct evaluation_job *job, int samples,
                            const char *purpose) {
    double *out = memory_alloc((size_t)trial->count, sizeof *out);
    judge(job, trial->width, trial->points, trial->count, samples, purpose, out);
    return out;
}

/* ---- the grid ---- */

void density_trial_place(const struct density_grid *grid, int i, double *point) {
    point[0] = grid->low[0] + (i % grid->side + 0.5) * grid->step[0];
    point[1] = grid->low[1] + (i / grid->side + 0.5) * grid->step[1];
}

void density_trial_range(const struct density_trial *trial, int axis, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < trial->count; i++) {
        double value = trial->points[(long)i * trial->width + axis];
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
    double margin = *high > *low ? 0.1 * (*high - *low) : 1;
    *low -= margin;
    *high += margin;
}

static void enclose(struct density_grid *grid, const struct density_trial *trial) {
    for (int axis = 0; axis < 2; axis++) {
        double high;
        density_trial_range(trial, axis, &grid->low[axis], &high);
        grid->step[axis] = (high - grid->low[axis]) / grid->side;
    }
}

/* The cells where the known density is negligible (or not), one after the other: how many. */
static int list_cells(const struct density_grid *grid, bool negligible, int *cells) {
    int count = 0;
    for (int i = 0; i < grid->side * grid->side; i++) {
        if ((grid->target != NULL && grid->target[i] < NEGLIGIBLE) == negligible) {
            cells[count++] = i;
        }
    }
    return count;
}

static void judge_cells(struct density_grid *grid, const struct evaluation_job *job, bool negligible,
                        int samples) {
    size_t size = (size_t)grid->side * (size_t)grid->side;
    int *cells = memory_alloc(size, sizeof *cells);
    double *points = memory_alloc(2 * size, sizeof *points), *logs = memory_alloc(size, sizeof *logs);
    int count = list_cells(grid, negligible, cells);
    for (int i = 0; i < count; i++) {
        density_trial_place(grid, cells[i], points + 2 * (size_t)i);
    }
    judge(job, 2, points, count, samples, negligible ? "grid, negligible" : "grid", logs);
    for (int i = 0; i < count; i++) {
        grid->model[cells[i]] = logs[i];
    }
    free(cells);
    free(points);
    free(logs);
}

static void fill_grid(struct density_trial *trial, const struct evaluation_job *job,
                      const struct density_trial_settings *settings) {
    struct density_grid *grid = &trial->grid;
    grid->side = settings->grid;
    size_t size = (size_t)grid->side * (size_t)grid->side;
    grid->model = memory_alloc(size, sizeof *grid->model);
    if (trial->target == NULL) {
        enclose(grid, trial);
    } else {
        grid->target = memory_alloc(size, sizeof *grid->target);
        for (int axis = 0; axis < 2; axis++) {
            grid->low[axis] = -DENSITY_TARGET_REACH;
            grid->step[axis] = 2.0 * DENSITY_TARGET_REACH / grid->side;
        }
        for (int i = 0; i < grid->side * grid->side; i++) {
            double point[DENSITY_TARGET_WIDTH];
            density_trial_place(grid, i, point);
            grid->target[i] = trial->target->log_density(point);
        }
        judge_cells(grid, job, true, (settings->grid_samples + 9) / 10);
    }
    judge_cells(grid, job, false, settings->grid_samples);
}

/* ---- the whole ---- */

static void draw_samples(struct density_trial *trial, const struct evaluation_job *job) {
    struct model_workspace *workspace = model_workspace_create();
    struct random_stream random = random_stream(job->window_seed, "samples of the model", 0, 0);
    density_of(job)->sample(job->model, workspace, &random, trial->count, trial->samples);
    model_workspace_free(workspace);
}

enum status density_trial_run(struct density_trial *out, const struct evaluation_job *job,
                              const struct density_trial_settings *settings) {
    const struct density_settings *points = density_of(job)->points(job->model->settings);
    *out = (struct density_trial){
        .target = density_settings_target(points),
        .count = settings->points,
        .width = density_settings_width(points),
    };
    size_t size = (size_t)out->count * (size_t)out->width;
    out->points = memory_alloc(size, sizeof *out->points);
    out->samples = memory_alloc(size, sizeof *out->samples);
    if (out->target == NULL) {
        enum status status = place_states(out, job);
        if (status != STATUS_OK) {
            return status;
        }
    } else {
        draw_targets(out, job->window_seed);
    }
    out->places.frames = out->places.reconstruction = 1; /* a point is a window of one frame */
    bool exact = density_of(job)->is_exact;
    out->bound = judge_points(out, job, 1, "bound");
    out->few = judge_points(out, job, exact ? 1 : settings->few, "few draws");
    out->many = judge_points(out, job, exact ? 1 : settings->many, "many draws");
    draw_samples(out, job);
    if (out->width == 2) {
        fill_grid(out, job, settings);
    }
    return interrupt_requested()
               ? status_fail(STATUS_INTERRUPTED, "evaluation interrupted; nothing was written")
               : STATUS_OK;
}

void density_trial_free(struct density_trial *trial) {
    rollout_free(&trial->places);
    free(trial->points);
    free(trial->samples);
    free(trial->bound);
    free(trial->few);
    free(trial->many);
    free(trial->grid.target);
    free(trial->grid.model);
    *trial = (struct density_trial){0};
}
