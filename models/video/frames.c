/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/frames.h"

#include <math.h>
#include <string.h>

#include "engine/ops.h"
#include "engine/profile.h"
#include "models/window_plan.h"

/* Images decoded at once. Small enough for the activations of a 16-channel decoder to stay in the
 * second-level cache, large enough to hide the cost of a call (docs/performance.md). */
enum { BLOCK_IMAGES = 8 };

/* Reads target i of sequence b. */
static void read_target(const struct frames_target *target, int i, int b, real *out) {
    const struct model_batch *batch = target->batch;
    const struct window_plan *plan = target->plan;
    int offset = window_plan_target(plan, batch->decoded[i]) - plan->state;
    int frame = window_plan_frame(plan, window_plan_from_end(plan, batch->size, b), offset);
    const char *outer = profile_enter("loader");
    batch->examples.image(batch->examples.context, b, frame, out);
    (void)profile_enter(outer);
}

/* Squared error of the block's images and the cotangent of the loss: rows first .. first+count-1 of the
 * flattened [target][sequence]. */
static double compare(const struct frames_target *target, int first, int count, const real *decoded,
                      real weight, real *cotangent) {
    const struct model_batch *batch = target->batch;
    double error = 0.0;
    real x[IMAGE_VALUES];
    for (int row = first; row < first + count; row++) {
        int i = row / batch->size;
        read_target(target, i, row % batch->size, x);
        const real *y = decoded + (size_t)(row - first) * IMAGE_VALUES;
        real *dy = cotangent + (size_t)(row - first) * IMAGE_VALUES;
        double share = window_plan_weight(batch->horizon, batch->decoded_count, i) /
                       ((double)IMAGE_VALUES * batch->size);
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

/* `count` latents of z on a cleared tape, and their images. */
static struct tensor *decode(const struct frames_decoder *decoder, struct tape *tape, const real *z,
                             int count, real *gradient, struct tensor **latents) {
    tape_clear(tape);
    struct tensor *const *leaves = parameters_bind(decoder->model->parameters, tape, gradient);
    *latents = tape_leaf(tape, 2, (int[]){count, decoder->width}, z);
    return decoder->kind->apply(decoder->parts, leaves, *latents);
}

double frames_loss(const struct frames_decoder *decoder, struct tape *tape, const real *z,
                   const struct frames_target *target, real weight, real *gradient, real *dz,
                   struct model_step *out) {
    int rows = target->batch->decoded_count * target->batch->size;
    double mse = 0.0;
    const char *outer = profile_enter("decode");
    for (int row = 0; row < rows; row += BLOCK_IMAGES) {
        int count = rows - row < BLOCK_IMAGES ? rows - row : BLOCK_IMAGES;
        size_t at = (size_t)row * (size_t)decoder->width;
        (void)profile_enter("decode");
        struct tensor *latents, *images = decode(decoder, tape, z + at, count, gradient, &latents);
        struct tensor *cotangent = tape_constant(tape, images->rank, images->shape, 0);
        double error = compare(target, row, count, images->data, weight, cotangent->data);
        mse += error;
        if (!isfinite(error)) {
            model_name_culprit(tape, out);
        }
        (void)profile_enter("decode, backward");
        struct tensor *back = tape_backward(images, cotangent, latents);
        memcpy(dz + at, back->data, back->size * sizeof(real));
    }
    (void)profile_enter(outer);
    return mse;
}

void frames_decode(const struct frames_decoder *decoder, struct tape *tape, const real *z, int count,
                   void (*take)(void *context, int row, const real *image), void *context) {
    for (int row = 0; row < count; row += BLOCK_IMAGES) {
        int block = count - row < BLOCK_IMAGES ? count - row : BLOCK_IMAGES;
        size_t at = (size_t)row * (size_t)decoder->width;
        struct tensor *latents, *images = decode(decoder, tape, z + at, block, NULL, &latents);
        for (int i = 0; i < block; i++) {
            take(context, row + i, images->data + (size_t)i * IMAGE_VALUES);
        }
    }
}
