/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small trainings for tests, of any kind of model.
 */
#ifndef HAMBENCH_TESTS_TRAINING_CASE_H
#define HAMBENCH_TESTS_TRAINING_CASE_H

#include "experiments/settings.h"
#include "training/trainer.h"

struct training_case {
    struct settings settings;
    struct training_job job; /* looks at the settings */
};

/* A small model of that kind on the dataset, 20 steps from seed 4 on one thread, in FOLDER (made). */
struct training_case training_case_begin(const char *kind, const struct dataset *dataset, const char *folder);
void training_case_end(struct training_case *trial);

/* Sets "group.name=value"; fails the test when the kind has no such setting. */
void training_case_set(struct training_case *trial, const char *assignment);

#endif
