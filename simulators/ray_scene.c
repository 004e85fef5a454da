/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/ray_scene.h"

#include <math.h>
#include <string.h>

#include "support/elementary.h"

enum { SAMPLES = 4, RAYS = IMAGE_SIDE * SAMPLES };

/* tan(30 degrees), half the width of the field of view at unit distance. */
#define HALF_WIDTH 0.57735026918962576451

static const double AMBIENT = 0.35, DIFFUSE = 0.65;

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void along(const double origin[3], const double direction[3], double t, double point[3]) {
    for (int i = 0; i < 3; i++) {
        point[i] = origin[i] + t * direction[i];
    }
}

/* --- shapes -------------------------------------------------------------------------------------------- */

/* Roots of a t^2 + 2 b t + c = 0 in rising order. */
static bool solve(double a, double b, double c, double root[2]) {
    double discriminant = b * b - a * c;
    if (!(discriminant >= 0.0) || a == 0.0) {
        return false;
    }
    double width = sqrt(discriminant);
    root[0] = (-b - width) / a;
    root[1] = (-b + width) / a;
    return true;
}

/* The first hit so far; t < 0 for none. */
struct hit {
    double t;
    double normal[3];
};

static bool comes_first(const struct hit *hit, double t) {
    return t > 0.0 && (hit->t < 0.0 || t < hit->t);
}

/* A sphere around (0, 0, height). */
static void hit_ball(double radius, double height, const double origin[3], const double direction[3],
                     struct hit *hit) {
    double from[3] = {origin[0], origin[1], origin[2] - height}, root[2];
    if (!solve(dot(direction, direction), dot(from, direction), dot(from, from) - radius * radius, root)) {
        return;
    }
    double t = root[0] > 0.0 ? root[0] : root[1];
    if (comes_first(hit, t)) {
        hit->t = t;
        along(from, direction, t, hit->normal);
        for (int i = 0; i < 3; i++) {
            hit->normal[i] /= radius;
        }
    }
}

/* The side of an upright cylinder, |z| <= half. */
static void hit_tube(double radius, double half, const double origin[3], const double direction[3],
                     struct hit *hit) {
    double root[2];
    double a = direction[0] * direction[0] + direction[1] * direction[1];
    double b = origin[0] * direction[0] + origin[1] * direction[1];
    double c = origin[0] * origin[0] + origin[1] * origin[1] - radius * radius;
    if (!solve(a, b, c, root)) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (fabs(origin[2] + root[i] * direction[2]) <= half && comes_first(hit, root[i])) {
            hit->t = root[i];
            hit->normal[0] = (origin[0] + root[i] * direction[0]) / radius;
            hit->normal[1] = (origin[1] + root[i] * direction[1]) / radius;
            hit->normal[2] = 0.0;
        }
    }
}

/* The upper (side 1) or lower (side -1) end of an upright cylinder. */
static void hit_lid(double radius, double half, double side, const double origin[3],
                    const double direction[3], struct hit *hit) {
    double t = (side * half - origin[2]) / direction[2];
    if (direction[2] == 0.0 || !comes_first(hit, t)) {
        return;
    }
    double x = origin[0] + t * direction[0], y = origin[1] + t * direction[1];
    if (x * x + y * y <= radius * radius) {
        *hit = (struct hit){.t = t, .normal = {0.0, 0.0, side}};
    }
}

static bool finish(const struct hit *hit, double *t, double normal[3]) {
    *t = hit->t;
    memcpy(normal, hit->normal, sizeof hit->normal);
    return hit->t > 0.0;
}

/* Radius s. */
static bool sphere(const struct ray_object *object, const double origin[3], const double direction[3],
                   double *t, double normal[3]) {
    struct hit hit = {.t = -1.0};
    hit_ball(object->size, 0.0, origin, direction, &hit);
    return finish(&hit, t, normal);
}

/* Radius 0.7 s, height 2.6 s with the round ends. */
static bool capsule(const struct ray_object *object, const double origin[3], const double direction[3],
                    double *t, double normal[3]) {
    struct hit hit = {.t = -1.0};
    double radius = 0.7 * object->size, half = 0.6 * object->size;
    hit_tube(radius, half, origin, direction, &hit);
    hit_ball(radius, half, origin, direction, &hit);
    hit_ball(radius, -half, origin, direction, &hit);
    return finish(&hit, t, normal);
}

/* Radius s, height 2 s. */
static bool cylinder(const struct ray_object *object, const double origin[3], const double direction[3],
                     double *t, double normal[3]) {
    struct hit hit = {.t = -1.0};
    hit_tube(object->size, object->size, origin, direction, &hit);
    hit_lid(object->size, object->size, 1.0, origin, direction, &hit);
    hit_lid(object->size, object->size, -1.0, origin, direction, &hit);
    return finish(&hit, t, normal);
}

