/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "simulators/ray_scene.h"
#include "tests/simulate.h"

static const double PI = 3.14159265358979323846;

static const struct simulator *find(const char *name) {
    const struct simulator *simulator = simulator_find(name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(simulator);
    return simulator;
}

/* --- the path ------------------------------------------------------------------------------------------ */

/* Where the camera should be at `frame`, from the parameters radius, azimuth, speed and growth. */
static void expect_position(const double *parameters, double dt, int frame, double out[3]) {
    double turn = parameters[2] * PI / 180.0 * dt * frame, theta = parameters[1] + turn;
    double r = parameters[0] * exp(parameters[3] * turn);
    out[0] = r * cos(theta);
    out[1] = r * sin(theta);
    out[2] = sqrt(1.0 - r * r);
}

static void cameras_follow_their_paths(void) {
    static const struct {
        const char *name;
        double step; /* of the azimuth in a frame, in degrees */
        double growth;
    } cases[] = {{"room_circle", 0.1, 1.0},
                 {"room_circle_fast", 1.0, 1.0},
                 {"room_spiral", 0.1, 1.14608},
                 {"room_spiral_fast", 1.0, 3.9096}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trajectory_runner *runner = runner_for(find(cases[i].name), 256, 0.05);
        struct trajectory trajectory;
        for (uint64_t index = 0; index < 20; index++) {
            CHECK_OK(trajectory_run(runner, 3, "test", index, &trajectory));
            const double *parameters = trajectory.setup.parameters, *x = trajectory.states;
            for (int frame = 0; frame < 256; frame++, x += 6) {
                double expected[3];
                expect_position(parameters, 0.05, frame, expected);
                for (int k = 0; k < 3; k++) {
                    CHECK_NEAR(x[k], expected[k], 1e-15);
                }
                CHECK_NEAR(sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]), 1.0, 1e-15);
            }
            double last[3], r = hypot(trajectory.states[255 * 6], trajectory.states[255 * 6 + 1]);
            expect_position(parameters, 0.05, 255, last);
            CHECK_NEAR(parameters[2] * 0.05, cases[i].step, 1e-15);
            CHECK_NEAR(r / parameters[0], cases[i].growth, 1e-5);
            CU_ASSERT(r < 0.92);
            /* The certificate says so, too. */
            CU_ASSERT(trajectory.invariant_error[0] <= 1e-15);
        }
        trajectory_runner_free(runner);
    }
}

/* r grows by the golden ratio in a quarter turn, and the camera comes down. */
static void spirals_are_golden_and_come_down(void) {
    struct trajectory_runner *runner = runner_for(find("room_spiral_fast"), 91, 0.05);
    struct trajectory trajectory;
    CHECK_OK(trajectory_run(runner, 3, "test", 0, &trajectory));
    const double *x = trajectory.states;
    CHECK_NEAR(hypot(x[90 * 6], x[90 * 6 + 1]) / hypot(x[0], x[1]), (1.0 + sqrt(5.0)) / 2.0, 1e-12);
    for (int frame = 1; frame < 91; frame++) {
        CU_ASSERT(x[frame * 6 + 2] < x[frame * 6 - 4]);
    }
    trajectory_runner_free(runner);
}

/* Inside, the central difference of a circle is r sin(step) / dt; at both ends differences are one-sided.
 * dx_dt is the velocity and the same differences of it. */
static void velocities_are_differences_of_neighbours(void) {
    enum { FRAMES = 60 };
    const double dt = 0.05, step = 0.1 * PI / 180.0;
    struct trajectory_runner *runner = runner_for(find("room_circle"), FRAMES, dt);
    struct trajectory trajectory;
    CHECK_OK(trajectory_run(runner, 3, "test", 0, &trajectory));
    for (int frame = 0; frame < FRAMES; frame++) {
        int before = frame > 0 ? frame - 1 : 0, after = frame < FRAMES - 1 ? frame + 1 : frame;
        const double *x = &trajectory.states[6 * frame], *dx_dt = &trajectory.dx_dt[6 * frame];
        double speed = sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]);
        double expected =
            trajectory.setup.parameters[0] * (after - before == 2 ? sin(step) : 2.0 * sin(step / 2.0)) / dt;
        CHECK_NEAR(speed, expected, 1e-13);
        for (int k = 0; k < 3; k++) {
            double change = trajectory.states[6 * after + 3 + k] - trajectory.states[6 * before + 3 + k];
            CU_ASSERT(dx_dt[k] == x[3 + k]);
            CHECK_NEAR(dx_dt[3 + k], change / ((after - before) * dt), 1e-12);
        }
    }
    trajectory_runner_free(runner);
}

