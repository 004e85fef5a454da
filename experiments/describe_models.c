/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/describe_models.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/task.h"
#include "experiments/model_cost.h"
#include "experiments/settings.h"
#include "integrators/integrator.h"
#include "models/model_registry.h"
#include "models/state_motion.h"
#include "models/window_plan.h"

char *describe_models_page_name(const struct model_kind *kind) {
    struct text name = {0};
    for (const char *c = kind->name; *c != '\0'; c++) {
        if (*c == '+') {
            text_add(&name, "_plus");
        } else {
            text_add(&name, "%c", isalnum((unsigned char)*c) ? *c : '_');
        }
    }
    return name.data;
}

/* ---- words and numbers ---- */

/* "882,561" */
static void add_grouped(struct text *out, size_t number) {
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", number);
    for (int i = 0; i < length; i++) {
        text_add(out, "%s%c", i > 0 && (length - i) % 3 == 0 ? "," : "", digits[i]);
    }
}

/* "18.0 G"; "-" for nan. */
static void add_rounded(struct text *out, double number) {
    static const char *const units[] = {"", " k", " M", " G", " T", " P"};
    int unit = 0;
    if (!isfinite(number)) {
        text_add(out, "-");
        return;
    }
    while (number >= 999.5 && unit < 5) {
        number /= 1000;
        unit++;
    }
    text_add(out, "%.*f%s", number < 9.995 ? 2 : number < 99.95 ? 1 : 0, number, units[unit]);
}

/* "(5, 64)"; "()" for a single number. */
static char *format_shape(const struct parameter *parameter) {
    struct text out = {0};
    text_add(&out, "(");
    for (int i = 0; i < parameter->rank; i++) {
        text_add(&out, "%s%d", i == 0 ? "" : ", ", parameter->shape[i]);
    }
    text_add(&out, ")");
    return out.data;
}

static struct settings settings_of(const struct model_kind *kind, const char *profile) {
    struct settings settings;
    settings_create(&settings, kind);
    settings_apply_profile(&settings, profile);
    return settings;
}

static size_t parameter_count(const struct model_kind *kind, const char *profile) {
    struct settings settings = settings_of(kind, profile);
    struct model *model = model_declare(kind, settings_model(&settings));
    size_t count = model->parameters->size;
    model_free(model);
    settings_clear(&settings);
    return count;
}

/* ---- abilities ---- */

static bool follows_time(const struct model_kind *kind, const void *settings) {
    return kind->latent != NULL && kind->latent->clock(settings).integrator != NULL;
}

static const char *task_of(const struct model_kind *kind) {
    const struct task *task = task_find(kind);
    return task != NULL           ? task->name
           : kind->video != NULL  ? "video"
           : kind->states != NULL ? "states"
                                  : "density";
}

static bool goes_back(const struct model_kind *kind) {
    return kind->video != NULL ? kind->video->reversible : kind->states != NULL;
}

static bool has_energy(const struct model_kind *kind) {
    return (kind->latent != NULL && kind->latent->has_energy) ||
           (kind->states != NULL && kind->states->energy != NULL);
}

static bool has_samples(const struct model_kind *kind) {
    return (kind->latent != NULL && kind->latent->sample != NULL) || kind->density != NULL;
}

void describe_models_abilities(struct text *out, const struct model_kind *kind) {
    text_add(out, "%s%s%s%s%s", task_of(kind), goes_back(kind) ? ", back in time" : "",
             has_energy(kind) ? ", learned energy" : "", has_samples(kind) ? ", samples" : "",
             kind->loss == NULL && kind->fit == NULL ? ", not trained" : "");
}

void describe_models_integrators(struct text *out, const struct model_kind *kind) {
    struct settings settings = settings_of(kind, SETTINGS_PROFILE);
    if (kind->states != NULL) {
        text_add(out, STATE_MOTION_METHOD " unless said otherwise; also those that follow any field");
    } else if (!follows_time(kind, settings_model(&settings))) {
        text_add(out, "none");
    } else {
        const struct integrator *own = kind->latent->clock(settings_model(&settings)).integrator;
        text_add(out, "%s unless said otherwise", own->name);
        const char *separator = "; also ";
        for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
            if (*entry != own && kind->latent->check_integrator != NULL &&
                kind->latent->check_integrator(kind, settings_model(&settings), *entry) == STATUS_OK) {
                text_add(out, "%s%s", separator, (*entry)->name);
                separator = ", ";
            }
        }
    }
    settings_clear(&settings);
}

