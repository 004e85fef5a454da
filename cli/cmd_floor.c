/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "diagnosis/floor.h"
#include "drawing/markdown.h"
#include "experiments/experiment.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/statistics.h"
#include "support/text.h"

static const struct option amount_option = {
    "amount", "X",
    "how wrong starts are, in standard deviations over the starts; may be given several times (default: "
    "0.001, 0.003, 0.01, 0.03, 0.1)"};
static const struct option trajectories_option = {"trajectories", "N",
                                                  "trajectories to follow, at least 2 (default: 100)"};
static const struct option frames_option = {"frames", "N", "how long to follow each (default: as data do)"};
static const struct option json_option = {"json", NULL, "print JSON"};

enum { DEFAULT_TRAJECTORIES = 100, FIRST_FRAME = 15 };
static const double AMOUNTS[] = {0.001, 0.003, 0.01, 0.03, 0.1};

/* ---- what is asked for ---- */

static enum status read_amounts(const struct arguments *arguments, struct floor_request *out) {
    const char *values[ARGUMENTS_MAX];
    size_t count = arguments_values(arguments, &amount_option, values);
    if (count > FLOOR_MOST_AMOUNTS) {
        return status_fail(STATUS_USAGE, "--amount: given %zu times, expected at most %d", count,
                           FLOOR_MOST_AMOUNTS);
    }
    for (size_t i = 0; i < count; i++) {
        if (!text_parse_double(values[i], &out->amount[i]) || !(out->amount[i] > 0) ||
            !(out->amount[i] <= 10)) {
            return status_fail(STATUS_USAGE, "--amount: '%s', expected a number above 0 and up to 10",
                               values[i]);
        }
    }
    out->amounts = (int)count;
    for (size_t i = 0; i < sizeof AMOUNTS / sizeof *AMOUNTS && count == 0; i++) {
        out->amount[out->amounts++] = AMOUNTS[i];
    }
    return STATUS_OK;
}

static enum status read_request(const struct arguments *arguments, struct floor_request *out) {
    int64_t trajectories = DEFAULT_TRAJECTORIES, frames, seed = 0;
    enum status status = experiment_find_environment(&out->simulator, arguments->positional[0]);
    if (status != STATUS_OK) {
        return STATUS_USAGE;
    }
    frames = out->simulator->frames;
    status = read_amounts(arguments, out);
    if (status == STATUS_OK) {
        status =
            arguments_integer(arguments, &trajectories_option, 2, FLOOR_MOST_TRAJECTORIES, &trajectories);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &frames_option, 2, FLOOR_MOST_FRAMES, &frames);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &seed_option, 0, INT64_MAX, &seed);
    }
    out->threshold = FLOOR_THRESHOLD;
    out->trajectories = (int)trajectories;
    out->frames = (int)frames;
    out->seed = (uint64_t)seed;
    return status == STATUS_OK ? commands_effort(arguments, &out->effort) : status;
}

/* ---- text ---- */

/* The trajectories of a row: of a group, -1 for all, and the mean of their errors or the median. */
struct row {
    const char *title;
    int group;
    double (*middle)(const double *values, size_t count);
};

static size_t list_rows(const struct simulator *simulator, struct row out[SIMULATOR_MAX_GROUPS + 2]) {
    const struct simulator_groups *groups = simulator->dynamics->groups;
    size_t count = 0;
    out[count++] = (struct row){"all", -1, statistics_mean};
    out[count++] = (struct row){"median one", -1, statistics_median};
    for (int g = 0; groups != NULL && groups->names[g] != NULL; g++) {
        out[count++] = (struct row){groups->names[g], g, statistics_mean};
    }
    return count;
}

/* 15, 30, 60, 120, ..., or the last one where there are fewer. Returns how many. */
static int list_frames(int frames, int out[32]) {
    int count = 0;
    for (int t = FIRST_FRAME; t < frames; t *= 2) {
        out[count++] = t;
    }
    if (count == 0) {
        out[count++] = frames - 1;
    }
    return count;
}

static double valid_frames(const struct floor_result *result, int amount, const struct row *row,
                           double *values) {
    size_t count = 0;
    for (int i = 0; i < result->trajectories; i++) {
        if (row->group < 0 || result->group[i] == row->group) {
            values[count++] = result->valid[amount * result->trajectories + i];
        }
    }
    return count == 0 ? (double)NAN : row->middle(values, count);
}

static void add_row(struct markdown *table, const struct floor_request *request,
                    const struct floor_result *result, int amount, const struct row *row) {
    int frames[32], columns = list_frames(result->frames, frames);
    double *values = memory_alloc((size_t)result->trajectories + 1, sizeof *values);
    size_t count = floor_errors(result, amount, 0, row->group, values);
    markdown_add(table, text_format("%g", request->amount[amount]));
    markdown_add(table, memory_copy_string(row->title));
    for (int c = 0; c < columns; c++) {
        (void)floor_errors(result, amount, frames[c], row->group, values);
        markdown_add(table,
                     count == 0 ? memory_copy_string("-") : text_format("%.1e", row->middle(values, count)));
    }
    markdown_add(table, count == 0 ? memory_copy_string("-")
                                   : text_format("%.0f", valid_frames(result, amount, row, values)));
    free(values);
}

