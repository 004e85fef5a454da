/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a dataset file: simulate, draw and store every trajectory of an environment.
 */
#ifndef HAMBENCH_DATASETS_GENERATE_H
#define HAMBENCH_DATASETS_GENERATE_H

#include "datasets/generate_plan.h"
#include "support/status.h"

/* Writes a temporary and renames it when it is whole, so `path` never holds half a dataset. Who makes it
 * holds the lock PATH.lock: another one waits for him and takes what he has made. The bytes depend on the
 * request only, not on the threads. STATUS_DATA (the environment cannot be simulated so), STATUS_IO (folder,
 * disk full, also when a forecast says that the disk cannot hold the file), STATUS_INTERRUPTED (nothing is
 * kept). */
enum status dataset_generate(const struct generate_request *request);

#endif
