/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/comparison_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparisons/measurement_file.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/provenance.h"
#include "support/text.h"
#include "sweep/claim.h"

/* Work that threads share. What they change together is changed in a critical section. */
struct work {
    const struct comparison_request *request;
    struct outcome *outcome;
    struct store *store;
    struct progress progress;
    long done;
    enum status status; /* the first failure stops everybody */
    char detail[512];
};

static bool goes_on(struct work *work) {
    bool good;
#pragma omp critical(comparison_work)
    {
        if (work->status == STATUS_OK && interrupt_requested()) {
            work->status = STATUS_INTERRUPTED;
        }
        good = work->status == STATUS_OK;
    }
    return good;
}

/* Within the critical section: the thread's failure becomes everybody's. */
static void keep_failure(struct work *work, enum status status) {
    if (status != STATUS_OK && work->status == STATUS_OK) {
        work->status = status;
        (void)snprintf(work->detail, sizeof work->detail, "%s", status_detail());
    }
}

static enum status end_work(struct work *work) {
    progress_end(&work->progress);
    if (work->status == STATUS_INTERRUPTED) {
        return status_fail(STATUS_INTERRUPTED, "interrupted; run the same command to go on");
    }
    return work->status == STATUS_OK ? STATUS_OK : status_fail(work->status, "%s", work->detail);
}

/* ---- references ---- */

static bool misses_cell(const struct outcome *outcome, size_t problem, size_t horizon) {
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place) && place.problem == problem && place.horizon == horizon &&
            outcome->cells[i].state == MEASUREMENT_MISSING) {
            return true;
        }
    }
    return false;
}

static void copy_reference(struct outcome_reference *out, const struct problem_reference *found) {
    out->state = MEASUREMENT_DONE;
    out->disagreement = found->disagreement;
    memcpy(out->position, found->state, sizeof out->position);
    (void)snprintf(out->first, sizeof out->first, "%s", found->first);
    (void)snprintf(out->second, sizeof out->second, "%s", found->second);
}

/* Beyond the shortest horizon a chaotic motion has no state that two methods agree on: none is looked for. */
static enum status make_reference(const struct outcome *outcome, size_t index) {
    const struct comparison *comparison = outcome->comparison;
    size_t horizon = index % comparison->horizons.count;
    const struct problem *problem = comparison->problems[index / comparison->horizons.count];
    struct outcome_reference *out = &outcome->references[index];
    if (problem->chaotic && horizon > 0) {
        out->state = MEASUREMENT_NOT_APPLICABLE;
        (void)snprintf(out->reason, sizeof out->reason, "the motion is chaotic");
        return STATUS_OK;
    }
    struct problem_reference found;
    double time = comparison->horizons.values[horizon] * problem->period;
    enum status status = problem_find_reference(&found, problem, time);
    if (status == STATUS_OK) {
        copy_reference(out, &found);
    } else if (status == STATUS_DATA) {
        out->state = MEASUREMENT_FAILED;
        (void)snprintf(out->reason, sizeof out->reason, "%s", status_detail());
        status = STATUS_OK;
    }
    return status;
}

static void finish_reference(struct work *work, size_t index, enum status status) {
#pragma omp critical(comparison_work)
    {
        size_t horizons = work->outcome->comparison->horizons.count;
        if (status == STATUS_OK && work->status == STATUS_OK) {
            status = measurement_file_add_reference(work->store, work->outcome, index / horizons,
                                                    index % horizons);
            progress_update(&work->progress, ++work->done, "");
        }
        keep_failure(work, status);
    }
}

/* References that missing cells need and that are not there, in the order of falling horizon: the longest
 * ones begin first. Returns how many. */
static size_t list_references(const struct outcome *outcome, size_t *out) {
    size_t horizons = outcome->comparison->horizons.count;
    size_t count = 0;
    for (size_t h = horizons; h-- > 0;) {
        for (size_t p = 0; p < outcome->comparison->problem_count; p++) {
            if (outcome_reference(outcome, p, h)->state == MEASUREMENT_MISSING &&
                misses_cell(outcome, p, h)) {
                out[count++] = p * horizons + h;
            }
        }
    }
    return count;
}

