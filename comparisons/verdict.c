/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* A method that puts the energy right by construction says nothing by having it right. */
static bool is_exempt(const struct outcome *outcome, const struct verdict_question *question,
                      size_t contender) {
    return question->error == analysis_energy_error &&
           outcome->comparison->contenders[contender].integrator->keeps_energy;
}

struct verdict verdict_find(const struct outcome *outcome, const struct verdict_question *question) {
    struct verdict verdict = {.winner = VERDICT_NOBODY, .second = VERDICT_NOBODY, .ratio = NAN};
    double second = INFINITY;
    bool by_state = question->error == analysis_state_error;
    if (by_state && !analysis_resolves(outcome, question->problem, question->horizon, question->accuracy)) {
        verdict.open = true;
        return verdict;
    }
    for (size_t i = 0; i < outcome->comparison->contender_count; i++) {
        struct analysis_ladder ladder = {outcome, question->problem, i, question->horizon};
        struct analysis_work work =
            analysis_work(&ladder, question->accuracy, question->error, question->cost);
        if (isnan(work.value) || is_exempt(outcome, question, i)) {
            continue;
        }
        if (verdict.winner == VERDICT_NOBODY || work.value < verdict.least.value) {
            verdict.second = verdict.winner;
            second = verdict.winner == VERDICT_NOBODY ? INFINITY : verdict.least.value;
            verdict.winner = (int)i;
            verdict.least = work;
        } else if (work.value < second) {
            verdict.second = (int)i;
            second = work.value;
        }
    }
    if (verdict.second != VERDICT_NOBODY) {
        verdict.ratio = second / verdict.least.value;
    }
    return verdict;
}

/* ---- words ---- */

static const char *label_of(const struct outcome *outcome, int contender) {
    return outcome->comparison->contenders[contender].label;
}

/* 31000 -> "31000", 3.1e6 -> "3.1e+06" */
static void add_count(struct text *out, double count) {
    text_add(out, count < 1e5 ? "%.0f" : "%.2g", count);
}

static void add_time(struct text *out, double seconds) {
    if (seconds < 1e-3) {
        text_add(out, "%.3g µs", seconds * 1e6);
    } else if (seconds < 1) {
        text_add(out, "%.3g ms", seconds * 1e3);
    } else {
        text_add(out, "%.3g s", seconds);
    }
}

/* A cost that is spoken of. */
struct cost {
    double (*figure)(const struct measurement *);
    void (*add)(struct text *out, double value);
    const char *noun;   /* "fewest evaluations" */
    const char *phrase; /* "needs the fewest evaluations" */
    const char *plural;
    const char *less; /* "times fewer than" */
};

static const struct cost costs[] = {
    {analysis_evaluations, add_count, "fewest evaluations", "needs the fewest evaluations",
     "need the fewest evaluations", "times fewer than"},
    {analysis_seconds, add_time, "least time", "takes the least time", "take the least time",
     "times less than"},
};
enum { COSTS = sizeof costs / sizeof *costs };

/* "`kahan_li8` needs the fewest evaluations (31000, 1.6 times fewer than `yoshida6`)" */
static void add_winner(struct text *out, const struct outcome *outcome, const struct verdict *verdict,
                       const struct cost *cost) {
    bool tie = verdict->ratio < VERDICT_TIE;
    if (tie) {
        text_add(out, "`%s` and `%s` %s (", label_of(outcome, verdict->winner),
                 label_of(outcome, verdict->second), cost->plural);
    } else {
        text_add(out, "`%s` %s (", label_of(outcome, verdict->winner), cost->phrase);
    }
    text_add(out, verdict->least.at_most ? "at most " : "");
    cost->add(out, verdict->least.value);
    if (tie) {
        text_add(out, ", within %.0f %% of each other)", (VERDICT_TIE - 1) * 100);
    } else if (verdict->second == VERDICT_NOBODY) {
        text_add(out, "; no other gets there)");
    } else {
        text_add(out, ", %.2g %s `%s`)", verdict->ratio, cost->less, label_of(outcome, verdict->second));
    }
}

/* One line: an accuracy on a problem over a horizon, by both costs. */
static void add_accuracy(struct text *out, const struct outcome *outcome, struct verdict_question question,
                         const char *error_name) {
    text_add(out, "- %s ≤ %g: ", error_name, question.accuracy);
    for (int c = 0; c < COSTS; c++) {
        question.cost = costs[c].figure;
        struct verdict verdict = verdict_find(outcome, &question);
        if (verdict.open) {
            text_add(out, "cannot be judged, the reference is not that exact");
            break;
        }
        if (verdict.winner == VERDICT_NOBODY) {
            text_add(out, "no contender gets there within ladder and budget");
            break;
        }
        text_add(out, c == 0 ? "" : "; ");
        add_winner(out, outcome, &verdict, &costs[c]);
    }
    text_add(out, ".\n");
}

