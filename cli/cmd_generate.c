/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "datasets/generate.h"
#include "experiments/data_file.h"
#include "experiments/experiment.h"
#include "simulators/shift.h"
#include "support/file.h"
#include "support/memory.h"

static const struct option train_option = {
    "train", "N", "training trajectories, 0 for none (default: as the environment has it)"};
static const struct option test_option = {
    "test", "N", "test trajectories, 0 for none (default: as the environment has it)"};
static const struct option validation_option = {
    "validation", "N",
    "validation trajectories, 0 for none (default: a quarter of the test ones, none without training)"};
static const struct option frames_option = {"frames", "N",
                                            "frames of a trajectory (default: as the environment has it)"};
static const struct option dt_option = {
    "dt", "X", "time from one frame to the next (default: as the environment has it)"};
static const struct option images_option = {
    "images", "WORD", "store, or none: whoever reads the file draws them (default: store)"};
static const struct option protocol_option = {
    "protocol", "WORD", "published or quick: stages of molecular dynamics (default: quick)"};
static const struct option shift_option = {
    "shift", "WORD",
    "energy, parameters or dt: outside of what training sets hold; no training trajectories"};
static const struct option all_option = {
    "all", NULL, "all environments; makes the files that are missing, damaged or stale"};
static const struct option file_option = {
    "out", "PATH", "file to make, with --all the folder (default: named in the folder data)"};

/* Which setting an option sets: ranges and checks are those of the schema. */
static const struct {
    const struct option *option;
    const char *name;
} dataset_options[] = {
    {&train_option, "train"},   {&test_option, "test"},         {&validation_option, "validation"},
    {&shift_option, "shift"},   {&frames_option, "frames"},     {&dt_option, "dt"},
    {&images_option, "images"}, {&protocol_option, "protocol"}, {&seed_option, "seed"},
};

static enum status read_settings(struct dataset_settings *out, const struct arguments *arguments) {
    schema_defaults(&dataset_settings_schema, out);
    for (size_t i = 0; i < sizeof dataset_options / sizeof *dataset_options; i++) {
        const char *value = arguments_value(arguments, dataset_options[i].option);
        const struct field *field = schema_find(&dataset_settings_schema, dataset_options[i].name);
        char *key = text_format("--%s", dataset_options[i].option->name);
        enum status status = value == NULL ? STATUS_OK : field_assign(out, field, key, value);
        if (status == STATUS_OK && value != NULL && *value == '-') { /* the schema's "not given" */
            status = status_fail(STATUS_DATA, "%s: %s is out of range, expected at least 0", key, value);
        }
        free(key);
        if (status != STATUS_OK) {
            return STATUS_USAGE;
        }
    }
    return STATUS_OK;
}

static enum status generate_file(const char *path, const struct simulator *environment,
                                 const struct dataset_settings *settings, const struct effort *effort) {
    enum status status = data_file_make(path, environment, settings, effort);
    if (status == STATUS_OK) {
        commands_print_line(path);
    }
    return status;
}

static enum status generate_one(const struct arguments *arguments, struct dataset_settings *settings,
                                const struct effort *effort) {
    const struct simulator *environment = NULL;
    if (experiment_find_environment(&environment, arguments->positional[0]) != STATUS_OK) {
        return STATUS_USAGE;
    }
    data_file_resolve(settings, environment);
    const char *out = arguments_value(arguments, &file_option);
    char *path = out != NULL ? memory_copy_string(out) : data_file_path("data", environment, settings);
    enum status status = generate_file(path, environment, settings, effort);
    free(path);
    return status;
}

/* Whether the file is there and can be used. One that cannot be read, or is stale, is said to be so: its name
 * says what it has to hold, so that it is made again. */
static bool is_there(const char *path, const struct simulator *environment,
                     const struct dataset_settings *settings, const struct effort *effort) {
    struct dataset *dataset = NULL;
    if (!file_exists(path)) {
        return false;
    }
    enum status status = data_file_open(&dataset, path, environment, settings);
    if (status == STATUS_OK) {
        status = data_file_check_current(dataset, path);
    }
    dataset_close(dataset);
    if (!effort->quiet) {
        (void)fprintf(stderr, status == STATUS_OK ? "%s is there already\n" : "%s: making it again\n",
                      status == STATUS_OK ? path : status_detail());
    }
    return status == STATUS_OK;
}

/* Whether there is such a set of the environment; without one the others are made all the same. */
static bool has_shift(const struct simulator *environment, const struct dataset_settings *settings,
                      const struct effort *effort) {
    const struct simulator *shifted;
    enum status status = simulator_shift_get(&shifted, environment, simulator_shift_find(settings->shift));
    if (status != STATUS_OK && !effort->quiet) {
        (void)fprintf(stderr, "%s\n", status_detail());
    }
    return status == STATUS_OK;
}

/* A run that was stopped goes on with the next file. */
static enum status generate_all(const struct arguments *arguments, const struct dataset_settings *settings,
                                const struct effort *effort) {
    const char *folder = arguments_value(arguments, &file_option);
    enum status status = STATUS_OK;
    for (const struct simulator *const *entry = simulators; *entry != NULL && status == STATUS_OK; entry++) {
        struct dataset_settings own = *settings;
        if (!has_shift(*entry, settings, effort)) {
            continue;
        }
        data_file_resolve(&own, *entry);
        char *path = data_file_path(folder == NULL ? "data" : folder, *entry, &own);
        if (!is_there(path, *entry, &own, effort)) {
            status = generate_file(path, *entry, &own, effort);
        }
        free(path);
    }
    return status;
}

static enum status generate(const struct arguments *arguments) {
    struct dataset_settings settings;
    struct effort effort;
    bool all = arguments_has(arguments, &all_option);
    enum status status = commands_effort(arguments, &effort);
    if (status == STATUS_OK) {
        status = read_settings(&settings, arguments);
    }
    if (status == STATUS_OK && all == (arguments->positional_count > 0)) {
        status =
            status_fail(STATUS_USAGE,
                        all ? "--all takes no environment, found '%s'" : "expected an environment or --all%s",
                        all ? arguments->positional[0] : "");
    }
    if (status != STATUS_OK) {
        return status;
    }
    return all ? generate_all(arguments, &settings, &effort) : generate_one(arguments, &settings, &effort);
}

static const struct option *const options[] = {
    &train_option, &test_option,   &validation_option, &shift_option, &frames_option, &dt_option,
    &seed_option,  &images_option, &protocol_option,   &all_option,   &file_option,   &threads_option,
    &quiet_option, NULL,
};

const struct command generate_command = {
    .name = "generate",
    .usage = "[ENVIRONMENT]",
    .summary = "make datasets",
    .description = "Simulates ENVIRONMENT and stores states and images of its trajectories in an HDF5\n"
                   "file, whose path is printed. A file of that name is replaced. The same options make\n"
                   "the same bytes, for any number of threads. With --all a file for every environment;\n"
                   "those that are there are kept.\n",
    .options = options,
    .least = 0,
    .most = 1,
    .run = generate,
};
