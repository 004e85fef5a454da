/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The unlearned baseline of knowing only the average: every predicted frame is the mean of all training
 * images. Its error is the variance of the pixels; a model that does no better has learned no motion at all,
 * and most training curves rest on this level for a while.
 */
#include <stdlib.h>

#include "baselines/unlearned.h"
#include "support/memory.h"

static void declare(struct model *model) {
    (void)parameters_add(model->parameters, "image", 3, (const int[]){IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS},
                         PARAMETER_ZERO);
}

static enum status fit(struct model *model, const struct model_image_source *source) {
    size_t frames = (size_t)source->frames;
    real *images = memory_alloc(frames * IMAGE_VALUES, sizeof *images);
    /* In double: a float sum of a million frames loses the digits that the mean needs. */
    double *sum = memory_alloc(IMAGE_VALUES, sizeof *sum);
    enum status status = STATUS_OK;
    for (int trajectory = 0; trajectory < source->trajectories && status == STATUS_OK; trajectory++) {
        status = source->read(source->context, trajectory, images);
        for (size_t t = 0; t < frames; t++) {
            for (size_t i = 0; i < IMAGE_VALUES; i++) {
                sum[i] += (double)images[t * IMAGE_VALUES + i];
            }
        }
    }
    double count = (double)source->trajectories * source->frames;
    real *image = model->parameters->values + model->parameters->list[0].offset;
    for (size_t i = 0; i < IMAGE_VALUES; i++) {
        image[i] = (real)(sum[i] / count);
    }
    free(sum);
    free(images);
    return status;
}

static void predict(const struct model *model, struct model_workspace *workspace,
                    const struct model_prediction *request, const struct model_sink *sink) {
    (void)workspace;
    const real *image = model->parameters->values + model->parameters->list[0].offset;
    for (int i = 0; i < request->batch * request->count && sink->image != NULL; i++) {
        sink->image(sink->context, i / request->count, request->first + i % request->count, image);
    }
}

static const struct model_video video = {.plan = unlearned_plan, .predict = predict, .reversible = true};

const struct model_kind mean_image_model = {
    .name = "mean_image",
    .summary = "unlearned: every prediction is the mean of all training images",
    .reference = "baseline of this benchmark",
    .equations = "- image(t) = the mean of all training images [32][32][3], at every frame t. It is found in "
                 "one pass over the training split; there are no steps.",
    .settings = &unlearned_settings,
    .declare = declare,
    .fit = fit,
    .video = &video,
};
