/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset_file.h"
#include "datasets/dataset_layout.h"
#include "datasets/definition.h"
#include "datasets/image_cache.h"
#include "support/memory.h"

const char *const dataset_split_names[DATASET_SPLITS] = {"train", "test", "validation"};

struct dataset {
    struct dataset_content content;
    uint8_t *images[DATASET_SPLITS]; /* [n][T][32][32][3]; NULL where they are drawn or stay in the file */
    struct dataset_file *file;       /* NULL when nothing is read from it any more */
    struct image_cache *cache;       /* of images that stay in the file; NULL where they do not */
    int runs[DATASET_SPLITS];
};

static size_t image_bytes(const struct dataset_info *info, int split) {
    return (size_t)info->trajectories[split] * (size_t)info->frames * IMAGE_VALUES;
}

static size_t all_image_bytes(const struct dataset_info *info) {
    size_t sum = 0;
    for (int split = 0; split < DATASET_SPLITS; split++) {
        sum += image_bytes(info, split);
    }
    return sum;
}

/* Reads all images, a trajectory at a time. */
static enum status keep_images(struct dataset *dataset) {
    const struct dataset_info *info = &dataset->content.info;
    enum status status = STATUS_OK;
    for (int split = 0; split < DATASET_SPLITS; split++) {
        uint8_t *images = memory_alloc(image_bytes(info, split) + 1, 1);
        dataset->images[split] = images;
        for (int i = 0; i < info->trajectories[split] && status == STATUS_OK; i++) {
            struct dataset_frames all = {SERIES_IMAGE, (enum dataset_split)split, i, 0, info->frames};
            status = dataset_file_read(dataset->file, all, images);
            images += (size_t)info->frames * IMAGE_VALUES;
        }
    }
    return status;
}

static enum status open_images(struct dataset *dataset, size_t image_memory) {
    const struct dataset_info *info = &dataset->content.info;
    enum status status = STATUS_OK;
    if (!info->stored_images) {
        dataset_file_close(dataset->file);
        dataset->file = NULL;
    } else if (all_image_bytes(info) <= image_memory) {
        status = keep_images(dataset);
        dataset_file_close(dataset->file);
        dataset->file = NULL;
    } else {
        image_cache_create(&dataset->cache, dataset->file, DATASET_CHUNK_MEMORY);
    }
    return status;
}

/* The number of runs is one more than the largest number of a run. */
static void count_runs(struct dataset *dataset) {
    for (int split = 0; split < DATASET_SPLITS; split++) {
        for (int i = 0; i < dataset->content.info.trajectories[split]; i++) {
            int run = dataset->content.rows[split][i].run;
            dataset->runs[split] = run >= dataset->runs[split] ? run + 1 : dataset->runs[split];
        }
    }
}

enum status dataset_open_within(struct dataset **out, const char *path, size_t image_memory) {
    struct dataset *dataset = memory_alloc(1, sizeof *dataset);
    enum status status = dataset_file_open(&dataset->file, path, &dataset->content, true);
    if (status == STATUS_OK) {
        status = open_images(dataset, image_memory);
    }
    if (status != STATUS_OK) {
        dataset_close(dataset);
        return status;
    }
    count_runs(dataset);
    *out = dataset;
    return STATUS_OK;
}

enum status dataset_open(struct dataset **out, const char *path) {
    return dataset_open_within(out, path, DATASET_IMAGE_MEMORY);
}

void dataset_close(struct dataset *dataset) {
    if (dataset == NULL) {
        return;
    }
    for (int split = 0; split < DATASET_SPLITS; split++) {
        free(dataset->images[split]);
    }
    image_cache_free(dataset->cache);
    dataset_file_close(dataset->file);
    dataset_content_free(&dataset->content);
    free(dataset);
}

const struct dataset_info *dataset_info(const struct dataset *dataset) {
    return &dataset->content.info;
}

const struct simulator *dataset_simulator(const struct dataset *dataset) {
    return dataset->content.simulator;
}

enum status dataset_check_current(const struct dataset *dataset) {
    return definition_check(dataset->content.simulator, &dataset->content.info);
}

const char *dataset_fingerprint(const struct dataset *dataset) {
    return dataset->content.fingerprint;
}

struct simulator_plan dataset_plan(const struct dataset *dataset) {
    return dataset_content_plan(&dataset->content);
}

const char *dataset_protocol(const struct dataset *dataset) {
    return dataset_layout_protocol(dataset->content.simulator, &dataset->content.info);
}

static size_t row_of(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    assert(trajectory >= 0 && trajectory < dataset->content.info.trajectories[split]);
    return (size_t)trajectory;
}

