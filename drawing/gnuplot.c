/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/file.h"
#include "support/interrupt.h"
#include "support/lines.h"
#include "support/memory.h"
#include "support/timer.h"

/* Bytes that are kept of what gnuplot says; what comes after is read and dropped. */
enum { KEPT = 4096 };

/* Milliseconds between two looks at whether gnuplot has ended. The end of its output wakes earlier; where
 * something else holds the output open, only these looks tell. */
enum { LOOK = 50, LOOK_AFTER_OUTPUT = 2 };

struct run {
    pid_t process;
    int pipe;           /* what gnuplot says; -1 when it has said all */
    struct text output; /* its beginning */
};

/* --- starting ------------------------------------------------------------------------------------------- */

/* What gnuplot needs of the environment: where programs, libraries and fonts are. Numbers and messages are
 * the same in every language. */
static struct lines clean_environment(void) {
    static const char *const names[] = {"PATH",
                                        "HOME",
                                        "TMPDIR",
                                        "LD_LIBRARY_PATH",
                                        "FONTCONFIG_PATH",
                                        "FONTCONFIG_FILE",
                                        "XDG_CACHE_HOME",
                                        "XDG_CONFIG_HOME",
                                        "XDG_DATA_HOME",
                                        "XDG_DATA_DIRS"};
    struct lines environment = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL) {
            lines_add(&environment, "%s=%s", names[i], value);
        }
    }
    lines_add(&environment, "LC_ALL=C.UTF-8");
    return environment;
}

static int spawn(pid_t *out, const char *script, const posix_spawn_file_actions_t *actions) {
    posix_spawnattr_t attributes;
    int error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        return error;
    }
    if ((error = posix_spawnattr_setpgroup(&attributes, 0)) == 0 &&
        (error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP)) == 0) {
        char *const arguments[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char *)(uintptr_t)script, NULL};
        struct lines environment = clean_environment();
        char **variables = memory_alloc(environment.count + 1, sizeof *variables);
        memcpy(variables, environment.line, environment.count * sizeof *variables);
        error = posix_spawnp(out, "gnuplot", actions, &attributes, arguments, variables);
        free(variables);
        lines_free(&environment);
    }
    (void)posix_spawnattr_destroy(&attributes);
    return error;
}

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
        error = spawn(out, script, &actions);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static enum status fail_to_start(int error, const char *folder) {
    if (error == ENOENT && file_exists(folder)) {
        return status_fail(STATUS_IO, "gnuplot is not installed: plots were skipped; "
                                      "'gnuplot -d NAME.gp' in plots/ draws them later");
    }
    return status_fail(STATUS_IO, "gnuplot cannot be started: %s", strerror(error));
}

/* --- waiting -------------------------------------------------------------------------------------------- */

/* Takes some of what there is, so that gnuplot is not held up. */
static void listen(struct run *run) {
    char buffer[KEPT];
    ssize_t count = read(run->pipe, buffer, sizeof buffer);
    if (count > 0) {
        size_t room = KEPT - run->output.length;
        text_add_bytes(&run->output, buffer, (size_t)count < room ? (size_t)count : room);
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        run->pipe = -1;
    }
}

/* Leaves the process to be waited for: its number stays its own until then. */
static bool has_ended(pid_t process) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

/* Until gnuplot has ended. STATUS_INTERRUPTED; STATUS_IO: it takes too long. */
static enum status supervise(struct run *run, const char *script, double seconds) {
    double deadline = timer_now() + seconds;
    for (;;) {
        bool ended = has_ended(run->process); /* what it said before is in the pipe by now */
        struct pollfd news = {.fd = run->pipe, .events = POLLIN};
        int wait = ended ? 0 : run->pipe < 0 ? LOOK_AFTER_OUTPUT : LOOK;
        if (poll(&news, 1, wait) > 0) { /* a negative descriptor is not looked at */
            listen(run);
        } else if (ended) {
            return STATUS_OK;
        }
        if (ended && (run->pipe < 0 || run->output.length == KEPT)) {
            return STATUS_OK;
        }
        if (interrupt_requested()) {
            return status_fail(STATUS_INTERRUPTED, "interrupted while gnuplot drew %s", script);
        }
        if (timer_now() > deadline) {
            return status_fail(STATUS_IO, "gnuplot %s: no end after %g s, stopped", script, seconds);
        }
    }
}

/* --- ending --------------------------------------------------------------------------------------------- */

/* gnuplot repeats the faulty line with a mark below it and then says `"SCRIPT" line N: what is wrong`.
 * Adds that line, or else the first line that is not blank and no warning; takes `output` apart. */
static void add_first_error(struct text *complaint, struct text *output) {
    const char *first = NULL;
    char *rest = output->data;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        line += strspn(line, " \t\r");
        if (strstr(line, "arning") != NULL) {
            continue;
        }
        if (*line == '"' && strstr(line, " line ") != NULL) {
            first = line;
            break;
        }
        if (first == NULL && *line != '\0') {
            first = line;
        }
    }
    if (first != NULL) {
        text_add_printable(complaint, first);
    }
}

static enum status check_exit(int result, const char *script, const struct text *complaint) {
    if (WIFEXITED(result) && WEXITSTATUS(result) == 0) {
        return STATUS_OK;
    }
    if (complaint->length > 0) {
        return status_fail(STATUS_IO, "gnuplot %s failed: %s", script, complaint->data);
    }
    if (WIFSIGNALED(result)) {
        return status_fail(STATUS_IO, "gnuplot %s failed: %s", script, strsignal(WTERMSIG(result)));
    }
    return status_fail(STATUS_IO, "gnuplot %s failed with exit status %d", script, WEXITSTATUS(result));
}

enum status gnuplot_run(const char *folder, const char *script, double seconds, struct text *complaint) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return status_fail(STATUS_IO, "gnuplot %s: %s", script, strerror(errno));
    }
    struct run run = {.pipe = ends[0]};
    int error = start(&run.process, folder, script, ends[1]);
    (void)close(ends[1]);
    enum status status;
    if (error != 0) {
        status = fail_to_start(error, folder);
    } else {
        status = supervise(&run, script, seconds);
        (void)kill(-run.process, SIGKILL);
        int result = 0;
        while (waitpid(run.process, &result, 0) < 0 && errno == EINTR) {
        }
        add_first_error(complaint, &run.output);
        if (status == STATUS_OK) {
            status = check_exit(result, script, complaint);
        }
        text_free(&run.output);
    }
    (void)close(ends[0]);
    return status;
}
