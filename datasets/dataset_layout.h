/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a dataset file holds, apart from how HDF5 stores it (docs/formats.md). There are two kinds of stored
 * values: series, with values for each frame, and columns, with one row per trajectory. Internal to
 * datasets/.
 *
 * Letters of shapes: n trajectories of a split, T frames, D state size.
 */
#ifndef HAMBENCH_DATASETS_DATASET_LAYOUT_H
#define HAMBENCH_DATASETS_DATASET_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "support/hdf5_file.h"
#include "support/sha256.h"

/* Goes up with every change after which an older reader would misread the file. */
enum { DATASET_FORMAT_VERSION = 3 };

extern const struct hdf5_file_format dataset_layout_format;

/* Frames of one stored chunk at most; a chunk never spans trajectories. A window of images is read without
 * decompressing the whole trajectory; states are small, and each chunk has its price. */
enum { DATASET_IMAGE_CHUNK = 32, DATASET_STATE_CHUNK = 512 };

/* Rows of one chunk of a column. */
enum { DATASET_COLUMN_CHUNK = 1024 };

enum dataset_series { SERIES_X, SERIES_DX_DT, SERIES_DX_DT_FULL, SERIES_IMAGE, SERIES_COUNT };

struct dataset_shape {
    const char *name;   /* "dx_dt" */
    size_t element;     /* bytes of a value: 8 for a double, 1 for a byte of an image */
    size_t frame_bytes; /* 0 where the file has no such series */
    int chunk_frames;   /* frames of a stored chunk */
};

struct dataset_shape dataset_layout_shape(const struct simulator *simulator, const struct dataset_info *info,
                                          enum dataset_series series);

/* The same as HDF5 has it, for `count` trajectories. */
struct hdf5_file_shape dataset_layout_series(const struct simulator *simulator,
                                             const struct dataset_info *info, enum dataset_series series,
                                             int count);

/* Bytes of a whole trajectory in a series. */
size_t dataset_layout_bytes(const struct dataset_shape *shape, const struct dataset_info *info);

/* Whether the file has a group for that split: always for training and test, and for validation where there
 * are such trajectories. Files without are as they were before there was one. */
bool dataset_layout_has_split(const struct dataset_info *info, enum dataset_split split);

/* The trajectories of all splits. */
long dataset_layout_trajectories(const struct dataset_info *info);

/* Whether two files of such information hold the same values, whatever version of the program wrote them. */
bool dataset_layout_equal(const struct dataset_info *a, const struct dataset_info *b);

/* "published", "quick" or "custom", see dataset_protocol. */
const char *dataset_layout_protocol(const struct simulator *simulator, const struct dataset_info *info);

/* All that is stored once per trajectory. */
struct dataset_row {
    struct trajectory_setup setup; /* its `state` is not a column: it is the first frame of x */
    double invariant_error[SIMULATOR_MAX_INVARIANTS];
    int rejected;                               /* draws that were made again until this one was kept */
    int run;                                    /* that the trajectory was cut from, see dataset_run */
    uint8_t digest[SERIES_COUNT][SHA256_BYTES]; /* SHA-256 of the trajectory's values in each series */
};

enum dataset_column_type { COLUMN_REAL, COLUMN_INTEGER, COLUMN_BYTE, COLUMN_TYPES };

struct dataset_column {
    char path[96]; /* below the split: "other/m" */
    enum dataset_column_type type;
    int width;     /* values of a row; 0 for one value, stored as (n) instead of (n, width) */
    size_t offset; /* in struct dataset_row: double, int or uint8_t */
    double low;    /* bounds of every value; bytes have none */
    double high;
};

/* Names in one group, or of the root's attributes. */
enum { DATASET_MAX_NAMES = 40 };

enum { DATASET_MAX_COLUMNS = SIMULATOR_MAX_PARAMETERS + SIMULATOR_MAX_INVARIANTS + SERIES_COUNT + 4 };

/* The columns of such a file; returns how many. */
int dataset_layout_columns(const struct simulator *simulator, const struct dataset_info *info,
                           struct dataset_column out[DATASET_MAX_COLUMNS]);

/* The column as HDF5 has it, for `count` trajectories. */
struct hdf5_file_shape dataset_column_shape(const struct dataset_column *column, int count);

/* "train/other/m", or "train" where `path` is "". */
enum { DATASET_NAME = 128 };
void dataset_layout_name(char out[DATASET_NAME], enum dataset_split split, const char *path);

/* Names of things in a file. */
struct dataset_names {
    const char *names[DATASET_MAX_NAMES];
    int count;
    char made[SIMULATOR_MAX_INVARIANTS][96]; /* those that are no constants */
};

/* The attributes of the root. */
void dataset_layout_attributes(const struct simulator *simulator, struct dataset_names *out);

/* The name of the attribute that says the largest error of an invariant, "max_energy_error". */
void dataset_layout_error_name(const struct simulator *simulator, int invariant, char out[96]);

/* Names of what is in the group SPLIT/`group` of such a file, "" for SPLIT itself. They are those of the
 * `count` columns and of static tables. */
void dataset_layout_members(const struct dataset_column *columns, int count,
                            const struct simulator *simulator, const struct dataset_info *info,
                            const char *group, struct dataset_names *out);

/* Bytes of a stored row of the column, and the row as it is stored: little-endian doubles, 64-bit integers or
 * bytes. */
size_t dataset_column_bytes(const struct dataset_column *column);
void dataset_column_encode(const struct dataset_column *column, const struct dataset_row *row, void *out);

/* Fills the row from a stored one. Returns the index of the first value that is out of its bounds, or no
 * number, with that value in `*bad`; -1 when all are sound. */
int dataset_column_decode(const struct dataset_column *column, const void *stored, struct dataset_row *row,
                          double *bad);

/* Adds `count` stored rows to the fingerprint of a column: it is the SHA-256 of the SHA-256 of each row.
 * (That of a series is made of the digests of its trajectories in the same way.) */
void dataset_column_add_hash(const struct dataset_column *column, const void *stored, size_t count,
                             struct sha256 *hash);

/* A file in memory, but for images and time derivatives. */
struct dataset_content {
    struct dataset_info info;
    const struct simulator *simulator;
    char fingerprint[SHA256_TEXT];            /* see dataset_fingerprint */
    double *states[DATASET_SPLITS];           /* [n][T][D] */
    struct dataset_row *rows[DATASET_SPLITS]; /* [n] */
};

/* What was asked of the environment. */
struct simulator_plan dataset_layout_plan(const struct simulator *simulator, const struct dataset_info *info);

void dataset_content_free(struct dataset_content *content);
struct simulator_plan dataset_content_plan(const struct dataset_content *content);

#endif
