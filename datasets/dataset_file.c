/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_file.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/chunk.h"
#include "datasets/dataset_attributes.h"
#include "datasets/dataset_words.h"
#include "simulators/shift.h"
#include "support/hdf5_file.h"
#include "support/memory.h"

struct dataset_file {
    struct hdf5_file *file;
    struct dataset_info info;
    int splits;   /* the first of them: files without validation have two */
    bool trusted; /* values are compared with their fingerprints when they are read */
    const char *names[SERIES_COUNT];
    int64_t series[DATASET_SPLITS][SERIES_COUNT]; /* 0 for those that the file does not have */
    struct dataset_shape image;
    pthread_mutex_t lock; /* of the failure */
    enum status status;   /* of the first read that failed, with its detail */
    char *failure;
};

static const char *path_of(const struct dataset_file *file) {
    return hdf5_file_path(file->file);
}

/* --- attributes ----------------------------------------------------------------------------------------- */

static enum status read_options(const struct dataset_file *file, const struct simulator *simulator,
                                struct dataset_info *info) {
    enum status status = STATUS_OK;
    for (int i = 0; i < simulator_option_count(simulator) && status == STATUS_OK; i++) {
        const struct simulator_option *option = &simulator->options[i];
        status = hdf5_file_get_real(file->file, option->name, &info->options[i]);
        if (status == STATUS_OK && (info->options[i] < option->low || info->options[i] > option->high)) {
            status = status_fail(STATUS_DATA, "%s: attribute '%s' is %g, expected %g to %g", path_of(file),
                                 option->name, info->options[i], option->low, option->high);
        }
    }
    return status;
}

static enum status read_images_attribute(const struct dataset_file *file, struct dataset_info *info) {
    char images[16];
    enum status status = hdf5_file_get_text(file->file, "/", "images", images, sizeof images);
    info->stored_images = status == STATUS_OK && strcmp(images, DATASET_IMAGES_STORE) == 0;
    if (status == STATUS_OK && !info->stored_images && strcmp(images, DATASET_IMAGES_NONE) != 0) {
        status = status_fail(STATUS_DATA,
                             "%s: attribute 'images' is '%s', expected '" DATASET_IMAGES_STORE
                             "' or '" DATASET_IMAGES_NONE "'",
                             path_of(file), images);
    }
    return status;
}

static enum status read_texts(const struct dataset_file *file, struct dataset_info *info) {
    enum status status =
        hdf5_file_get_text(file->file, "/", "environment", info->environment, sizeof info->environment);
    if (status == STATUS_OK) {
        status = hdf5_file_get_text(file->file, "/", "generator", info->generator, sizeof info->generator);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_get_text(file->file, "/", "definition", info->definition, sizeof info->definition);
    }
    return status == STATUS_OK ? read_images_attribute(file, info) : status;
}

static enum status read_numbers(const struct dataset_file *file, struct dataset_info *info) {
    int64_t frames = 0;
    enum status status = hdf5_file_get_unsigned(file->file, "seed", &info->seed);
    if (status == STATUS_OK) {
        status = hdf5_file_get_integer(file->file, "frames", 1, INT_MAX, &frames);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_get_real(file->file, "dt", &info->dt);
    }
    if (status == STATUS_OK && info->dt <= 0.0) {
        status = status_fail(STATUS_DATA, "%s: attribute 'dt' is %g, expected a positive number",
                             path_of(file), info->dt);
    }
    info->frames = (int)frames;
    return status;
}

/* The environment as it is shifted; files without the attribute are not. */
static enum status read_shift(const struct dataset_file *file, struct dataset_content *content) {
    char name[16];
    if (!hdf5_file_has_attribute(file->file, "shift")) {
        return STATUS_OK;
    }
    enum status status = hdf5_file_get_text(file->file, "/", "shift", name, sizeof name);
    if (status != STATUS_OK) {
        return status;
    }
    content->info.shift = simulator_shift_find(name);
    if (content->info.shift == SIMULATOR_SHIFT_NONE || content->info.shift == SIMULATOR_SHIFTS) {
        return status_fail(STATUS_DATA,
                           "%s: attribute 'shift' is '%s', expected 'energy', 'parameters' or 'dt'",
                           path_of(file), name);
    }
    status = simulator_shift_get(&content->simulator, content->simulator, content->info.shift);
    return status == STATUS_OK ? status : status_prefix(status, "%s", path_of(file));
}

