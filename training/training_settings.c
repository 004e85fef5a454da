/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/training_settings.h"

#define OFFSET(member) offsetof(struct training_settings, member)

static const struct field fields[] = {
    SETTING("steps", FIELD_INTEGER, "3000", 1, 1e8, NULL, "steps", "length of the training", OFFSET(steps)),
    SETTING("batch", FIELD_INTEGER, "16", 1, 65536, NULL, "windows", "windows in a training step",
            OFFSET(batch)),
    SETTING("shards", FIELD_INTEGER, "4", 1, 1024, NULL, "",
            "equal parts a batch is cut into; at most so many threads can share a step", OFFSET(shards)),
    SETTING("learning_rate", FIELD_REAL, "0.002", 0, 10, NULL, "", "Adam's learning rate at its highest",
            OFFSET(learning_rate)),
    SETTING("warmup_steps", FIELD_INTEGER, "100", 0, 1e8, NULL, "steps",
            "steps over which the learning rate grows from 0", OFFSET(warmup_steps)),
    SETTING("final_rate", FIELD_REAL, "0.05", 0, 1, NULL, "",
            "the learning rate falls along a cosine to this fraction; 1 keeps it constant",
            OFFSET(final_rate)),
    SETTING("clip_norm", FIELD_REAL, "10", 0, 1e9, NULL, "", "largest norm of the gradient; 0 does not clip",
            OFFSET(clip_norm)),
    SETTING("first_horizon", FIELD_INTEGER, "10", 0, 1000, NULL, "frames",
            "target frames of the first steps; 0 starts with all", OFFSET(first_horizon)),
    SETTING("horizon_steps", FIELD_INTEGER, "1000", 0, 1e8, NULL, "steps",
            "steps over which the horizon grows to all target frames", OFFSET(horizon_steps)),
    SETTING("average", FIELD_REAL, "0", 0, 0.99999, NULL, "",
            "decay of a running average of the parameters, kept beside them and evaluated; 0 for none",
            OFFSET(average)),
    SETTING("checkpoint_every", FIELD_INTEGER, "500", 1, 1e8, NULL, "steps",
            "steps from one checkpoint to the next", OFFSET(checkpoint_every)),
    SETTING("log_every", FIELD_INTEGER, "10", 1, 1e8, NULL, "steps",
            "steps from one line of metrics.jsonl to the next", OFFSET(log_every)),
};

static const char *const smoke[] = {
    "training.steps=40",
    "training.batch=8",
    "training.warmup_steps=4",
    "training.horizon_steps=20",
    "training.checkpoint_every=40",
    NULL,
};
/* By the errors of validation windows beyond the reconstruction (docs/performance.md). */
static const char *const quick[] = {"training.learning_rate=1e-3", NULL};
static const char *const standard[] = {
    "training.steps=20000",
    "training.batch=32",
    "training.shards=8",
    "training.learning_rate=1e-3",
    "training.warmup_steps=500",
    "training.horizon_steps=5000",
    NULL,
};
static const char *const paper[] = {
    "training.steps=500000",          "training.batch=128",       "training.shards=16",
    "training.learning_rate=1.5e-4",  "training.warmup_steps=0",  "training.final_rate=1",
    "training.clip_norm=0",           "training.first_horizon=0", "training.horizon_steps=0",
    "training.checkpoint_every=1000", "training.log_every=100",   NULL,
};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

const struct schema training_settings_schema = SCHEMA("training", fields, struct training_settings, profiles);

enum status training_settings_check(const struct training_settings *settings) {
    if (settings->batch % settings->shards != 0) {
        return status_fail(STATUS_DATA, "training.shards: %d, expected a divisor of training.batch (%d)",
                           settings->shards, settings->batch);
    }
    return STATUS_OK;
}
