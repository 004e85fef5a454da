/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table_verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"

const char *const table_verdict_words[TABLE_OUTCOMES] = {
    [TABLE_BETTER] = "better",         [TABLE_WORSE] = "worse",       [TABLE_OPEN] = "no difference shown",
    [TABLE_TOO_FEW] = "too few seeds", [TABLE_UNPAIRED] = "no pairs",
};

/* ---- pairs ---- */

static const struct table_cell *find_seed(const struct table_row *row, uint64_t seed) {
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].seed == seed && table_row_is_done(&row->cells[i])) {
            return &row->cells[i];
        }
    }
    return NULL;
}

/* The finite values of both in the same seeds. */
struct pairs {
    double *model, *other; /* [count] */
    size_t count;
};

static void add_pair(struct table_verdict *verdict, struct pairs *pairs, double model, double other,
                     bool lower_is_better) {
    verdict->pairs++;
    verdict->diverged += isfinite(model) ? 0 : 1;
    verdict->other_diverged += isfinite(other) ? 0 : 1;
    if (isfinite(model) && isfinite(other)) {
        pairs->model[pairs->count] = model;
        pairs->other[pairs->count++] = other;
        verdict->wins += lower_is_better ? model < other : model > other;
        verdict->losses += lower_is_better ? model > other : model < other;
    } else {
        verdict->wins += isfinite(model) ? 1 : 0;
        verdict->losses += isfinite(other) ? 1 : 0;
    }
}

/* What has learned nothing is the same for every seed. */
static const struct table_cell *find_partner(const struct table_row *other, uint64_t seed) {
    const struct table_cell *partner = find_seed(other, seed);
    return partner == NULL && table_verdict_is_baseline(other) ? table_row_first_done(other) : partner;
}

static void find_pairs(struct table_verdict *verdict, struct pairs *pairs, const struct table_row *model,
                       const struct table_row *other, int figure) {
    bool lower = metric_figure(figure)->better == FIELD_LOWER;
    for (size_t i = 0; i < model->count; i++) {
        const struct table_cell *cell = &model->cells[i];
        const struct table_cell *partner = find_partner(other, cell->seed);
        if (table_row_is_done(cell) && partner != NULL && table_row_same_frames(cell, partner)) {
            add_pair(verdict, pairs, table_row_figure(cell, figure)->value,
                     table_row_figure(partner, figure)->value, lower);
        }
    }
    size_t lone = table_verdict_is_baseline(other) ? 0 : other->done - verdict->pairs;
    verdict->alone = model->done - verdict->pairs + lone;
}

/* How much better the model is in each pair, in the place of pairs->model. */
static void compare(struct table_verdict *verdict, struct pairs *pairs, const struct field *row) {
    verdict->is_ratio = table_seeds_is_relative(row) && statistics_all_positive(pairs->model, pairs->count) &&
                        statistics_all_positive(pairs->other, pairs->count);
    for (size_t i = 0; i < pairs->count; i++) {
        double gain = verdict->is_ratio            ? pairs->other[i] / pairs->model[i]
                      : row->better == FIELD_LOWER ? pairs->other[i] - pairs->model[i]
                                                   : pairs->model[i] - pairs->other[i];
        pairs->model[i] = gain;
        if (i < TABLE_VERDICT_SHOWN) {
            verdict->first[i] = gain;
        }
    }
    verdict->effect = statistics_summarise(pairs->model, pairs->count, verdict->is_ratio, STATISTICS_DRAWS);
}

static enum table_outcome judge(const struct table_verdict *verdict) {
    double equal = verdict->is_ratio ? 1 : 0;
    return verdict->pairs == 0                                                     ? TABLE_UNPAIRED
           : verdict->effect.count < STATISTICS_LEAST                              ? TABLE_TOO_FEW
           : verdict->effect.interval.low > equal && verdict->diverged == 0        ? TABLE_BETTER
           : verdict->effect.interval.high < equal && verdict->other_diverged == 0 ? TABLE_WORSE
                                                                                   : TABLE_OPEN;
}

struct table_verdict table_verdict_find(const struct table_row *model, const struct table_row *other,
                                        int figure) {
    struct table_verdict verdict = {.first = {NAN, NAN}};
    struct pairs pairs = {memory_alloc(model->count, sizeof(double)),
                          memory_alloc(model->count, sizeof(double)), 0};
    find_pairs(&verdict, &pairs, model, other, figure);
    compare(&verdict, &pairs, metric_figure(figure));
    verdict.outcome = judge(&verdict);
    free(pairs.model);
    free(pairs.other);
    return verdict;
}

/* ---- words ---- */

