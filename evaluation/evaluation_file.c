/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/evaluation_file.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/file.h"
#include "support/json_text.h"

/* ---- writing ---- */

void evaluation_file_add_number(struct json_text *json, const char *key, double value) {
    if (isinf(value)) {
        json_text_string(json, key, value > 0 ? "inf" : "-inf");
    } else {
        json_text_number(json, key, value);
    }
}

static void add_settings(struct json_text *json, const struct evaluation_job *job,
                         const struct evaluation_record *record) {
    const struct dataset_info *info = dataset_info(job->dataset);
    const struct evaluation_result *result = &record->result;
    json_text_string(json, "environment", info->environment);
    json_text_string(json, "model", job->name);
    json_text_string(json, "kind", job->model->kind->name);
    json_text_string(json, "task", record->task);
    json_text_integer(json, "window_seed", (int64_t)job->window_seed);
    json_text_integer(json, "model_seed", (int64_t)job->model_seed);
    json_text_number(json, "dt", info->dt);
    json_text_string(json, "integrator", job->settings.integrator);
    json_text_string(json, "directions", job->settings.directions);
    json_text_integer(json, "windows", result->windows);
    json_text_integer(json, "runs", result->runs);
    json_text_bool(json, "backward", result->backward);
    json_text_integer(json, "history_frames", result->history);
    json_text_integer(json, "reconstruction_frames", result->reconstruction);
    json_text_integer(json, "extrapolation_frames", result->extrapolation);
}

static void add_figures(struct json_text *json, const struct evaluation_result *result) {
    json_text_open(json, "figures", '{');
    for (int f = 0; f < metric_figure_count(); f++) {
        const struct field *row = metric_figure(f);
        const struct evaluation_figure *figure = &result->figures[f];
        if (metric_set_of_figure(f) != TEST_SET_OWN && isnan(figure->value)) {
            continue;
        }
        json_text_open(json, row->name, '{');
        evaluation_file_add_number(json, "value", figure->value);
        evaluation_file_add_number(json, "low", figure->interval.low);
        evaluation_file_add_number(json, "high", figure->interval.high);
        json_text_string(json, "unit", row->unit);
        json_text_close(json, '}');
    }
    json_text_close(json, '}');
}

static void add_metrics(struct json_text *json) {
    json_text_open(json, "metrics", '{');
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        json_text_integer(json, (*metric)->name, (*metric)->version);
    }
    json_text_close(json, '}');
}

/* Of models that predict films in that direction; otherwise it is empty. */
static void add_curve(struct json_text *json, const char *key, const struct rollout *rollout,
                      const struct rollout_way *way) {
    int frames = way->error[0] == NULL ? 0 : rollout->frames;
    json_text_open(json, key, '{');
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        json_text_open(json, image_errors[e]->name, '[');
        for (int t = 0; t < frames; t++) {
            double error = rollout_error(rollout, way, image_errors[e], -1, t, t + 1);
            evaluation_file_add_number(json, NULL, error);
        }
        json_text_close(json, ']');
    }
    json_text_close(json, '}');
}

/* A number for each window, of the figures that are made of such. */
static void add_windows(struct json_text *json, const struct evaluation_part *part) {
    const struct rollout *rollout = part->rollout;
    json_text_open(json, "window_list", '[');
    for (int i = 0; i < rollout->windows; i++) {
        const struct test_window *window = &rollout->window[i];
        json_text_open(json, NULL, '{');
        json_text_integer(json, "trajectory", window->place.trajectory);
        json_text_integer(json, "run", window->run);
        json_text_integer(json, "start", window->place.start);
        json_text_integer(json, "origin", rollout_origin(rollout, i));
        for (int f = 0; f < metric_figure_count(); f++) {
            double sample = part->samples[(size_t)f * (size_t)rollout->windows + (size_t)i];
            if (!isnan(sample)) {
                evaluation_file_add_number(json, metric_figure(f)->name, sample);
            }
        }
        json_text_close(json, '}');
    }
    json_text_close(json, ']');
}

static void add_part(struct json_text *json, const struct evaluation_part *part) {
    add_curve(json, "curve", part->rollout, &part->rollout->forward);
    add_curve(json, "curve_backward", part->rollout, &part->rollout->backward);
    add_windows(json, part);
}

/* The other test sets. */
static void add_sets(struct json_text *json, const struct evaluation_record *record) {
    json_text_open(json, "sets", '{');
    for (size_t i = 1; i < record->part_count; i++) {
        const struct evaluation_part *part = &record->parts[i];
        json_text_open(json, test_set_kinds[part->set].name, '{');
        json_text_integer(json, "windows", part->rollout->windows);
        json_text_integer(json, "frames", part->rollout->frames);
        json_text_number(json, "dt", part->rollout->dt);
        add_part(json, part);
        json_text_close(json, '}');
    }
    json_text_close(json, '}');
}

