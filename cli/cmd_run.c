/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "experiments/experiment.h"
#include "experiments/record_check.h"
#include "experiments/run_forecast.h"
#include "experiments/selection.h"
#include "support/file.h"
#include "support/memory.h"

static const struct option out_option = {"out", "FOLDER",
                                         "results go to FOLDER/NAME OF FILE (default: runs)"};
static const struct option one_seed_option = {"seed", "N", "run this seed instead of those of the file"};

static const struct option profile_option = {"profile", "NAME", "size to run it at, instead of the file's"};
static const struct option only_option = {"only", "PATTERN",
                                          "run these environments or models; may be given several times"};
static const struct option skip_option = {"skip", "PATTERN", "leave these out; may be given several times"};
static const struct option records_option = {"records", "FOLDER",
                                             "take finished cells from there, and leave records of others"};

static const struct option forecast_option = {
    "forecast", NULL, "print what is left to do and how long it takes, and run nothing"};
static const struct option budget_option = {"budget", "TIME",
                                            "run the cells that fit into TIME: 90s, 30m, 2h, 1d"};
static const struct option check_option = {"check", NULL,
                                           "make one of the records again and compare; without FILE"};
static const struct option choice_option = {"choice", "N", "the record that --check takes (default: any)"};

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

/* ---- forecasts ---- */

/* Seconds of "90s", "30m", "2h" or "1d". STATUS_USAGE. */
static enum status read_budget(double *out, const char *value) {
    static const struct {
        char unit;
        double seconds;
    } units[] = {{'s', 1.0}, {'m', 60.0}, {'h', 3600.0}, {'d', 86400.0}};
    size_t length = strlen(value);
    char *number = text_format("%.*s", (int)length - 1, value);
    bool known = false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (value[length - 1] == units[i].unit && text_parse_double(number, out)) {
            *out *= units[i].seconds;
            known = *out > 0;
        }
    }
    free(number);
    return known ? STATUS_OK
                 : status_fail(STATUS_USAGE, "--budget: '%s': expected a time such as 90s, 30m, 2h or 1d",
                               value);
}

static enum status print_forecast(const struct run_request *request) {
    struct run_forecast forecast;
    enum status status = run_forecast_make(&forecast, request);
    if (status == STATUS_OK) {
        struct text text = {0};
        run_forecast_format(&text, &forecast);
        (void)printf("%s", text.data);
        text_free(&text);
    }
    run_forecast_clear(&forecast);
    return status;
}

/* "budget 2h: 12 cells, about 100 min; left out: 30 cells, about 9 h" */
static void say_budget(const struct run_request *request, const struct run_forecast *forecast,
                       const char *budget, const bool *fits, size_t left_out) {
    size_t left = 0;
    for (size_t i = 0; i < forecast->survey.requested; i++) {
        left += forecast->cells[i].left;
    }
    struct text line = {0};
    text_add(&line, "budget %s: %zu cells, about ", budget, left - left_out);
    text_add_seconds(&line, run_forecast_seconds(forecast, fits));
    if (left_out > 0) {
        text_add(&line, "; left out: %zu cells, about ", left_out);
        text_add_seconds(&line, run_forecast_seconds(forecast, NULL) - run_forecast_seconds(forecast, fits));
    }
    effort_report(&request->effort, "%s", line.data);
    text_free(&line);
}

/* Takes out of `chosen` [cells of the experiment] what the budget has no room for. */
static enum status keep_to_budget(bool *chosen, const struct run_request *request, const char *budget) {
    double seconds = 0.0;
    struct run_forecast forecast = {0};
    enum status status = read_budget(&seconds, budget);
    if (status == STATUS_OK) {
        status = run_forecast_make(&forecast, request);
    }
    if (status == STATUS_OK) {
        bool *fits = memory_alloc(forecast.survey.requested + 1, sizeof *fits);
        size_t left_out = run_forecast_choose(fits, &forecast, seconds);
        say_budget(request, &forecast, budget, fits, left_out);
        for (size_t i = 0, next = 0; next < forecast.survey.requested; i++) {
            chosen[i] = chosen[i] && fits[next++];
        }
        free(fits);
    }
    run_forecast_clear(&forecast);
    return status;
}

/* ---- checking records ---- */

static enum status check_records(const struct arguments *arguments) {
    struct record_check check = {.records = arguments_value(arguments, &records_option),
                                 .data_folder = arguments_value(arguments, &data_option)};
    int64_t choice = (int64_t)(time(NULL) % 1000000);
    if (check.records == NULL || arguments->positional_count > 0) {
        return status_fail(STATUS_USAGE, "--check: expected --records FOLDER, and no experiment");
    }
    enum status status = arguments_integer(arguments, &choice_option, 0, FIELD_SEED_MAX, &choice);
    if (status == STATUS_OK) {
        status = commands_effort(arguments, &check.effort);
    }
    if (status == STATUS_OK) {
        struct lines report = {0};
        check.choice = (uint64_t)choice;
        status = record_check_run(&check, &report);
        for (size_t i = 0; i < report.count; i++) {
            commands_print_line(report.line[i]);
        }
        lines_free(&report);
    }
    return status;
}

/* ---- the whole ---- */

static enum status run_chosen(const struct arguments *arguments, struct run_request *request, bool *chosen) {
    const char *budget = arguments_value(arguments, &budget_option);
    bool forecast = arguments_has(arguments, &forecast_option);
    request->rerun_stale = arguments_has(arguments, &rerun_stale_option);
    enum status status = STATUS_OK;
    if (budget != NULL || forecast) {
        status = commands_effort(arguments, &request->effort);
    }
    if (status == STATUS_OK && budget != NULL) {
        status = keep_to_budget(chosen, request, budget);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return forecast ? print_forecast(request) : commands_run_experiment(arguments, request);
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
    status = run_chosen(arguments, &request, chosen);
    free(folder);
    free(chosen);
    return status;
}

static enum status run(const struct arguments *arguments) {
    struct experiment *experiment = NULL;
    if (arguments_has(arguments, &check_option)) {
        return check_records(arguments);
    }
    if (arguments->positional_count == 0) {
        return status_fail(STATUS_USAGE, "run: expected an experiment FILE");
    }
    enum status status = read_experiment(&experiment, arguments);
    if (status == STATUS_OK) {
        status = run_part(arguments, experiment);
        experiment_free(experiment);
    }
    return status;
}

static const struct option *const options[] = {
    &out_option,   &data_option,   &profile_option, &set_option,     &one_seed_option,
    &only_option,  &skip_option,   &records_option, &budget_option,  &forecast_option,
    &check_option, &choice_option, &threads_option, &timings_option, &rerun_stale_option,
    &quiet_option, NULL,
};

const struct command run_command = {
    .name = "run",
    .usage = "[FILE]",
    .summary = "run an experiment: data, training, evaluation, table",
    .description = "Runs the experiment in the YAML file FILE, or the installed experiment of that name:\n"
                   "makes the data that is missing, trains and evaluates what is not finished, and\n"
                   "prints the table and where the plots are. A run that was stopped goes on where it\n"
                   "was; a finished one only prints its table. PATTERN is an environment, a model, or\n"
                   "ENVIRONMENT/MODEL, with *, ? and [...] as in the shell.\n",
    .options = options,
    .least = 0, /* --check takes none */
    .most = 1,
    .run = run,
};
