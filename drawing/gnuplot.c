/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/text.h"

extern char **environ;

/* Starts gnuplot with its error output going to `error_pipe`. Returns an errno. */
static int start(pid_t *out, const char *folder, const char *script, int error_pipe) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    if ((error = posix_spawn_file_actions_addchdir_np(&actions, folder)) == 0 &&
        (error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)) == 0 &&
        (error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(&actions, error_pipe, STDERR_FILENO)) == 0) {
        char *const arguments[] = {(char[]){"gnuplot"}, (char *)(uintptr_t)script, NULL};
        error = posix_spawnp(out, "gnuplot", &actions, NULL, arguments, environ);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void read_all(struct text *out, int descriptor) {
    char buffer[4096];
    for (;;) {
        ssize_t count = read(descriptor, buffer, sizeof buffer);
        if (count > 0) {
            text_add_bytes(out, buffer, (size_t)count);
        } else if (count == 0 || errno != EINTR) {
            return;
        }
    }
}

/* gnuplot repeats the faulty line with a mark below it and then says `"SCRIPT" line N: what is wrong`.
 * Returns that line, or else the first line that is not blank and no warning; cuts `output` at its end. */
static const char *first_error(struct text *output) {
    const char *first = NULL;
    char *rest = output->data;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        line += strspn(line, " \t\r");
        if (strstr(line, "arning") != NULL) {
            continue;
        }
        if (*line == '"' && strstr(line, " line ") != NULL) {
            return line;
        }
        if (first == NULL && *line != '\0') {
            first = line;
        }
    }
    return first;
}

static enum status check_exit(pid_t process, const char *script, struct text *output) {
    int result;
    while (waitpid(process, &result, 0) < 0) {
        if (errno != EINTR) {
            return status_fail(STATUS_IO, "gnuplot %s: %s", script, strerror(errno));
        }
    }
    if (WIFEXITED(result) && WEXITSTATUS(result) == 0) {
        return STATUS_OK;
    }
    if (WIFEXITED(result) && WEXITSTATUS(result) == 127 && output->length == 0) {
        return status_fail(STATUS_IO, "gnuplot %s: cannot be run", script);
    }
    const char *error = first_error(output);
    return status_fail(STATUS_IO, "gnuplot %s failed: %s", script, error == NULL ? "no reason given" : error);
}

enum status gnuplot_run(const char *folder, const char *script) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return status_fail(STATUS_IO, "gnuplot %s: %s", script, strerror(errno));
    }
    pid_t process;
    int error = start(&process, folder, script, ends[1]);
    (void)close(ends[1]);
    enum status status;
    if (error != 0) {
        status = error == ENOENT ? status_fail(STATUS_IO, "gnuplot is not installed: plots were skipped; "
                                                          "'gnuplot NAME.gp' in plots/ draws them later")
                                 : status_fail(STATUS_IO, "gnuplot cannot be started: %s", strerror(error));
    } else {
        struct text output = {0};
        read_all(&output, ends[0]);
        status = check_exit(process, script, &output);
        text_free(&output);
    }
    (void)close(ends[0]);
    return status;
}
