/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/maker.h"

#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

void maker_create(struct maker *maker, const struct simulator *simulator, const struct dataset_info *info) {
    struct simulator_plan plan = dataset_layout_plan(simulator, info);
    *maker = (struct maker){.simulator = simulator, .info = *info, .pieces = simulator_plan_pieces(&plan)};
    struct dataset_shape shapes[SERIES_COUNT];
    size_t largest = 1;
    for (int i = 0; i < SERIES_COUNT; i++) {
        shapes[i] = dataset_layout_shape(simulator, info, (enum dataset_series)i);
        size_t bytes = shapes[i].frame_bytes * (size_t)shapes[i].chunk_frames;
        largest = bytes > largest ? bytes : largest;
    }
    chunk_filter_create(&maker->filter, largest);
    for (int i = 0; i < SERIES_COUNT; i++) {
        packed_series_create(&maker->series[i], &shapes[i], info);
    }
    maker->images = info->stored_images ? memory_alloc((size_t)info->frames, IMAGE_VALUES) : NULL;
}

void maker_free(struct maker *maker) {
    for (int i = 0; i < SERIES_COUNT; i++) {
        packed_series_free(&maker->series[i]);
    }
    chunk_filter_free(maker->filter);
    free(maker->images);
}

static void draw(struct maker *maker, const struct trajectory *trajectory) {
    for (int frame = 0; frame < maker->info.frames && maker->images != NULL; frame++) {
        simulator_draw(maker->simulator, &trajectory->setup,
                       &trajectory->states[(size_t)frame * (size_t)maker->info.state_size],
                       &maker->images[(size_t)frame * IMAGE_VALUES]);
    }
}

static void pack(struct maker *maker, const struct trajectory *trajectory) {
    const void *values[SERIES_COUNT] = {
        [SERIES_X] = trajectory->states,
        [SERIES_DX_DT] = trajectory->dx_dt,
        [SERIES_DX_DT_FULL] = trajectory->dx_dt_full,
        [SERIES_IMAGE] = maker->images,
    };
    for (int i = 0; i < SERIES_COUNT; i++) {
        struct dataset_shape shape =
            dataset_layout_shape(maker->simulator, &maker->info, (enum dataset_series)i);
        if (shape.frame_bytes > 0) {
            packed_series_fill(&maker->series[i], maker->filter, &shape, &maker->info, values[i]);
        }
    }
    maker->row.setup = trajectory->setup;
    maker->row.rejected = trajectory->attempts - 1;
    memcpy(maker->row.invariant_error, trajectory->invariant_error, sizeof maker->row.invariant_error);
}

enum status maker_run(struct maker *maker, struct trajectory_runner *runner, const char *purpose, int index) {
    struct trajectory trajectory;
    enum status status = trajectory_run(runner, maker->info.seed, purpose, (uint64_t)index, &trajectory);
    if (status != STATUS_OK) {
        return status == STATUS_INTERRUPTED ? status
                                            : status_prefix(status, "%s, trajectory %d", purpose, index);
    }
    maker->row.run = index / maker->pieces;
    draw(maker, &trajectory);
    pack(maker, &trajectory);
    return STATUS_OK;
}
