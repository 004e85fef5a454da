/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a table says, in words computed from its cells.
 */
#ifndef HAMBENCH_EVALUATION_TABLE_WORDS_H
#define HAMBENCH_EVALUATION_TABLE_WORDS_H

#include "evaluation/table_verdict.h"

/* From this part of the extrapolation on valid frames speak for learned dynamics, where they also are twice
 * as many as those of both baselines. */
#define TABLE_WORDS_VALID_PART 0.5

/* From this part of its batches on SyMetric speaks for learned dynamics. */
#define TABLE_WORDS_SYMETRIC 0.5

/* The true energy of what long films show speaks for learned dynamics up to this drift over 250 frames, of as
 * much of them at least. */
#define TABLE_WORDS_DRIFT 0.5
#define TABLE_WORDS_FOUND 0.5

/* Where copy_last is within this factor of the best model's error, hardly anything has to be predicted. */
#define TABLE_WORDS_STRONG 2

/* Adds Markdown: for each environment with a result which models beat copy_last and mean_image, whether valid
 * frames, SyMetric and the energy of long films speak for learned dynamics, whether copy_last is strong, what
 * was published, and each model against its references. */
void table_words_add(struct text *out, const struct table_rows *rows);

/* Adds how far the test windows blur the spread between seeds, and what to think of rows with one or two
 * seeds. */
void table_words_add_seeds(struct text *out, const struct table_rows *rows);

#endif
