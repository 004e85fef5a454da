/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/dataset_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/file.h"
#include "tests/harness.h"

enum { FRAMES = 40 };
static const double DT = 0.05;

const char *fixture_path(const char *name) {
    static char paths[4][512];
    static int next;
    next = (next + 1) % 4;
    (void)snprintf(paths[next], sizeof paths[next], "%s/%s", test_folder(), name);
    return paths[next];
}

/* Every option at its lower bound, except the one that says how many trajectories are cut from a run. */
static const double *short_options(const struct simulator *simulator) {
    static double options[SIMULATOR_MAX_OPTIONS];
    struct simulator_plan plan = simulator_plan_default(simulator);
    plan.frames = FRAMES;
    plan.dt = DT;
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        int pieces = simulator_plan_pieces(&plan);
        options[i] = plan.options[i];
        plan.options[i] = simulator->options[i].low;
        while (simulator_plan_pieces(&plan) != pieces && simulator_plan_pieces(&plan) < 2) {
            plan.options[i] *= 2.0;
        }
        options[i] = plan.options[i];
    }
    return options;
}

struct generate_request fixture_request(const char *environment, const char *path) {
    const struct simulator *simulator = simulator_find(environment);
    return (struct generate_request){
        .simulator = simulator,
        .path = path,
        .train = 3,
        .test = 2,
        .frames = FRAMES,
        .dt = DT,
        .options = short_options(simulator),
        .seed = 11,
        .effort = {.threads = 2, .quiet = true},
    };
}

const char *fixture_generate(const char *environment, const char *name) {
    const char *path = fixture_path(name);
    struct generate_request request = fixture_request(environment, path);
    CHECK_OK_FATAL(dataset_generate(&request));
    return path;
}

bool fixture_same_bytes(const char *a, const char *b) {
    struct text left = {0}, right = {0};
    CHECK_OK_FATAL(file_read(&left, a));
    CHECK_OK_FATAL(file_read(&right, b));
    bool same = left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
    text_free(&left);
    text_free(&right);
    return same;
}

int fixture_generate_apart(struct generate_request request, void (*prepare)(void), char detail[512]) {
    int ends[2];
    request.effort.threads = 1;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        prepare();
        enum status status = dataset_generate(&request);
        ssize_t written = write(ends[1], status_detail(), strlen(status_detail()) + 1);
        _exit(written > 0 ? (int)status : 1);
    }
    (void)close(ends[1]);
    ssize_t length = read(ends[0], detail, 511);
    detail[length > 0 ? length : 0] = '\0';
    (void)close(ends[0]);
    int status = 0;
    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
