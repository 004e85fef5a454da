/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Hamiltonian Generative Network as published (Toth, Rezende, Jaegle, Racaniere, Botev, Higgins,
 * "Hamiltonian Generative Networks", 2020) and released: everything is convolutional, latents stay maps of
 * 4 x 4 pixels, all frames of a window are seen and drawn again.
 */
#include <string.h>

#include "models/video/geco.h"
#include "models/video/latent_map.h"
#include "models/video/sequence_model.h"

struct hgn_settings {
    struct geco_settings constrained;
    char window[FIELD_NAME_SIZE]; /* "include" or "overlap" */
};

/* ---- windows ---- */

static size_t list_windows(const char **out, size_t capacity) {
    static const char *const words[] = {"include", "overlap", NULL};
    return field_list_words(words, out, capacity);
}

static bool overlaps(const void *settings) {
    const struct hgn_settings *s = settings;
    return strcmp(s->window, "overlap") == 0;
}

/* Included are the frames that are seen: the state is that of the last one, and the others are reached by
 * going back in time. */
static struct window_plan plan(const void *settings) {
    const struct video_settings *s = settings;
    return overlaps(settings)
               ? sequence_model_overlap(settings)
               : window_plan_include(s->inference_frames, s->target_frames, false, s->decoded_frames);
}

static enum status check(const void *settings) {
    const struct video_settings *s = settings;
    if (overlaps(settings) && s->target_frames < 2) {
        return status_fail(STATUS_DATA,
                           "model.target_frames: %d, expected at least 2 where model.window is overlap",
                           s->target_frames);
    }
    const struct sequence_settings *sequence = settings;
    if (!overlaps(settings) && s->target_frames == 0 && sequence->consistency > 0) {
        return status_fail(
            STATUS_DATA,
            "model.consistency: %g, expected 0 where all frames are seen: no later state can be "
            "encoded",
            sequence->consistency);
    }
    return sequence_model_check(settings);
}

/* ---- settings ---- */

static const struct field fields[] = {
    SETTING("channels", FIELD_INTEGER, "16", 1, 512, NULL, "",
            "channels of the convolutions of encoder (half in its first one), transform and decoder",
            VIDEO_OFFSET(channels)),
    SETTING("latent", FIELD_INTEGER, "16", 2, 256, NULL, "",
            "channels of the 4 x 4 maps of latents, even: half of them are q", VIDEO_OFFSET(latent)),
    SETTING("hidden", FIELD_INTEGER, "16", 1, 4096, NULL, "",
            "channels of the convolutions of the energies; half in the first one", VIDEO_OFFSET(hidden)),
    SETTING("inference_frames", FIELD_INTEGER, "31", 1, 1000, NULL, "frames", "frames that the encoder sees",
            VIDEO_OFFSET(inference_frames)),
    SETTING(
        "target_frames", FIELD_INTEGER, "0", 0, 1000, NULL, "frames",
        "frames to predict in training beside those that are seen; where the window overlaps, all of them",
        VIDEO_OFFSET(target_frames)),
    SETTING("window", FIELD_NAME, "include", 0, 0, list_windows, "",
            "targets: include all frames that are seen, or overlap with the last one",
            offsetof(struct hgn_settings, window)),
    VIDEO_DECODED_FRAMES,
    GECO_ROWS,
    SEQUENCE_CONSISTENCY_ROWS,
    SEQUENCE_LATENT_L2,
    SEQUENCE_CONFINEMENT,
    VIDEO_PRECISION,
    SEQUENCE_CLOCK_ROWS,
    SEQUENCE_INTEGRATOR_SEPARABLE("leapfrog"),
};

/* The forces of convolutional energies are small at the start, and the unit of latent time is free: in short
 * trainings motion is only learned with long steps, and the constraint only felt with a fast multiplier. */
#define SHORT_TRAINING "model.time_step=8", "model.multiplier_rate=0.05"

