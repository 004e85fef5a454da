/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "cli/commands.h"
#include "experiments/experiment.h"
#include "experiments/selection.h"
#include "support/file.h"

static const struct option out_option = {"out", "FOLDER",
                                         "results go to FOLDER/NAME OF FILE (default: runs)"};
static const struct option one_seed_option = {"seed", "N", "run this seed instead of those of the file"};

static const struct option profile_option = {"profile", "NAME", "size to run it at, instead of the file's"};
static const struct option only_option = {"only", "PATTERN",
                                          "run these environments or models; may be given several times"};
static const struct option skip_option = {"skip", "PATTERN", "leave these out; may be given several times"};
static const struct option records_option = {"records", "FOLDER",
                                             "take finished cells from there, and leave records of others"};

/* --profile as an assignment of the file's key, to be freed; NULL without it. STATUS_USAGE. */
static enum status read_profile(char **out, const struct arguments *arguments) {
    const char *profile = arguments_value(arguments, &profile_option);
    *out = NULL;
    if (profile == NULL) {
        return STATUS_OK;
    }
    if (settings_check_profile(profile) != STATUS_OK) {
        return STATUS_USAGE;
    }
    *out = text_format("profile=%s", profile);
    return STATUS_OK;
}

static enum status read_experiment(struct experiment **out, const struct arguments *arguments) {
    const char *assignments[ARGUMENTS_MAX + 1];
    char *profile;
    enum status status = read_profile(&profile, arguments);
    if (status != STATUS_OK) {
        return status;
    }
    char *path = commands_locate_experiment(arguments->positional[0]);
    size_t count = arguments_values(arguments, &set_option, assignments);
    if (profile != NULL) {
        assignments[count++] = profile;
    }
    status = experiment_read(out, path, assignments, count);
    free(path);
    free(profile);
    return status;
}

static enum status select_cells(bool **out, const struct arguments *arguments,
                                const struct experiment *experiment) {
    const char *only[ARGUMENTS_MAX], *skip[ARGUMENTS_MAX];
    struct selection selection = {.only = only, .skip = skip};
    selection.only_count = arguments_values(arguments, &only_option, only);
    selection.skip_count = arguments_values(arguments, &skip_option, skip);
    return selection_make(out, &selection, experiment);
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

static enum status run_part(const struct arguments *arguments, struct experiment *experiment) {
    const char *out = arguments_value(arguments, &out_option);
    const char *data = arguments_value(arguments, &data_option);
    bool *chosen = NULL;
    enum status status = choose_seed(experiment, arguments);
    if (status == STATUS_OK) {
        status = select_cells(&chosen, arguments, experiment);
    }
    if (status != STATUS_OK) {
        return status;
    }
    char *folder = file_join(out == NULL ? "runs" : out, experiment->name);
    struct run_request request = {
        .experiment = experiment,
        .folder = folder,
        .data_folder = data == NULL ? "data" : data,
        .chosen = chosen,
        .records = arguments_value(arguments, &records_option),
    };
    status = commands_run_experiment(arguments, &request);
    free(folder);
    free(chosen);
    return status;
}

static enum status run(const struct arguments *arguments) {
    struct experiment *experiment = NULL;
    enum status status = read_experiment(&experiment, arguments);
    if (status == STATUS_OK) {
        status = run_part(arguments, experiment);
        experiment_free(experiment);
    }
    return status;
}

static const struct option *const options[] = {
    &out_option,  &data_option,    &profile_option, &set_option,     &one_seed_option,    &only_option,
    &skip_option, &records_option, &threads_option, &timings_option, &rerun_stale_option, &quiet_option,
    NULL,
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
