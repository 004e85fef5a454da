/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/run_forecast.h"

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "drawing/markdown.h"
#include "experiments/cell_cost.h"
#include "experiments/data_file.h"
#include "experiments/scratch.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/timer.h"

void run_forecast_clear(struct run_forecast *forecast) {
    run_outcome_clear(&forecast->survey);
    free(forecast->cells);
    free(forecast->data);
    *forecast = (struct run_forecast){0};
}

/* ---- measuring ---- */

static double image_bytes(const struct dataset_settings *settings) {
    return ((double)settings->train + settings->test + settings->validation) * settings->frames *
           IMAGE_VALUES;
}

static enum status measure_data(struct run_forecast_data *out, const struct cell *cell,
                                struct cell_cost *cost, const struct run_request *request) {
    const struct dataset_settings *settings = settings_dataset(&cell->settings);
    double bytes = image_bytes(settings);
    enum status status = STATUS_OK;
    out->needed = true;
    out->memory = fmin(bytes, (double)DATASET_IMAGE_MEMORY);
    out->reading = bytes <= (double)DATASET_IMAGE_MEMORY ? cell_cost_reading(cost, bytes) : 0.0;
    if (cell->generated && !file_exists(cell->data_file)) {
        struct forecast forecast;
        status = data_file_forecast(&forecast, cell->environment, settings, &request->effort);
        out->making = status == STATUS_OK ? forecast.seconds : 0.0;
        out->bytes = status == STATUS_OK ? forecast.bytes : 0.0;
    }
    return status;
}

static enum status measure_cell(struct run_forecast *out, size_t i, struct cell_cost *cost,
                                const struct run_request *request) {
    const struct cell *cell = &out->survey.cells[i];
    struct run_forecast_cell *forecast = &out->cells[i];
    struct run_forecast_data *data = &out->data[forecast->environment];
    if (interrupt_requested()) {
        return status_fail(STATUS_INTERRUPTED, "interrupted; nothing was run");
    }
    forecast->left = true;
    enum status status =
        cell_cost_of(cost, cell, &forecast->training, &forecast->evaluation, &forecast->bytes);
    return status == STATUS_OK && !data->needed ? measure_data(data, cell, cost, request) : status;
}

static double peak_memory(const struct run_forecast *forecast) {
    struct rusage usage = {0};
    double data = 0.0;
    for (size_t e = 0; e < forecast->environments; e++) {
        data = fmax(data, forecast->data[e].memory);
    }
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024.0 + data; /* Linux counts in KiB */
}

enum status run_forecast_make(struct run_forecast *out, const struct run_request *request) {
    *out = (struct run_forecast){0};
    double begun = timer_now();
    struct cell_cost *cost = NULL;
    enum status status = experiment_survey(request, &out->survey);
    if (status == STATUS_OK) {
        status = cell_cost_begin(&cost, &request->effort);
    }
    if (status != STATUS_OK) {
        return status;
    }
    out->cells = memory_alloc(out->survey.requested + 1, sizeof *out->cells);
    out->environments = request->experiment->environment_count;
    out->data = memory_alloc(out->environments, sizeof *out->data);
    for (size_t i = 0; i < out->survey.requested && status == STATUS_OK; i++) {
        out->cells[i].environment = out->survey.cells[i].row / request->experiment->variant_count;
        if (out->survey.results[i].status != STATUS_OK) {
            status = measure_cell(out, i, cost, request);
        }
    }
    out->memory = peak_memory(out);
    cell_cost_end(cost);
    out->spent = timer_now() - begun;
    return status;
}

/* ---- sums ---- */

static double cell_seconds(const struct run_forecast_cell *cell) {
    return cell->training + cell->evaluation;
}

/* Of what is left: seconds and bytes of cells, and of the datasets that they need. */
static void add_up(const struct run_forecast *forecast, const bool *chosen, double *seconds, double *bytes) {
    bool *counted = memory_alloc(forecast->environments, sizeof *counted);
    *seconds = *bytes = 0.0;
    for (size_t i = 0; i < forecast->survey.requested; i++) {
        const struct run_forecast_cell *cell = &forecast->cells[i];
        if (!cell->left || (chosen != NULL && !chosen[i])) {
            continue;
        }
        const struct run_forecast_data *data = &forecast->data[cell->environment];
        *seconds += cell_seconds(cell) + (counted[cell->environment] ? 0.0 : data->making + data->reading);
        *bytes += cell->bytes + (counted[cell->environment] ? 0.0 : data->bytes);
        counted[cell->environment] = true;
    }
    free(counted);
}

double run_forecast_seconds(const struct run_forecast *forecast, const bool *chosen) {
    double seconds, bytes;
    add_up(forecast, chosen, &seconds, &bytes);
    return seconds;
}

/* ---- a part that fits ---- */

struct candidate {
    size_t index;
    size_t turn; /* 0: the first seed of its row that is left */
    double seconds;
};

