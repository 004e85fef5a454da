/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether records (experiments/cell_record.h) say the truth: a cell of them is made again and compared.
 */
#ifndef HAMBENCH_EXPERIMENTS_RECORD_CHECK_H
#define HAMBENCH_EXPERIMENTS_RECORD_CHECK_H

#include <stdint.h>

#include "evaluation/evaluation.h"
#include "support/effort.h"
#include "support/lines.h"
#include "support/status.h"

/* Only cells that took less training are made again. */
#define RECORD_CHECK_SECONDS 120.0

/* What another program, or other kernels, may make of a figure. Rounding differs, and a training makes
 * much of little: the figures of a trained model are compared where they are means over test windows, and may
 * differ by a part of the larger one and some half widths of their intervals (95 %). Other figures of it must
 * be numbers in both, or in neither. Those of a model that is not trained are the same but for rounding. */
#define RECORD_CHECK_PART 0.5
#define RECORD_CHECK_WIDTHS 3.0
#define RECORD_CHECK_ROUNDING 1e-4

struct record_check {
    const char *records;     /* folder */
    const char *data_folder; /* NULL: data are made for the check, and removed with it */
    uint64_t choice;         /* which record: a seed */
    struct effort effort;
};

/* Chooses a record, makes its cell in a folder of which nothing is kept, and compares all figures with their
 * intervals: to the bit where this very program made the record with these kernels on such a processor,
 * otherwise within the tolerances above. Adds to `report` what was compared with what, and every difference.
 * STATUS_REGRESSION: they differ. STATUS_DATA: there is no record to choose, or one of them is damaged.
 * STATUS_IO, STATUS_INTERRUPTED, STATUS_CELLS_FAILED: the cell could not be made. */
enum status record_check_run(const struct record_check *check, struct lines *report);

/* Adds a line for each figure that differs, and returns how many were compared. `exact`: to the bit;
 * otherwise `trained` decides which tolerance holds. */
int record_check_compare(struct lines *differences, const struct evaluation_result *recorded,
                         const struct evaluation_result *made, bool exact, bool trained);

#endif
