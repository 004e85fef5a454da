/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "engine/profile.h"
#include "experiments/data_file.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

#define COMMAND_ENTRY(name) &name##_command,
const struct command *const commands[] = {COMMAND_LIST(COMMAND_ENTRY) NULL};

const struct option threads_option = {"threads", "N",
                                      "threads to use (default: OMP_NUM_THREADS, or all processors)"};
const struct option seed_option = {"seed", "N", "seed of everything random (default: 0)"};
const struct option timings_option = {"timings", NULL, "print where the time of training went"};
const struct option quiet_option = {"quiet", NULL, "no progress on standard error"};
const struct option set_option = {"set", "KEY=VALUE", "change a setting; may be given several times"};
const struct option rerun_stale_option = {"rerun-stale", NULL,
                                          "make cells again that another program made, or other data"};
const struct option data_option = {"data", "FOLDER", "where datasets are kept (default: data)"};

enum status commands_threads(const struct arguments *arguments, int *out) {
    int64_t threads = 0;
    int processors = effort_processors();
    enum status status = arguments_integer(arguments, &threads_option, 1, EFFORT_MOST_THREADS, &threads);
    *out = (int)threads;
    if (status == STATUS_OK && threads == 0) {
        status = effort_threads(out);
    }
    if (status == STATUS_OK && *out > processors && !arguments_has(arguments, &quiet_option)) {
        (void)fprintf(stderr, "note: %d threads on %d processor%s take turns and are slower than %d\n", *out,
                      processors, processors == 1 ? "" : "s", processors);
    }
    return status;
}

/* Lines quote names and files from outside. */
static void print_line(const char *before, const char *line) {
    struct text printable = {0};
    text_add_printable(&printable, line);
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s%s\n", before, printable.data);
    text_free(&printable);
}

void commands_print_line(const char *line) {
    struct text printable = {0};
    text_add_printable(&printable, line);
    (void)printf("%s\n", printable.data);
    (void)fflush(stdout);
    text_free(&printable);
}

static void print_report(void *context, const char *line) {
    (void)context;
    print_line("", line);
}

enum status commands_effort(const struct arguments *arguments, struct effort *out) {
    bool quiet = arguments_has(arguments, &quiet_option);
    *out = (struct effort){.threads = 1, .quiet = quiet, .report = quiet ? NULL : print_report};
    return commands_threads(arguments, &out->threads);
}

char *commands_locate_experiment(const char *file) {
    if (!file_exists(file) && strpbrk(file, "/.") == NULL) {
        char *installed = text_format("%s/experiments/%s.yaml", PKGDATADIR, file);
        if (file_exists(installed)) {
            return installed;
        }
        free(installed);
    }
    return memory_copy_string(file);
}

void commands_complain(const char *line) {
    print_line("hambench: ", line);
}

static void complain(void *context, const char *line) {
    (void)context;
    commands_complain(line);
}

/* A line for each folder: "runs/quick/pendulum/hgn++/seed-0/plots/: energy.svg, loss.svg". */
static void list_pictures(struct text *out, const struct lines *pictures) {
    size_t folder = 0; /* length of the folder of the line that is being written */
    const char *before = "";
    for (size_t i = 0; i < pictures->count; i++) {
        const char *path = pictures->line[i], *name = strrchr(path, '/') + 1;
        size_t length = (size_t)(name - path);
        if (length != folder || strncmp(path, before, length) != 0) {
            char *start = text_format("%.*s", (int)length, path);
            text_add(out, i == 0 ? "" : "\n");
            text_add_printable(out, start);
            text_add(out, ": ");
            free(start);
        } else {
            text_add(out, ", ");
        }
        text_add_printable(out, name);
        folder = length;
        before = path;
    }
    text_add(out, "\n");
}

/* And what is to be known of the figures. */
static void print_pictures(const struct cell *cell) {
    struct lines pictures = {0}, notes = {0};
    if (evaluation_list_pictures(&pictures, &notes, cell->folder) != STATUS_OK) {
        return; /* a cell without a result has no pictures either */
    }
    struct text list = {0};
    list_pictures(&list, &pictures);
    for (size_t i = 0; i < notes.count; i++) {
        text_add(&list, "note: ");
        text_add_printable(&list, notes.line[i]);
        text_add(&list, "\n");
    }
    (void)printf("%s", list.data);
    text_free(&list);
    lines_free(&pictures);
    lines_free(&notes);
}

