/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Diagnoses of a model that knows the mass on a spring, and is made wrong in one way at a time.
 *
 * Its latent state is (u, v): u is the disc's height in pixels above the middle, v its rate in the same unit,
 * both read off the pixels; it turns on a circle as the mass does. What goes wrong in following it is a
 * setting, and what a diagnosis must say of that is known.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/generate.h"
#include "diagnosis/diagnosis.h"
#include "diagnosis/latent_map.h"
#include "integrators/integrator.h"
#include "models/window_plan.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/oracle_case.h"

enum { SEEN = 5, TARGETS = 11, FRAMES = 80, TRAJECTORIES = 12, WINDOWS = 24, STRIDE = 5, LATENTS = 2 };

static const double TURN = 0.1; /* of a frame: omega dt = 2 * 0.05 */

struct spring_settings {
    double speed;  /* of the turns, 1 for the true one */
    double growth; /* of the radius, in a frame */
    double shift;  /* of the disc that is drawn, in pixels */
};

/* ---- the model ---- */

/* Above the middle of the picture. */
static double height_of(const real *image) {
    const double background = 0.321;
    double sum = 0.0, weight = 0.0;
    for (int i = 0; i < IMAGE_SIDE * IMAGE_SIDE; i++) {
        double red = (double)image[i * IMAGE_CHANNELS] - background;
        red = red > 0.02 ? red : 0.0;
        sum += red * (i / IMAGE_SIDE);
        weight += red;
    }
    return sum / weight - 0.5 * (IMAGE_SIDE - 1);
}

static struct window_plan plan(const void *settings) {
    (void)settings;
    return window_plan_overlap(SEEN, TARGETS, 0);
}

static int width(const void *settings) {
    (void)settings;
    return LATENTS;
}

static struct model_clock clock_of(const void *settings) {
    (void)settings;
    return (struct model_clock){.frame = 1, .steps_per_frame = 1};
}

static void infer(const struct model *model, struct model_workspace *workspace,
                  const struct model_examples *examples, int batch, real *states) {
    (void)model;
    (void)workspace;
    for (int b = 0; b < batch; b++) {
        real image[IMAGE_VALUES];
        examples->image(examples->context, b, 0, image);
        double before = height_of(image), angle = TURN * (SEEN - 1);
        examples->image(examples->context, b, SEEN - 1, image);
        double now = height_of(image);
        states[LATENTS * b] = (real)now;
        states[LATENTS * b + 1] = (real)((now * cos(angle) - before) / sin(angle));
    }
}

static const struct integrator *asked_for; /* by whoever followed states last */

static void unroll(const struct model *model, struct model_workspace *workspace,
                   const struct model_clock *clock, const real *start, int batch, int frames, real *states,
                   real *energies) {
    const struct spring_settings *settings = model->settings;
    (void)workspace;
#pragma omp atomic write
    asked_for = clock->integrator;
    for (int b = 0; b < batch; b++) {
        double u = (double)start[LATENTS * b], v = (double)start[LATENTS * b + 1];
        for (int t = 0; t <= frames; t++) {
            double angle = TURN * settings->speed * clock->frame * t, radius = pow(settings->growth, t);
            real *state = states + (b * (frames + 1) + t) * LATENTS;
            state[0] = (real)(radius * (u * cos(angle) + v * sin(angle)));
            state[1] = (real)(radius * (v * cos(angle) - u * sin(angle)));
            energies[b * (frames + 1) + t] = (state[0] * state[0] + state[1] * state[1]) / 2;
        }
    }
}

static void decode(const struct model *model, struct model_workspace *workspace, const real *states,
                   int count, void (*take)(void *context, int row, const real *image), void *context) {
    const struct spring_settings *settings = model->settings;
    const struct simulator *simulator = simulator_find("mass_spring");
    struct trajectory_setup setup = {.parameters = {2, 0.5}};
    double pixel = 2 * simulator_canvas(simulator) / (IMAGE_SIDE - 1);
    (void)workspace;
    for (int row = count - 1; row >= 0; row--) {
        uint8_t bytes[IMAGE_VALUES];
        real image[IMAGE_VALUES];
        double height = pixel * ((double)states[LATENTS * row] + settings->shift), state[2] = {0};
        struct simulator_disc disc = {.y = height};
        (void)simulator_positions(simulator, setup.parameters, &disc, state);
        simulator_draw(simulator, &setup, state, bytes);
        for (int i = 0; i < IMAGE_VALUES; i++) {
            image[i] = (real)bytes[i] / 255;
        }
        take(context, row, image);
    }
}

