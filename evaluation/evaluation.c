/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/evaluation.h"

#include <assert.h>

#include "evaluation/task.h"
#include "support/text.h"

static enum status fail_without_task(const struct model_kind *kind) {
    struct text list = {0};
    for (const struct task *const *task = tasks; *task != NULL; task++) {
        text_add(&list, "%s%s (%s)", list.length == 0 ? "" : "; ", (*task)->name, (*task)->summary);
    }
    enum status status =
        status_fail(STATUS_DATA, "%s: no task can evaluate this model; there are: %s", kind->name, list.data);
    text_free(&list);
    return status;
}

enum status evaluation_check(const struct evaluation_settings *settings, const struct model_kind *kind,
                             const void *model, int frames) {
    const struct task *task = task_find(kind);
    return task == NULL ? fail_without_task(kind) : task->check(settings, kind, model, frames);
}

enum status evaluation_run(const struct evaluation_job *job, struct evaluation_result *out) {
    const struct task *task = task_find(job->model->kind);
    assert(task != NULL);
    return task->run(job, out);
}
