/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/record_check.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "experiments/cell_record.h"
#include "experiments/experiment.h"
#include "experiments/remake.h"
#include "experiments/scratch.h"
#include "models/model_registry.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/random.h"

/* ---- figures ---- */

static bool same_bits(double a, double b) {
    return (isnan(a) && isnan(b)) || a == b;
}

static double width_of(const struct evaluation_figure *figure) {
    double width = 0.5 * (figure->interval.high - figure->interval.low);
    return isfinite(width) ? width : 0.0;
}

static bool agrees(const struct evaluation_figure *a, const struct evaluation_figure *b, bool trained) {
    double larger = fmax(fabs(a->value), fabs(b->value)), difference = fabs(a->value - b->value);
    if (!isfinite(a->value) || !isfinite(b->value)) {
        return same_bits(a->value, b->value);
    }
    if (!trained) {
        return difference <= RECORD_CHECK_ROUNDING * larger;
    }
    return isnan(a->interval.low) || isnan(b->interval.low) ||
           difference <= RECORD_CHECK_PART * larger + RECORD_CHECK_WIDTHS * fmax(width_of(a), width_of(b));
}

static bool equals(const struct evaluation_figure *a, const struct evaluation_figure *b) {
    return same_bits(a->value, b->value) && same_bits(a->interval.low, b->interval.low) &&
           same_bits(a->interval.high, b->interval.high);
}

int record_check_compare(struct lines *differences, const struct evaluation_result *recorded,
                         const struct evaluation_result *made, bool exact, bool trained) {
    int compared = 0;
    for (int f = 0; f < metric_figure_count(); f++) {
        const struct evaluation_figure *a = &recorded->figures[f], *b = &made->figures[f];
        if (a->missing) {
            continue;
        }
        compared += !isnan(a->value) || !isnan(b->value);
        if (!(exact ? equals(a, b) : agrees(a, b, trained))) {
            lines_add(differences, "%s: recorded %.17g (%.17g to %.17g), made again %.17g (%.17g to %.17g)",
                      metric_figure(f)->name, a->value, a->interval.low, a->interval.high, b->value,
                      b->interval.low, b->interval.high);
        }
    }
    return compared;
}

/* ---- choosing ---- */

/* Adds the paths of all records below `folder`, `depth` folders down. */
static enum status list_records(struct lines *out, const char *folder, int depth) {
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return status_fail(STATUS_IO, "%s: %s", folder, strerror(errno));
    }
    enum status status = STATUS_OK;
    for (struct dirent *entry; status == STATUS_OK && (entry = readdir(entries)) != NULL;) {
        size_t length = strlen(entry->d_name);
        char *path = file_join(folder, entry->d_name);
        if (depth == 0 && strncmp(entry->d_name, "seed-", 5) == 0 && length > 5 &&
            strcmp(entry->d_name + length - 5, ".json") == 0) {
            lines_add(out, "%s", path);
        } else if (depth > 0 && entry->d_name[0] != '.' && entry->d_type == DT_DIR) {
            status = list_records(out, path, depth - 1);
        }
        free(path);
    }
    (void)closedir(entries);
    return status;
}

static int compare_lines(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Whether its cell can be made again, and soon. */
static bool can_be_made(const struct cell_record *record) {
    return record->generated && record->seconds < RECORD_CHECK_SECONDS &&
           simulator_find(record->environment) != NULL && model_kind_find(record->kind) != NULL;
}

/* Leaves in `paths` those that can be chosen. */
static enum status keep_candidates(struct lines *paths) {
    struct lines kept = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < paths->count && status == STATUS_OK; i++) {
        struct cell_record record;
        status = cell_record_read(&record, paths->line[i]);
        if (status == STATUS_OK && can_be_made(&record)) {
            lines_add(&kept, "%s", paths->line[i]);
        }
        cell_record_clear(&record);
    }
    lines_free(paths);
    *paths = kept;
    return status;
}

