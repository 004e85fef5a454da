/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rollouts of models of all abilities: hgn++ for films that go by latent states, copy_last for films in one
 * go, an oscillator for fields, a normal distribution for densities.
 */
#include <hdf5.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "integrators/integrator.h"
#include "models/density/density_settings.h"
#include "models/model_registry.h"
#include "rollouts/rollouts.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"
#include "tests/model_case.h"

/* ---- models of the test ---- */

/* x'' = -x, with H = (x'^2 + x^2) / 2. */
static int two(const void *settings) {
    (void)settings;
    return 2;
}

static void turn(const struct model *model, struct model_workspace *workspace, const double *states,
                 int count, double *rates) {
    (void)model;
    (void)workspace;
    for (int i = 0; i < count; i++) {
        rates[2 * i] = states[2 * i + 1];
        rates[2 * i + 1] = -states[2 * i];
    }
}

/* Jumps where it is looked at twice: no implicit step has a solution. */
static void jump(const struct model *model, struct model_workspace *workspace, const double *states,
                 int count, double *rates) {
    static int looks;
    (void)model;
    (void)workspace;
    (void)states;
    for (int i = 0; i < 2 * count; i++) {
        rates[i] = looks++ % 3;
    }
}

/* x' = 1e200 x: no number after two steps. */
static void burst(const struct model *model, struct model_workspace *workspace, const double *states,
                  int count, double *rates) {
    (void)model;
    (void)workspace;
    for (int i = 0; i < 2 * count; i++) {
        rates[i] = 1e200 * states[i];
    }
}

static void half_square(const struct model *model, struct model_workspace *workspace, const double *states,
                        int count, double *energies) {
    (void)model;
    (void)workspace;
    for (int i = 0; i < count; i++) {
        energies[i] = (states[2 * i] * states[2 * i] + states[2 * i + 1] * states[2 * i + 1]) / 2;
    }
}

static void log_normal(const struct model *model, struct model_workspace *workspace, const double *points,
                       int count, int samples, struct random_stream *random, double *out) {
    (void)samples;
    (void)random;
    half_square(model, workspace, points, count, out);
    for (int i = 0; i < count; i++) {
        out[i] = -out[i] - log(2 * acos(-1.0));
    }
}

static void draw_normal(const struct model *model, struct model_workspace *workspace,
                        struct random_stream *random, int count, double *points) {
    (void)model;
    (void)workspace;
    for (int i = 0; i < 2 * count; i++) {
        points[i] = random_normal(random);
    }
}

static void declare_nothing(struct model *model) {
    (void)model;
}

struct no_settings {
    int unused;
};
static const struct field rows[] = {SETTING("unused", FIELD_INTEGER, "1", 1, 2, NULL, "", "no use", 0)};
static const struct schema schema = {
    .group = "model", .fields = rows, .count = 1, .size = sizeof(struct no_settings)};
static const struct model_states oscillator = {.width = two, .field = turn, .energy = half_square};
static struct density_settings plane = {.target = "eight_gaussians"};
static const struct density_settings *points_of_plane(const void *settings) {
    (void)settings;
    return &plane;
}

static const struct model_density normal = {
    .points = points_of_plane, .is_exact = true, .log_density = log_normal, .sample = draw_normal};
static const struct model_kind oscillator_kind = {
    .name = "oscillator", .settings = &schema, .declare = declare_nothing, .states = &oscillator};
static const struct model_states bursting = {.width = two, .field = burst};
static const struct model_kind bursting_kind = {
    .name = "bursting", .settings = &schema, .declare = declare_nothing, .states = &bursting};
static const struct model_states jumping = {.width = two, .field = jump};
static const struct model_kind jumping_kind = {
    .name = "jumping", .settings = &schema, .declare = declare_nothing, .states = &jumping};
static const struct model_kind normal_kind = {
    .name = "normal", .settings = &schema, .declare = declare_nothing, .density = &normal};

static const struct model_kind *find_kind(const char *name) {
    const struct model_kind *const *kind = model_kinds;
    while (strcmp((*kind)->name, name) != 0) {
        kind++;
    }
    return *kind;
}

