/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who won, in words computed from the cells.
 */
#ifndef HAMBENCH_COMPARISONS_VERDICT_H
#define HAMBENCH_COMPARISONS_VERDICT_H

#include "comparisons/analysis.h"

/* What is judged: by which error, at which accuracy, at which cost. */
struct verdict_question {
    size_t problem;
    size_t horizon;
    double accuracy;
    double (*error)(const struct measurement *);
    double (*cost)(const struct measurement *);
};

enum { VERDICT_NOBODY = -1 };

/* The contenders with the least and the second least cost; VERDICT_NOBODY where there is none. By energy
 * error, methods that project onto constant energy are not judged. */
struct verdict {
    bool open; /* the reference is not good enough to say */
    int winner;
    int second;
    struct analysis_work least;
    double ratio; /* cost of the second / cost of the winner; nan without a second */
};

struct verdict verdict_find(const struct outcome *outcome, const struct verdict_question *question);

/* Costs closer than this factor are called equal. */
#define VERDICT_TIE 1.1

/* Adds the whole verdict as Markdown: who wins how often over all problems, then a paragraph for each problem
 * and horizon, then whose energy error stays bounded. */
void verdict_add_markdown(struct text *out, const struct outcome *outcome);

#endif
