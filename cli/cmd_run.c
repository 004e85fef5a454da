/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "cli/commands.h"
#include "experiments/experiment.h"
#include "support/file.h"

static const struct option out_option = {"out", "FOLDER",
                                         "results go to FOLDER/NAME OF FILE (default: runs)"};
static const struct option one_seed_option = {"seed", "N", "run this seed instead of those of the file"};

static enum status read_experiment(struct experiment **out, const struct arguments *arguments) {
    char *path = commands_locate_experiment(arguments->positional[0]);
    const char *assignments[ARGUMENTS_MAX];
    size_t count = arguments_values(arguments, &set_option, assignments);
    enum status status = experiment_read(out, path, assignments, count);
    free(path);
    return status;
}

static enum status choose_seed(struct experiment *experiment, const struct arguments *arguments) {
    int64_t seed = (int64_t)experiment->seeds[0];
    enum status status = arguments_integer(arguments, &one_seed_option, 0, FIELD_SEED_MAX, &seed);
    if (status == STATUS_OK && arguments_has(arguments, &one_seed_option)) {
        experiment->seeds[0] = (uint64_t)seed;
        experiment->seed_count = 1;
    }
    return status;
}

static enum status run(const struct arguments *arguments) {
    struct experiment *experiment = NULL;
    enum status status = read_experiment(&experiment, arguments);
    if (status != STATUS_OK) {
        return status;
    }
    status = choose_seed(experiment, arguments);
    if (status == STATUS_OK) {
        const char *out = arguments_value(arguments, &out_option);
        const char *data = arguments_value(arguments, &data_option);
        char *folder = file_join(out == NULL ? "runs" : out, experiment->name);
        struct run_request request = {
            .experiment = experiment,
            .folder = folder,
            .data_folder = data == NULL ? "data" : data,
        };
        status = commands_run_experiment(arguments, &request);
        free(folder);
    }
    experiment_free(experiment);
    return status;
}

static const struct option *const options[] = {
    &out_option,         &data_option,  &set_option, &one_seed_option, &threads_option, &timings_option,
    &rerun_stale_option, &quiet_option, NULL,
};

const struct command run_command = {
    .name = "run",
    .usage = "FILE",
    .summary = "run an experiment: data, training, evaluation, table",
    .description = "Runs the experiment in the YAML file FILE, or the installed experiment of that name:\n"
                   "makes the data that is missing, trains and evaluates what is not finished, and\n"
                   "prints the table and where the plots are. A run that was stopped goes on where it\n"
                   "was; a finished one only prints its table.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