/* ---- requests ---- */

static struct model *model_of(const struct model_kind *kind) {
    struct model *model;
    void *settings = model_case_settings(kind, model_case_tiny);
    model_create(&model, kind, settings, 5);
    free(settings);
    return model;
}

static struct rollouts_request request_of(const struct model *model, const struct dataset *dataset) {
    return (struct rollouts_request){
        .model = model,
        .name = model->kind->name,
        .simulator = dataset_simulator(dataset),
        .run = "run",
        .dt = dataset_info(dataset)->dt,
        .dataset = dataset,
        .dataset_file = "data.h5",
        .trajectory = 1,
        .start = -1,
        .frames = 20,
        .speed = 1.0,
        .quiet = true,
    };
}

static struct dataset *open_dataset(const char *name) {
    struct dataset *dataset;
    CHECK_OK_FATAL(dataset_open(&dataset, fixture_generate("mass_spring", name)));
    return dataset;
}

static bool has_picture(const struct figure_report *report, const char *name) {
    return lines_contain(&report->pictures, name);
}

/* Runs into the folder of that name; returns its path. */
static const char *roll(const struct rollouts_request *request, const char *name) {
    const char *folder = fixture_path(name);
    struct figure_report report = {0};
    CHECK_OK_FATAL(file_make_directory(folder));
    CHECK_OK_FATAL(rollouts_check(request));
    CHECK_OK_FATAL(rollouts_run(request, folder, &report));
    if (request->model->kind->video != NULL) {
        CU_ASSERT(has_picture(&report, "film.png") && has_picture(&report, "film.gif"));
    }
    figure_report_free(&report);
    return folder;
}

/* All values of a dataset of the rollout in `folder`; how many there are goes to `*count`. */
static void *read_values(const char *folder, const char *name, hid_t type, size_t element, size_t *count) {
    char *path = file_join(folder, rollouts_file_name);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    CU_ASSERT_FATAL(file >= 0);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    CU_ASSERT_FATAL(dataset >= 0);
    hid_t space = H5Dget_space(dataset);
    *count = (size_t)H5Sget_simple_extent_npoints(space);
    void *values = memory_alloc(*count, element);
    CU_ASSERT_FATAL(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    (void)H5Sclose(space);
    (void)H5Dclose(dataset);
    (void)H5Fclose(file);
    free(path);
    return values;
}

/* Whether the rollout in `folder` has an attribute of that name with that text. */
static bool has_text(const char *folder, const char *name, const char *text) {
    char value[64] = "";
    char *path = file_join(folder, rollouts_file_name);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    CU_ASSERT_FATAL(attribute >= 0);
    hid_t type = H5Aget_type(attribute);
    CU_ASSERT_FATAL(H5Tget_size(type) < sizeof value);
    CU_ASSERT(H5Aread(attribute, type, value) >= 0);
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    (void)H5Fclose(file);
    free(path);
    return strcmp(value, text) == 0;
}

static float *read_floats(const char *folder, const char *name, size_t *count) {
    return read_values(folder, name, H5T_NATIVE_FLOAT, sizeof(float), count);
}

static double *read_doubles(const char *folder, const char *name, size_t *count) {
    return read_values(folder, name, H5T_NATIVE_DOUBLE, sizeof(double), count);
}

static double largest_difference(const float *a, const float *b, size_t count) {
    double largest = 0.0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        largest = difference <= largest ? largest : difference;
    }
    return largest;
}

/* Whether the text is in the file of the folder. */
static bool says(const char *folder, const char *name, const char *text) {
    struct text content = {0};
    char *path = file_join(folder, name);
    CHECK_OK_FATAL(file_read(&content, path));
    bool found = strstr(content.data, text) != NULL;
    free(path);
    text_free(&content);
    return found;
}

/* ---- films ---- */

struct expected {
    const struct dataset *dataset;
    int start;     /* frame of the trajectory where the window begins */
    float *images; /* [20][H][W][C] */
    int first;
};