static void paths_below_the_floor_are_refused(void) {
    struct simulator_plan plan = simulator_plan_default(find("room_spiral"));
    plan.frames = 418;
    CHECK_OK(simulator_plan_check(&plan));
    plan.frames = 419;
    CU_ASSERT_EQUAL(simulator_plan_check(&plan), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "expected at most 418"));
    plan = simulator_plan_default(find("room_circle"));
    plan.frames = 100000;
    CHECK_OK(simulator_plan_check(&plan));
}

/* --- the room ------------------------------------------------------------------------------------------ */

static const double *parameter(const struct simulator *simulator, const struct trajectory_setup *setup,
                               const char *name) {
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        if (strcmp(simulator->parameters[i].name, name) == 0) {
            return &setup->parameters[simulator_parameter_first(simulator, i)];
        }
    }
    CU_FAIL_FATAL("no such parameter");
    return NULL;
}

/* Shapes are equally frequent (chi-square beyond which 1 in 10000 lies), no two objects touch, all stand in
 * the middle. */
static void rooms_are_furnished_as_described(void) {
    enum { DRAWS = 3000 };
    const struct simulator *simulator = find("room_circle");
    int shapes[RAY_SHAPES] = {0}, rejected = 0;
    double closest = 1.0;
    for (uint64_t index = 0; index < DRAWS; index++) {
        struct trajectory_setup setup = sample(simulator, index);
        const double *shape = parameter(simulator, &setup, "shape"),
                     *size = parameter(simulator, &setup, "size");
        const double *place = parameter(simulator, &setup, "place");
        rejected += setup.rejected;
        for (int a = 0; a < 5; a++) {
            CU_ASSERT(shape[a] == floor(shape[a]));
            shapes[(int)shape[a]]++;
            CU_ASSERT(hypot(place[2 * a], place[2 * a + 1]) <= 0.5);
            for (int b = 0; b < a; b++) {
                double gap = hypot(place[2 * a] - place[2 * b], place[2 * a + 1] - place[2 * b + 1]) -
                             ray_scene_shapes[(int)shape[a]].footprint * size[a] -
                             ray_scene_shapes[(int)shape[b]].footprint * size[b];
                closest = fmin(closest, gap);
            }
        }
    }
    CU_ASSERT(closest > 0.02 && closest < 0.021);
    CU_ASSERT(rejected > 0);
    /* Large shapes are a little rarer: a room that has no place for the last object begins anew. */
    CU_ASSERT(chi_square(shapes, RAY_SHAPES, 5 * DRAWS) < 21.1);
}

/* --- shapes -------------------------------------------------------------------------------------------- */

static const double grey[3] = {0.5, 0.5, 0.5};

/* The hit of a ray from `from` (in the room) on an object of size 0.1 at (0, 0), turned by `yaw`. */
static bool hit(int shape, double yaw, const double from[3], const double direction[3], double *t,
                double normal[3]) {
    struct ray_object object = ray_scene_stand(&ray_scene_shapes[shape], 0.1, 0.0, 0.0, yaw, grey);
    double origin[3];
    for (int i = 0; i < 3; i++) {
        origin[i] = from[i] - object.center[i];
    }
    return object.shape->hit(&object, origin, direction, t, normal);
}

enum { SPHERE, CAPSULE, CYLINDER, CUBE };

