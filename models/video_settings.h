/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings that several models of films have. A kind's own struct begins with this one, and its schema lists
 * the rows that the kind reads.
 */
#ifndef HAMBENCH_MODELS_VIDEO_SETTINGS_H
#define HAMBENCH_MODELS_VIDEO_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/layers.h"
#include "models/model.h"

struct video_settings {
    int channels;                    /* of the convolutions of encoder and decoder */
    int latent;                      /* D, even */
    int hidden;                      /* width of the hidden layers of the dynamics */
    int hidden_layers;               /* how many of them */
    int inference_frames;            /* frames that the encoder sees */
    int target_frames;               /* frames to predict */
    int decoded_frames;              /* targets decoded in a training step; 0 means all */
    char precision[FIELD_NAME_SIZE]; /* of the convolutions: "f32" or "bf16" */
    char decoder[FIELD_NAME_SIZE];   /* "convolution" or "broadcast"; "" stands for the kind's own */
};

/* Whether encoder and decoder multiply in bfloat16: asked for and possible on this processor. */
bool video_settings_half(const struct video_settings *settings);

/* STATUS_DATA: an odd latent width. */
enum status video_settings_check_latent(const struct video_settings *settings);

size_t video_settings_decoders(const char **out, size_t capacity);
size_t video_settings_precisions(const char **out, size_t capacity);

#define VIDEO_OFFSET(member) offsetof(struct video_settings, member)

#define VIDEO_CHANNELS                                                                                       \
    SETTING("channels", FIELD_INTEGER, "16", 1, 512, NULL, "",                                               \
            "channels of the convolutions of encoder and decoder", VIDEO_OFFSET(channels))
#define VIDEO_LATENT                                                                                         \
    SETTING("latent", FIELD_INTEGER, "16", 2, 256, NULL, "",                                                 \
            "width of the latent vector, even: half of it is q", VIDEO_OFFSET(latent))
#define VIDEO_HIDDEN                                                                                         \
    SETTING("hidden", FIELD_INTEGER, "64", 1, 4096, NULL, "", "width of the hidden layers of the dynamics",  \
            VIDEO_OFFSET(hidden))
#define VIDEO_HIDDEN_LAYERS                                                                                  \
    SETTING("hidden_layers", FIELD_INTEGER, "3", 1, MLP_MAX_LAYERS - 1, NULL, "",                            \
            "hidden layers of the dynamics", VIDEO_OFFSET(hidden_layers))
#define VIDEO_INFERENCE_FRAMES                                                                               \
    SETTING("inference_frames", FIELD_INTEGER, "5", 1, 1000, NULL, "frames", "frames that the encoder sees", \
            VIDEO_OFFSET(inference_frames))
#define VIDEO_TARGET_FRAMES                                                                                  \
    SETTING(                                                                                                 \
        "target_frames", FIELD_INTEGER, "30", 2, 1000, NULL, "frames",                                       \
        "frames to predict in training; the first is the last that is seen, unless training goes both ways", \
        VIDEO_OFFSET(target_frames))
#define VIDEO_DECODED_FRAMES                                                                                 \
    SETTING("decoded_frames", FIELD_INTEGER, "10", 0, 1000, NULL, "frames",                                  \
            "target frames decoded in a training step, drawn at random; 0 decodes all",                      \
            VIDEO_OFFSET(decoded_frames))
#define VIDEO_DECODER                                                                                        \
    SETTING("decoder", FIELD_NAME, "convolution", 0, 0, video_settings_decoders, "",                         \
            "convolution starts from a map that is made of the numbers, broadcast has them at every place",  \
            VIDEO_OFFSET(decoder))
#define VIDEO_PRECISION                                                                                      \
    SETTING("precision", FIELD_NAME, "f32", 0, 0, video_settings_precisions, "",                             \
            "of the convolutions: bf16 multiplies in bfloat16 where the processor can",                      \
            VIDEO_OFFSET(precision))

#endif
