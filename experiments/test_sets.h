/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The other test sets that a cell's model is judged on (evaluation/test_set.h): which they are, and their
 * files, which lie in the folder "test-sets" beside that of the cell and are made where they are missing.
 */
#ifndef HAMBENCH_EXPERIMENTS_TEST_SETS_H
#define HAMBENCH_EXPERIMENTS_TEST_SETS_H

#include "experiments/cell.h"

struct test_sets {
    struct test_set_source source[TEST_SETS];
    struct dataset *dataset[TEST_SETS];
    size_t count;
};

/* Those that the cell's settings ask for and its environment has; none for models without films, none
 * where the cell's data were given and not made, and none where settings are being chosen. STATUS_IO,
 * STATUS_DATA, STATUS_INTERRUPTED. The caller closes `out`, also after a failure. */
enum status test_sets_open(struct test_sets *out, const struct cell *cell, const struct effort *effort);
void test_sets_close(struct test_sets *sets);

#endif
