/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "experiments/export.h"
#include "support/file.h"
#include "support/memory.h"

static const struct option out_option = {"out", "FILE", "file to make (default: FOLDER/model.h5)"};

static void print_file(const char *path, const struct model *model, int steps) {
    char *line = text_format("%s: %s, %zu parameters after %d step%s", path, model->kind->name,
                             model->parameters->size, steps, steps == 1 ? "" : "s");
    commands_print_line(line);
    free(line);
}

/* Whether the path leads to that file of the run folder, by whatever name. */
static bool is_file_of(const char *folder, const char *name, const struct stat *out) {
    char *path = file_join(folder, name);
    struct stat own;
    bool same = stat(path, &own) == 0 && own.st_dev == out->st_dev && own.st_ino == out->st_ino;
    free(path);
    return same;
}

/* What the run folder cannot do without is not written over; and a folder is no file. */
static enum status check_out(const char *path, const char *folder) {
    static const char *const kept[] = {"checkpoint.h5", "config.resolved.yaml", "cell.json",
                                       "metrics.jsonl", "environment.jsonl",    "evaluation.json"};
    struct stat out;
    if (stat(path, &out) != 0) {
        return STATUS_OK; /* not there yet; or what is wrong with it shows in writing */
    }
    if (S_ISDIR(out.st_mode)) {
        return status_fail(STATUS_IO, "%s: is a directory, expected a file", path);
    }
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (is_file_of(folder, kept[i], &out)) {
            return status_fail(STATUS_USAGE, "--out: %s: is the %s of the run, expected another file", path,
                               kept[i]);
        }
    }
    return STATUS_OK;
}

static enum status export_model(const struct arguments *arguments) {
    struct cell cell;
    struct model *model = NULL;
    int steps;
    const char *folder = arguments->positional[0], *out = arguments_value(arguments, &out_option);
    char *path = out != NULL ? memory_copy_string(out) : file_join(folder, "model.h5");
    enum status status = cell_read(&cell, folder);
    if (status == STATUS_OK) {
        status = cell_load(&model, &steps, &cell);
    }
    if (status == STATUS_OK) {
        status = check_out(path, folder);
    }
    if (status == STATUS_OK) {
        status = file_make_parent(path);
    }
    if (status == STATUS_OK) {
        status = export_write(path, &cell, model, steps);
    }
    if (status == STATUS_OK) {
        print_file(path, model, steps);
    }
    model_free(model);
    cell_clear(&cell);
    free(path);
    return status;
}

static const struct option *const options[] = {&out_option, NULL};

const struct command export_command = {
    .name = "export",
    .usage = "FOLDER",
    .summary = "write the parameters of a trained model for other programs",
    .description = "Writes the model of the run folder FOLDER (the one with config.resolved.yaml) into one\n"
                   "HDF5 file: each parameter under its name, the settings and what made it.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = export_model,
};
