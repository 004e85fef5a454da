/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program: finds the command, lets it run, turns its status into one line and an exit code.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "engine/kernels.h"
#include "support/interrupt.h"
#include "support/provenance.h"
#include "support/stack.h"
#include "support/text.h"

static void print_help(void) {
    (void)puts("Usage: hambench COMMAND [ARGUMENT]... [OPTION]...\n\n"
               "Benchmark of models that learn Hamiltonian dynamics from images.\n\n"
               "Commands:");
    size_t width = 0;
    for (const struct command *const *command = commands; *command != NULL; command++) {
        size_t own = strlen((*command)->name);
        width = own > width ? own : width;
    }
    for (const struct command *const *command = commands; *command != NULL; command++) {
        (void)printf("  %-*s  %s\n", (int)width, (*command)->name, (*command)->summary);
    }
    (void)puts("\nOptions:\n"
               "  -h, --help     show this help and exit; behind a command, the help of the command\n"
               "      --version  show version, build and machine and exit\n\n"
               "Exit status: 0 done; 1 some cells failed; 64 wrong command line; 65 bad configuration or\n"
               "data; 74 cannot read or write; 75 interrupted, the same command goes on.");
}

static enum status print_version(void) {
    enum status status = kernels_choose();
    if (status != STATUS_OK) {
        return status;
    }
    struct text text = {0};
    provenance_add_text(&text);
    (void)fputs(text.data, stdout);
    text_free(&text);
    return STATUS_OK;
}

static enum status fail_unknown_command(const char *name) {
    if (*name == '-') {
        return status_fail(STATUS_USAGE, "unknown option '%s' (try 'hambench --help')", name);
    }
    const char *names[ARGUMENTS_MAX] = {NULL};
    for (size_t i = 0; commands[i] != NULL; i++) {
        names[i] = commands[i]->name;
    }
    return status_unknown(STATUS_USAGE, "command", name, names);
}

static enum status run_parsed(const struct command *command, int count, char **strings) {
    struct arguments arguments;
    enum status status = arguments_parse(&arguments, command, count, strings);
    if (status != STATUS_OK) {
        return status;
    }
    if (arguments.help) {
        arguments_print_help(stdout, command);
        return STATUS_OK;
    }
    status = kernels_choose();
    if (status != STATUS_OK) {
        return status;
    }
    interrupt_install();
    return command->run(&arguments);
}

static enum status dispatch(int count, char **strings) {
    if (count < 2) {
        return status_fail(STATUS_USAGE, "a command is missing (try 'hambench --help')");
    }
    const char *name = strings[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help();
        return STATUS_OK;
    }
    if (strcmp(name, "--version") == 0) {
        return print_version();
    }
    for (const struct command *const *command = commands; *command != NULL; command++) {
        if (strcmp((*command)->name, name) == 0) {
            return run_parsed(*command, count - 2, strings + 2);
        }
    }
    return fail_unknown_command(name);
}

/* A file that is opened where standard output was closed would be written over by what is printed. In its
 * place stands something that cannot be written: printing fails, as it should. */
static void occupy_standard_files(void) {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
            (void)open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

struct command_line {
    int count;
    char **strings;
};

static int run_line(void *context) {
    const struct command_line *line = context;
    enum status status = dispatch(line->count, line->strings);
    if (status != STATUS_OK && *status_detail() != '\0') {
        commands_complain(status_detail());
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "hambench: standard output: %s\n", strerror(errno));
        return status == STATUS_OK ? STATUS_IO : (int)status;
    }
    return (int)status;
}

int main(int count, char **strings) {
    struct command_line line = {count, strings};
    occupy_standard_files();
    return stack_run(run_line, &line);
}
