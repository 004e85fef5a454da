/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Motions: a learned field on true states, integrated from one of them by a method of integrators/, beside
 * the true trajectory.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/stepper.h"
#include "models/state_motion.h"
#include "rollouts/rollouts_private.h"
#include "support/memory.h"
#include "support/progress.h"

enum {
    CURVE_POINTS = 2000,
    PANELS = 4, /* components of the state that are drawn */
};

/* Of each step of methods that choose them. */
static const double TOLERANCE = 1e-9;

struct motion {
    const struct rollouts_request *request;
    const struct model *model;
    struct state_motion learner;
    struct rollouts_file *file;
    struct rollouts_series *states, *learned, *true_energy;
    struct figure curves, energies;
    struct system system;
    struct stepper *stepper;
    const double *parameters; /* of the trajectory */
    struct progress progress;
    struct figure_report *report;
    bool lost;
};

static const struct integrator *method_of(const struct rollouts_request *request) {
    return request->integrator != NULL ? request->integrator : integrator_find(STATE_MOTION_METHOD);
}

enum status rollouts_motion_check(const struct rollouts_request *request) {
    struct state_motion learner = {.model = request->model, .count = 1};
    struct system system = state_motion_system(&learner);
    enum status status = integrator_check(method_of(request), &system);
    return status == STATUS_OK ? status : status_prefix(status, "--integrator");
}

/* ---- frames ---- */

/* Whether the frames are those of the trajectory, as far as it goes. */
static bool knows_truth(const struct rollouts_request *request) {
    return request->speed == 1.0;
}

/* The true state of frame t; NULL where nobody knows it. */
static const double *true_state(const struct motion *motion, int t) {
    const struct rollouts_request *request = motion->request;
    int frame = rollouts_origin(request) + (request->backward ? -t : t);
    if (!knows_truth(request) || frame < 0 || frame >= dataset_info(request->dataset)->frames) {
        return NULL;
    }
    const double *states = dataset_states(request->dataset, DATASET_TEST, request->trajectory);
    return states + (size_t)frame * (size_t)motion->system.size;
}

static void add_to_plots(struct motion *motion, int t, const double *x, double learned, double energy) {
    const struct rollouts_request *request = motion->request;
    if (t % ((request->frames + CURVE_POINTS - 1) / CURVE_POINTS) != 0) {
        return;
    }
    double time = t * request->dt * request->speed * (request->backward ? -1 : 1);
    const double *truth = true_state(motion, t);
    text_add(&motion->curves.data, "%.9g", time);
    for (int i = 0; i < motion->system.size; i++) {
        figure_add_value(&motion->curves.data, x[i]);
        figure_add_value(&motion->curves.data, truth == NULL ? NAN : truth[i]);
    }
    text_add(&motion->energies.data, "%.9g", time);
    figure_add_value(&motion->energies.data, energy);
    figure_add_value(&motion->energies.data, learned);
    text_add(&motion->curves.data, "\n");
    text_add(&motion->energies.data, "\n");
}

/* The energy of the system at the state, of the environment, whatever the model has learned. */
static double energy_at(const struct motion *motion, const double *x) {
    return simulator_has_energy(motion->request->simulator)
               ? motion->request->simulator->dynamics->invariants[0].value(motion->parameters, x)
               : NAN;
}

/* Steps of a given size go on without numbers: all that follows is nan. */
static void note_lost(struct motion *motion, int t, const double *x) {
    for (int i = 0; i < motion->system.size && !motion->lost; i++) {
        if (!isfinite(x[i])) {
            motion->lost = true;
            lines_add(&motion->report->notes, "the state is not finite from frame %d on", t);
        }
    }
}