static enum status read_info(const struct dataset_file *file, struct dataset_content *content) {
    struct dataset_info *info = &content->info;
    enum status status = read_texts(file, info);
    if (status == STATUS_OK) {
        status = read_numbers(file, info);
    }
    if (status != STATUS_OK) {
        return status;
    }
    content->simulator = simulator_find(info->environment);
    if (content->simulator == NULL) {
        return status_fail(STATUS_DATA, "%s: is of environment '%s', which this program does not know",
                           path_of(file), info->environment);
    }
    status = read_shift(file, content);
    if (status != STATUS_OK) {
        return status;
    }
    info->state_size = content->simulator->dynamics->state_size;
    return read_options(file, content->simulator, info);
}

/* --- what there is -------------------------------------------------------------------------------------- */

static enum status check_split_members(const struct dataset_file *file, enum dataset_split split,
                                       const struct dataset_content *content) {
    static const char *const groups[] = {"", "other", "invariant_error", "sha256"};
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    struct dataset_names names;
    int count = dataset_layout_columns(content->simulator, &content->info, columns);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof groups / sizeof *groups && status == STATUS_OK; i++) {
        char group[DATASET_NAME];
        dataset_layout_name(group, split, groups[i]);
        dataset_layout_members(columns, count, content->simulator, &content->info, groups[i], &names);
        status = hdf5_file_check_members(file->file, group, names.names, names.count);
        if (status == STATUS_OK) {
            status = hdf5_file_check_attributes(file->file, group, NULL, 0);
        }
    }
    return status;
}

/* Nothing is in the file that does not belong there, and what it says about itself is what was written. */
static enum status check_members(struct dataset_file *file, const struct dataset_content *content) {
    struct dataset_names names;
    dataset_layout_attributes(content->simulator, &names);
    enum status status = hdf5_file_check_attributes(file->file, "/", names.names, names.count);
    if (status == STATUS_OK) {
        status = hdf5_file_check_members(file->file, "/", dataset_split_names, file->splits);
    }
    for (int split = 0; split < file->splits && status == STATUS_OK; split++) {
        status = check_split_members(file, (enum dataset_split)split, content);
    }
    return status;
}

/* --- datasets ------------------------------------------------------------------------------------------- */

static enum status compare_digest(const struct dataset_file *file, const char *what,
                                  const uint8_t digest[SHA256_BYTES], const char *expected) {
    char computed[SHA256_TEXT];
    sha256_format(digest, computed);
    return strcmp(computed, expected) == 0
               ? STATUS_OK
               : status_fail(STATUS_DATA, "%s: the values of %s have SHA-256 %s, expected %s", path_of(file),
                             what, computed, expected);
}

static enum status check_column_digest(const struct dataset_file *file, enum dataset_split split,
                                       const struct dataset_column *column, const uint8_t *stored,
                                       size_t count) {
    char expected[SHA256_TEXT], name[DATASET_NAME];
    uint8_t digest[SHA256_BYTES];
    struct sha256 *hash = sha256_create();
    dataset_layout_name(name, split, column->path);
    dataset_column_add_hash(column, stored, count, hash);
    sha256_finish(hash, digest);
    sha256_free(hash);
    enum status status = dataset_file_hash(file, split, column->path, expected);
    return status == STATUS_OK ? compare_digest(file, name, digest, expected) : status;
}

