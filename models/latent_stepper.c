/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/latent_stepper.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/ops.h"
#include "integrators/collocation.h"
#include "integrators/integrator.h"
#include "integrators/tableau.h"

/* The iteration of an implicit step ends when it changes the state by no more than two units in its last
 * place, or when rounding keeps a small change from falling on. */
static const double CONVERGED = 2.0 * (sizeof(real) == sizeof(float) ? FLT_EPSILON : DBL_EPSILON);
static const double STALLED = sizeof(real) == sizeof(float) ? 1e-5 : 1e-12;

/* A state on its way. */
struct walk {
    const struct latent_system *system;
    const struct model_clock *clock;
    const struct integrator *method;
    double step;      /* latent time of a step, signed */
    struct tensor *z; /* [B][D] */
    char *reason;

    struct tensor *q, *p; /* of compositions: z in halves */
    struct tensor *slope; /* dV/dq at q, or dz/dt at z, where it is known already */

    double size;   /* of steps that are chosen: what to try next */
    bool cautious; /* the last try was rejected */

    struct tensor *stages[COLLOCATION_MAX_STAGES]; /* slopes of the implicit step before; NULL: none */
};

static bool fail(struct walk *walk, const char *what, int limit, const char *unit) {
    (void)snprintf(walk->reason, MODEL_CULPRIT_SIZE, "%s: %s %d %s", walk->method->name, what, limit, unit);
    return false;
}

static bool is_separable(const struct latent_dynamics *dynamics) {
    return dynamics->velocity != NULL;
}

static struct tensor *field(const struct latent_system *system, struct tensor *z) {
    const struct latent_dynamics *dynamics = system->dynamics;
    if (dynamics->field != NULL) {
        return dynamics->field(system->parts, system->leaves, z);
    }
    int d = z->shape[1] / 2;
    struct tensor *velocity = dynamics->velocity(system->parts, system->leaves, tensor_slice(z, 1, d, d));
    struct tensor *slope = dynamics->slope(system->parts, system->leaves, tensor_slice(z, 1, 0, d));
    return tensor_concatenate((struct tensor *[]){velocity, tensor_scale(slope, -1)}, 2, 1);
}

/* z + h sum_i weights[i] slopes[i] */
static struct tensor *combine(struct tensor *z, double h, const double *weights, struct tensor *const *slopes,
                              int count) {
    for (int i = 0; i < count; i++) {
        if (weights[i] != 0.0) {
            z = tensor_add_scaled(z, slopes[i], (real)(h * weights[i]));
        }
    }
    return z;
}

/* ---- one frame, by each family of methods ---- */

static bool map_frame(struct walk *walk) {
    const struct latent_system *system = walk->system;
    walk->z = system->dynamics->map(system->parts, system->leaves, walk->z);
    return true;
}

static bool compose_frame(struct walk *walk) {
    const struct latent_system *system = walk->system;
    const struct integrator *method = walk->method;
    if (walk->q == NULL) {
        int d = walk->z->shape[1] / 2;
        walk->q = tensor_slice(walk->z, 1, 0, d);
        walk->p = tensor_slice(walk->z, 1, d, d);
    }
    for (int k = 0; k < walk->clock->steps_per_frame * method->stages; k++) {
        int i = k % method->stages;
        if (method->kick[i] != 0) {
            if (walk->slope == NULL) {
                walk->slope = system->dynamics->slope(system->parts, system->leaves, walk->q);
            }
            walk->p = tensor_add_scaled(walk->p, walk->slope, (real)(-method->kick[i] * walk->step));
        }
        if (method->drift[i] != 0) {
            struct tensor *velocity = system->dynamics->velocity(system->parts, system->leaves, walk->p);
            walk->q = tensor_add_scaled(walk->q, velocity, (real)(method->drift[i] * walk->step));
            walk->slope = NULL;
        }
    }
    walk->z = tensor_concatenate((struct tensor *[]){walk->q, walk->p}, 2, 1);
    return true;
}

/* The slopes of an explicit step of size h from z; slopes[0] is there already. */
static void find_slopes(const struct latent_system *system, const struct tableau *tableau, struct tensor *z,
                        double h, struct tensor **slopes) {
    for (int i = 1; i < tableau->stages; i++) {
        slopes[i] = field(system, combine(z, h, tableau->a[i], slopes, i));
    }
}

static bool explicit_frame(struct walk *walk) {
    const struct tableau *tableau = integrator_tableau(walk->method);
    struct tensor *slopes[TABLEAU_MAX_STAGES];
    for (int k = 0; k < walk->clock->steps_per_frame; k++) {
        slopes[0] = field(walk->system, walk->z);
        find_slopes(walk->system, tableau, walk->z, walk->step, slopes);
        walk->z = combine(walk->z, walk->step, tableau->b, slopes, tableau->stages);
    }
    return true;
}

