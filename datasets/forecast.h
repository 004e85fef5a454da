/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How large a dataset will be and how long it will take, measured on a few of its trajectories.
 */
#ifndef HAMBENCH_DATASETS_FORECAST_H
#define HAMBENCH_DATASETS_FORECAST_H

#include "datasets/dataset_layout.h"
#include "datasets/generate_plan.h"
#include "support/text.h"

struct forecast {
    double bytes;   /* of the file */
    double seconds; /* with the threads of the request */
};

/* Makes two or three trajectories. STATUS_DATA when they cannot be simulated, STATUS_INTERRUPTED. */
enum status forecast_make(struct forecast *out, const struct generate_request *request,
                          const struct dataset_info *info);

/* STATUS_IO when the disk under the request's path has no room for it. */
enum status forecast_check_disk(const struct forecast *forecast, const char *path);

/* Adds "53 MB". */
void forecast_add_bytes(struct text *out, double bytes);

/* "pendulum: 700 trajectories, about 53 MB, about 4 s", released with `free`. */
char *forecast_format(const struct forecast *forecast, const struct generate_request *request);

#endif
