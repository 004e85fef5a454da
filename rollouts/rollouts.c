/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollouts/rollouts.h"

#include <limits.h>
#include <math.h>

#include "integrators/integrator.h"
#include "models/density/density_settings.h"
#include "models/window_plan.h"
#include "rollouts/rollouts_private.h"
#include "support/interrupt.h"
#include "support/text.h"

const char rollouts_file_name[] = "rollout.h5";

static bool is_film(const struct model_kind *kind) {
    return kind->video != NULL;
}

static bool is_motion(const struct model_kind *kind) {
    return kind->video == NULL && kind->states != NULL;
}

bool rollouts_needs_dataset(const struct model_kind *kind, int samples) {
    return samples == 0 && (is_film(kind) || is_motion(kind));
}

/* ---- where it begins ---- */

/* Frames of the trajectory that are seen, and which of them the rollout begins with. */
static void find_seen(const struct rollouts_request *request, int *seen, int *origin) {
    const struct model *model = request->model;
    *seen = 1;
    *origin = 0;
    if (is_film(model->kind)) {
        struct window_plan plan = model->kind->video->plan(model->settings);
        *seen = plan.inference;
        *origin = rollouts_film_is_latent(model->kind) ? plan.state : plan.origin;
    }
}

int rollouts_seen(const struct rollouts_request *request) {
    int seen, origin;
    find_seen(request, &seen, &origin);
    return seen;
}

int rollouts_start(const struct rollouts_request *request) {
    if (request->start >= 0 || request->dataset == NULL) {
        return request->start < 0 ? 0 : request->start;
    }
    return request->backward ? dataset_info(request->dataset)->frames - rollouts_seen(request) : 0;
}

int rollouts_origin(const struct rollouts_request *request) {
    int seen, origin;
    find_seen(request, &seen, &origin);
    return rollouts_start(request) + origin;
}

int rollouts_steps(int steps, double speed) {
    double scaled = ceil(steps * speed - 1e-9);
    return scaled < 1 ? 1 : scaled < INT_MAX ? (int)scaled : INT_MAX;
}

/* What the model is of: the environment, or the known density that its points are drawn from, where the
 * environment plays no part. */
static const char *subject_of(const struct rollouts_request *request) {
    const struct model *model = request->model;
    const struct density_target *target =
        is_film(model->kind) || is_motion(model->kind)
            ? NULL
            : density_settings_target(model->kind->density->points(model->settings));
    return target == NULL ? request->simulator->name : target->name;
}

char *rollouts_title(const struct rollouts_request *request, const char *what) {
    struct text title = {0};
    text_add(&title, "%s, %s: %s ", subject_of(request), request->name, what);
    if (request->samples > 0) {
        text_add(&title, is_film(request->model->kind) ? "from the prior, seed %llu" : "of seed %llu",
                 (unsigned long long)request->seed);
    } else {
        text_add(&title, "from test trajectory %d, frame %d", request->trajectory, rollouts_origin(request));
    }
    text_add(&title, "%s", request->backward ? ", back in time" : "");
    if (request->speed != 1.0) {
        text_add(&title, ", speed %g", request->speed);
    }
    if (request->integrator != NULL) {
        text_add(&title, ", %s", request->integrator->name);
    }
    return title.data;
}

enum status rollouts_interrupted(void) {
    return interrupt_requested()
               ? status_fail(STATUS_INTERRUPTED, "the rollout was interrupted; nothing was written")
               : STATUS_OK;
}

/* ---- what a model can do ---- */

static const char NO_MOTION[] = "knows a density of points and no motion";

static enum status lacks(const struct rollouts_request *request, const char *option, const char *why) {
    return status_fail(STATUS_DATA, "--%s: %s %s", option, request->model->kind->name, why);
}

static enum status check_samples(const struct rollouts_request *request) {
    const struct model_kind *kind = request->model->kind;
    if (request->samples == 0) {
        return kind->video != NULL || kind->states != NULL
                   ? STATUS_OK
                   : lacks(request, "from", "knows a density of points and no motion; say --sample N");
    }
    if (is_film(kind)) {
        return rollouts_film_is_latent(kind) && kind->latent->sample != NULL
                   ? STATUS_OK
                   : lacks(request, "sample", "has no prior: its films begin with frames (--from)");
    }
    if (is_motion(kind)) {
        return lacks(request, "sample", "has no prior: its motions begin with a true state (--from)");
    }
    return STATUS_OK;
}

