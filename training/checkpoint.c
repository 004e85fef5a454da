/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/checkpoint.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/hdf5_file.h"
#include "support/memory.h"
#include "support/text.h"

_Static_assert(sizeof(real) == 4, "checkpoints hold 32-bit reals");

static const struct hdf5_file_format checkpoint_format = {"hambench-checkpoint", "checkpoint", 2};

static const char *const attribute_names[] = {"format", "format_version", "model",  "seed",
                                              "steps",  "seconds",        "sha256", "complete"};

/* Groups of a checkpoint: numbers of the parameters' shapes. */
enum { BLOCK_PARAMETERS, BLOCK_MEAN, BLOCK_SQUARE, BLOCK_AVERAGE, BLOCKS };

static const char *const block_names[BLOCKS] = {"parameters", "adam_mean", "adam_square", "average"};

/* "adam_mean/decoder.d0.weight" */
enum { NAME = PARAMETER_NAME_SIZE + 32 };

static void name_dataset(char out[NAME], int block, const struct parameter *parameter) {
    (void)snprintf(out, NAME, "%s/%s", block_names[block], parameter->name);
}

/* The average moves by less than the last place of its numbers in single precision. */
static bool is_double(int block) {
    return block == BLOCK_AVERAGE;
}

static size_t number_size(int block) {
    return is_double(block) ? sizeof(double) : sizeof(real);
}

static struct hdf5_file_shape shape_of(int block, const struct parameter *parameter) {
    struct hdf5_file_shape shape = {.type = is_double(block) ? HDF5_FILE_REAL64 : HDF5_FILE_REAL32,
                                    .rank = parameter->rank};
    for (int i = 0; i < parameter->rank; i++) {
        shape.size[i] = (uint64_t)parameter->shape[i];
    }
    return shape;
}

/* --- writing ----------------------------------------------------------------------------------------------
 */

static void write_block(struct hdf5_file *file, int block, const struct parameters *parameters,
                        const void *values) {
    hdf5_file_create_group(file, block_names[block]);
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *parameter = &parameters->list[i];
        struct hdf5_file_shape shape = shape_of(block, parameter);
        const char *first = (const char *)values + parameter->offset * number_size(block);
        uint8_t digest[SHA256_BYTES];
        char name[NAME];
        name_dataset(name, block, parameter);
        int64_t dataset = hdf5_file_create_dataset(file, name, &shape);
        hdf5_file_write(file, dataset, first);
        sha256_of(first, parameter->size * number_size(block), digest);
        hdf5_file_put_digest(file, name, digest);
    }
}

static enum status write_file(const char *part, const char *path, const struct checkpoint_info *info,
                              const struct parameters *parameters, const struct checkpoint_state *state) {
    struct hdf5_file *file;
    enum status status = hdf5_file_begin(&file, part, path, &checkpoint_format, 0);
    if (status != STATUS_OK) {
        return status;
    }
    hdf5_file_put_text(file, "/", "model", info->model);
    hdf5_file_put_unsigned(file, "seed", info->seed);
    hdf5_file_put_integer(file, "steps", info->steps);
    hdf5_file_put_real(file, "seconds", info->seconds);
    write_block(file, BLOCK_PARAMETERS, parameters, parameters->values);
    if (state->adam != NULL) {
        write_block(file, BLOCK_MEAN, parameters, state->adam->mean);
        write_block(file, BLOCK_SQUARE, parameters, state->adam->square);
    }
    if (state->average != NULL) {
        write_block(file, BLOCK_AVERAGE, parameters, state->average);
    }
    return hdf5_file_finish(file);
}

enum status checkpoint_write(const char *path, const struct checkpoint_info *info,
                             const struct parameters *parameters, const struct checkpoint_state *state) {
    char *part;
    enum status status = file_temporary(&part, path);
    if (status != STATUS_OK) {
        return status;
    }
    status = write_file(part, path, info, parameters, state);
    return file_settle(part, path, status);
}

/* --- reading ----------------------------------------------------------------------------------------------
 */

static enum status read_info(const struct hdf5_file *file, struct checkpoint_info *out) {
    int64_t steps = 0;
    enum status status = hdf5_file_check_attributes(file, "/", attribute_names,
                                                    sizeof attribute_names / sizeof *attribute_names);
    if (status == STATUS_OK) {
        status = hdf5_file_get_text(file, "/", "model", out->model, sizeof out->model);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_get_unsigned(file, "seed", &out->seed);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_get_integer(file, "steps", 0, INT_MAX, &steps);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_get_real(file, "seconds", &out->seconds);
    }
    if (status == STATUS_OK && out->seconds < 0.0) {
        status = status_fail(STATUS_DATA, "%s: attribute 'seconds' is %g, expected at least 0",
                             hdf5_file_path(file), out->seconds);
    }
    out->steps = (int)steps;
    return status;
}