static void declare(struct model *model) {
    (void)model; /* no parameters */
}

static const struct schema settings_schema = {.group = "model", .size = sizeof(struct spring_settings)};
static const struct model_video video = {.plan = plan};
static const struct model_latent latent = {.width = width,
                                           .clock = clock_of,
                                           .unroll = unroll,
                                           .infer = infer,
                                           .decode = decode,
                                           .has_energy = true};
static const struct model_kind spring_kind = {
    .name = "spring", .settings = &settings_schema, .declare = declare, .video = &video, .latent = &latent};

/* ---- diagnoses of it ---- */

static struct dataset *spring;

static struct dataset *spring_data(void) {
    if (spring == NULL) {
        char *path = file_join(test_folder(), "mass_spring.h5");
        struct generate_request request = {.simulator = simulator_find("mass_spring"),
                                           .path = path,
                                           .train = 1,
                                           .test = TRAJECTORIES,
                                           .frames = FRAMES,
                                           .dt = 0.05,
                                           .seed = 3,
                                           .effort = {.threads = 1, .quiet = true}};
        CHECK_OK_FATAL(dataset_generate(&request));
        CHECK_OK_FATAL(dataset_open(&spring, path));
        free(path);
    }
    return spring;
}

/* The caller clears it. */
static struct diagnosis diagnose(struct spring_settings settings, int threads) {
    struct model model = {.kind = &spring_kind, .settings = &settings};
    struct diagnosis_request request = {.model = &model,
                                        .name = "spring",
                                        .dataset = spring_data(),
                                        .window_seed = 4,
                                        .windows = WINDOWS,
                                        .stride = STRIDE,
                                        .effort = {.threads = threads, .quiet = true}};
    struct diagnosis out = {0};
    CHECK_OK_FATAL(diagnosis_check(&request));
    CHECK_OK_FATAL(diagnosis_run(&out, &request));
    CU_ASSERT_EQUAL_FATAL(out.count, (FRAMES - SEEN) / STRIDE + 1);
    return out;
}

static void a_true_model_has_no_gap(void) {
    struct diagnosis d = diagnose((struct spring_settings){1, 1, 0}, 2);
    CU_ASSERT(d.windows == WINDOWS && d.runs == TRAJECTORIES && d.trained == TARGETS - 1 && d.width == 2);
    CU_ASSERT(d.explained > 0.98);
    CHECK_NEAR(d.dimension, 2, 0.1); /* it goes round in a circle */
    for (int k = 0; k < d.count; k++) {
        const struct diagnosis_point *p = &d.points[k];
        CU_ASSERT_EQUAL(p->frame, STRIDE * k);
        CU_ASSERT(p->gap < 0.03 && (k == 0 || p->renewed < 0.03) && p->phase < 0.5 && p->energy < 0.1);
        CU_ASSERT(p->error < 1e-4 && p->decoded < 1e-4 && p->explained > 0.9 && p->distance < 2);
        CU_ASSERT_EQUAL(p->group[0], p->error);
    }
    CU_ASSERT_EQUAL(d.points[0].error, d.points[0].decoded);
    CU_ASSERT_EQUAL(d.points[0].gap, 0);
    diagnosis_clear(&d);
}

static void wrong_speed_is_a_phase(void) {
    struct diagnosis d = diagnose((struct spring_settings){1.05, 1, 0}, 2);
    for (int k = 4; k < d.count; k++) {
        const struct diagnosis_point *p = &d.points[k];
        double late = 0.05 * p->frame; /* frames */
        CHECK_NEAR(p->gap, 2 * sin(TURN * late / 2), 0.03);
        CHECK_NEAR(p->phase, sin(TURN * late) / TURN, 0.5);
        CU_ASSERT(p->along > 0.9 && p->energy < 0.1 && p->distance < 2);
        CHECK_NEAR(p->renewed, 0.05 * STRIDE * TURN, 0.02);
    }
    CU_ASSERT(d.points[d.count - 1].error > 10 * d.points[d.count - 1].decoded);
    CU_ASSERT(d.points[d.count - 1].explained < d.points[1].explained - 0.05);
    diagnosis_clear(&d);
}

