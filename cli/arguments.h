/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands as tables, and reading a command line by them. The same tables print --help.
 */
#ifndef HAMBENCH_CLI_ARGUMENTS_H
#define HAMBENCH_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "support/status.h"

struct option {
    const char *name;  /* without the dashes: "threads" */
    const char *value; /* what stands behind it: "N"; NULL for a switch */
    const char *help;
};

struct arguments;

struct command {
    const char *name;
    const char *usage; /* positional arguments: "ENVIRONMENT MODEL" */
    const char *summary;
    const char *description;             /* a few sentences, lines at most 79 wide, ended by a newline */
    const struct option *const *options; /* ended by NULL */
    size_t least;                        /* positional arguments */
    size_t most;
    enum status (*run)(const struct arguments *arguments);
};

enum { ARGUMENTS_MAX = 256 };

struct given_option {
    const struct option *option;
    const char *value;
};

/* A command line that fits its command. The strings are those of argv. */
struct arguments {
    const struct command *command;
    const char *positional[ARGUMENTS_MAX];
    size_t positional_count;
    struct given_option options[ARGUMENTS_MAX];
    size_t option_count;
    bool help; /* --help was among them: nothing else was checked */
};

/* Reads what follows the command's name: options as "--threads 4", "--threads=4", "-t 4" or "-t4", switches
 * also together ("-qt4"), and behind "--" only positional arguments. STATUS_USAGE: unknown option ("did you
 * mean"), missing or empty value, empty argument, wrong number of arguments. */
enum status arguments_parse(struct arguments *out, const struct command *command, int count,
                            char *const *strings);

/* The last value given for an option, NULL when it was not given. */
const char *arguments_value(const struct arguments *arguments, const struct option *option);
bool arguments_has(const struct arguments *arguments, const struct option *option);

/* All values of a repeated option, in order, into `out` [ARGUMENTS_MAX]; returns how many. */
size_t arguments_values(const struct arguments *arguments, const struct option *option, const char **out);

/* The option as a number in [minimum, maximum]; `*out` is left alone when it was not given. STATUS_USAGE. */
enum status arguments_integer(const struct arguments *arguments, const struct option *option, int64_t minimum,
                              int64_t maximum, int64_t *out);

/* The option as a number above 0; `*out` is left alone when it was not given. STATUS_USAGE. */
enum status arguments_positive(const struct arguments *arguments, const struct option *option, double *out);

/* The help of one command. */
void arguments_print_help(FILE *stream, const struct command *command);

#endif
