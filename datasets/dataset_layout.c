/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_layout.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

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

size_t dataset_layout_bytes(const struct dataset_shape *shape, const struct dataset_info *info) {
    return shape->frame_bytes * (size_t)info->frames;
}

bool dataset_layout_equal(const struct dataset_info *a, const struct dataset_info *b) {
    return strcmp(a->environment, b->environment) == 0 && strcmp(a->generator, b->generator) == 0 &&
           memcmp(a->trajectories, b->trajectories, sizeof a->trajectories) == 0 && a->frames == b->frames &&
           a->dt == b->dt && memcmp(a->options, b->options, sizeof a->options) == 0 &&
           a->stored_images == b->stored_images && a->seed == b->seed;
}

const char *dataset_layout_protocol(const struct simulator *simulator, const struct dataset_info *info) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    if (memcmp(plan.options, info->options, sizeof plan.options) == 0) {
        return "published";
    }
    simulator_plan_quick(&plan);
    return memcmp(plan.options, info->options, sizeof plan.options) == 0 ? "quick" : "custom";
}

struct column_list {
    struct dataset_column *columns;
    int count;
};

static void add(struct column_list *list, const char *group, const char *name, enum dataset_column_type type,
                int width, size_t offset) {
    assert(list->count < DATASET_MAX_COLUMNS);
    struct dataset_column *column = &list->columns[list->count++];
    *column = (struct dataset_column){.type = type, .width = width, .offset = offset};
    (void)snprintf(column->path, sizeof column->path, "%s%s", group, name);
}

static void add_parameters(struct column_list *list, const struct simulator *simulator) {
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        size_t first = (size_t)simulator_parameter_first(simulator, i) * sizeof(double);
        add(list, "other/", simulator->parameters[i].name, COLUMN_REAL, simulator->parameters[i].width,
            offsetof(struct dataset_row, setup.parameters) + first);
    }
}

static void add_digests(struct column_list *list, const struct simulator *simulator,
                        const struct dataset_info *info) {
    for (int i = 0; i < SERIES_COUNT; i++) {
        struct dataset_shape shape = dataset_layout_shape(simulator, info, (enum dataset_series)i);
        if (shape.frame_bytes > 0) {
            add(list, "sha256/", shape.name, COLUMN_BYTE, SHA256_BYTES,
                offsetof(struct dataset_row, digest) + (size_t)i * SHA256_BYTES);
        }
    }
}

int dataset_layout_columns(const struct simulator *simulator, const struct dataset_info *info,
                           struct dataset_column out[DATASET_MAX_COLUMNS]) {
    struct column_list list = {.columns = out};
    const struct dynamics *dynamics = simulator->dynamics;
    add_parameters(&list, simulator);
    if (simulator_has_discs(simulator)) {
        add(&list, "other/", "offset", COLUMN_REAL, 2, offsetof(struct dataset_row, setup.offset));
        add(&list, "other/", "color_index", COLUMN_INTEGER, dynamics->bodies,
            offsetof(struct dataset_row, setup.color_index));
    }
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        add(&list, "invariant_error/", dynamics->invariants[i].name, COLUMN_REAL, 0,
            offsetof(struct dataset_row, invariant_error) + (size_t)i * sizeof(double));
    }
    add(&list, "", "rejected", COLUMN_INTEGER, 0, offsetof(struct dataset_row, rejected));
    add_digests(&list, simulator, info);
    return list.count;
}

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

void dataset_column_decode(const struct dataset_column *column, const void *stored, struct dataset_row *row) {
    void *member = (char *)row + column->offset;
    if (column->type == COLUMN_INTEGER) {
        for (size_t i = 0; i < values_of(column); i++) {
            ((int *)member)[i] = (int)((const int64_t *)stored)[i];
        }
    } else {
        memcpy(member, stored, dataset_column_bytes(column));
    }
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

struct simulator_plan dataset_content_plan(const struct dataset_content *content) {
    struct simulator_plan plan = simulator_plan_default(content->simulator);
    plan.frames = content->info.frames;
    plan.dt = content->info.dt;
    memcpy(plan.options, content->info.options, sizeof plan.options);
    return plan;
}
