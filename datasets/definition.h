/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a dataset is made by: everything in an environment, and in the program, that its values depend on
 * besides the request. A file records it, so that one that was made by another definition is noticed: it is
 * stale. For datasets/ and for what says what a result was made from.
 */
#ifndef HAMBENCH_DATASETS_DEFINITION_H
#define HAMBENCH_DATASETS_DEFINITION_H

#include "datasets/dataset.h"

/* The SHA-256 of the environment's definition, as 64 hexadecimal digits: its numbers (ranges of parameters,
 * friction, colours, ...), its method, the version of its dynamics (which goes up by hand when the same
 * numbers give other data), and the version of the file format. Texts for people are no part of it. */
void definition_digest(const struct simulator *simulator, char out[SHA256_TEXT]);

/* STATUS_OK when a file of that information was made by the definition of today; STATUS_DATA, with the detail
 * "is stale: ...", otherwise. */
enum status definition_check(const struct simulator *simulator, const struct dataset_info *info);

#endif