void describe_models_parameters(struct text *out, const struct model_kind *kind) {
    const char *separator = "";
    if (parameter_count(kind, SETTINGS_PROFILE) == 0) {
        text_add(out, "none");
        return;
    }
    for (size_t i = 0; i < settings_profile_count; i++) {
        const char *name = settings_profiles[i].name;
        if (strcmp(name, SETTINGS_PROFILE) == 0 || *schema_profile(kind->settings->profiles, name) != NULL) {
            text_add(out, "%s%s ", separator, name);
            add_grouped(out, parameter_count(kind, name));
            separator = ", ";
        }
    }
}

/* ---- the index ---- */

void describe_models_index(struct text *out) {
    text_add(out, "| model | what it is | task and abilities | parameters, quick | paper |\n"
                  "| --- | --- | --- | ---: | ---: |\n");
    for (const struct model_kind *const *entry = model_kinds; *entry != NULL; entry++) {
        char *page = describe_models_page_name(*entry);
        text_add(out, "| [%s](models/%s.md) | %s | ", (*entry)->name, page, (*entry)->summary);
        describe_models_abilities(out, *entry);
        text_add(out, " | ");
        add_grouped(out, parameter_count(*entry, SETTINGS_PROFILE));
        text_add(out, " | ");
        add_grouped(out, parameter_count(*entry, "paper"));
        text_add(out, " |\n");
        free(page);
    }
}

/* ---- a page ---- */

static const char *yes_or_no(bool yes) {
    return yes ? "yes" : "no";
}

static void add_window(struct text *out, const struct model_kind *kind, const void *settings) {
    struct window_plan plan = window_plan_of(kind, settings);
    if (kind->video == NULL) {
        text_add(out, "| training example (paper) | %d state%s of a trajectory |\n", plan.length,
                 plan.length == 1 ? "" : "s");
        return;
    }
    text_add(out, "| training example (paper) | %d frames; sees %d, predicts frames %d to %d", plan.length,
             plan.inference, plan.state + plan.first, plan.state + plan.last);
    if (kind->latent != NULL) {
        text_add(out, "; the state belongs to frame %d", plan.state);
    }
    text_add(out, "%s |\n", plan.both_ways ? "; half of them from the end, back in time" : "");
}

static void add_abilities(struct text *out, const struct model_kind *kind) {
    struct settings settings = settings_of(kind, "paper");
    text_add(out, "## What it can do\n\n| | |\n| --- | --- |\n| task | %s |\n", task_of(kind));
    text_add(out, "| back in time | %s |\n", yes_or_no(goes_back(kind)));
    if (kind->latent != NULL) {
        text_add(out, "| latent state (paper) | %d numbers |\n",
                 kind->latent->width(settings_model(&settings)));
    }
    text_add(out, "| learned energy | %s |\n", yes_or_no(has_energy(kind)));
    text_add(out, "| samples of its prior | %s |\n", yes_or_no(has_samples(kind)));
    text_add(out, "| integrators | ");
    describe_models_integrators(out, kind);
    text_add(out, " |\n");
    if (kind->loss != NULL) {
        add_window(out, kind, settings_model(&settings));
    }
    text_add(out, "| trained | %s |\n",
             kind->loss != NULL  ? "by gradients"
             : kind->fit != NULL ? "in one pass over the training images"
                                 : "no");
    settings_clear(&settings);
}

/* Values of other groups that a profile has for this kind, or "". */
static void add_other_values(struct text *out, const struct model_kind *kind) {
    const char *separator = "\nProfiles of this kind also set ";
    for (size_t i = 0; i < settings_profile_count; i++) {
        const char *const *row = schema_profile(kind->settings->profiles, settings_profiles[i].name);
        for (; *row != NULL; row++) {
            if (strncmp(*row, "model.", 6) != 0) {
                text_add(out, "%s`%s` (%s)", separator, *row, settings_profiles[i].name);
                separator = ", ";
            }
        }
    }
    text_add(out, "%s", *separator == ',' ? ".\n" : "");
}

static void add_setting(struct text *out, const struct model_kind *kind, const struct field *field) {
    text_add(out, "| `model.%s` | %s | %s |", field->name, field->help, field->unit);
    for (size_t i = 0; i < settings_profile_count; i++) {
        struct settings settings = settings_of(kind, settings_profiles[i].name);
        text_add(out, " ");
        field_format(out, settings_model(&settings), field);
        text_add(out, " |");
        settings_clear(&settings);
    }
    text_add(out, "\n");
}

static void add_settings(struct text *out, const struct model_kind *kind) {
    if (kind->settings->count == 0) {
        return;
    }
    text_add(out, "\n## Settings\n\n| setting | meaning | unit |");
    for (size_t i = 0; i < settings_profile_count; i++) {
        text_add(out, " %s |", settings_profiles[i].name);
    }
    text_add(out, "\n| --- | --- | --- |");
    for (size_t i = 0; i < settings_profile_count; i++) {
        text_add(out, " --- |");
    }
    text_add(out, "\n");
    for (size_t i = 0; i < kind->settings->count; i++) {
        add_setting(out, kind, &kind->settings->fields[i]);
    }
    add_other_values(out, kind);
}