/* Opens the file and reads what it says about itself; the caller closes `*out`, unless this fails. */
static enum status open_checkpoint(const char *path, struct hdf5_file **out, struct checkpoint_info *info) {
    enum status status = hdf5_file_open(out, path, &checkpoint_format);
    if (status != STATUS_OK) {
        return status;
    }
    status = read_info(*out, info);
    if (status == STATUS_OK) {
        status = hdf5_file_check_members(*out, "/", block_names, BLOCKS);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_check_fingerprint(*out);
    }
    if (status != STATUS_OK) {
        hdf5_file_close(*out);
    }
    return status;
}

enum status checkpoint_read_info(const char *path, struct checkpoint_info *out) {
    struct hdf5_file *file;
    enum status status = open_checkpoint(path, &file, out);
    if (status == STATUS_OK) {
        hdf5_file_close(file);
    }
    return status;
}

/* The values are those that were written, and numbers that training can have come to. */
static enum status check_values(const struct hdf5_file *file, int block, const char *name, const void *values,
                                size_t size) {
    uint8_t digest[SHA256_BYTES];
    char computed[SHA256_TEXT], stored[SHA256_TEXT];
    sha256_of(values, size * number_size(block), digest);
    sha256_format(digest, computed);
    enum status status = hdf5_file_get_text(file, name, "sha256", stored, sizeof stored);
    if (status == STATUS_OK && strcmp(computed, stored) != 0) {
        status = status_fail(STATUS_DATA, "%s: the values of %s have SHA-256 %s, expected %s",
                             hdf5_file_path(file), name, computed, stored);
    }
    bool is_square = block == BLOCK_SQUARE;
    for (size_t i = 0; i < size && status == STATUS_OK; i++) {
        double value = is_double(block) ? ((const double *)values)[i] : (double)((const real *)values)[i];
        if (!isfinite(value) || (is_square && value < 0)) {
            status = status_fail(STATUS_DATA, "%s: %s: value %zu is %g, expected a finite number%s",
                                 hdf5_file_path(file), name, i, value, is_square ? " of at least 0" : "");
        }
    }
    return status;
}

static enum status read_parameter(const struct hdf5_file *file, int block, const struct parameter *parameter,
                                  void *values) {
    struct hdf5_file_shape shape = shape_of(block, parameter);
    char name[NAME];
    int64_t dataset;
    name_dataset(name, block, parameter);
    enum status status = hdf5_file_open_dataset(file, name, &shape, &dataset);
    if (status != STATUS_OK) {
        char *why = memory_copy_string(status_detail());
        status = status_fail(STATUS_DATA, "%s (its parameters are not those of the configured model)", why);
        free(why);
        return status;
    }
    if (parameter->size > 0) {
        status = hdf5_file_read(file, dataset, values);
    }
    hdf5_file_close_dataset(dataset);
    return status == STATUS_OK ? check_values(file, block, name, values, parameter->size) : status;
}

static enum status read_block(const struct hdf5_file *file, int block, const struct parameters *parameters,
                              void *values) {
    const char **names = memory_alloc((size_t)parameters->count + 1, sizeof *names);
    for (int i = 0; i < parameters->count; i++) {
        names[i] = parameters->list[i].name;
    }
    enum status status = hdf5_file_check_members(file, block_names[block], names, parameters->count);
    for (int i = 0; i < parameters->count && status == STATUS_OK; i++) {
        const struct parameter *parameter = &parameters->list[i];
        char *first = (char *)values + parameter->offset * number_size(block);
        status = read_parameter(file, block, parameter, first);
    }
    free(names);
    return status;
}

enum status checkpoint_read(const char *path, struct checkpoint_info *out, struct parameters *parameters,
                            const struct checkpoint_state *state) {
    struct hdf5_file *file;
    enum status status = open_checkpoint(path, &file, out);
    if (status != STATUS_OK) {
        return status;
    }
    status = read_block(file, BLOCK_PARAMETERS, parameters, parameters->values);
    if (status == STATUS_OK && state->adam != NULL) {
        state->adam->steps = out->steps;
        status = read_block(file, BLOCK_MEAN, parameters, state->adam->mean);
    }
    if (status == STATUS_OK && state->adam != NULL) {
        status = read_block(file, BLOCK_SQUARE, parameters, state->adam->square);
    }
    if (status == STATUS_OK && state->average != NULL) {
        status = read_block(file, BLOCK_AVERAGE, parameters, state->average);
    }
    hdf5_file_close(file);
    return status;
}
