/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a dataset file. Internal to datasets/. All functions may be called by several threads.
 */
#ifndef HAMBENCH_DATASETS_DATASET_FILE_H
#define HAMBENCH_DATASETS_DATASET_FILE_H

#include "datasets/dataset_layout.h"

struct dataset_file;

/* Opens and checks the file and fills `content` (zeroed before; what was read belongs to the caller also when
 * the call fails). With `trusted` values that differ from their fingerprints are refused; without that is the
 * caller's to look at. Errors as in dataset_open. The caller closes `*out`. */
enum status dataset_file_open(struct dataset_file **out, const char *path, struct dataset_content *content,
                              bool trusted);
void dataset_file_close(struct dataset_file *file);

/* Whether what the file says of all rows together is so; part of opening a trusted one. STATUS_DATA. */
enum status dataset_file_check_summary(const struct dataset_file *file,
                                       const struct dataset_content *content);

/* Frames of one trajectory in a series. */
struct dataset_frames {
    enum dataset_series series;
    enum dataset_split split;
    int trajectory;
    int start;
    int count;
};

/* Reads frames into `out`. STATUS_DATA when they are damaged, STATUS_IO; the first failure is also kept for
 * dataset_file_status. */
enum status dataset_file_read(struct dataset_file *file, struct dataset_frames frames, void *out);

/* Frames of a stored chunk of images (the last chunk of a trajectory may hold fewer that are used), and its
 * bytes. */
int dataset_file_chunk_frames(const struct dataset_file *file);
size_t dataset_file_chunk_bytes(const struct dataset_file *file);

/* Reads chunk `chunk` of a trajectory's images into `out`. HDF5 is asked for the stored bytes only: several
 * threads inflate at the same time. Errors of dataset_file_read. */
enum status dataset_file_read_chunk(struct dataset_file *file, enum dataset_split split, int trajectory,
                                    int chunk, uint8_t *out);

/* STATUS_OK, or the first failure of reading. */
enum status dataset_file_status(struct dataset_file *file);

/* The fingerprint that the file gives for the dataset SPLIT/PATH. STATUS_DATA when there is none. */
enum status dataset_file_hash(const struct dataset_file *file, enum dataset_split split, const char *path,
                              char out[SHA256_TEXT]);

#endif
