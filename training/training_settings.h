/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a model is trained: the group "training" of experiment files.
 */
#ifndef HAMBENCH_TRAINING_TRAINING_SETTINGS_H
#define HAMBENCH_TRAINING_TRAINING_SETTINGS_H

#include "support/schema.h"

struct training_settings {
    int steps;
    int batch;
    int shards; /* batch is cut into this many equal parts; part of the experiment, not of the machine */
    double learning_rate; /* Adam, at its highest */
    int warmup_steps;     /* linear from 0 */
    double final_rate;    /* the cosine ends at this fraction of learning_rate; 1 keeps the rate constant */
    double clip_norm;     /* global gradient norm; 0 does not clip */
    int first_horizon;    /* target frames of the first steps; 0 starts with all */
    int horizon_steps;    /* the horizon grows linearly to all target frames over this many steps */
    double average;       /* decay of the running average of the parameters; 0: there is none */
    int checkpoint_every; /* steps */
    int log_every;        /* steps between lines of metrics.jsonl */
};

extern const struct schema training_settings_schema;

/* STATUS_DATA with the offending setting when they do not fit each other. */
enum status training_settings_check(const struct training_settings *settings);

#endif