static int compare_candidates(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    if (a->turn != b->turn) {
        return a->turn < b->turn ? -1 : 1;
    }
    if (a->seconds != b->seconds) {
        return a->seconds < b->seconds ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

/* The cells in the order in which they are taken; returns how many are left. */
static size_t line_up(struct candidate *out, const struct run_forecast *forecast) {
    const struct cell *cells = forecast->survey.cells;
    size_t count = 0, turn = 0;
    for (size_t i = 0; i < forecast->survey.requested; i++) {
        turn = i > 0 && cells[i].row == cells[i - 1].row ? turn + 1 : 0;
        if (forecast->cells[i].left) {
            out[count++] = (struct candidate){i, turn, cell_seconds(&forecast->cells[i])};
        }
    }
    qsort(out, count, sizeof *out, compare_candidates);
    return count;
}

size_t run_forecast_choose(bool *chosen, const struct run_forecast *forecast, double budget) {
    size_t requested = forecast->survey.requested, left_out = 0;
    struct candidate *line = memory_alloc(requested + 1, sizeof *line);
    bool *brought = memory_alloc(forecast->environments, sizeof *brought);
    size_t count = line_up(line, forecast);
    for (size_t i = 0; i < requested; i++) {
        chosen[i] = !forecast->cells[i].left;
    }
    for (size_t i = 0; i < count; i++) {
        size_t environment = forecast->cells[line[i].index].environment;
        const struct run_forecast_data *data = &forecast->data[environment];
        double price = line[i].seconds + (brought[environment] ? 0.0 : data->making + data->reading);
        if (price <= budget) {
            budget -= price;
            brought[environment] = true;
            chosen[line[i].index] = true;
        } else {
            left_out++;
        }
    }
    free(brought);
    free(line);
    return left_out;
}

/* ---- for people ---- */

static char *format_seconds(double seconds) {
    struct text text = {0};
    text_add_seconds(&text, seconds);
    return text.data;
}

static char *format_bytes(double bytes) {
    struct text text = {0};
    forecast_add_bytes(&text, bytes);
    return text.data;
}

static void add_entries(struct markdown *table, const char *environment, const char *model, size_t cells,
                        double seconds, double bytes) {
    markdown_add(table, memory_copy_string(environment));
    markdown_add(table, memory_copy_string(model));
    markdown_add(table, cells == 0 ? memory_copy_string("-") : text_format("%zu", cells));
    markdown_add(table, format_seconds(seconds));
    markdown_add(table, format_bytes(bytes));
}

/* The row that begins with cell `first`; returns where the next one begins. */
static size_t add_row(struct markdown *table, const struct run_forecast *forecast, size_t first) {
    const struct cell *cells = forecast->survey.cells;
    double seconds = 0.0, bytes = 0.0;
    size_t left = 0, i = first;
    for (; i < forecast->survey.requested && cells[i].row == cells[first].row; i++) {
        if (forecast->cells[i].left) {
            seconds += cell_seconds(&forecast->cells[i]);
            bytes += forecast->cells[i].bytes;
            left++;
        }
    }
    if (left > 0) {
        add_entries(table, cells[first].environment->name, cells[first].variant, left, seconds, bytes);
    }
    return i;
}

/* What an environment's dataset takes before its first cell. */
static void add_data(struct markdown *table, const struct run_forecast *forecast, size_t first) {
    size_t environment = forecast->cells[first].environment;
    const struct run_forecast_data *data = &forecast->data[environment];
    bool begins = first == 0 || forecast->cells[first - 1].environment != environment;
    if (begins && data->needed) {
        add_entries(table, forecast->survey.cells[first].environment->name, "(dataset)", 0,
                    data->making + data->reading, data->bytes);
    }
}

static size_t count_left(const struct run_forecast *forecast) {
    size_t left = 0;
    for (size_t i = 0; i < forecast->survey.requested; i++) {
        left += forecast->cells[i].left;
    }
    return left;
}

void run_forecast_format(struct text *out, const struct run_forecast *forecast) {
    static const char *const titles[] = {"environment", "model", "cells left", "time", "disk"};
    struct markdown table = {.columns = sizeof titles / sizeof *titles, .left = 2};
    double seconds, bytes;
    for (size_t c = 0; c < table.columns; c++) {
        markdown_add(&table, memory_copy_string(titles[c]));
    }
    for (size_t i = 0; i < forecast->survey.requested;) {
        add_data(&table, forecast, i);
        i = add_row(&table, forecast, i);
    }
    add_up(forecast, NULL, &seconds, &bytes);
    add_entries(&table, "all", "", count_left(forecast), seconds, bytes);
    markdown_format(out, &table);
    markdown_clear(&table);
    char *memory = format_bytes(forecast->memory), *spent = format_seconds(forecast->spent);
    text_add(out, "\n%zu of %zu cells are done. Memory: about %s. Measured in %s; nothing was run.\n",
             forecast->survey.requested - count_left(forecast), forecast->survey.requested, memory, spent);
    free(memory);
    free(spent);
}
