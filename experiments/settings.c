/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/settings.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "integrators/integrator.h"

enum { NAME_SIZE = 32, NAMES_MAX = 64 };

/* Those that can step a latent state. */
static size_t list_integrators(const char **out, size_t capacity) {
    size_t count = 0;
    for (size_t i = 0; count < capacity && integrators[i] != NULL; i++) {
        if (integrator_is_composition(integrators[i])) {
            out[count++] = integrators[i]->name;
        }
    }
    return count;
}

static size_t list_words(const char *const *words, const char **out, size_t capacity) {
    size_t count = 0;
    for (; count < capacity && words[count] != NULL; count++) {
        out[count] = words[count];
    }
    return count;
}

static size_t list_images(const char **out, size_t capacity) {
    static const char *const words[] = {DATASET_IMAGES_STORE, DATASET_IMAGES_NONE, NULL};
    return list_words(words, out, capacity);
}

static size_t list_protocols(const char **out, size_t capacity) {
    static const char *const words[] = {DATASET_PROTOCOL_PUBLISHED, DATASET_PROTOCOL_QUICK, NULL};
    return list_words(words, out, capacity);
}

static size_t list_precisions(const char **out, size_t capacity) {
    static const char *const words[] = {"f32", "bf16", NULL};
    return list_words(words, out, capacity);
}

#define OFFSET(member) offsetof(struct settings, member)
#define INTEGER SETTING_INTEGER
#define REAL SETTING_REAL

