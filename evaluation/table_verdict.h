/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether one model is better than another on an environment: pairs of the same seed, judged on the same
 * windows.
 */
#ifndef HAMBENCH_EVALUATION_TABLE_VERDICT_H
#define HAMBENCH_EVALUATION_TABLE_VERDICT_H

#include "evaluation/table_seeds.h"

enum table_outcome {
    TABLE_BETTER,   /* shown: the 95 % interval of the effect lies on that side, and no seed diverged */
    TABLE_WORSE,    /* shown */
    TABLE_OPEN,     /* no difference shown */
    TABLE_TOO_FEW,  /* fewer than STATISTICS_LEAST pairs with two finite values: nothing is claimed */
    TABLE_UNPAIRED, /* no seed in common */
    TABLE_OUTCOMES
};

/* "better", "worse", "no difference shown", "too few seeds", "no pairs" */
extern const char *const table_verdict_words[TABLE_OUTCOMES];

enum { TABLE_VERDICT_SHOWN = 2 };
struct table_verdict {
    enum table_outcome outcome;
    size_t pairs;          /* seeds with a result of both on the same windows */
    size_t alone;          /* seeds of which only one of both has a result */
    size_t wins;           /* pairs in which the model is better; a number is better than none */
    size_t losses;         /* the rest is equal */
    size_t diverged;       /* pairs in which the model's figure is infinite or no number */
    size_t other_diverged; /* in which the other's is */

    /* Over the pairs of finite values: how many times better the model is (the other's error / its own,
     * geometric), or else by how much (in the figure's unit). 1 or 0: equal. */
    bool is_ratio;
    struct statistics_summary effect;
    double first[TABLE_VERDICT_SHOWN]; /* effects of the first pairs, for words about few */
};

/* Judges `model` against `other`, rows of one environment, by a figure of which the lower or the higher value
 * is the better one. Ratios where table_seeds_is_relative and all values are above 0, otherwise
 * differences. Only seeds that both have a result for are paired. */
struct table_verdict table_verdict_find(const struct table_row *model, const struct table_row *other,
                                        int figure);

/* Adds it in words: "better than rnn in 5 of 5 seeds, ratio 2.7 (2.1 to 3.4)". `other` is the other's name.
 */
void table_verdict_add(struct text *out, const struct table_verdict *verdict, const struct field *row,
                       const char *other);

/* Adds how many times better something is, with two digits. */
void table_verdict_add_ratio(struct text *out, double ratio);

/* Rows of one environment, in their order. */
struct table_group {
    const struct table_row **row; /* [count] */
    size_t count;
};

/* The rows of the environment of rows->row[first]. Released with `free(group.row)`. */
struct table_group table_verdict_group(const struct table_rows *rows, size_t first);

/* The row of the model of that name, NULL without one. */
const struct table_row *table_verdict_find_row(const struct table_group *group, const char *model);

/* Whether the row has a result, and its models are asked for what the figure is about. */
bool table_verdict_applies(const struct table_row *row, int figure);

/* Of the rows with a finite figure, without `but` (may be NULL), the one with the best mean, those before
 * others of which no seed has diverged. NULL without any. */
const struct table_row *table_verdict_best(const struct table_group *group, int figure,
                                           const struct table_row *but);

/* Whether a row is a baseline that learns no motion: copy_last or mean_image. */
bool table_verdict_is_baseline(const struct table_row *row);

/* What a model is held against: copy_last, mean_image, rnn, lstm, and the best of the others. Fills `out`
 * with those that are there, have a result, and are not the model itself; returns how many. */
enum { TABLE_VERDICT_REFERENCES = 5 };
size_t table_verdict_references(const struct table_group *group, const struct table_row *model, int figure,
                                const struct table_row *out[TABLE_VERDICT_REFERENCES]);

/* The figures by which rows are compared, first those that are told in words: extrapolation_mse of films
 * (unseen_mse where nothing is extrapolated), state_error, log_likelihood. */
extern const char *const table_verdict_figures[];

/* The first of table_verdict_figures that a row of the group has; -1 where none has one. */
int table_verdict_figure(const struct table_group *group);

/* Whether rows->row[index] is the first one of its environment. */
bool table_verdict_is_first(const struct table_rows *rows, size_t index);

struct table_comparison {
    const struct table_row *model, *other;
    int figure;
    struct table_verdict verdict;
};
struct table_comparisons {
    struct table_comparison *comparison; /* [count] */
    size_t count;
};

/* Each model of each environment against its references, by every one of table_verdict_figures that
 * applies. Baselines are not judged themselves. Released with `free(comparisons.comparison)`. */
struct table_comparisons table_verdict_list(const struct table_rows *rows);

#endif
