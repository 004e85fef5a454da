/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/sequence_profiles.h"

#include <stddef.h>

const char *const sequence_profiles_smoke[] = {
    "model.channels=16",
    "model.latent=8",
    "model.hidden=48",
    "model.hidden_layers=2",
    "model.target_frames=20",
    "model.decoded_frames=6",
    NULL,
};
const char *const sequence_profiles_standard[] = {
    "model.channels=32",
    "model.latent=32",
    "model.hidden=100",
    "model.hidden_layers=3",
    "model.target_frames=60",
    "model.decoded_frames=15",
    "training.steps=3500",
    "training.warmup_steps=250",
    "training.horizon_steps=1200",
    NULL,
};
const char *const sequence_profiles_paper[] = {
    "model.channels=64",
    "model.latent=32",
    "model.hidden=250",
    "model.hidden_layers=4",
    "model.target_frames=60",
    "model.decoded_frames=0",
    NULL,
};

const struct schema_profile sequence_profiles[] = {{"smoke", sequence_profiles_smoke},
                                                   {"standard", sequence_profiles_standard},
                                                   {"paper", sequence_profiles_paper},
                                                   {NULL, NULL}};
