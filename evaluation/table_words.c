/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table_words.h"

#include <math.h>
#include <stdlib.h>

#include "evaluation/metric.h"
#include "evaluation/table_column.h"
#include "results/published.h"

static void add_name(struct text *out, const char *name) {
    text_add_printable(out, name);
}

static const char *model_of(const struct table_row *row) {
    return row->cells->model;
}

static char *printable(const char *name) {
    struct text out = {0};
    text_add_printable(&out, name);
    return out.data;
}

static bool is_marked(const struct table_row *row) {
    return table_row_tally(row).nothing > 0;
}

/* ---- lists of models, sorted into a few bins ---- */

enum { MOST_BINS = 4 };
struct bins {
    const char *head[MOST_BINS]; /* "not: " */
    struct text list[MOST_BINS];
};

static struct text *bin(struct bins *bins, int number, const struct table_row *row) {
    struct text *list = &bins->list[number];
    text_add(list, list->length > 0 ? ", " : "");
    add_name(list, model_of(row));
    return list;
}

/* Adds "- TITLE: A: a, b; B: c." and empties the bins; nothing where all are empty. */
static void add_bins(struct text *out, const char *title, struct bins *bins) {
    bool any = false;
    for (int i = 0; i < MOST_BINS; i++) {
        if (bins->list[i].length > 0) {
            if (any) {
                text_add(out, "; ");
            } else {
                text_add(out, "- %s: ", title);
            }
            text_add(out, "%s%s", bins->head[i], bins->list[i].data);
            any = true;
        }
        text_free(&bins->list[i]);
    }
    text_add(out, any ? ".\n" : "");
}

/* ---- against what learns no motion ---- */

static const struct table_row *find_done(const struct table_group *group, const char *model) {
    const struct table_row *row = table_verdict_find_row(group, model);
    return row == NULL || row->done == 0 ? NULL : row;
}

enum { SHOWN, IN_ITS_SEEDS, NOT_SHOWN, NOT_BETTER };

/* The bin of a model by its verdicts against the baselines: the worse of the two. */
static int bin_of(enum table_outcome outcome, bool won_all, bool lost) {
    return outcome == TABLE_BETTER               ? SHOWN
           : outcome == TABLE_TOO_FEW && won_all ? IN_ITS_SEEDS
           : outcome == TABLE_WORSE || lost      ? NOT_BETTER
                                                 : NOT_SHOWN;
}

static void add_baselines(struct text *out, const struct table_group *group, int figure) {
    const struct table_row *baselines[] = {find_done(group, "copy_last"), find_done(group, "mean_image")};
    if (baselines[0] == NULL || baselines[1] == NULL) {
        return;
    }
    struct bins bins = {{"shown for ", "in the one or two seeds that there are, which proves nothing, for ",
                         "not shown for ", "not for "},
                        {{0}}};
    for (size_t i = 0; i < group->count; i++) {
        int worst = SHOWN;
        if (table_verdict_is_baseline(group->row[i]) || !table_verdict_applies(group->row[i], figure)) {
            continue;
        }
        for (int b = 0; b < 2; b++) {
            struct table_verdict verdict = table_verdict_find(group->row[i], baselines[b], figure);
            int found = bin_of(verdict.outcome, verdict.pairs > 0 && verdict.wins == verdict.pairs,
                               verdict.wins < verdict.losses);
            worst = found > worst ? found : worst;
        }
        (void)bin(&bins, worst, group->row[i]);
    }
    char *title = text_format("Better than both copy_last and mean_image (%s)", metric_figure(figure)->title);
    add_bins(out, title, &bins);
    free(title);
}

/* ---- dynamics ---- */

static double mean_of(const struct table_row *row, const char *name) {
    return row == NULL ? NAN : table_seeds_of(row, metric_figure_find(name)).summary.mean;
}