static void add_lines(struct json_text *json, const char *key, const struct lines *lines) {
    json_text_open(json, key, '[');
    for (size_t i = 0; i < lines->count; i++) {
        json_text_string(json, NULL, lines->line[i]);
    }
    json_text_close(json, ']');
}

enum status evaluation_file_write(const struct evaluation_job *job, const struct evaluation_record *record) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "format", "hambench evaluation");
    json_text_integer(&json, "format_version", EVALUATION_FORMAT);
    add_settings(&json, job, record);
    add_metrics(&json);
    add_figures(&json, &record->result);
    add_lines(&json, "pictures", &record->report.pictures);
    add_lines(&json, "notes", &record->report.notes);
    add_part(&json, &record->parts[0]);
    add_sets(&json, record);
    json_text_close(&json, '}');
    text_add(&text, "\n");
    char *path = file_join(job->folder, EVALUATION_FILE);
    enum status status = file_write(path, text.data, text.length);
    free(path);
    text_free(&text);
    return status;
}

/* ---- reading ---- */

static const char advice[] = "'hambench evaluate' on the folder makes it anew";

static enum status check_format(const json_t *root, const char *path) {
    const char *format = json_string_value(json_object_get(root, "format"));
    if (format == NULL || strcmp(format, "hambench evaluation") != 0) {
        return status_fail(STATUS_DATA, "%s: is not the result of an evaluation", path);
    }
    json_int_t version = json_integer_value(json_object_get(root, "format_version"));
    if (version != EVALUATION_FORMAT) {
        return status_fail(STATUS_DATA, "%s: has format version %lld, expected %d; %s", path,
                           (long long)version, EVALUATION_FORMAT, advice);
    }
    return STATUS_OK;
}

/* Reads and checks the file as far as its format; the caller releases `*out` with json_decref. */
static enum status load(json_t **out, const char *path) {
    *out = NULL;
    struct text text = {0};
    enum status status = file_read(&text, path);
    if (status == STATUS_OK) {
        json_error_t error;
        *out = json_loadb(text.length == 0 ? "" : text.data, text.length, 0, &error);
        if (*out == NULL) {
            status = status_fail(STATUS_DATA, "%s:%d: not JSON: %s", path, error.line, error.text);
        }
    }
    text_free(&text);
    return status == STATUS_OK ? check_format(*out, path) : status;
}

/* What evaluation_file_add_number wrote. */
static bool read_number(double *out, const json_t *value) {
    const char *word = json_string_value(value);
    if (json_is_null(value)) {
        *out = NAN;
    } else if (json_is_number(value)) {
        *out = json_number_value(value);
    } else if (word != NULL && strcmp(word, "inf") == 0) {
        *out = INFINITY;
    } else if (word != NULL && strcmp(word, "-inf") == 0) {
        *out = -INFINITY;
    } else {
        return false;
    }
    return true;
}

static enum status read_count(int *out, const json_t *root, const char *key, int least, const char *path) {
    json_int_t value = json_integer_value(json_object_get(root, key));
    if (!json_is_integer(json_object_get(root, key)) || value < least || value > INT32_MAX) {
        return status_fail(STATUS_DATA, "%s: %s: expected a whole number, at least %d", path, key, least);
    }
    *out = (int)value;
    return STATUS_OK;
}

static const json_t *version_of(const json_t *root, const struct metric *metric) {
    return json_object_get(json_object_get(root, "metrics"), metric->name);
}

/* Figure `index`; one of another test set, or of a metric that the file does not know, may be missing. */
static enum status read_figure(struct evaluation_figure *out, const json_t *root, int index,
                               const char *path) {
    const char *name = metric_figure(index)->name;
    const json_t *figure = json_object_get(json_object_get(root, "figures"), name);
    bool missing = version_of(root, metric_of_figure(index)) == NULL;
    if (missing || (figure == NULL && metric_set_of_figure(index) != TEST_SET_OWN)) {
        *out = (struct evaluation_figure){NAN, {NAN, NAN}, .missing = missing};
        return STATUS_OK;
    }
    out->missing = false;
    if (!json_is_object(figure) || !read_number(&out->value, json_object_get(figure, "value")) ||
        !read_number(&out->interval.low, json_object_get(figure, "low")) ||
        !read_number(&out->interval.high, json_object_get(figure, "high"))) {
        return status_fail(STATUS_DATA, "%s: figures.%s: expected numbers value, low, high; %s", path, name,
                           advice);
    }
    return STATUS_OK;
}

