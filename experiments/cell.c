/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/cell.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/cell_check.h"
#include "experiments/data_file.h"
#include "experiments/experiment.h"
#include "experiments/test_sets.h"
#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/provenance.h"
#include "sweep/identity.h"
#include "training/trainer.h"

static const char FIGURES_NAME[] = "evaluation.json";

void cell_clear(struct cell *cell) {
    settings_clear(&cell->settings);
    free(cell->variant);
    free(cell->folder);
    free(cell->name);
    free(cell->data_file);
    free(cell->record);
    *cell = (struct cell){0};
}

static struct training_job training_job(const struct cell *cell, const struct dataset *dataset,
                                        const struct effort *effort) {
    const struct training_settings *training = settings_training(&cell->settings);
    struct training_job job = {
        .folder = cell->folder,
        .kind = cell->model,
        .model = settings_model(&cell->settings),
        .dataset = dataset,
        .seed = cell->seed,
        .threads = effort->threads,
        .quiet = effort->quiet,
    };
    if (training != NULL) {
        job.training = *training;
    }
    return job;
}

/* ---- files of the run folder ---- */

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
    if (!cell->generated) {
        char *relative = record_relative_path(cell->folder, cell->data_file);
        add_quoted(&text, "data_file", relative);
        free(relative);
    }
    settings_add_yaml(&text, &cell->settings);
    char *path = file_join(cell->folder, cell_config_name);
    struct text found = {0};
    bool same = file_exists(path) && file_read(&found, path) == STATUS_OK && found.length == text.length &&
                memcmp(found.data, text.data, text.length) == 0;
    enum status status = same ? STATUS_OK : file_write(path, text.data, text.length);
    free(path);
    text_free(&found);
    text_free(&text);
    return status;
}

/* A line for each session, so that a run which two programs made says so. */
static enum status add_environment(const struct cell *cell, const struct record *record,
                                   const struct effort *effort) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    provenance_add_json(&json);
    json_text_integer(&json, "threads", effort->threads);
    json_text_string(&json, "host", record->host);
    json_text_string(&json, "started", record->when);
    json_text_integer(&json, "from_step", record->steps);
    json_text_string(&json, "identity", record->identity);
    json_text_string(&json, "data", record->data);
    json_text_close(&json, '}');
    text_add(&text, "\n");
    char *path = file_join(cell->folder, cell_sessions_name);
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    bool written = file >= 0 && write(file, text.data, text.length) == (ssize_t)text.length;
    written = file >= 0 && fsync(file) == 0 && written;
    enum status status =
        written ? STATUS_OK : status_fail(STATUS_IO, "%s: cannot append: %s", path, strerror(errno));
    if (file >= 0) {
        (void)close(file);
    }
    free(path);
    text_free(&text);
    return status;
}

/* Generated data are where they were, seen from the folder; or else where this program would make them. */
static char *find_data(const struct cell *cell) {
    struct record record;
    if (record_read(&record, cell->folder) == STATUS_OK && *record.data_file != '\0') {
        char *path = *record.data_file == '/' ? memory_copy_string(record.data_file)
                                              : file_join(cell->folder, record.data_file);
        if (file_exists(path)) {
            return path;
        }
        free(path);
    }
    return data_file_path("data", cell->environment, settings_dataset(&cell->settings));
}

enum status cell_read(struct cell *out, const char *folder) {
    char *path = file_join(folder, cell_config_name);
    struct experiment *experiment = NULL;
    *out = (struct cell){0};
    enum status status = experiment_read(&experiment, path, NULL, 0);
    if (status == STATUS_OK && (experiment->environment_count != 1 || experiment->variant_count != 1 ||
                                experiment->seed_count != 1)) {
        status = status_fail(
            STATUS_DATA, "%s: is not the configuration of one run (one environment, model and seed)", path);
    }
    if (status == STATUS_OK) {
        experiment_settings(&out->settings, experiment, 0);
        out->environment = experiment->environments[0];
        out->model = experiment->variants[0].kind;
        out->variant = memory_copy_string(experiment->variants[0].name);
        out->seed = experiment->seeds[0];
        out->folder = memory_copy_string(folder);
        out->name = memory_copy_string(".");
        out->generated = experiment->data_file == NULL;
        data_file_resolve(settings_dataset(&out->settings), out->environment);
        out->data_file = out->generated ? find_data(out) : memory_copy_string(experiment->data_file);
    }
    experiment_free(experiment);
    free(path);
    return status;
}

