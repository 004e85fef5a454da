/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/evaluation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "drawing/film_strip.h"
#include "evaluation/energy.h"
#include "evaluation/evaluation_file.h"
#include "evaluation/plot.h"
#include "evaluation/rollout.h"
#include "support/file.h"

#define FILM_STRIP "plots/film_strip.png"

static struct evaluation_result summarise(const struct rollout *rollout) {
    return (struct evaluation_result){
        .windows = rollout->windows,
        .train = rollout_error(rollout, -1, 0, rollout->train_frames),
        .extrapolation = rollout_error(rollout, -1, rollout->train_frames, rollout->frames),
        .energy_drift =
            rollout->energy == NULL ? NAN : energy_drift(rollout->energy, rollout->windows, rollout->frames),
    };
}

static enum status write_film_strip(const struct evaluation_job *job, const struct rollout *rollout) {
    char *title = text_format("%s, %s: truth, prediction and %d times their difference",
                              dataset_info(job->dataset)->environment, job->name, FILM_DIFFERENCE);
    struct film_strip strip = {
        .title = title,
        .windows = rollout->kept,
        .frames = rollout->frames,
        .first = rollout->first,
        .train_frames = rollout->train_frames,
        .top_first = !simulator_has_discs(dataset_simulator(job->dataset)),
        .truth = rollout->truth,
        .predictions = rollout->predictions,
    };
    char *path = file_join(job->folder, FILM_STRIP);
    enum status status = file_make_parent(path);
    if (status == STATUS_OK) {
        status = film_strip_write(&strip, path);
    }
    free(path);
    free(title);
    return status;
}

/* Of an earlier evaluation: it must not stand beside pictures that are not its own. */
static void remove_old_result(const struct evaluation_job *job) {
    char *path = file_join(job->folder, EVALUATION_FILE);
    (void)remove(path);
    free(path);
}

static enum status write_all(const struct evaluation_job *job, const struct rollout *rollout,
                             const struct evaluation_result *result) {
    const struct dataset_info *info = dataset_info(job->dataset);
    struct plot_source source = {
        .folder = job->folder,
        .environment = info->environment,
        .model = job->name,
        .dt = info->dt,
        .rollout = rollout,
    };
    struct figure_report report = {0};
    remove_old_result(job);
    enum status status = write_film_strip(job, rollout);
    if (status == STATUS_OK) {
        lines_add(&report.pictures, "%s", FILM_STRIP);
        status = plot_write_all(&source, &report);
    }
    if (status == STATUS_OK) {
        /* Last: where this file stands, everything it names does too. */
        status = evaluation_file_write(job, rollout, result, &report);
    }
    figure_report_free(&report);
    return status;
}

enum status evaluation_run(const struct evaluation_job *job, struct evaluation_result *out) {
    struct rollout rollout;
    enum status status = rollout_run(&rollout, job);
    if (status == STATUS_OK) {
        status = dataset_status(job->dataset);
    }
    if (status == STATUS_OK) {
        *out = summarise(&rollout);
        status = write_all(job, &rollout, out);
    }
    rollout_free(&rollout);
    return status;
}
