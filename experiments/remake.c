/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/remake.h"

#include <stdlib.h>

#include "experiments/runner.h"
#include "support/lines.h"

void remake_list_settings(struct lines *out, const struct settings *settings) {
    for (size_t i = 0; i < settings->count; i++) {
        const struct settings_section *section = &settings->sections[i];
        for (size_t f = 0; f < section->schema->count; f++) {
            struct text value = {0};
            field_format(&value, section->values, &section->schema->fields[f]);
            lines_add(out, "%s.%s=%s", section->schema->group, section->schema->fields[f].name, value.data);
            text_free(&value);
        }
    }
}

/* The line of a failed cell is the detail of the failure, whatever is said later. */
static void remember(void *context, const char *line) {
    struct lines *reasons = context;
    lines_add(reasons, "%s", line);
}

static enum status run(const struct remake *remake, const struct experiment *experiment,
                       struct table_cell *out) {
    struct lines reasons = {0};
    struct run_request request = {
        .experiment = experiment,
        .folder = remake->folder,
        .flat = true,
        .data_folder = remake->data_folder,
        .effort = remake->effort,
        .complain = remember,
    };
    request.effort.context = &reasons; /* nobody is told of the rest */
    request.effort.report = NULL;
    struct run_outcome outcome;
    enum status status = experiment_run(&request, &outcome);
    if (status == STATUS_OK) {
        *out = outcome.results[0];
        out->environment = remake->environment->name;
        out->model = remake->kind->name;
    }
    if (status != STATUS_OK && reasons.count > 0) {
        status = status_fail(status, "%s", reasons.line[0]);
    }
    lines_free(&reasons);
    run_outcome_clear(&outcome);
    return status;
}

enum status remake_run(const struct remake *remake, struct table_cell *out) {
    struct experiment *experiment = NULL;
    enum status status =
        experiment_create(&experiment, remake->environment, remake->kind, remake->seed, NULL, NULL,
                          (const char *const *)remake->settings->line, remake->settings->count);
    if (status == STATUS_OK) {
        status = run(remake, experiment, out);
        experiment_free(experiment);
    }
    return status;
}
