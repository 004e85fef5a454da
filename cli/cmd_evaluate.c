/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "cli/commands.h"
#include "experiments/cell.h"
#include "support/memory.h"
#include "sweep/claim.h"

static const struct option dataset_option = {"data", "FILE",
                                             "dataset, if it is not where it was in training"};

/* Under the lock of the cell: nobody else trains or evaluates it meanwhile. */
static enum status evaluate_claimed(const struct cell *cell, const struct dataset *dataset,
                                    const struct effort *effort, struct table_cell *out) {
    const struct lock_wait wait = {cell->folder, "is worked on", effort->report, effort->context};
    struct claim *claim = NULL;
    char *path = record_lock_path(cell->folder);
    enum status status = claim_wait(&claim, path, &wait);
    if (status == STATUS_OK) {
        status = cell_evaluate(cell, dataset, effort, out);
    }
    claim_release(claim);
    free(path);
    return status;
}

static enum status evaluate_cell(const struct cell *cell, const struct arguments *arguments) {
    struct effort effort;
    struct dataset *dataset = NULL;
    enum status status = commands_effort(arguments, &effort);
    if (status == STATUS_OK) {
        status = commands_open_data(&dataset, cell, &effort);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct table_cell result;
    status = evaluate_claimed(cell, dataset, &effort, &result);
    dataset_close(dataset);
    if (status == STATUS_OK) {
        struct table table = {.title = cell->folder, .cells = &result, .count = 1};
        commands_print_table(&table, cell);
    }
    return status;
}

static enum status evaluate(const struct arguments *arguments) {
    struct cell cell;
    enum status status = cell_read(&cell, arguments->positional[0]);
    if (status == STATUS_OK) {
        const char *data_file = arguments_value(arguments, &dataset_option);
        if (data_file != NULL) {
            free(cell.data_file);
            cell.data_file = memory_copy_string(data_file);
            cell.generated = false;
        }
        status = evaluate_cell(&cell, arguments);
    }
    cell_clear(&cell);
    return status;
}

static const struct option *const options[] = {&dataset_option, &threads_option, &quiet_option, NULL};

const struct command evaluate_command = {
    .name = "evaluate",
    .usage = "FOLDER",
    .summary = "evaluate a trained model again",
    .description = "Evaluates the model of the run folder FOLDER (the one with config.resolved.yaml) again,\n"
                   "writes its evaluation.json and plots anew and prints its row of the table.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = evaluate,
};
