/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/sequence_profiles.h"

#include <stddef.h>

static const char *const smoke[] = {
    "model.channels=16",
    "model.latent=8",
    "model.hidden=48",
    "model.hidden_layers=2",
    "model.target_frames=20",
    "model.decoded_frames=6",
    NULL,
};
static const char *const standard[] = {
    "model.channels=32",
    "model.latent=32",
    "model.hidden=100",
    "model.hidden_layers=3",
    "model.target_frames=60",
    "model.decoded_frames=15",
    NULL,
};
static const char *const paper[] = {
    "model.channels=64",
    "model.latent=32",
    "model.hidden=250",
    "model.hidden_layers=4",
    "model.target_frames=60",
    "model.decoded_frames=0",
    NULL,
};

const struct schema_profile sequence_profiles[] = {
    {"smoke", smoke}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};