/* ---- identity and standing ---- */

/* Settings at their defaults are left out: a new one changes no identity. */
static void add_settings(struct identity *identity, const struct settings_section *section) {
    void *initial = memory_alloc(1, section->schema->size);
    schema_defaults(section->schema, initial);
    for (size_t i = 0; i < section->schema->count; i++) {
        const struct field *field = &section->schema->fields[i];
        struct text value = {0}, standard = {0};
        field_format(&value, section->values, field);
        field_format(&standard, initial, field);
        if (strcmp(value.data, standard.data) != 0) {
            char *name = text_format("%s.%s", section->schema->group, field->name);
            identity_add(identity, name, value.data);
            free(name);
        }
        text_free(&value);
        text_free(&standard);
    }
    free(initial);
}

void cell_identify(char out[SHA256_TEXT], const struct cell *cell, const char *data) {
    struct identity *identity;
    char seed[32];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, cell->seed);
    identity_begin(&identity);
    identity_add(identity, "environment", cell->environment->name);
    identity_add(identity, "model", cell->model->name);
    identity_add(identity, "seed", seed);
    identity_add(identity, "data", data);
    for (size_t i = 0; i < cell->settings.count; i++) {
        add_settings(identity, &cell->settings.sections[i]);
    }
    identity_end(identity, out);
}

static bool has_file(const struct cell *cell, const char *name) {
    char *path = file_join(cell->folder, name);
    bool found = file_exists(path);
    free(path);
    return found;
}

static bool is_trained(const struct cell *cell) {
    const struct training_settings *training = settings_training(&cell->settings);
    int steps = 0;
    double seconds;
    return !model_is_trained(cell->model) ||
           (training_progress(cell->folder, &steps, &seconds) == STATUS_OK &&
            (cell->model->loss == NULL || steps == training->steps));
}

/* Whether what is there was made by this program from these data; if not, the reason says so. */
static bool is_current(struct record *record, const char *data) {
    if (strcmp(record->begun_by, record->revision) != 0) {
        (void)snprintf(record->reason, sizeof record->reason,
                       "begun by revision %s, finished by %s, this is %s", record->begun_by, record->revision,
                       provenance_revision());
        return false;
    }
    if (strcmp(record->revision, provenance_revision()) != 0) {
        (void)snprintf(record->reason, sizeof record->reason, "made by revision %s, this is %s",
                       record->revision, provenance_revision());
        return false;
    }
    if (data != NULL && strcmp(record->data, data) != 0) {
        (void)snprintf(record->reason, sizeof record->reason, "made from other data than there are now");
        return false;
    }
    return true;
}

/* A record that says that all is done: whether that is still so. */
static enum record_state judge_result(const struct cell *cell, const char *data, struct record *record,
                                      bool *settled) {
    char identity[SHA256_TEXT];
    struct evaluation_result result;
    cell_identify(identity, cell, record->data);
    if (!has_file(cell, cell_config_name) || evaluation_read(&result, cell->folder) != STATUS_OK ||
        !is_trained(cell)) {
        return RECORD_WAITING; /* somebody took something away, or asks for more steps */
    }
    if (strcmp(identity, record->identity) != 0) {
        (void)snprintf(record->reason, sizeof record->reason, "made with other settings");
        return RECORD_STALE;
    }
    *settled = true;
    return is_current(record, data) ? RECORD_DONE : RECORD_STALE;
}

void cell_look(const struct cell *cell, const char *data, struct cell_standing *out) {
    *out = (struct cell_standing){.state = RECORD_WAITING};
    if (record_read(&out->record, cell->folder) != STATUS_OK) {
        out->record = (struct record){0}; /* damaged: whatever it said is done again */
        return;
    }
    /* Whoever holds the lock, as the caller may himself, has not begun as long as the record says "done". */
    enum record_state judged = out->record.state;
    if (judged == RECORD_DONE) {
        judged = judge_result(cell, data, &out->record, &out->settled);
    }
    out->state = record_state_now(&out->record, cell->folder);
    out->state = out->state == RECORD_DONE ? judged : out->state;
    out->stale = judged == RECORD_STALE;
}

/* ---- work ---- */

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

bool cell_result(const struct cell *cell, struct table_cell *out) {
    *out = begin_result(cell);
    return evaluation_read(&out->result, cell->folder) == STATUS_OK && fill_progress(cell, out) == STATUS_OK;
}

