/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_layout.h"

#include <assert.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset_words.h"
#include "support/memory.h"

const struct hdf5_file_format dataset_layout_format = {"hambench-dataset", "dataset", DATASET_FORMAT_VERSION};

struct dataset_shape dataset_layout_shape(const struct simulator *simulator, const struct dataset_info *info,
                                          enum dataset_series series) {
    static const char *const names[SERIES_COUNT] = {"x", "dx_dt", "dx_dt_full", "image"};
    bool there = (series != SERIES_DX_DT_FULL || simulator->friction != 0.0) &&
                 (series != SERIES_IMAGE || info->stored_images);
    size_t state_bytes = (size_t)info->state_size * sizeof(double);
    int chunk = series == SERIES_IMAGE ? DATASET_IMAGE_CHUNK : DATASET_STATE_CHUNK;
    return (struct dataset_shape){
        .name = names[series],
        .element = series == SERIES_IMAGE ? 1 : sizeof(double),
        .frame_bytes = !there                   ? 0
                       : series == SERIES_IMAGE ? IMAGE_VALUES
                                                : state_bytes,
        .chunk_frames = info->frames < chunk ? info->frames : chunk,
    };
}

struct hdf5_file_shape dataset_layout_series(const struct simulator *simulator,
                                             const struct dataset_info *info, enum dataset_series series,
                                             int count) {
    struct dataset_shape shape = dataset_layout_shape(simulator, info, series);
    struct hdf5_file_shape out = {
        .type = series == SERIES_IMAGE ? HDF5_FILE_BYTE : HDF5_FILE_REAL64,
        .rank = series == SERIES_IMAGE ? 5 : 3,
        .size = {(uint64_t)count, (uint64_t)info->frames, (uint64_t)info->state_size},
    };
    if (series == SERIES_IMAGE) {
        out.size[2] = out.size[3] = IMAGE_SIDE;
        out.size[4] = IMAGE_CHANNELS;
    }
    memcpy(out.chunk, out.size, sizeof out.chunk);
    out.chunk[0] = 1;
    out.chunk[1] = (uint64_t)shape.chunk_frames;
    return out;
}

size_t dataset_layout_bytes(const struct dataset_shape *shape, const struct dataset_info *info) {
    return shape->frame_bytes * (size_t)info->frames;
}

bool dataset_layout_has_split(const struct dataset_info *info, enum dataset_split split) {
    return split != DATASET_VALIDATION || info->trajectories[split] > 0;
}

long dataset_layout_trajectories(const struct dataset_info *info) {
    long sum = 0;
    for (int split = 0; split < DATASET_SPLITS; split++) {
        sum += info->trajectories[split];
    }
    return sum;
}

bool dataset_layout_equal(const struct dataset_info *a, const struct dataset_info *b) {
    return strcmp(a->environment, b->environment) == 0 && strcmp(a->definition, b->definition) == 0 &&
           a->shift == b->shift && memcmp(a->trajectories, b->trajectories, sizeof a->trajectories) == 0 &&
           a->frames == b->frames && a->dt == b->dt &&
           memcmp(a->options, b->options, sizeof a->options) == 0 && a->stored_images == b->stored_images &&
           a->seed == b->seed;
}

const char *dataset_layout_protocol(const struct simulator *simulator, const struct dataset_info *info) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    if (memcmp(plan.options, info->options, sizeof plan.options) == 0) {
        return DATASET_PROTOCOL_PUBLISHED;
    }
    simulator_plan_quick(&plan);
    return memcmp(plan.options, info->options, sizeof plan.options) == 0 ? DATASET_PROTOCOL_QUICK
                                                                         : DATASET_PROTOCOL_CUSTOM;
}

struct column_list {
    struct dataset_column *columns;
    int count;
};

static struct dataset_column *add(struct column_list *list, const char *group, const char *name,
                                  enum dataset_column_type type, int width, size_t offset) {
    assert(list->count < DATASET_MAX_COLUMNS);
    struct dataset_column *column = &list->columns[list->count++];
    *column = (struct dataset_column){.type = type, .width = width, .offset = offset};
    (void)snprintf(column->path, sizeof column->path, "%s%s", group, name);
    return column;
}

static void set_bounds(struct dataset_column *column, double low, double high) {
    column->low = low;
    column->high = high;
}

