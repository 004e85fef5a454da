/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Profiles of the sequence models with perceptrons on a flat latent: one size for all of them, so that they
 * can be compared.
 */
#ifndef HAMBENCH_MODELS_VIDEO_SEQUENCE_PROFILES_H
#define HAMBENCH_MODELS_VIDEO_SEQUENCE_PROFILES_H

#include "support/schema.h"

/* smoke, standard and paper. */
extern const struct schema_profile sequence_profiles[];

#endif
