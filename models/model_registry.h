/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All models that can be trained and evaluated: those of models/ and those of baselines/.
 */
#ifndef HAMBENCH_MODELS_MODEL_REGISTRY_H
#define HAMBENCH_MODELS_MODEL_REGISTRY_H

#include "models/model.h"

/* All kinds, ended by NULL. */
extern const struct model_kind *const model_kinds[];

/* The kind of that name, or NULL. */
const struct model_kind *model_kind_find(const char *name);

#endif
