/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset.h"

#include <assert.h>
#include <stdlib.h>

#include "datasets/dataset_hdf5.h"
#include "support/memory.h"

enum status dataset_open(struct dataset **out, const char *path) {
    struct dataset *dataset = memory_alloc(1, sizeof *dataset);
    enum status status = dataset_hdf5_read(dataset, path);
    if (status != STATUS_OK) {
        dataset_close(dataset);
        return status;
    }
    *out = dataset;
    return STATUS_OK;
}

void dataset_close(struct dataset *dataset) {
    if (dataset == NULL) {
        return;
    }
    for (int split = 0; split < DATASET_SPLITS; split++) {
        free(dataset->splits[split].images);
        free(dataset->splits[split].states);
        free(dataset->splits[split].parameters);
    }
    free(dataset);
}

const struct dataset_info *dataset_info(const struct dataset *dataset) {
    return &dataset->info;
}

/* Index of the first frame of a trajectory among all frames of its split. */
static size_t first_frame(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    assert(trajectory >= 0 && trajectory < dataset->info.trajectories[split]);
    return (size_t)trajectory * (size_t)dataset->info.frames;
}

const uint8_t *dataset_images(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    return &dataset->splits[split].images[first_frame(dataset, split, trajectory) * FRAME_BYTES];
}

const double *dataset_states(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    size_t state_size = (size_t)dataset->info.state_size;
    return &dataset->splits[split].states[first_frame(dataset, split, trajectory) * state_size];
}

const double *dataset_parameters(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    size_t count = (size_t)simulator_parameter_count(dataset->simulator);
    assert(trajectory >= 0 && trajectory < dataset->info.trajectories[split]);
    return &dataset->splits[split].parameters[(size_t)trajectory * count];
}

double dataset_energy(const struct dataset *dataset, enum dataset_split split, int trajectory, int frame) {
    assert(frame >= 0 && frame < dataset->info.frames);
    const double *state = dataset_states(dataset, split, trajectory);
    return simulator_energy(dataset->simulator, dataset_parameters(dataset, split, trajectory),
                            &state[(size_t)frame * (size_t)dataset->info.state_size]);
}

struct dataset_window dataset_draw_window(const struct dataset *dataset, enum dataset_split split, int length,
                                          struct random_stream *random) {
    const struct dataset_info *info = &dataset->info;
    assert(length > 0 && length <= info->frames && info->trajectories[split] > 0);
    return (struct dataset_window){
        .trajectory = (int)random_below(random, (uint32_t)info->trajectories[split]),
        .start = (int)random_below(random, (uint32_t)(info->frames - length + 1)),
    };
}

void dataset_read_window(const struct dataset *dataset, enum dataset_split split,
                         struct dataset_window window, int length, float *out) {
    assert(window.start >= 0 && window.start + length <= dataset->info.frames);
    const uint8_t *bytes =
        dataset_images(dataset, split, window.trajectory) + (size_t)window.start * FRAME_BYTES;
    for (size_t i = 0; i < (size_t)length * FRAME_BYTES; i++) {
        out[i] = (float)bytes[i] / 255.0f;
    }
}