void table_verdict_add_ratio(struct text *out, double ratio) {
    if (ratio >= 1e5 || ratio < 1e-3) {
        text_add(out, "%.1e", ratio);
    } else if (ratio >= 100) {
        double unit = ratio >= 1e4 ? 1000 : ratio >= 1e3 ? 100 : 10;
        text_add(out, "%.0f", round(ratio / unit) * unit);
    } else {
        text_add(out, "%.*f", ratio >= 10 ? 0 : ratio >= 1 ? 1 : ratio >= 0.1 ? 2 : 3, ratio);
    }
}

static void add_effect(struct text *out, const struct table_verdict *verdict, const struct field *row,
                       double value) {
    double scale = row->scale == 0 ? 1 : row->scale;
    if (verdict->is_ratio) {
        table_verdict_add_ratio(out, value);
    } else {
        table_seeds_add_number(out, row, value * scale,
                               verdict->effect.deviation * scale); /* nan of one pair: all digits */
    }
}

static void add_noun(struct text *out, const struct table_verdict *verdict, bool many) {
    text_add(out, !verdict->is_ratio ? "by " : many ? "ratios " : "ratio ");
}

/* "ratio 2.7 (2.1 to 3.4)" */
static void add_interval(struct text *out, const struct table_verdict *verdict, const struct field *row,
                         const char *between, const char *end) {
    add_noun(out, verdict, false);
    add_effect(out, verdict, row, verdict->effect.mean);
    text_add(out, "%s", between);
    add_effect(out, verdict, row, verdict->effect.interval.low);
    text_add(out, " to ");
    add_effect(out, verdict, row, verdict->effect.interval.high);
    text_add(out, "%s", end);
}

/* "lower than rnn in its one seed (ratio 2.7): one seed proves nothing" */
static void add_few(struct text *out, const struct table_verdict *verdict, const struct field *row,
                    const char *other) {
    bool lower = row->better == FIELD_LOWER, better = verdict->wins > verdict->losses;
    size_t favourable = better ? verdict->wins : verdict->losses;
    if (verdict->wins == verdict->losses) {
        text_add(out, "neither lower nor higher than %s", other);
    } else {
        text_add(out, "%s than %s", better == lower ? "lower" : "higher", other);
    }
    if (verdict->pairs == 1) {
        text_add(out, " in its one seed");
    } else if (favourable > 0) {
        text_add(out, " in %zu of %zu seeds", favourable, verdict->pairs);
    }
    if (verdict->effect.count > 0) {
        text_add(out, " (");
        add_noun(out, verdict, verdict->effect.count > 1);
        add_effect(out, verdict, row, verdict->first[0]);
        if (verdict->effect.count > 1) {
            text_add(out, verdict->is_ratio ? ", " : " and ");
            add_effect(out, verdict, row, verdict->first[1]);
        }
        text_add(out, ")");
    }
    text_add(out, ": %s",
             verdict->effect.count == 1   ? "one seed proves nothing"
             : verdict->effect.count == 2 ? "two seeds prove nothing"
                                          : "nothing is proved");
}

/* What has been left out, or counted otherwise. */
static void add_exceptions(struct text *out, const struct table_verdict *verdict, const char *other) {
    if (verdict->diverged > 0) {
        text_add(out, ", diverged in %zu of %zu, which count%s as lost", verdict->diverged, verdict->pairs,
                 verdict->diverged == 1 ? "s" : "");
    }
    if (verdict->other_diverged > 0) {
        text_add(out, ", %s diverged in %zu of %zu", other, verdict->other_diverged, verdict->pairs);
    }
    if (verdict->alone > 0 && verdict->pairs > 0) {
        text_add(out, ", %zu unpaired", verdict->alone);
    }
}

void table_verdict_add(struct text *out, const struct table_verdict *verdict, const struct field *row,
                       const char *other) {
    switch (verdict->outcome) {
    case TABLE_BETTER:
    case TABLE_WORSE:
        text_add(out, "%s than %s in %zu of %zu seeds, ", table_verdict_words[verdict->outcome], other,
                 verdict->outcome == TABLE_BETTER ? verdict->wins : verdict->losses, verdict->pairs);
        add_interval(out, verdict, row, " (", ")");
        break;
    case TABLE_OPEN:
        text_add(out, "no difference from %s shown (", other);
        add_interval(out, verdict, row, ", ", "");
        text_add(out, "; better in %zu of %zu seeds)", verdict->wins, verdict->pairs);
        break;
    case TABLE_TOO_FEW:
        add_few(out, verdict, row, other);
        break;
    default:
        text_add(out, "cannot be paired with %s: no seed of both on the same windows", other);
    }
    add_exceptions(out, verdict, other);
}

/* ---- who is held against whom ---- */

