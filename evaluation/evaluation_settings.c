/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/evaluation_settings.h"

#include "integrators/integrator.h"

#define OFFSET(member) offsetof(struct evaluation_settings, member)

/* Those that can step a latent state. */
static size_t list_integrators(const char **out, size_t capacity) {
    size_t count = 0;
    out[count++] = EVALUATION_AS_TRAINED;
    for (size_t i = 0; count < capacity && integrators[i] != NULL; i++) {
        if (integrator_is_composition(integrators[i])) {
            out[count++] = integrators[i]->name;
        }
    }
    return count;
}

static size_t list_directions(const char **out, size_t capacity) {
    static const char *const words[] = {EVALUATION_FORWARD, EVALUATION_BOTH, NULL};
    return field_list_words(words, out, capacity);
}

static const struct field fields[] = {
    SETTING("windows", FIELD_INTEGER, "64", 1, 1e6, NULL, "windows", "test windows to predict",
            OFFSET(windows)),
    SETTING("history_frames", FIELD_INTEGER, "0", 0, 1e5, NULL, "frames",
            "frames of a test window before its origin; 0: as many as the models of the experiment need",
            OFFSET(history_frames)),
    SETTING(
        "reconstruction_frames", FIELD_INTEGER, "0", 0, 1e5, NULL, "frames",
        "frames from the origin on that count as reconstruction; 0: those of the longest training example",
        OFFSET(reconstruction_frames)),
    SETTING("extrapolation_frames", FIELD_INTEGER, "30", 0, 1e5, NULL, "frames",
            "frames to predict beyond the reconstruction", OFFSET(extrapolation_frames)),
    SETTING("integrator", FIELD_NAME, EVALUATION_AS_TRAINED, 0, 0, list_integrators, "",
            "integrator of the latent dynamics while predicting", OFFSET(integrator)),
    SETTING("directions", FIELD_NAME, EVALUATION_FORWARD, 0, 0, list_directions, "",
            "both: models that can go back in time predict as many frames before the history, too",
            OFFSET(directions)),
};

static const char *const smoke[] = {"evaluation.windows=8", "evaluation.extrapolation_frames=10", NULL};
static const char *const paper[] = {"evaluation.windows=20000", "evaluation.extrapolation_frames=60", NULL};
static const struct schema_profile profiles[] = {{"smoke", smoke}, {"paper", paper}, {NULL, NULL}};

const struct schema evaluation_settings_schema = {
    .group = "evaluation",
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
    .size = sizeof(struct evaluation_settings),
    .profiles = profiles,
};
