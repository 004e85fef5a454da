/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The unlearned baseline of standing still: every predicted frame is the last inference frame, and before
 * them the first.
 *
 * The first prediction is that frame itself, so its error there is 0; afterwards the error shows how far the
 * picture moves. A model that does no better has not learned to predict motion.
 */
#include "baselines/unlearned.h"

static void declare(struct model *model) {
    (void)model; /* no parameters */
}

static void predict(const struct model *model, struct model_workspace *workspace,
                    const struct model_prediction *request, const struct model_sink *sink) {
    (void)workspace;
    const struct video_settings *settings = model->settings;
    real first[IMAGE_VALUES], last[IMAGE_VALUES];
    for (int b = 0; b < request->batch && sink->image != NULL; b++) {
        request->examples.image(request->examples.context, b, 0, first);
        request->examples.image(request->examples.context, b, settings->inference_frames - 1, last);
        for (int t = request->first; t < request->first + request->count; t++) {
            sink->image(sink->context, b, t, t <= 0 ? first : last);
        }
    }
}

static const struct model_video video = {.plan = unlearned_plan, .predict = predict, .reversible = true};

const struct model_kind copy_last_model = {
    .name = "copy_last",
    .summary = "unlearned: every prediction is a copy of the last frame that was seen",
    .reference = "baseline of this benchmark",
    .equations = "- image(t) = the last frame that was seen, at every frame t from the second seen one on.\n"
                 "- image(t) = the first frame that was seen, at that frame and all before it.",
    .settings = &unlearned_settings,
    .declare = declare,
    .video = &video,
};