/* Whether a frame has a latent time that can be given another length or sign. */
static bool has_clock(const struct rollouts_request *request) {
    const struct model *model = request->model;
    return rollouts_film_is_latent(model->kind) &&
           model->kind->latent->clock(model->settings).integrator != NULL;
}

static enum status check_integrator(const struct rollouts_request *request) {
    const struct model_latent *latent = request->model->kind->latent;
    if (request->integrator == NULL || is_motion(request->model->kind)) {
        return STATUS_OK;
    }
    if (!is_film(request->model->kind)) {
        return lacks(request, "integrator", NO_MOTION);
    }
    if (!rollouts_film_is_latent(request->model->kind) || latent->check_integrator == NULL) {
        return lacks(request, "integrator", "follows no latent state that a method could step");
    }
    enum status status =
        latent->check_integrator(request->model->kind, request->model->settings, request->integrator);
    return status == STATUS_OK ? status : status_prefix(status, "--integrator");
}

static enum status check_time(const struct rollouts_request *request) {
    const struct model_kind *kind = request->model->kind;
    bool film = is_film(kind), points = !film && !is_motion(kind);
    if (request->backward && (points || (film && (!kind->video->reversible ||
                                                  (rollouts_film_is_latent(kind) && !has_clock(request)))))) {
        return lacks(request, "backward", points ? NO_MOTION : "predicts later frames only");
    }
    if (request->speed != 1.0 && (points || (film && !has_clock(request)))) {
        return lacks(request, "speed",
                     points ? NO_MOTION
                            : "goes from frame to frame at once: there is no time between them to be scaled");
    }
    return STATUS_OK;
}

static enum status check_trajectory(const struct rollouts_request *request) {
    if (!rollouts_needs_dataset(request->model->kind, request->samples)) {
        return STATUS_OK;
    }
    const struct dataset_info *info = dataset_info(request->dataset);
    int count = info->trajectories[DATASET_TEST], seen = rollouts_seen(request);
    if (request->trajectory >= count) {
        return status_fail(STATUS_DATA, "%s: there is no test trajectory %d, expected 0 to %d",
                           request->dataset_file, request->trajectory, count - 1);
    }
    if (seen > info->frames) {
        return status_fail(STATUS_DATA, "%s: trajectories of %d frames, %s sees %d", request->dataset_file,
                           info->frames, request->model->kind->name, seen);
    }
    if (rollouts_start(request) > info->frames - seen) {
        return status_fail(STATUS_DATA, "--start: %d: %s sees %d frame%s from there on, trajectories have %d",
                           request->start, request->model->kind->name, seen, seen == 1 ? "" : "s",
                           info->frames);
    }
    int width = is_motion(request->model->kind)
                    ? request->model->kind->states->width(request->model->settings)
                    : info->state_size;
    return width == info->state_size
               ? STATUS_OK
               : status_fail(STATUS_DATA, "%s: states of %d numbers, %s was trained on %d",
                             request->dataset_file, info->state_size, request->model->kind->name, width);
}

enum status rollouts_check(const struct rollouts_request *request) {
    enum status status = check_samples(request);
    status = status == STATUS_OK ? check_integrator(request) : status;
    status = status == STATUS_OK ? check_time(request) : status;
    status = status == STATUS_OK ? check_trajectory(request) : status;
    return status == STATUS_OK && is_motion(request->model->kind) ? rollouts_motion_check(request) : status;
}

enum status rollouts_run(const struct rollouts_request *request, const char *folder,
                         struct figure_report *report) {
    const struct model_kind *kind = request->model->kind;
    return is_film(kind)     ? rollouts_film_run(request, folder, report)
           : is_motion(kind) ? rollouts_motion_run(request, folder, report)
                             : rollouts_points_run(request, folder, report);
}