static enum status make_references(const struct comparison_request *request, struct outcome *outcome,
                                   struct store *store) {
    const struct comparison *comparison = request->comparison;
    size_t *list = memory_alloc(comparison->problem_count * comparison->horizons.count, sizeof *list);
    size_t count = list_references(outcome, list);
    struct work work = {.request = request, .outcome = outcome, .store = store};
    work.progress = progress_begin("references", 0, (long)count, request->effort.quiet);
#pragma omp parallel for schedule(dynamic, 1) num_threads(request->effort.threads)
    for (size_t i = 0; i < count; i++) {
        if (goes_on(&work)) {
            finish_reference(&work, list[i], make_reference(outcome, list[i]));
        }
    }
    free(list);
    return end_work(&work);
}

/* ---- cells ---- */

static const struct problem_reference *reference_of(const struct outcome *outcome,
                                                    struct measurement_place place,
                                                    struct problem_reference *out) {
    const struct outcome_reference *kept = outcome_reference(outcome, place.problem, place.horizon);
    if (kept->state != MEASUREMENT_DONE) {
        return NULL;
    }
    *out = (struct problem_reference){
        .disagreement = kept->disagreement,
        .first = kept->first,
        .second = kept->second,
    };
    memcpy(out->state, kept->position, sizeof out->state);
    return out;
}

/* Whether the rung below needed too much already: finer ones need more. */
static bool follows_over_budget(const struct outcome *outcome, size_t index, struct measurement_place place) {
    return place.rung > 0 && outcome->cells[index - 1].state == MEASUREMENT_OVER_BUDGET;
}

/* What can be known of a missing cell without a run. */
static bool predict(struct outcome *outcome, size_t index, struct measurement_place place) {
    struct measurement *cell = &outcome->cells[index];
    if (cell->state != MEASUREMENT_MISSING) {
        return true;
    }
    struct measurement predicted;
    bool known = measurement_predict(&predicted, outcome->comparison, place);
    if (!known && follows_over_budget(outcome, index, place)) {
        predicted.state = MEASUREMENT_OVER_BUDGET;
        (void)snprintf(predicted.reason, sizeof predicted.reason, "a coarser rung needs too much already");
        known = true;
    }
    if (known) {
        *cell = predicted;
    }
    return known;
}

static void make_cell(struct work *work, size_t index, struct measurement_place place) {
    struct problem_reference reference;
    struct measurement made;
    enum status status = measurement_make(&made, work->request->comparison, place,
                                          reference_of(work->outcome, place, &reference));
#pragma omp critical(comparison_work)
    {
        if (status == STATUS_OK && work->status == STATUS_OK) {
            work->outcome->cells[index] = made;
            status = measurement_file_add_cell(work->store, work->outcome, place);
        }
        keep_failure(work, status);
    }
}

/* A ladder from its coarsest rung up, by one thread. */
static void climb(struct work *work, size_t first) {
    struct measurement_place place;
    for (size_t i = first; i < first + work->outcome->rungs && outcome_place(work->outcome, i, &place); i++) {
        if (work->outcome->cells[i].state != MEASUREMENT_MISSING) {
            continue;
        }
        if (!goes_on(work)) {
            return;
        }
        if (!predict(work->outcome, i, place)) {
            make_cell(work, i, place);
        }
#pragma omp critical(comparison_work)
        progress_update(&work->progress, ++work->done, "");
    }
}

/* Fills in what needs no run, and counts the cells that do. */
static size_t count_missing(struct outcome *outcome, struct comparison_counts *counts) {
    size_t missing = 0;
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            counts->cells++;
            missing += !predict(outcome, i, place);
        }
    }
    counts->known_before = counts->cells - missing;
    return missing;
}

/* What a thread takes on at once: a ladder. */
struct ladder {
    size_t first; /* cell */
    int size;     /* of the system */
    size_t horizon;
};

/* Those that take long begin first, so that no thread is left with one at the end. */
static int compare_ladders(const void *left, const void *right) {
    const struct ladder *a = left;
    const struct ladder *b = right;
    if (a->size != b->size) {
        return b->size - a->size;
    }
    if (a->horizon != b->horizon) {
        return (a->horizon < b->horizon) - (a->horizon > b->horizon);
    }
    return (a->first > b->first) - (a->first < b->first);
}

