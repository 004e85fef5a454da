/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Windows of training examples: which frames are seen, to which the inferred state belongs, which are
 * targets. The plans of the papers, and what all models share in reading them.
 */
#ifndef HAMBENCH_MODELS_WINDOW_PLAN_H
#define HAMBENCH_MODELS_WINDOW_PLAN_H

#include "models/model.h"

/* "Overlap by one": sees frames 0 .. inference-1, the state belongs to the last of them, which is also the
 * first of `targets` targets. */
struct window_plan window_plan_overlap(int inference, int targets, int decoded);

/* "Include inference": the same frames and as many again, where all are targets; the state belongs to the
 * last frame that is seen, or, `both_ways`, to the middle one, and half of the sequences go back in time. */
struct window_plan window_plan_include(int inference, int targets, bool both_ways, int decoded);

/* "No overlap": sees frames 0 .. inference-1, the state belongs to the last of them, which is no target. */
struct window_plan window_plan_no_overlap(int inference, int targets, int decoded);

/* The training examples of a kind: the plan of its films; states one after the other, all of them targets; a
 * point. */
struct window_plan window_plan_of(const struct model_kind *kind, const void *settings);

/* How many targets there are, and the frame of the window that is target i. Targets are numbered by their
 * distance from the state, the earlier ones of a growing horizon first; of two equally far ones the later
 * frame is first. */
int window_plan_targets(const struct window_plan *plan);
int window_plan_target(const struct window_plan *plan, int i);

/* The frame of the window that is `offset` frames after the state, in a sequence that is read from its end or
 * not; the first frame that its encoder sees; and whether sequence b of a shard of `size` is read so. */
int window_plan_frame(const struct window_plan *plan, bool from_end, int offset);
int window_plan_first_seen(const struct window_plan *plan, bool from_end);
bool window_plan_from_end(const struct window_plan *plan, int size, int b);

/* Frames from the origin to the end of an example: over so many a model reconstructs. */
int window_plan_reconstruction(const struct window_plan *plan);

/* STATUS_DATA when frames lie outside the window, or more targets are to be decoded than there are. */
enum status window_plan_check(const struct window_plan *plan);

/* The mean over a horizon of `horizon` targets is estimated from the decoded ones: the first counts
 * 1/horizon, the others share the rest equally, so a random choice of the others leaves the estimate
 * unbiased. Weight of the i-th of `count` decoded targets. */
double window_plan_weight(int horizon, int count, int i);

/* Examples that are an array of windows, [..][length][H][W][C]. */
struct window_array {
    const real *images;
    int length;
};
struct model_examples window_array_examples(const struct window_array *array);

/* Puts frames first .. first+count-1 of a sequence next to each other on the channels, frame-major:
 * out [H][W][count C]. */
void window_stack_frames(const struct model_examples *examples, int sequence, int first, int count,
                         real *out);

#endif
