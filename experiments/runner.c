/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/runner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/data_file.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"

void run_outcome_clear(struct run_outcome *outcome) {
    for (size_t i = 0; i < outcome->table.count; i++) {
        cell_clear(&outcome->cells[i]);
    }
    free(outcome->cells);
    free(outcome->results);
    *outcome = (struct run_outcome){0};
}

/* One environment: a run of cells that share a dataset. */
struct group {
    struct cell *cells;
    struct table_cell *results;
    const bool *finished;
    size_t count;
};

static enum status make_cell(const struct run_request *request, struct cell *out,
                             const struct simulator *environment, const struct model_kind *model,
                             uint64_t seed, const struct dataset_settings *given) {
    const char *data_file = request->experiment->data_file;
    out->environment = environment;
    out->model = model;
    out->seed = seed;
    out->folder = request->flat ? memory_copy_string(request->folder)
                                : text_format("%s/%s/%s/seed-%" PRIu64, request->folder, environment->name,
                                              model->name, seed);
    enum status status = experiment_settings(&out->settings, request->experiment, model, request->assignments,
                                             request->assignment_count);
    if (status != STATUS_OK) {
        return status;
    }
    if (data_file == NULL) {
        data_file_resolve(&out->settings.dataset, environment);
        out->data_file = data_file_path(request->data_folder, environment, &out->settings.dataset);
    } else {
        out->settings.dataset = *given;
        out->data_file = memory_copy_string(data_file);
    }
    return cell_check(out);
}

/* What the experiment's own dataset, if it has one, was made with. */
static enum status read_given_data(const struct experiment *experiment, struct dataset_settings *out) {
    if (experiment->data_file == NULL) {
        return STATUS_OK;
    }
    struct dataset *dataset = NULL;
    enum status status = data_file_open(&dataset, experiment->data_file, experiment->environments[0], NULL);
    if (status == STATUS_OK) {
        *out = data_file_settings(dataset);
        dataset_close(dataset);
    }
    return status;
}