/* Reads a column into the rows of the split. */
static enum status read_column(const struct dataset_file *file, enum dataset_split split,
                               const struct dataset_column *column, struct dataset_row *rows) {
    size_t count = (size_t)file->info.trajectories[split], bytes = dataset_column_bytes(column);
    struct hdf5_file_shape shape = dataset_column_shape(column, file->info.trajectories[split]);
    char name[DATASET_NAME];
    int64_t dataset;
    dataset_layout_name(name, split, column->path);
    enum status status = hdf5_file_open_dataset(file->file, name, &shape, &dataset);
    if (status != STATUS_OK) {
        return status;
    }
    uint8_t *stored = memory_alloc(count * bytes + 1, 1);
    if (count > 0) {
        status = hdf5_file_read(file->file, dataset, stored);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        double bad;
        int at = dataset_column_decode(column, &stored[i * bytes], &rows[i], &bad);
        if (at >= 0) {
            status = status_fail(STATUS_DATA, "%s: %s, trajectory %zu: value %d is %.17g, expected %g to %g",
                                 path_of(file), name, i, at, bad, column->low, column->high);
        }
    }
    if (status == STATUS_OK && file->trusted) {
        status = check_column_digest(file, split, column, stored, count);
    }
    free(stored);
    hdf5_file_close_dataset(dataset);
    return status;
}

/* Opens the series of a split and compares their shapes. */
static enum status open_series(struct dataset_file *file, enum dataset_split split,
                               const struct simulator *simulator) {
    enum status status = STATUS_OK;
    for (int i = 0; i < SERIES_COUNT && status == STATUS_OK; i++) {
        enum dataset_series series = (enum dataset_series)i;
        struct dataset_shape shape = dataset_layout_shape(simulator, &file->info, series);
        struct hdf5_file_shape expected =
            dataset_layout_series(simulator, &file->info, series, file->info.trajectories[split]);
        char name[DATASET_NAME];
        dataset_layout_name(name, split, shape.name);
        file->names[i] = shape.name;
        if (shape.frame_bytes > 0) {
            status = hdf5_file_open_dataset(file->file, name, &expected, &file->series[split][i]);
        }
    }
    return status;
}

/* The number of trajectories of a split is the first dimension of its states. A file that is too small for so
 * many is refused before memory is taken for them. */
static enum status read_count(const struct dataset_file *file, enum dataset_split split,
                              const struct dataset_content *content, int *out) {
    uint64_t count = 0, bytes = 0, digests = 0;
    char name[DATASET_NAME];
    dataset_layout_name(name, split, "x");
    for (int i = 0; i < SERIES_COUNT; i++) {
        struct dataset_shape shape =
            dataset_layout_shape(content->simulator, &content->info, (enum dataset_series)i);
        bytes += shape.frame_bytes * (uint64_t)content->info.frames;
        digests += shape.frame_bytes > 0 ? SHA256_BYTES : 0;
    }
    enum status status = hdf5_file_rows(file->file, name, &count);
    if (status == STATUS_OK) {
        status = hdf5_file_check_rows(file->file, name, count, bytes, digests);
    }
    if (status == STATUS_OK && count > INT_MAX) {
        status = status_fail(STATUS_DATA, "%s: %s has %llu rows, expected at most %d", path_of(file), name,
                             (unsigned long long)count, INT_MAX);
    }
    if (status == STATUS_OK && count == 0 && split == DATASET_VALIDATION) {
        status = status_fail(STATUS_DATA, "%s: %s has no rows, expected at least one, or no such group",
                             path_of(file), name);
    }
    *out = status == STATUS_OK ? (int)count : 0;
    return status;
}

static enum status check_states(const struct dataset_file *file, struct dataset_frames frames,
                                const double *states) {
    size_t size = (size_t)file->info.state_size, count = (size_t)frames.count * size;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(states[i])) {
            return status_fail(
                STATUS_DATA, "%s: %s/x, trajectory %d, frame %zu: value %zu is %g, expected a finite number",
                path_of(file), dataset_split_names[frames.split], frames.trajectory, i / size, i % size,
                states[i]);
        }
    }
    return STATUS_OK;
}

static enum status check_states_digest(const struct dataset_file *file, struct dataset_frames frames,
                                       const double *states, const uint8_t expected[SHA256_BYTES]) {
    uint8_t digest[SHA256_BYTES];
    char text[SHA256_TEXT], what[DATASET_NAME];
    sha256_of(states, (size_t)frames.count * (size_t)file->info.state_size * sizeof *states, digest);
    sha256_format(expected, text);
    (void)snprintf(what, sizeof what, "%s/x, trajectory %d,", dataset_split_names[frames.split],
                   frames.trajectory);
    return compare_digest(file, what, digest, text);
}

