/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/cell.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/experiment.h"
#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/provenance.h"
#include "training/trainer.h"

static const char CONFIG_NAME[] = "config.resolved.yaml";
static const char ENVIRONMENT_NAME[] = "environment.json";

void cell_clear(struct cell *cell) {
    settings_clear(&cell->settings);
    free(cell->variant);
    free(cell->folder);
    free(cell->data_file);
    *cell = (struct cell){0};
}

static struct training_job training_job(const struct cell *cell, const struct dataset *dataset, int threads,
                                        bool quiet) {
    const struct training_settings *training = settings_training(&cell->settings);
    struct training_job job = {
        .folder = cell->folder,
        .kind = cell->model,
        .model = settings_model(&cell->settings),
        .dataset = dataset,
        .seed = cell->seed,
        .threads = threads,
        .quiet = quiet,
    };
    if (training != NULL) {
        job.training = *training;
    }
    return job;
}

/* Checks. */

/* Found here and not after hours of training. */
static enum status check_evaluation(const struct cell *cell) {
    return evaluation_check(settings_evaluation(&cell->settings), cell->model,
                            settings_model(&cell->settings), settings_dataset(&cell->settings)->frames);
}

static enum status compare(const struct cell *cell, const struct cell *found) {
    static const char advice[] = "remove the folder or choose another with --out";
    if (found->environment != cell->environment || found->model != cell->model || found->seed != cell->seed) {
        return status_fail(STATUS_DATA,
                           "%s: holds %s %s seed %" PRIu64 ", expected %s %s seed %" PRIu64 "; %s",
                           cell->folder, found->environment->name, found->model->name, found->seed,
                           cell->environment->name, cell->model->name, cell->seed, advice);
    }
    struct settings_difference differing;
    if (!settings_differ(&found->settings, &cell->settings, NULL, &differing)) {
        return STATUS_OK;
    }
    struct text values = {0};
    field_format(&values, differing.left, differing.field);
    text_add(&values, ", now it is ");
    field_format(&values, differing.right, differing.field);
    enum status status = status_fail(STATUS_DATA, "%s: was made with %s.%s %s; %s", cell->folder,
                                     differing.schema->group, differing.field->name, values.data, advice);
    text_free(&values);
    return status;
}

static enum status check_folder(const struct cell *cell) {
    char *path = file_join(cell->folder, CONFIG_NAME);
    enum status status = STATUS_OK;
    if (file_exists(path)) {
        struct cell found = {0};
        status = cell_read(&found, cell->folder);
        if (status == STATUS_OK) {
            status = compare(cell, &found);
        }
        cell_clear(&found);
    }
    free(path);
    return status;
}

enum status cell_check(const struct cell *cell) {
    enum status status = model_check(cell->model, settings_model(&cell->settings));
    if (status == STATUS_OK && cell->model->loss != NULL) {
        status = training_settings_check(settings_training(&cell->settings));
    }
    if (status == STATUS_OK) {
        status = check_evaluation(cell);
    }
    return status == STATUS_OK ? check_folder(cell) : status;
}

/* Files of the run folder. */

static void add_quoted(struct text *out, const char *key, const char *value) {
    /* A JSON string is a YAML string. */
    struct json_text json = {.out = out};
    text_add(out, "%s: ", key);
    json_text_string(&json, NULL, value);
    text_add(out, "\n");
}

static void add_variant(struct text *out, const struct cell *cell) {
    if (strcmp(cell->variant, cell->model->name) == 0) {
        text_add(out, "models: [%s]\n", cell->model->name);
    } else {
        text_add(out, "models:\n  - kind: %s\n    ", cell->model->name);
        add_quoted(out, "name", cell->variant);
    }
}

static enum status write_config(const struct cell *cell) {
    struct text text = {0};
    text_add(&text, "# Every setting of this run, written by hambench %s.\n", provenance_version());
    text_add(&text, "environments: [%s]\n", cell->environment->name);
    add_variant(&text, cell);
    text_add(&text, "seeds: [%" PRIu64 "]\n", cell->seed);
    char *absolute = realpath(cell->data_file, NULL);
    add_quoted(&text, "data_file", absolute == NULL ? cell->data_file : absolute);
    free(absolute);
    settings_add_yaml(&text, &cell->settings);
    char *path = file_join(cell->folder, CONFIG_NAME);
    enum status status = file_exists(path) ? STATUS_OK : file_write(path, text.data, text.length);
    free(path);
    text_free(&text);
    return status;
}

