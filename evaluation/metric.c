/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/metric.h"

#include <string.h>

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

int metric_figure_count(void) {
    int count = 0;
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        count += (*metric)->row_count;
    }
    return count;
}

/* The metric of figure *index, which becomes the number of its row. */
static const struct metric *find_row(int *index) {
    const struct metric *const *metric = metrics;
    for (; *index >= (*metric)->row_count; metric++) {
        *index -= (*metric)->row_count;
    }
    return *metric;
}

const struct field *metric_figure(int index) {
    const struct metric *metric = find_row(&index);
    return &metric->rows[index];
}

const struct metric *metric_of_figure(int index) {
    return find_row(&index);
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

static double part_error(const struct rollout *rollout, const struct image_error *error, int part,
                         int window) {
    switch (part) {
    case METRIC_RECONSTRUCTION:
        return rollout_error(rollout, error, window, 0, rollout->reconstruction);
    case METRIC_UNSEEN:
        return rollout_error(rollout, error, window, 1, rollout->reconstruction);
    case METRIC_EXTRAPOLATION:
        return rollout_error(rollout, error, window, rollout->reconstruction, rollout->frames);
    default:
        return rollout_backward_error(rollout, error, window);
    }
}

void metric_average(const struct rollout *rollout, const struct image_error *error,
                    struct metric_values *out) {
    for (int part = 0; part < METRIC_PARTS; part++) {
        out->figures[part] = part_error(rollout, error, part, -1);
        for (int i = 0; i < rollout->windows; i++) {
            out->samples[part * rollout->windows + i] = part_error(rollout, error, part, i);
        }
    }
}
