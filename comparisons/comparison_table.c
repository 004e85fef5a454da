/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/comparison_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparisons/analysis.h"
#include "comparisons/verdict.h"
#include "drawing/markdown.h"
#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"

/* A row of a table: a contender on one problem over one horizon. */
struct row {
    struct analysis_ladder ladder;
    const struct measurement *cell; /* at about equal work; NULL when no run went through */
    size_t rung;
};

/* ---- work that an accuracy needs ---- */

static char *format_work(struct analysis_work work, const char *format) {
    if (isnan(work.value)) {
        return memory_copy_string("-");
    }
    struct text out = {0};
    text_add(&out, work.at_most ? "≤ " : "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    text_add(&out, format, work.value);
#pragma GCC diagnostic pop
    return out.data;
}

/* The measures that work is asked for. */
static const struct demand {
    const char *error_name;
    double (*error)(const struct measurement *);
    const char *cost_name;
    double (*cost)(const struct measurement *);
    const char *format;
} demands[] = {
    {"state", analysis_state_error, "evaluations", analysis_evaluations, "%.2e"},
    {"state", analysis_state_error, "s", analysis_seconds, "%.2e"},
    {"energy", analysis_energy_error, "evaluations", analysis_evaluations, "%.2e"},
};
enum { DEMANDS = sizeof demands / sizeof *demands };

static bool is_asked(const struct outcome *outcome, size_t problem, size_t horizon,
                     const struct demand *demand, double accuracy) {
    if (demand->error == analysis_state_error) {
        return analysis_resolves(outcome, problem, horizon, accuracy);
    }
    return outcome->comparison->problems[problem]->system.not_hamiltonian == NULL;
}

static void add_work_table(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon) {
    const struct comparison *comparison = outcome->comparison;
    struct markdown table = {.columns = 1, .left = 1};
    for (size_t i = 0; i < DEMANDS * comparison->accuracies.count; i++) {
        table.columns += is_asked(outcome, problem, horizon, &demands[i / comparison->accuracies.count],
                                  comparison->accuracies.values[i % comparison->accuracies.count]);
    }
    for (size_t c = 0; c <= comparison->contender_count; c++) { /* the first row holds the titles */
        struct analysis_ladder ladder = {outcome, problem, c - 1, horizon};
        markdown_add(&table, memory_copy_string(c == 0 ? "integrator" : comparison->contenders[c - 1].label));
        for (size_t i = 0; i < DEMANDS * comparison->accuracies.count; i++) {
            const struct demand *demand = &demands[i / comparison->accuracies.count];
            double accuracy = comparison->accuracies.values[i % comparison->accuracies.count];
            if (!is_asked(outcome, problem, horizon, demand, accuracy)) {
                continue;
            }
            markdown_add(&table,
                         c == 0 ? text_format("%s %g: %s", demand->error_name, accuracy, demand->cost_name)
                                : format_work(analysis_work(&ladder, accuracy, demand->error, demand->cost),
                                              demand->format));
        }
    }
    markdown_format(out, &table);
    markdown_clear(&table);
}

/* ---- all figures at about equal work ---- */

static void add_order(struct text *out, const struct row *row) {
    int order = row->ladder.outcome->comparison->contenders[row->ladder.contender].integrator->order;
    text_add(out, order > 0 ? "%d" : "varies", order);
}

static void add_rung(struct text *out, const struct row *row) {
    const struct comparison *comparison = row->ladder.outcome->comparison;
    double rung = comparison_ladder(comparison, row->ladder.contender)->values[row->rung];
    if (row->cell != NULL) {
        text_add(out, comparison->contenders[row->ladder.contender].by_tolerance ? "tol %g" : "%g / period",
                 rung);
    }
}

static void add_growth(struct text *out, const struct row *row) {
    if (row->cell == NULL || isnan(row->cell->energy_error)) {
        return;
    }
    text_add(out, "%s", measurement_drift_name(row->cell));
    if (isfinite(row->cell->drift.slope)) {
        text_add(out, " (");
        measurement_add_slope(out, row->cell->drift.slope);
        text_add(out, " ± %.2f)", row->cell->drift.error);
    }
}

/* A column: a number of the cell, or a text. Columns that stay empty are left out. */
static const struct column {
    const char *title;
    size_t offset; /* of the number */
    const char *format;
    void (*add)(struct text *out, const struct row *row); /* instead of a number */
} columns[] = {
    {"order", 0, NULL, add_order},
    {"ladder", 0, NULL, add_rung},
    {"evaluations", offsetof(struct measurement, evaluations), "%.2e", NULL},
    {"time / s", offsetof(struct measurement, seconds), "%.2e", NULL},
    {"state error", offsetof(struct measurement, state_error), "%.1e", NULL},
    {"phase error / rad", offsetof(struct measurement, phase_error), "%+.1e", NULL},
    {"energy error", offsetof(struct measurement, energy_error), "%.1e", NULL},
    {"its growth (slope)", 0, NULL, add_growth},
    {"momentum error", offsetof(struct measurement, momentum_error), "%.1e", NULL},
    {"angular momentum error", offsetof(struct measurement, angular_momentum_error), "%.1e", NULL},
    {"there and back", offsetof(struct measurement, return_error), "%.1e", NULL},
    {"symplecticity defect", offsetof(struct measurement, symplecticity_defect), "%.1e", NULL},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* "" where there is nothing to say. */
static char *format_entry(const struct row *row, const struct column *column) {
    struct text out = {0};
    text_add(&out, "%s", "");
    if (column->add != NULL) {
        column->add(&out, row);
    } else if (row->cell != NULL) {
        const void *member = (const char *)row->cell + column->offset;
        double value = *(const double *)member;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if (!isnan(value)) {
            text_add(&out, column->format, value);
        }
#pragma GCC diagnostic pop
    }
    return out.data;
}

static struct row make_row(const struct outcome *outcome, size_t problem, size_t contender, size_t horizon) {
    struct row row = {.ladder = {outcome, problem, contender, horizon}};
    row.cell = analysis_equal_work(&row.ladder, &row.rung);
    return row;
}

static bool is_used(const struct outcome *outcome, size_t problem, size_t horizon,
                    const struct column *column) {
    bool used = false;
    for (size_t i = 0; i < outcome->comparison->contender_count && !used; i++) {
        struct row row = make_row(outcome, problem, i, horizon);
        char *entry = format_entry(&row, column);
        used = *entry != '\0';
        free(entry);
    }
    return used;
}

/* "`rk4`", or "`rk4`: not applicable" */
static char *format_label(const struct row *row) {
    const char *label = row->ladder.outcome->comparison->contenders[row->ladder.contender].label;
    const char *reason;
    enum measurement_state state = analysis_state(&row->ladder, &reason);
    return state == MEASUREMENT_DONE ? memory_copy_string(label)
                                     : text_format("%s: %s", label, measurement_state_name(state));
}

static void add_figure_table(struct text *out, const struct outcome *outcome, size_t problem,
                             size_t horizon) {
    bool used[COLUMNS];
    struct markdown table = {.columns = 1, .left = 1};
    markdown_add(&table, memory_copy_string("integrator"));
    for (size_t i = 0; i < COLUMNS; i++) {
        used[i] = is_used(outcome, problem, horizon, &columns[i]);
        if (used[i]) {
            table.columns++;
            markdown_add(&table, memory_copy_string(columns[i].title));
        }
    }
    for (size_t c = 0; c < outcome->comparison->contender_count; c++) {
        struct row row = make_row(outcome, problem, c, horizon);
        markdown_add(&table, format_label(&row));
        for (size_t i = 0; i < COLUMNS; i++) {
            if (used[i]) {
                markdown_add(&table, format_entry(&row, &columns[i]));
            }
        }
    }
    markdown_format(out, &table);
    markdown_clear(&table);
}

void comparison_table_add(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon) {
    const struct comparison *comparison = outcome->comparison;
    text_add(out, "#### %s, %g periods\n\n", comparison->problems[problem]->name,
             comparison->horizons.values[horizon]);
    text_add(out, "Work at which the error of the state, and the energy error, fall to an accuracy:\n\n");
    add_work_table(out, outcome, problem, horizon);
    text_add(out, "\nAt about %g evaluations per period:\n\n", comparison->settings.drift_work);
    add_figure_table(out, outcome, problem, horizon);
    text_add(out, "\n");
}

/* ---- files ---- */

static void add_markdown(struct text *out, const struct outcome *outcome) {
    const struct comparison *comparison = outcome->comparison;
    markdown_add_heading(out, 2, comparison->title);
    for (size_t p = 0; p < comparison->problem_count; p++) {
        for (size_t h = 0; h < comparison->horizons.count; h++) {
            comparison_table_add(out, outcome, p, h);
        }
    }
}

static void add_verdict(struct text *out, const struct outcome *outcome) {
    markdown_add_heading(out, 2, outcome->comparison->title);
    verdict_add_markdown(out, outcome);
}

static void add_csv_cell(struct text *out, const struct outcome *outcome, struct measurement_place place) {
    const struct comparison *comparison = outcome->comparison;
    const struct comparison_contender *contender = &comparison->contenders[place.contender];
    struct measurement *cell = outcome_cell(outcome, place);
    text_add(out, "%s,%s,%s,%.9g,%.9g,%s,", comparison->problems[place.problem]->name, contender->label,
             contender->by_tolerance ? "tolerance" : "steps_per_period",
             comparison_ladder(comparison, place.contender)->values[place.rung],
             comparison->horizons.values[place.horizon], measurement_state_name(cell->state));
    text_add_csv(out, cell->reason);
    for (size_t i = 0; i < measurement_fields_count; i++) {
        double value = field_real(cell, &measurement_fields[i]);
        text_add(out, isfinite(value) ? ",%.9g" : ",", value);
    }
    text_add(out, "\n");
}

static void add_csv(struct text *out, const struct outcome *outcome) {
    text_add(out, "problem,integrator,ladder,rung,periods,state,reason");
    for (size_t i = 0; i < measurement_fields_count; i++) {
        text_add(out, ",%s", measurement_fields[i].name);
    }
    text_add(out, "\n");
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            add_csv_cell(out, outcome, place);
        }
    }
}

