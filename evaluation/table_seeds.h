/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A figure over the seeds of a row: what another training would give.
 *
 * Seeds are what is sampled. Test windows are the same for all of them, so their number says nothing about
 * how much trainings differ; it only has to be large enough not to blur that.
 */
#ifndef HAMBENCH_EVALUATION_TABLE_SEEDS_H
#define HAMBENCH_EVALUATION_TABLE_SEEDS_H

#include "evaluation/table_row.h"
#include "support/schema.h"
#include "support/statistics.h"

struct table_seeds {
    struct statistics_summary summary; /* of the seeds with a finite value */
    double least, most;                /* of these values; nan of none */
    size_t missing;                    /* seeds with a result in which the figure is infinite or no number */
    bool same;                         /* all finite values have the same bits, and no interval: nothing was
                                        * trained, or the figure has come to its end */

    /* Standard error that the choice of test windows puts on a seed's value (half the width of the 95 %
     * interval / 1.96, root mean square over the seeds), in units of the deviation between seeds. nan where
     * either is unknown. */
    double window_share;
};

/* Above this share the seeds' interval is also about the windows: 0.1 adds half a per cent to it. */
#define TABLE_SEEDS_WINDOW_SHARE 0.1

/* Whether ratios of the figure mean something whatever its size: errors without a unit, of which the lower is
 * the better. Their mean is the geometric one wherever all values are above 0. */
bool table_seeds_is_relative(const struct field *row);

/* A figure of a row; the second one with the interval of the bootstrap, which takes longer. */
struct table_seeds table_seeds_of(const struct table_row *row, int figure);
struct table_seeds table_seeds_with_bootstrap(const struct table_row *row, int figure);

/* The figure in the first seed in which it is finite; the row has such a seed. */
const struct evaluation_figure *table_seeds_first(const struct table_row *row, int figure);

/* Adds a value that is scaled as tables show it, with no more digits than its row has and no digit below the
 * leading one of `uncertainty` (nan or 0: all); one more where that is 1 or 2. */
void table_seeds_add_number(struct text *out, const struct field *row, double value, double uncertainty);

/* Adds the entry of a row: one seed (or the same value in all) as it is; two as two; from three on the mean
 * and its 95 % interval over seeds, "2.0e-03 (1.1e-03 to 3.6e-03)". Where the figure is no number in some
 * seeds, how many have been taken. `row` has such a figure in at least one seed. */
void table_seeds_add(struct text *out, const struct table_row *row, int figure);

#endif
