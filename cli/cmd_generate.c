/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "cli/commands.h"
#include "datasets/generate.h"
#include "experiments/data_file.h"
#include "experiments/experiment.h"
#include "support/memory.h"

static const struct option train_option = {"train", "N", "training trajectories (default: 500)"};
static const struct option test_option = {"test", "N", "test trajectories (default: 200)"};
static const struct option frames_option = {"frames", "N", "frames of a trajectory (default: 256)"};
static const struct option dt_option = {"dt", "X", "time from one frame to the next (default: 0.05)"};
static const struct option file_option = {"out", "FILE", "file to make (default: named in the folder data)"};

/* Which setting an option sets: ranges and checks are those of the schema. */
static const struct {
    const struct option *option;
    const char *key;
} dataset_options[] = {
    {&train_option, "dataset.train"}, {&test_option, "dataset.test"}, {&frames_option, "dataset.frames"},
    {&dt_option, "dataset.dt"},       {&seed_option, "dataset.seed"},
};

static enum status read_settings(struct settings *out, const struct arguments *arguments) {
    settings_default(out);
    for (size_t i = 0; i < sizeof dataset_options / sizeof *dataset_options; i++) {
        const char *value = arguments_value(arguments, dataset_options[i].option);
        const struct setting *setting = NULL;
        if (value != NULL && (setting_find(&setting, dataset_options[i].key) != STATUS_OK ||
                              setting_assign(out, setting, value) != STATUS_OK)) {
            return status_prefix(STATUS_USAGE, "--%s", dataset_options[i].option->name);
        }
    }
    return STATUS_OK;
}

static enum status generate(const struct arguments *arguments) {
    const struct simulator *environment = NULL;
    struct settings settings;
    int threads = 1;
    enum status status = commands_threads(arguments, &threads);
    if (status == STATUS_OK) {
        status = read_settings(&settings, arguments);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (experiment_find_environment(&environment, arguments->positional[0]) != STATUS_OK) {
        return STATUS_USAGE;
    }
    const char *out = arguments_value(arguments, &file_option);
    char *path =
        out != NULL ? memory_copy_string(out) : data_file_path("data", environment, &settings.dataset);
    bool quiet = arguments_has(arguments, &quiet_option);
    status = data_file_make(path, environment, &settings.dataset, threads, quiet);
    if (status == STATUS_OK) {
        (void)printf("%s\n", path);
    }
    free(path);
    return status;
}

static const struct option *const options[] = {
    &train_option, &test_option,    &frames_option, &dt_option, &seed_option,
    &file_option,  &threads_option, &quiet_option,  NULL,
};

const struct command generate_command = {
    .name = "generate",
    .usage = "ENVIRONMENT",
    .summary = "make a dataset",
    .description = "Simulates ENVIRONMENT and stores states and images of its trajectories in an HDF5\n"
                   "file, whose path is printed. A file of that name is replaced. The same options make\n"
                   "the same bytes, for any number of threads.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = generate,
};