static void read_window(const void *context, int sequence, int frame, real *out) {
    const struct expected *expected = context;
    (void)sequence;
    dataset_read_window(expected->dataset, DATASET_TEST,
                        (struct dataset_window){.trajectory = 1, .start = expected->start + frame}, 1, out);
}

static void keep(void *context, int sequence, int frame, const real *image) {
    const struct expected *expected = context;
    (void)sequence;
    memcpy(expected->images + (size_t)(frame - expected->first) * IMAGE_VALUES, image,
           IMAGE_VALUES * sizeof *image);
}

/* Observed: 0, blocks of 8 images being those of the prediction. */
static void check_predicted(const char *kind) {
    struct dataset *dataset = open_dataset("films.h5");
    struct model *model = model_of(find_kind(kind));
    struct rollouts_request request = request_of(model, dataset);
    struct expected expected = {.dataset = dataset,
                                .images = memory_alloc((size_t)20 * IMAGE_VALUES, sizeof(float))};
    expected.first = model->kind->video->plan(model->settings).origin; /* the last frame that is seen */
    struct model_prediction prediction = {.examples = {.image = read_window, .context = &expected},
                                          .batch = 1,
                                          .first = expected.first,
                                          .count = 20};
    struct model_sink sink = {.image = keep, .context = &expected};
    struct model_workspace *workspace = model_workspace_create();
    model->kind->video->predict(model, workspace, &prediction, &sink);
    size_t count;
    float *frames = read_floats(roll(&request, "films"), "frames", &count);
    CU_ASSERT_EQUAL_FATAL(count, (size_t)20 * IMAGE_VALUES);
    CU_ASSERT(largest_difference(frames, expected.images, count) < 1e-5);
    free(frames);
    free(expected.images);
    model_workspace_free(workspace);
    model_free(model);
    dataset_close(dataset);
}

static void films_are_the_predictions_of_the_model(void) {
    check_predicted("hgn++");
    check_predicted("copy_last");
}

static void a_longer_film_begins_as_a_shorter_one(void) {
    struct dataset *dataset = open_dataset("longer.h5");
    struct model *model = model_of(find_kind("hgn++"));
    struct rollouts_request request = request_of(model, dataset);
    request.samples = 1;
    request.frames = 33;
    size_t few, many;
    float *shorter = read_floats(roll(&request, "shorter"), "frames", &few);
    request.samples = 3; /* the first of three is the one alone, and goes on */
    request.frames = 70;
    const char *folder = roll(&request, "longer");
    float *longer = read_floats(folder, "frames", &many);
    CU_ASSERT_EQUAL(many, (size_t)3 * 70 * IMAGE_VALUES);
    CU_ASSERT(memcmp(shorter, longer, few * sizeof *shorter) == 0);
    CU_ASSERT(memcmp(longer, longer + (size_t)70 * IMAGE_VALUES, few * sizeof *longer) != 0);
    request.seed = 1;
    float *other = read_floats(roll(&request, "other"), "frames", &many);
    CU_ASSERT(memcmp(longer, other, few * sizeof *longer) != 0);
    free(shorter);
    free(longer);
    free(other);
    model_free(model);
    dataset_close(dataset);
}

static void titles_say_what_was_asked_for(void) {
    struct dataset *dataset = open_dataset("titles.h5");
    struct model *model = model_of(find_kind("hgn++"));
    struct rollouts_request request = request_of(model, dataset);
    request.samples = 1;
    request.backward = true;
    request.speed = 2.0;
    request.integrator = integrator_find("so8");
    CU_ASSERT(
        says(roll(&request, "titles"), "energy.gp", "from the prior, seed 0, back in time, speed 2, so8"));
    request.samples = 0;
    request.backward = false;
    request.speed = 1.0;
    request.integrator = NULL;
    const char *folder = roll(&request, "titles");
    CU_ASSERT(says(folder, "energy.gp", "from test trajectory 1, frame 2"));
    CU_ASSERT(!says(folder, "energy.gp", "back in time") && !says(folder, "energy.gp", "speed"));
    model_free(model);
    dataset_close(dataset);
}