enum status cell_reset(const struct cell *cell) {
    static const char *const names[] = {FIGURES_NAME, "checkpoint.h5", "config.resolved.yaml", "cell.json"};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && status == STATUS_OK; i++) {
        char *path = file_join(cell->folder, names[i]);
        if (unlink(path) != 0 && errno != ENOENT) {
            status = status_fail(STATUS_IO, "%s: cannot remove: %s", path, strerror(errno));
        }
        free(path);
    }
    return status;
}

static enum status load_model(struct model **out, const struct cell *cell, const struct training_job *job) {
    if (!model_is_trained(cell->model)) {
        model_create(out, cell->model, settings_model(&cell->settings), cell->seed);
        return STATUS_OK;
    }
    return training_load(out, job);
}

enum status cell_load(struct model **out, int *steps, const struct cell *cell) {
    struct training_job job = training_job(cell, NULL, &(struct effort){.threads = 1});
    double seconds;
    *steps = 0;
    enum status status = load_model(out, cell, &job);
    if (status == STATUS_OK && model_is_trained(cell->model)) {
        status = training_progress(cell->folder, steps, &seconds);
        if (status != STATUS_OK) {
            model_free(*out);
            *out = NULL;
        }
    }
    return status;
}

static const void *metric_settings(const void *settings, const struct schema *schema) {
    return settings_values(settings, schema);
}

static enum status evaluate_on(const struct cell *cell, const struct dataset *dataset,
                               const struct test_sets *others, const struct effort *effort,
                               struct table_cell *out) {
    struct training_job job = training_job(cell, dataset, effort);
    struct model *model = NULL;
    enum status status = load_model(&model, cell, &job);
    if (status == STATUS_OK) {
        struct evaluation_job evaluation = {
            .folder = cell->folder,
            .model = model,
            .dataset = dataset,
            .name = cell->variant,
            .settings = *settings_evaluation(&cell->settings),
            .others = others->source,
            .other_count = others->count,
            .window_seed = (uint64_t)settings_dataset(&cell->settings)->seed,
            .model_seed = cell->seed,
            .metric_settings = metric_settings,
            .context = &cell->settings,
            .threads = effort->threads,
            .quiet = effort->quiet,
        };
        status = evaluation_run(&evaluation, &out->result);
        model_free(model);
    }
    return status;
}

static enum status evaluate(const struct cell *cell, const struct dataset *dataset,
                            const struct effort *effort, struct table_cell *out) {
    struct test_sets others;
    enum status status = test_sets_open(&others, cell, effort);
    if (status == STATUS_OK) {
        status = evaluate_on(cell, dataset, &others, effort, out);
    }
    test_sets_close(&others);
    return status == STATUS_OK ? fill_progress(cell, out) : status;
}

static enum status train(const struct cell *cell, const struct dataset *dataset,
                         const struct effort *effort) {
    if (!model_is_trained(cell->model)) {
        return STATUS_OK;
    }
    struct training_job job = training_job(cell, dataset, effort);
    enum status status = training_check(&job);
    return status == STATUS_OK ? training_run(&job) : status;
}

/* Puts the record into the folder, and a line into the experiment's file. */
static enum status keep_record(const struct cell *cell, const struct record *record, struct store *store) {
    enum status status = record_write(record, cell->folder);
    if (status == STATUS_OK && store != NULL) {
        struct text line = {0};
        record_format(&line, record);
        status = store_add(store, &line);
        text_free(&line);
    }
    return status;
}

/* What the record says while somebody works. Who began it stays, as long as something of that is there. */
static struct record begin_record(const struct cell *cell, const struct dataset *dataset) {
    struct record record, before;
    if (record_read(&before, cell->folder) != STATUS_OK || !has_file(cell, cell_checkpoint_name)) {
        before = (struct record){0};
    }
    record = (struct record){.state = RECORD_RUNNING};
    (void)snprintf(record.cell, sizeof record.cell, "%s", cell->name);
    (void)snprintf(record.data, sizeof record.data, "%s", dataset_fingerprint(dataset));
    cell_identify(record.identity, cell, record.data);
    (void)snprintf(record.revision, sizeof record.revision, "%s", provenance_revision());
    (void)snprintf(record.begun_by, sizeof record.begun_by, "%s",
                   *before.begun_by == '\0' ? provenance_revision() : before.begun_by);
    char *data_file = record_relative_path(cell->folder, cell->data_file);
    (void)snprintf(record.data_file, sizeof record.data_file, "%s", data_file);
    free(data_file);
    (void)training_progress(cell->folder, &record.steps, &record.seconds);
    record_stamp(&record);
    return record;
}