void commands_print_table(const struct table *table, const struct cell *cells) {
    struct text text = {0};
    table_add_markdown(&text, table);
    (void)printf("%s\nPlots:\n", text.data);
    text_free(&text);
    for (size_t i = 0; i < table->count; i++) {
        print_pictures(&cells[i]);
    }
}

/* The rows of cells that somebody has run; the files have all. */
static void print_cells(const struct run_outcome *outcome) {
    struct table table = outcome->table;
    struct table_cell *results = memory_alloc(table.count, sizeof *results);
    struct cell *cells = memory_alloc(table.count, sizeof *cells);
    table.count = 0;
    for (size_t i = 0; i < outcome->table.count; i++) {
        if (outcome->table.cells[i].status != STATUS_NOT_RUN) {
            results[table.count] = outcome->table.cells[i];
            cells[table.count++] = outcome->cells[i];
        }
    }
    table.cells = results;
    commands_print_table(&table, cells);
    free(results);
    free(cells);
}

static void print_outcome(const struct run_request *request, const struct run_outcome *outcome) {
    if (outcome->finished_before == outcome->requested && !request->effort.quiet) {
        (void)fprintf(stderr, "everything is done already: %zu of %zu cells\n", outcome->finished_before,
                      outcome->requested);
    }
    print_cells(outcome);
    char *files = text_format(
        "Table: %s/table.md, .csv, .json, .tex, rows.csv, verdicts.csv, plots/summary.svg", request->folder);
    commands_print_line(files);
    free(files);
}

enum status commands_open_data(struct dataset **out, const struct cell *cell, const struct effort *effort) {
    const struct dataset_settings *settings = settings_dataset(&cell->settings);
    enum status status = STATUS_OK;
    if (cell->generated && !file_exists(cell->data_file)) {
        effort_report(effort, "%s: making %s", cell->environment->name, cell->data_file);
        status = file_make_parent(cell->data_file);
        if (status == STATUS_OK) {
            status = data_file_need(cell->data_file, cell->environment, settings, effort);
        }
    }
    return status == STATUS_OK ? data_file_open(out, cell->data_file, cell->environment, settings) : status;
}

void commands_print_pictures(const struct figure_report *report, const char *folder) {
    struct text list = {0};
    for (size_t i = 0; i < report->pictures.count; i++) {
        text_add_printable(&list, folder);
        text_add(&list, "/%s\n", report->pictures.line[i]);
    }
    (void)printf("%s", list.length > 0 ? list.data : "");
    text_free(&list);
    (void)fflush(stdout);
    for (size_t i = 0; i < report->notes.count; i++) {
        commands_complain(report->notes.line[i]);
    }
}

void commands_start_timings(const struct arguments *arguments) {
    if (arguments_has(arguments, &timings_option)) {
        profile_start();
    }
}

void commands_print_timings(void) {
    if (!profile_running()) {
        return;
    }
    profile_stop();
    struct profile_summary summary;
    struct text text = {0};
    profile_read(&summary);
    profile_add_text(&summary, &text);
    (void)fputs(text.data, stderr);
    text_free(&text);
}

enum status commands_run_experiment(const struct arguments *arguments, struct run_request *request) {
    request->rerun_stale = arguments_has(arguments, &rerun_stale_option);
    request->complain = complain;
    enum status status = commands_effort(arguments, &request->effort);
    if (status != STATUS_OK) {
        return status;
    }
    struct run_outcome outcome;
    commands_start_timings(arguments);
    status = experiment_run(request, &outcome);
    commands_print_timings();
    if (status == STATUS_OK || outcome.failed > 0) {
        print_outcome(request, &outcome);
    }
    if (outcome.failed > 0) {
        status = status_fail(status, "%s", ""); /* each failure has had its line */
    }
    run_outcome_clear(&outcome);
    return status;
}
