/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/task.h"

const struct task *const tasks[] = {
    &video_task,
    &states_task,
    &density_task,
    NULL,
};

const struct task *task_find(const struct model_kind *kind) {
    const struct task *const *task = tasks;
    while (*task != NULL && !(*task)->suits(kind)) {
        task++;
    }
    return *task;
}