static enum status write_environment(const struct cell *cell, int threads) {
    char started[32] = "";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL) {
        (void)strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    provenance_add_json(&json);
    json_text_integer(&json, "threads", threads);
    json_text_string(&json, "started", started);
    json_text_close(&json, '}');
    text_add(&text, "\n");
    char *path = file_join(cell->folder, ENVIRONMENT_NAME);
    enum status status = file_write(path, text.data, text.length);
    free(path);
    text_free(&text);
    return status;
}

enum status cell_read(struct cell *out, const char *folder) {
    char *path = file_join(folder, CONFIG_NAME);
    struct experiment *experiment = NULL;
    *out = (struct cell){0};
    enum status status = experiment_read(&experiment, path, NULL, 0);
    if (status == STATUS_OK && (experiment->environment_count != 1 || experiment->variant_count != 1 ||
                                experiment->seed_count != 1 || experiment->data_file == NULL)) {
        status = status_fail(STATUS_DATA,
                             "%s: is not the configuration of one run (one environment, model and seed, with "
                             "data_file)",
                             path);
    }
    if (status == STATUS_OK) {
        experiment_settings(&out->settings, experiment, 0);
        out->environment = experiment->environments[0];
        out->model = experiment->variants[0].kind;
        out->variant = memory_copy_string(experiment->variants[0].name);
        out->seed = experiment->seeds[0];
        out->folder = memory_copy_string(folder);
        out->data_file = memory_copy_string(experiment->data_file);
    }
    experiment_free(experiment);
    free(path);
    return status;
}

/* Work. */

static struct table_cell begin_result(const struct cell *cell) {
    return (struct table_cell){
        .environment = cell->environment->name,
        .model = cell->variant,
        .seed = cell->seed,
        .latent = cell->model->latent != NULL,
    };
}

static enum status fill_progress(const struct cell *cell, struct table_cell *out) {
    return model_is_trained(cell->model) ? training_progress(cell->folder, &out->steps, &out->seconds)
                                         : STATUS_OK;
}

bool cell_is_finished(const struct cell *cell, struct table_cell *out) {
    *out = begin_result(cell);
    char *path = file_join(cell->folder, CONFIG_NAME);
    bool begun = file_exists(path);
    free(path);
    return begun && evaluation_read(&out->result, cell->folder) == STATUS_OK &&
           fill_progress(cell, out) == STATUS_OK;
}

static enum status load_model(struct model **out, const struct cell *cell, const struct training_job *job) {
    if (!model_is_trained(cell->model)) {
        model_create(out, cell->model, settings_model(&cell->settings), cell->seed);
        return STATUS_OK;
    }
    return training_load(out, job);
}

static const void *metric_settings(const void *settings, const struct schema *schema) {
    return settings_values(settings, schema);
}

enum status cell_evaluate(const struct cell *cell, const struct dataset *dataset, int threads, bool quiet,
                          struct table_cell *out) {
    *out = begin_result(cell);
    struct training_job job = training_job(cell, dataset, threads, quiet);
    struct model *model = NULL;
    enum status status = load_model(&model, cell, &job);
    if (status == STATUS_OK) {
        struct evaluation_job evaluation = {
            .folder = cell->folder,
            .model = model,
            .dataset = dataset,
            .name = cell->variant,
            .settings = *settings_evaluation(&cell->settings),
            .window_seed = (uint64_t)settings_dataset(&cell->settings)->seed,
            .model_seed = cell->seed,
            .metric_settings = metric_settings,
            .context = &cell->settings,
            .threads = threads,
            .quiet = quiet,
        };
        status = evaluation_run(&evaluation, &out->result);
        model_free(model);
    }
    if (status == STATUS_OK) {
        status = fill_progress(cell, out);
    }
    out->status = status;
    return status;
}

static enum status train(const struct cell *cell, const struct dataset *dataset, int threads, bool quiet) {
    if (!model_is_trained(cell->model)) {
        return STATUS_OK;
    }
    struct training_job job = training_job(cell, dataset, threads, quiet);
    enum status status = training_check(&job);
    return status == STATUS_OK ? training_run(&job) : status;
}

enum status cell_run(const struct cell *cell, const struct dataset *dataset, int threads, bool quiet,
                     struct table_cell *out) {
    *out = begin_result(cell);
    enum status status = file_make_directory(cell->folder);
    if (status == STATUS_OK) {
        status = write_config(cell);
    }
    if (status == STATUS_OK) {
        status = write_environment(cell, threads);
    }
    if (status == STATUS_OK) {
        status = train(cell, dataset, threads, quiet);
    }
    out->status = status;
    return status == STATUS_OK ? cell_evaluate(cell, dataset, threads, quiet, out) : status;
}
