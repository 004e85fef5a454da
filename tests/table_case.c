/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/table_case.h"

#include <math.h>
#include <stdlib.h>

#include "evaluation/metric.h"
#include "support/file.h"
#include "tests/harness.h"

struct evaluation_figure *table_case_figure(struct table_cell *cell, const char *name) {
    int index = metric_figure_find(name);
    CU_ASSERT_FATAL(index >= 0);
    return &cell->result.figures[index];
}

void table_case_set(struct table_cell *cell, const char *name, double value, double half_width) {
    *table_case_figure(cell, name) =
        (struct evaluation_figure){.value = value, .interval = {value - half_width, value + half_width}};
}

struct table_cell table_case_cell(const char *environment, const char *model, uint64_t seed, double mse) {
    struct table_cell cell = {
        .environment = environment,
        .model = model,
        .seed = seed,
        .steps = 3000,
        .seconds = 61.6,
        .latent = true,
        .result = {.windows = 64, .runs = 64, .history = 4, .reconstruction = 30, .extrapolation = 30},
    };
    for (int f = 0; f < metric_figure_count(); f++) {
        cell.result.figures[f] = (struct evaluation_figure){.value = NAN, .interval = {NAN, NAN}};
    }
    table_case_set(&cell, "reconstruction_mse", mse, 1e-3 * mse);
    table_case_set(&cell, "unseen_mse", mse, 1e-3 * mse);
    table_case_set(&cell, "extrapolation_mse", 2 * mse, 1e-3 * mse);
    table_case_set(&cell, "reconstruction_l2_norm", mse / 400, 1e-3 * mse / 400);
    table_case_set(&cell, "extrapolation_l2_norm", 2 * mse / 400, 1e-3 * mse / 400);
    table_case_set(&cell, "unexplained", mse, 0);
    table_case_set(&cell, "energy_drift", 0.125, 0.001);
    table_case_set(&cell, "energy_drift_floor", 1e-6, 0);
    return cell;
}

struct table_cell table_case_baseline(const char *environment, const char *model, uint64_t seed, double mse) {
    struct table_cell result = table_case_cell(environment, model, seed, mse);
    result.steps = 0;
    result.seconds = 0;
    result.latent = false;
    table_case_figure(&result, "energy_drift")->value = NAN;
    return result;
}

struct table_cell table_case_other(const char *model, const char *name, double value) {
    struct table_cell out = table_case_cell("pendulum", model, 1, NAN);
    for (int f = 0; f < metric_figure_count(); f++) {
        out.result.figures[f] = (struct evaluation_figure){.value = NAN, .interval = {NAN, NAN}};
    }
    table_case_set(&out, name, value, 0.01);
    return out;
}

char *table_case_markdown(const struct table_cell *cells, size_t count) {
    struct text text = {0};
    struct table table = {.title = "Quick", .cells = cells, .count = count};
    table_add_markdown(&text, &table);
    return text.data;
}

char *table_case_read(const char *name) {
    char *path = file_join(test_folder(), name);
    struct text text = {0};
    CU_ASSERT_EQUAL(file_read(&text, path), STATUS_OK);
    free(path);
    return text.data;
}
