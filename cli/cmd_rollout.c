/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "experiments/data_file.h"
#include "integrators/integrator.h"
#include "rollouts/rollouts.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

enum { FRAMES = 128, POINTS = 1000 };

static const struct option from_option = {
    "from", "FILE",
    "begin with a test trajectory of the dataset FILE; FILE#I: with the I-th (default: #0 of the run's own)"};
static const struct option sample_option = {
    "sample", "N", "begin with N states of the prior; of a density: draw N points (default: 1000)"};
static const struct option frames_option = {"frames", "N", "frames to predict (default: 128)"};
static const struct option start_option = {
    "start", "N", "first frame of the trajectory that is seen (default: 0; backward: the last there is)"};
static const struct option backward_option = {"backward", NULL, "back in time"};
static const struct option speed_option = {
    "speed", "X",
    "frames of the training from one frame to the next (default: 1); 0.5 shows what lies between"};
static const struct option integrator_option = {
    "integrator", "NAME", "method that follows the states (default: as trained; of a field: rk4)"};
static const struct option drawn_seed_option = {
    "seed", "N", "with --sample and of densities: seed of what is drawn (default: 0)"};
static const struct option out_option = {"out", "FOLDER",
                                         "where the file and the pictures go (default: RUN/rollout)"};

/* What is asked for, and what it stands on. */
struct order {
    struct rollouts_request request;
    struct cell cell;
    struct model *model;
    struct dataset *dataset;
    struct effort effort;
    char *file;   /* of the dataset; NULL: the run's own */
    char *folder; /* that the results go to */
};

/* ---- reading the command line ---- */

/* "FILE#3", "FILE" or "#3". */
static enum status read_from(struct order *order, const char *from) {
    const char *mark = strrchr(from, '#');
    int64_t trajectory = 0;
    if (mark != NULL &&
        (!text_parse_integer(mark + 1, &trajectory) || trajectory < 0 || trajectory > INT_MAX)) {
        return status_fail(STATUS_USAGE, "--from: '%s' is not the number of a trajectory (FILE#I)", mark + 1);
    }
    size_t length = mark == NULL ? strlen(from) : (size_t)(mark - from);
    order->file = length == 0 ? NULL : text_format("%.*s", (int)length, from);
    order->request.trajectory = (int)trajectory;
    return STATUS_OK;
}

static enum status read_numbers(struct rollouts_request *request, const struct arguments *arguments) {
    int64_t frames = FRAMES, start = -1, samples = 0, seed = 0;
    enum status status = arguments_integer(arguments, &frames_option, 1, ROLLOUTS_MOST_FRAMES, &frames);
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &start_option, 0, INT_MAX, &start);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &sample_option, 1, ROLLOUTS_MOST_SAMPLES, &samples);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &drawn_seed_option, 0, FIELD_SEED_MAX, &seed);
    }
    request->speed = 1.0;
    if (status == STATUS_OK) {
        status = arguments_positive(arguments, &speed_option, &request->speed);
    }
    if (status == STATUS_OK && (request->speed < 1e-3 || request->speed > 1e3)) {
        status = status_fail(STATUS_USAGE, "--speed: %g is out of range, allowed is 0.001 to 1000",
                             request->speed);
    }
    request->frames = (int)frames;
    request->start = (int)start;
    request->samples = (int)samples;
    request->seed = (uint64_t)seed;
    request->backward = arguments_has(arguments, &backward_option);
    request->quiet = arguments_has(arguments, &quiet_option);
    return status;
}

static enum status read_order(struct order *order, const struct arguments *arguments) {
    const char *from = arguments_value(arguments, &from_option);
    const char *integrator = arguments_value(arguments, &integrator_option);
    enum status status = commands_effort(arguments, &order->effort);
    if (status == STATUS_OK) {
        status = read_numbers(&order->request, arguments);
    }
    if (status == STATUS_OK && from != NULL && order->request.samples > 0) {
        status = status_fail(STATUS_USAGE, "--from and --sample exclude each other");
    }
    if (status == STATUS_OK && order->request.samples > 0 && order->request.start >= 0) {
        status = status_fail(STATUS_USAGE, "--start and --sample exclude each other");
    }
    if (status == STATUS_OK && from != NULL) {
        status = read_from(order, from);
    }
    if (status == STATUS_OK && integrator != NULL &&
        integrator_get(&order->request.integrator, integrator) != STATUS_OK) {
        status = status_prefix(STATUS_USAGE, "--integrator");
    }
    return status;
}

/* ---- what it stands on ---- */