/* The defaults are the values of the profile "quick". */
const struct setting settings_schema[] = {
    {"dataset.train", INTEGER, "0", 0, 1e6, NULL, "trajectories",
     "training trajectories to generate; 0: as the environment has it, mostly 500", OFFSET(dataset.train)},
    {"dataset.test", INTEGER, "0", 0, 1e6, NULL, "trajectories",
     "test trajectories to generate; 0: as the environment has it, mostly 200", OFFSET(dataset.test)},
    {"dataset.frames", INTEGER, "0", 0, 1e5, NULL, "frames",
     "length of a trajectory, t = 0 included; 0: as the environment has it, mostly 256",
     OFFSET(dataset.frames)},
    {"dataset.dt", REAL, "0", 0, 100, NULL, "time of the environment",
     "time from one frame to the next; 0: as the environment has it, mostly 0.05", OFFSET(dataset.dt)},
    {"dataset.images", SETTING_NAME, DATASET_IMAGES_STORE, 0, 0, list_images, "",
     "whether the file holds the images; without, they are drawn when they are needed, to the same bits",
     OFFSET(dataset.images)},
    {"dataset.protocol", SETTING_NAME, DATASET_PROTOCOL_QUICK, 0, 0, list_protocols, "",
     "lengths of the stages of environments that have such (molecular dynamics): as published, or shortened",
     OFFSET(dataset.protocol)},
    {"dataset.seed", SETTING_SEED, "0", 0, (double)SEED_MAX, NULL, "",
     "seed of initial conditions, parameters and colours", OFFSET(dataset.seed)},

    {"model.channels", INTEGER, "16", 1, 1024, NULL, "",
     "channels of the convolutions of encoder and decoder", OFFSET(model.channels)},
    {"model.latent", INTEGER, "16", 2, 1024, NULL, "", "width of the latent vector, even: half of it is q",
     OFFSET(model.latent)},
    {"model.hidden", INTEGER, "64", 1, 4096, NULL, "", "width of the hidden layers of the dynamics",
     OFFSET(model.hidden)},
    {"model.hidden_layers", INTEGER, "3", 1, 16, NULL, "", "hidden layers of the dynamics",
     OFFSET(model.hidden_layers)},
    {"model.inference_frames", INTEGER, "5", 1, 1000, NULL, "frames", "frames that the encoder sees",
     OFFSET(model.inference_frames)},
    {"model.target_frames", INTEGER, "30", 1, 1000, NULL, "frames",
     "frames to predict in training; the first is the last frame of the encoder",
     OFFSET(model.target_frames)},
    {"model.decoded_frames", INTEGER, "10", 0, 1000, NULL, "frames",
     "target frames decoded in a training step, drawn at random; 0 decodes all",
     OFFSET(model.decoded_frames)},
    {"model.time_step", REAL, "0.125", 1e-6, 10, NULL, "latent time",
     "latent time from one frame to the next", OFFSET(model.time_step)},
    {"model.beta", REAL, "1", 0, 1000, NULL, "", "weight of the KL term; 1 makes the objective an ELBO",
     OFFSET(model.beta)},
    {"model.integrator", SETTING_NAME, "leapfrog", 0, 0, list_integrators, "",
     "integrator of the latent dynamics", OFFSET(model.integrator)},

    {"model.precision", SETTING_NAME, "f32", 0, 0, list_precisions, "",
     "of the convolutions: bf16 multiplies in bfloat16 where the processor can", OFFSET(model.precision)},

    {"training.steps", INTEGER, "3000", 1, 1e8, NULL, "steps", "length of the training",
     OFFSET(training.steps)},
    {"training.batch", INTEGER, "16", 1, 65536, NULL, "windows", "windows in a training step",
     OFFSET(training.batch)},
    {"training.shards", INTEGER, "4", 1, 1024, NULL, "",
     "equal parts a batch is cut into; at most so many threads can share a step", OFFSET(training.shards)},
    {"training.learning_rate", REAL, "0.002", 0, 10, NULL, "", "Adam's learning rate at its highest",
     OFFSET(training.learning_rate)},
    {"training.warmup_steps", INTEGER, "100", 0, 1e8, NULL, "steps",
     "steps over which the learning rate grows from 0", OFFSET(training.warmup_steps)},
    {"training.final_rate", REAL, "0.05", 0, 1, NULL, "",
     "the learning rate falls along a cosine to this fraction; 1 keeps it constant",
     OFFSET(training.final_rate)},
    {"training.clip_norm", REAL, "10", 0, 1e9, NULL, "", "largest norm of the gradient; 0 does not clip",
     OFFSET(training.clip_norm)},
    {"training.first_horizon", INTEGER, "10", 0, 1000, NULL, "frames",
     "target frames of the first steps; 0 starts with all", OFFSET(training.first_horizon)},
    {"training.horizon_steps", INTEGER, "1000", 0, 1e8, NULL, "steps",
     "steps over which the horizon grows to all target frames", OFFSET(training.horizon_steps)},
    {"training.checkpoint_every", INTEGER, "500", 1, 1e8, NULL, "steps",
     "steps from one checkpoint to the next", OFFSET(training.checkpoint_every)},
    {"training.log_every", INTEGER, "10", 1, 1e8, NULL, "steps",
     "steps from one line of metrics.jsonl to the next", OFFSET(training.log_every)},

    {"evaluation.windows", INTEGER, "64", 1, 1e6, NULL, "windows", "test windows to predict",
     OFFSET(evaluation.windows)},
    {"evaluation.extrapolation_frames", INTEGER, "30", 0, 1e5, NULL, "frames",
     "frames to predict beyond the training window", OFFSET(evaluation.extrapolation_frames)},
};
const size_t settings_schema_count = sizeof settings_schema / sizeof *settings_schema;

static const char *const smoke_assignments[] = {
    "dataset.train=24",
    "dataset.test=8",
    "dataset.frames=64",
    "model.channels=16",
    "model.latent=8",
    "model.hidden=48",
    "model.hidden_layers=2",
    "model.target_frames=20",
    "model.decoded_frames=6",
    "training.steps=200",
    "training.batch=8",
    "training.warmup_steps=20",
    "training.horizon_steps=100",
    "training.checkpoint_every=100",
    "evaluation.windows=8",
    "evaluation.extrapolation_frames=10",
    NULL,
};

static const char *const quick_assignments[] = {NULL};

