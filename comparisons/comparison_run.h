/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a comparison: the references and cells that are missing, in parallel.
 */
#ifndef HAMBENCH_COMPARISONS_COMPARISON_RUN_H
#define HAMBENCH_COMPARISONS_COMPARISON_RUN_H

#include "comparisons/outcome.h"
#include "support/effort.h"

struct comparison_request {
    const struct comparison *comparison;
    const char *folder; /* of cells.jsonl and, while it is made, cells.lock; made where it is missing */
    struct effort effort;
};

struct comparison_counts {
    size_t cells;                               /* that the comparison has */
    size_t known_before;                        /* measured by an earlier call */
    size_t states[MEASUREMENT_OVER_BUDGET + 1]; /* cells in each state at the end */
    size_t references_failed;
};

/* Everything but the times is the same for any number of threads. STATUS_IO; STATUS_DATA for a damaged
 * cells.jsonl; STATUS_INTERRUPTED: the same call goes on. `*out` is filled when all cells are known; the
 * caller frees it. */
enum status comparison_run(const struct comparison_request *request, struct outcome **out,
                           struct comparison_counts *counts);

#endif
