/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "datasets/maker.h"
#include "support/memory.h"
#include "support/text.h"
#include "support/timer.h"

enum { SAMPLES = 3 };
static const double SAMPLE_SECONDS = 0.05; /* no third sample is begun after this time */

/* Room for what is not measured: names, attributes, the index of the chunks. */
static const double FILE_BYTES = 32768.0, CHUNK_INDEX_BYTES = 64.0;

/* What the samples say. */
struct measurement {
    double bytes;   /* of a trajectory in the file */
    double seconds; /* of a trajectory in one thread */
    double run;     /* seconds that its run takes before its first trajectory; 0 where each has its own */
};

/* Stored bytes of the trajectory that was made last. */
static double stored_bytes(const struct maker *maker) {
    double sum = sizeof(struct dataset_row) / 4.0; /* columns; most environments use less of a row */
    for (int i = 0; i < SERIES_COUNT; i++) {
        sum += (double)packed_series_size(&maker->series[i]) + CHUNK_INDEX_BYTES * maker->series[i].chunks;
    }
    return sum;
}

/* Makes the first trajectories of the plan. `*first_seconds` is the time of the very first one. */
static enum status sample(const struct generate_request *request, const struct dataset_info *info,
                          const struct simulator_plan *plan, struct measurement *out, double *first_seconds) {
    char purpose[GENERATE_PURPOSE_SIZE];
    int split = request->train > 0 ? DATASET_TRAIN : DATASET_TEST; /* any will do */
    int made = 0;
    struct maker maker;
    struct trajectory_runner *runner;
    generate_purpose(purpose, request->simulator, split);
    maker_create(&maker, request->simulator, info);
    trajectory_runner_create(&runner, plan);
    double begun = timer_now();
    enum status status = STATUS_OK;
    while (status == STATUS_OK && made < SAMPLES && (made < 2 || timer_now() - begun < SAMPLE_SECONDS)) {
        status = maker_run(&maker, runner, purpose, made++);
        out->bytes += stored_bytes(&maker);
        *first_seconds = made == 1 ? timer_now() - begun : *first_seconds;
    }
    out->bytes /= made;
    /* The first one warms up the machine, or waits for its run. */
    out->seconds = (timer_now() - begun - *first_seconds) / (made - 1);
    trajectory_runner_free(runner);
    maker_free(&maker);
    return status;
}

/* The plan with its options, which are lengths of stages, at `factor` times their lower bounds, as far as the
 * run then still is cut into as many trajectories; `*length` is their sum. */
static struct simulator_plan shorten(const struct simulator_plan *plan, double factor, double *length) {
    struct simulator_plan out = *plan;
    *length = 0.0;
    for (int i = 0; i < simulator_option_count(plan->simulator); i++) {
        out.options[i] = fmin(plan->options[i], factor * plan->simulator->options[i].low);
        if (simulator_plan_pieces(&out) == simulator_plan_pieces(plan)) {
            *length += out.options[i];
        } else {
            out.options[i] = plan->options[i];
        }
    }
    return out;
}

/* A long run is not made just to be measured: two short ones tell what it takes. */
static enum status measure_run(const struct generate_request *request, const struct dataset_info *info,
                               const struct simulator_plan *plan, struct measurement *out) {
    double lengths[3], seconds[2] = {0.0, 0.0};
    struct simulator_plan plans[2] = {shorten(plan, 1.0, &lengths[0]), shorten(plan, 4.0, &lengths[1])};
    (void)shorten(plan, INFINITY, &lengths[2]);
    enum status status = STATUS_OK;
    for (int i = 0; i < 2 && status == STATUS_OK; i++) {
        *out = (struct measurement){0};
        status = sample(request, info, &plans[i], out, &seconds[i]);
    }
    double slope = lengths[1] > lengths[0] ? (seconds[1] - seconds[0]) / (lengths[1] - lengths[0]) : 0.0;
    out->run = seconds[1] + fmax(slope, 0.0) * (lengths[2] - lengths[1]);
    return status;
}

enum status forecast_make(struct forecast *out, const struct generate_request *request,
                          const struct dataset_info *info) {
    struct simulator_plan plan = generate_plan(request);
    struct measurement measured = {0};
    double count = (double)dataset_layout_trajectories(info), runs = 0.0, unused = 0.0;
    int pieces = simulator_plan_pieces(&plan);
    *out = (struct forecast){0};
    if (count == 0) {
        return STATUS_OK;
    }
    enum status status = pieces == 1 ? sample(request, info, &plan, &measured, &unused)
                                     : measure_run(request, info, &plan, &measured);
    for (int split = 0; split < DATASET_SPLITS; split++) {
        runs += ceil((double)info->trajectories[split] / pieces);
    }
    out->bytes = FILE_BYTES + count * measured.bytes;
    out->seconds = (count * measured.seconds + runs * measured.run) / request->effort.threads;
    return status;
}

void forecast_add_bytes(struct text *out, double bytes) {
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (bytes /= 1e3; bytes >= 999.5 && unit < 3; bytes /= 1e3) {
        unit++;
    }
    text_add(out, bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

enum status forecast_check_disk(const struct forecast *forecast, const char *path) {
    char *folder = memory_copy_string(path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        slash[slash == folder] = '\0';
    }
    struct statvfs disk;
    enum status status = STATUS_OK;
    /* What has no blocks at all is no disk, and says itself what is wrong. */
    if (statvfs(slash == NULL ? "." : folder, &disk) == 0 && disk.f_blocks > 0) {
        double available = (double)disk.f_bavail * (double)disk.f_frsize;
        if (forecast->bytes > available) {
            struct text line = {0};
            forecast_add_bytes(&line, forecast->bytes);
            text_add(&line, ", and its disk has ");
            forecast_add_bytes(&line, available);
            status = status_fail(STATUS_IO, "%s: needs about %s left", path, line.data);
            text_free(&line);
        }
    }
    free(folder);
    return status;
}

char *forecast_format(const struct forecast *forecast, const struct generate_request *request) {
    struct text line = {0};
    text_add(&line, "%s: %ld trajectories, about ", request->simulator->name,
             (long)request->train + (long)request->test + (long)request->validation);
    forecast_add_bytes(&line, forecast->bytes);
    text_add(&line, ", about ");
    text_add_seconds(&line, forecast->seconds);
    return line.data;
}