static void add_parameters(struct column_list *list, const struct simulator *simulator) {
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        const struct simulator_parameter *parameter = &simulator->parameters[i];
        size_t first = (size_t)simulator_parameter_first(simulator, i) * sizeof(double);
        set_bounds(add(list, "other/", parameter->name, COLUMN_REAL, parameter->width,
                       offsetof(struct dataset_row, setup.parameters) + first),
                   parameter->low, parameter->high);
    }
}

/* How the picture shows its discs. An offset keeps them on the canvas. */
static void add_look(struct column_list *list, const struct simulator *simulator) {
    double reach = simulator_canvas(simulator);
    set_bounds(add(list, "other/", "offset", COLUMN_REAL, 2, offsetof(struct dataset_row, setup.offset)),
               -reach, reach);
    set_bounds(add(list, "other/", "color_index", COLUMN_INTEGER, simulator->dynamics->bodies,
                   offsetof(struct dataset_row, setup.color_index)),
               0, fmax(simulator->colors, 1) - 1);
}

static void add_digests(struct column_list *list, const struct simulator *simulator,
                        const struct dataset_info *info) {
    for (int i = 0; i < SERIES_COUNT; i++) {
        struct dataset_shape shape = dataset_layout_shape(simulator, info, (enum dataset_series)i);
        if (shape.frame_bytes > 0) {
            (void)add(list, "sha256/", shape.name, COLUMN_BYTE, SHA256_BYTES,
                      offsetof(struct dataset_row, digest) + (size_t)i * SHA256_BYTES);
        }
    }
}

int dataset_layout_columns(const struct simulator *simulator, const struct dataset_info *info,
                           struct dataset_column out[DATASET_MAX_COLUMNS]) {
    struct column_list list = {.columns = out};
    add_parameters(&list, simulator);
    if (simulator_has_discs(simulator)) {
        add_look(&list, simulator);
    }
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        set_bounds(add(&list, "invariant_error/", simulator->dynamics->invariants[i].name, COLUMN_REAL, 0,
                       offsetof(struct dataset_row, invariant_error) + (size_t)i * sizeof(double)),
                   0, DBL_MAX);
    }
    set_bounds(add(&list, "", "rejected", COLUMN_INTEGER, 0, offsetof(struct dataset_row, rejected)), 0,
               INT_MAX);
    set_bounds(add(&list, "", "run", COLUMN_INTEGER, 0, offsetof(struct dataset_row, run)), 0, INT_MAX);
    add_digests(&list, simulator, info);
    return list.count;
}

struct hdf5_file_shape dataset_column_shape(const struct dataset_column *column, int count) {
    static const enum hdf5_file_type types[COLUMN_TYPES] = {HDF5_FILE_REAL64, HDF5_FILE_INTEGER64,
                                                            HDF5_FILE_BYTE};
    uint64_t rows = (uint64_t)count, width = (uint64_t)column->width;
    return (struct hdf5_file_shape){
        .type = types[column->type],
        .rank = width == 0 ? 1 : 2,
        .size = {rows, width},
        .chunk = {rows < DATASET_COLUMN_CHUNK ? rows : DATASET_COLUMN_CHUNK, width},
    };
}

/* --- names ---------------------------------------------------------------------------------------------- */

void dataset_layout_name(char out[DATASET_NAME], enum dataset_split split, const char *path) {
    int length =
        snprintf(out, DATASET_NAME, "%s%s%s", dataset_split_names[split], *path == '\0' ? "" : "/", path);
    assert(length < DATASET_NAME);
    (void)length;
}

static void add_name(struct dataset_names *names, const char *name) {
    for (int i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0) {
            return;
        }
    }
    assert(names->count < DATASET_MAX_NAMES);
    names->names[names->count++] = name;
}

void dataset_layout_attributes(const struct simulator *simulator, struct dataset_names *out) {
    static const char *const always[] = {"format",     "format_version", "environment", "generator",
                                         "definition", "config",         "seed",        "frames",
                                         "dt",         "images",         "integrator",  "tolerance",
                                         "protocol",   "friction",       "colors",      "canvas",
                                         "rejected",   "sha256",         "complete"};
    out->count = 0;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        add_name(out, always[i]);
    }
    if (simulator->shift != SIMULATOR_SHIFT_NONE) {
        add_name(out, "shift");
    }
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        add_name(out, simulator->options[i].name);
    }
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        dataset_layout_error_name(simulator, i, out->made[i]);
        add_name(out, out->made[i]);
    }
}