/* Quarter frames come to where whole ones are: by a method of order 8 to rounding. Observed: 1.4e-6. */
static void speed_scales_the_time_and_not_the_motion(void) {
    struct dataset *dataset = open_dataset("speed.h5");
    struct model *model = model_of(find_kind("hgn++"));
    struct rollouts_request request = request_of(model, dataset);
    request.integrator = integrator_find("so8");
    size_t count;
    float *whole = read_floats(roll(&request, "whole"), "latents", &count);
    size_t width = count / 20;
    request.speed = 0.25;
    request.frames = 77;
    float *quarters = read_floats(roll(&request, "quarters"), "latents", &count);
    request.speed = 3.0;
    request.frames = 7;
    float *triple = read_floats(roll(&request, "triple"), "latents", &count);
    for (size_t t = 0; t < 20; t++) {
        CU_ASSERT(largest_difference(whole + t * width, quarters + 4 * t * width, width) < 1e-5);
        CU_ASSERT(t % 3 != 0 || largest_difference(whole + t * width, triple + t / 3 * width, width) < 1e-5);
    }
    double moved = largest_difference(whole, whole + 19 * width, width);
    CU_ASSERT(moved > 1e-3);
    free(whole);
    free(quarters);
    free(triple);
    model_free(model);
    dataset_close(dataset);
}

/* Frame t of the film is t frames before the state. Observed: 0. */
static void backward_films_are_those_of_the_prediction_backward(void) {
    struct dataset *dataset = open_dataset("backward.h5");
    struct model *model = model_of(find_kind("hgn++"));
    struct rollouts_request request = request_of(model, dataset);
    request.backward = true;
    int state = model->kind->video->plan(model->settings).state, seen = state + 1;
    struct expected expected = {.dataset = dataset,
                                .start = dataset_info(dataset)->frames - seen, /* the last there is */
                                .first = state - 19,
                                .images = memory_alloc((size_t)20 * IMAGE_VALUES, sizeof(float))};
    struct model_prediction prediction = {.examples = {.image = read_window, .context = &expected},
                                          .batch = 1,
                                          .first = expected.first,
                                          .count = 20};
    struct model_sink sink = {.image = keep, .context = &expected};
    struct model_workspace *workspace = model_workspace_create();
    model->kind->video->predict(model, workspace, &prediction, &sink);
    size_t count;
    const char *folder = roll(&request, "backward");
    float *frames = read_floats(folder, "frames", &count);
    double *time = read_doubles(folder, "time", &count), moved = 0.0;
    for (size_t t = 0; t < 20; t++) {
        const float *image = frames + t * IMAGE_VALUES;
        CU_ASSERT(largest_difference(image, expected.images + (19 - t) * IMAGE_VALUES, IMAGE_VALUES) < 1e-5);
        CU_ASSERT_EQUAL(time[t], -(double)t);
        moved = fmax(moved, largest_difference(image, frames, IMAGE_VALUES));
    }
    CU_ASSERT(moved > 1e-4);
    free(frames);
    free(time);
    free(expected.images);
    model_workspace_free(workspace);
    model_free(model);
    dataset_close(dataset);
}

/* A model that has diverged: there is no picture and no energy, but all that is there is well-formed. */
static void a_film_without_numbers_has_a_note_and_axes(void) {
    struct dataset *dataset = open_dataset("lost.h5");
    struct model *model = model_of(find_kind("hgn++"));
    struct rollouts_request request = request_of(model, dataset);
    struct figure_report report = {0};
    const char *folder = fixture_path("lost");
    for (size_t i = 0; i < model->parameters->size; i++) {
        model->parameters->values[i] = (real)NAN;
    }
    CHECK_OK_FATAL(file_make_directory(folder));
    CHECK_OK_FATAL(rollouts_run(&request, folder, &report));
    CU_ASSERT(lines_contain(&report.notes,
                            "film 0: the latent state is not finite from frame 0 on; there is no picture"));
    CU_ASSERT(says(folder, "energy.gp", "set yrange [-") && !says(folder, "energy.gp", "set yrange [-0:"));
    figure_report_free(&report);
    model_free(model);
    dataset_close(dataset);
}

/* ---- motions and points ---- */

