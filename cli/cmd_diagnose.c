/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "cli/commands.h"
#include "diagnosis/diagnosis.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

static const struct option windows_option = {"windows", "N", "test windows, at least 2 (default: 64)"};
static const struct option frames_option = {
    "frames", "N", "frames to follow each for (default: as many as trajectories have)"};
static const struct option stride_option = {"stride", "N", "frames from one look to the next (default: 5)"};
static const struct option json_option = {"json", NULL, "print JSON"};
static const struct option out_option = {"out", "FOLDER", "where the picture goes (default: RUN/diagnosis)"};

enum { DEFAULT_WINDOWS = 64, DEFAULT_STRIDE = 5, MOST_WINDOWS = 10000 };

static enum status read_request(const struct arguments *arguments, struct diagnosis_request *out) {
    int64_t windows = DEFAULT_WINDOWS, frames = 0, stride = DEFAULT_STRIDE;
    enum status status = commands_effort(arguments, &out->effort);
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &windows_option, 2, MOST_WINDOWS, &windows);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &frames_option, 1, 100000, &frames);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &stride_option, 1, 1000, &stride);
    }
    out->windows = (int)windows;
    out->frames = (int)frames;
    out->stride = (int)stride;
    return status;
}

/* A plot that could not be drawn is said and no failure. */
static enum status publish(const struct arguments *arguments, const struct diagnosis *diagnosis,
                           const struct diagnosis_request *request, const char *folder) {
    struct figure_report report = {0};
    struct text text = {0};
    bool json = arguments_has(arguments, &json_option);
    (json ? diagnosis_add_json : diagnosis_add_text)(&text, diagnosis);
    (void)printf("%s", text.data);
    text_free(&text);
    enum status status = file_make_directory(folder);
    if (status == STATUS_OK) {
        status = diagnosis_draw(diagnosis, request, folder, &report);
    }
    if (status == STATUS_OK && !json) {
        (void)printf("\n");
        commands_print_pictures(&report, folder);
    }
    figure_report_free(&report);
    return status;
}

static enum status diagnose_cell(const struct arguments *arguments, const struct cell *cell,
                                 struct diagnosis_request *request) {
    struct model *model = NULL;
    struct dataset *dataset = NULL;
    struct diagnosis diagnosis;
    int steps;
    const char *out = arguments_value(arguments, &out_option);
    char *folder = out != NULL ? memory_copy_string(out) : file_join(cell->folder, "diagnosis");
    enum status status = cell_load(&model, &steps, cell);
    if (status == STATUS_OK) {
        request->model = model;
        request->name = cell->variant;
        request->settings = *settings_evaluation(&cell->settings);
        request->window_seed = (uint64_t)settings_dataset(&cell->settings)->seed;
        status = diagnosis_check(request);
    }
    if (status == STATUS_OK) {
        status = commands_open_data(&dataset, cell, &request->effort);
    }
    if (status == STATUS_OK) {
        request->dataset = dataset;
        status = diagnosis_run(&diagnosis, request);
    }
    if (status == STATUS_OK) {
        status = publish(arguments, &diagnosis, request, folder);
        diagnosis_clear(&diagnosis);
    }
    dataset_close(dataset);
    model_free(model);
    free(folder);
    return status;
}

static enum status diagnose(const struct arguments *arguments) {
    struct diagnosis_request request = {0};
    struct cell cell;
    enum status status = read_request(arguments, &request);
    if (status != STATUS_OK) {
        return status;
    }
    status = cell_read(&cell, arguments->positional[0]);
    if (status == STATUS_OK) {
        status = diagnose_cell(arguments, &cell, &request);
    }
    cell_clear(&cell);
    return status;
}

static const struct option *const options[] = {
    &windows_option, &frames_option,  &stride_option, &out_option,
    &json_option,    &threads_option, &quiet_option,  NULL,
};

const struct command diagnose_command = {
    .name = "diagnose",
    .usage = "FOLDER",
    .summary = "where the error of a trained model's rollouts comes from",
    .description =
        "Splits the error of the model in the run folder FOLDER (the one with config.resolved.yaml) into\n"
        "what decoder and encoder make of a frame and what following a state adds: how far the states\n"
        "that are followed are from those that are inferred later on, along the motion and in energy,\n"
        "whether they stay where the decoder has been, and whether they are true states at all. Prints\n"
        "a table against time and what it says in words, and draws it.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = diagnose,
};
