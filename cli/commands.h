/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of commands, and what they share. A new command is a file cmd_<verb>.c and one line in
 * COMMAND_LIST.
 */
#ifndef HAMBENCH_CLI_COMMANDS_H
#define HAMBENCH_CLI_COMMANDS_H

#include "cli/arguments.h"
#include "drawing/figure.h"
#include "evaluation/table.h"
#include "experiments/runner.h"
#include "support/effort.h"
#include "support/status.h"

#define COMMAND_LIST(X)                                                                                      \
    X(run)                                                                                                   \
    X(list)                                                                                                  \
    X(generate)                                                                                              \
    X(verify)                                                                                                \
    X(show)                                                                                                  \
    X(train)                                                                                                 \
    X(evaluate)                                                                                              \
    X(diagnose)                                                                                              \
    X(rollout)                                                                                               \
    X(export)                                                                                                \
    X(integrate)                                                                                             \
    X(lyapunov)                                                                                              \
    X(floor)                                                                                                 \
    X(verify_integrators)                                                                                    \
    X(compare_integrators)                                                                                   \
    X(bench)

#define DECLARE_COMMAND(name) extern const struct command name##_command;
COMMAND_LIST(DECLARE_COMMAND)
#undef DECLARE_COMMAND

/* All of them in the order of the list, ended by NULL. */
extern const struct command *const commands[];

/* Options that several commands take. */
extern const struct option threads_option;
extern const struct option seed_option;
extern const struct option quiet_option;
extern const struct option timings_option;
extern const struct option set_option;
extern const struct option rerun_stale_option;
extern const struct option data_option; /* the folder of datasets */

/* --threads, or OMP_NUM_THREADS, or all processors; with a note, unless --quiet, where they are more than the
 * processors. STATUS_USAGE. */
enum status commands_threads(const struct arguments *arguments, int *out);

/* --threads and --quiet; unless quiet, reports go to standard error. STATUS_USAGE. */
enum status commands_effort(const struct arguments *arguments, struct effort *out);

/* Opens the dataset of a run folder; data that were generated are made again where they are missing. The
 * caller closes `*out`. Errors of dataset_open and of making it. */
enum status commands_open_data(struct dataset **out, const struct cell *cell, const struct effort *effort);

/* "FOLDER/NAME" on standard output for each picture, and the notes as complaints. */
void commands_print_pictures(const struct figure_report *report, const char *folder);

/* The path as given or, for a bare name such as "quick", of the installed experiment; released with `free`.
 */
char *commands_locate_experiment(const char *file);

/* The line on standard output, flushed. Lines quote names and files from outside: what would give orders to a
 * terminal is spelled out. */
void commands_print_line(const char *line);

/* "hambench: LINE" on standard error. */
void commands_complain(const char *line);

/* With --timings: count the time of ops and phases from here, and print it to standard error. */
void commands_start_timings(const struct arguments *arguments);
void commands_print_timings(void);

/* Runs the experiment, and prints its table, its plots and what went wrong. --threads and --quiet are
 * taken from the arguments. */
enum status commands_run_experiment(const struct arguments *arguments, struct run_request *request);

/* The table on standard output, and below it where the plots of each cell are: `cells` [table->count]. */
void commands_print_table(const struct table *table, const struct cell *cells);

#endif