static void print_table(const struct floor_request *request, const struct floor_result *result) {
    struct row rows[SIMULATOR_MAX_GROUPS + 2];
    size_t row_count = list_rows(request->simulator, rows);
    int frames[32], columns = list_frames(result->frames, frames);
    struct markdown table = {.columns = (size_t)columns + 3, .left = 2};
    struct text text = {0};
    markdown_add(&table, memory_copy_string("start error"));
    markdown_add(&table, memory_copy_string("trajectories"));
    for (int c = 0; c < columns; c++) {
        markdown_add(&table, text_format(c == 0 ? "mse at frame %d" : "%d", frames[c]));
    }
    markdown_add(&table, memory_copy_string("valid frames"));
    for (int a = 0; a < result->amounts; a++) {
        for (size_t r = 0; r < row_count; r++) {
            add_row(&table, request, result, a, &rows[r]);
        }
    }
    markdown_format(&text, &table);
    markdown_clear(&table);
    (void)printf("\n%s", text.data);
    text_free(&text);
}

static int group_size(const struct floor_result *result, int group) {
    int count = 0;
    for (int i = 0; i < result->trajectories; i++) {
        count += result->group[i] == group;
    }
    return count;
}

static void print_text(const struct floor_request *request, const struct floor_result *result) {
    const struct simulator *simulator = request->simulator;
    const struct simulator_groups *groups = simulator->dynamics->groups;
    (void)printf("%-18s %s: %s\n", "environment", simulator->name, simulator->summary);
    (void)printf("%-18s %d of %d frames of %g", "trajectories", result->trajectories, result->frames,
                 simulator->dt);
    if (result->left_out > 0) {
        (void)printf("; %d left out, which leave the canvas with a wrong start", result->left_out);
    }
    (void)printf("\n%-18s", "spread of starts");
    for (int k = 0; k < result->state_size; k++) {
        (void)printf(" %.3g", result->deviation[k]);
    }
    (void)printf("\n");
    for (int g = 0; groups != NULL && groups->names[g] != NULL; g++) {
        (void)printf("%s%d %s", g == 0 ? "kinds of motion    " : ", ", group_size(result, g),
                     groups->names[g]);
    }
    if (groups != NULL) {
        (void)printf(" (%s)\n", groups->rule);
    }
    print_table(request, result);
}

/* ---- JSON ---- */

static void print_json(const struct floor_request *request, const struct floor_result *result) {
    struct row rows[SIMULATOR_MAX_GROUPS + 2];
    size_t row_count = list_rows(request->simulator, rows);
    double *values = memory_alloc((size_t)result->trajectories + 1, sizeof *values);
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "environment", request->simulator->name);
    json_text_integer(&json, "trajectories", result->trajectories);
    json_text_integer(&json, "left_out", result->left_out);
    json_text_integer(&json, "frames", result->frames);
    json_text_integer(&json, "seed", (int64_t)request->seed);
    json_text_open(&json, "deviation", '[');
    for (int k = 0; k < result->state_size; k++) {
        json_text_number(&json, NULL, result->deviation[k]);
    }
    json_text_close(&json, ']');
    json_text_open(&json, "rows", '[');
    for (int a = 0; a < result->amounts; a++) {
        for (size_t r = 0; r < row_count; r++) {
            json_text_open(&json, NULL, '{');
            json_text_number(&json, "amount", request->amount[a]);
            json_text_string(&json, "trajectories", rows[r].title);
            json_text_integer(&json, "count", (int64_t)floor_errors(result, a, 0, rows[r].group, values));
            json_text_number(&json, "valid_frames", valid_frames(result, a, &rows[r], values));
            json_text_open(&json, "mse", '[');
            for (int t = 0; t < result->frames; t++) {
                size_t count = floor_errors(result, a, t, rows[r].group, values);
                json_text_number(&json, NULL, count == 0 ? (double)NAN : rows[r].middle(values, count));
            }
            json_text_close(&json, ']');
            json_text_close(&json, '}');
        }
    }
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    (void)printf("%s\n", text.data);
    text_free(&text);
    free(values);
}

static enum status measure_floor(const struct arguments *arguments) {
    struct floor_request request = {0};
    struct floor_result result;
    enum status status = read_request(arguments, &request);
    if (status == STATUS_OK) {
        status = floor_measure(&result, &request);
    }
    if (status == STATUS_OK) {
        (arguments_has(arguments, &json_option) ? print_json : print_text)(&request, &result);
        floor_result_clear(&result);
    }
    return status;
}

static const struct option *const options[] = {
    &amount_option, &trajectories_option, &frames_option, &seed_option,
    &json_option,   &threads_option,      &quiet_option,  NULL,
};

const struct command floor_command = {
    .name = "floor",
    .usage = "ENVIRONMENT",
    .summary = "what wrong starts alone cost: the error of the exact dynamics",
    .description = "Follows trajectories of an environment exactly, from their starts and from starts that\n"
                   "are a little wrong, and prints the error of the images against time: no prediction\n"
                   "is better whose inferred state is as wrong as that. Frames count from the start;\n"
                   "valid are those before the first whose relative squared error is above 0.025.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = measure_floor,
};