static void add_valid_frames(struct text *out, const struct table_group *group) {
    double held = fmax(mean_of(find_done(group, "copy_last"), "vpt_relative"),
                       mean_of(find_done(group, "mean_image"), "vpt_relative"));
    const struct field *row = metric_figure(metric_figure_find("vpt"));
    struct bins bins = {{"", "not by those of ", "", ""}, {{0}}};
    int frames = 0;
    for (size_t i = 0; i < group->count; i++) {
        double part = mean_of(group->row[i], "vpt_relative");
        if (isnan(part) || table_verdict_is_baseline(group->row[i])) {
            continue;
        }
        bool speaks = part >= TABLE_WORDS_VALID_PART && !(part < 2 * held);
        struct text *list = bin(&bins, speaks ? 0 : 1, group->row[i]);
        text_add(list, " (");
        table_seeds_add_number(list, row, mean_of(group->row[i], "vpt"), NAN);
        text_add(list, ")");
        frames = table_row_first_done(group->row[i])->result.extrapolation;
    }
    struct text title = {0};
    text_add(&title, "Learned dynamics are supported by valid frames (of %d", frames);
    if (!isnan(held)) {
        text_add(&title, "; the better baseline has %.1f", held * frames);
    }
    text_add(&title, held >= TABLE_WORDS_VALID_PART ? ", so that they can show nothing here)" : ")");
    add_bins(out, title.data, &bins);
    text_free(&title);
}

static void add_symetric(struct text *out, const struct table_group *group) {
    struct bins bins = {{"", "not for ", "", ""}, {{0}}};
    for (size_t i = 0; i < group->count; i++) {
        double part = mean_of(group->row[i], "symetric");
        if (!isnan(part)) {
            struct text *list = bin(&bins, part >= TABLE_WORDS_SYMETRIC ? 0 : 1, group->row[i]);
            text_add(list, " (%.2f)", part);
        }
    }
    add_bins(out, "SyMetric supports them in half of its batches or more", &bins);
}

/* A film that stands still has no drift: baselines are no part of it. */
static void add_energy(struct text *out, const struct table_group *group) {
    struct bins bins = {{"", "not by that of ", "", ""}, {{0}}};
    for (size_t i = 0; i < group->count; i++) {
        double found = mean_of(group->row[i], "long_video_found_250");
        double drift = mean_of(group->row[i], "long_video_energy_drift_250");
        if (isnan(found) || table_verdict_is_baseline(group->row[i])) {
            continue;
        }
        bool speaks = found >= TABLE_WORDS_FOUND && drift <= TABLE_WORDS_DRIFT;
        struct text *list = bin(&bins, speaks ? 0 : 1, group->row[i]);
        if (isnan(drift)) {
            text_add(list, " (no film keeps its discs)");
        } else {
            text_add(list, " (drift %.2f in %.0f %% of the films)", drift, 100 * found);
        }
    }
    add_bins(out, "The true energy of 250 frames of long films supports them", &bins);
}

/* Where the mean image is better than both, a model that is no better than a picture has not learned
 * anything: that is no strength of copy_last. */
static void add_copy_last(struct text *out, const struct table_group *group, int figure) {
    const struct table_row *copy = find_done(group, "copy_last"), *image = find_done(group, "mean_image");
    const struct table_row *best = NULL;
    double least = INFINITY, held = copy == NULL ? NAN : table_seeds_of(copy, figure).summary.mean;
    double blurred = image == NULL ? INFINITY : table_seeds_of(image, figure).summary.mean;
    for (size_t i = 0; i < group->count; i++) {
        double mean = table_seeds_of(group->row[i], figure).summary.mean;
        if (!table_verdict_is_baseline(group->row[i]) && mean < least) {
            best = group->row[i];
            least = mean;
        }
    }
    if (best == NULL || !(held < TABLE_WORDS_STRONG * least) || (blurred < held && blurred < least)) {
        return;
    }
    text_add(out, "- copy_last is strong here: its error is ");
    table_verdict_add_ratio(out, held / least);
    text_add(out, " times that of the best model (");
    add_name(out, model_of(best));
    text_add(out,
             "). Within a factor of %d of a picture that stands still, errors say little about "
             "dynamics.\n",
             TABLE_WORDS_STRONG);
}

/* ---- against what was published ---- */

static void add_here(struct text *out, const struct table_row *row, int figure, double published) {
    struct table_seeds seeds = table_seeds_of(row, figure);
    bool one = seeds.summary.count == 1;
    add_name(out, model_of(row));
    text_add(out, " ");
    table_seeds_add(out, row, figure);
    if (one) {
        const struct field *field = metric_figure(figure);
        struct statistics_interval windows = table_seeds_first(row, figure)->interval;
        double half = (windows.high - windows.low) / 2 * field->scale;
        if (isfinite(half)) {
            text_add(out, " (");
            table_seeds_add_number(out, field, windows.low * field->scale, half);
            text_add(out, " to ");
            table_seeds_add_number(out, field, windows.high * field->scale, half);
            text_add(out, " over test windows)");
        }
    }
    text_add(out, ", ");
    table_verdict_add_ratio(out, seeds.summary.mean / published);
    text_add(out, " of it");
}

