/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models whose predictions are known, and small data for them: oracles return the true images plus an offset.
 */
#ifndef HAMBENCH_TESTS_ORACLE_CASE_H
#define HAMBENCH_TESTS_ORACLE_CASE_H

#include "evaluation/evaluation.h"

struct oracle_settings {
    double near; /* offset of the frames of the training example */
    double far;  /* and of those behind it */
};

/* An example of 8 frames, 3 of them seen: origin 2, 6 frames of reconstruction. Goes back in time, too. Its
 * latent state is 4 copies of the number of the frame, but the one it infers is made of pixels; its energy is
 * the sum of the image at the origin, plus 0.5 for each frame since. Its posterior has two numbers, of means
 * 1 and 0.05 and variances 1 and 0.25.
 */
extern const struct model_kind oracle_kind;

/* The same, but what it shows before its example are the frames that it has seen, over and over. */
extern const struct model_kind mirror_oracle_kind;

/* The same without latent states, from examples of 5 frames, of which 2 are seen: origin 1. */
extern const struct model_kind short_oracle_kind;

/* A model of the kind that looks at `settings`. */
struct model oracle_model(const struct model_kind *kind, struct oracle_settings *settings);

enum { ORACLE_TRAJECTORIES = 5, ORACLE_FRAMES = 40, ORACLE_EXTRAPOLATION = 10 };

/* 5 test trajectories of 40 frames of a pendulum, opened once; closed by oracle_close_data. */
struct dataset *oracle_data(void);
void oracle_close_data(void);

/* 40 windows of 2 + 6 + 10 frames on two threads. */
struct evaluation_job oracle_job(const struct model *model, const char *folder);

#endif
