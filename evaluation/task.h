/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tasks: what a model can be asked to do, and how that is judged. A task chooses by the abilities of the
 * model's kind what is read of the dataset, which metrics are computed and which pictures are drawn. One file
 * each, listed in task.c.
 */
#ifndef HAMBENCH_EVALUATION_TASK_H
#define HAMBENCH_EVALUATION_TASK_H

#include "evaluation/evaluation.h"

struct task {
    const char *name;    /* in evaluation.json: "video" */
    const char *summary; /* what is asked, for messages */
    bool (*suits)(const struct model_kind *kind);

    /* evaluation_check and evaluation_run of kinds that it suits. */
    enum status (*check)(const struct evaluation_settings *settings, const struct model_kind *kind,
                         const void *model, int frames);
    enum status (*run)(const struct evaluation_job *job, struct evaluation_result *out);
};

extern const struct task video_task, states_task, density_task;

extern const struct task *const tasks[]; /* ended by NULL */

/* The first task that suits; NULL when there is none. */
const struct task *task_find(const struct model_kind *kind);

#endif
