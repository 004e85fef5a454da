/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "tests/harness.h"

const char *const model_case_tiny[] = {
    "channels=4",         "latent=4",        "hidden=6",         "hidden_layers=1",
    "inference_frames=3", "target_frames=4", "decoded_frames=0", NULL,
};

bool model_case_set(const struct model_kind *kind, void *settings, const char *assignment) {
    char *name = memory_copy_string(assignment);
    char *value = strchr(name, '=');
    *value++ = '\0';
    const struct field *field = schema_find(kind->settings, name);
    if (field != NULL) {
        enum status status = field_assign(settings, field, name, value);
        if (status != STATUS_OK) {
            printf("\n    %s", status_detail());
        }
        CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
    }
    free(name);
    return field != NULL;
}

void *model_case_settings(const struct model_kind *kind, const char *const *assignments) {
    void *settings = memory_alloc(1, kind->settings->size);
    schema_defaults(kind->settings, settings);
    for (size_t i = 0; assignments[i] != NULL; i++) {
        (void)model_case_set(kind, settings, assignments[i]);
    }
    return settings;
}