/* The evaluation that is there was made with other settings, or of fewer steps: it goes before anything else
 * changes, so that it is never taken for one of the new settings. */
static enum status remove_figures(const struct cell *cell) {
    char *path = file_join(cell->folder, FIGURES_NAME);
    enum status status = unlink(path) == 0 || errno == ENOENT
                             ? STATUS_OK
                             : status_fail(STATUS_IO, "%s: cannot remove: %s", path, strerror(errno));
    free(path);
    return status;
}

static enum status begin(const struct cell *cell, const struct record *record, const struct effort *effort,
                         struct store *store) {
    enum status status = remove_figures(cell);
    if (status == STATUS_OK) {
        status = keep_record(cell, record, store);
    }
    if (status == STATUS_OK) {
        status = write_config(cell);
    }
    return status == STATUS_OK ? add_environment(cell, record, effort) : status;
}

/* A folder that was removed while a process worked in it comes back in parts: pictures, the evaluation. */
static enum status check_still_there(const struct cell *cell) {
    if (has_file(cell, cell_config_name) &&
        (!model_is_trained(cell->model) || has_file(cell, cell_checkpoint_name))) {
        return STATUS_OK;
    }
    return status_fail(STATUS_IO, "%s: was removed, or files in it, while it was worked on", cell->folder);
}

static void end_record(const struct cell *cell, struct record *record, enum status status) {
    record->state = status == STATUS_OK            ? RECORD_DONE
                    : status == STATUS_INTERRUPTED ? RECORD_WAITING
                                                   : RECORD_FAILED;
    record->reason[0] = '\0';
    if (record->state == RECORD_FAILED) {
        (void)snprintf(record->reason, sizeof record->reason, "%s", status_detail());
    } else if (strcmp(record->begun_by, record->revision) != 0) {
        (void)snprintf(record->reason, sizeof record->reason, "begun by revision %s, gone on with by %s",
                       record->begun_by, record->revision);
    }
    (void)snprintf(record->figures, sizeof record->figures, "%s", status == STATUS_OK ? FIGURES_NAME : "");
    (void)training_progress(cell->folder, &record->steps, &record->seconds);
    record_stamp(record);
}

enum status cell_run(const struct cell *cell, const struct dataset *dataset, const struct effort *effort,
                     struct store *store, struct table_cell *out) {
    *out = begin_result(cell);
    struct record record = begin_record(cell, dataset);
    enum status status = begin(cell, &record, effort, store);
    if (status == STATUS_OK) {
        status = train(cell, dataset, effort);
    }
    if (status == STATUS_OK) {
        status = evaluate(cell, dataset, effort, out);
    }
    if (status == STATUS_OK) {
        status = check_still_there(cell);
    }
    char *detail = status == STATUS_OK ? NULL : memory_copy_string(status_detail());
    end_record(cell, &record, status);
    enum status kept = keep_record(cell, &record, store);
    if (status == STATUS_OK) {
        status = kept;
    } else {
        status = status_fail(status, "%s", detail);
    }
    free(detail);
    out->status = status;
    return status;
}

enum status cell_evaluate(const struct cell *cell, const struct dataset *dataset, const struct effort *effort,
                          struct table_cell *out) {
    *out = begin_result(cell);
    struct record record = begin_record(cell, dataset);
    enum status status = evaluate(cell, dataset, effort, out);
    if (status == STATUS_OK) {
        end_record(cell, &record, status);
        status = record_write(&record, cell->folder);
    }
    out->status = status;
    return status;
}

void cell_keep_failure(const struct cell *cell, struct store *store, const char *reason) {
    struct record record;
    if (record_read(&record, cell->folder) != STATUS_OK) {
        record = (struct record){0};
    }
    (void)snprintf(record.cell, sizeof record.cell, "%s", cell->name);
    (void)snprintf(record.reason, sizeof record.reason, "%s", reason);
    record.state = RECORD_FAILED;
    record_stamp(&record);
    (void)keep_record(cell, &record, store); /* the failure itself is what is reported */
}
