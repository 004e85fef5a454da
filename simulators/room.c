/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A camera that moves on the unit hemisphere around the middle of a room with five objects and always looks
 * at that middle.
 *
 * State: position P = (x, y, z) with |P| = 1 and z up, velocity v. With the distance r from the vertical axis
 * and the azimuth theta, P = (r cos theta, r sin theta, sqrt(1 - r^2)), where theta grows by `speed` degrees
 * per unit of time and r = radius exp(growth (theta - azimuth)): a circle for growth 0; the golden spiral,
 * which comes down the hemisphere, for growth 2 ln(golden ratio) / pi. Velocity and acceleration are
 * differences of neighbouring frames: (P_{k+1} - P_{k-1}) / (2 dt), one-sided at both ends. Conserved: |P|;
 * on the circle z, too.
 *
 * The published generator of these data is not available. Its description gives the hemisphere, the two
 * paths, five objects of four shapes and random colours; the scene, the ranges and the camera are ours
 * (docs/errata.md).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulators/ray_scene.h"
#include "simulators/registry.h"
#include "support/elementary.h"
#include "support/memory.h"

enum { OBJECTS = RAY_SCENE_MAX_OBJECTS };

/* Where the parameters begin, in the order of ROOM_PARAMETERS. */
enum {
    RADIUS,
    AZIMUTH,
    SPEED,
    GROWTH,
    WALL_COLOR,
    FLOOR_COLOR = WALL_COLOR + 3,
    SHAPE = FLOOR_COLOR + 3,
    SIZE = SHAPE + OBJECTS,
    PLACE = SIZE + OBJECTS,
    YAW = PLACE + 2 * OBJECTS,
    OBJECT_COLOR = YAW + OBJECTS,
};

static const double PI = 3.14159265358979323846;

/* Draws until an object does not touch another; then all are taken away and the room begins anew. */
enum { MAX_PLACEMENTS = 1000 };
static const double GAP = 0.02, MIDDLE = 0.5; /* between objects; radius of the disc on which they stand */

/* --- the room ------------------------------------------------------------------------------------------ */

static double clamp(double value) {
    return fmin(fmax(value, 0.0), 1.0);
}

/* Hue, saturation and value, each uniform in its range, as red, green and blue. */
static void sample_color(struct random_stream *random, double saturation_low, double saturation_high,
                         double value_low, double value_high, double color[3]) {
    double hue = 6.0 * random_uniform(random);
    double saturation = random_between(random, saturation_low, saturation_high);
    double value = random_between(random, value_low, value_high);
    double pure[3] = {clamp(fabs(hue - 3.0) - 1.0), clamp(2.0 - fabs(hue - 2.0)),
                      clamp(2.0 - fabs(hue - 4.0))};
    for (int c = 0; c < 3; c++) {
        color[c] = value * (1.0 - saturation * (1.0 - pure[c]));
    }
}

static double footprint(const double *parameters, int object) {
    return ray_scene_shapes[(int)parameters[SHAPE + object]].footprint * parameters[SIZE + object];
}

static bool touches(const double *parameters, int a, int b) {
    double x = parameters[PLACE + 2 * a] - parameters[PLACE + 2 * b];
    double y = parameters[PLACE + 2 * a + 1] - parameters[PLACE + 2 * b + 1];
    return sqrt(x * x + y * y) <= footprint(parameters, a) + footprint(parameters, b) + GAP;
}

static bool fits(const double *parameters, int object) {
    for (int other = 0; other < object; other++) {
        if (touches(parameters, object, other)) {
            return false;
        }
    }
    return true;
}

/* A place for one object, uniform in the middle of the room. */
static bool place_object(struct random_stream *random, int object, double *parameters, int *rejected) {
    for (int tried = 0; tried < MAX_PLACEMENTS; tried++) {
        double distance = MIDDLE * sqrt(random_uniform(random));
        double angle = random_between(random, 0.0, 2.0 * PI);
        double sine, cosine;
        elementary_sincos(angle, &sine, &cosine);
        parameters[PLACE + 2 * object] = distance * cosine;
        parameters[PLACE + 2 * object + 1] = distance * sine;
        if (fits(parameters, object)) {
            return true;
        }
        *rejected += 1;
    }
    return false;
}

