/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Valid prediction time: how many frames beyond the reconstruction, and before the history, stay close to the
 * truth. Error of a frame: sum (prediction - target)^2 / sum target^2.
 *
 * As published (Botev et al. 2021) the frames that are predicted backward are read in the order of the film,
 * so that the one that is farthest from the inferred state comes first, and a single failure there leaves
 * nothing of all the good frames that are nearer; and the median over five windows is taken before the mean.
 * That value is kept beside the one that counts from the inferred state in both directions.
 */
#include <math.h>
#include <stdlib.h>

#include "evaluation/metric.h"
#include "support/memory.h"

struct vpt_settings {
    double threshold;
};

enum { FRAMES_VALID, RELATIVE, TIME, BACKWARD, PUBLISHED, ROWS };

/* Windows of which the published value takes the median. */
enum { TOGETHER = 5 };

/* The first of `count` frames whose error, `step` apart, is above the threshold; `count` where there is none.
 * A nan is above it. */
static int first_failure(const double *errors, int step, int count, double threshold) {
    int frame = 0;
    while (frame < count && errors[frame * step] * IMAGE_VALUES <= threshold) {
        frame++;
    }
    return frame;
}

/* Beyond the reconstruction, of all windows. */
static void count_forward(const struct rollout *rollout, double threshold, double *out) {
    const double *errors = rollout->error[image_error_index(&l2_norm_error)];
    for (int i = 0; i < rollout->windows; i++) {
        out[i] = first_failure(errors + (long)i * rollout->frames + rollout->reconstruction, 1,
                               rollout->frames - rollout->reconstruction, threshold);
    }
}

/* Before the history, from the nearest frame on, or from the first of the film. */
static void count_backward(const struct rollout *rollout, double threshold, bool from_the_nearest,
                           double *out) {
    const double *errors = rollout->backward_error[image_error_index(&l2_norm_error)];
    int count = rollout->backward;
    for (int i = 0; i < rollout->windows; i++) {
        const double *row = errors + (long)i * count;
        out[i] = from_the_nearest ? first_failure(row + count - 1, -1, count, threshold)
                                  : first_failure(row, 1, count, threshold);
    }
}

static double mean_of(const double *values, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum / count;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Mean of the medians of five windows each, the last of what is left; reorders the values. */
static double mean_of_medians(double *values, int count) {
    double sum = 0;
    for (int first = 0; first < count; first += TOGETHER) {
        int n = count - first < TOGETHER ? count - first : TOGETHER;
        double *group = values + first;
        qsort(group, (size_t)n, sizeof *group, compare);
        sum += (group[(n - 1) / 2] + group[n / 2]) / 2 * n;
    }
    return sum / count;
}

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    double threshold = ((const struct vpt_settings *)settings)->threshold;
    int windows = rollout->windows, length = rollout->frames - rollout->reconstruction;
    if (length <= 0) {
        return;
    }
    double *frames = memory_alloc((size_t)windows, sizeof *frames);
    count_forward(rollout, threshold, frames);
    for (int i = 0; i < windows; i++) {
        out->samples[FRAMES_VALID * windows + i] = frames[i];
        out->samples[RELATIVE * windows + i] = frames[i] / length;
        out->samples[TIME * windows + i] = frames[i] * rollout->dt;
    }
    out->figures[FRAMES_VALID] = mean_of(frames, windows);
    out->figures[RELATIVE] = out->figures[FRAMES_VALID] / length;
    out->figures[TIME] = out->figures[FRAMES_VALID] * rollout->dt;
    out->figures[PUBLISHED] = mean_of_medians(frames, windows);
    if (rollout->backward > 0) {
        count_backward(rollout, threshold, true, out->samples + BACKWARD * windows);
        out->figures[BACKWARD] = mean_of(out->samples + BACKWARD * windows, windows);
        count_backward(rollout, threshold, false, frames);
        out->figures[PUBLISHED] = (out->figures[PUBLISHED] + mean_of_medians(frames, windows)) / 2;
    }
    free(frames);
}

static const struct field fields[] = {
    SETTING("vpt_threshold", FIELD_REAL, "0.025", 0, 1e6, NULL, "",
            "a predicted frame is valid up to this squared error relative to the squared true frame",
            offsetof(struct vpt_settings, threshold)),
};
static const struct schema settings_schema = SCHEMA("evaluation", fields, struct vpt_settings, NULL);

static const struct field rows[ROWS] = {
    [FRAMES_VALID] = {.name = "vpt",
                      .title = "valid frames",
                      .unit = "frames",
                      .better = FIELD_HIGHER,
                      .format = "%.1f",
                      .help =
                          "frames beyond the reconstruction before the first whose relative squared error "
                          "is above evaluation.vpt_threshold, mean over the windows; at most all that are "
                          "predicted there"},
    [RELATIVE] = {.name = "vpt_relative",
                  .title = "valid part",
                  .unit = "",
                  .better = FIELD_HIGHER,
                  .format = "%.2f",
                  .help = "valid frames divided by the frames of the extrapolation"},
    [TIME] = {.name = "vpt_time",
              .title = "valid time",
              .unit = "of the environment",
              .better = FIELD_HIGHER,
              .format = "%.2f",
              .help = "valid frames in the environment's time"},
    [BACKWARD] = {.name = "vpt_backward",
                  .title = "valid frames backward",
                  .unit = "frames",
                  .better = FIELD_HIGHER,
                  .format = "%.1f",
                  .help = "the same before the history, counted back in time"},
    [PUBLISHED] = {.name = "vpt_published",
                   .title = "VPT as published",
                   .unit = "frames",
                   .better = FIELD_HIGHER,
                   .format = "%.1f",
                   .help =
                       "medians of five windows, mean over them; with frames that are predicted backward, of "
                       "which the farthest counts first, the mean of both directions"},
};

const struct metric vpt_metric = {
    .name = "vpt",
    .version = 1,
    .summary = "valid prediction time: frames beyond the trained length that stay close to the truth",
    .rows = rows,
    .row_count = ROWS,
    .settings = &settings_schema,
    .compute = compute,
};
