/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/cell_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "training/schedule.h"
#include "training/trainer.h"

const char cell_config_name[] = "config.resolved.yaml";
const char cell_checkpoint_name[] = "checkpoint.h5";
const char cell_sessions_name[] = "environment.jsonl";

static const char ADVICE[] = "remove the folder or choose another with --out";

/* ---- settings and data ---- */

/* Found before any data are made. */
static enum status check_data(const struct cell *cell) {
    const struct dataset_settings *data = settings_dataset(&cell->settings);
    if (model_is_trained(cell->model) && data->train < 1) {
        return status_fail(STATUS_DATA, "dataset.train: %d, %s is trained: %s has no training trajectories",
                           data->train, cell->model->name,
                           cell->generated ? cell->environment->name : cell->data_file);
    }
    bool validation = evaluation_split(settings_evaluation(&cell->settings)) == DATASET_VALIDATION;
    int evaluated = validation ? data->validation : data->test;
    if (evaluated < 1) {
        return status_fail(STATUS_DATA, "dataset.%s: %d, expected at least one trajectory to evaluate on",
                           validation ? "validation" : "test", evaluated);
    }
    return STATUS_OK;
}

/* ---- a run folder that is there already ---- */

static bool has_file(const struct cell *cell, const char *name) {
    char *path = file_join(cell->folder, name);
    bool found = file_exists(path);
    free(path);
    return found;
}

/* Whether the settings of that group decide what is trained; the others only how it is evaluated. */
static bool decides_training(const char *group) {
    return strcmp(group, dataset_settings_schema.group) == 0 || strcmp(group, "model") == 0 ||
           strcmp(group, training_settings_schema.group) == 0;
}

static enum status fail_difference(const struct cell *cell, const struct settings_section *section,
                                   const void *before, const struct field *field, const char *why) {
    struct text values = {0};
    field_format(&values, before, field);
    text_add(&values, ", now it is ");
    field_format(&values, section->values, field);
    enum status status = status_fail(STATUS_DATA, "%s: was made with %s.%s %s; %s%s", cell->folder,
                                     section->schema->group, field->name, values.data, why, ADVICE);
    text_free(&values);
    return status;
}

/* A training can be made longer where the steps that were taken are those of the longer one. */
static enum status check_extension(const struct cell *cell, const struct settings_section *section,
                                   const struct training_settings *before, int done) {
    const struct training_settings *now = section->values;
    const struct field *field = schema_find(section->schema, "steps");
    struct text why = {0};
    int first = now->steps == before->steps ? -1 : schedule_first_difference(before, now, done);
    enum status status = STATUS_OK;
    if (done > now->steps) {
        text_add(&why, "%d steps are done, and none can be taken back; ", done);
    } else if (first >= 0) {
        text_add(&why,
                 "the learning rate of step %d would have been another one (with training.final_rate 1 it "
                 "would not); ",
                 first + 1);
    }
    if (why.length > 0) {
        status = fail_difference(cell, section, before, field, why.data);
    }
    text_free(&why);
    return status;
}

static enum status compare_training(const struct cell *cell, const struct settings_section *section,
                                    const void *found, const struct record *record) {
    struct training_settings before = *(const struct training_settings *)found;
    struct training_settings compared = before;
    int done = 0;
    double seconds;
    compared.steps = ((const struct training_settings *)section->values)->steps;
    const struct field *field = schema_difference(section->schema, &compared, section->values);
    if (field != NULL) {
        return fail_difference(cell, section, found, field, "");
    }
    enum status status = training_progress(cell->folder, &done, &seconds);
    if (status != STATUS_OK) {
        return STATUS_OK; /* a damaged checkpoint is this cell's failure, not the experiment's */
    }
    /* A finished training was as long as it is, whatever its configuration has been made to say. */
    before.steps = record->state == RECORD_DONE && record->steps > 0 ? record->steps : before.steps;
    return check_extension(cell, section, &before, done);
}

static enum status compare(const struct cell *cell, const struct cell *found) {
    if (found->environment != cell->environment || found->model != cell->model || found->seed != cell->seed) {
        return status_fail(STATUS_DATA,
                           "%s: holds %s %s seed %" PRIu64 ", expected %s %s seed %" PRIu64 "; %s",
                           cell->folder, found->environment->name, found->model->name, found->seed,
                           cell->environment->name, cell->model->name, cell->seed, ADVICE);
    }
    struct record record;
    if (record_read(&record, cell->folder) != STATUS_OK) {
        record = (struct record){0};
    }
    for (size_t i = 0; i < cell->settings.count; i++) {
        const struct settings_section *section = &cell->settings.sections[i];
        const void *before = settings_values(&found->settings, section->schema);
        if (!decides_training(section->schema->group)) {
            continue; /* the cell is evaluated again */
        }
        if (section->schema == &training_settings_schema) {
            enum status status = compare_training(cell, section, before, &record);
            if (status != STATUS_OK) {
                return status;
            }
            continue;
        }
        const struct field *field = schema_difference(section->schema, before, section->values);
        if (field != NULL) {
            return fail_difference(cell, section, before, field, "");
        }
    }
    return STATUS_OK;
}

static enum status check_folder(const struct cell *cell) {
    /* Where nothing was made yet, nothing is lost by other settings. */
    if (!has_file(cell, cell_config_name) ||
        (!has_file(cell, cell_checkpoint_name) && !has_file(cell, "evaluation.json"))) {
        return STATUS_OK;
    }
    struct cell found = {0};
    enum status status = cell_read(&found, cell->folder);
    if (status == STATUS_OK) {
        status = compare(cell, &found);
    }
    cell_clear(&found);
    return status;
}

enum status cell_check(const struct cell *cell) {
    enum status status = model_check(cell->model, settings_model(&cell->settings));
    if (status == STATUS_OK && cell->model->loss != NULL) {
        status = training_settings_check(settings_training(&cell->settings));
    }
    if (status == STATUS_OK) {
        status = check_data(cell);
    }
    if (status == STATUS_OK) {
        status = evaluation_check(settings_evaluation(&cell->settings), cell->model,
                                  settings_model(&cell->settings), settings_dataset(&cell->settings)->frames);
    }
    return status == STATUS_OK ? check_folder(cell) : status;
}