static void growth_is_an_energy_and_leaves_the_cloud(void) {
    struct diagnosis d = diagnose((struct spring_settings){1, 1.02, 0}, 2);
    const struct diagnosis_point *last = &d.points[d.count - 1];
    for (int k = 4; k < d.count; k++) {
        const struct diagnosis_point *p = &d.points[k];
        CHECK_NEAR(p->gap, pow(1.02, p->frame) - 1, 0.06);
        CU_ASSERT(p->along < 0.1);
        CHECK_NEAR(p->renewed, pow(1.02, STRIDE) - 1, 0.02);
    }
    CU_ASSERT(last->energy > 2 && last->distance > 10);
    diagnosis_clear(&d);
}

static void a_wrong_decoder_is_no_fault_of_the_dynamics(void) {
    struct diagnosis d = diagnose((struct spring_settings){1, 1, 3}, 2);
    for (int k = 0; k < d.count; k++) {
        CU_ASSERT(d.points[k].decoded > 1e-3 && d.points[k].gap < 0.03);
        CHECK_NEAR(d.points[k].error / d.points[k].decoded, 1, 0.05);
    }
    struct text text = {0};
    diagnosis_add_text(&text, &d);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "where the decoder has been"));
    text_free(&text);
    diagnosis_clear(&d);
}

static void states_are_followed_by_the_integrator_of_the_evaluation(void) {
    struct spring_settings settings = {1, 1, 0};
    struct model model = {.kind = &spring_kind, .settings = &settings};
    struct diagnosis_request request = {.model = &model,
                                        .name = "spring",
                                        .dataset = spring_data(),
                                        .settings = {.integrator = "so4"},
                                        .windows = 2,
                                        .stride = STRIDE,
                                        .effort = {.threads = 1, .quiet = true}};
    struct diagnosis out;
    CHECK_OK_FATAL(diagnosis_run(&out, &request));
    CU_ASSERT(asked_for != NULL && asked_for == integrator_find("so4"));
    diagnosis_clear(&out);
}

/* A model whose states become infinite is told as that. */
static void states_that_are_no_numbers_are_told(void) {
    struct diagnosis d = diagnose((struct spring_settings){1, 1e12, 0}, 2);
    struct text text = {0};
    diagnosis_add_text(&text, &d);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text.data, "\nFrame 75: the states that are followed there are no numbers any more.\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "\n|    75 |")); /* the last look is in the table */
    text_free(&text);
    diagnosis_clear(&d);
}

static void nothing_depends_on_the_number_of_threads(void) {
    struct diagnosis one = diagnose((struct spring_settings){1.02, 1.01, 0.5}, 1);
    struct diagnosis three = diagnose((struct spring_settings){1.02, 1.01, 0.5}, 3);
    struct text a = {0}, b = {0};
    diagnosis_add_json(&a, &one);
    diagnosis_add_json(&b, &three);
    CU_ASSERT_STRING_EQUAL(a.data, b.data);
    text_free(&a);
    text_free(&b);
    diagnosis_clear(&one);
    diagnosis_clear(&three);
}

static void what_cannot_be_diagnosed_is_refused(void) {
    struct spring_settings settings = {1, 1, 0};
    struct oracle_settings none = {0, 0};
    struct model model = {.kind = &spring_kind, .settings = &settings};
    struct model short_model = oracle_model(&short_oracle_kind, &none);
    struct diagnosis_request request = {.model = &short_model,
                                        .dataset = spring_data(),
                                        .windows = 2,
                                        .stride = 5,
                                        .effort = {.threads = 1, .quiet = true}};
    struct diagnosis out;
    CHECK_FAILS(diagnosis_check(&request), STATUS_DATA,
                "short_oracle: it has no latent states that are inferred");
    request.model = &model;
    request.frames = FRAMES - SEEN + 1;
    CHECK_FAILS(diagnosis_run(&out, &request), STATUS_DATA, "76 frames to follow behind the 5 that are seen");
    request.frames = 0;
    request.windows = 10000;
    CHECK_FAILS(diagnosis_run(&out, &request), STATUS_DATA,
                "10000 windows with 16 looks each: expected at most 20000 looks");
    request.windows = 2;
    request.frames = 4;
    CHECK_FAILS(diagnosis_run(&out, &request), STATUS_DATA, "4 frames to follow");
}