/* ---- each problem ---- */

static void add_reference(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon) {
    const struct outcome_reference *reference = outcome_reference(outcome, problem, horizon);
    if (reference->state == MEASUREMENT_DONE) {
        text_add(out, "Reference: %s; it and %s differ by %.1e.\n\n", reference->first, reference->second,
                 reference->disagreement);
    } else {
        text_add(out, "No reference for the state: %s.\n\n", reference->reason);
    }
}

/* Contenders without a run, and why: each reason once, with those that share it. */
static void add_absent(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon) {
    size_t count = outcome->comparison->contender_count;
    bool *said = memory_alloc(count, sizeof *said);
    for (size_t i = 0; i < count; i++) {
        struct analysis_ladder ladder = {outcome, problem, i, horizon};
        const char *reason;
        enum measurement_state state = analysis_state(&ladder, &reason);
        if (said[i] || state == MEASUREMENT_DONE) {
            continue;
        }
        text_add(out, "- %s: ", measurement_state_name(state));
        for (size_t j = i; j < count; j++) {
            struct analysis_ladder other = {outcome, problem, j, horizon};
            const char *other_reason;
            bool alike = analysis_state(&other, &other_reason) == state;
            if (alike && (state == MEASUREMENT_OVER_BUDGET || strcmp(reason, other_reason) == 0)) {
                text_add(out, "%s`%s`", j == i ? "" : ", ", label_of(outcome, (int)j));
                said[j] = true;
            }
        }
        text_add(out, state == MEASUREMENT_OVER_BUDGET ? " (at every rung).\n" : " (%s).\n", reason);
    }
    free(said);
}

static size_t count_state(const struct outcome *outcome, size_t problem, size_t horizon,
                          enum measurement_state state) {
    size_t found = 0;
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        found += outcome_place(outcome, i, &place) && place.problem == problem && place.horizon == horizon &&
                 outcome->cells[i].state == state;
    }
    return found;
}

static void add_failures(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon) {
    size_t failed = count_state(outcome, problem, horizon, MEASUREMENT_FAILED);
    if (failed > 0) {
        text_add(out, "- %zu run%s failed on the way.\n", failed, failed == 1 ? "" : "s");
    }
}

static void add_problem(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon) {
    const struct comparison *comparison = outcome->comparison;
    text_add(out, "#### %s, %g periods\n\n", comparison->problems[problem]->name,
             comparison->horizons.values[horizon]);
    add_reference(out, outcome, problem, horizon);
    static const struct {
        const char *name;
        double (*figure)(const struct measurement *);
    } errors[] = {{"state error", analysis_state_error}, {"energy error", analysis_energy_error}};
    bool has_state = outcome_reference(outcome, problem, horizon)->state == MEASUREMENT_DONE;
    bool has_energy = comparison->problems[problem]->system.not_hamiltonian == NULL;
    for (int e = 0; e < 2; e++) {
        for (size_t i = 0; (e == 0 ? has_state : has_energy) && i < comparison->accuracies.count; i++) {
            struct verdict_question question = {
                .problem = problem,
                .horizon = horizon,
                .accuracy = comparison->accuracies.values[i],
                .error = errors[e].figure,
            };
            add_accuracy(out, outcome, question, errors[e].name);
        }
    }
    add_absent(out, outcome, problem, horizon);
    add_failures(out, outcome, problem, horizon);
    text_add(out, "\n");
}

/* ---- over all problems ---- */

struct tally {
    size_t *wins; /* [contender] */
    size_t judged;
    size_t open;
};

static void count_wins(struct tally *tally, const struct outcome *outcome, struct verdict_question question) {
    for (size_t p = 0; p < outcome->comparison->problem_count; p++) {
        question.problem = p;
        struct verdict verdict = verdict_find(outcome, &question);
        if (verdict.winner == VERDICT_NOBODY) {
            tally->open++;
            continue;
        }
        tally->judged++;
        tally->wins[verdict.winner]++;
        if (verdict.ratio < VERDICT_TIE) {
            tally->wins[verdict.second]++;
        }
    }
}