static struct ladder *list_ladders(const struct outcome *outcome, size_t count) {
    struct ladder *ladders = memory_alloc(count, sizeof *ladders);
    for (size_t i = 0; i < count; i++) {
        struct measurement_place place;
        (void)outcome_place(outcome, i * outcome->rungs, &place);
        ladders[i] = (struct ladder){
            .first = i * outcome->rungs,
            .size = outcome->comparison->problems[place.problem]->system.size,
            .horizon = place.horizon,
        };
    }
    qsort(ladders, count, sizeof *ladders, compare_ladders);
    return ladders;
}

static enum status make_cells(const struct comparison_request *request, struct outcome *outcome,
                              struct store *store, const struct comparison_counts *counts) {
    struct work work = {.request = request, .outcome = outcome, .store = store};
    size_t count = outcome->count / outcome->rungs;
    struct ladder *ladders = list_ladders(outcome, count);
    work.done = (long)counts->known_before;
    work.progress = progress_begin("cells", work.done, (long)counts->cells, request->effort.quiet);
#pragma omp parallel for schedule(dynamic, 1) num_threads(request->effort.threads)
    for (size_t i = 0; i < count; i++) {
        climb(&work, ladders[i].first);
    }
    free(ladders);
    return end_work(&work);
}

static void count_states(const struct outcome *outcome, struct comparison_counts *counts) {
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            counts->states[outcome->cells[i].state]++;
        }
    }
    size_t references = outcome->comparison->problem_count * outcome->comparison->horizons.count;
    for (size_t i = 0; i < references; i++) {
        counts->references_failed += outcome->references[i].state == MEASUREMENT_FAILED;
    }
}

/* Cells of another program are kept, but not without a word. */
static void report_age(const struct comparison_request *request, const struct store *store,
                       const struct comparison_counts *counts) {
    if (counts->known_before == 0 || strcmp(store_revision(store), provenance_revision()) == 0) {
        return;
    }
    effort_report(&request->effort,
                  "%s holds cells measured by revision %s, this is %s; remove it to measure again",
                  store_path(store), store_revision(store), provenance_revision());
}

static enum status make_missing(const struct comparison_request *request, struct outcome *outcome,
                                struct store *store, struct comparison_counts *counts) {
    size_t missing = count_missing(outcome, counts);
    report_age(request, store, counts);
    enum status status = missing > 0 ? make_references(request, outcome, store) : STATUS_OK;
    return status == STATUS_OK && missing > 0 ? make_cells(request, outcome, store, counts) : status;
}

/* Under the lock: opens the file, makes what is missing. */
static enum status run_claimed(const struct comparison_request *request, struct outcome *outcome,
                               struct comparison_counts *counts) {
    struct store *store = NULL;
    enum status status = measurement_file_open(&store, request->folder, outcome);
    if (status == STATUS_OK) {
        status = make_missing(request, outcome, store, counts);
    }
    enum status closed = store_close(store);
    return status == STATUS_OK ? closed : status;
}

/* Times are measured: a second process on the same comparison waits, and then finds everything done. */
static enum status run_alone(const struct comparison_request *request, struct outcome *outcome,
                             struct comparison_counts *counts) {
    const struct lock_wait wait = {request->folder, "is being measured", request->effort.report,
                                   request->effort.context};
    struct claim *claim = NULL;
    char *path = file_join(request->folder, "cells.lock");
    enum status status = claim_wait(&claim, path, &wait);
    if (status == STATUS_OK) {
        status = run_claimed(request, outcome, counts);
    }
    claim_release(claim);
    free(path);
    return status;
}

enum status comparison_run(const struct comparison_request *request, struct outcome **out,
                           struct comparison_counts *counts) {
    struct outcome *outcome = NULL;
    *counts = (struct comparison_counts){0};
    outcome_create(&outcome, request->comparison);
    enum status status = file_make_directory(request->folder);
    if (status == STATUS_OK) {
        status = run_alone(request, outcome, counts);
    }
    if (status != STATUS_OK) {
        outcome_free(outcome);
        return status;
    }
    count_states(outcome, counts);
    *out = outcome;
    return STATUS_OK;
}