/* Shapes and places together, because large objects may leave no room for the last. Sizes stay within their
 * range, so a room can always be found. */
static void sample_objects(struct random_stream *random, double size_low, double size_high,
                           double *parameters, int *rejected) {
    int object = 0;
    while (object < OBJECTS) {
        parameters[SHAPE + object] = (double)random_below(random, RAY_SHAPES);
        parameters[SIZE + object] = random_between(random, size_low, size_high);
        object = place_object(random, object, parameters, rejected) ? object + 1 : 0;
    }
}

static void sample_parameters(const struct simulator *simulator, struct random_stream *random,
                              double *parameters, int *rejected) {
    const struct simulator_parameter *size = simulator->parameters;
    while (strcmp(size->name, "size") != 0) {
        size++;
    }
    sample_objects(random, size->low, size->high, parameters, rejected);
    sample_color(random, 0.2, 0.6, 0.4, 0.9, &parameters[WALL_COLOR]);
    sample_color(random, 0.2, 0.6, 0.4, 0.9, &parameters[FLOOR_COLOR]);
    for (int object = 0; object < OBJECTS; object++) {
        sample_color(random, 0.6, 1.0, 0.6, 1.0, &parameters[OBJECT_COLOR + 3 * object]);
    }
}

static void draw(const struct simulator *simulator, const struct trajectory_setup *setup, const double *state,
                 uint8_t image[IMAGE_VALUES]) {
    const double *parameters = setup->parameters;
    struct ray_scene scene = {.count = OBJECTS};
    double values[IMAGE_VALUES];
    (void)simulator;
    memcpy(scene.wall_color, &parameters[WALL_COLOR], sizeof scene.wall_color);
    memcpy(scene.floor_color, &parameters[FLOOR_COLOR], sizeof scene.floor_color);
    ray_scene_light(scene.light);
    for (int i = 0; i < OBJECTS; i++) {
        scene.objects[i] = ray_scene_stand(
            &ray_scene_shapes[(int)parameters[SHAPE + i]], parameters[SIZE + i], parameters[PLACE + 2 * i],
            parameters[PLACE + 2 * i + 1], parameters[YAW + i], &parameters[OBJECT_COLOR + 3 * i]);
    }
    ray_scene_values(&scene, state, values);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        image[i] = (uint8_t)(255.0 * values[i]);
    }
}

/* --- the path ------------------------------------------------------------------------------------------ */

/* How far the camera has turned at `frame`, in radians. */
static double turned(const struct simulator_plan *plan, const double *parameters, int frame) {
    return (double)frame * (parameters[SPEED] * plan->dt * PI / 180.0);
}

static void position(const struct simulator_plan *plan, const double *parameters, int frame, double *out) {
    double turn = turned(plan, parameters, frame), sine, cosine;
    double r = parameters[RADIUS] * elementary_exp(parameters[GROWTH] * turn);
    elementary_sincos(parameters[AZIMUTH] + turn, &sine, &cosine);
    out[0] = r * cosine;
    out[1] = r * sine;
    out[2] = sqrt(1.0 - r * r);
}

/* The rate of change of `values` (3 numbers a frame, `stride` apart) at each frame, to `rates` likewise. */
static void differences(const struct simulator_plan *plan, const double *values, int stride, double *rates,
                        int rate_stride) {
    for (int frame = 0; frame < plan->frames; frame++) {
        int before = frame > 0 ? frame - 1 : 0;
        int after = frame + 1 < plan->frames ? frame + 1 : frame;
        for (int i = 0; i < 3; i++) {
            double change = values[(long)after * stride + i] - values[(long)before * stride + i];
            rates[(long)frame * rate_stride + i] = change / ((double)(after - before) * plan->dt);
        }
    }
}