static enum status read_states(struct dataset_file *file, enum dataset_split split, double *states,
                               struct dataset_row *rows) {
    size_t values = (size_t)file->info.frames * (size_t)file->info.state_size;
    enum status status = STATUS_OK;
    for (int i = 0; i < file->info.trajectories[split] && status == STATUS_OK; i++) {
        struct dataset_frames all = {SERIES_X, split, i, 0, file->info.frames};
        double *first = &states[(size_t)i * values];
        status = dataset_file_read(file, all, first);
        if (status == STATUS_OK) {
            status = check_states(file, all, first);
        }
        if (status == STATUS_OK && file->trusted) {
            status = check_states_digest(file, all, first, rows[i].digest[SERIES_X]);
        }
        memcpy(rows[i].setup.state, first, (size_t)file->info.state_size * sizeof *first);
    }
    return status;
}

static enum status read_split(struct dataset_file *file, enum dataset_split split,
                              struct dataset_content *content) {
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    size_t count = (size_t)content->info.trajectories[split];
    size_t values = (size_t)content->info.frames * (size_t)content->info.state_size;
    content->states[split] = memory_alloc(count * values + 1, sizeof(double));
    content->rows[split] = memory_alloc(count + 1, sizeof(struct dataset_row));
    int columns_count = dataset_layout_columns(content->simulator, &content->info, columns);
    enum status status = STATUS_OK;
    for (int i = 0; i < columns_count && status == STATUS_OK; i++) {
        status = read_column(file, split, &columns[i], content->rows[split]);
    }
    return status == STATUS_OK ? read_states(file, split, content->states[split], content->rows[split])
                               : status;
}

/* All that is compared before memory is taken for anything. */
static enum status check_all(struct dataset_file *file, struct dataset_content *content) {
    enum status status = read_info(file, content);
    bool validated = hdf5_file_has_member(file->file, dataset_split_names[DATASET_VALIDATION]);
    file->splits = validated ? DATASET_SPLITS : DATASET_VALIDATION;
    if (status == STATUS_OK) {
        status = check_members(file, content);
    }
    for (int split = 0; split < file->splits && status == STATUS_OK; split++) {
        status = read_count(file, (enum dataset_split)split, content, &content->info.trajectories[split]);
    }
    if (status == STATUS_OK) {
        status = dataset_attributes_check(file->file, content);
    }
    file->info = content->info;
    for (int split = 0; split < file->splits && status == STATUS_OK; split++) {
        status = open_series(file, (enum dataset_split)split, content->simulator);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_check_fingerprint(file->file);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_fingerprint(file->file, "generator", content->fingerprint);
    }
    if (status == STATUS_OK) {
        file->image = dataset_layout_shape(content->simulator, &content->info, SERIES_IMAGE);
    }
    return status;
}

enum status dataset_file_check_summary(const struct dataset_file *file,
                                       const struct dataset_content *content) {
    return dataset_attributes_check_summary(file->file, content);
}

enum status dataset_file_open(struct dataset_file **out, const char *path, struct dataset_content *content,
                              bool trusted) {
    struct dataset_file *file = memory_alloc(1, sizeof *file);
    file->trusted = trusted;
    (void)pthread_mutex_init(&file->lock, NULL);
    enum status status = hdf5_file_open(&file->file, path, &dataset_layout_format);
    if (status == STATUS_OK) {
        status = check_all(file, content);
    }
    for (int split = 0; split < file->splits && status == STATUS_OK; split++) {
        status = read_split(file, (enum dataset_split)split, content);
    }
    if (status == STATUS_OK && trusted) {
        status = dataset_file_check_summary(file, content);
    }
    if (status != STATUS_OK) {
        dataset_file_close(file);
        return status;
    }
    *out = file;
    return STATUS_OK;
}

void dataset_file_close(struct dataset_file *file) {
    if (file == NULL) {
        return;
    }
    hdf5_file_close(file->file);
    (void)pthread_mutex_destroy(&file->lock);
    free(file->failure);
    free(file);
}

