/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/data_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/generate.h"
#include "simulators/shift.h"
#include "support/memory.h"
#include "support/text.h"

/* Validation trajectories are a quarter of the test ones: the error bars of a choice may be twice as wide as
 * those of a result, and little is added to what a file costs. */
enum { VALIDATION_SHARE = 4 };

static void set_name(char out[32], const char *name) {
    (void)snprintf(out, 32, "%s", name);
}

static enum simulator_shift shift_of(const struct dataset_settings *settings) {
    return simulator_shift_find(settings->shift);
}

void data_file_resolve(struct dataset_settings *settings, const struct simulator *environment) {
    if (*settings->shift == '\0') {
        set_name(settings->shift, DATASET_SHIFT_NONE);
    }
    /* Where there is no such shift, making the file will say so. */
    const struct simulator *shifted = simulator_shifted(environment, shift_of(settings));
    environment = shifted == NULL ? environment : shifted;
    settings->train = settings->train < 0 ? environment->train : settings->train;
    settings->test = settings->test < 0 ? environment->test : settings->test;
    if (settings->validation < 0) {
        settings->validation = settings->train > 0 ? settings->test / VALIDATION_SHARE : 0;
    }
    settings->frames = settings->frames == 0 ? environment->frames : settings->frames;
    settings->dt = settings->dt == 0.0 ? environment->dt : settings->dt;
    if (simulator_option_count(environment) == 0) {
        set_name(settings->protocol, DATASET_PROTOCOL_PUBLISHED);
    }
}

char *data_file_path(const char *folder, const struct simulator *environment,
                     const struct dataset_settings *settings) {
    struct text path = {0};
    text_add(&path, "%s/%s-", folder, environment->name);
    if (shift_of(settings) != SIMULATOR_SHIFT_NONE) {
        text_add(&path, "shift-%s-", settings->shift);
    }
    text_add(&path, "train%d-test%d-", settings->train, settings->test);
    if (settings->validation > 0) {
        text_add(&path, "validation%d-", settings->validation);
    }
    text_add(&path, "frames%d-dt", settings->frames);
    text_add_number(&path, settings->dt);
    if (simulator_option_count(environment) > 0) {
        text_add(&path, "-%s", settings->protocol);
    }
    text_add(&path, "%s-seed%lld.h5", strcmp(settings->images, DATASET_IMAGES_NONE) == 0 ? "-noimages" : "",
             (long long)settings->seed);
    return path.data;
}

/* STATUS_DATA where the environment has no such shift. The request points into `plan`. */
static enum status make_request(struct generate_request *out, const struct simulator *environment,
                                const struct dataset_settings *settings, const struct effort *effort,
                                struct simulator_plan *plan) {
    const struct simulator *shifted;
    enum status status = simulator_shift_get(&shifted, environment, shift_of(settings));
    if (status != STATUS_OK) {
        return status;
    }
    *plan = simulator_plan_default(shifted);
    if (strcmp(settings->protocol, DATASET_PROTOCOL_QUICK) == 0) {
        simulator_plan_quick(plan);
    }
    *out = (struct generate_request){
        .simulator = shifted,
        .train = settings->train,
        .test = settings->test,
        .validation = settings->validation,
        .frames = settings->frames,
        .dt = settings->dt,
        .options = plan->options,
        .without_images = strcmp(settings->images, DATASET_IMAGES_NONE) == 0,
        .seed = (uint64_t)settings->seed,
        .effort = *effort,
    };
    return STATUS_OK;
}

static enum status make_file(const char *path, const struct simulator *environment,
                             const struct dataset_settings *settings, const struct effort *effort,
                             bool keep) {
    struct simulator_plan plan;
    struct generate_request request;
    enum status status = make_request(&request, environment, settings, effort, &plan);
    request.path = path;
    request.keep = keep;
    return status == STATUS_OK ? dataset_generate(&request) : status;
}

enum status data_file_forecast(struct forecast *out, const struct simulator *environment,
                               const struct dataset_settings *settings, const struct effort *effort) {
    struct simulator_plan plan;
    struct generate_request request;
    enum status status = make_request(&request, environment, settings, effort, &plan);
    if (status != STATUS_OK) {
        return status;
    }
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
        .validation = info->trajectories[DATASET_VALIDATION],
        .frames = info->frames,
        .dt = info->dt,
        .seed = (int64_t)info->seed,
    };
    set_name(settings.images, info->stored_images ? DATASET_IMAGES_STORE : DATASET_IMAGES_NONE);
    set_name(settings.protocol, dataset_protocol(dataset));
    set_name(settings.shift, simulator_shift_names[info->shift]);
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
