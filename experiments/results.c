/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/results.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/data_file.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/provenance.h"
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

void results_make_cell(struct cell *out, const struct run_request *request, size_t row, uint64_t seed,
                       const struct results_shared *shared) {
    const struct experiment *experiment = request->experiment;
    size_t environment = row / experiment->variant_count, variant = row % experiment->variant_count;
    const char *data_file = experiment->data_file;
    *out = (struct cell){
        .environment = experiment->environments[environment],
        .model = experiment->variants[variant].kind,
        .variant = memory_copy_string(experiment->variants[variant].name),
        .seed = seed,
        .generated = data_file == NULL,
        .row = row,
    };
    out->name = request->flat ? memory_copy_string(".")
                              : text_format("%s/%s/%s%" PRIu64, out->environment->name, out->variant,
                                            SEED_PREFIX, seed);
    out->folder = request->flat ? memory_copy_string(request->folder) : file_join(request->folder, out->name);
    if (request->records != NULL) {
        out->record = cell_record_path(request->records, out->environment->name, out->variant, seed);
    }
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

/* ---- cells that were not asked for ---- */

bool results_adopt(struct run_outcome *out, struct table_cell *result, enum cell_record_use *use,
                   const struct cell *cell, const char *data) {
    struct cell_record record;
    *use = cell_record_look(&record, cell, data);
    if (*use == CELL_RECORD_FITS) {
        *result = cell_record_result(&record, cell);
        out->adopted++;
        if (!lines_contain(&out->revisions, record.maker.revision)) {
            lines_add(&out->revisions, "%s", record.maker.revision);
        }
    }
    cell_record_clear(&record);
    return *use == CELL_RECORD_FITS;
}

/* The result that is there of a cell, made here or taken from its record. */
static bool find_result(struct run_outcome *out, const struct cell *cell, struct table_cell *result) {
    struct cell_standing standing;
    enum cell_record_use use;
    cell_look(cell, NULL, &standing);
    return (standing.settled && cell_result(cell, result)) || results_adopt(out, result, &use, cell, NULL);
}

/* Adds the cell, which goes over to the outcome; one without a result only when it is `expected`. */
static void add_cell(struct run_outcome *out, struct cell *cell, bool expected) {
    struct table_cell result = {.environment = cell->environment->name,
                                .model = cell->variant,
                                .seed = cell->seed,
                                .status = STATUS_NOT_RUN};
    if (!find_result(out, cell, &result) && !expected) {
        cell_clear(cell);
        return;
    }
    out->not_run += result.status == STATUS_NOT_RUN;
    size_t count = out->table.count;
    out->cells = memory_resize(out->cells, count + 1, sizeof *out->cells);
    out->results = memory_resize(out->results, count + 1, sizeof *out->results);
    out->cells[count] = *cell;
    out->results[count] = result;
    out->table.count = count + 1;
}

/* The seeds of the experiment that were not asked for. */
static void add_row(const struct run_request *request, struct run_outcome *out, size_t row,
                    const struct results_shared *shared) {
    const struct experiment *experiment = request->experiment;
    for (size_t s = 0; s < experiment->seed_count; s++) {
        if (request->chosen != NULL && !request->chosen[row * experiment->seed_count + s]) {
            struct cell cell;
            results_make_cell(&cell, request, row, experiment->seeds[s], shared);
            add_cell(out, &cell, true);
        }
    }
}

static bool has_seed(const struct experiment *experiment, int64_t seed) {
    for (size_t s = 0; s < experiment->seed_count; s++) {
        if (experiment->seeds[s] == (uint64_t)seed) {
            return true;
        }
    }
    return false;
}

struct seeds {
    int64_t *seed;
    size_t count;
};

static void add_seed(struct seeds *out, int64_t seed) {
    for (size_t i = 0; i < out->count; i++) {
        if (out->seed[i] == seed) {
            return;
        }
    }
    out->seed = memory_resize(out->seed, out->count + 1, sizeof *out->seed);
    out->seed[out->count++] = seed;
}

/* Adds N of every entry seed-N`ending` of the row's folder below `root`, NULL for none. */
static void list_seeds(struct seeds *out, const char *root, const struct experiment *experiment, size_t row,
                       const char *ending) {
    if (root == NULL) {
        return;
    }
    char *folder =
        text_format("%s/%s/%s", root, experiment->environments[row / experiment->variant_count]->name,
                    experiment->variants[row % experiment->variant_count].name);
    DIR *entries = opendir(folder);
    const size_t prefix = strlen(SEED_PREFIX), suffix = strlen(ending);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        size_t length = strlen(entry->d_name);
        int64_t seed;
        if (length <= prefix + suffix || strncmp(entry->d_name, SEED_PREFIX, prefix) != 0 ||
            strcmp(entry->d_name + length - suffix, ending) != 0) {
            continue;
        }
        char *number = text_format("%.*s", (int)(length - prefix - suffix), entry->d_name + prefix);
        if (text_parse_integer(number, &seed) && seed >= 0 && !has_seed(experiment, seed)) {
            add_seed(out, seed);
        }
        free(number);
    }
    if (entries != NULL) {
        (void)closedir(entries);
    }
    free(folder);
}