/* The error over the frames that were published where it is known, otherwise over the reconstruction. */
static int published_figure(const struct table_group *group) {
    int figure = metric_figure_find("published_l2_norm");
    for (size_t i = 0; figure >= 0 && i < group->count; i++) {
        if (table_seeds_of(group->row[i], figure).summary.count > 0) {
            return figure;
        }
    }
    return metric_figure_find("reconstruction_l2_norm");
}

/* Beside rows that the published one is like: they infer a state, follow it, and have learned something. */
static void add_published(struct text *out, const struct table_group *group) {
    int figure = published_figure(group);
    const char *environment = group->row[0]->cells->environment;
    const struct published_value *value = published_find(environment, "HGN", "reconstruction_l2_norm");
    if (value == NULL || isnan(value->value)) {
        text_add(out, "- Published: no value known.\n");
        return;
    }
    text_add(out, "- Published: HGN %.2fe-7 (%s comparable: %s). ", value->value * 1e7,
             published_comparable_words[value->comparable], value->why);
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct table_cell *cell = table_row_first_done(group->row[i]);
        if (cell != NULL && cell->latent && !is_marked(group->row[i]) &&
            table_seeds_of(group->row[i], figure).summary.count > 0) {
            if (count++ == 0) {
                text_add(out, "Here, %s: ", metric_figure(figure)->title);
            } else {
                text_add(out, "; ");
            }
            add_here(out, group->row[i], figure, value->value);
        }
    }
    text_add(out, count == 0 ? "No row here is of a model like it.\n" : ".\n");
}

/* ---- each model against its references ---- */

struct pairing {
    struct table_verdict verdict;
    char *other; /* its name, printable; owned */
};

/* One seed of both, on the same windows, and an error of both: a ratio is all that can be said. */
static bool is_ratio_of_one_seed(const struct table_verdict *verdict) {
    return verdict->outcome == TABLE_TOO_FEW && verdict->is_ratio && verdict->pairs == 1 &&
           verdict->effect.count == 1 && verdict->alone == 0;
}

static size_t pair_up(struct pairing *pairings, const struct table_group *group, const struct table_row *row,
                      int figure) {
    const struct table_row *references[TABLE_VERDICT_REFERENCES];
    if (table_verdict_is_baseline(row) || !table_verdict_applies(row, figure)) {
        return 0;
    }
    size_t count = table_verdict_references(group, row, figure, references);
    for (size_t r = 0; r < count; r++) {
        pairings[r] = (struct pairing){table_verdict_find(row, references[r], figure),
                                       printable(model_of(references[r]))};
    }
    return count;
}

/* Where no pair has more than one seed: "- lstm: one seed proves nothing; ratios 1.4 to copy_last, 2.7 to
 * rnn." */
static void add_pairings(struct text *out, const struct pairing *pairings, size_t count, int figure) {
    bool one_seed = true;
    for (size_t r = 0; r < count; r++) {
        one_seed &= is_ratio_of_one_seed(&pairings[r].verdict);
    }
    text_add(out, one_seed ? ": one seed proves nothing; " : ": ");
    for (size_t r = 0; r < count; r++) {
        const struct table_verdict *verdict = &pairings[r].verdict;
        if (one_seed) {
            text_add(out, r > 0 ? ", " : count > 1 ? "ratios " : "ratio ");
            table_verdict_add_ratio(out, verdict->first[0]);
            text_add(out, " to %s", pairings[r].other);
        } else {
            text_add(out, r > 0 ? "; " : "");
            table_verdict_add(out, verdict, metric_figure(figure), pairings[r].other);
        }
    }
    text_add(out, ".\n");
}

static size_t add_pairs(struct text *out, const struct table_group *group, int figure) {
    size_t compared = 0;
    for (size_t i = 0; i < group->count; i++) {
        struct pairing pairings[TABLE_VERDICT_REFERENCES];
        size_t count = pair_up(pairings, group, group->row[i], figure);
        if (count == 0) {
            continue;
        }
        text_add(out, "- ");
        add_name(out, model_of(group->row[i]));
        add_pairings(out, pairings, count, figure);
        for (size_t r = 0; r < count; r++) {
            compared += pairings[r].verdict.outcome <= TABLE_OPEN;
            free(pairings[r].other);
        }
    }
    return compared;
}

