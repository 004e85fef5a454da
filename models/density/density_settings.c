/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/density/density_settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

size_t density_settings_list_targets(const char **out, size_t capacity) {
    size_t count = 1;
    out[0] = DENSITY_STATES;
    for (const struct density_target *const *target = density_targets; *target != NULL; target++) {
        assert(count < capacity);
        out[count++] = (*target)->name;
    }
    return count;
}

size_t density_settings_list_coordinates(const char **out, size_t capacity) {
    static const char *const words[] = {DENSITY_ALL, DENSITY_POSITIONS, NULL};
    return field_list_words(words, out, capacity);
}

const struct density_target *density_settings_target(const void *settings) {
    const struct density_settings *s = settings;
    return density_target_find(s->target);
}

int density_settings_state_size(const void *settings) {
    const struct density_settings *s = settings;
    return s->state_size == 0 ? 2 : s->state_size;
}

static bool takes_positions(const struct density_settings *settings) {
    return strcmp(settings->coordinates, DENSITY_POSITIONS) == 0;
}

int density_settings_width(const void *settings) {
    const struct density_settings *s = settings;
    if (density_settings_target(s) != NULL) {
        return DENSITY_TARGET_WIDTH;
    }
    int size = density_settings_state_size(s);
    return takes_positions(s) ? size / 2 : size;
}

enum status density_settings_check(const struct density_settings *settings) {
    if (density_settings_target(settings) == NULL && takes_positions(settings) &&
        density_settings_state_size(settings) % 2 != 0) {
        return status_fail(STATUS_DATA,
                           "model.coordinates: %s, expected %s: states of %d numbers are not positions and "
                           "as many momenta",
                           settings->coordinates, DENSITY_ALL, settings->state_size);
    }
    return STATUS_OK;
}

void density_settings_select(const struct density_settings *settings, const double *state, double *point) {
    memcpy(point, state, (size_t)density_settings_width(settings) * sizeof *point);
}

void density_settings_read(const struct density_settings *settings, const struct model_batch *batch,
                           real *points) {
    const struct density_target *target = density_settings_target(settings);
    const struct model_examples *examples = &batch->examples;
    size_t width = (size_t)density_settings_width(settings);
    double *state = memory_alloc((size_t)density_settings_state_size(settings) + width, sizeof *state);
    for (int b = 0; b < batch->size; b++) {
        if (target != NULL) {
            target->draw(batch->random, state);
        } else {
            examples->state(examples->context, b, 0, state);
        }
        for (size_t i = 0; i < width; i++) {
            points[(size_t)b * width + i] = (real)state[i];
        }
    }
    free(state);
}
