/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/runner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/kernel.h"
#include "experiments/cell_record.h"
#include "experiments/data_file.h"
#include "experiments/results.h"
#include "experiments/selection.h"
#include "support/file.h"
#include "support/memory.h"
#include "sweep/share.h"
#include "sweep/store.h"

void run_outcome_clear(struct run_outcome *outcome) {
    for (size_t i = 0; i < outcome->table.count; i++) {
        cell_clear(&outcome->cells[i]);
    }
    free(outcome->cells);
    free(outcome->results);
    lines_free(&outcome->notes);
    lines_free(&outcome->revisions);
    *outcome = (struct run_outcome){0};
}

/* What is known of an environment's dataset. */
struct data {
    bool known;                    /* the file is there */
    char fingerprint[SHA256_TEXT]; /* of a known one */
    enum status status;            /* why it cannot be had; it was reported */
    char *detail;
};

/* An experiment that is being run. */
struct runner {
    const struct run_request *request;
    struct run_outcome *out;
    struct store *store;
    bool *settled;           /* [out->requested]: nothing more to do for the cell */
    bool *refused;           /* [out->requested]: its record was looked at, and said to be no good */
    size_t other_records;    /* records of other settings, data or versions, */
    char *example;           /* why the first of them was not taken */
    struct data *data;       /* [environments] */
    struct dataset *dataset; /* one at a time; NULL: none */
    size_t dataset_of;       /* the environment whose it is */
};

static size_t environment_of(const struct runner *runner, size_t piece) {
    return runner->out->cells[piece].row / runner->request->experiment->variant_count;
}

/* ---- before the work ---- */

static size_t count_chosen(const struct run_request *request, size_t cells) {
    size_t count = 0;
    for (size_t i = 0; i < cells; i++) {
        count += request->chosen == NULL || request->chosen[i];
    }
    return count;
}

/* All cells that are asked for, checked before the first one begins. */
static enum status make_cells(const struct run_request *request, struct results_shared *shared,
                              struct run_outcome *out) {
    const struct experiment *experiment = request->experiment;
    size_t cells = selection_cells(experiment), count = count_chosen(request, cells), made = 0;
    out->cells = memory_alloc(count + 1, sizeof *out->cells);
    out->results = memory_alloc(count + 1, sizeof *out->results);
    out->requested = count;
    out->table = (struct table){
        .title = experiment->title, .cells = out->results, .count = count, .columns = &experiment->columns};
    enum status status = results_share(shared, experiment);
    for (size_t i = 0; i < cells && status == STATUS_OK; i++) {
        if (request->chosen == NULL || request->chosen[i]) {
            results_make_cell(&out->cells[made], request, i / experiment->seed_count,
                              experiment->seeds[i % experiment->seed_count], shared);
            status = cell_check(&out->cells[made++]);
        }
    }
    return status;
}

static enum status make_folder(const char *path) {
    enum status status = file_make_directory(path);
    if (status == STATUS_OK && access(path, W_OK) != 0) {
        status = status_fail(STATUS_IO, "%s: cannot write there: %s", path, strerror(errno));
    }
    return status;
}

static void note_precision(const struct runner *runner, const struct cell *cell) {
    void *values = NULL;
    const struct field *field = settings_find(&cell->settings, "model", "precision", &values);
    if (field != NULL && strcmp((const char *)values + field->offset, "bf16") == 0 && !kernel_has_half()) {
        effort_report(&runner->request->effort,
                      "model.precision: this processor has no bfloat16, f32 is used");
    }
}