void dataset_layout_error_name(const struct simulator *simulator, int invariant, char out[96]) {
    (void)snprintf(out, 96, "max_%s_error", simulator->dynamics->invariants[invariant].name);
}

/* Adds what of `path` is in `group`. The names are those of tables that stay. */
static void add_member(struct dataset_names *names, const char *group, const char *path) {
    static const char *const groups[] = {"other", "invariant_error", "sha256"};
    const char *slash = strchr(path, '/');
    size_t length = strlen(group);
    if (slash == NULL) {
        if (length == 0) {
            add_name(names, path);
        }
        return;
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (length == 0 && strncmp(path, groups[i], (size_t)(slash - path)) == 0) {
            add_name(names, groups[i]);
        }
    }
    if (length > 0 && length == (size_t)(slash - path) && strncmp(path, group, length) == 0) {
        add_name(names, slash + 1);
    }
}

void dataset_layout_members(const struct dataset_column *columns, int count,
                            const struct simulator *simulator, const struct dataset_info *info,
                            const char *group, struct dataset_names *out) {
    out->count = 0;
    for (int i = 0; i < count; i++) {
        add_member(out, group, columns[i].path);
    }
    for (int i = 0; i < SERIES_COUNT; i++) {
        struct dataset_shape shape = dataset_layout_shape(simulator, info, (enum dataset_series)i);
        if (shape.frame_bytes > 0) {
            add_member(out, group, shape.name);
        }
    }
}

/* --- rows ----------------------------------------------------------------------------------------------- */

static size_t values_of(const struct dataset_column *column) {
    return column->width == 0 ? 1 : (size_t)column->width;
}

size_t dataset_column_bytes(const struct dataset_column *column) {
    static const size_t sizes[COLUMN_TYPES] = {sizeof(double), sizeof(int64_t), 1};
    return values_of(column) * sizes[column->type];
}

void dataset_column_encode(const struct dataset_column *column, const struct dataset_row *row, void *out) {
    const void *member = (const char *)row + column->offset;
    if (column->type == COLUMN_INTEGER) {
        for (size_t i = 0; i < values_of(column); i++) {
            ((int64_t *)out)[i] = ((const int *)member)[i];
        }
    } else {
        memcpy(out, member, dataset_column_bytes(column));
    }
}

int dataset_column_decode(const struct dataset_column *column, const void *stored, struct dataset_row *row,
                          double *bad) {
    void *member = (char *)row + column->offset;
    if (column->type == COLUMN_BYTE) {
        memcpy(member, stored, dataset_column_bytes(column));
        return -1;
    }
    for (size_t i = 0; i < values_of(column); i++) {
        int64_t integer = ((const int64_t *)stored)[i];
        double value = column->type == COLUMN_REAL ? ((const double *)stored)[i] : (double)integer;
        if (!(value >= column->low && value <= column->high)) {
            *bad = value;
            return (int)i;
        }
        if (column->type == COLUMN_REAL) {
            ((double *)member)[i] = value;
        } else {
            ((int *)member)[i] = (int)integer;
        }
    }
    return -1;
}

void dataset_column_add_hash(const struct dataset_column *column, const void *stored, size_t count,
                             struct sha256 *hash) {
    size_t bytes = dataset_column_bytes(column);
    for (size_t i = 0; i < count; i++) {
        uint8_t row[SHA256_BYTES];
        sha256_of((const uint8_t *)stored + i * bytes, bytes, row);
        sha256_add(hash, row, sizeof row);
    }
}

void dataset_content_free(struct dataset_content *content) {
    for (int split = 0; split < DATASET_SPLITS; split++) {
        free(content->states[split]);
        free(content->rows[split]);
    }
}

struct simulator_plan dataset_layout_plan(const struct simulator *simulator,
                                          const struct dataset_info *info) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    plan.frames = info->frames;
    plan.dt = info->dt;
    memcpy(plan.options, info->options, sizeof plan.options);
    return plan;
}

struct simulator_plan dataset_content_plan(const struct dataset_content *content) {
    return dataset_layout_plan(content->simulator, &content->info);
}
