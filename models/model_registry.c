/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/model_registry.h"

#include <stddef.h>
#include <string.h>

/* A new model is a file with its `const struct model_kind NAME_model` and a line here. */
#define MODEL_LIST(X)                                                                                        \
    X(hgn_plus_plus)                                                                                         \
    X(lgn)                                                                                                   \
    X(pgn)                                                                                                   \
    X(ode)                                                                                                   \
    X(rgn)                                                                                                   \
    X(free)                                                                                                  \
    X(hgn)                                                                                                   \
    X(nhf)                                                                                                   \
    X(hnn)                                                                                                   \
    X(lnn)                                                                                                   \
    X(rnn)                                                                                                   \
    X(lstm)                                                                                                  \
    X(gru)                                                                                                   \
    X(mlp)                                                                                                   \
    X(realnvp)                                                                                               \
    X(copy_last)                                                                                             \
    X(mean_image)

#define DECLARE(name) extern const struct model_kind name##_model;
MODEL_LIST(DECLARE)

#define ADDRESS(name) &name##_model,
const struct model_kind *const model_kinds[] = {MODEL_LIST(ADDRESS) NULL};

const struct model_kind *model_kind_find(const char *name) {
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        if (strcmp((*kind)->name, name) == 0) {
            return *kind;
        }
    }
    return NULL;
}