/* "`kahan_li8` on 5, `dopri8` on 2" by falling number of wins. */
static void add_tally(struct text *out, const struct outcome *outcome, struct tally *tally) {
    for (int place = 0;; place++) {
        size_t best = 0;
        for (size_t i = 0; i < outcome->comparison->contender_count; i++) {
            best = tally->wins[i] > tally->wins[best] ? i : best;
        }
        if (tally->wins[best] == 0) {
            break;
        }
        text_add(out, "%s`%s` on %zu", place == 0 ? "" : ", ", label_of(outcome, (int)best),
                 tally->wins[best]);
        tally->wins[best] = 0;
    }
}

/* One line: an accuracy over a horizon, by both costs. */
static void add_summary_line(struct text *out, const struct outcome *outcome, size_t horizon,
                             double accuracy) {
    const struct comparison *comparison = outcome->comparison;
    struct verdict_question question = {
        .horizon = horizon,
        .accuracy = accuracy,
        .error = analysis_state_error,
    };
    struct tally tally = {.wins = memory_alloc(comparison->contender_count, sizeof *tally.wins)};
    text_add(out, "- %g periods, state error ≤ %g: ", comparison->horizons.values[horizon], accuracy);
    for (int c = 0; c < COSTS; c++) {
        tally.judged = tally.open = 0;
        question.cost = costs[c].figure;
        count_wins(&tally, outcome, question);
        if (tally.judged == 0) {
            text_add(out, "no winner on any problem.\n");
            break;
        }
        text_add(out, "%s%s: ", c == 0 ? "" : "; ", costs[c].noun);
        add_tally(out, outcome, &tally);
    }
    if (tally.judged > 0) {
        text_add(out, " (%zu problem%s", tally.judged, tally.judged == 1 ? "" : "s");
        text_add(out, tally.open > 0 ? "; %zu without a winner).\n" : ").\n", tally.open);
    }
    free(tally.wins);
}

/* ---- energy ---- */

/* The contenders whose energy error at equal work has this word on `problem`. */
static void add_behaviour(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon,
                          const char *word, bool *any) {
    size_t count = 0;
    for (size_t i = 0; i < outcome->comparison->contender_count; i++) {
        struct analysis_ladder ladder = {outcome, problem, i, horizon};
        size_t rung;
        const struct measurement *cell = analysis_equal_work(&ladder, &rung);
        if (cell == NULL || strcmp(measurement_drift_name(cell), word) != 0) {
            continue;
        }
        if (count++ == 0) {
            text_add(out, "%s%s: ", *any ? "; " : "", word);
        }
        text_add(out, count == 1 ? "`%s`" : ", `%s`", label_of(outcome, (int)i));
        if (isfinite(cell->drift.slope)) {
            text_add(out, " (");
            measurement_add_slope(out, cell->drift.slope);
            text_add(out, ")");
        }
        *any = true;
    }
}

static void add_energy(struct text *out, const struct outcome *outcome) {
    const struct comparison *comparison = outcome->comparison;
    size_t horizon = comparison->horizons.count - 1;
    if (comparison->horizons.values[horizon] < MEASUREMENT_GROWTH_PERIODS) {
        text_add(out, "How energy errors grow is not said: it takes a horizon of %g periods at least.\n\n",
                 MEASUREMENT_GROWTH_PERIODS);
        return;
    }
    text_add(
        out,
        "Growth of the energy error over %g periods, at about %g evaluations per period; in brackets the "
        "fitted slope of log(error) against log(time):\n\n",
        comparison->horizons.values[horizon], comparison->settings.drift_work);
    for (size_t p = 0; p < comparison->problem_count; p++) {
        if (comparison->problems[p]->system.not_hamiltonian != NULL) {
            continue;
        }
        bool any = false;
        text_add(out, "- %s: ", comparison->problems[p]->name);
        for (const char *const *word = measurement_drift_names; *word != NULL; word++) {
            add_behaviour(out, outcome, p, horizon, *word, &any);
        }
        text_add(out, any ? ".\n" : "nobody went through.\n");
    }
    text_add(out, "\n");
}

void verdict_add_markdown(struct text *out, const struct outcome *outcome) {
    const struct comparison *comparison = outcome->comparison;
    text_add(out, "### Who wins\n\nProblems won over all, ties counted for both:\n\n");
    for (size_t h = 0; h < comparison->horizons.count; h++) {
        for (size_t a = 0; a < comparison->accuracies.count; a++) {
            add_summary_line(out, outcome, h, comparison->accuracies.values[a]);
        }
    }
    text_add(out, "\n");
    add_energy(out, outcome);
    for (size_t p = 0; p < comparison->problem_count; p++) {
        for (size_t h = 0; h < comparison->horizons.count; h++) {
            add_problem(out, outcome, p, h);
        }
    }
}
