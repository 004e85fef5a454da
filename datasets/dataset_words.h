/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words that name choices of a dataset: in files, settings and options.
 */
#ifndef HAMBENCH_DATASETS_DATASET_WORDS_H
#define HAMBENCH_DATASETS_DATASET_WORDS_H

/* Whether a file holds its images, or whoever reads it draws them. */
#define DATASET_IMAGES_STORE "store"
#define DATASET_IMAGES_NONE "none"

/* That a file is not shifted (simulators/shift.h has the other words). */
#define DATASET_SHIFT_NONE "none"

/* Options of the method: those of the published protocol, cheaper ones, or others. */
#define DATASET_PROTOCOL_PUBLISHED "published"
#define DATASET_PROTOCOL_QUICK "quick"
#define DATASET_PROTOCOL_CUSTOM "custom"

#endif