/* The other seeds that have folders or records. */
static void add_other_seeds(const struct run_request *request, struct run_outcome *out, size_t row,
                            const struct results_shared *shared) {
    struct seeds seeds = {0};
    list_seeds(&seeds, request->folder, request->experiment, row, "");
    list_seeds(&seeds, request->records, request->experiment, row, ".json");
    for (size_t i = 0; i < seeds.count; i++) {
        struct cell cell;
        results_make_cell(&cell, request, row, (uint64_t)seeds.seed[i], shared);
        add_cell(out, &cell, false);
    }
    free(seeds.seed);
}

/* ---- order ---- */

struct place {
    size_t index; /* before sorting */
    size_t row;
    uint64_t seed;
    bool listed; /* of the experiment's seeds */
};

/* Seeds of the experiment stay in the order of the experiment, before the others. */
static int compare_places(const void *left, const void *right) {
    const struct place *a = left, *b = right;
    if (a->row != b->row) {
        return a->row < b->row ? -1 : 1;
    }
    if (a->listed != b->listed) {
        return a->listed ? -1 : 1;
    }
    if (!a->listed && a->seed != b->seed) {
        return a->seed < b->seed ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

/* The first `listed` cells are those of the experiment. */
static void sort_rows(struct run_outcome *out, size_t listed) {
    size_t count = out->table.count;
    struct place *places = memory_alloc(count, sizeof *places);
    struct cell *cells = memory_alloc(count, sizeof *cells);
    struct table_cell *results = memory_alloc(count, sizeof *results);
    for (size_t i = 0; i < count; i++) {
        places[i] = (struct place){i, out->cells[i].row, out->cells[i].seed, i < listed};
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

/* ---- notes ---- */

static void note_not_run(struct run_outcome *out) {
    if (out->not_run > 0) {
        lines_add(&out->notes, "Not run: %zu of %zu cells. Nobody has run them, they have not failed.",
                  out->not_run, out->table.count);
    }
}

static void note_revisions(struct run_outcome *out) {
    struct text list = {0};
    for (size_t i = 0; i < out->revisions.count; i++) {
        text_add(&list, "%s%s", i == 0 ? "" : ", ", out->revisions.line[i]);
    }
    if (out->adopted > 0) {
        lines_add(&out->notes, "Taken from records: %zu of %zu cells, made by revision %s; this is %s.",
                  out->adopted, out->table.count, list.data, provenance_revision());
    }
    text_free(&list);
}

/* ---- the whole ---- */

static void gather(const struct run_request *request, const struct results_shared *shared,
                   struct run_outcome *out) {
    const struct experiment *experiment = request->experiment;
    size_t rows = request->flat ? 0 : experiment->environment_count * experiment->variant_count;
    for (size_t i = 0; i < rows; i++) {
        add_row(request, out, i, shared);
    }
    size_t listed = out->table.count;
    for (size_t i = 0; i < rows; i++) {
        add_other_seeds(request, out, i, shared);
    }
    if (out->table.count > out->requested) {
        sort_rows(out, listed);
    }
    out->table.cells = out->results;
    out->table.notes = &out->notes;
    note_not_run(out);
    note_revisions(out);
}

/* Under a lock: who writes last has seen all that the others have. */
enum status results_write(const struct run_request *request, const struct results_shared *shared,
                          struct run_outcome *out) {
    char *path = file_join(request->folder, "table.lock");
    const struct lock_wait wait = {.subject = request->folder, .purpose = "the tables are being written"};
    struct claim *claim = NULL;
    enum status status = claim_wait(&claim, path, &wait);
    if (status == STATUS_OK) {
        gather(request, shared, out);
        status = table_write(&out->table, request->folder);
    }
    claim_release(claim);
    free(path);
    return status;
}
