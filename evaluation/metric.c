/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/metric.h"

#include <pthread.h>
#include <string.h>

#include "support/memory.h"
#include "support/text.h"

#define METRIC_ENTRY(name) &name##_metric,
const struct metric *const metrics[] = {METRIC_LIST(METRIC_ENTRY) NULL};

bool metric_suits(const struct metric *metric, const struct model_kind *kind) {
    return kind->video != NULL    ? metric->compute != NULL
           : kind->states != NULL ? metric->compute_states != NULL
                                  : metric->compute_density != NULL;
}

unsigned metric_needs(void) {
    unsigned needs = 0;
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        needs |= (*metric)->needs;
    }
    return needs;
}

/* ---- the list of figures ---- */

struct entry {
    const struct field *row;
    const struct metric *metric;
    enum test_set set;
};

/* Made once, by whoever asks first; it stays. */
static struct entry *list;
static int list_count;
static pthread_once_t list_made = PTHREAD_ONCE_INIT;

static void add_metric(const struct metric *metric, enum test_set set) {
    const struct test_set_kind *kind = &test_set_kinds[set];
    list = memory_resize(list, (size_t)(list_count + metric->row_count), sizeof *list);
    struct field *rows = set == TEST_SET_OWN ? NULL : memory_alloc((size_t)metric->row_count, sizeof *rows);
    for (int i = 0; i < metric->row_count; i++) {
        const struct field *row = &metric->rows[i];
        if (rows != NULL) {
            rows[i] = *row;
            rows[i].name = text_format("%s_%s", kind->name, row->name);
            rows[i].title = text_format("%s%s", kind->title, row->title);
            rows[i].help = text_format("%s%s", row->help, kind->help);
        }
        list[list_count++] = (struct entry){rows == NULL ? row : &rows[i], metric, set};
    }
}

static void make_list(void) {
    for (int set = 0; set < TEST_SETS; set++) {
        for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
            if (set == TEST_SET_OWN || (*metric)->compute != NULL) {
                add_metric(*metric, (enum test_set)set);
            }
        }
    }
}

static const struct entry *entry_of(int index) {
    (void)pthread_once(&list_made, make_list);
    return &list[index];
}

int metric_figure_count(void) {
    (void)entry_of(0);
    return list_count;
}

const struct field *metric_figure(int index) {
    return entry_of(index)->row;
}

const struct metric *metric_of_figure(int index) {
    return entry_of(index)->metric;
}

enum test_set metric_set_of_figure(int index) {
    return entry_of(index)->set;
}

int metric_first_figure(const struct metric *metric, enum test_set set) {
    int count = metric_figure_count();
    for (int i = 0; i < count; i++) {
        if (list[i].metric == metric && list[i].set == set) {
            return i;
        }
    }
    return -1;
}

int metric_figure_find(const char *name) {
    int count = metric_figure_count();
    for (int i = 0; i < count; i++) {
        if (strcmp(metric_figure(i)->name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* ---- image errors ---- */

/* The frames of a part, and the directions that it is about. */
struct part {
    int begin, end;
    bool forward, backward;
};

static struct part find_part(const struct rollout *rollout, enum metric_part part) {
    int seen = rollout->reconstruction, all = rollout->frames;
    switch (part) {
    case METRIC_RECONSTRUCTION:
        return (struct part){0, seen, .forward = true};
    case METRIC_UNSEEN:
        return (struct part){1, seen, .forward = true};
    case METRIC_EXTRAPOLATION:
        return (struct part){seen, all, .forward = true};
    case METRIC_FULL:
        return (struct part){0, all, .forward = true};
    case METRIC_PUBLISHED:
        return (struct part){0, rollout->published <= all ? rollout->published : 0, .forward = true};
    case METRIC_BACKWARD_RECONSTRUCTION:
        return (struct part){0, seen, .backward = true};
    case METRIC_BACKWARD_EXTRAPOLATION:
        return (struct part){seen, all, .backward = true};
    case METRIC_BACKWARD_FULL:
        return (struct part){0, all, .backward = true};
    case METRIC_COMBINED_RECONSTRUCTION:
        return (struct part){0, seen, true, true};
    case METRIC_COMBINED_EXTRAPOLATION:
        return (struct part){seen, all, true, true};
    default:
        return (struct part){0, all, true, true};
    }
}

static double part_error(const struct rollout *rollout, const struct image_error *error,
                         const struct part *part, int window) {
    double forward =
        part->forward ? rollout_error(rollout, &rollout->forward, error, window, part->begin, part->end) : 0;
    double backward = part->backward
                          ? rollout_error(rollout, &rollout->backward, error, window, part->begin, part->end)
                          : 0;
    return (forward + backward) / (part->forward + part->backward);
}

void metric_average(const struct rollout *rollout, const struct image_error *error,
                    struct metric_values *out) {
    for (int number = 0; number < METRIC_PARTS; number++) {
        struct part part = find_part(rollout, (enum metric_part)number);
        out->figures[number] = part_error(rollout, error, &part, -1);
        for (int i = 0; i < rollout->windows; i++) {
            out->samples[number * rollout->windows + i] = part_error(rollout, error, &part, i);
        }
    }
}
