/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What reading and writing dataset files by HDF5 share. Only for the files dataset_hdf5_*.c.
 */
#ifndef HAMBENCH_DATASETS_DATASET_HDF5_H
#define HAMBENCH_DATASETS_DATASET_HDF5_H

#include <hdf5.h>

#include "datasets/dataset_layout.h"

/* frames x rows x columns x colours and the trajectory in front */
enum { DATASET_MAX_RANK = 5 };

/* The dimensions of a series; returns the rank. `count` trajectories. */
int dataset_hdf5_size(const struct dataset_info *info, enum dataset_series series, hsize_t count,
                      hsize_t out[DATASET_MAX_RANK]);

/* How the elements of a series or a column are stored, and how they are in memory. */
hid_t dataset_hdf5_series_type(enum dataset_series series);
hid_t dataset_hdf5_column_type(enum dataset_column_type type);

/* A variable-length UTF-8 text. The caller closes it. */
hid_t dataset_hdf5_text_type(void);

/* HDF5 prints its error stack on standard error unless told not to; every public function tells it. */
void dataset_hdf5_silence(void);

#endif