static const char *const paper_assignments[] = {
    "dataset.train=50000",
    "dataset.test=20000",
    "dataset.protocol=published",
    "model.channels=64",
    "model.latent=32",
    "model.hidden=250",
    "model.hidden_layers=4",
    "model.target_frames=60",
    "model.decoded_frames=0",
    "training.steps=500000",
    "training.batch=128",
    "training.shards=16",
    "training.learning_rate=1.5e-4",
    "training.warmup_steps=0",
    "training.final_rate=1",
    "training.clip_norm=0",
    "training.first_horizon=0",
    "training.horizon_steps=0",
    "training.checkpoint_every=1000",
    "training.log_every=100",
    "evaluation.windows=20000",
    "evaluation.extrapolation_frames=60",
    NULL,
};

const struct profile settings_profiles[] = {
    {"smoke", "seconds: shows that everything works, not that anything is learned", smoke_assignments},
    {"quick", "minutes on a small machine: the default values", quick_assignments},
    {"paper", "the sizes of the HGN++ paper: days of a large machine", paper_assignments},
};
const size_t settings_profiles_count = sizeof settings_profiles / sizeof *settings_profiles;

enum status setting_find(const struct setting **out, const char *key) {
    return setting_find_among(out, settings_schema, settings_schema_count, key);
}

enum status setting_find_among(const struct setting **out, const struct setting *rows, size_t count,
                               const char *key) {
    const char *keys[NAMES_MAX + 1] = {NULL};
    assert(count <= NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        keys[i] = rows[i].key;
        if (strcmp(key, keys[i]) == 0) {
            *out = &rows[i];
            return STATUS_OK;
        }
    }
    return status_unknown(STATUS_DATA, "setting", key, keys);
}

const char *setting_type_name(const struct setting *setting) {
    switch (setting->type) {
    case SETTING_INTEGER:
    case SETTING_SEED:
        return "integer";
    case SETTING_REAL:
        return "number";
    case SETTING_NAME:
        break;
    }
    return "name";
}

void setting_format_range(struct text *out, const struct setting *setting) {
    if (setting->type == SETTING_NAME) {
        const char *names[NAMES_MAX];
        size_t count = setting->list_names(names, NAMES_MAX);
        for (size_t i = 0; i < count; i++) {
            text_add(out, "%s%s", i == 0 ? "" : ", ", names[i]);
        }
        return;
    }
    if (setting->type == SETTING_REAL) {
        text_add(out, "%g to %g", setting->minimum, setting->maximum);
    } else {
        text_add(out, "%.0f to %.0f", setting->minimum, setting->maximum);
    }
}

static enum status fail_range(const struct setting *setting, const char *value) {
    struct text range = {0};
    setting_format_range(&range, setting);
    enum status status =
        status_fail(STATUS_DATA, "%s: %s is out of range, allowed is %s", setting->key, value, range.data);
    text_free(&range);
    return status;
}

static bool names_no_number(const char *value) {
    static const char *const names[] = {"nan", ".nan", "inf", "-inf", ".inf", "-.inf", "+.inf", "infinity"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(value, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum status parse_number(double *out, const struct setting *setting, const char *value) {
    if (names_no_number(value)) {
        return status_fail(STATUS_DATA, "%s: %s is not a finite number", setting->key, value);
    }
    int64_t integer;
    if (setting->type == SETTING_REAL) {
        if (!text_parse_double(value, out)) {
            return status_fail(STATUS_DATA, "%s: '%s' is not a number", setting->key, value);
        }
    } else if (text_parse_integer(value, &integer)) {
        *out = (double)integer;
    } else {
        return status_fail(STATUS_DATA, "%s: '%s' is not an integer", setting->key, value);
    }
    if (*out < setting->minimum || *out > setting->maximum) {
        return fail_range(setting, value);
    }
    return STATUS_OK;
}

static enum status assign_name(char *out, const struct setting *setting, const char *value) {
    const char *names[NAMES_MAX + 1] = {NULL};
    size_t count = setting->list_names(names, NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], value) == 0) {
            (void)snprintf(out, NAME_SIZE, "%s", value);
            return STATUS_OK;
        }
    }
    (void)status_unknown(STATUS_DATA, strrchr(setting->key, '.') + 1, value, names);
    return status_prefix(STATUS_DATA, "%s", setting->key);
}

