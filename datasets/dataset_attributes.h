/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attributes of a dataset's root that follow from the rest: from the environment, the request and the rows.
 * The writer writes them and the reader compares them, so none can say what is not so. Internal to datasets/.
 */
#ifndef HAMBENCH_DATASETS_DATASET_ATTRIBUTES_H
#define HAMBENCH_DATASETS_DATASET_ATTRIBUTES_H

#include "datasets/dataset_layout.h"

/* What is summed up over the rows of all splits. */
struct dataset_summary {
    double largest_error[SIMULATOR_MAX_INVARIANTS];
    int64_t rejected;
};

/* Adds a row. */
void dataset_summary_add(struct dataset_summary *summary, const struct simulator *simulator,
                         const struct dataset_row *row);

/* Writes those that follow from environment and request, and those of the summary. */
void dataset_attributes_write(struct hdf5_file *file, const struct simulator *simulator,
                              const struct dataset_info *info);
void dataset_attributes_write_summary(struct hdf5_file *file, const struct simulator *simulator,
                                      const struct dataset_summary *summary);

/* STATUS_DATA when one is missing, of another kind, or has another value. The values of the environment are
 * compared only where the file was made by its definition of today: what a stale file says was so then. */
enum status dataset_attributes_check(const struct hdf5_file *file, const struct dataset_content *content);
enum status dataset_attributes_check_summary(const struct hdf5_file *file,
                                             const struct dataset_content *content);

#endif
