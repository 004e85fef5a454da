/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/evaluation_settings.h"

#include <string.h>

#include "models/latent_stepper.h"

#define OFFSET(member) offsetof(struct evaluation_settings, member)

/* Those that can step some latent state; whether that of a model is the model's to say (windows_check). */
static size_t list_integrators(const char **out, size_t capacity) {
    out[0] = EVALUATION_AS_TRAINED;
    return 1 + latent_stepper_list_separable(out + 1, capacity - 1);
}

static size_t list_directions(const char **out, size_t capacity) {
    static const char *const words[] = {EVALUATION_FORWARD, EVALUATION_BOTH, NULL};
    return field_list_words(words, out, capacity);
}

static size_t list_splits(const char **out, size_t capacity) {
    static const char *const words[] = {"test", "validation", NULL};
    return field_list_words(words, out, capacity);
}

enum dataset_split evaluation_split(const struct evaluation_settings *settings) {
    bool validation = strcmp(settings->split, dataset_split_names[DATASET_VALIDATION]) == 0;
    return validation ? DATASET_VALIDATION : DATASET_TEST;
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
    SETTING("long_windows", FIELD_INTEGER, "10", 0, 1e5, NULL, "films",
            "long films to predict as well, forward from their beginning and back from their end; 0: none",
            OFFSET(long_windows)),
    SETTING("long_frames", FIELD_INTEGER, "1000", 2, 1e5, NULL, "frames",
            "frames of a long film from its origin on, or as many as the environment can make",
            OFFSET(long_frames)),
    SETTING("shift_windows", FIELD_INTEGER, "10", 0, 1e5, NULL, "films",
            "films to predict as well with other energies, with other parameters and with another time step "
            "than in training, so many each; 0: none",
            OFFSET(shift_windows)),
    SETTING("start_windows", FIELD_INTEGER, "1", 1, 1000, NULL, "windows",
            "of models that infer states: a prediction starts from the mean of so many, inferred from the "
            "frames that are seen and, each a frame earlier, from those before, and followed to the start",
            OFFSET(start_windows)),
    {.name = "integrator",
     .type = FIELD_NAME,
     .initial = EVALUATION_AS_TRAINED,
     .list_names = list_integrators,
     .explain = latent_stepper_explain_separable,
     .unit = "",
     .help = "integrator of the latent dynamics while predicting",
     .offset = OFFSET(integrator)},
    SETTING("directions", FIELD_NAME, EVALUATION_BOTH, 0, 0, list_directions, "",
            "both: models that can go back in time predict each window from its end as well",
            OFFSET(directions)),
    SETTING("split", FIELD_NAME, "test", 0, 0, list_splits, "",
            "trajectories to predict; settings are to be chosen by what comes of validation", OFFSET(split)),
};

static const char *const smoke[] = {"evaluation.windows=8",       "evaluation.extrapolation_frames=10",
                                    "evaluation.long_windows=2",  "evaluation.long_frames=60",
                                    "evaluation.shift_windows=2", NULL};
static const char *const standard[] = {"evaluation.windows=256", "evaluation.extrapolation_frames=60", NULL};
static const char *const paper[] = {"evaluation.windows=20000", "evaluation.extrapolation_frames=60",
                                    "evaluation.long_windows=100", "evaluation.shift_windows=200", NULL};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

const struct schema evaluation_settings_schema =
    SCHEMA("evaluation", fields, struct evaluation_settings, profiles);
