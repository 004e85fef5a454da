/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "experiments/data_file.h"
#include "experiments/experiment.h"
#include "portraits/portrait.h"
#include "simulators/shift.h"
#include "support/document.h"
#include "support/file.h"
#include "support/memory.h"

static const struct option folder_option = {"out", "FOLDER", "where the pictures go (default: show/NAME)"};
static const struct option split_option = {"split", "NAME",
                                           "train, test or validation (default: train, if there is any)"};
static const struct option drawn_seed_option = {
    "seed", "N", "of an environment: seed of the trajectories that are made (default: 0)"};
static const struct option shown_shift_option = {
    "shift", "WORD", "of an environment: energy, parameters or dt, beyond what training sets hold"};
static const struct option trajectory_option = {"trajectory", "N",
                                                "the trajectory to animate, from 0 (default: 0)"};

/* A file when it looks like one; otherwise the name of an environment. */
static bool names_file(const char *word) {
    return strpbrk(word, "/.") != NULL || (file_exists(word) && simulator_find(word) == NULL);
}

/* What trajectories are made of an environment. */
struct drawn {
    int64_t seed;
    const char *shift;
};

/* Makes a few trajectories of the environment, in FOLDER/trajectories.h5; the images are drawn from them. */
static enum status make_trajectories(struct dataset **out, const char *word, const char *folder,
                                     const struct drawn *drawn, const struct effort *effort) {
    const struct simulator *environment = NULL;
    struct dataset_settings settings;
    schema_defaults(&dataset_settings_schema, &settings);
    settings.seed = drawn->seed;
    (void)snprintf(settings.shift, sizeof settings.shift, "%s", drawn->shift);
    if (experiment_find_environment(&environment, word) != STATUS_OK) {
        return STATUS_USAGE;
    }
    data_file_resolve(&settings, environment);
    settings.train = PORTRAIT_ORBITS;
    settings.test = PORTRAIT_ORBITS;
    settings.validation = 0;
    (void)snprintf(settings.images, sizeof settings.images, "%s", DATASET_IMAGES_NONE);
    char *path = file_join(folder, "trajectories.h5");
    enum status status = data_file_make(path, environment, &settings, effort);
    if (status == STATUS_OK) {
        status = dataset_open(out, path);
    }
    free(path);
    return status;
}

static enum status find_split(enum dataset_split *out, const char *name) {
    for (int split = 0; split < DATASET_SPLITS; split++) {
        if (strcmp(name, dataset_split_names[split]) == 0) {
            *out = (enum dataset_split)split;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_USAGE, "--split: '%s', expected 'train', 'test' or 'validation'", name);
}

/* Which trajectory is asked for. */
static enum status choose(struct portrait *portrait, const struct arguments *arguments) {
    const char *split = arguments_value(arguments, &split_option);
    const struct dataset_info *info = dataset_info(portrait->dataset);
    int64_t trajectory = 0;
    portrait->split = info->trajectories[DATASET_TRAIN] > 0 ? DATASET_TRAIN : DATASET_TEST;
    if (split != NULL && find_split(&portrait->split, split) != STATUS_OK) {
        return STATUS_USAGE;
    }
    int count = info->trajectories[portrait->split];
    if (count == 0) {
        return status_fail(STATUS_DATA, "there are no %s trajectories", dataset_split_names[portrait->split]);
    }
    enum status status = arguments_integer(arguments, &trajectory_option, 0, count - 1, &trajectory);
    portrait->trajectory = (int)trajectory;
    return status;
}

static enum status show_dataset(const struct dataset *dataset, const char *folder,
                                const struct arguments *arguments) {
    struct portrait portrait = {.dataset = dataset, .folder = folder};
    struct figure_report report = {0};
    enum status status = choose(&portrait, arguments);
    if (status == STATUS_OK) {
        status = file_make_directory(folder);
    }
    if (status == STATUS_OK) {
        status = portrait_write(&portrait, &report);
    }
    commands_print_pictures(&report, folder);
    figure_report_free(&report);
    return status;
}

static enum status read_drawn(struct drawn *out, const struct arguments *arguments) {
    const char *shift = arguments_value(arguments, &shown_shift_option);
    bool file = names_file(arguments->positional[0]);
    *out = (struct drawn){.shift = shift == NULL ? DATASET_SHIFT_NONE : shift};
    if (file && arguments_has(arguments, &drawn_seed_option)) {
        return status_fail(STATUS_USAGE, "--seed: nothing is drawn of a file; say which --trajectory");
    }
    if (file && shift != NULL) {
        return status_fail(STATUS_USAGE, "--shift: a file is shown as it is");
    }
    if (simulator_shift_find(out->shift) == SIMULATOR_SHIFTS) {
        return status_fail(STATUS_USAGE, "--shift: '%s', expected 'energy', 'parameters' or 'dt'", shift);
    }
    return arguments_integer(arguments, &drawn_seed_option, 0, FIELD_SEED_MAX, &out->seed);
}

static enum status show(const struct arguments *arguments) {
    const char *word = arguments->positional[0], *out = arguments_value(arguments, &folder_option);
    struct effort effort;
    struct drawn drawn;
    enum status status = commands_effort(arguments, &effort);
    if (status == STATUS_OK) {
        status = read_drawn(&drawn, arguments);
    }
    if (status != STATUS_OK) {
        return status;
    }
    char *name = document_name_of_file(word);
    char *folder = out != NULL ? memory_copy_string(out) : file_join("show", name);
    struct dataset *dataset = NULL;
    status = names_file(word) ? dataset_open(&dataset, word)
                              : make_trajectories(&dataset, word, folder, &drawn, &effort);
    if (status == STATUS_OK) {
        status = show_dataset(dataset, folder, arguments);
        dataset_close(dataset);
    }
    free(folder);
    free(name);
    return status;
}

static const struct option *const options[] = {
    &folder_option,      &split_option,   &trajectory_option, &drawn_seed_option,
    &shown_shift_option, &threads_option, &quiet_option,      NULL,
};

const struct command show_command = {
    .name = "show",
    .usage = "FILE|ENVIRONMENT",
    .summary = "draw pictures of a dataset or an environment",
    .description =
        "Draws what is in the dataset FILE, or in a few trajectories of ENVIRONMENT that are made\n"
        "for it: a film strip, an animation, a phase portrait and the conserved quantities. Prints\n"
        "the names of the pictures.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = show,
};