/* Figures that are measured in another way now must not stand in one table with new ones. Of what is measured
 * only since then a record has none, and cannot be made anew. */
static enum status check_versions(const json_t *root, const char *path, bool is_record) {
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        const json_t *found = version_of(root, *metric);
        json_int_t version = json_integer_value(found);
        if (version != (*metric)->version && !(is_record && found == NULL)) {
            return status_fail(STATUS_DATA, "%s: metric %s of version %lld, expected %d; %s", path,
                               (*metric)->name, (long long)version, (*metric)->version, advice);
        }
    }
    return STATUS_OK;
}

static void read_sets(struct evaluation_result *out, const json_t *sets) {
    for (int set = TEST_SET_OWN + 1; set < TEST_SETS; set++) {
        const json_t *found = json_object_get(sets, test_set_kinds[set].name);
        out->sets[set].windows = (int)json_integer_value(json_object_get(found, "windows"));
        out->sets[set].frames = (int)json_integer_value(json_object_get(found, "frames"));
    }
}

static enum status read_result(struct evaluation_result *out, const json_t *root, const char *path,
                               bool is_record) {
    *out = (struct evaluation_result){0};
    const struct {
        const char *key;
        int *value;
        int least;
    } counts[] = {
        {"windows", &out->windows, 1},
        {"runs", &out->runs, 1},
        {"history_frames", &out->history, 0},
        {"reconstruction_frames", &out->reconstruction, 1},
        {"extrapolation_frames", &out->extrapolation, 0},
    };
    read_sets(out, json_object_get(root, "sets"));
    out->backward = json_is_true(json_object_get(root, "backward"));
    enum status status = check_versions(root, path, is_record);
    for (size_t i = 0; i < sizeof counts / sizeof *counts && status == STATUS_OK; i++) {
        status = read_count(counts[i].value, root, counts[i].key, counts[i].least, path);
    }
    for (int f = 0; f < metric_figure_count() && status == STATUS_OK; f++) {
        status = read_figure(&out->figures[f], root, f, path);
    }
    return status;
}

enum status evaluation_read(struct evaluation_result *out, const char *folder) {
    char *path = file_join(folder, EVALUATION_FILE);
    json_t *root;
    enum status status = load(&root, path);
    if (status == STATUS_OK) {
        status = read_result(out, root, path, false);
    }
    json_decref(root);
    free(path);
    return status;
}

/* ---- in records of cells ---- */

/* Whatever depth it stands at: sets of test data have their own. */
static void remove_long_parts(json_t *value) {
    static const char *const names[] = {"window_list", "curve", "curve_backward", "pictures"};
    size_t i;
    const char *key;
    json_t *child;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        (void)json_object_del(value, names[i]); /* of no object: nothing */
    }
    json_object_foreach(value, key, child) {
        remove_long_parts(child);
    }
    json_array_foreach(value, i, child) {
        remove_long_parts(child);
    }
}

enum status evaluation_file_excerpt(struct text *out, const char *folder) {
    char *path = file_join(folder, EVALUATION_FILE);
    json_t *root;
    enum status status = load(&root, path);
    if (status == STATUS_OK) {
        remove_long_parts(root);
        char *excerpt = json_dumps(root, JSON_PRESERVE_ORDER);
        text_add(out, "%s", excerpt);
        free(excerpt);
    }
    json_decref(root);
    free(path);
    return status;
}

enum status evaluation_file_parse(struct evaluation_result *out, const char *excerpt, const char *path) {
    json_error_t error;
    json_t *root = json_loads(excerpt, 0, &error);
    enum status status = root == NULL
                             ? status_fail(STATUS_DATA, "%s: evaluation: not JSON: %s", path, error.text)
                             : check_format(root, path);
    if (status == STATUS_OK) {
        status = read_result(out, root, path, true);
    }
    json_decref(root);
    return status;
}

static void list_strings(struct lines *out, const json_t *list, const char *prefix) {
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value) {
        if (json_is_string(value)) {
            lines_add(out, "%s%s", prefix, json_string_value(value));
        }
    }
}

enum status evaluation_list_pictures(struct lines *pictures, struct lines *notes, const char *folder) {
    char *path = file_join(folder, EVALUATION_FILE);
    char *prefix = file_join(folder, "");
    json_t *root;
    enum status status = load(&root, path);
    if (status == STATUS_OK) {
        list_strings(pictures, json_object_get(root, "pictures"), prefix);
        list_strings(notes, json_object_get(root, "notes"), "");
    }
    json_decref(root);
    free(prefix);
    free(path);
    return status;
}