/* The path of the chosen record, released with `free`. */
static enum status choose(char **out, const struct record_check *check, struct lines *report) {
    struct lines paths = {0};
    enum status status = list_records(&paths, check->records, 2);
    size_t all = paths.count;
    if (all > 0) {
        qsort(paths.line, all, sizeof *paths.line, compare_lines);
    }
    if (status == STATUS_OK) {
        status = keep_candidates(&paths);
    }
    if (status == STATUS_OK && paths.count == 0) {
        status =
            status_fail(STATUS_DATA,
                        "%s: none of %zu records is of a cell that can be made again with less than %.0f "
                        "s of training",
                        check->records, all, RECORD_CHECK_SECONDS);
    }
    if (status == STATUS_OK) {
        struct random_stream random = random_stream(check->choice, "record check", 0, 0);
        *out = memory_copy_string(paths.line[random_below(&random, (uint32_t)paths.count)]);
        lines_add(report, "%s, chosen of %zu records by seed %llu; %zu others are not made again", *out,
                  paths.count, (unsigned long long)check->choice, all - paths.count);
    }
    lines_free(&paths);
    return status;
}

/* ---- making it again ---- */

/* Whether the record's identity and data are those of the cell that was made from its settings. */
static void check_identity(struct lines *differences, const char *path, const char *folder) {
    struct cell cell;
    struct record made;
    struct cell_record again;
    if (cell_read(&cell, folder) == STATUS_OK && record_read(&made, folder) == STATUS_OK) {
        cell.record = memory_copy_string(path);
        if (cell_record_look(&again, &cell, made.data) != CELL_RECORD_FITS) {
            lines_add(differences, "%s", status_detail());
        }
        cell_record_clear(&again);
    } else {
        lines_add(differences, "%s", status_detail());
    }
    cell_clear(&cell);
}

static bool same_maker(const struct cell_record_maker *a, const struct cell_record_maker *b) {
    return strcmp(a->revision, b->revision) == 0 && strcmp(a->begun_by, b->revision) == 0 &&
           strcmp(a->build, b->build) == 0;
}

static void say_how(struct lines *report, const struct cell_record *record,
                    const struct cell_record_maker *now, bool exact) {
    if (exact) {
        lines_add(report, "made by this program, kernels and processor: compared to the bit");
        return;
    }
    lines_add(report, "made by revision %s (%s)", record->maker.revision, record->maker.build);
    lines_add(report, "this is revision %s (%s)", now->revision, now->build);
    if (record->steps == 0) {
        lines_add(report, "compared within %g of the value", RECORD_CHECK_ROUNDING);
    } else {
        lines_add(report,
                  "means over windows compared within %g of the larger value and %g half widths of the "
                  "intervals, the others only as to whether they are numbers",
                  RECORD_CHECK_PART, RECORD_CHECK_WIDTHS);
    }
}

static enum status compare(const struct cell_record *record, const char *path, const char *folder,
                           const struct table_cell *made, struct lines *report) {
    struct cell_record_maker now = cell_record_this_maker();
    struct lines differences = {0};
    bool exact = same_maker(&record->maker, &now);
    say_how(report, record, &now, exact);
    int compared =
        record_check_compare(&differences, &record->result, &made->result, exact, record->steps > 0);
    check_identity(&differences, path, folder);
    for (size_t i = 0; i < differences.count; i++) {
        lines_add(report, "%s", differences.line[i]);
    }
    size_t count = differences.count;
    lines_free(&differences);
    if (count > 0) {
        return status_fail(STATUS_REGRESSION, "%s: made again, the cell is another: %zu differences", path,
                           count);
    }
    lines_add(report, "%d figures agree", compared);
    return STATUS_OK;
}

static enum status remake(const struct record_check *check, const struct cell_record *record,
                          const char *path, struct lines *report) {
    char *folder = NULL;
    enum status status = scratch_create(&folder);
    if (status != STATUS_OK) {
        return status;
    }
    char *run = file_join(folder, "run"), *data = file_join(folder, "data");
    struct table_cell made;
    const struct remake job = {
        .environment = simulator_find(record->environment),
        .kind = model_kind_find(record->kind),
        .seed = (uint64_t)record->seed,
        .settings = &record->settings,
        .folder = run,
        .data_folder = check->data_folder == NULL ? data : check->data_folder,
        .effort = check->effort,
    };
    status = remake_run(&job, &made);
    if (status == STATUS_OK) {
        status = compare(record, path, run, &made, report);
    }
    free(data);
    free(run);
    scratch_remove(folder);
    return status;
}

enum status record_check_run(const struct record_check *check, struct lines *report) {
    char *path = NULL;
    struct cell_record record = {0};
    enum status status = choose(&path, check, report);
    if (status == STATUS_OK) {
        effort_report(&check->effort, "%s", report->line[report->count - 1]);
        status = cell_record_read(&record, path);
    }
    if (status == STATUS_OK) {
        status = remake(check, &record, path, report);
    }
    cell_record_clear(&record);
    free(path);
    return status;
}
