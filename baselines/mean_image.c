/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The unlearned baseline of knowing only the average: every predicted frame is the mean of all training
 * images. Its error is the variance of the pixels; a model that does no better has learned no motion at all,
 * and most training curves rest on this level for a while.
 */
#include <stdlib.h>
#include <string.h>

#include "models/model.h"
#include "models/window.h"
#include "support/memory.h"

static void declare(struct model *model) {
    (void)parameters_add(model->parameters, "image", 3, (const int[]){IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS},
                         PARAMETER_ZERO);
}

static void fit(struct model *model, const struct model_image_source *source) {
    size_t frames = (size_t)source->frames;
    real *images = memory_alloc(frames * IMAGE_VALUES, sizeof *images);
    /* In double: a float sum of a million frames loses the digits that the mean needs. */
    double *sum = memory_alloc(IMAGE_VALUES, sizeof *sum);
    for (int trajectory = 0; trajectory < source->trajectories; trajectory++) {
        source->read(source->context, trajectory, images);
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
}

static void predict(const struct model *model, struct model_workspace *workspace, const real *images,
                    int batch, int length, real *predictions, real *energies) {
    (void)workspace;
    (void)images;
    (void)energies;
    const real *image = model->parameters->values + model->parameters->list[0].offset;
    int frames = batch * (length - window_overlap_first(&model->settings));
    for (int i = 0; i < frames; i++) {
        memcpy(predictions + (size_t)i * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
    }
}

const struct model_kind mean_image_model = {
    .name = "mean_image",
    .summary = "unlearned: every prediction is the mean of all training images",
    .reference = "baseline of this benchmark",
    .has_energy = false,
    .declare = declare,
    .fit = fit,
    .predict = predict,
    .training_window = window_overlap_length,
    .first_prediction = window_overlap_first,
};
