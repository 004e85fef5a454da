/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/results.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/data_file.h"
#include "support/file.h"
#include "support/memory.h"
#include "sweep/claim.h"

static const char SEED_PREFIX[] = "seed-";

/* What the variants need together of a test window. */
static struct window_need need_of(const struct experiment *experiment) {
    struct window_need need = {0};
    for (size_t i = 0; i < experiment->variant_count; i++) {
        struct settings settings;
        experiment_settings(&settings, experiment, i);
        windows_add_need(&need, experiment->variants[i].kind, settings_model(&settings));
        settings_clear(&settings);
    }
    return need;
}

enum status results_share(struct results_shared *out, const struct experiment *experiment) {
    *out = (struct results_shared){.need = need_of(experiment)};
    if (experiment->data_file == NULL) {
        return STATUS_OK;
    }
    struct dataset *dataset = NULL;
    enum status status = data_file_open(&dataset, experiment->data_file, experiment->environments[0], NULL);
    if (status == STATUS_OK) {
        out->given = data_file_settings(dataset);
        dataset_close(dataset);
    }
    return status;
}

void results_make_cell(struct cell *out, const struct run_request *request, size_t environment,
                       size_t variant, uint64_t seed, const struct results_shared *shared) {
    const struct experiment *experiment = request->experiment;
    const char *data_file = experiment->data_file;
    *out = (struct cell){
        .environment = experiment->environments[environment],
        .model = experiment->variants[variant].kind,
        .variant = memory_copy_string(experiment->variants[variant].name),
        .seed = seed,
        .generated = data_file == NULL,
    };
    out->name = request->flat ? memory_copy_string(".")
                              : text_format("%s/%s/%s%" PRIu64, out->environment->name, out->variant,
                                            SEED_PREFIX, seed);
    out->folder = request->flat ? memory_copy_string(request->folder) : file_join(request->folder, out->name);
    experiment_settings(&out->settings, experiment, variant);
    windows_resolve(settings_evaluation(&out->settings), &shared->need);
    struct dataset_settings *dataset = settings_dataset(&out->settings);
    if (data_file == NULL) {
        data_file_resolve(dataset, out->environment);
        out->data_file = data_file_path(request->data_folder, out->environment, dataset);
    } else {
        *dataset = shared->given;
        out->data_file = memory_copy_string(data_file);
    }
    model_resolve(out->model, settings_model(&out->settings), out->environment->dynamics->state_size);
}

/* ---- other seeds ---- */

static bool was_asked_for(const struct run_outcome *out, const struct cell *cell) {
    for (size_t i = 0; i < out->requested; i++) {
        if (strcmp(out->cells[i].folder, cell->folder) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds the cell, which goes over to the outcome, if it has a result of these settings. */
static void add_finished(struct run_outcome *out, struct cell *cell) {
    struct cell_standing standing;
    struct table_cell result;
    cell_look(cell, NULL, &standing);
    if (was_asked_for(out, cell) || !standing.settled || !cell_result(cell, &result)) {
        cell_clear(cell);
        return;
    }
    size_t count = out->table.count;
    out->cells = memory_resize(out->cells, count + 1, sizeof *out->cells);
    out->results = memory_resize(out->results, count + 1, sizeof *out->results);
    out->cells[count] = *cell;
    out->results[count] = result;
    out->table.count = count + 1;
}

/* The seeds that have folders beside that of `first`, the first requested cell of a row. */
static void add_row(const struct run_request *request, struct run_outcome *out, size_t environment,
                    size_t variant, const struct results_shared *shared) {
    char *folder =
        text_format("%s/%s/%s", request->folder, request->experiment->environments[environment]->name,
                    request->experiment->variants[variant].name);
    DIR *entries = opendir(folder);
    const size_t prefix = strlen(SEED_PREFIX);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        int64_t seed;
        if (strncmp(entry->d_name, SEED_PREFIX, prefix) == 0 &&
            text_parse_integer(entry->d_name + prefix, &seed) && seed >= 0) {
            struct cell cell;
            results_make_cell(&cell, request, environment, variant, (uint64_t)seed, shared);
            add_finished(out, &cell);
        }
    }
    if (entries != NULL) {
        (void)closedir(entries);
    }
    free(folder);
}

/* ---- order ---- */

struct place {
    size_t index; /* before sorting */
    size_t row;
    uint64_t seed;
    bool asked_for;
};

/* Seeds that were asked for stay in the order of the experiment, before the others. */
static int compare_places(const void *left, const void *right) {
    const struct place *a = left, *b = right;
    if (a->row != b->row) {
        return a->row < b->row ? -1 : 1;
    }
    if (a->asked_for != b->asked_for) {
        return a->asked_for ? -1 : 1;
    }
    if (!a->asked_for && a->seed != b->seed) {
        return a->seed < b->seed ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

/* The row of the table that a cell belongs to: that of the first cell that was asked for and has the same
 * environment and variant. */
static size_t row_of(const struct run_outcome *out, size_t index) {
    size_t row = 0;
    while (out->cells[row].environment != out->cells[index].environment ||
           strcmp(out->cells[row].variant, out->cells[index].variant) != 0) {
        row++;
    }
    return row;
}

static void sort_rows(struct run_outcome *out) {
    size_t count = out->table.count;
    struct place *places = memory_alloc(count, sizeof *places);
    struct cell *cells = memory_alloc(count, sizeof *cells);
    struct table_cell *results = memory_alloc(count, sizeof *results);
    for (size_t i = 0; i < count; i++) {
        places[i] = (struct place){i, row_of(out, i), out->cells[i].seed, i < out->requested};
    }
    qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0; i < count; i++) {
        cells[i] = out->cells[places[i].index];
        results[i] = out->results[places[i].index];
    }
    free(out->cells);
    free(out->results);
    free(places);
    out->cells = cells;
    out->results = results;
}

/* ---- the whole ---- */

static void gather(const struct run_request *request, struct run_outcome *out) {
    const struct experiment *experiment = request->experiment;
    struct results_shared shared;
    shared.given = *settings_dataset(&out->cells[0].settings); /* used only where a dataset was given */
    shared.need = need_of(experiment);
    for (size_t e = 0; e < experiment->environment_count && !request->flat; e++) {
        for (size_t v = 0; v < experiment->variant_count; v++) {
            add_row(request, out, e, v, &shared);
        }
    }
    if (out->table.count > out->requested) {
        sort_rows(out);
    }
    out->table.cells = out->results;
}

/* Under a lock: who writes last has seen all that the others have. */
enum status results_write(const struct run_request *request, struct run_outcome *out) {
    char *path = file_join(request->folder, "table.lock");
    const struct lock_wait wait = {.subject = request->folder, .purpose = "the tables are being written"};
    struct claim *claim = NULL;
    enum status status = claim_wait(&claim, path, &wait);
    if (status == STATUS_OK) {
        gather(request, out);
        status = table_write(&out->table, request->folder);
    }
    claim_release(claim);
    free(path);
    return status;
}