/* Rays straight down on the tops, sideways on the sides, past the edges, and away. */
static void shapes_have_their_measures(void) {
    static const struct {
        int shape;
        double yaw, from[3], direction[3];
        double t; /* 0 for a miss */
        double normal[3];
    } cases[] = {
        {SPHERE, 0, {0, 0, 1}, {0, 0, -1}, 0.8, {0, 0, 1}},
        {SPHERE, 0, {1, 0, 0.1}, {-1, 0, 0}, 0.9, {1, 0, 0}},
        {SPHERE, 0, {1, 0, 0.1}, {-2, 0, 0}, 0.45, {1, 0, 0}},
        {SPHERE, 0, {1, 0.101, 0.1}, {-1, 0, 0}, 0, {0}},
        {SPHERE, 0, {1, 0, 0.1}, {1, 0, 0}, 0, {0}},
        {CAPSULE, 0, {0, 0, 1}, {0, 0, -1}, 0.74, {0, 0, 1}},
        {CAPSULE, 0, {1, 0, 0.13}, {-1, 0, 0}, 0.93, {1, 0, 0}},
        {CAPSULE, 0, {0, -1, 0.18}, {0, 1, 0}, 0.93, {0, -1, 0}},
        {CAPSULE, 0, {0, 1, 0.0701}, {0, -1, 0}, 0.93, {0, 1, 0}},
        {CAPSULE, 0, {1, 0, 0.2601}, {-1, 0, 0}, 0, {0}},
        {CYLINDER, 0, {0.05, 0.05, 1}, {0, 0, -1}, 0.8, {0, 0, 1}},
        {CYLINDER, 0, {0.08, 0.08, 1}, {0, 0, -1}, 0, {0}},
        {CYLINDER, 0, {0, 1, 0.199}, {0, -1, 0}, 0.9, {0, 1, 0}},
        {CYLINDER, 0, {0, 1, 0.201}, {0, -1, 0}, 0, {0}},
        {CYLINDER, 0, {0.05, 0, -1}, {0, 0, 1}, 1.0, {0, 0, -1}},
        {CUBE, 0, {0.08, -0.08, 1}, {0, 0, -1}, 0.83, {0, 0, 1}},
        {CUBE, 0, {0.086, 0, 1}, {0, 0, -1}, 0, {0}},
        {CUBE, 0, {1, 0, 0.1}, {-1, 0, 0}, 0.915, {1, 0, 0}},
        {CUBE, 0, {0, -1, 0.1}, {0, 1, 0}, 0.915, {0, -1, 0}},
        {CUBE, 0, {1, 0, 0.1}, {1, 0, 0}, 0, {0}},
        {CUBE,
         0.78539816339744830962,
         {1, 0.001, 0.1},
         {-1, 0, 0},
         0.88079184719828667,
         {0.70710678118654752, 0.70710678118654752, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double t = 0.0, normal[3];
        bool found = hit(cases[i].shape, cases[i].yaw, cases[i].from, cases[i].direction, &t, normal);
        CU_ASSERT_EQUAL(found, cases[i].t > 0.0);
        for (int k = 0; found && k < 3; k++) {
            CHECK_NEAR(t, cases[i].t, 1e-12);
            CHECK_NEAR(normal[k], cases[i].normal[k], 1e-12);
        }
    }
}

/* How far a point is outside of an object of size 0.1 (negative inside): signed distances, an independent
 * description of the same bodies. */
static double outside(int shape, double yaw, const double point[3]) {
    double s = 0.1, z = point[2] - ray_scene_shapes[shape].height * s, radial = hypot(point[0], point[1]);
    if (shape == SPHERE) {
        return hypot(radial, z) - s;
    }
    if (shape == CAPSULE) {
        return hypot(radial, fmax(fabs(z) - 0.6 * s, 0.0)) - 0.7 * s;
    }
    if (shape == CYLINDER) {
        return fmax(radial - s, fabs(z) - s);
    }
    double x = cos(yaw) * point[0] + sin(yaw) * point[1], y = cos(yaw) * point[1] - sin(yaw) * point[0];
    return fmax(fmax(fabs(x), fabs(y)), fabs(z)) - 0.85 * s;
}

/* Random rays hit where the signed distance is first zero, with a normal along which it grows; rays that miss
 * never come inside. Observed: 9e-14. */
static void hits_lie_on_the_surface(void) {
    struct random_stream random = random_stream(1, "rays", 0, 0);
    int hits = 0;
    for (int trial = 0; trial < 8000; trial++) {
        int shape = trial % RAY_SHAPES;
        double yaw = random_between(&random, 0.0, PI / 2.0), from[3], direction[3], point[3], normal[3], t;
        for (int i = 0; i < 3; i++) {
            from[i] = (i == 2 ? 0.7 : 0.0) + random_between(&random, -0.5, 0.5);
            direction[i] = random_between(&random, -0.15, 0.15) + (i == 2 ? 0.1 : 0.0) - from[i];
        }
        if (outside(shape, yaw, from) < 0.0) {
            continue;
        }
        bool found = hit(shape, yaw, from, direction, &t, normal);
        hits += found;
        for (double at = 0.0; at < (found ? t : 2.0) - 1e-9; at += 0.01) {
            for (int i = 0; i < 3; i++) {
                point[i] = from[i] + at * direction[i];
            }
            CU_ASSERT(outside(shape, yaw, point) > -1e-12);
        }
        double further[3];
        for (int i = 0; found && i < 3; i++) {
            point[i] = from[i] + t * direction[i];
            further[i] = point[i] + 1e-6 * normal[i];
        }
        if (found) {
            CHECK_NEAR(outside(shape, yaw, point), 0.0, 1e-12);
            CHECK_NEAR(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2], 1.0, 1e-12);
            CHECK_NEAR(outside(shape, yaw, further), 1e-6, 1e-10);
        }
    }
    CU_ASSERT(hits > 2000);
}

/* --- images -------------------------------------------------------------------------------------------- */

static struct ray_scene furnished(double turn, double light_x) {
    static const double places[5][2] = {{0.3, 0.1}, {-0.2, 0.3}, {-0.3, -0.25}, {0.15, -0.35}, {0.02, 0.01}};
    struct ray_scene scene = {.wall_color = {0.8, 0.5, 0.4}, .floor_color = {0.3, 0.5, 0.7}, .count = 5};
    scene.light[0] = light_x;
    scene.light[2] = sqrt(1.0 - light_x * light_x);
    for (int i = 0; i < 5; i++) {
        const double color[3] = {0.2 * i, 1.0 - 0.2 * i, 0.5};
        double x = places[i][0] * cos(turn) - places[i][1] * sin(turn);
        double y = places[i][0] * sin(turn) + places[i][1] * cos(turn);
        scene.objects[i] = ray_scene_stand(&ray_scene_shapes[i % RAY_SHAPES], 0.1, x, y, 0.3 + turn, color);
    }
    return scene;
}

static void see(const struct ray_scene *scene, double radius, double azimuth, double values[IMAGE_VALUES]) {
    const double camera[3] = {radius * cos(azimuth), radius * sin(azimuth), sqrt(1.0 - radius * radius)};
    ray_scene_values(scene, camera, values);
}

/* Room and camera turned together by a quarter look the same under a light from above. Single rays that graze
 * an edge may fall on its other side: observed 1e-15 in nearly all pixels and no such ray. */
static void quarter_turns_leave_the_image(void) {
    double before[IMAGE_VALUES], after[IMAGE_VALUES];
    int different = 0;
    for (int turn = 0; turn < 4; turn++) {
        struct ray_scene scene = furnished(0.0, 0.0), turned = furnished(turn * PI / 2.0, 0.0);
        see(&scene, 0.6, 0.7, before);
        see(&turned, 0.6, 0.7 + turn * PI / 2.0, after);
        for (int i = 0; i < IMAGE_VALUES; i++) {
            different += fabs(before[i] - after[i]) > 1e-9;
        }
    }
    CU_ASSERT(different <= 3 * IMAGE_CHANNELS);
}

/* Whether any of the 16 rays of a pixel meets the object, tested one by one. */
static bool pixel_shows(const struct ray_object *object, const double camera[3], double azimuth, int pixel) {
    const double height = camera[2], radius = sqrt(1.0 - height * height);
    const double right[3] = {-sin(azimuth), cos(azimuth), 0.0};
    const double up[3] = {-height * cos(azimuth), -height * sin(azimuth), radius};
    for (int ray = 0; ray < 16; ray++) {
        double x = tan(PI / 6.0) * (2.0 * (pixel % 32 + (ray % 4 + 0.5) / 4.0) / 32.0 - 1.0);
        double y = tan(PI / 6.0) * (1.0 - 2.0 * (pixel / 32 + (ray / 4 + 0.5) / 4.0) / 32.0);
        double direction[3], origin[3], t, normal[3];
        for (int k = 0; k < 3; k++) {
            direction[k] = -camera[k] + x * right[k] + y * up[k];
            origin[k] = camera[k] - object->center[k];
        }
        if (object->shape->hit(object, origin, direction, &t, normal)) {
            return true;
        }
    }
    return false;
}

/* The culling of objects by their bounds must not be seen: a black object in a white room darkens exactly the
 * pixels of which a ray meets it. Rays that graze it may differ in rounding. */
static void no_object_is_lost_at_the_border_of_its_bounds(void) {
    static const double black[3] = {0.0, 0.0, 0.0};
    struct random_stream random = random_stream(1, "bounds", 0, 0);
    int different = 0;
    for (int trial = 0; trial < 120; trial++) {
        struct ray_scene scene = {
            .wall_color = {1, 1, 1}, .floor_color = {1, 1, 1}, .light = {0, 0, 1}, .count = 1};
        double values[IMAGE_VALUES], azimuth = random_between(&random, 0.0, 2.0 * PI);
        double radius = random_between(&random, 0.1, 0.95), height = sqrt(1.0 - radius * radius);
        const double camera[3] = {radius * cos(azimuth), radius * sin(azimuth), height};
        scene.objects[0] = ray_scene_stand(
            &ray_scene_shapes[trial % RAY_SHAPES], 0.14, random_between(&random, -0.35, 0.35),
            random_between(&random, -0.35, 0.35), random_between(&random, 0.0, PI / 2.0), black);
        ray_scene_values(&scene, camera, values);
        for (int pixel = 0; pixel < IMAGE_SIDE * IMAGE_SIDE; pixel++) {
            bool dark = false, shown = pixel_shows(&scene.objects[0], camera, azimuth, pixel);
            /* White is 0.35 on the walls and 1 on the floor, in sixteenths. */
            double sixteenths = values[pixel * 3] * 16.0;
            for (int floor_rays = 0; floor_rays <= 16; floor_rays++) {
                dark = dark || fabs(floor_rays + 0.35 * (16 - floor_rays) - sixteenths) < 1e-9;
            }
            different += dark == shown;
        }
    }
    CU_ASSERT(different <= 3);
}

/* From above the middle pixel column the floor is at the bottom and the wall at the top; the floor is as
 * bright as its shade says; the image of an object on the right is on the right. */
static void the_image_is_upright_and_not_mirrored(void) {
    struct ray_scene scene = {
        .wall_color = {1, 0, 0}, .floor_color = {0, 1, 0}, .light = {0, 0, 1}, .count = 1};
    const double blue[3] = {0, 0, 1};
    double values[IMAGE_VALUES];
    /* Seen from +x towards the centre, +y is on the right. */
    scene.objects[0] = ray_scene_stand(&ray_scene_shapes[SPHERE], 0.14, 0.0, 0.3, 0.0, blue);
    see(&scene, 0.95, 0.0, values);
    CHECK_NEAR(values[16 * 3], 0.35, 1e-12); /* the wall, lit from above: ambient light only */
    CHECK_NEAR(values[(31 * 32 + 16) * 3 + 1], 1.0, 1e-12);
    double left = 0.0, right = 0.0;
    for (int i = 0; i < IMAGE_SIDE * IMAGE_SIDE; i++) {
        *(i % IMAGE_SIDE < IMAGE_SIDE / 2 ? &left : &right) += values[i * 3 + 2];
    }
    CU_ASSERT(left == 0.0 && right > 5.0);
}

static void bytes_are_the_floor_of_values(void) {
    const struct simulator *simulator = find("room_circle");
    struct trajectory_setup setup = sample(simulator, 3);
    uint8_t image[IMAGE_VALUES];
    simulator_draw(simulator, &setup, setup.state, image);
    struct ray_scene scene = {.count = 5};
    double values[IMAGE_VALUES];
    memcpy(scene.wall_color, parameter(simulator, &setup, "wall_color"), sizeof scene.wall_color);
    memcpy(scene.floor_color, parameter(simulator, &setup, "floor_color"), sizeof scene.floor_color);
    ray_scene_light(scene.light);
    for (int i = 0; i < 5; i++) {
        const double *place = parameter(simulator, &setup, "place");
        scene.objects[i] = ray_scene_stand(&ray_scene_shapes[(int)parameter(simulator, &setup, "shape")[i]],
                                           parameter(simulator, &setup, "size")[i], place[2 * i],
                                           place[2 * i + 1], parameter(simulator, &setup, "yaw")[i],
                                           &parameter(simulator, &setup, "object_color")[3 * i]);
    }
    ray_scene_values(&scene, setup.state, values);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        CU_ASSERT_EQUAL(image[i], (int)floor(255.0 * values[i]));
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(cameras_follow_their_paths),
        TEST(spirals_are_golden_and_come_down),
        TEST(velocities_are_differences_of_neighbours),
        TEST(paths_below_the_floor_are_refused),
        TEST(rooms_are_furnished_as_described),
        TEST(shapes_have_their_measures),
        TEST(hits_lie_on_the_surface),
        TEST(quarter_turns_leave_the_image),
        TEST(no_object_is_lost_at_the_border_of_its_bounds),
        TEST(the_image_is_upright_and_not_mirrored),
        TEST(bytes_are_the_floor_of_values),
    };
    return tests_run("room", tests, sizeof tests / sizeof *tests);
}