/* All cells, checked before the first one begins. */
static enum status make_cells(const struct run_request *request, struct run_outcome *out) {
    const struct experiment *experiment = request->experiment;
    size_t count = experiment->environment_count * experiment->model_count * experiment->seed_count;
    out->cells = memory_alloc(count, sizeof *out->cells);
    out->results = memory_alloc(count, sizeof *out->results);
    out->table = (struct table){.title = experiment->title, .cells = out->results, .count = count};
    struct dataset_settings given = {0};
    enum status status = read_given_data(experiment, &given);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        size_t seed = i % experiment->seed_count;
        size_t model = i / experiment->seed_count % experiment->model_count;
        size_t environment = i / experiment->seed_count / experiment->model_count;
        status = make_cell(request, &out->cells[i], experiment->environments[environment],
                           experiment->models[model], experiment->seeds[seed], &given);
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

static void report(const struct run_request *request, enum runner_event event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void report(const struct run_request *request, enum runner_event event, const char *format, ...) {
    char line[1280];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (request->report != NULL) {
        request->report(event, line);
    }
}

/* Works through the cells of one environment that are not finished. Only STATUS_INTERRUPTED comes back; other
 * failures are in the results. */
static enum status run_cells(const struct run_request *request, const struct group *group,
                             const struct dataset *dataset) {
    for (size_t i = 0; i < group->count; i++) {
        const struct cell *cell = &group->cells[i];
        if (group->finished[i]) {
            continue;
        }
        if (interrupt_requested()) {
            return STATUS_INTERRUPTED;
        }
        report(request, RUNNER_NEWS, "%s, %s, seed %" PRIu64, cell->environment->name, cell->model->name,
               cell->seed);
        if (strcmp(cell->settings.model.precision, "bf16") == 0 && !model_uses_half(&cell->settings.model)) {
            report(request, RUNNER_NEWS, "model.precision: this processor has no bfloat16, f32 is used");
        }
        enum status status = cell_run(cell, dataset, request->threads, request->quiet, &group->results[i]);
        if (status == STATUS_INTERRUPTED) {
            return status;
        }
        if (status != STATUS_OK) {
            report(request, RUNNER_FAILURE, "%s, %s, seed %" PRIu64 ": %s", cell->environment->name,
                   cell->model->name, cell->seed, status_detail());
        }
    }
    return STATUS_OK;
}

static void announce(void *context, const char *line) {
    report(context, RUNNER_NEWS, "%s", line);
}

static enum status open_data(const struct run_request *request, const struct cell *cell,
                             struct dataset **out) {
    if (!file_exists(cell->data_file)) {
        report(request, RUNNER_NEWS, "%s: making %s", cell->environment->name, cell->data_file);
        struct data_file_work work = {
            .threads = request->threads,
            .quiet = request->quiet,
            .keep = true, /* another process may have made it by now */
            .announce = announce,
            .context = (void *)(size_t)request,
        };
        enum status status =
            data_file_make(cell->data_file, cell->environment, &cell->settings.dataset, &work);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return data_file_open(out, cell->data_file, cell->environment, &cell->settings.dataset);
}

/* The dataset is opened only when a cell needs it: finding everything done takes no time. */
static enum status run_group(const struct run_request *request, const struct group *group) {
    size_t finished = 0;
    for (size_t i = 0; i < group->count; i++) {
        finished += group->finished[i];
    }
    if (finished == group->count) {
        return STATUS_OK;
    }
    struct dataset *dataset = NULL;
    enum status status = open_data(request, &group->cells[0], &dataset);
    if (status == STATUS_OK) {
        status = run_cells(request, group, dataset);
        dataset_close(dataset);
        return status;
    }
    if (status == STATUS_INTERRUPTED) {
        return status;
    }
    report(request, RUNNER_FAILURE, "%s: %s", group->cells[0].environment->name, status_detail());
    for (size_t i = 0; i < group->count; i++) {
        if (!group->finished[i]) {
            group->results[i].status = status;
        }
    }
    return STATUS_OK;
}

static enum status run_groups(const struct run_request *request, struct run_outcome *out,
                              const bool *finished) {
    size_t size = out->table.count / request->experiment->environment_count;
    enum status status = STATUS_OK;
    for (size_t first = 0; first < out->table.count && status == STATUS_OK; first += size) {
        struct group group = {
            .cells = &out->cells[first],
            .results = &out->results[first],
            .finished = &finished[first],
            .count = size,
        };
        status = run_group(request, &group);
    }
    return status;
}

/* STATUS_OK, or what experiment_run says about failed cells. */
static enum status count_failures(struct run_outcome *out) {
    enum status common = STATUS_OK;
    for (size_t i = 0; i < out->table.count; i++) {
        enum status status = out->results[i].status;
        if (status != STATUS_OK) {
            common = out->failed == 0 || common == status ? status : STATUS_CELLS_FAILED;
            out->failed++;
        }
    }
    if (out->failed == 0) {
        return STATUS_OK;
    }
    return status_fail(out->failed == out->table.count ? common : STATUS_CELLS_FAILED,
                       "%zu of %zu cells failed", out->failed, out->table.count);
}

enum status experiment_run(const struct run_request *request, struct run_outcome *out) {
    *out = (struct run_outcome){0};
    enum status status = make_cells(request, out);
    if (status == STATUS_OK) {
        status = make_folder(request->folder);
    }
    if (status == STATUS_OK && request->experiment->data_file == NULL) {
        status = make_folder(request->data_folder);
    }
    if (status != STATUS_OK) {
        return status;
    }
    bool *finished = memory_alloc(out->table.count, sizeof *finished);
    for (size_t i = 0; i < out->table.count; i++) {
        finished[i] = cell_is_finished(&out->cells[i], &out->results[i]);
        out->finished_before += finished[i];
    }
    status = run_groups(request, out, finished);
    free(finished);
    if (status == STATUS_INTERRUPTED) {
        return status_fail(status, "interrupted; run the same command to go on");
    }
    enum status written = table_write(&out->table, request->folder);
    return written == STATUS_OK ? count_failures(out) : written;
}