/* A column of the table of sizes. */
struct size_column {
    const char *profile;
    size_t parameters;
    int batch;   /* 0: takes no steps */
    double cost; /* of a sequence */
};

static struct size_column measure_size(const struct model_kind *kind, const char *profile) {
    struct settings settings = settings_of(kind, profile);
    const struct training_settings *training = settings_training(&settings);
    bool wanted = strcmp(profile, SETTINGS_PROFILE) == 0 || strcmp(profile, "paper") == 0;
    struct size_column column = {
        .profile = profile,
        .parameters = parameter_count(kind, profile),
        .batch = training == NULL ? 0 : training->batch,
        .cost = wanted ? model_cost_of_sequence(kind, settings_model(&settings)) : NAN,
    };
    settings_clear(&settings);
    return column;
}

static void add_size_row(struct text *out, const char *label, const struct size_column *columns,
                         void (*add)(struct text *out, const struct size_column *column)) {
    text_add(out, "| %s |", label);
    for (size_t i = 0; i < settings_profile_count; i++) {
        text_add(out, " ");
        add(out, &columns[i]);
        text_add(out, " |");
    }
    text_add(out, "\n");
}

static void add_parameters(struct text *out, const struct size_column *column) {
    add_grouped(out, column->parameters);
}

static void add_batch(struct text *out, const struct size_column *column) {
    text_add(out, "%d", column->batch);
}

static void add_cost(struct text *out, const struct size_column *column) {
    add_rounded(out, column->cost);
}

static void add_step_cost(struct text *out, const struct size_column *column) {
    add_rounded(out, column->cost * column->batch);
}

static void add_sizes(struct text *out, const struct model_kind *kind) {
    struct size_column columns[8];
    text_add(out, "\n## Size\n\n| |");
    for (size_t i = 0; i < settings_profile_count; i++) {
        columns[i] = measure_size(kind, settings_profiles[i].name);
        text_add(out, " %s |", columns[i].profile);
    }
    text_add(out, "\n| --- |");
    for (size_t i = 0; i < settings_profile_count; i++) {
        text_add(out, " ---: |");
    }
    text_add(out, "\n");
    add_size_row(out, "parameters", columns, add_parameters);
    if (kind->loss != NULL) {
        add_size_row(out, "batch", columns, add_batch);
        add_size_row(out, "multiply-accumulates of a step, of one sequence", columns, add_cost);
        add_size_row(out, "of the batch", columns, add_step_cost);
        text_add(out, "\nForward and backward together, convolutions counted as direct ones, counted on the "
                      "step itself; - where nobody counted, or where it depends on the data.\n");
    }
}

static const char *describe_start(enum parameter_start start) {
    static const char *const words[] = {
        [PARAMETER_ZERO] = "0",
        [PARAMETER_ONE] = "1",
        [PARAMETER_WEIGHT] = "normal",
        [PARAMETER_WEIGHT_EXACT] = "normal, compensated",
    };
    return (size_t)start < sizeof words / sizeof *words && words[start] != NULL ? words[start] : "its own";
}

static void add_parameter_table(struct text *out, const struct model_kind *kind) {
    struct settings settings = settings_of(kind, "paper");
    struct model *model = model_declare(kind, settings_model(&settings));
    if (model->parameters->count > 0) {
        text_add(out, "\n## Parameters\n\nOf the paper profile; \"normal\" is the [truncated normal "
                      "distribution](../models.md#shared-parts) by the fan-in.\n\n"
                      "| name | shape | numbers | begins as |\n| --- | --- | ---: | --- |\n");
    }
    for (int i = 0; i < model->parameters->count; i++) {
        const struct parameter *parameter = &model->parameters->list[i];
        char *shape = format_shape(parameter);
        text_add(out, "| `%s` | %s | ", parameter->name, shape);
        add_grouped(out, parameter->size);
        text_add(out, " | %s |\n", describe_start(parameter->start));
        free(shape);
    }
    model_free(model);
    settings_clear(&settings);
}

void describe_models_page(struct text *out, const struct model_kind *kind) {
    text_add(
        out,
        "# %s\n\n%s. Source: %s.\n\nParts that models share are described in [models.md](../models.md).\n\n",
        kind->name, kind->summary, kind->reference);
    add_abilities(out, kind);
    text_add(out, "\n## What is computed\n\n%s\n", kind->equations);
    if (kind->released != NULL) {
        text_add(out, "\n## The published code, and what differs here\n\n%s\n", kind->released);
    }
    add_settings(out, kind);
    add_sizes(out, kind);
    add_parameter_table(out, kind);
}
