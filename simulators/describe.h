/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of the documentation of environments, in Markdown, from the tables that define them. The pages
 * in docs/environments/ hold what these functions print, and a test keeps them equal.
 */
#ifndef HAMBENCH_SIMULATORS_DESCRIBE_H
#define HAMBENCH_SIMULATORS_DESCRIBE_H

#include "simulators/simulator.h"
#include "support/text.h"

/* One row for each environment: name, page, summary, what is generated. Appends to `out`. */
void describe_index(struct text *out);

/* Everything about the environments whose dynamics name `page`: equations, parameters, distributions,
 * picture, invariants, options. Appends to `out`; nothing for an unknown page. */
void describe_page(struct text *out, const char *page);

#endif
