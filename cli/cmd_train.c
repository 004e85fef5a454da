/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"
#include "experiments/experiment.h"

static const struct option profile_option = {"profile", "NAME", "start from these settings"};
static const struct option data_file_option = {"data", "FILE",
                                               "dataset to train on (default: made in the folder data)"};
static const struct option run_folder_option = {"out", "FOLDER",
                                                "run folder (default: runs/train/ENVIRONMENT/MODEL/seed-N)"};

static enum status create_experiment(struct experiment **out, const struct arguments *arguments) {
    const struct simulator *environment = NULL;
    const struct model_kind *model = NULL;
    int64_t seed = 0;
    const char *assignments[ARGUMENTS_MAX];
    size_t count = arguments_values(arguments, &set_option, assignments);
    const char *profile = arguments_value(arguments, &profile_option);
    if (experiment_find_environment(&environment, arguments->positional[0]) != STATUS_OK ||
        experiment_find_model(&model, arguments->positional[1]) != STATUS_OK ||
        arguments_integer(arguments, &seed_option, 0, FIELD_SEED_MAX, &seed) != STATUS_OK ||
        (profile != NULL && settings_check_profile(profile) != STATUS_OK)) {
        return STATUS_USAGE;
    }
    return experiment_create(out, environment, model, (uint64_t)seed, profile,
                             arguments_value(arguments, &data_file_option), assignments, count);
}

static enum status train(const struct arguments *arguments) {
    struct experiment *experiment = NULL;
    enum status status = create_experiment(&experiment, arguments);
    if (status != STATUS_OK) {
        return status;
    }
    const char *out = arguments_value(arguments, &run_folder_option);
    struct run_request request = {
        .experiment = experiment,
        .folder = out == NULL ? "runs/train" : out,
        .flat = out != NULL,
        .data_folder = "data",
    };
    status = commands_run_experiment(arguments, &request);
    experiment_free(experiment);
    return status;
}

static const struct option *const options[] = {
    &profile_option, &set_option,     &data_file_option,   &run_folder_option, &seed_option,
    &threads_option, &timings_option, &rerun_stale_option, &quiet_option,      NULL,
};

const struct command train_command = {
    .name = "train",
    .usage = "ENVIRONMENT MODEL",
    .summary = "train and evaluate one model on one environment",
    .description = "Trains MODEL on ENVIRONMENT, evaluates it and prints its row of the table. A training\n"
                   "that was stopped goes on from its last checkpoint.\n",
    .options = options,
    .least = 2,
    .most = 2,
    .run = train,
};
