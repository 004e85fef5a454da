/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The documentation of the models, in Markdown, from the registry. The table in docs/models.md and the pages
 * in docs/models/ hold what these functions print, and a test keeps them equal.
 */
#ifndef HAMBENCH_EXPERIMENTS_DESCRIBE_MODELS_H
#define HAMBENCH_EXPERIMENTS_DESCRIBE_MODELS_H

#include "models/model.h"
#include "support/text.h"

/* "hgn_plus_plus": the name of the kind's page, made of letters, digits and _. Released with `free`. */
char *describe_models_page_name(const struct model_kind *kind);

/* One row for each kind: name, page, task, abilities, parameters. Appends to `out`. */
void describe_models_index(struct text *out);

/* All that is to be said of the kind. Appends to `out`. */
void describe_models_page(struct text *out, const struct model_kind *kind);

/* "video, back in time, learned energy, samples": the task and what the kind can do besides. */
void describe_models_abilities(struct text *out, const struct model_kind *kind);

/* "smoke 38,757, quick 67,429, paper 882,561": the profiles that differ; "none". */
void describe_models_parameters(struct text *out, const struct model_kind *kind);

/* "leapfrog unless said otherwise; also so4, rk4": the methods that follow its latent states, or its field on
 * true ones; "none". */
void describe_models_integrators(struct text *out, const struct model_kind *kind);

#endif
