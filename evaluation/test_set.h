/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The test sets that a model of films is judged on: its dataset's own, long films, and films from outside of
 * what it was trained on. Every figure of films is made of each; those of the others carry the name of their
 * set in front ("long_vpt").
 */
#ifndef HAMBENCH_EVALUATION_TEST_SET_H
#define HAMBENCH_EVALUATION_TEST_SET_H

#include "datasets/dataset.h"
#include "evaluation/evaluation_settings.h"

enum test_set {
    TEST_SET_OWN,        /* windows of the test split of the dataset */
    TEST_SET_LONG,       /* films of many frames, each one window */
    TEST_SET_ENERGY,     /* energies beyond those of the training */
    TEST_SET_PARAMETERS, /* masses, lengths, ... beyond those of the training */
    TEST_SET_DT,         /* another time from frame to frame */
    TEST_SETS,
};

struct test_set_kind {
    const char *name;  /* in front of figures, with an underscore; "" for its own */
    const char *title; /* in front of titles */
    const char *help;  /* behind the explanation of a figure */
    const char *films; /* behind the environment's name, in pictures */
    const char *plots; /* where they go in the run folder; NULL: it has figures only */
};
extern const struct test_set_kind test_set_kinds[TEST_SETS];

/* Another test set of a job: windows that begin at the first frame. */
struct test_set_source {
    enum test_set set;
    const struct dataset *dataset;
    struct evaluation_settings settings; /* resolved, as those of the job but for the lengths */
};

#endif