/* Observed after 100 frames: 9.4e-10, of the energy 1e-11. */
static void a_field_is_followed_from_a_true_state(void) {
    struct dataset *dataset = open_dataset("motion.h5");
    struct model *model = model_of(&oscillator_kind);
    struct rollouts_request request = request_of(model, dataset);
    request.frames = 101;
    request.start = 7;
    const double *start = dataset_states(dataset, DATASET_TEST, 1) + 14;
    for (int backward = 0; backward < 2; backward++) {
        request.backward = backward == 1;
        const char *folder = roll(&request, "motion");
        size_t count;
        double *states = read_doubles(folder, "states", &count);
        double *learned = read_doubles(folder, "energy", &count);
        double *energy = read_doubles(folder, "true_energy", &count);
        for (int t = 0; t < 101; t++) {
            double angle = t * request.dt * (request.backward ? -1 : 1);
            CHECK_NEAR(states[2 * t], start[0] * cos(angle) + start[1] * sin(angle), 1e-7);
            CHECK_NEAR(states[2 * t + 1], start[1] * cos(angle) - start[0] * sin(angle), 1e-7);
            CHECK_NEAR(learned[t], learned[0], 1e-7);
        }
        CHECK_NEAR(energy[0], dataset_energy(dataset, DATASET_TEST, 1, 7), 1e-12);
        free(states);
        free(learned);
        free(energy);
    }
    model_free(model);
    dataset_close(dataset);
}

/* Observed at speed 20: 1e-10; four steps a frame would miss by 1e-4. */
static void a_fast_motion_takes_steps_as_short_as_a_slow_one(void) {
    struct dataset *dataset = open_dataset("fast.h5");
    struct model *model = model_of(&oscillator_kind);
    struct rollouts_request request = request_of(model, dataset);
    const double *start = dataset_states(dataset, DATASET_TEST, 1);
    const double speeds[] = {0.3, 20.0};
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        request.speed = speeds[i];
        size_t count;
        double *states = read_doubles(roll(&request, "fast"), "states", &count);
        for (int t = 0; t < request.frames; t++) {
            double angle = t * request.dt * request.speed;
            CHECK_NEAR(states[2 * t], start[0] * cos(angle) + start[1] * sin(angle), 1e-7);
        }
        free(states);
    }
    model_free(model);
    dataset_close(dataset);
}

static void a_motion_that_cannot_be_followed_names_the_method_and_the_frame(void) {
    struct dataset *dataset = open_dataset("stuck.h5");
    struct model *model = model_of(&jumping_kind);
    struct rollouts_request request = request_of(model, dataset);
    struct figure_report report = {0};
    const char *folder = fixture_path("stuck");
    request.integrator = integrator_find("gauss4");
    CHECK_OK_FATAL(file_make_directory(folder));
    CHECK_FAILS(rollouts_run(&request, folder, &report), STATUS_DATA, "--integrator: gauss4: frame 1: ");
    CU_ASSERT_EQUAL(rmdir(folder), 0);
    figure_report_free(&report);
    model_free(model);
    dataset_close(dataset);
}

static void a_motion_that_is_lost_has_a_note(void) {
    struct dataset *dataset = open_dataset("burst.h5");
    struct model *model = model_of(&bursting_kind);
    struct rollouts_request request = request_of(model, dataset);
    struct figure_report report = {0};
    const char *folder = fixture_path("burst");
    CHECK_OK_FATAL(file_make_directory(folder));
    CHECK_OK_FATAL(rollouts_run(&request, folder, &report));
    CU_ASSERT(lines_contain(&report.notes, "the state is not finite from frame 1 on"));
    figure_report_free(&report);
    model_free(model);
    dataset_close(dataset);
}