static void follow(const struct simulator_plan *plan, const struct trajectory_setup *setup, double *states,
                   double *dx_dt) {
    for (int frame = 0; frame < plan->frames; frame++) {
        position(plan, setup->parameters, frame, &states[6L * frame]);
    }
    differences(plan, states, 6, &states[3], 6);
    for (int frame = 0; frame < plan->frames; frame++) {
        memcpy(&dx_dt[6L * frame], &states[6L * frame + 3], 3 * sizeof *dx_dt);
    }
    differences(plan, &states[3], 6, &dx_dt[3], 6);
}

/* The state at t = 0 needs the frame behind it: see prepare. */
static void sample_state(const struct simulator *simulator, const double *parameters,
                         struct random_stream *random, double *state) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    (void)random;
    position(&plan, parameters, 0, state);
}

static enum status prepare(const struct simulator_plan *plan, const double *parameters,
                           struct random_stream *random, double *state) {
    double next[3];
    (void)random;
    position(plan, parameters, 1, next);
    for (int i = 0; i < 3; i++) {
        state[3 + i] = (next[i] - state[i]) / plan->dt;
    }
    return STATUS_OK;
}

/* The camera must not reach the floor. */
static enum status check_plan(const struct simulator_plan *plan) {
    const struct simulator *simulator = plan->simulator;
    double highest = simulator->parameters[RADIUS].high, growth = simulator->parameters[GROWTH].high;
    double parameters[] = {[SPEED] = simulator->parameters[SPEED].high};
    double turn = turned(plan, parameters, plan->frames - 1);
    if (highest * elementary_exp(growth * turn) >= 1.0) {
        double most = -elementary_log(highest) / growth / turned(plan, parameters, 1);
        return status_fail(STATUS_DATA, "%s: %d frames lead below the floor, expected at most %d",
                           simulator->name, plan->frames, (int)ceil(most));
    }
    return STATUS_OK;
}

static double distance(const double *parameters, const double *state) {
    (void)parameters;
    return sqrt(state[0] * state[0] + state[1] * state[1] + state[2] * state[2]);
}

static double height(const double *parameters, const double *state) {
    (void)parameters;
    return state[2];
}

#define ROOM_DYNAMICS                                                                                        \
    .motion = "P = (r cos theta, r sin theta, sqrt(1 - r^2)), theta = azimuth + speed t (in degrees), "      \
              "r = radius exp(growth (theta - azimuth)); v and a are differences of neighbouring frames",    \
    .state = "position x, y, z of the camera, velocity vx, vy, vz",                                          \
    .picture = "the room by rays: 5 objects on the floor, seen from P towards the centre, 60 degrees wide, " \
               "4 x 4 rays a pixel, first row at the top",                                                   \
    .state_size = 6, .top_down = true, .sample_parameters = sample_parameters, .sample_state = sample_state, \
    .prepare = prepare, .check_plan = check_plan, .follow = follow,                                          \
    .method = "closed form, velocities by differences", .draw = draw

static const struct dynamics room_circle_dynamics = {
    .title = "camera on a circle around a room",
    .page = "room",
    .equation = "|P| = 1, z constant",
    .start = "radius and azimuth uniform in their ranges; the room drawn anew for each trajectory",
    .conserved = "distance from the centre, height",
    .invariants = {{"distance", "|P|", distance, 1e-15}, {"height", "z", height, 1e-15}},
    ROOM_DYNAMICS,
};

static const struct dynamics room_spiral_dynamics = {
    .title = "camera on a golden spiral down into a room",
    .page = "room",
    .equation = "|P| = 1, r grows by the golden ratio in a quarter turn",
    .start = "radius and azimuth uniform in their ranges; the room drawn anew for each trajectory",
    .conserved = "distance from the centre",
    .invariants = {{"distance", "|P|", distance, 1e-15}},
    ROOM_DYNAMICS,
};

/* 2 pi and pi / 2; 2 ln(golden ratio) / pi */
#define FULL_TURN 6.28318530717958647692
#define QUARTER_TURN 1.57079632679489661923
#define GOLDEN 0.30634896253003312212

