/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the points are whose density is learned: settings that all models of densities share. They come from
 * the true states of the environment or, for experiments in the plane, from a density that is known
 * (density_target.h); then the environment plays no part.
 */
#ifndef HAMBENCH_MODELS_DENSITY_DENSITY_SETTINGS_H
#define HAMBENCH_MODELS_DENSITY_DENSITY_SETTINGS_H

#include "models/density/density_target.h"
#include "models/model.h"
#include "support/schema.h"
#include "support/status.h"

/* The settings of a kind with more of them begin with this struct. */
struct density_settings {
    char target[FIELD_NAME_SIZE];      /* DENSITY_STATES or the name of a density_target */
    char coordinates[FIELD_NAME_SIZE]; /* of states: DENSITY_ALL or DENSITY_POSITIONS */
    int state_size;                    /* S; 0: the environment's, see model_resolve */
};

#define DENSITY_STATES "states"
#define DENSITY_ALL "all"
#define DENSITY_POSITIONS "positions"

#define DENSITY_ROWS DENSITY_TARGET, DENSITY_COORDINATES, DENSITY_STATE_SIZE

#define DENSITY_OFFSET(member) offsetof(struct density_settings, member)
#define DENSITY_TARGET                                                                                       \
    SETTING("target", FIELD_NAME, DENSITY_STATES, 0, 0, density_settings_list_targets, "",                   \
            "what the points are: states of the environment, or draws from a density of the plane that is "  \
            "known, whatever the environment",                                                               \
            DENSITY_OFFSET(target))
#define DENSITY_COORDINATES                                                                                  \
    SETTING("coordinates", FIELD_NAME, DENSITY_ALL, 0, 0, density_settings_list_coordinates, "",             \
            "of states: numbers of one that make a point: all, or the positions, its first half",            \
            DENSITY_OFFSET(coordinates))
#define DENSITY_STATE_SIZE                                                                                   \
    SETTING("state_size", FIELD_INTEGER, "0", 0, 10000, NULL, "",                                            \
            "numbers of a state; 0: as many as those of the environment have", DENSITY_OFFSET(state_size))

size_t density_settings_list_targets(const char **out, size_t capacity);
size_t density_settings_list_coordinates(const char **out, size_t capacity);

/* `settings` is a struct density_settings. The density that is known, NULL for states; S, 2 where no
 * environment has been looked at; numbers of a point. */
const struct density_target *density_settings_target(const void *settings);
int density_settings_state_size(const void *settings);
int density_settings_width(const void *settings);

/* STATUS_DATA when positions are asked for of states that have no halves. */
enum status density_settings_check(const struct density_settings *settings);

/* The points of a training batch, [B][width]: the first frame of each sequence, or draws from batch->random.
 */
void density_settings_read(const struct density_settings *settings, const struct model_batch *batch,
                           real *points);

/* The coordinates of one state that make a point, [width]. */
void density_settings_select(const struct density_settings *settings, const double *state, double *point);

#endif
