/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a dataset file. Internal to datasets/.
 */
#ifndef HAMBENCH_DATASETS_DATASET_WRITER_H
#define HAMBENCH_DATASETS_DATASET_WRITER_H

#include "datasets/dataset_layout.h"
#include "datasets/packed.h"

struct dataset_writer;

/* Writes everything that is known beforehand into the temporary `part`, which is to become `path` (that is
 * what errors name). STATUS_IO; then there is no writer. */
enum status dataset_writer_create(struct dataset_writer **out, const char *part, const char *path,
                                  const struct simulator *simulator, const struct dataset_info *info);

/* Stores trajectory `index` of a split: its row (the digests are taken from `series`) and its
 * `series` [SERIES_COUNT]. Called by one thread at a time, in the order that the bytes of the file shall
 * have. STATUS_IO. */
enum status dataset_writer_put(struct dataset_writer *writer, enum dataset_split split, int index,
                               const struct dataset_row *row, const struct packed_series *series);

/* Writes what is known only at the end, then the mark that the file is complete, and closes it. STATUS_IO.
 * The writer is gone afterwards, in any case. */
enum status dataset_writer_finish(struct dataset_writer *writer);

/* Closes an unfinished file without the mark. */
void dataset_writer_abandon(struct dataset_writer *writer);

#endif
