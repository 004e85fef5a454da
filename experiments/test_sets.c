/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/test_sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evaluation/windows.h"
#include "experiments/data_file.h"
#include "simulators/shift.h"
#include "support/file.h"
#include "support/memory.h"

/* What is asked for of a set: windows and dataset; no windows where there is no such set. */
struct plan {
    struct evaluation_settings evaluation;
    struct dataset_settings dataset;
};

static bool can_make(const struct simulator *environment, const struct dataset_settings *dataset) {
    struct simulator_plan plan = simulator_plan_default(environment);
    if (strcmp(dataset->protocol, DATASET_PROTOCOL_QUICK) == 0) {
        simulator_plan_quick(&plan);
    }
    plan.frames = dataset->frames;
    plan.dt = dataset->dt;
    return simulator_plan_check(&plan) == STATUS_OK;
}

/* The largest number of frames up to `most` that the environment can make, found by halving; 0 for none. */
static int longest_film(const struct simulator *environment, struct dataset_settings dataset, int most) {
    int good = 0, bad = most + 1;
    while (bad - good > 1) {
        dataset.frames = good == 0 && bad == most + 1 ? most : good + (bad - good) / 2;
        if (can_make(environment, &dataset)) {
            good = dataset.frames;
        } else {
            bad = dataset.frames;
        }
    }
    return good;
}

/* The shift of a set; none of the long one. */
static enum simulator_shift shift_of(enum test_set set) {
    static const enum simulator_shift shifts[TEST_SETS] = {[TEST_SET_ENERGY] = SIMULATOR_SHIFT_ENERGY,
                                                           [TEST_SET_PARAMETERS] = SIMULATOR_SHIFT_PARAMETERS,
                                                           [TEST_SET_DT] = SIMULATOR_SHIFT_DT};
    return shifts[set];
}

/* Films that are as long as wanted, or as the environment can make them. */
static struct plan plan_set(const struct cell *cell, enum test_set set) {
    struct plan plan = {.evaluation = *settings_evaluation(&cell->settings),
                        .dataset = *settings_dataset(&cell->settings)};
    struct evaluation_settings *evaluation = &plan.evaluation;
    const struct simulator *films = simulator_shifted(cell->environment, shift_of(set));
    int before = evaluation->history_frames + evaluation->reconstruction_frames;
    int wanted = set == TEST_SET_LONG ? evaluation->history_frames + evaluation->long_frames
                                      : before + evaluation->extrapolation_frames;
    evaluation->windows = set == TEST_SET_LONG ? evaluation->long_windows : evaluation->shift_windows;
    if (films == NULL) {
        evaluation->windows = 0;
        return plan;
    }
    plan.dataset.dt *= films->dt / cell->environment->dt;
    int frames = longest_film(films, plan.dataset, wanted);
    evaluation->windows = frames > before ? evaluation->windows : 0;
    evaluation->extrapolation_frames = frames - before;
    (void)snprintf(plan.dataset.shift, sizeof plan.dataset.shift, "%s", simulator_shift_names[shift_of(set)]);
    plan.dataset.train = plan.dataset.validation = 0;
    plan.dataset.test = evaluation->windows;
    plan.dataset.frames = frames;
    return plan;
}

static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? memory_copy_string(".") : text_format("%.*s", (int)(slash - path), path);
}

/* Beside the dataset, for all that use it; where nothing can be written there, in the folder of the run. */
static char *choose_folder(const struct cell *cell, const struct dataset_settings *settings) {
    char *data = folder_of(cell->data_file), *folder = file_join(data, "test-sets");
    char *path = data_file_path(folder, cell->environment, settings);
    bool usable =
        file_exists(path) || (file_make_directory(folder) == STATUS_OK && access(folder, W_OK) == 0);
    if (!usable) {
        free(folder);
        folder = file_join(cell->folder, "test-sets");
    }
    free(path);
    free(data);
    return folder;
}

static enum status open_data(struct dataset **out, const struct cell *cell,
                             const struct dataset_settings *settings, const struct effort *effort) {
    char *folder = choose_folder(cell, settings);
    char *path = data_file_path(folder, cell->environment, settings);
    enum status status = STATUS_OK;
    if (!file_exists(path)) {
        effort_report(effort, "%s: making %s", cell->environment->name, path);
        status = file_make_directory(folder);
        if (status == STATUS_OK) {
            status = data_file_need(path, cell->environment, settings, effort);
        }
    }
    if (status == STATUS_OK) {
        status = data_file_open(out, path, cell->environment, settings);
    }
    if (status == STATUS_OK) {
        status = data_file_check_current(*out, path);
    }
    free(path);
    free(folder);
    return status;
}

enum status test_sets_open(struct test_sets *out, const struct cell *cell, const struct effort *effort) {
    *out = (struct test_sets){0};
    enum status status = STATUS_OK;
    bool choosing = evaluation_split(settings_evaluation(&cell->settings)) != DATASET_TEST;
    if (cell->model->video == NULL || !cell->generated || choosing) {
        return STATUS_OK;
    }
    for (int set = TEST_SET_OWN + 1; set < TEST_SETS && status == STATUS_OK; set++) {
        struct plan plan = plan_set(cell, (enum test_set)set);
        if (plan.evaluation.windows == 0) {
            continue;
        }
        size_t i = out->count;
        status = open_data(&out->dataset[i], cell, &plan.dataset, effort);
        out->source[i] = (struct test_set_source){
            .set = (enum test_set)set, .dataset = out->dataset[i], .settings = plan.evaluation};
        out->count += status == STATUS_OK || out->dataset[i] != NULL;
    }
    return status;
}

void test_sets_close(struct test_sets *sets) {
    for (size_t i = 0; i < sets->count; i++) {
        dataset_close(sets->dataset[i]);
    }
    *sets = (struct test_sets){0};
}
