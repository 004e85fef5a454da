/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/selection.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "support/lines.h"
#include "support/memory.h"

size_t selection_cells(const struct experiment *experiment) {
    return experiment->environment_count * experiment->variant_count * experiment->seed_count;
}

/* A pattern with a '/' is about both names, one without about either. A name that is written out matches
 * itself, whatever its characters mean in a pattern. */
static bool matches(const char *pattern, const char *environment, const char *variant) {
    char *both = text_format("%s/%s", environment, variant);
    bool found =
        strcmp(pattern, environment) == 0 || strcmp(pattern, variant) == 0 || strcmp(pattern, both) == 0;
    if (strchr(pattern, '/') != NULL) {
        found = found || fnmatch(pattern, both, FNM_PATHNAME) == 0;
    } else {
        found = found || fnmatch(pattern, environment, 0) == 0 || fnmatch(pattern, variant, 0) == 0;
    }
    free(both);
    return found;
}

/* Names that may have been meant, ended by NULL: with a '/', all pairs. */
static const char **list_names(const struct experiment *experiment, bool pairs, struct lines *storage) {
    for (size_t e = 0; e < experiment->environment_count; e++) {
        const char *environment = experiment->environments[e]->name;
        if (!pairs) {
            lines_add(storage, "%s", environment);
        }
        for (size_t v = 0; v < experiment->variant_count && pairs; v++) {
            lines_add(storage, "%s/%s", environment, experiment->variants[v].name);
        }
    }
    for (size_t v = 0; v < experiment->variant_count && !pairs; v++) {
        lines_add(storage, "%s", experiment->variants[v].name);
    }
    const char **names = memory_alloc(storage->count + 1, sizeof *names);
    for (size_t i = 0; i < storage->count; i++) {
        names[i] = storage->line[i];
    }
    return names;
}

static enum status fail_unmatched(const struct experiment *experiment, const char *option,
                                  const char *pattern) {
    struct lines storage = {0};
    const char **names = list_names(experiment, strchr(pattern, '/') != NULL, &storage);
    (void)status_unknown(STATUS_USAGE, "environment or model", pattern, names);
    free(names);
    lines_free(&storage);
    return status_prefix(STATUS_USAGE, "%s: nothing in %s matches", option, experiment->name);
}

/* Marks in `rows` [environments][variants] what one of the patterns matches. */
static enum status mark(bool *rows, const struct experiment *experiment, const char *option,
                        const char *const *patterns, size_t count) {
    for (size_t p = 0; p < count; p++) {
        bool used = false;
        for (size_t e = 0; e < experiment->environment_count; e++) {
            for (size_t v = 0; v < experiment->variant_count; v++) {
                bool found =
                    matches(patterns[p], experiment->environments[e]->name, experiment->variants[v].name);
                bool *row = &rows[e * experiment->variant_count + v];
                *row = *row || found;
                used = used || found;
            }
        }
        if (!used) {
            return fail_unmatched(experiment, option, patterns[p]);
        }
    }
    return STATUS_OK;
}

enum status selection_make(bool **out, const struct selection *selection,
                           const struct experiment *experiment) {
    size_t rows = experiment->environment_count * experiment->variant_count, left = 0;
    size_t seeds = experiment->seed_count;
    bool *only = memory_alloc(rows, sizeof *only), *skip = memory_alloc(rows, sizeof *skip);
    enum status status = mark(only, experiment, "--only", selection->only, selection->only_count);
    if (status == STATUS_OK) {
        status = mark(skip, experiment, "--skip", selection->skip, selection->skip_count);
    }
    bool *chosen = memory_alloc(rows * seeds, sizeof *chosen);
    for (size_t i = 0; i < rows * seeds && status == STATUS_OK; i++) {
        chosen[i] = (selection->only_count == 0 || only[i / seeds]) && !skip[i / seeds];
        left += chosen[i];
    }
    if (status == STATUS_OK && left == 0) {
        status = status_fail(STATUS_USAGE, "--only and --skip leave nothing of %s", experiment->name);
    }
    free(only);
    free(skip);
    if (status == STATUS_OK) {
        *out = chosen;
    } else {
        free(chosen);
    }
    return status;
}
