/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is left to do of an experiment, and how long it will take: measured on a few training steps of each
 * model at each size, a few evaluations, and a few trajectories of each environment. And which part of it
 * fits into a given time.
 */
#ifndef HAMBENCH_EXPERIMENTS_RUN_FORECAST_H
#define HAMBENCH_EXPERIMENTS_RUN_FORECAST_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/runner.h"
#include "support/text.h"

/* Of a cell. */
struct run_forecast_cell {
    bool left; /* something is to be done */
    size_t environment;
    double training;   /* seconds */
    double evaluation; /* seconds */
    double bytes;      /* of the run folder */
};

/* Of an environment's dataset, where a cell is left that needs it. */
struct run_forecast_data {
    bool needed;
    double making;  /* seconds, 0 where it is there */
    double reading; /* seconds */
    double bytes;   /* of the file, 0 where it is there */
    double memory;  /* bytes of its images */
};

struct run_forecast {
    struct run_outcome survey;       /* experiment_survey */
    struct run_forecast_cell *cells; /* [survey.requested] */
    struct run_forecast_data *data;  /* [environments] */
    size_t environments;
    double memory; /* bytes at the most */
    double spent;  /* seconds that measuring took */
};

/* Measures, with the threads of the request. Nothing is left behind. Errors of experiment_survey;
 * STATUS_INTERRUPTED; STATUS_IO. The caller clears `out`, in any case. */
enum status run_forecast_make(struct run_forecast *out, const struct run_request *request);
void run_forecast_clear(struct run_forecast *forecast);

/* Seconds of what is left among the cells with `chosen` [survey.requested] (NULL: all). */
double run_forecast_seconds(const struct run_forecast *forecast, const bool *chosen);

/* Takes cells as long as their forecast fits into `budget` seconds: those of first seeds before those of
 * second ones, among them the cheap ones first, each with its dataset where no other has brought it. What is
 * done already costs nothing and is taken. Fills `chosen` [survey.requested]; returns how many are left out.
 */
size_t run_forecast_choose(bool *chosen, const struct run_forecast *forecast, double budget);

/* Adds a table: cells left, time and disk of each row with something left, and of all. */
void run_forecast_format(struct text *out, const struct run_forecast *forecast);

#endif
