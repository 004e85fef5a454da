/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/evaluation_settings.h"

#define OFFSET(member) offsetof(struct evaluation_settings, member)

static const struct field fields[] = {
    SETTING("windows", FIELD_INTEGER, "64", 1, 1e6, NULL, "windows", "test windows to predict",
            OFFSET(windows)),
    SETTING("extrapolation_frames", FIELD_INTEGER, "30", 0, 1e5, NULL, "frames",
            "frames to predict beyond the training window", OFFSET(extrapolation_frames)),
};

static const char *const smoke[] = {"evaluation.windows=8", "evaluation.extrapolation_frames=10", NULL};
static const char *const paper[] = {"evaluation.windows=20000", "evaluation.extrapolation_frames=60", NULL};
static const struct schema_profile profiles[] = {{"smoke", smoke}, {"paper", paper}, {NULL, NULL}};

const struct schema evaluation_settings_schema = {
    .group = "evaluation",
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
    .size = sizeof(struct evaluation_settings),
    .profiles = profiles,
};