/* Root mean square over all states of the error estimate relative to what is tolerated. */
static double error_norm(const struct tableau *tableau, double h, struct tensor *const *slopes,
                         const struct tensor *before, const struct tensor *after) {
    double sum = 0.0;
    for (size_t i = 0; i < before->size; i++) {
        double error = 0.0;
        for (int j = 0; j < tableau->stages + tableau->fsal; j++) {
            error += tableau->error[j] * (double)slopes[j]->data[i];
        }
        double size = fmax(fabs((double)before->data[i]), fabs((double)after->data[i]));
        double share = h * error / (LATENT_STEPPER_TOLERANCE * (1.0 + size));
        sum += share * share;
    }
    return sqrt(sum / (double)before->size);
}

/* Tries a step of size h > 0, or less than the last one where the frame ends. Moves on if it is good enough.
 */
static bool try_step(struct walk *walk, double h) {
    const struct tableau *tableau = integrator_tableau(walk->method);
    double signed_step = walk->clock->frame < 0 ? -h : h;
    struct tensor *slopes[TABLEAU_MAX_STAGES + 1];
    walk->slope = walk->slope != NULL ? walk->slope : field(walk->system, walk->z);
    slopes[0] = walk->slope;
    find_slopes(walk->system, tableau, walk->z, signed_step, slopes);
    struct tensor *end = combine(walk->z, signed_step, tableau->b, slopes, tableau->stages);
    slopes[tableau->stages] = tableau->fsal ? field(walk->system, end) : NULL;
    double norm = error_norm(tableau, h, slopes, walk->z, end);
    double factor = tableau_factor(tableau, norm);
    if (!(norm <= 1.0)) {
        walk->size = h * factor;
        walk->cautious = true;
        return false;
    }
    double next = h * (walk->cautious ? fmin(factor, 1.0) : factor);
    walk->size = h < walk->size ? fmax(next, walk->size) : next; /* a step cut short says less */
    walk->cautious = false;
    walk->z = end;
    walk->slope = slopes[tableau->stages];
    return true;
}

static bool adapt_frame(struct walk *walk) {
    double left = fabs(walk->clock->frame);
    if (walk->size == 0.0) {
        walk->size = fabs(walk->step);
    }
    for (int tries = 0; left > 0.0; tries++) {
        if (tries == LATENT_STEPPER_TRIES) {
            return fail(walk, "more than", LATENT_STEPPER_TRIES, "steps to a frame");
        }
        bool last = walk->size >= left * (1.0 - 1e-9); /* no step for the dust of rounding */
        double h = last ? left : walk->size;
        if (try_step(walk, h)) {
            left = last ? 0.0 : left - h;
        }
    }
    return true;
}

/* The largest change of the state that new slopes make, relative to the largest number of the state. */
static double change_of(const struct walk *walk, struct tensor *const *before, struct tensor *const *after,
                        int stages) {
    double change = 0.0, scale = DBL_MIN;
    for (size_t j = 0; j < walk->z->size; j++) {
        scale = fmax(scale, fabs((double)walk->z->data[j]));
        for (int i = 0; i < stages; i++) {
            double one = fabs(walk->step * ((double)after[i]->data[j] - (double)before[i]->data[j]));
            change = one <= change ? change : one; /* a nan stays */
        }
    }
    return change / scale;
}

/* Slopes to begin with: by the polynomial through those of the step before, or dz/dt itself. */
static void guess_slopes(const struct walk *walk, const struct collocation *method, struct tensor **slopes) {
    int stages = method->stages;
    if (walk->stages[0] == NULL) {
        struct tensor *slope = field(walk->system, walk->z);
        for (int i = 0; i < stages; i++) {
            slopes[i] = slope;
        }
        return;
    }
    double predict[COLLOCATION_MAX_STAGES * COLLOCATION_MAX_STAGES];
    collocation_prediction(method, predict);
    for (int i = 0; i < stages; i++) {
        struct tensor *first = tensor_scale(walk->stages[0], (real)predict[i * stages]);
        slopes[i] = combine(first, 1.0, predict + i * stages + 1, walk->stages + 1, stages - 1);
    }
}

static bool collocation_step(struct walk *walk) {
    const struct collocation *method = integrator_collocation(walk->method);
    int stages = method->stages;
    struct tensor *slopes[COLLOCATION_MAX_STAGES] = {NULL}, *better[COLLOCATION_MAX_STAGES] = {NULL};
    guess_slopes(walk, method, slopes);
    double change = HUGE_VAL, before;
    int iterations = 0;
    do {
        if (iterations++ == LATENT_STEPPER_ITERATIONS || isnan(change)) {
            return fail(walk, "no solution of its step by", LATENT_STEPPER_ITERATIONS,
                        "fixed-point iterations");
        }
        for (int i = 0; i < stages; i++) {
            better[i] =
                field(walk->system, combine(walk->z, walk->step, method->a + i * stages, slopes, stages));
        }
        before = change;
        change = change_of(walk, slopes, better, stages);
        memcpy(slopes, better, sizeof slopes);
    } while (!(change <= CONVERGED || (change <= STALLED && change >= before)));
    walk->z = combine(walk->z, walk->step, method->b, slopes, stages);
    memcpy(walk->stages, slopes, sizeof slopes);
    return true;
}

