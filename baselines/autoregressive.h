/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The autoregressive baselines of the HGN++ papers (Botev et al. 2021, model "AR"): every frame is encoded on
 * its own, a stack of recurrent cells predicts, the decoder draws the next frame. A model of this family is a
 * model_kind whose `family` is the table of its cells (baselines/recurrent_cell.h).
 */
#ifndef HAMBENCH_BASELINES_AUTOREGRESSIVE_H
#define HAMBENCH_BASELINES_AUTOREGRESSIVE_H

#include "baselines/recurrent_cell.h"
#include "models/video_settings.h"

struct autoregressive_settings {
    struct video_settings video; /* hidden_layers cells of width `hidden`, and one of width D */
    char feeding[FIELD_NAME_SIZE];
};

enum { AUTOREGRESSIVE_LOSS, AUTOREGRESSIVE_MSE, AUTOREGRESSIVE_FIGURES };
extern const struct field autoregressive_figures[AUTOREGRESSIVE_FIGURES];
extern const struct schema autoregressive_schema;
extern const struct model_video autoregressive_video;

/* Functions of model_kind. */
enum status autoregressive_check(const void *settings);
void autoregressive_declare(struct model *model);
void autoregressive_free(struct model *model);
void autoregressive_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_step *out);

/* Their documentation, around the equations of the cell. */
#define AUTOREGRESSIVE_EQUATIONS(CELL)                                                                       \
    "- x = encoder(frame t), each frame on its own, without noise.\n"                                        \
    "- `model.hidden_layers` cells of `model.hidden`, the last one of `model.latent`; x is what the cell "   \
    "below gives, through a swish. States start at 0.\n"                                                     \
    "- " CELL "\n"                                                                                           \
    "- frame t + 1 = decoder(h of the last cell).\n"                                                         \
    "- Windows of `model.target_frames` frames, of which all but the first are targets. The network reads "  \
    "true frames with `model.feeding` teacher; with free, from frame `model.inference_frames` on, its own "  \
    "predictions, as in every evaluation, with the gradient through the images.\n"                           \
    "- loss = mse + log(pi)/2."
#define AUTOREGRESSIVE_RELEASED                                                                              \
    "Trained with true frames only; `model.feeding` free is an addition. The published sweep over beta has " \
    "no effect on this objective."

/* All that the kinds of the family share. */
#define AUTOREGRESSIVE_KIND                                                                                  \
    .reference = "Botev et al. 2021 (arXiv 2111.05458), AR", .settings = &autoregressive_schema,             \
    .check = autoregressive_check, .declare = autoregressive_declare, .free_parts = autoregressive_free,     \
    .figures = autoregressive_figures, .figure_count = AUTOREGRESSIVE_FIGURES, .loss = autoregressive_loss,  \
    .video = &autoregressive_video

#endif