static void take_state(struct motion *motion, int t, const double *x) {
    const struct model_states *states = motion->model->kind->states;
    note_lost(motion, t, x);
    double learned = NAN, energy = energy_at(motion, x);
    rollouts_series_append(motion->states, x, 1);
    if (states->energy != NULL) {
        states->energy(motion->model, motion->learner.workspace, x, 1, &learned);
        rollouts_series_append(motion->learned, &learned, 1);
    }
    rollouts_series_append(motion->true_energy, &energy, 1);
    add_to_plots(motion, t, x, learned, energy);
}

/* To the next frame, from *time on. Fixed steps stay as short as they are at speed 1. */
static enum status next_frame(struct motion *motion, double frame, double *time, double *x) {
    if (motion->stepper->integrator->fixed) {
        long steps = rollouts_steps(STATE_MOTION_STEPS, motion->request->speed);
        return stepper_advance(motion->stepper, frame / (double)steps, steps, x);
    }
    double end = *time + frame;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && *time != end) {
        status = stepper_adapt(motion->stepper, TOLERANCE, end, 1000, time, x);
        status = status == STATUS_OK ? rollouts_interrupted() : status;
    }
    return status;
}

static enum status follow(struct motion *motion) {
    const struct rollouts_request *request = motion->request;
    double frame = request->dt * request->speed * (request->backward ? -1 : 1), time = 0.0;
    double *x = memory_alloc((size_t)motion->system.size, sizeof *x);
    memcpy(x,
           dataset_states(request->dataset, DATASET_TEST, request->trajectory) +
               (size_t)rollouts_origin(request) * (size_t)motion->system.size,
           (size_t)motion->system.size * sizeof *x);
    stepper_start(motion->stepper, x);
    enum status status = STATUS_OK;
    for (int t = 0; t < request->frames && status == STATUS_OK; t++) {
        status = t == 0 ? STATUS_OK : next_frame(motion, frame, &time, x);
        if (status == STATUS_DATA) {
            status =
                status_prefix(status, "--integrator: %s: frame %d", motion->stepper->integrator->name, t);
        }
        if (status == STATUS_OK) {
            take_state(motion, t, x);
            progress_update(&motion->progress, t + 1, "");
            status = rollouts_interrupted();
        }
    }
    free(x);
    return status;
}

/* ---- plots ---- */

/* One component of the state; the truth behind it where it is known. */
static void add_panel(struct text *commands, const struct motion *motion, int component) {
    int half = motion->system.size / 2;
    if (simulator_has_energy(motion->request->simulator)) {
        text_add(commands, "set ylabel '%c_{%d}'\n", component < half ? 'q' : 'p', component % half + 1);
    } else {
        text_add(commands, "set ylabel 'x_{%d}'\n", component + 1);
    }
    text_add(commands, "plot ");
    if (knows_truth(motion->request)) {
        text_add(commands, "'states.dat' using 1:%d with lines lw 4 lc 'grey70' title 'truth', \\\n     ",
                 2 * component + 3);
    }
    text_add(commands, "'states.dat' using 1:%d with lines lw 1.8 lc 'black' title 'model'\n",
             2 * component + 2);
}

static enum status write_curves(struct motion *motion, const char *folder) {
    int size = motion->system.size, half = size / 2, panels = size < PANELS ? size : PANELS;
    struct text *commands = &motion->curves.commands;
    char *title = rollouts_title(motion->request, "motion");
    motion->curves.height = 60 + 200 * panels;
    text_add(commands, "set multiplot layout %d,1 title ", panels);
    figure_add_literal(commands, "%s", title);
    text_add(commands, "\nset lmargin 11\nset rmargin 3\n");
    for (int i = 0; i < panels; i++) {
        /* Positions first, and as many momenta as there is room for. */
        int component = i < (panels + 1) / 2 ? i : half + i - (panels + 1) / 2;
        text_add(commands, "%s%s", i == panels - 1 ? "set xlabel 'time'\n" : "",
                 i == 0 && knows_truth(motion->request) ? "set key top right horizontal\n" : "unset key\n");
        add_panel(commands, motion, component);
    }
    text_add(commands, "unset multiplot\n");
    free(title);
    return figure_publish(&motion->curves, folder, "", motion->report);
}