static void a_motion_is_drawn_with_what_is_known_of_it(void) {
    struct dataset *dataset = open_dataset("drawn.h5");
    struct model *model = model_of(&oscillator_kind);
    struct rollouts_request request = request_of(model, dataset);
    const char *folder = roll(&request, "drawn");
    CU_ASSERT(says(folder, "states.gp", "'truth'") && says(folder, "states.gp", "'p_{1}'"));
    request.speed = 2.0;
    folder = roll(&request, "drawn");
    CU_ASSERT(says(folder, "states.gp", "'model'") && !says(folder, "states.gp", "'truth'"));
    request.simulator = simulator_find("rock_paper_scissors"); /* has no energy: its numbers are no momenta */
    folder = roll(&request, "drawn");
    CU_ASSERT(says(folder, "states.gp", "'x_{2}'") && !says(folder, "states.gp", "'p_{1}'"));
    model_free(model);
    dataset_close(dataset);
}

/* A density that is known is what its points are of, not the environment; numbers are called what they are.
 */
static void points_are_drawn_with_the_names_of_their_numbers(void) {
    static const struct {
        struct density_settings points;
        const char *title, *x, *y;
    } cases[] = {
        {{.target = "eight_gaussians"}, "eight_gaussians, normal", "'x_1'", "'x_2'"},
        {{.target = "states", .coordinates = "all", .state_size = 2},
         "mass_spring, normal",
         "'q_1'",
         "'p_1'"},
        {{.target = "states", .coordinates = "positions", .state_size = 4},
         "mass_spring, normal",
         "'q_1'",
         "'q_2'"},
    };
    struct dataset *dataset = open_dataset("names.h5");
    struct model *model = model_of(&normal_kind);
    struct rollouts_request request = request_of(model, dataset);
    request.dataset = NULL;
    request.samples = 10;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plane = cases[i].points;
        const char *folder = roll(&request, "names");
        CU_ASSERT(has_text(folder, "target", plane.target));
        CU_ASSERT(says(folder, "points.gp", cases[i].title));
        CU_ASSERT(says(folder, "points.gp", cases[i].x) && says(folder, "points.gp", cases[i].y));
    }
    model_free(model);
    dataset_close(dataset);
}

static void points_come_with_their_densities(void) {
    struct dataset *dataset = open_dataset("points.h5");
    struct model *model = model_of(&normal_kind);
    struct rollouts_request request = request_of(model, dataset);
    request.dataset = NULL;
    request.samples = 3000;
    const char *folder = roll(&request, "points");
    size_t count;
    double *points = read_doubles(folder, "points", &count);
    CU_ASSERT_EQUAL(count, 6000);
    double *densities = read_doubles(folder, "log_density", &count), mean = 0.0;
    for (size_t i = 0; i < count; i++) {
        double square = points[2 * i] * points[2 * i] + points[2 * i + 1] * points[2 * i + 1];
        CHECK_NEAR(densities[i], -square / 2 - log(2 * acos(-1.0)), 1e-12);
        mean += square / (double)count;
    }
    CHECK_NEAR(mean, 2.0, 0.15); /* its standard deviation is 0.037 */
    free(points);
    free(densities);
    model_free(model);
    dataset_close(dataset);
}

/* ---- what cannot be ---- */

static void check_refused(const struct model_kind *kind, struct rollouts_request request, const char *why) {
    struct model *model = model_of(kind);
    request.model = model;
    CHECK_FAILS(rollouts_check(&request), STATUS_DATA, why);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "--"));
    model_free(model);
}