/* A cube of edge 1.7 s: the ray is within it where it is between all three pairs of faces. */
static bool box(const struct ray_object *object, const double origin[3], const double direction[3], double *t,
                double normal[3]) {
    double c = object->cosine, s = object->sine, half = 0.85 * object->size;
    double from[3] = {c * origin[0] + s * origin[1], c * origin[1] - s * origin[0], origin[2]};
    double way[3] = {c * direction[0] + s * direction[1], c * direction[1] - s * direction[0], direction[2]};
    double enter = -INFINITY, leave = INFINITY;
    int face = 0;
    for (int i = 0; i < 3; i++) {
        double near = (-half - from[i]) / way[i], far = (half - from[i]) / way[i];
        if (way[i] == 0.0) { /* between the two faces for ever, or never */
            near = fabs(from[i]) <= half ? -INFINITY : INFINITY;
            far = INFINITY;
        }
        if (near > far) {
            double swapped = near;
            near = far;
            far = swapped;
        }
        face = near > enter ? i : face;
        enter = fmax(enter, near);
        leave = fmin(leave, far);
    }
    double local[3] = {0.0, 0.0, 0.0};
    local[face] = way[face] > 0.0 ? -1.0 : 1.0;
    normal[0] = c * local[0] - s * local[1];
    normal[1] = s * local[0] + c * local[1];
    normal[2] = local[2];
    *t = enter;
    return enter > 0.0 && enter <= leave;
}

const struct ray_shape ray_scene_shapes[RAY_SHAPES] = {
    {.name = "sphere", .height = 1.0, .footprint = 1.0, .bound = 1.0, .hit = sphere},
    {.name = "capsule", .height = 1.3, .footprint = 0.7, .bound = 1.3, .hit = capsule},
    {.name = "cylinder", .height = 1.0, .footprint = 1.0, .bound = 1.415, .hit = cylinder},
    {.name = "box", .height = 0.85, .footprint = 1.2, .bound = 1.475, .hit = box},
};

struct ray_object ray_scene_stand(const struct ray_shape *shape, double size, double x, double y, double yaw,
                                  const double color[3]) {
    double sine, cosine;
    elementary_sincos(yaw, &sine, &cosine);
    return (struct ray_object){
        .shape = shape,
        .size = size,
        .center = {x, y, shape->height * size},
        .cosine = cosine,
        .sine = sine,
        .color = {color[0], color[1], color[2]},
    };
}

void ray_scene_light(double light[3]) {
    static const double TOWARDS[3] = {0.4, 0.3, 0.9};
    double length = sqrt(dot(TOWARDS, TOWARDS));
    for (int i = 0; i < 3; i++) {
        light[i] = TOWARDS[i] / length;
    }
}

/* --- camera -------------------------------------------------------------------------------------------- */

struct view {
    double position[3];
    double forward[3], right[3], up[3];
    double grid[RAYS]; /* of the rays, from -tan(30 degrees) to tan(30 degrees) */
};

