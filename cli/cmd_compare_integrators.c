/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "cli/commands.h"
#include "comparisons/comparison_plot.h"
#include "comparisons/comparison_run.h"
#include "comparisons/comparison_table.h"
#include "comparisons/verdict.h"
#include "support/file.h"
#include "support/text.h"

static const struct option out_option = {"out", "FOLDER",
                                         "results go to FOLDER/NAME OF FILE (default: runs)"};
static const struct option set_key_option = {"set", "KEY=VALUE",
                                             "replace a key of the file; may be given several times"};

static void print_counts(const struct comparison_counts *counts) {
    (void)printf("Cells: %zu", counts->cells);
    for (int i = MEASUREMENT_DONE; i <= MEASUREMENT_OVER_BUDGET; i++) {
        (void)printf("%s %zu %s", i == MEASUREMENT_DONE ? ";" : ",", counts->states[i],
                     measurement_state_name((enum measurement_state)i));
    }
    (void)printf("\n");
}

static void print_outcome(const struct outcome *outcome, const struct comparison_counts *counts,
                          const char *folder, const struct lines *pictures) {
    struct text words = {0};
    verdict_add_markdown(&words, outcome);
    (void)printf("%s", words.data);
    text_free(&words);
    print_counts(counts);
    (void)printf("Results: %s/verdict.md, table.md, table.csv, table.json\n", folder);
    if (pictures->count > 0) {
        (void)printf("Plots: %s/plots/\n", folder);
    }
}

/* References that could not be found: the comparison is there, but without their state errors. */
static enum status complain_about_references(const struct outcome *outcome) {
    const struct comparison *comparison = outcome->comparison;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < comparison->problem_count * comparison->horizons.count; i++) {
        const struct outcome_reference *reference = &outcome->references[i];
        if (reference->state == MEASUREMENT_FAILED) {
            char *line =
                text_format("%s, %g periods: no reference: %s",
                            comparison->problems[i / comparison->horizons.count]->name,
                            comparison->horizons.values[i % comparison->horizons.count], reference->reason);
            commands_complain(line);
            free(line);
            status = status_fail(STATUS_CELLS_FAILED, "%s", "");
        }
    }
    return status;
}

/* Tables, plots and words of what was measured. */
static enum status publish(const struct comparison_request *request, const struct outcome *outcome,
                           const struct comparison_counts *counts) {
    struct figure_report report = {0};
    enum status status = comparison_table_write(outcome, request->folder);
    if (status == STATUS_OK) {
        status = comparison_plot_all(outcome, request->folder, &request->effort, &report);
    }
    if (status == STATUS_OK) {
        print_outcome(outcome, counts, request->folder, &report.pictures);
        for (size_t i = 0; i < report.notes.count; i++) {
            commands_complain(report.notes.line[i]);
        }
        status = complain_about_references(outcome);
    }
    figure_report_free(&report);
    return status;
}

/* Also when quiet: what is in the tables would be taken for new. */
static void complain(void *context, const char *line) {
    (void)context;
    commands_complain(line);
}

static enum status compare(const struct arguments *arguments, const struct comparison *comparison,
                           const char *folder) {
    struct comparison_request request = {
        .comparison = comparison,
        .folder = folder,
    };
    enum status status = commands_effort(arguments, &request.effort);
    if (status != STATUS_OK) {
        return status;
    }
    request.effort.report = complain;
    struct outcome *outcome = NULL;
    struct comparison_counts counts;
    status = comparison_run(&request, &outcome, &counts);
    if (status == STATUS_OK) {
        if (counts.known_before == counts.cells && !request.effort.quiet) {
            (void)fprintf(stderr, "everything is done already: %zu of %zu cells\n", counts.cells,
                          counts.cells);
        }
        status = publish(&request, outcome, &counts);
        outcome_free(outcome);
    }
    return status;
}

static enum status run(const struct arguments *arguments) {
    const char *assignments[ARGUMENTS_MAX];
    size_t count = arguments_values(arguments, &set_key_option, assignments);
    char *path = commands_locate_experiment(arguments->positional[0]);
    struct comparison *comparison = NULL;
    enum status status = comparison_read(&comparison, path, assignments, count);
    free(path);
    if (status != STATUS_OK) {
        return status;
    }
    const char *out = arguments_value(arguments, &out_option);
    char *folder = file_join(out == NULL ? "runs" : out, comparison->name);
    status = compare(arguments, comparison, folder);
    free(folder);
    comparison_free(comparison);
    return status;
}

static const struct option *const options[] = {
    &out_option, &set_key_option, &threads_option, &quiet_option, NULL,
};

const struct command compare_integrators_command = {
    .name = "compare-integrators",
    .usage = "FILE",
    .summary = "compare integrators: work against precision, energy against time",
    .description = "Runs every integrator of the YAML file FILE on each of its problems, at all steps or\n"
                   "tolerances and over all horizons, and writes tables, plots and a verdict in words.\n"
                   "What an earlier call measured is not measured again: a comparison that was\n"
                   "stopped, or whose file has grown, goes on; remove its folder to begin anew.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
