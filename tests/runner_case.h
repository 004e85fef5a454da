/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of experiments have in common.
 */
#ifndef HAMBENCH_TESTS_RUNNER_CASE_H
#define HAMBENCH_TESTS_RUNNER_CASE_H

#include "experiments/runner.h"
#include "support/text.h"

/* Two environments, two models that need no training in steps: four cells, in a second. */
extern const char runner_case_tiny[];

/* An experiment in folders of its own below test_folder(). */
struct runner_case {
    struct experiment *experiment;
    char *folder;
    char *data_folder;
    struct run_request request;
};

/* Lines that were reported since the last case was opened, those of failures behind "FAILED ". */
extern struct text runner_case_reported;

/* The experiment of a file with this content in the folder `name`; with --set `assignment`, NULL: none. */
struct runner_case runner_case_open(const char *name, const char *content, const char *assignment);
void runner_case_close(struct runner_case *trial);

enum status runner_case_run(const struct runner_case *trial, size_t *finished_before, size_t *failed);

/* The content of a file of the first cell, with blanks in place of the last member of lines that end with the
 * seconds. Released with text_free. */
struct text runner_case_read(const struct run_outcome *outcome, const char *name);

#endif