/* --- frames --------------------------------------------------------------------------------------------- */

/* Says which trajectory it is that cannot be read, and remembers the first failure. */
static enum status note(struct dataset_file *file, enum status status, enum dataset_split split,
                        const char *name, int trajectory) {
    if (status != STATUS_OK) {
        if (status == STATUS_DATA) {
            (void)status_fail(status, "%s: %s/%s cannot be read at trajectory %d: the data are damaged",
                              path_of(file), dataset_split_names[split], name, trajectory);
        }
        (void)pthread_mutex_lock(&file->lock);
        if (file->failure == NULL) {
            file->failure = memory_copy_string(status_detail());
            file->status = status;
        }
        (void)pthread_mutex_unlock(&file->lock);
    }
    return status;
}

int dataset_file_chunk_frames(const struct dataset_file *file) {
    return file->image.chunk_frames;
}

size_t dataset_file_chunk_bytes(const struct dataset_file *file) {
    return (size_t)file->image.chunk_frames * IMAGE_VALUES;
}

enum status dataset_file_read_chunk(struct dataset_file *file, enum dataset_split split, int trajectory,
                                    int chunk, uint8_t *out) {
    size_t bytes = dataset_file_chunk_bytes(file), room = chunk_filter_bound(bytes), size = 0;
    uint64_t start[HDF5_FILE_MAX_RANK] = {(uint64_t)trajectory,
                                          (uint64_t)chunk * (uint64_t)file->image.chunk_frames};
    uint8_t *stored = memory_alloc(room, 1);
    enum status status =
        hdf5_file_read_chunk(file->file, file->series[split][SERIES_IMAGE], start, stored, room, &size);
    if (status == STATUS_OK && !chunk_filter_undo(stored, size, out, bytes)) {
        status = STATUS_DATA;
    }
    free(stored);
    return note(file, status, split, "image", trajectory);
}

static enum status read_images(struct dataset_file *file, struct dataset_frames frames, uint8_t *out) {
    int chunk_frames = file->image.chunk_frames;
    uint8_t *chunk = memory_alloc(dataset_file_chunk_bytes(file), 1);
    enum status status = STATUS_OK;
    for (int frame = frames.start; frame < frames.start + frames.count && status == STATUS_OK;) {
        int number = frame / chunk_frames, first = frame % chunk_frames;
        int left = frames.start + frames.count - frame;
        int count = left < chunk_frames - first ? left : chunk_frames - first;
        status = dataset_file_read_chunk(file, frames.split, frames.trajectory, number, chunk);
        memcpy(out, &chunk[(size_t)first * IMAGE_VALUES], (size_t)count * IMAGE_VALUES);
        out += (size_t)count * IMAGE_VALUES;
        frame += count;
    }
    free(chunk);
    return status;
}

enum status dataset_file_read(struct dataset_file *file, struct dataset_frames frames, void *out) {
    if (frames.series == SERIES_IMAGE) {
        return read_images(file, frames, out);
    }
    uint64_t start[HDF5_FILE_MAX_RANK] = {(uint64_t)frames.trajectory, (uint64_t)frames.start};
    uint64_t count[HDF5_FILE_MAX_RANK] = {1, (uint64_t)frames.count, (uint64_t)file->info.state_size};
    enum status status =
        hdf5_file_read_block(file->file, file->series[frames.split][frames.series], start, count, out);
    return note(file, status, frames.split, file->names[frames.series], frames.trajectory);
}

enum status dataset_file_status(struct dataset_file *file) {
    (void)pthread_mutex_lock(&file->lock);
    enum status status = file->failure == NULL ? STATUS_OK : status_fail(file->status, "%s", file->failure);
    (void)pthread_mutex_unlock(&file->lock);
    return status;
}

enum status dataset_file_hash(const struct dataset_file *file, enum dataset_split split, const char *path,
                              char out[SHA256_TEXT]) {
    char name[DATASET_NAME];
    dataset_layout_name(name, split, path);
    return hdf5_file_get_text(file->file, name, "sha256", out, SHA256_TEXT);
}
