/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Profiles of the models of films whose networks are perceptrons or cells on a flat latent: one size for all
 * of them, so that they can be compared.
 */
#ifndef HAMBENCH_MODELS_VIDEO_SEQUENCE_PROFILES_H
#define HAMBENCH_MODELS_VIDEO_SEQUENCE_PROFILES_H

#include "support/schema.h"

/* Sizes alone, for kinds with more in their profiles, each ended by NULL. */
extern const char *const sequence_profiles_smoke[], *const sequence_profiles_standard[],
                                                        *const sequence_profiles_paper[];

/* smoke, standard and paper. */
extern const struct schema_profile sequence_profiles[];

#endif
