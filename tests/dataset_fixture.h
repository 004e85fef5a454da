/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small dataset files for tests.
 */
#ifndef HAMBENCH_TESTS_DATASET_FIXTURE_H
#define HAMBENCH_TESTS_DATASET_FIXTURE_H

#include <stdbool.h>

#include "datasets/generate.h"

/* A path in the folder of this test program; up to four are valid at a time. */
const char *fixture_path(const char *name);

/* 3 + 2 trajectories of 40 frames from seed 11 on 2 threads. Long runs are short, and two trajectories are
 * cut from each. */
struct generate_request fixture_request(const char *environment, const char *path);

/* Makes that file and returns its path. */
const char *fixture_generate(const char *environment, const char *name);

bool fixture_same_bytes(const char *a, const char *b);

/* Runs the request in a process of its own (after `prepare`) and returns its exit status; the detail is put
 * into `detail`. One thread: the pool of threads does not survive a fork. */
int fixture_generate_apart(struct generate_request request, void (*prepare)(void), char detail[512]);

#endif
