/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The dataset file that an experiment's settings ask for: its name, making it, opening it.
 */
#ifndef HAMBENCH_EXPERIMENTS_DATA_FILE_H
#define HAMBENCH_EXPERIMENTS_DATA_FILE_H

#include "datasets/dataset.h"
#include "datasets/dataset_settings.h"
#include "datasets/forecast.h"
#include "simulators/simulator.h"
#include "support/effort.h"
#include "support/status.h"

/* Puts the environment's own values where the settings leave them open. To be done before anything below. */
void data_file_resolve(struct dataset_settings *settings, const struct simulator *environment);

/* FOLDER/pendulum-train500-test200-validation50-frames256-dt0.05-seed0.h5, released with `free`: different
 * settings never share a file. */
char *data_file_path(const char *folder, const struct simulator *environment,
                     const struct dataset_settings *settings);

/* Makes the file, in place of one that is there. Where another process is making it, what that one has made
 * is taken. Errors of dataset_generate. */
enum status data_file_make(const char *path, const struct simulator *environment,
                           const struct dataset_settings *settings, const struct effort *effort);

/* The same, unless a file with those settings, made by the environment of today, is there: another process
 * may have made it by now. */
enum status data_file_need(const char *path, const struct simulator *environment,
                           const struct dataset_settings *settings, const struct effort *effort);

/* What making the file will take, measured on a few of its trajectories. Errors of forecast_make. */
enum status data_file_forecast(struct forecast *out, const struct simulator *environment,
                               const struct dataset_settings *settings, const struct effort *effort);

/* Opens the file and checks that it is of `environment` and was made with `settings` (NULL: any). STATUS_IO;
 * STATUS_DATA naming the first thing that differs. The caller closes `*out`. */
enum status data_file_open(struct dataset **out, const char *path, const struct simulator *environment,
                           const struct dataset_settings *settings);

/* STATUS_OK when the environment that made the file is the one that this program has; STATUS_DATA, with the
 * path and what to do about it, when it has changed since. */
enum status data_file_check_current(const struct dataset *dataset, const char *path);

/* The settings that the file was made with. */
struct dataset_settings data_file_settings(const struct dataset *dataset);

#endif