static size_t add_group(struct text *out, const struct table_group *group) {
    int figure = table_verdict_figure(group);
    if (figure < 0) {
        return 0;
    }
    text_add(out, "\n**");
    add_name(out, group->row[0]->cells->environment);
    text_add(out, "** (%s)\n\n", metric_figure(figure)->title);
    if (table_row_figure_subject(figure) == TABLE_FILM) {
        add_baselines(out, group, figure);
        add_valid_frames(out, group);
        add_symetric(out, group);
        add_energy(out, group);
        add_copy_last(out, group, figure);
        add_published(out, group);
    }
    return add_pairs(out, group, figure);
}

void table_words_add(struct text *out, const struct table_rows *rows) {
    struct text words = {0};
    size_t compared = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (table_verdict_is_first(rows, i)) {
            struct table_group group = table_verdict_group(rows, i);
            compared += add_group(&words, &group);
            free(group.row);
        }
    }
    if (words.length > 0) {
        text_add(
            out,
            "\n#### In words\n\nModels are held against copy_last, mean_image, rnn, lstm and the best of "
            "the others, seed by seed on the same windows. Ratios say how many times smaller an error is "
            "than the other's, with the 95 %% interval of their geometric mean over seeds; fewer than %d "
            "seeds prove nothing.",
            STATISTICS_LEAST);
        if (compared > 1) {
            text_add(out,
                     " %zu comparisons were made: where there is no difference, one in twenty still shows "
                     "one by chance.",
                     compared);
        }
        text_add(out, "\n%s", words.data);
    }
    text_free(&words);
}

/* ---- seeds and windows ---- */

struct blur {
    size_t judged;
    size_t blurred;
    struct text list; /* of the blurred ones */
};

static void look_at(struct blur *blur, const struct table_row *row) {
    struct table_group alone = {.row = &row, .count = 1};
    int figure = table_verdict_figure(&alone);
    double share = figure < 0 ? NAN : table_seeds_of(row, figure).window_share;
    if (isnan(share)) {
        return;
    }
    blur->judged++;
    if (share > TABLE_SEEDS_WINDOW_SHARE) {
        text_add(&blur->list, blur->blurred++ == 0 ? "" : "; ");
        add_name(&blur->list, row->cells->environment);
        text_add(&blur->list, ", ");
        add_name(&blur->list, model_of(row));
        text_add(&blur->list, " (%d windows: window error ", table_row_first_done(row)->result.windows);
        table_verdict_add_ratio(&blur->list, share);
        text_add(&blur->list, " of the seed spread)");
    }
}

static void add_blur(struct text *out, const struct blur *blur) {
    if (blur->judged == 0) {
        return;
    }
    text_add(out,
             "Test windows: in %zu of %zu rows with several seeds the standard error that they put on a "
             "figure is at most a tenth of the spread between seeds, so that more windows would change "
             "nothing",
             blur->judged - blur->blurred, blur->judged);
    if (blur->blurred > 0) {
        text_add(out, ". Not in: %s", blur->list.data);
    }
    text_add(out, ".\n");
}

void table_words_add_seeds(struct text *out, const struct table_rows *rows) {
    size_t one = 0, two = 0, more = 0;
    struct blur blur = {0};
    for (size_t i = 0; i < rows->count; i++) {
        const struct table_row *row = &rows->row[i];
        size_t usable = table_row_tally(row).usable;
        one += usable == 1;
        two += usable == 2;
        more += usable > 2;
        look_at(&blur, row);
    }
    if (one > 0) {
        text_add(out, "With one seed numbers have the digits that the test windows determine (95 %%; the "
                      "intervals are in table.json). That says nothing about how much another training would "
                      "differ.\n");
    }
    if (two > 0) {
        text_add(out, "With two seeds both values are given: two determine no interval.\n");
    }
    if (more > 0) {
        text_add(out,
                 "With %d seeds or more: mean (95 %% interval) over seeds by Student's t; of errors without "
                 "a unit the geometric mean, whose interval is that of the logarithms. A value that is the "
                 "same in all seeds stands alone.\n",
                 STATISTICS_LEAST);
    }
    add_blur(out, &blur);
    text_free(&blur.list);
}
