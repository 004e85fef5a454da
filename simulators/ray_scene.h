/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small ray caster: a square room with simple objects on its floor, seen by a pinhole camera.
 *
 * The floor is z = 0 over [-1.5, 1.5]^2; the walls stand on its edges and have no upper end. Of each ray the
 * nearest hit counts; its colour is colour (0.35 + 0.65 max(0, n.l)) with the normal n and the direction l of
 * the light. No shadows, no reflections. A pixel is the mean of 4 x 4 rays; bytes are floor(255 value). All
 * operations are exactly rounded ones, so images are equal on every machine.
 */
#ifndef HAMBENCH_SIMULATORS_RAY_SCENE_H
#define HAMBENCH_SIMULATORS_RAY_SCENE_H

#include <stdbool.h>

#include "simulators/simulator.h"

enum { RAY_SCENE_MAX_OBJECTS = 5 };

/* Distance of the walls from the centre of the room. */
#define RAY_SCENE_WALL 1.5

struct ray_object;

/* A kind of object: one size s gives all its measures. */
struct ray_shape {
    const char *name;
    double height;    /* of its centre above the floor, in units of s */
    double footprint; /* radius of the vertical cylinder that holds it */
    double bound;     /* radius of the sphere around its centre that holds it */

    /* The first hit at t > 0 of the ray origin + t direction, relative to the centre of the object. */
    bool (*hit)(const struct ray_object *object, const double origin[3], const double direction[3], double *t,
                double normal[3]);
};

/* Sphere, capsule, cylinder, box; the last three upright. */
enum { RAY_SHAPES = 4 };
extern const struct ray_shape ray_scene_shapes[RAY_SHAPES];

struct ray_object {
    const struct ray_shape *shape;
    double size; /* s */
    double center[3];
    double cosine, sine; /* of the turn around the vertical */
    double color[3];
};

struct ray_scene {
    double wall_color[3];
    double floor_color[3];
    double light[3]; /* unit vector towards the light */
    int count;
    struct ray_object objects[RAY_SCENE_MAX_OBJECTS];
};

/* An object standing on the floor at (x, y), turned by `yaw`. */
struct ray_object ray_scene_stand(const struct ray_shape *shape, double size, double x, double y, double yaw,
                                  const double color[3]);

/* The light of all environments, (0.4, 0.3, 0.9) normalised. */
void ray_scene_light(double light[3]);

/* The image before quantisation, seen from `camera` (inside the room, outside the objects, not on the
 * vertical axis) towards the centre of the floor; 60 degrees wide. Row 0 is the top. */
void ray_scene_values(const struct ray_scene *scene, const double camera[3], double values[IMAGE_VALUES]);

#endif
