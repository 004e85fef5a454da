/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Valid prediction time: how many frames beyond the reconstruction stay close to the truth, forward and back
 * in time. Error of a frame: sum (prediction - target)^2 / sum target^2.
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

enum { FRAMES_VALID, RELATIVE, TIME, LYAPUNOV, BACKWARD, PUBLISHED, PUBLISHED_RELATIVE, ROWS };

/* Windows of which the published value takes the median. */
enum { TOGETHER = 5 };

/* Frames that it looks at: what is left of 256 when five are seen and 60 reconstructed. */
enum { PUBLISHED_LENGTH = 192 };

/* The first of `count` frames whose error, `step` apart, is above the threshold; `count` where there is none.
 * A nan is above it. */
static int first_failure(const double *errors, int step, int count, double threshold) {
    int frame = 0;
    while (frame < count && errors[frame * step] * IMAGE_VALUES <= threshold) {
        frame++;
    }
    return frame;
}

/* Of all windows, from the nearest frame beyond the reconstruction on. */
static void count_nearest_first(const struct rollout *rollout, const struct rollout_way *way, int length,
                                double threshold, double *out) {
    const double *errors = way->error[image_error_index(&l2_norm_error)];
    for (int i = 0; i < rollout->windows; i++) {
        const double *row = errors + (long)i * rollout->frames + rollout->reconstruction;
        out[i] = first_failure(row, 1, length, threshold);
    }
}

/* The same, from the farthest frame on. */
static void count_farthest_first(const struct rollout *rollout, const struct rollout_way *way, int length,
                                 double threshold, double *out) {
    const double *errors = way->error[image_error_index(&l2_norm_error)];
    for (int i = 0; i < rollout->windows; i++) {
        const double *row = errors + (long)i * rollout->frames + rollout->reconstruction;
        out[i] = first_failure(row + length - 1, -1, length, threshold);
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

/* What the published program makes of it; `frames` [windows] is scratch. */
static void compute_published(const struct rollout *rollout, int length, double threshold, double *frames,
                              double *figures) {
    length = length < PUBLISHED_LENGTH ? length : PUBLISHED_LENGTH;
    count_nearest_first(rollout, &rollout->forward, length, threshold, frames);
    double time = mean_of_medians(frames, rollout->windows);
    if (rollout->backward.error[0] != NULL) {
        count_farthest_first(rollout, &rollout->backward, length, threshold, frames);
        time = (time + mean_of_medians(frames, rollout->windows)) / 2;
    }
    figures[PUBLISHED] = time;
    figures[PUBLISHED_RELATIVE] = time / length;
}

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    double threshold = ((const struct vpt_settings *)settings)->threshold;
    int windows = rollout->windows, length = rollout->frames - rollout->reconstruction;
    if (length <= 0) {
        return;
    }
    double exponent = rollout->simulator->lyapunov > 0 ? rollout->simulator->lyapunov : NAN;
    const double scales[] = {[FRAMES_VALID] = 1,
                             [RELATIVE] = 1.0 / length,
                             [TIME] = rollout->dt,
                             [LYAPUNOV] = rollout->dt * exponent};
    double *frames = memory_alloc((size_t)windows, sizeof *frames);
    count_nearest_first(rollout, &rollout->forward, length, threshold, frames);
    for (int row = FRAMES_VALID; row <= LYAPUNOV; row++) {
        out->figures[row] = mean_of(frames, windows) * scales[row];
        for (int i = 0; i < windows; i++) {
            out->samples[row * windows + i] = frames[i] * scales[row];
        }
    }
    if (rollout->backward.error[0] != NULL) {
        double *samples = out->samples + BACKWARD * windows;
        count_nearest_first(rollout, &rollout->backward, length, threshold, samples);
        out->figures[BACKWARD] = mean_of(samples, windows);
    }
    compute_published(rollout, length, threshold, frames, out->figures);
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
    [LYAPUNOV] = {.name = "vpt_lyapunov",
                  .title = "valid Lyapunov times",
                  .unit = "Lyapunov times",
                  .better = FIELD_HIGHER,
                  .format = "%.2f",
                  .help = "valid frames in Lyapunov times of the environment, if it is chaotic: in each an "
                          "error of the state grows e-fold"},
    [BACKWARD] = {.name = "vpt_backward",
                  .title = "valid frames backward",
                  .unit = "frames",
                  .better = FIELD_HIGHER,
                  .format = "%.1f",
                  .help = "valid frames of the prediction from the end of the window back in time"},
    [PUBLISHED] = {.name = "vpt_published",
                   .title = "VPT as published",
                   .unit = "frames",
                   .better = FIELD_HIGHER,
                   .format = "%.1f",
                   .help = "medians of five windows, mean over them, among the first 192 frames beyond the "
                           "reconstruction; with frames that are predicted backward, of which the farthest "
                           "counts first, the mean of both directions"},
    [PUBLISHED_RELATIVE] = {.name = "vpt_published_relative",
                            .title = "VPT as published, part",
                            .unit = "",
                            .better = FIELD_HIGHER,
                            .format = "%.2f",
                            .help = "the same divided by the frames it is taken from"},
};

const struct metric vpt_metric = {
    .name = "vpt",
    .version = 2,
    .summary = "valid prediction time: frames beyond the trained length that stay close to the truth",
    .rows = rows,
    .row_count = ROWS,
    .settings = &settings_schema,
    .compute = compute,
};
