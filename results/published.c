/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/published.h"

#include <stddef.h>
#include <string.h>

const char *const published_comparable_words[] = {
    [PUBLISHED_NO] = "not",
    [PUBLISHED_PARTLY] = "partly",
    [PUBLISHED_YES] = "fully",
};

const struct published_value *published_find(const char *environment, const char *model, const char *figure) {
    for (const struct published_value *value = published_values; value->model != NULL; value++) {
        if (value->environment != NULL && strcmp(value->environment, environment) == 0 &&
            strcmp(value->model, model) == 0 && strcmp(value->figure, figure) == 0) {
            return value;
        }
    }
    return NULL;
}