static bool collocation_frame(struct walk *walk) {
    bool solved = true;
    for (int k = 0; k < walk->clock->steps_per_frame && solved; k++) {
        solved = collocation_step(walk);
    }
    return solved;
}

/* ---- the walk ---- */

static bool (*frame_of(const struct integrator *method,
                       const struct latent_dynamics *dynamics))(struct walk *walk) {
    if (dynamics->map != NULL) {
        return map_frame;
    }
    if (integrator_is_composition(method)) {
        return compose_frame;
    }
    if (integrator_collocation(method) != NULL) {
        return collocation_frame;
    }
    const struct tableau *tableau = integrator_tableau(method);
    assert(tableau != NULL);
    return tableau->error_order > 0 ? adapt_frame : explicit_frame;
}

bool latent_stepper_walk(const struct latent_system *system, const struct model_clock *clock,
                         struct tensor *start, int frames, struct tensor **states, char *reason) {
    struct walk walk = {
        .system = system,
        .clock = clock,
        .method = clock->integrator,
        .step = clock->frame / clock->steps_per_frame,
        .z = start,
        .reason = reason,
    };
    assert(system->dynamics->map == NULL || clock->frame > 0);
    bool (*frame)(struct walk *) = frame_of(clock->integrator, system->dynamics);
    bool goes_on = true;
    states[0] = start;
    for (int t = 1; t <= frames; t++) {
        goes_on = goes_on && frame(&walk);
        states[t] = goes_on ? walk.z : tape_constant(start->tape, start->rank, start->shape, (real)NAN);
    }
    return goes_on;
}

int latent_stepper_stages(const struct model_clock *clock) {
    enum { USUAL_ITERATIONS = 8, USUAL_TRIES = 4 };
    const struct integrator *method = clock->integrator;
    if (method == NULL) {
        return 1;
    }
    const struct tableau *tableau = integrator_tableau(method);
    bool chooses = tableau != NULL && tableau->error_order > 0;
    int often = chooses ? USUAL_TRIES : integrator_collocation(method) != NULL ? USUAL_ITERATIONS : 1;
    return clock->steps_per_frame * method->stages * often;
}

/* ---- which methods ---- */

/* NULL when the method can step the dynamics. */
static const char *refusal(const struct integrator *integrator, bool separable) {
    if (integrator_is_composition(integrator)) {
        return separable
                   ? NULL
                   : "is an explicit splitting for H = K(p) + V(q); these latent dynamics have no such H";
    }
    if (integrator_tableau(integrator) != NULL || integrator_collocation(integrator) != NULL) {
        return NULL;
    }
    return "is an integrator, but not one of a model: its steps are not known by coefficients alone";
}

enum status latent_stepper_check(const struct integrator *integrator,
                                 const struct latent_dynamics *dynamics) {
    if (dynamics->map != NULL) {
        return integrator == NULL
                   ? STATUS_OK
                   : status_fail(STATUS_DATA,
                                 "%s: the latent states go from frame to frame by a map, which "
                                 "takes no integrator",
                                 integrator->name);
    }
    if (integrator == NULL) {
        return status_fail(STATUS_DATA, "the latent dynamics need an integrator");
    }
    const char *why = refusal(integrator, is_separable(dynamics));
    return why == NULL ? STATUS_OK : status_fail(STATUS_DATA, "%s %s", integrator->name, why);
}

static size_t list(bool separable, const char **out, size_t capacity) {
    size_t count = 0;
    for (size_t i = 0; count < capacity && integrators[i] != NULL; i++) {
        if (refusal(integrators[i], separable) == NULL) {
            out[count++] = integrators[i]->name;
        }
    }
    return count;
}

size_t latent_stepper_list_separable(const char **out, size_t capacity) {
    return list(true, out, capacity);
}

size_t latent_stepper_list_general(const char **out, size_t capacity) {
    return list(false, out, capacity);
}

const char *latent_stepper_explain_separable(const char *name) {
    const struct integrator *integrator = integrator_find(name);
    return integrator == NULL ? NULL : refusal(integrator, true);
}

const char *latent_stepper_explain_general(const char *name) {
    const struct integrator *integrator = integrator_find(name);
    return integrator == NULL ? NULL : refusal(integrator, false);
}