bool table_verdict_applies(const struct table_row *row, int figure) {
    const struct table_cell *cell = table_row_first_done(row);
    return cell != NULL && table_row_subject(cell) == table_row_figure_subject(figure);
}

struct table_group table_verdict_group(const struct table_rows *rows, size_t first) {
    struct table_group group = {.row = memory_alloc(rows->count, sizeof *group.row)};
    const char *environment = rows->row[first].cells->environment;
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->row[i].cells->environment, environment) == 0) {
            group.row[group.count++] = &rows->row[i];
        }
    }
    return group;
}

const struct table_row *table_verdict_find_row(const struct table_group *group, const char *model) {
    for (size_t i = 0; i < group->count; i++) {
        if (strcmp(group->row[i]->cells->model, model) == 0) {
            return group->row[i];
        }
    }
    return NULL;
}

bool table_verdict_is_baseline(const struct table_row *row) {
    return strcmp(row->cells->model, "copy_last") == 0 || strcmp(row->cells->model, "mean_image") == 0;
}

const struct table_row *table_verdict_best(const struct table_group *group, int figure,
                                           const struct table_row *but) {
    const struct table_row *best = NULL;
    double least = INFINITY;
    bool best_diverged = true, higher = metric_figure(figure)->better == FIELD_HIGHER;
    for (size_t i = 0; i < group->count; i++) {
        struct table_seeds seeds = table_seeds_of(group->row[i], figure);
        double mean = higher ? -seeds.summary.mean : seeds.summary.mean;
        bool diverged = seeds.missing > 0;
        if (group->row[i] == but || seeds.summary.count == 0) {
            continue;
        }
        if (best == NULL || diverged < best_diverged || (diverged == best_diverged && mean < least)) {
            best = group->row[i];
            least = mean;
            best_diverged = diverged;
        }
    }
    return best;
}

size_t table_verdict_references(const struct table_group *group, const struct table_row *model, int figure,
                                const struct table_row *out[TABLE_VERDICT_REFERENCES]) {
    static const char *const names[] = {"copy_last", "mean_image", "rnn", "lstm"};
    enum { NAMES = sizeof names / sizeof *names };
    size_t count = 0;
    for (size_t i = 0; i <= NAMES; i++) {
        const struct table_row *row =
            i < NAMES ? table_verdict_find_row(group, names[i]) : table_verdict_best(group, figure, model);
        bool known = row == NULL || row == model || !table_verdict_applies(row, figure);
        for (size_t j = 0; j < count; j++) {
            known = known || out[j] == row;
        }
        if (!known) {
            out[count++] = row;
        }
    }
    return count;
}

/* ---- all comparisons ---- */

const char *const table_verdict_figures[] = {"extrapolation_mse", "unseen_mse", "state_error",
                                             "log_likelihood", NULL};

static bool has_figure(const struct table_group *group, int figure) {
    for (size_t i = 0; i < group->count; i++) {
        if (table_seeds_of(group->row[i], figure).summary.count > 0) {
            return true;
        }
    }
    return false;
}

int table_verdict_figure(const struct table_group *group) {
    for (const char *const *name = table_verdict_figures; *name != NULL; name++) {
        int figure = metric_figure_find(*name);
        if (has_figure(group, figure)) {
            return figure;
        }
    }
    return -1;
}

bool table_verdict_is_first(const struct table_rows *rows, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (strcmp(rows->row[i].cells->environment, rows->row[index].cells->environment) == 0) {
            return false;
        }
    }
    return true;
}

static void add_comparisons(struct table_comparisons *out, const struct table_group *group,
                            const struct table_row *model, int figure) {
    const struct table_row *references[TABLE_VERDICT_REFERENCES];
    size_t count = table_verdict_references(group, model, figure, references);
    for (size_t r = 0; r < count; r++) {
        out->comparison = memory_resize(out->comparison, out->count + 1, sizeof *out->comparison);
        out->comparison[out->count++] = (struct table_comparison){
            model, references[r], figure, table_verdict_find(model, references[r], figure)};
    }
}

struct table_comparisons table_verdict_list(const struct table_rows *rows) {
    struct table_comparisons out = {0};
    for (size_t i = 0; i < rows->count; i++) {
        const struct table_row *model = &rows->row[i];
        struct table_group group = table_verdict_group(rows, i);
        for (const char *const *name = table_verdict_figures; *name != NULL; name++) {
            int figure = metric_figure_find(*name);
            if (!table_verdict_is_baseline(model) && table_verdict_applies(model, figure) &&
                has_figure(&group, figure)) {
                add_comparisons(&out, &group, model, figure);
            }
        }
        free(group.row);
    }
    return out;
}
