/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/frames.h"

#include <math.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "models/window_plan.h"

/* Images decoded at once. Small enough for the activations of a 16-channel decoder to stay in the
 * second-level cache, large enough to hide the cost of a call (docs/performance.md). */
enum { BLOCK_IMAGES = 8 };

/* Squared error of the block's images and the cotangent of the loss: rows first .. first+count-1 of the
 * flattened [target][sequence]. */
static double compare(const struct frames_target *target, int first, int count, const real *decoded,
                      real weight, real *cotangent) {
    double error = 0.0;
    real x[IMAGE_VALUES];
    for (int row = first; row < first + count; row++) {
        int i = row / target->batch, b = row % target->batch;
        const char *outer = profile_enter("loader");
        target->examples.image(target->examples.context, b, target->frame[i], x);
        (void)profile_enter(outer);
        const real *y = decoded + (size_t)(row - first) * IMAGE_VALUES;
        real *dy = cotangent + (size_t)(row - first) * IMAGE_VALUES;
        double share = window_plan_weight(target->horizon, target->count, i) / (IMAGE_VALUES * target->batch);
        real slope = (real)(2.0 * share) * weight;
        double sum = 0.0;
        for (int j = 0; j < IMAGE_VALUES; j++) {
            real difference = y[j] - x[j];
            dy[j] = slope * difference;
            sum += (double)(difference * difference);
        }
        error += share * sum;
    }
    return error;
}

double frames_loss(const struct model *model, const struct decoder *decoder, struct tape *tape, const real *z,
                   int width, const struct frames_target *target, real weight, real *gradient, real *dz,
                   struct model_step *out) {
    int rows = target->count * target->batch;
    double mse = 0.0;
    const char *outer = profile_enter("decode");
    for (int row = 0; row < rows; row += BLOCK_IMAGES) {
        int count = rows - row < BLOCK_IMAGES ? rows - row : BLOCK_IMAGES;
        (void)profile_enter("decode");
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, gradient);
        struct tensor *latents = tape_leaf(tape, 2, (int[]){count, width}, z + (size_t)row * (size_t)width);
        struct tensor *images = decoder_apply(decoder, leaves, latents);
        struct tensor *cotangent = tape_constant(tape, images->rank, images->shape, 0);
        double error = compare(target, row, count, images->data, weight, cotangent->data);
        mse += error;
        if (!isfinite(error)) {
            model_name_culprit(tape, out);
        }
        (void)profile_enter("decode, backward");
        struct tensor *back = tape_backward(images, cotangent, latents);
        memcpy(dz + (size_t)row * (size_t)width, back->data, back->size * sizeof(real));
    }
    (void)profile_enter(outer);
    return mse;
}

void frames_decode(const struct model *model, const struct decoder *decoder, struct tape *tape, const real *z,
                   int width, int count, void (*take)(void *context, int row, const real *image),
                   void *context) {
    for (int row = 0; row < count; row += BLOCK_IMAGES) {
        int block = count - row < BLOCK_IMAGES ? count - row : BLOCK_IMAGES;
        tape_clear(tape);
        struct tensor *const *leaves = parameters_bind(model->parameters, tape, NULL);
        struct tensor *latents = tape_leaf(tape, 2, (int[]){block, width}, z + (size_t)row * (size_t)width);
        struct tensor *decoded = decoder_apply(decoder, leaves, latents);
        for (int i = 0; i < block; i++) {
            take(context, row + i, decoded->data + (size_t)i * IMAGE_VALUES);
        }
    }
}
