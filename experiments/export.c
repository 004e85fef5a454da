/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/export.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/file.h"
#include "support/hdf5_file.h"
#include "support/json_text.h"
#include "support/provenance.h"
#include "support/text.h"

_Static_assert(sizeof(real) == 4, "exports hold 32-bit reals");

static const struct hdf5_file_format export_format = {"hambench-model", "model", 1};

static const char GROUP[] = "parameters";
enum { NAME = PARAMETER_NAME_SIZE + sizeof GROUP };

static void put_parameters(struct hdf5_file *file, const struct parameters *parameters) {
    hdf5_file_create_group(file, GROUP);
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *parameter = &parameters->list[i];
        const real *values = &parameters->values[parameter->offset];
        struct hdf5_file_shape shape = {.type = HDF5_FILE_REAL32, .rank = parameter->rank};
        uint8_t digest[SHA256_BYTES];
        char name[NAME];
        for (int j = 0; j < parameter->rank; j++) {
            shape.size[j] = (uint64_t)parameter->shape[j];
        }
        (void)snprintf(name, sizeof name, "%s/%s", GROUP, parameter->name);
        hdf5_file_write(file, hdf5_file_create_dataset(file, name, &shape), values);
        sha256_of(values, parameter->size * sizeof *values, digest);
        hdf5_file_put_digest(file, name, digest);
    }
}

static void put_attributes(struct hdf5_file *file, const struct cell *cell, int steps) {
    struct text settings = {0}, provenance = {0};
    struct json_text json = {.out = &provenance};
    settings_add_yaml(&settings, &cell->settings);
    json_text_open(&json, NULL, '{');
    provenance_add_json(&json);
    json_text_close(&json, '}');
    hdf5_file_put_text(file, "/", "model", cell->model->name);
    hdf5_file_put_text(file, "/", "variant", cell->variant);
    hdf5_file_put_text(file, "/", "environment", cell->environment->name);
    hdf5_file_put_unsigned(file, "seed", cell->seed);
    hdf5_file_put_integer(file, "steps", steps);
    hdf5_file_put_text(file, "/", "settings", settings.data);
    hdf5_file_put_text(file, "/", "provenance", provenance.data);
    text_free(&settings);
    text_free(&provenance);
}

enum status export_write(const char *path, const struct cell *cell, const struct model *model, int steps) {
    struct hdf5_file *file;
    char *part;
    enum status status = file_temporary(&part, path);
    if (status != STATUS_OK) {
        return status;
    }
    status = hdf5_file_begin(&file, part, path, &export_format, 0);
    if (status == STATUS_OK) {
        put_attributes(file, cell, steps);
        put_parameters(file, model->parameters);
        status = hdf5_file_finish(file);
    }
    return file_settle(part, path, status);
}
