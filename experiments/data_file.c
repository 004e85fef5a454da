/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/data_file.h"

#include <string.h>

#include "datasets/generate.h"
#include "support/text.h"

char *data_file_path(const char *folder, const struct simulator *environment,
                     const struct dataset_settings *settings) {
    struct text path = {0};
    text_add(&path, "%s/%s-train%d-test%d-frames%d-dt", folder, environment->name, settings->train,
             settings->test, settings->frames);
    text_add_number(&path, settings->dt);
    text_add(&path, "-seed%lld.h5", (long long)settings->seed);
    return path.data;
}

enum status data_file_make(const char *path, const struct simulator *environment,
                           const struct dataset_settings *settings, int threads, bool quiet) {
    struct generate_request request = {
        .simulator = environment,
        .path = path,
        .train = settings->train,
        .test = settings->test,
        .frames = settings->frames,
        .dt = settings->dt,
        .seed = (uint64_t)settings->seed,
        .threads = threads,
        .quiet = quiet,
    };
    return dataset_generate(&request);
}

struct dataset_settings data_file_settings(const struct dataset *dataset) {
    const struct dataset_info *info = dataset_info(dataset);
    return (struct dataset_settings){
        .train = info->trajectories[DATASET_TRAIN],
        .test = info->trajectories[DATASET_TEST],
        .frames = info->frames,
        .dt = info->dt,
        .seed = (int64_t)info->seed,
    };
}

static enum status check_settings(const char *path, const struct dataset *dataset,
                                  const struct dataset_settings *settings) {
    struct settings wanted = {.dataset = *settings};
    struct settings found = {.dataset = data_file_settings(dataset)};
    const struct setting *differing = settings_difference(&wanted, &found, NULL);
    if (differing == NULL) {
        return STATUS_OK;
    }
    struct text line = {0};
    setting_format(&line, &found, differing);
    text_add(&line, ", expected ");
    setting_format(&line, &wanted, differing);
    enum status status = status_fail(STATUS_DATA, "%s: was made with %s %s; remove the file to make it again",
                                     path, differing->key, line.data);
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
