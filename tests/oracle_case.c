/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/oracle_case.h"

#include <stdlib.h>

#include "datasets/generate.h"
#include "models/window_plan.h"
#include "support/file.h"
#include "tests/harness.h"

enum { WIDTH = 4 };

static struct window_plan overlap_plan(const void *settings) {
    (void)settings;
    return window_plan_overlap(3, 6, 0);
}

static struct window_plan short_plan(const void *settings) {
    (void)settings;
    return window_plan_overlap(2, 4, 0);
}

static double energy_of(const real *image) {
    double energy = 0;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        energy += (double)image[i];
    }
    return energy;
}

static void deliver_posterior(int sequence, const struct model_sink *sink) {
    static const real means[] = {1, (real)0.05}, variances[] = {1, (real)0.25};
    const struct model_posterior posterior = {.width = 2, .means = means, .variances = variances};
    sink->posterior(sink->context, sequence, &posterior);
}

/* Frames are delivered last first: a sink must not count on an order. */
static void predict(const struct model *model, struct model_workspace *workspace,
                    const struct model_prediction *request, const struct model_sink *sink) {
    (void)workspace;
    bool mirrors = model->kind == &mirror_oracle_kind;
    const struct oracle_settings *settings = model->settings;
    struct window_plan plan = model->kind->video->plan(settings);
    for (int b = 0; b < request->batch; b++) {
        real image[IMAGE_VALUES];
        request->examples.image(request->examples.context, b, plan.origin, image);
        double energy = energy_of(image);
        if (model->kind->latent != NULL && sink->posterior != NULL) {
            deliver_posterior(b, sink);
        }
        for (int t = request->first + request->count - 1; t >= request->first; t--) {
            int shown = mirrors && t < 0 ? -t % plan.inference : t;
            request->examples.image(request->examples.context, b, shown, image);
            double offset = t < plan.length ? settings->near : settings->far;
            for (int i = 0; i < IMAGE_VALUES; i++) {
                image[i] = (real)((double)image[i] + offset);
            }
            sink->image(sink->context, b, t, image);
            if (sink->latent != NULL) {
                real state[WIDTH] = {(real)t, (real)t, (real)t, (real)t};
                sink->latent(sink->context, b, t, state, energy + 0.5 * (t - plan.origin));
            }
        }
    }
}

static int width(const void *settings) {
    (void)settings;
    return WIDTH;
}

static struct model_clock clock_of(const void *settings) {
    (void)settings;
    return (struct model_clock){.frame = 1, .steps_per_frame = 1};
}

/* The mean pixel value of the frame at the state and three of its pixels. */
static void infer(const struct model *model, struct model_workspace *workspace,
                  const struct model_examples *examples, int batch, real *states) {
    (void)workspace;
    int frame = model->kind->video->plan(model->settings).state;
    for (int b = 0; b < batch; b++) {
        real image[IMAGE_VALUES];
        examples->image(examples->context, b, frame, image);
        states[WIDTH * b] = (real)(energy_of(image) / IMAGE_VALUES);
        for (int i = 1; i < WIDTH; i++) {
            states[WIDTH * b + i] = image[i * IMAGE_VALUES / WIDTH];
        }
    }
}

static enum status check_integrator(const struct model_kind *kind, const void *settings,
                                    const struct integrator *integrator) {
    (void)settings;
    return integrator == NULL ? STATUS_OK
                              : status_fail(STATUS_DATA, "%s knows without integrating", kind->name);
}

static void declare(struct model *model) {
    (void)model; /* no parameters */
}

static const struct schema no_settings = {.group = "model", .size = sizeof(struct oracle_settings)};
static const struct model_video overlap_video = {
    .plan = overlap_plan, .predict = predict, .reversible = true};
static const struct model_video short_video = {.plan = short_plan, .predict = predict};
static const struct model_latent latent = {.width = width,
                                           .clock = clock_of,
                                           .check_integrator = check_integrator,
                                           .infer = infer,
                                           .has_energy = true};

const struct model_kind oracle_kind = {.name = "oracle",
                                       .settings = &no_settings,
                                       .declare = declare,
                                       .video = &overlap_video,
                                       .latent = &latent};
const struct model_kind mirror_oracle_kind = {
    .name = "mirror_oracle", .settings = &no_settings, .declare = declare, .video = &overlap_video};
const struct model_kind short_oracle_kind = {
    .name = "short_oracle", .settings = &no_settings, .declare = declare, .video = &short_video};

struct model oracle_model(const struct model_kind *kind, struct oracle_settings *settings) {
    return (struct model){.kind = kind, .settings = settings};
}

static struct dataset *pendulum;

struct dataset *oracle_data(void) {
    if (pendulum == NULL) {
        char *path = file_join(test_folder(), "pendulum.h5");
        struct generate_request request = {.simulator = simulator_find("pendulum"),
                                           .path = path,
                                           .train = 1,
                                           .test = ORACLE_TRAJECTORIES,
                                           .validation = 2,
                                           .frames = ORACLE_FRAMES,
                                           .dt = 0.05,
                                           .seed = 11,
                                           .effort = {.threads = 1, .quiet = true}};
        CHECK_OK_FATAL(dataset_generate(&request));
        CHECK_OK_FATAL(dataset_open(&pendulum, path));
        free(path);
    }
    return pendulum;
}

void oracle_close_data(void) {
    dataset_close(pendulum);
    pendulum = NULL;
}

struct evaluation_job oracle_job(const struct model *model, const char *folder) {
    return (struct evaluation_job){.folder = folder,
                                   .model = model,
                                   .name = model->kind->name,
                                   .dataset = oracle_data(),
                                   .settings = {.windows = 40,
                                                .history_frames = 2,
                                                .reconstruction_frames = 6,
                                                .extrapolation_frames = ORACLE_EXTRAPOLATION,
                                                .integrator = EVALUATION_AS_TRAINED,
                                                .directions = EVALUATION_FORWARD},
                                   .window_seed = 5,
                                   .model_seed = 7,
                                   .threads = 2,
                                   .quiet = true};
}
