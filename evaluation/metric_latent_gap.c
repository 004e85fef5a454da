/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The latent gap: how far the states that a rollout comes to are from those that the encoder finds there.
 * While it is small the rollout goes where encoder and decoder have been in training, and the picture of a
 * later frame can be as good as that of the first; that the learned energy is conserved says nothing of it.
 */
#include <math.h>

#include "evaluation/metric.h"

/* Mean squares over the windows of one look: of z - e, and of e about its mean. */
struct squares {
    double gap, spread;
};

static struct squares sum_squares(const struct rollout *rollout, int look) {
    size_t width = (size_t)rollout->latent_width, windows = (size_t)rollout->windows;
    size_t frames = (size_t)rollout->frames, frame = (size_t)rollout->look[look];
    const real *inferred = rollout->inferred + (size_t)look * windows * width;
    struct squares sum = {0, 0};
    for (size_t i = 0; i < width; i++) {
        double mean = 0;
        for (size_t w = 0; w < windows; w++) {
            mean += (double)inferred[w * width + i] / (double)windows;
        }
        for (size_t w = 0; w < windows; w++) {
            double e = (double)inferred[w * width + i];
            double gap = (double)rollout->latents[(w * frames + frame) * width + i] - e;
            sum.gap += gap * gap;
            sum.spread += (e - mean) * (e - mean);
        }
    }
    return sum;
}

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    for (int look = 0; look < ROLLOUT_LOOKS && rollout->inferred != NULL; look++) {
        struct squares sum = {0, 0};
        if (rollout->look[look] >= 0) {
            sum = sum_squares(rollout, look);
        }
        if (sum.spread > 0) { /* a posterior that has collapsed has no unit */
            out->figures[look] = sqrt(sum.gap / sum.spread);
        }
    }
}

#define ROW(NAME, TITLE, WHERE)                                                                              \
    {                                                                                                        \
        .name = (NAME), .title = (TITLE), .unit = "", .better = FIELD_LOWER, .format = "%.3f",               \
        .help =                                                                                              \
            "root mean square, over the windows, of the difference between the latent state that was "       \
            "followed to " WHERE " and the one inferred from the frames there, in units of the latter's "    \
            "spread over the windows"                                                                        \
    }
static const struct field rows[ROLLOUT_LOOKS] = {
    ROW("latent_gap", "latent gap", "the end of the reconstruction"),
    ROW("latent_gap_extrapolation", "latent gap at the end", "the end of the extrapolation"),
};

const struct metric latent_gap_metric = {
    .name = "latent_gap",
    .version = 1,
    .summary = "distance of rolled-out states from those that are inferred there",
    .rows = rows,
    .row_count = ROLLOUT_LOOKS,
    .needs = ROLLOUT_LATENTS,
    .compute = compute,
};