enum status setting_assign(void *settings, const struct setting *setting, const char *value) {
    void *member = (char *)settings + setting->offset;
    if (setting->type == SETTING_NAME) {
        return assign_name(member, setting, value);
    }
    double number;
    enum status status = parse_number(&number, setting, value);
    if (status != STATUS_OK) {
        return status;
    }
    if (setting->type == SETTING_INTEGER) {
        *(int *)member = (int)number;
    } else if (setting->type == SETTING_SEED) {
        *(int64_t *)member = (int64_t)number;
    } else {
        *(double *)member = number;
    }
    return STATUS_OK;
}

void setting_format(struct text *out, const void *settings, const struct setting *setting) {
    const void *member = (const char *)settings + setting->offset;
    switch (setting->type) {
    case SETTING_INTEGER:
        text_add(out, "%d", *(const int *)member);
        break;
    case SETTING_SEED:
        text_add(out, "%lld", (long long)*(const int64_t *)member);
        break;
    case SETTING_REAL:
        text_add_number(out, *(const double *)member);
        break;
    case SETTING_NAME:
        text_add(out, "%s", (const char *)member);
        break;
    }
}

void settings_default(struct settings *out) {
    *out = (struct settings){0};
    for (size_t i = 0; i < settings_schema_count; i++) {
        enum status status = setting_assign(out, &settings_schema[i], settings_schema[i].initial);
        assert(status == STATUS_OK);
        (void)status;
    }
}

enum status settings_apply_profile(struct settings *settings, const char *name) {
    const char *names[NAMES_MAX + 1] = {NULL};
    for (size_t i = 0; i < settings_profiles_count; i++) {
        names[i] = settings_profiles[i].name;
        if (strcmp(names[i], name) != 0) {
            continue;
        }
        for (const char *const *row = settings_profiles[i].assignments; *row != NULL; row++) {
            enum status status = settings_apply(settings, *row);
            assert(status == STATUS_OK);
            (void)status;
        }
        return STATUS_OK;
    }
    return status_unknown(STATUS_DATA, "profile", name, names);
}

enum status settings_apply(struct settings *settings, const char *assignment) {
    const char *equals = strchr(assignment, '=');
    if (equals == NULL) {
        return status_fail(STATUS_USAGE, "'%s': expected key=value", assignment);
    }
    char key[64];
    (void)snprintf(key, sizeof key, "%.*s", (int)(equals - assignment), assignment);
    const struct setting *setting = NULL;
    enum status status = setting_find(&setting, key);
    if (status == STATUS_OK) {
        status = setting_assign(settings, setting, equals + 1);
    }
    return status == STATUS_OK ? STATUS_OK : STATUS_USAGE;
}

void settings_add_yaml(struct text *out, const struct settings *settings) {
    const char *group = "";
    size_t group_length = 0;
    for (size_t i = 0; i < settings_schema_count; i++) {
        const struct setting *setting = &settings_schema[i];
        const char *name = strchr(setting->key, '.') + 1;
        size_t length = (size_t)(name - setting->key);
        if (length != group_length || strncmp(group, setting->key, length) != 0) {
            group = setting->key;
            group_length = length;
            text_add(out, "%.*s:\n", (int)length - 1, group);
        }
        text_add(out, "  %s: ", name);
        setting_format(out, settings, setting);
        text_add(out, "\n");
    }
}

static bool in_group(const struct setting *setting, const char *group) {
    size_t length = strlen(group);
    return strncmp(setting->key, group, length) == 0 && setting->key[length] == '.';
}

const struct setting *settings_difference(const struct settings *a, const struct settings *b,
                                          const char *skip_group) {
    const struct setting *found = NULL;
    struct text left = {0};
    struct text right = {0};
    for (size_t i = 0; i < settings_schema_count && found == NULL; i++) {
        const struct setting *setting = &settings_schema[i];
        if (skip_group != NULL && in_group(setting, skip_group)) {
            continue;
        }
        text_clear(&left);
        text_clear(&right);
        setting_format(&left, a, setting);
        setting_format(&right, b, setting);
        if (strcmp(left.data, right.data) != 0) {
            found = setting;
        }
    }
    text_free(&left);
    text_free(&right);
    return found;
}
