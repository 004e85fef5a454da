/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The unlearned baseline of standing still: every predicted frame is the last inference frame.
 *
 * The first prediction is that frame itself, so its error there is 0; afterwards the error shows how far the
 * picture moves. A model that does no better has not learned to predict motion.
 */
#include <string.h>

#include "models/model.h"
#include "models/window.h"

static void declare(struct model *model) {
    (void)model; /* no parameters */
}

static void predict(const struct model *model, struct model_workspace *workspace, const real *images,
                    int batch, int length, real *predictions, real *energies) {
    (void)workspace;
    (void)energies;
    int last = window_overlap_first(&model->settings);
    for (int b = 0; b < batch; b++) {
        const real *source = images + ((size_t)b * (size_t)length + (size_t)last) * IMAGE_VALUES;
        for (int t = last; t < length; t++, predictions += IMAGE_VALUES) {
            memcpy(predictions, source, IMAGE_VALUES * sizeof *source);
        }
    }
}

const struct model_kind copy_last_model = {
    .name = "copy_last",
    .summary = "unlearned: every prediction is a copy of the last frame that was seen",
    .reference = "baseline of this benchmark",
    .has_energy = false,
    .declare = declare,
    .predict = predict,
    .training_window = window_overlap_length,
    .first_prediction = window_overlap_first,
};
