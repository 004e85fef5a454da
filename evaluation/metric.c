/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/metric.h"

#include <string.h>

#define METRIC_ENTRY(name) &name##_metric,
const struct metric *const metrics[] = {METRIC_LIST(METRIC_ENTRY) NULL};

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

const struct field *metric_figure(int index) {
    const struct metric *const *metric = metrics;
    for (; index >= (*metric)->row_count; metric++) {
        index -= (*metric)->row_count;
    }
    return &(*metric)->rows[index];
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

void metric_average(const struct rollout *rollout, const struct image_error *error,
                    struct metric_values *out) {
    const int begin[METRIC_PARTS] = {0, 1, rollout->reconstruction};
    const int end[METRIC_PARTS] = {rollout->reconstruction, rollout->reconstruction, rollout->frames};
    for (int part = 0; part < METRIC_PARTS; part++) {
        out->figures[part] = rollout_error(rollout, error, -1, begin[part], end[part]);
        for (int i = 0; i < rollout->windows; i++) {
            out->samples[part * rollout->windows + i] =
                rollout_error(rollout, error, i, begin[part], end[part]);
        }
    }
}