static enum status open_model(struct order *order, const char *run) {
    struct rollouts_request *request = &order->request;
    enum status status = cell_read(&order->cell, run);
    if (status == STATUS_OK) {
        status = cell_load(&order->model, &request->steps, &order->cell);
    }
    if (status == STATUS_OK) {
        request->model = order->model;
        request->name = order->cell.variant;
        request->simulator = order->cell.environment;
        request->run = order->cell.folder;
        request->model_seed = order->cell.seed;
        request->dt = settings_dataset(&order->cell.settings)->dt;
    }
    return status;
}

/* Films may begin in any environment, states are those of one. */
static enum status open_trajectory(struct order *order) {
    enum status status;
    if (order->file == NULL) {
        order->file = memory_copy_string(order->cell.data_file);
        status = commands_open_data(&order->dataset, &order->cell, &order->effort);
    } else if (order->model->kind->video != NULL) {
        status = dataset_open(&order->dataset, order->file);
    } else {
        status = data_file_open(&order->dataset, order->file, order->cell.environment, NULL);
    }
    if (status == STATUS_OK) {
        order->request.dataset = order->dataset;
        order->request.dataset_file = order->file;
        order->request.simulator = dataset_simulator(order->dataset);
        order->request.dt = dataset_info(order->dataset)->dt;
    }
    return status;
}

/* Points have no time: what would be ignored is refused. */
static enum status refuse_motion(const struct model_kind *kind, const struct arguments *arguments) {
    const struct option *const of_motion[] = {&frames_option, &start_option};
    for (size_t i = 0; i < sizeof of_motion / sizeof *of_motion; i++) {
        if (arguments_has(arguments, of_motion[i])) {
            return status_fail(STATUS_DATA, "--%s: %s knows a density of points and no motion",
                               of_motion[i]->name, kind->name);
        }
    }
    return STATUS_OK;
}

static enum status prepare(struct order *order, const struct arguments *arguments) {
    struct rollouts_request *request = &order->request;
    enum status status = open_model(order, arguments->positional[0]);
    if (status != STATUS_OK) {
        return status;
    }
    const struct model_kind *kind = order->model->kind;
    if (kind->video == NULL && kind->states == NULL && kind->density != NULL) {
        status = refuse_motion(kind, arguments);
        if (status != STATUS_OK) {
            return status;
        }
        if (request->samples == 0 && !arguments_has(arguments, &from_option)) {
            request->samples = POINTS;
        }
    }
    if (rollouts_needs_dataset(kind, request->samples)) {
        if (arguments_has(arguments, &drawn_seed_option)) {
            return status_fail(STATUS_USAGE, "--seed: nothing is drawn from a trajectory on; say --sample N");
        }
        status = open_trajectory(order);
    }
    return status == STATUS_OK ? rollouts_check(request) : status;
}

static enum status run_order(struct order *order) {
    struct figure_report report = {0};
    enum status status = file_make_directory(order->folder);
    if (status == STATUS_OK) {
        lines_add(&report.pictures, "%s", rollouts_file_name);
        status = rollouts_run(&order->request, order->folder, &report);
    }
    if (status == STATUS_OK) {
        commands_print_pictures(&report, order->folder);
    }
    figure_report_free(&report);
    return status;
}

static enum status rollout(const struct arguments *arguments) {
    struct order order = {0};
    const char *out = arguments_value(arguments, &out_option);
    order.folder = out != NULL ? memory_copy_string(out) : file_join(arguments->positional[0], "rollout");
    enum status status = read_order(&order, arguments);
    if (status == STATUS_OK) {
        status = prepare(&order, arguments);
    }
    if (status == STATUS_OK) {
        status = run_order(&order);
    }
    dataset_close(order.dataset);
    model_free(order.model);
    cell_clear(&order.cell);
    free(order.file);
    free(order.folder);
    return status;
}

static const struct option *const options[] = {
    &from_option,       &sample_option,     &frames_option, &start_option,   &backward_option, &speed_option,
    &integrator_option, &drawn_seed_option, &out_option,    &threads_option, &quiet_option,    NULL,
};

const struct command rollout_command = {
    .name = "rollout",
    .usage = "FOLDER",
    .summary = "let a trained model run on: films, motions, points",
    .description =
        "Lets the model of the run folder FOLDER (the one with config.resolved.yaml) run on, from a\n"
        "trajectory or from its prior, for any number of frames, back in time, or faster or slower\n"
        "than it was trained, as far as its kind can. Writes rollout.h5, a film strip, an animation\n"
        "and a plot of the energy, and prints their names.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = rollout,
};