static void complain(const struct runner *runner, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void complain(const struct runner *runner, const char *format, ...) {
    struct text line = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_arguments(&line, format, arguments);
    va_end(arguments);
    if (runner->request->complain != NULL) {
        runner->request->complain(runner->request->effort.context, line.data);
    }
    text_free(&line);
}

static void set_fingerprint(struct data *data, const struct dataset *dataset) {
    (void)snprintf(data->fingerprint, sizeof data->fingerprint, "%s", dataset_fingerprint(dataset));
    data->known = true;
}

/* The fingerprints of the data that are there already; a file that cannot be read is found out by the cells
 * that need it. */
static void look_at_data(struct runner *runner) {
    for (size_t i = 0; i < runner->out->requested; i++) {
        const struct cell *cell = &runner->out->cells[i];
        size_t environment = environment_of(runner, i);
        struct dataset *dataset = NULL;
        bool seen = i > 0 && environment_of(runner, i - 1) == environment;
        if (!seen && file_exists(cell->data_file) &&
            dataset_open_within(&dataset, cell->data_file, 0) == STATUS_OK) {
            set_fingerprint(&runner->data[environment], dataset);
            dataset_close(dataset);
        }
    }
}

static const char *fingerprint_of(const struct runner *runner, size_t piece) {
    const struct data *data = &runner->data[environment_of(runner, piece)];
    return data->known ? data->fingerprint : NULL;
}

/* ---- records ---- */

/* Why a record is not taken is said once: for each that is damaged, and together for those that are of other
 * settings. */
static void refuse_record(struct runner *runner, size_t piece, enum cell_record_use use) {
    if (runner->refused[piece]) {
        return;
    }
    runner->refused[piece] = true;
    if (use == CELL_RECORD_DAMAGED) {
        complain(runner, "%s; the cell is run", status_detail());
    } else if (use == CELL_RECORD_OTHER && runner->other_records++ == 0) {
        runner->example = memory_copy_string(status_detail());
    }
}

static bool adopt(struct runner *runner, size_t piece) {
    enum cell_record_use use;
    if (runner->request->rerun_stale) {
        return false; /* what this program and these data make is asked for */
    }
    if (results_adopt(runner->out, &runner->out->results[piece], &use, &runner->out->cells[piece],
                      fingerprint_of(runner, piece))) {
        runner->settled[piece] = true;
        return true;
    }
    refuse_record(runner, piece, use);
    return false;
}

/* The record of a cell that was run. */
static void renew_record(struct runner *runner, size_t piece) {
    const struct cell *cell = &runner->out->cells[piece];
    if (cell->record != NULL && cell_record_write(cell) != STATUS_OK) {
        runner->out->unrecorded++;
        complain(runner, "%s", status_detail());
    }
}

/* The record of a cell that was done before, unless it is there. */
static void keep_record(struct runner *runner, size_t piece) {
    struct cell_record record;
    if (cell_record_look(&record, &runner->out->cells[piece], NULL) != CELL_RECORD_FITS) {
        renew_record(runner, piece);
    }
    cell_record_clear(&record);
}

/* ---- the cells, as sweep/share.h wants them ---- */

static void keep_result(struct runner *runner, size_t piece, enum status status) {
    runner->settled[piece] = true;
    runner->out->results[piece].status = status;
}

/* A line of another process, or of this one: failures of others are not tried again. */
static enum status read_news(void *context, const struct store_record *line) {
    struct runner *runner = context;
    struct record record;
    enum status status = record_parse(&record, line);
    for (size_t i = 0; i < runner->out->requested && status == STATUS_OK; i++) {
        const struct cell *cell = &runner->out->cells[i];
        if (record.state == RECORD_FAILED && !runner->settled[i] && strcmp(record.cell, cell->name) == 0) {
            (void)cell_result(cell, &runner->out->results[i]);
            keep_result(runner, i, STATUS_CELLS_FAILED);
            complain(runner, "%s, %s, seed %" PRIu64 ": %s", cell->environment->name, cell->variant,
                     cell->seed, record.reason);
        }
    }
    return status;
}

static bool is_settled(void *context, size_t piece) {
    struct runner *runner = context;
    const struct store_reader news = {read_news, runner};
    if (runner->settled[piece] || store_read_new(runner->store, &news) != STATUS_OK) {
        return runner->settled[piece];
    }
    struct cell_standing standing;
    cell_look(&runner->out->cells[piece], fingerprint_of(runner, piece), &standing);
    bool again = standing.stale && runner->request->rerun_stale;
    if (!runner->settled[piece] && standing.settled && !again) {
        runner->settled[piece] = cell_result(&runner->out->cells[piece], &runner->out->results[piece]);
        if (runner->settled[piece]) {
            keep_record(runner, piece);
        }
    }
    return runner->settled[piece] || adopt(runner, piece);
}

static enum status lock_path(void *context, size_t piece, char **out) {
    struct runner *runner = context;
    const char *folder = runner->out->cells[piece].folder;
    enum status status = file_make_directory(folder);
    *out = status == STATUS_OK ? record_lock_path(folder) : NULL;
    return status;
}

static void fail_cell(struct runner *runner, size_t piece, enum status status) {
    const struct cell *cell = &runner->out->cells[piece];
    char *detail = memory_copy_string(status_detail());
    complain(runner, "%s, %s, seed %" PRIu64 ": %s", cell->environment->name, cell->variant, cell->seed,
             detail);
    keep_result(runner, piece, status);
    free(detail);
}

static void give_up(void *context, size_t piece, enum status status) {
    fail_cell(context, piece, status);
}

/* Opens the data of the piece's environment, made where they are missing. */
static enum status open_data(struct runner *runner, size_t piece) {
    const struct cell *cell = &runner->out->cells[piece];
    const struct effort *effort = &runner->request->effort;
    size_t environment = environment_of(runner, piece);
    struct data *data = &runner->data[environment];
    if (data->status != STATUS_OK || (runner->dataset != NULL && runner->dataset_of == environment)) {
        return data->status;
    }
    dataset_close(runner->dataset);
    runner->dataset = NULL;
    enum status status = STATUS_OK;
    if (cell->generated && !file_exists(cell->data_file)) {
        effort_report(effort, "%s: making %s", cell->environment->name, cell->data_file);
        status =
            data_file_need(cell->data_file, cell->environment, settings_dataset(&cell->settings), effort);
    }
    if (status == STATUS_OK) {
        status = data_file_open(&runner->dataset, cell->data_file, cell->environment,
                                settings_dataset(&cell->settings));
    }
    if (status == STATUS_OK && data_file_check_current(runner->dataset, cell->data_file) != STATUS_OK) {
        if (cell->generated) {
            status = STATUS_DATA;
        } else { /* whoever names a file knows what they want of it */
            effort_report(effort, "%s: note: %s", cell->environment->name, status_detail());
        }
    }
    if (status == STATUS_OK) {
        runner->dataset_of = environment;
        set_fingerprint(data, runner->dataset);
    } else if (status != STATUS_INTERRUPTED) {
        data->status = status;
        data->detail = memory_copy_string(status_detail());
        complain(runner, "%s: %s", cell->environment->name, data->detail);
    }
    return status;
}

/* Without data there is no cell; why is said once for the environment and kept in the folder of each. */
static enum status work(void *context, size_t piece) {
    struct runner *runner = context;
    const struct cell *cell = &runner->out->cells[piece];
    enum status status = open_data(runner, piece);
    if (status == STATUS_INTERRUPTED) {
        return status;
    }
    if (status != STATUS_OK) {
        (void)cell_result(cell, &runner->out->results[piece]);
        keep_result(runner, piece, status);
        cell_keep_failure(cell, runner->store, runner->data[environment_of(runner, piece)].detail);
        return STATUS_OK;
    }
    struct cell_standing standing;
    cell_look(cell, fingerprint_of(runner, piece), &standing);
    if (standing.settled && standing.stale && runner->request->rerun_stale) {
        status = cell_reset(cell);
    }
    effort_report(&runner->request->effort, "%s, %s, seed %" PRIu64, cell->environment->name, cell->variant,
                  cell->seed);
    note_precision(runner, cell);
    if (status == STATUS_OK) {
        status = cell_run(cell, runner->dataset, &runner->request->effort, runner->store,
                          &runner->out->results[piece]);
    }
    if (status == STATUS_INTERRUPTED) {
        return status;
    }
    if (status != STATUS_OK) {
        fail_cell(runner, piece, status);
    } else {
        renew_record(runner, piece);
    }
    keep_result(runner, piece, status);
    return STATUS_OK;
}

static const char *name_of(void *context, size_t piece) {
    const struct runner *runner = context;
    return runner->out->cells[piece].folder;
}

/* ---- the whole ---- */

/* Records are taken before anything is done. */
static void look_at_records(struct runner *runner) {
    size_t taken = 0;
    struct cell_standing standing;
    for (size_t i = 0; i < runner->out->requested && runner->request->records != NULL; i++) {
        cell_look(&runner->out->cells[i], fingerprint_of(runner, i), &standing);
        taken += !standing.settled && adopt(runner, i);
    }
    if (taken > 0) {
        effort_report(&runner->request->effort, "%zu of %zu cells are taken from the records in %s", taken,
                      runner->out->requested, runner->request->records);
    }
    if (runner->other_records > 0) {
        effort_report(&runner->request->effort, "%zu records are not taken, the first: %s",
                      runner->other_records, runner->example);
    }
    runner->out->finished_before += taken;
}

/* Results of other programs or other data are kept, but not without a word. */
static void look_at_cells(struct runner *runner) {
    size_t stale = 0;
    struct cell_standing standing, example = {0};
    for (size_t i = 0; i < runner->out->requested; i++) {
        const struct cell *cell = &runner->out->cells[i];
        runner->out->results[i] = (struct table_cell){
            .environment = cell->environment->name, .model = cell->variant, .seed = cell->seed};
        cell_look(cell, fingerprint_of(runner, i), &standing);
        runner->out->finished_before += standing.settled;
        if (standing.settled && standing.stale && stale++ == 0) {
            example = standing;
        }
    }
    if (stale > 0) {
        effort_report(&runner->request->effort, "%zu of %zu cells are stale (%s: %s), %s", stale,
                      runner->out->requested, example.record.cell, example.record.reason,
                      runner->request->rerun_stale ? "and made again"
                                                   : "and kept; --rerun-stale makes them again");
        runner->out->finished_before -= runner->request->rerun_stale ? stale : 0;
    }
}

static enum status ignore_line(void *context, const struct store_record *line) {
    (void)context;
    struct record record;
    return record_parse(&record, line);
}

static enum status run_cells(struct runner *runner) {
    const struct store_reader old = {ignore_line, NULL};
    char *path = file_join(runner->request->folder, record_store_name);
    enum status status = store_open(&runner->store, path, &record_store_format, &old);
    free(path);
    if (status != STATUS_OK) {
        return status;
    }
    const struct share share = {
        .count = runner->out->requested,
        .is_settled = is_settled,
        .lock_path = lock_path,
        .work = work,
        .give_up = give_up,
        .name = name_of,
        .context = runner,
        .effort = &runner->request->effort,
    };
    look_at_data(runner);
    look_at_cells(runner);
    look_at_records(runner);
    status = share_run(&share);
    enum status closed = store_close(runner->store);
    dataset_close(runner->dataset);
    return status == STATUS_OK ? closed : status;
}

/* STATUS_OK, or what experiment_run says about failed cells. */
static enum status count_failures(struct run_outcome *out) {
    enum status common = STATUS_OK;
    for (size_t i = 0; i < out->requested; i++) {
        enum status status = out->results[i].status;
        if (status != STATUS_OK) {
            common = out->failed == 0 || common == status ? status : STATUS_CELLS_FAILED;
            out->failed++;
        }
    }
    if (out->failed == 0) {
        return STATUS_OK;
    }
    return status_fail(out->failed == out->requested ? common : STATUS_CELLS_FAILED,
                       "%zu of %zu cells failed", out->failed, out->requested);
}

static void open_runner(struct runner *out, const struct run_request *request, struct run_outcome *outcome) {
    *out = (struct runner){.request = request, .out = outcome};
    out->settled = memory_alloc(outcome->requested + 1, sizeof *out->settled);
    out->refused = memory_alloc(outcome->requested + 1, sizeof *out->refused);
    out->data = memory_alloc(request->experiment->environment_count, sizeof *out->data);
}

static void close_runner(struct runner *runner) {
    for (size_t e = 0; e < runner->request->experiment->environment_count; e++) {
        free(runner->data[e].detail);
    }
    free(runner->data);
    free(runner->example);
    free(runner->refused);
    free(runner->settled);
}

static enum status run_all(const struct run_request *request, struct run_outcome *out) {
    struct runner runner;
    open_runner(&runner, request, out);
    enum status status = run_cells(&runner);
    close_runner(&runner);
    return status == STATUS_INTERRUPTED ? status_fail(status, "interrupted; run the same command to go on")
                                        : status;
}

enum status experiment_survey(const struct run_request *request, struct run_outcome *out) {
    *out = (struct run_outcome){0};
    struct run_request silent = *request;
    struct results_shared shared;
    struct runner runner;
    silent.complain = NULL;
    silent.effort.report = NULL;
    enum status status = make_cells(&silent, &shared, out);
    if (status != STATUS_OK) {
        return status;
    }
    open_runner(&runner, &silent, out);
    look_at_data(&runner);
    look_at_cells(&runner);
    for (size_t i = 0; i < out->requested; i++) {
        struct cell_standing standing;
        cell_look(&out->cells[i], fingerprint_of(&runner, i), &standing);
        bool done = standing.settled && !(standing.stale && request->rerun_stale);
        if (!(done && cell_result(&out->cells[i], &out->results[i])) && !adopt(&runner, i)) {
            out->results[i].status = STATUS_NOT_RUN;
            out->not_run++;
        }
    }
    close_runner(&runner);
    return STATUS_OK;
}

static enum status make_folders(const struct run_request *request) {
    enum status status = make_folder(request->folder);
    if (status == STATUS_OK && request->experiment->data_file == NULL) {
        status = make_folder(request->data_folder);
    }
    return status == STATUS_OK && request->records != NULL ? make_folder(request->records) : status;
}

enum status experiment_run(const struct run_request *request, struct run_outcome *out) {
    *out = (struct run_outcome){0};
    struct results_shared shared;
    enum status status = make_cells(request, &shared, out);
    if (status == STATUS_OK) {
        status = make_folders(request);
    }
    if (status == STATUS_OK) {
        status = run_all(request, out);
    }
    if (status != STATUS_OK) {
        return status;
    }
    status = count_failures(out); /* while the requested cells are alone */
    char *detail = status == STATUS_OK ? NULL : memory_copy_string(status_detail());
    enum status written = results_write(request, &shared, out);
    if (written == STATUS_OK && status != STATUS_OK) {
        written = status_fail(status, "%s", detail);
    }
    free(detail);
    return written == STATUS_OK && out->unrecorded > 0
               ? status_fail(STATUS_IO, "%s: %zu records could not be written", request->records,
                             out->unrecorded)
               : written;
}