static enum status write_energies(struct motion *motion, const char *folder) {
    struct text *commands = &motion->energies.commands;
    bool learned = motion->learned != NULL, known = simulator_has_energy(motion->request->simulator);
    char *title = rollouts_title(motion->request, "energy along the motion");
    if (learned || known) {
        text_add(commands, "set title ");
        figure_add_literal(commands, "%s", title);
        text_add(commands, "\nset xlabel 'time'\nset ylabel 'energy'\nset lmargin 12\nset rmargin 3\nplot ");
        if (known) {
            text_add(commands,
                     "'energy.dat' using 1:2 with lines lw 1.8 lc 'black' title "
                     "'true H at the predicted states'%s",
                     learned ? ", \\\n     " : "\n");
        }
        if (learned) {
            text_add(commands,
                     "'energy.dat' using 1:3 with lines lw 1.8 dt 2 lc 'black' title 'learned H'\n");
        }
    }
    free(title);
    return learned || known ? figure_publish(&motion->energies, folder, "", motion->report) : STATUS_OK;
}

/* ---- the whole ---- */

static void begin_motion(struct motion *motion) {
    const struct rollouts_request *request = motion->request;
    struct hdf5_file *attributes = rollouts_file_attributes(motion->file);
    int size = motion->system.size;
    motion->learner.workspace = model_workspace_create();
    motion->curves = (struct figure){.name = "states", .width = 800, .height = 700};
    motion->energies = (struct figure){.name = "energy", .width = 800, .height = 420};
    motion->parameters = dataset_parameters(request->dataset, DATASET_TEST, request->trajectory);
    motion->progress = progress_begin("rollout", 0, request->frames, request->quiet);
    text_add(&motion->curves.data, "# time, then each component of the state: predicted, true\n");
    text_add(&motion->energies.data, "# time, true H at the predicted states, learned H\n");
    hdf5_file_put_text(attributes, "/", "integrator", motion->stepper->integrator->name);
    hdf5_file_put_real(attributes, "dt", request->dt);
    hdf5_file_put_real(attributes, "speed", request->speed);
    hdf5_file_put_integer(attributes, "backward", request->backward);
    motion->states =
        rollouts_file_add(motion->file, "states", HDF5_FILE_REAL64, 1, request->frames, 1, &size);
    if (motion->model->kind->states->energy != NULL) {
        motion->learned =
            rollouts_file_add(motion->file, "energy", HDF5_FILE_REAL64, 1, request->frames, 0, NULL);
    }
    motion->true_energy =
        rollouts_file_add(motion->file, "true_energy", HDF5_FILE_REAL64, 1, request->frames, 0, NULL);
    rollouts_file_add_times(motion->file, request);
}

static enum status run(struct motion *motion, const char *folder) {
    enum status status = rollouts_file_begin(&motion->file, folder, motion->request);
    if (status != STATUS_OK) {
        return status;
    }
    begin_motion(motion);
    status = rollouts_file_end(motion->file, follow(motion));
    progress_end(&motion->progress);
    status = status == STATUS_OK ? write_curves(motion, folder) : status;
    status = status == STATUS_OK ? write_energies(motion, folder) : status;
    figure_clear(&motion->curves);
    figure_clear(&motion->energies);
    model_workspace_free(motion->learner.workspace);
    return status;
}

enum status rollouts_motion_run(const struct rollouts_request *request, const char *folder,
                                struct figure_report *report) {
    struct motion motion = {.request = request,
                            .model = request->model,
                            .report = report,
                            .learner = {.model = request->model, .count = 1}};
    motion.system = state_motion_system(&motion.learner);
    enum status status = stepper_create(&motion.stepper, method_of(request), &motion.system);
    if (status == STATUS_OK) {
        status = run(&motion, folder);
        stepper_free(motion.stepper);
    }
    return status;
}