/* ---- nearest neighbours ---- */

static void neighbours_are_those_of_other_runs(void) {
    enum { COUNT = 8 };
    static const real latents[COUNT] = {0, 1, 2, 3, 4, 5, 6, 100};
    static const double states[COUNT] = {0, 10, 20, 30, 40, 50, 60, 1000};
    static const int runs[COUNT] = {0, 1, 0, 1, 0, 1, 0, 1};
    const struct latent_map map = {
        .count = COUNT, .width = 1, .numbers = 1, .latents = latents, .states = states, .runs = runs};
    const real at = (real)2.25;
    double state;
    CHECK_NEAR(latent_map_find(&map, &at, 1, &state), 0.25, 1e-6); /* 0, 2, 4, 6: there are no more */
    CHECK_NEAR(state, 30, 1e-12);
    CHECK_NEAR(latent_map_find(&map, &at, 7, &state), 0.25, 1e-6); /* 0 to 4, the nearest five of all */
    CHECK_NEAR(state, 20, 1e-12);
    CHECK_NEAR(latent_map_spread(&map), 32.1342, 1e-4);
    const struct latent_map empty = {.width = 1, .numbers = 1};
    CU_ASSERT(isnan(latent_map_find(&empty, &at, 0, &state)) && isnan(state));
}

static void dimensions_are_counted(void) {
    enum { COUNT = 4000, WIDTH = 6 };
    real *points = memory_alloc((size_t)COUNT * WIDTH, sizeof *points);
    struct random_stream random = random_stream(1, "points", 0, 0);
    for (int i = 0; i < COUNT; i++) { /* three directions, one of them twice */
        double a = random_normal(&random), b = random_normal(&random), c = random_normal(&random);
        const double point[WIDTH] = {a, b, (c + 7) / sqrt(2.0), (c - 7) / sqrt(2.0), 4, 0};
        for (int j = 0; j < WIDTH; j++) {
            points[i * WIDTH + j] = (real)point[j];
        }
    }
    const struct latent_map map = {.count = COUNT, .width = WIDTH, .latents = points};
    CHECK_NEAR(latent_map_dimension(&map), 3, 0.05);
    CHECK_NEAR(latent_map_spread(&map), sqrt(0.5), 0.02);
    free(points);
}

static void angles_are_read_as_points_on_a_circle(void) {
    const struct simulator *pendulum = simulator_find("double_pendulum");
    const double parameters[12] = {0}, state[] = {1, -2, 3, 4}, turned[] = {1 + 4 * acos(-1.0), -2, 3, 4};
    double a[LATENT_MAP_MOST_NUMBERS], b[LATENT_MAP_MOST_NUMBERS];
    CU_ASSERT_EQUAL_FATAL(latent_map_numbers(pendulum), 6);
    latent_map_state(pendulum, parameters, state, a);
    latent_map_state(pendulum, parameters, turned, b);
    const double expected[] = {sin(1.0), cos(1.0), sin(-2.0), cos(-2.0), 3, 4};
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(a[i], expected[i], 1e-14);
        CHECK_NEAR(b[i], expected[i], 1e-14);
    }
    CU_ASSERT_EQUAL(latent_map_numbers(simulator_find("mass_spring")), 2);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_true_model_has_no_gap),
        TEST(wrong_speed_is_a_phase),
        TEST(growth_is_an_energy_and_leaves_the_cloud),
        TEST(a_wrong_decoder_is_no_fault_of_the_dynamics),
        TEST(states_are_followed_by_the_integrator_of_the_evaluation),
        TEST(states_that_are_no_numbers_are_told),
        TEST(nothing_depends_on_the_number_of_threads),
        TEST(what_cannot_be_diagnosed_is_refused),
        TEST(neighbours_are_those_of_other_runs),
        TEST(dimensions_are_counted),
        TEST(angles_are_read_as_points_on_a_circle),
    };
    int code = tests_run("diagnosis", tests, sizeof tests / sizeof *tests);
    dataset_close(spring);
    return code;
}
