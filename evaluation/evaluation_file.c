/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/evaluation_file.h"

#include <stdlib.h>

#include "evaluation/energy.h"
#include "support/file.h"
#include "support/json_text.h"

static void add_error(struct json_text *json, const char *key, struct evaluation_error error) {
    json_text_open(json, key, '{');
    for (int m = 0; m < METRICS; m++) {
        json_text_number(json, metrics[m]->name, *metric_field(metrics[m], &error));
    }
    json_text_close(json, '}');
}

static void add_settings(struct json_text *json, const struct evaluation_job *job,
                         const struct rollout *rollout) {
    const struct dataset_info *info = dataset_info(job->dataset);
    json_text_string(json, "environment", info->environment);
    json_text_string(json, "model", job->name);
    json_text_integer(json, "seed", (int64_t)job->seed);
    json_text_integer(json, "windows", rollout->windows);
    json_text_integer(json, "window_frames", rollout->length);
    json_text_integer(json, "training_window", rollout->first + rollout->train_frames);
    json_text_integer(json, "extrapolation_frames", rollout->frames - rollout->train_frames);
    json_text_integer(json, "first_prediction", rollout->first);
    json_text_number(json, "dt", info->dt);
}

static void add_energy(struct json_text *json, const struct rollout *rollout, double drift) {
    json_text_open(json, "energy", '{');
    json_text_number(json, "drift", drift);
    json_text_number(json, "true_drift",
                     energy_drift(rollout->true_energy, rollout->windows, rollout->frames));
    if (rollout->energy != NULL) {
        json_text_number(json, "scale", energy_scale(rollout->energy, rollout->windows, rollout->frames));
    }
    json_text_number(json, "true_scale",
                     energy_scale(rollout->true_energy, rollout->windows, rollout->frames));
    json_text_close(json, '}');
}

static void add_curve(struct json_text *json, const struct rollout *rollout) {
    json_text_open(json, "curve", '{');
    json_text_integer(json, "first_frame", rollout->first);
    for (int m = 0; m < METRICS; m++) {
        json_text_open(json, metrics[m]->name, '[');
        for (int t = 0; t < rollout->frames; t++) {
            struct evaluation_error error = rollout_error(rollout, -1, t, t + 1);
            json_text_number(json, NULL, *metric_field(metrics[m], &error));
        }
        json_text_close(json, ']');
    }
    json_text_close(json, '}');
}

static void add_windows(struct json_text *json, const struct rollout *rollout) {
    json_text_open(json, "window_list", '[');
    for (int i = 0; i < rollout->windows; i++) {
        json_text_open(json, NULL, '{');
        json_text_integer(json, "trajectory", rollout->window[i].trajectory);
        json_text_integer(json, "start", rollout->window[i].start);
        add_error(json, "train", rollout_error(rollout, i, 0, rollout->train_frames));
        add_error(json, "extrapolation", rollout_error(rollout, i, rollout->train_frames, rollout->frames));
        json_text_close(json, '}');
    }
    json_text_close(json, ']');
}

static void add_lines(struct json_text *json, const char *key, const struct lines *lines) {
    json_text_open(json, key, '[');
    for (size_t i = 0; i < lines->count; i++) {
        json_text_string(json, NULL, lines->line[i]);
    }
    json_text_close(json, ']');
}

enum status evaluation_file_write(const struct evaluation_job *job, const struct rollout *rollout,
                                  const struct evaluation_result *result,
                                  const struct figure_report *report) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "format", "hambench evaluation");
    json_text_integer(&json, "format_version", EVALUATION_FORMAT);
    add_settings(&json, job, rollout);
    add_error(&json, "train", result->train);
    add_error(&json, "extrapolation", result->extrapolation);
    add_energy(&json, rollout, result->energy_drift);
    add_lines(&json, "pictures", &report->pictures);
    add_lines(&json, "notes", &report->notes);
    add_curve(&json, rollout);
    add_windows(&json, rollout);
    json_text_close(&json, '}');
    text_add(&text, "\n");
    char *path = file_join(job->folder, EVALUATION_FILE);
    enum status status = file_write(path, text.data, text.length);
    free(path);
    text_free(&text);
    return status;
}