const double *dataset_states(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    const struct dataset_info *info = &dataset->content.info;
    size_t row = row_of(dataset, split, trajectory);
    return &dataset->content.states[split][row * (size_t)info->frames * (size_t)info->state_size];
}

const struct trajectory_setup *dataset_setup(const struct dataset *dataset, enum dataset_split split,
                                             int trajectory) {
    return &dataset->content.rows[split][row_of(dataset, split, trajectory)].setup;
}

const double *dataset_parameters(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    return dataset_setup(dataset, split, trajectory)->parameters;
}

int dataset_run(const struct dataset *dataset, enum dataset_split split, int trajectory) {
    return dataset->content.rows[split][row_of(dataset, split, trajectory)].run;
}

int dataset_run_count(const struct dataset *dataset, enum dataset_split split) {
    return dataset->runs[split];
}

double dataset_energy(const struct dataset *dataset, enum dataset_split split, int trajectory, int frame) {
    assert(frame >= 0 && frame < dataset->content.info.frames);
    const double *states = dataset_states(dataset, split, trajectory);
    return simulator_energy(dataset->content.simulator, dataset_parameters(dataset, split, trajectory),
                            &states[(size_t)frame * (size_t)dataset->content.info.state_size]);
}

void dataset_derivative(const struct dataset *dataset, enum dataset_split split, int trajectory, int frame,
                        double *out) {
    assert(frame >= 0 && frame < dataset->content.info.frames);
    const double *states = dataset_states(dataset, split, trajectory);
    simulator_field(dataset->content.simulator, dataset_parameters(dataset, split, trajectory),
                    &states[(size_t)frame * (size_t)dataset->content.info.state_size], out);
}

struct dataset_window dataset_draw_window(const struct dataset *dataset, enum dataset_split split, int length,
                                          struct random_stream *random) {
    const struct dataset_info *info = &dataset->content.info;
    assert(length > 0 && length <= info->frames && info->trajectories[split] > 0);
    return (struct dataset_window){
        .trajectory = (int)random_below(random, (uint32_t)info->trajectories[split]),
        .start = (int)random_below(random, (uint32_t)(info->frames - length + 1)),
    };
}

static void draw_images(const struct dataset *dataset, enum dataset_split split, struct dataset_window window,
                        int length, uint8_t *out) {
    size_t state_size = (size_t)dataset->content.info.state_size;
    const double *states = dataset_states(dataset, split, window.trajectory);
    const struct trajectory_setup *setup = dataset_setup(dataset, split, window.trajectory);
    for (int i = 0; i < length; i++, out += IMAGE_VALUES) {
        simulator_draw(dataset->content.simulator, setup, &states[(size_t)(window.start + i) * state_size],
                       out);
    }
}

void dataset_read_images(const struct dataset *dataset, enum dataset_split split,
                         struct dataset_window window, int length, uint8_t *out) {
    const struct dataset_info *info = &dataset->content.info;
    assert(window.start >= 0 && length >= 0 && window.start + length <= info->frames);
    size_t bytes = (size_t)length * IMAGE_VALUES;
    if (!info->stored_images) {
        draw_images(dataset, split, window, length, out);
    } else if (dataset->images[split] != NULL) {
        size_t first =
            row_of(dataset, split, window.trajectory) * (size_t)info->frames + (size_t)window.start;
        memcpy(out, &dataset->images[split][first * IMAGE_VALUES], bytes);
    } else {
        struct dataset_frames frames = {SERIES_IMAGE, split, window.trajectory, window.start, length};
        if (image_cache_read(dataset->cache, frames, out) != STATUS_OK) {
            memset(out, 0, bytes);
        }
    }
}

void dataset_read_window(const struct dataset *dataset, enum dataset_split split,
                         struct dataset_window window, int length, float *out) {
    enum { FRAMES = 16 }; /* that are held as bytes at a time */
    uint8_t bytes[FRAMES * IMAGE_VALUES];
    for (int done = 0; done < length; done += FRAMES) {
        int count = length - done < FRAMES ? length - done : FRAMES;
        struct dataset_window part = {.trajectory = window.trajectory, .start = window.start + done};
        dataset_read_images(dataset, split, part, count, bytes);
        for (size_t i = 0; i < (size_t)count * IMAGE_VALUES; i++) {
            *out++ = (float)bytes[i] / 255.0f;
        }
    }
}

long dataset_chunks_inflated(const struct dataset *dataset) {
    return dataset->cache == NULL ? 0 : image_cache_inflated(dataset->cache);
}

enum status dataset_status(const struct dataset *dataset) {
    return dataset->file == NULL ? STATUS_OK : dataset_file_status(dataset->file);
}
