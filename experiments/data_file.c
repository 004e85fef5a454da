/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/data_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/generate.h"
#include "support/memory.h"
#include "support/text.h"

static void set_name(char out[32], const char *name) {
    (void)snprintf(out, 32, "%s", name);
}

void data_file_resolve(struct dataset_settings *settings, const struct simulator *environment) {
    settings->train = settings->train < 0 ? environment->train : settings->train;
    settings->test = settings->test < 0 ? environment->test : settings->test;
    settings->frames = settings->frames == 0 ? environment->frames : settings->frames;
    settings->dt = settings->dt == 0.0 ? environment->dt : settings->dt;
    if (simulator_option_count(environment) == 0) {
        set_name(settings->protocol, DATASET_PROTOCOL_PUBLISHED);
    }
}

char *data_file_path(const char *folder, const struct simulator *environment,
                     const struct dataset_settings *settings) {
    struct text path = {0};
    text_add(&path, "%s/%s-train%d-test%d-frames%d-dt", folder, environment->name, settings->train,
             settings->test, settings->frames);
    text_add_number(&path, settings->dt);
    if (simulator_option_count(environment) > 0) {
        text_add(&path, "-%s", settings->protocol);
    }
    text_add(&path, "%s-seed%lld.h5", strcmp(settings->images, DATASET_IMAGES_NONE) == 0 ? "-noimages" : "",
             (long long)settings->seed);
    return path.data;
}

/* The request points into `plan`. */
static struct generate_request request_for(const struct simulator *environment,
                                           const struct dataset_settings *settings,
                                           const struct effort *effort, struct simulator_plan *plan) {
    *plan = simulator_plan_default(environment);
    if (strcmp(settings->protocol, DATASET_PROTOCOL_QUICK) == 0) {
        simulator_plan_quick(plan);
    }
    return (struct generate_request){
        .simulator = environment,
        .train = settings->train,
        .test = settings->test,
        .frames = settings->frames,
        .dt = settings->dt,
        .options = plan->options,
        .without_images = strcmp(settings->images, DATASET_IMAGES_NONE) == 0,
        .seed = (uint64_t)settings->seed,
        .effort = *effort,
    };
}

static enum status make_file(const char *path, const struct simulator *environment,
                             const struct dataset_settings *settings, const struct effort *effort,
                             bool keep) {
    struct simulator_plan plan;
    struct generate_request request = request_for(environment, settings, effort, &plan);
    request.path = path;
    request.keep = keep;
    return dataset_generate(&request);
}

enum status data_file_forecast(struct forecast *out, const struct simulator *environment,
                               const struct dataset_settings *settings, const struct effort *effort) {
    struct simulator_plan plan;
    struct generate_request request = request_for(environment, settings, effort, &plan);
    struct dataset_info info = generate_plan_info(&request);
    return forecast_make(out, &request, &info);
}

enum status data_file_make(const char *path, const struct simulator *environment,
                           const struct dataset_settings *settings, const struct effort *effort) {
    return make_file(path, environment, settings, effort, false);
}

enum status data_file_need(const char *path, const struct simulator *environment,
                           const struct dataset_settings *settings, const struct effort *effort) {
    return make_file(path, environment, settings, effort, true);
}

struct dataset_settings data_file_settings(const struct dataset *dataset) {
    const struct dataset_info *info = dataset_info(dataset);
    struct dataset_settings settings = {
        .train = info->trajectories[DATASET_TRAIN],
        .test = info->trajectories[DATASET_TEST],
        .frames = info->frames,
        .dt = info->dt,
        .seed = (int64_t)info->seed,
    };
    set_name(settings.images, info->stored_images ? DATASET_IMAGES_STORE : DATASET_IMAGES_NONE);
    set_name(settings.protocol, dataset_protocol(dataset));
    return settings;
}

static enum status check_settings(const char *path, const struct dataset *dataset,
                                  const struct dataset_settings *settings) {
    struct dataset_settings found = data_file_settings(dataset);
    const struct field *differing = schema_difference(&dataset_settings_schema, settings, &found);
    if (differing == NULL) {
        return STATUS_OK;
    }
    struct text line = {0};
    field_format(&line, &found, differing);
    text_add(&line, ", expected ");
    field_format(&line, settings, differing);
    enum status status =
        status_fail(STATUS_DATA, "%s: was made with dataset.%s %s; remove the file to make it again", path,
                    differing->name, line.data);
    text_free(&line);
    return status;
}

enum status data_file_open(struct dataset **out, const char *path, const struct simulator *environment,
                           const struct dataset_settings *settings) {
    struct dataset *dataset = NULL;
    enum status status = dataset_open(&dataset, path);
    if (status != STATUS_OK) {
        return status;
    }
    const char *found = dataset_info(dataset)->environment;
    if (strcmp(found, environment->name) != 0) {
        status =
            status_fail(STATUS_DATA, "%s: is a dataset of %s, expected %s", path, found, environment->name);
    } else if (settings != NULL) {
        status = check_settings(path, dataset, settings);
    }
    if (status == STATUS_OK) {
        *out = dataset;
    } else {
        dataset_close(dataset);
    }
    return status;
}

enum status data_file_check_current(const struct dataset *dataset, const char *path) {
    if (dataset_check_current(dataset) == STATUS_OK) {
        return STATUS_OK;
    }
    char *reason = memory_copy_string(status_detail());
    enum status status = status_fail(STATUS_DATA, "%s: %s; remove the file to make it again", path, reason);
    free(reason);
    return status;
}