static void what_a_kind_cannot_do_is_refused_with_the_ability(void) {
    struct dataset *dataset = open_dataset("refused.h5");
    struct model *model = model_of(find_kind("hgn++"));
    struct rollouts_request plain = request_of(model, dataset), request = plain;
    request.samples = 1;
    check_refused(find_kind("copy_last"), request, "copy_last has no prior");
    check_refused(&oscillator_kind, request, "oscillator has no prior");
    check_refused(&normal_kind, plain, "density of points and no motion");
    request = plain;
    request.speed = 0.5;
    check_refused(find_kind("copy_last"), request, "no time between them");
    check_refused(&normal_kind, (struct rollouts_request){.samples = 1, .speed = 2.0},
                  "--speed: normal knows a density");
    check_refused(&normal_kind,
                  (struct rollouts_request){.samples = 1, .speed = 1.0, .integrator = integrator_find("rk4")},
                  "--integrator: normal knows a density");
    request = plain;
    request.backward = true;
    check_refused(find_kind("rnn"), request, "rnn predicts later frames only");
    request = plain;
    request.integrator = integrator_find("rk4");
    check_refused(find_kind("copy_last"), request, "follows no latent state");
    request.integrator = integrator_find("gsl_bsimp");
    check_refused(find_kind("hgn++"), request, "gsl_bsimp");
    request.integrator = integrator_find("leapfrog");
    check_refused(&oscillator_kind, request, "leapfrog needs a Hamiltonian system");
    request = plain;
    int seen = model->kind->video->plan(model->settings).inference;
    request.start = INT_MAX;
    check_refused(find_kind("hgn++"), request, "frames from there on, trajectories have 40");
    request.start = 41 - seen; /* of 40 frames */
    check_refused(find_kind("hgn++"), request, "frames from there on, trajectories have 40");
    request.start = 40 - seen;
    request.model = model;
    CHECK_OK(rollouts_check(&request));
    request.trajectory = 2;
    CHECK_FAILS(rollouts_check(&request), STATUS_DATA, "no test trajectory 2, expected 0 to 1");
    model_free(model);
    dataset_close(dataset);
}

static void trajectories_that_are_too_short_are_named(void) {
    struct generate_request short_one = fixture_request("mass_spring", fixture_path("short.h5"));
    struct dataset *dataset;
    short_one.frames = 2;
    CHECK_OK_FATAL(dataset_generate(&short_one));
    CHECK_OK_FATAL(dataset_open(&dataset, fixture_path("short.h5")));
    struct model *model = model_of(find_kind("hgn++"));
    struct rollouts_request request = request_of(model, dataset);
    for (int backward = 0; backward < 2; backward++) {
        request.backward = backward == 1;
        CHECK_FAILS(rollouts_check(&request), STATUS_DATA, "data.h5: trajectories of 2 frames, hgn++ sees 3");
    }
    model_free(model);
    dataset_close(dataset);
}

static void an_interrupted_rollout_leaves_no_file(void) {
    struct dataset *dataset = open_dataset("interrupted.h5");
    const struct model_kind *kinds[] = {find_kind("hgn++"), find_kind("copy_last"), &oscillator_kind,
                                        &normal_kind};
    interrupt_install();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct model *model = model_of(kinds[i]);
        struct rollouts_request request = request_of(model, dataset);
        struct figure_report report = {0};
        request.samples = kinds[i] == &normal_kind ? 10 : 0;
        const char *folder = fixture_path("interrupted");
        CHECK_OK_FATAL(file_make_directory(folder));
        (void)raise(SIGINT);
        CHECK_FAILS(rollouts_run(&request, folder, &report), STATUS_INTERRUPTED, "nothing was written");
        interrupt_clear();
        CU_ASSERT_EQUAL(report.pictures.count, 0);
        CU_ASSERT_EQUAL(rmdir(folder), 0); /* not even a temporary */
        figure_report_free(&report);
        model_free(model);
    }
    dataset_close(dataset);
}

int main(void) {
    static const struct test tests[] = {
        TEST(films_are_the_predictions_of_the_model),
        TEST(a_longer_film_begins_as_a_shorter_one),
        TEST(titles_say_what_was_asked_for),
        TEST(speed_scales_the_time_and_not_the_motion),
        TEST(backward_films_are_those_of_the_prediction_backward),
        TEST(a_film_without_numbers_has_a_note_and_axes),
        TEST(a_field_is_followed_from_a_true_state),
        TEST(a_fast_motion_takes_steps_as_short_as_a_slow_one),
        TEST(a_motion_that_cannot_be_followed_names_the_method_and_the_frame),
        TEST(a_motion_that_is_lost_has_a_note),
        TEST(a_motion_is_drawn_with_what_is_known_of_it),
        TEST(points_are_drawn_with_the_names_of_their_numbers),
        TEST(points_come_with_their_densities),
        TEST(what_a_kind_cannot_do_is_refused_with_the_ability),
        TEST(trajectories_that_are_too_short_are_named),
        TEST(an_interrupted_rollout_leaves_no_file),
    };
    return tests_run("rollouts", tests, sizeof tests / sizeof *tests);
}
