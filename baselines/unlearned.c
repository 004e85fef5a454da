/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "baselines/unlearned.h"

#include "models/window_plan.h"

static const struct field fields[] = {VIDEO_INFERENCE_FRAMES, VIDEO_TARGET_FRAMES};

static const char *const smoke[] = {"model.target_frames=20", NULL};
static const char *const paper[] = {"model.target_frames=60", NULL};
static const struct schema_profile profiles[] = {{"smoke", smoke}, {"paper", paper}, {NULL, NULL}};

const struct schema unlearned_settings = SCHEMA("model", fields, struct video_settings, profiles);

struct window_plan unlearned_plan(const void *settings) {
    const struct video_settings *s = settings;
    return window_plan_overlap(s->inference_frames, s->target_frames, 0);
}