#define ROOM_PARAMETERS(radius_low_, radius_high_, speed, growth)                                            \
    .parameters = {                                                                                          \
        {"radius", "distance r of the camera from the vertical axis at t = 0", radius_low_, radius_high_,    \
         0},                                                                                                 \
        {"azimuth", "angle theta at t = 0 [rad]", 0.0, FULL_TURN, 0},                                        \
        {"speed", "of the azimuth [degrees per unit of time]", speed, speed, 0},                             \
        {"growth", "of ln r per radian of azimuth", growth, growth, 0},                                      \
        {"wall_color", "red, green, blue of the walls", 0.0, 1.0, 3},                                        \
        {"floor_color", "red, green, blue of the floor", 0.0, 1.0, 3},                                       \
        {"shape", "of each object: 0 sphere, 1 capsule, 2 cylinder, 3 box", 0.0, RAY_SHAPES - 1, OBJECTS},   \
        {"size", "s of each object", 0.08, 0.14, OBJECTS},                                                   \
        {"place", "x, y of each object", -0.5, 0.5, 2 * OBJECTS},                                            \
        {"yaw", "turn of each object around the vertical [rad]", 0.0, QUARTER_TURN, OBJECTS},                \
        {"object_color", "red, green, blue of each object", 0.0, 1.0, 3 * OBJECTS},                          \
    }

/* A camera that is 1.5 times as fast, and a circle nearer to the axis. */
#define CIRCLE_CHANGES(fast)                                                                                 \
    .changes = {                                                                                             \
        [SIMULATOR_SHIFT_ENERGY] = {.ranges = {{"speed", fast, fast}}},                                      \
        [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"radius", 0.2, 0.3}}},                                   \
    }

/* Nearer to the axis the path is the same spiral; a narrower one is not. Films of a longer way are shorter,
 * so that the camera comes no lower than in training. */
enum { SPIRAL_FRAMES = 170 };
#define SPIRAL_CHANGES(fast)                                                                                 \
    .changes = {                                                                                             \
        [SIMULATOR_SHIFT_ENERGY] = {.ranges = {{"speed", fast, fast}}, .frames = SPIRAL_FRAMES},             \
        [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"growth", 0.8 * GOLDEN, 0.8 * GOLDEN}}},                 \
        [SIMULATOR_SHIFT_DT] = {.frames = SPIRAL_FRAMES},                                                    \
    }

#define REFERENCE "Botev et al., Which priors matter? (2021), mujoco_room/"

const struct simulator room_circle_simulator = {
    .name = "room_circle",
    .summary = "camera on a circle around a room with five objects, 0.1 degree a frame",
    .reference = REFERENCE "circle",
    .dynamics = &room_circle_dynamics,
    ROOM_PARAMETERS(0.3, 0.9, 2.0, 0.0),
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    CIRCLE_CHANGES(3.0),
};

const struct simulator room_circle_fast_simulator = {
    .name = "room_circle_fast",
    .summary = "camera on a circle around a room with five objects, 1 degree a frame",
    .reference = "room_circle, ten times as fast",
    .dynamics = &room_circle_dynamics,
    ROOM_PARAMETERS(0.3, 0.9, 20.0, 0.0),
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    CIRCLE_CHANGES(30.0),
};

const struct simulator room_spiral_simulator = {
    .name = "room_spiral",
    .summary = "camera on a golden spiral down into a room with five objects, 0.1 degree a frame",
    .reference = REFERENCE "spiral",
    .dynamics = &room_spiral_dynamics,
    ROOM_PARAMETERS(0.3, 0.8, 2.0, GOLDEN),
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    SPIRAL_CHANGES(3.0),
};

const struct simulator room_spiral_fast_simulator = {
    .name = "room_spiral_fast",
    .summary = "camera on a golden spiral down into a room with five objects, 1 degree a frame",
    .reference = "room_spiral, ten times as fast",
    .dynamics = &room_spiral_dynamics,
    ROOM_PARAMETERS(0.10, 0.23, 20.0, GOLDEN),
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    SPIRAL_CHANGES(30.0),
};