static void add_json_cell(struct json_text *json, const struct outcome *outcome,
                          struct measurement_place place) {
    const struct comparison *comparison = outcome->comparison;
    const struct comparison_contender *contender = &comparison->contenders[place.contender];
    struct measurement *cell = outcome_cell(outcome, place);
    json_text_open(json, NULL, '{');
    json_text_string(json, "problem", comparison->problems[place.problem]->name);
    json_text_string(json, "integrator", contender->label);
    json_text_number(json, contender->by_tolerance ? "tolerance" : "steps_per_period",
                     comparison_ladder(comparison, place.contender)->values[place.rung]);
    json_text_number(json, "periods", comparison->horizons.values[place.horizon]);
    json_text_string(json, "state", measurement_state_name(cell->state));
    if (*cell->reason != '\0') {
        json_text_string(json, "reason", cell->reason);
    }
    for (size_t i = 0; i < measurement_fields_count; i++) {
        double value = field_real(cell, &measurement_fields[i]);
        if (!isnan(value)) {
            json_text_number(json, measurement_fields[i].name, value);
        }
    }
    json_text_close(json, '}');
}

static void add_json_references(struct json_text *json, const struct outcome *outcome) {
    const struct comparison *comparison = outcome->comparison;
    json_text_open(json, "references", '[');
    for (size_t i = 0; i < comparison->problem_count * comparison->horizons.count; i++) {
        const struct outcome_reference *reference = &outcome->references[i];
        json_text_open(json, NULL, '{');
        json_text_string(json, "problem", comparison->problems[i / comparison->horizons.count]->name);
        json_text_number(json, "periods", comparison->horizons.values[i % comparison->horizons.count]);
        json_text_string(json, "state", measurement_state_name(reference->state));
        json_text_string(json, "first", reference->first);
        json_text_string(json, "second", reference->second);
        json_text_number(json, "disagreement", reference->disagreement);
        json_text_close(json, '}');
    }
    json_text_close(json, ']');
}

static void add_json(struct text *out, const struct outcome *outcome) {
    struct json_text json = {.out = out};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "title", outcome->comparison->title);
    add_json_references(&json, outcome);
    json_text_open(&json, "cells", '[');
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            add_json_cell(&json, outcome, place);
        }
    }
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    text_add(out, "\n");
}

enum status comparison_table_write(const struct outcome *outcome, const char *folder) {
    static const struct form {
        const char *file;
        void (*add)(struct text *out, const struct outcome *outcome);
    } forms[] = {
        {"verdict.md", add_verdict},
        {"table.md", add_markdown},
        {"table.csv", add_csv},
        {"table.json", add_json},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && status == STATUS_OK; i++) {
        struct text text = {0};
        forms[i].add(&text, outcome);
        char *path = file_join(folder, forms[i].file);
        status = file_write(path, text.data, text.length);
        free(path);
        text_free(&text);
    }
    return status;
}
