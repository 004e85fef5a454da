/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The recurrent generative network of Botev et al. 2021: a latent state that goes from frame to frame by a
 * perceptron.
 */
#include <string.h>

#include "models/video/sequence_model.h"
#include "models/video/sequence_profiles.h"

struct rgn_settings {
    struct sequence_settings sequence;
    char residual[FIELD_NAME_SIZE]; /* "yes": z + f(z) */
};

static size_t list_residual(const char **out, size_t capacity) {
    static const char *const words[] = {"no", "yes", NULL};
    return field_list_words(words, out, capacity);
}

#define RESIDUAL                                                                                             \
    SETTING("residual", FIELD_NAME, "no", 0, 0, list_residual, "",                                           \
            "whether the network gives the change of the state instead of the next state",                   \
            offsetof(struct rgn_settings, residual))

static const struct latent_dynamics *choose(const void *settings) {
    const struct rgn_settings *s = settings;
    return strcmp(s->residual, "yes") == 0 ? &perceptron_residual_dynamics : &perceptron_map_dynamics;
}

static const struct field fields[] = {
    SEQUENCE_ROWS,
    SEQUENCE_ACTIVATION,
    RESIDUAL,
};

static const struct schema settings = SCHEMA("model", fields, struct rgn_settings, sequence_profiles);

static const struct sequence_kind parts = {
    .encoder = &convolution_encoder,
    .choose_dynamics = choose,
    .decoder = &vector_decoder,
    .objective = &elbo_objective,
};
static const struct model_video video = {.plan = sequence_model_overlap, .predict = sequence_model_predict};
static const struct model_latent latent = {SEQUENCE_MODEL_LATENT};

const struct model_kind rgn_model = {
    .name = "rgn",
    .summary = "recurrent generative network: a flat latent that a network takes from frame to frame",
    .reference = "Botev et al. 2021 (arXiv 2111.05458), RGN",
    .equations = SEQUENCE_SAYS_POSTERIOR
    ".\n"
    "- The state one frame later is f(z), or z + f(z) with `model.residual`, f a perceptron. "
    "There is no time step and no way back.\n"
    "- image = decoder(z), each frame on its own: the decoder sees the whole state.\n" SEQUENCE_SAYS_ELBO,
    .family = &parts,
    .settings = &settings,
    .check = sequence_model_check,
    SEQUENCE_MODEL_KIND,
    .video = &video,
    .latent = &latent,
};