static const char *const smoke[] = {
    "model.channels=8",
    "model.latent=8",
    "model.hidden=8",
    "model.inference_frames=7",
    "model.decoded_frames=4",
    SHORT_TRAINING,
    NULL,
};
static const char *const quick[] = {SHORT_TRAINING, "training.steps=2800", NULL};
static const char *const standard[] = {
    "model.channels=32",
    "model.latent=32",
    "model.hidden=32",
    "model.inference_frames=31",
    "model.decoded_frames=15",
    "training.steps=5000",
    "training.warmup_steps=250",
    "training.horizon_steps=1500",
    SHORT_TRAINING,
    NULL,
};
static const char *const paper[] = {
    "model.channels=64",
    "model.latent=32",
    "model.hidden=64",
    "model.inference_frames=31",
    "model.decoded_frames=0",
    "model.multiplier_rate=1.5e-4",
    NULL,
};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

static const struct schema settings_schema = SCHEMA("model", fields, struct hgn_settings, profiles);

/* ---- parts ---- */

static int width(const void *settings) {
    const struct video_settings *s = settings;
    return LATENT_MAP_PIXELS * s->latent;
}

static const struct sequence_kind parts = {
    .encoder = &map_encoder,
    .transform = &convolution_transform,
    .dynamics = &convolution_hamiltonian_dynamics,
    .decoder = &map_decoder,
    .objective = &geco_objective,
    .inferred = width,
};
static const struct model_video video = {.plan = plan, .predict = sequence_model_predict, .reversible = true};
static const struct model_latent latent = {
    .width = width,
    SEQUENCE_MODEL_STATES,
    .has_energy = true,
};

const struct model_kind hgn_model = {
    .name = "hgn",
    .summary = "Hamiltonian Generative Network as published: convolutions, latents that are 4 x 4 maps",
    .reference = "Toth et al. 2020 (arXiv 1909.13789), as released with arXiv 2111.05986",
    .equations =
        "- (mean, log deviation) = encoder(stacked inference frames), each a map of 4 x 4 x `model.latent`; "
        "z = mean + "
        "deviation * noise in training, the mean otherwise.\n"
        "- (q, p) = transform(z), five convolutions: a map of 4 x 4 x `model.latent`, positions in the first "
        "half of the "
        "channels.\n"
        "- H(q, p) = K(p) + V(q), two convolutional networks with softplus; dq/dt = dK/dp, dp/dt = "
        "-dV/dq. The state is that of the last frame that was seen; the frames before it are reached "
        "by steps of -`model.time_step`. With `model.window` overlap they are no targets, and steps lead "
        "forward alone.\n"
        "- image = decoder(q), each frame on its own, with no layer between q and the convolutions.\n"
        "- loss = lambda (mse - `model.tolerance`) + KL(posterior | N(0, 1)) / target values, the "
        "divergence before the transform (GECO). lambda = softplus(nu) climbs by Adam at "
        "`model.multiplier_rate`, from 1; with `model.multiplier: multiplicative` it is multiplied by"
        " exp(rate C) after each step, C = mse - tolerance, or its running average with "
        "`model.constraint_average`. `model.consistency` and `model.latent_l2` add terms, off unless asked "
        "for: [what they are](../models.md#terms-that-any-of-them-may-have).",
    .released =
        "The paper speaks of the state of the first frame; the released configuration infers that of "
        "the last one and goes back in time, which is as good, and so does this one. According to the"
        " authors of a replication the first experiments encoded only the first frames of a rollout: "
        "`model.window: overlap` with `model.inference_frames: 5` and `model.target_frames: 60` does "
        "that. Parameter counts are those of the release, 645,541, and one for nu. There nu moves at the "
        "rate of the networks,"
        " 1.5e-4, as in the profile paper; in short runs lambda would stand still, so that the other "
        "profiles give it a rate of its own, and a longer time step: the forces of these energies are "
        "small at the start, and the unit of latent time is free.",
    .family = &parts,
    .settings = &settings_schema,
    .check = check,
    .declare = sequence_model_declare,
    .free_parts = sequence_model_free,
    .figures = geco_figures,
    .figure_count = GECO_FIGURES,
    .loss = sequence_model_loss,
    .settle = sequence_model_settle,
    .video = &video,
    .latent = &latent,
};