static void cross(const double a[3], const double b[3], double out[3]) {
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

static void normalize(double a[3]) {
    double length = sqrt(dot(a, a));
    for (int i = 0; i < 3; i++) {
        a[i] /= length;
    }
}

static struct view look_at_center(const double camera[3]) {
    static const double VERTICAL[3] = {0.0, 0.0, 1.0};
    struct view view = {.position = {camera[0], camera[1], camera[2]},
                        .forward = {-camera[0], -camera[1], -camera[2]}};
    normalize(view.forward);
    cross(view.forward, VERTICAL, view.right);
    normalize(view.right);
    cross(view.right, view.forward, view.up);
    for (int k = 0; k < RAYS; k++) {
        view.grid[k] = HALF_WIDTH * (2.0 * ((double)k + 0.5) / (double)RAYS - 1.0);
    }
    return view;
}

/* --- background ---------------------------------------------------------------------------------------- */

/* Shaded colours of the floor, and of the walls by axis and side. */
struct background {
    double floor[3];
    double wall[2][2][3];
};

static void shade(const double color[3], const double normal[3], const double light[3], double out[3]) {
    double factor = AMBIENT + DIFFUSE * fmax(0.0, dot(normal, light));
    for (int c = 0; c < 3; c++) {
        out[c] = color[c] * factor;
    }
}

static struct background shade_background(const struct ray_scene *scene) {
    static const double UP[3] = {0.0, 0.0, 1.0};
    struct background background = {0};
    shade(scene->floor_color, UP, scene->light, background.floor);
    for (int axis = 0; axis < 2; axis++) {
        for (int side = 0; side < 2; side++) {
            double inwards[3] = {0.0, 0.0, 0.0};
            inwards[axis] = side == 0 ? 1.0 : -1.0;
            shade(scene->wall_color, inwards, scene->light, background.wall[axis][side]);
        }
    }
    return background;
}

/* Colour of the floor or wall that the ray meets; `*t` where. */
static const double *hit_background(const struct background *background, const double origin[3],
                                    const double direction[3], double *t) {
    double wall[2];
    for (int axis = 0; axis < 2; axis++) {
        wall[axis] = (copysign(RAY_SCENE_WALL, direction[axis]) - origin[axis]) / direction[axis];
        wall[axis] = direction[axis] == 0.0 ? (double)INFINITY : wall[axis];
    }
    int axis = wall[0] <= wall[1] ? 0 : 1;
    double floor_t = direction[2] < 0.0 ? -origin[2] / direction[2] : (double)INFINITY;
    if (floor_t <= wall[axis]) {
        *t = floor_t;
        return background->floor;
    }
    *t = wall[axis];
    return background->wall[axis][direction[axis] > 0.0];
}

/* --- objects ------------------------------------------------------------------------------------------- */

/* Which rows or columns may show an object: a bit per pixel line, for the extent of its bounding sphere along
 * one axis of the view. `depth` and `across` are the centre's coordinates. */
static uint32_t lines_showing(double depth, double across, double radius, double direction) {
    if (depth <= radius) {
        return UINT32_MAX;
    }
    double low = (across - radius) / (across > radius ? depth + radius : depth - radius);
    double high = (across + radius) / (across > -radius ? depth - radius : depth + radius);
    uint32_t lines = 0;
    for (int k = 0; k < IMAGE_SIDE; k++) {
        double edge = HALF_WIDTH * (2.0 * (double)k / IMAGE_SIDE - 1.0);
        double next = HALF_WIDTH * (2.0 * (double)(k + 1) / IMAGE_SIDE - 1.0);
        double from = direction > 0.0 ? edge : -next, to = direction > 0.0 ? next : -edge;
        lines |= to >= low && from <= high ? UINT32_C(1) << k : 0;
    }
    return lines;
}

/* An object as the camera sees it. */
struct seen_object {
    const struct ray_object *object;
    double origin[3]; /* of the rays, relative to its centre */
    uint32_t rows, columns;
};

static int see_objects(const struct ray_scene *scene, const struct view *view,
                       struct seen_object seen[RAY_SCENE_MAX_OBJECTS]) {
    for (int k = 0; k < scene->count; k++) {
        const struct ray_object *object = &scene->objects[k];
        double radius = object->shape->bound * object->size, to_center[3];
        for (int i = 0; i < 3; i++) {
            to_center[i] = object->center[i] - view->position[i];
            seen[k].origin[i] = -to_center[i];
        }
        double depth = dot(to_center, view->forward);
        seen[k].object = object;
        seen[k].columns = lines_showing(depth, dot(to_center, view->right), radius, 1.0);
        seen[k].rows = lines_showing(depth, dot(to_center, view->up), radius, -1.0);
    }
    return scene->count;
}

/* Replaces `color` by that of the nearest object in front of `*t`. */
static void hit_objects(const struct ray_scene *scene, const struct seen_object *seen, int count, int row,
                        int column, const double direction[3], double *t, double color[3]) {
    for (int k = 0; k < count; k++) {
        const struct ray_object *object = seen[k].object;
        double distance, normal[3];
        if ((seen[k].rows >> row & seen[k].columns >> column & 1) != 0 &&
            object->shape->hit(object, seen[k].origin, direction, &distance, normal) && distance < *t) {
            *t = distance;
            shade(object->color, normal, scene->light, color);
        }
    }
}

void ray_scene_values(const struct ray_scene *scene, const double camera[3], double values[IMAGE_VALUES]) {
    struct view view = look_at_center(camera);
    struct background background = shade_background(scene);
    struct seen_object seen[RAY_SCENE_MAX_OBJECTS];
    int count = see_objects(scene, &view, seen);
    memset(values, 0, IMAGE_VALUES * sizeof *values);
    for (int y = 0; y < RAYS; y++) {
        for (int x = 0; x < RAYS; x++) {
            double direction[3], color[3], t;
            double *value = &values[(y / SAMPLES * IMAGE_SIDE + x / SAMPLES) * IMAGE_CHANNELS];
            for (int i = 0; i < 3; i++) {
                direction[i] = view.forward[i] + view.grid[x] * view.right[i] - view.grid[y] * view.up[i];
            }
            memcpy(color, hit_background(&background, view.position, direction, &t), sizeof color);
            hit_objects(scene, seen, count, y / SAMPLES, x / SAMPLES, direction, &t, color);
            for (int c = 0; c < 3; c++) {
                value[c] += color[c] / (SAMPLES * SAMPLES);
            }
        }
    }
}
