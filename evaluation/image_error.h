/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Errors of a predicted frame against the true one. A rollout holds each of them for every frame; metrics
 * average them. Images are [32][32][3], values in [0, 1].
 */
#ifndef HAMBENCH_EVALUATION_IMAGE_ERROR_H
#define HAMBENCH_EVALUATION_IMAGE_ERROR_H

#include "models/model.h"

struct image_error {
    const char *name;  /* key in evaluation.json: "mse" */
    const char *label; /* of an axis */
    double (*frame)(const real *prediction, const real *target);
};

extern const struct image_error mse_error;
extern const struct image_error l2_norm_error;

/* Ended by NULL; the first is what plots show. */
enum { IMAGE_ERRORS = 2 };
extern const struct image_error *const image_errors[IMAGE_ERRORS + 1];

/* Where an error stands in the list, and in rollouts. */
int image_error_index(const struct image_error *error);

#endif
