/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latent states stepped by the methods of integrators/, in double precision: order, reversal, energy,
 * gradients by differences, failures.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/ops.h"
#include "integrators/integrator.h"
#include "integrators/tableau.h"
#include "models/latent_stepper.h"
#include "support/memory.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"

/* ---- dynamics without parameters ---- */

/* The pendulum with H = p^2 / 2 + q^2 / 2 + q^4 / 4, of each column. */
static struct tensor *spring_velocity(const void *parts, struct tensor *const *leaves, struct tensor *p) {
    (void)parts;
    (void)leaves;
    return tensor_scale(p, 1);
}

static struct tensor *spring_slope(const void *parts, struct tensor *const *leaves, struct tensor *q) {
    (void)parts;
    (void)leaves;
    return tensor_add(q, tensor_multiply(q, tensor_square(q)));
}

static const struct latent_dynamics spring = {.velocity = spring_velocity, .slope = spring_slope};

/* The same in velocity space with mass 2: z = (q, v), dv/dt = -(q + q^3) / 2. */
static struct tensor *heavy_field(const void *parts, struct tensor *const *leaves, struct tensor *z) {
    int d = z->shape[1] / 2;
    struct tensor *slope = spring_slope(parts, leaves, tensor_slice(z, 1, 0, d));
    struct tensor *rates[] = {tensor_scale(tensor_slice(z, 1, d, d), 1), tensor_scale(slope, (real)-0.5)};
    return tensor_concatenate(rates, 2, 1);
}

static const struct latent_dynamics heavy_spring = {.field = heavy_field, .shows_whole_state = true};

/* dz/dt = z^3: reaches infinity at t = 1 / (2 z(0)^2). */
static struct tensor *explosive_field(const void *parts, struct tensor *const *leaves, struct tensor *z) {
    (void)parts;
    (void)leaves;
    return tensor_multiply(z, tensor_square(z));
}

static const struct latent_dynamics explosion = {.field = explosive_field, .shows_whole_state = true};

static struct tensor *doubling(const void *parts, struct tensor *const *leaves, struct tensor *z) {
    (void)parts;
    (void)leaves;
    return tensor_scale(z, 2);
}

static const struct latent_dynamics doubling_map = {.map = doubling, .shows_whole_state = true};

/* ---- one walk ---- */

enum { BATCH = 2, WIDTH = 4, SIZE = BATCH * WIDTH };
static const real START[SIZE] = {0.7, -1.1, 0.4, 0.9, -0.3, 0.8, 1.2, -0.5};

struct trial {
    const struct latent_dynamics *dynamics;
    struct model_clock clock;
    int frames;
    struct tape *tape;
    real start[SIZE];
    real end[SIZE];
    char reason[MODEL_CULPRIT_SIZE];
};

static struct trial begin(const struct latent_dynamics *dynamics, const char *integrator, double frame,
                          int steps_per_frame, int frames) {
    struct trial trial = {
        .dynamics = dynamics,
        .clock = {.frame = frame,
                  .steps_per_frame = steps_per_frame,
                  .integrator = integrator == NULL ? NULL : integrator_find(integrator)},
        .frames = frames,
        .tape = tape_create(),
    };
    CU_ASSERT_EQUAL_FATAL(latent_stepper_check(trial.clock.integrator, dynamics), STATUS_OK);
    memcpy(trial.start, START, sizeof START);
    return trial;
}

/* The states, of which the start is a leaf. */
static bool follow(struct trial *trial, struct tensor **states) {
    tape_clear(trial->tape);
    struct latent_system system = {.dynamics = trial->dynamics};
    struct tensor *start = tape_leaf(trial->tape, 2, (int[]){BATCH, WIDTH}, trial->start);
    bool reached = latent_stepper_walk(&system, &trial->clock, start, trial->frames, states, trial->reason);
    memcpy(trial->end, states[trial->frames]->data, sizeof trial->end);
    return reached;
}

enum { MOST_FRAMES = 64 };

static bool run(struct trial *trial) {
    struct tensor *states[MOST_FRAMES + 1];
    return follow(trial, states);
}

static double distance(const real *a, const real *b) {
    double largest = 0.0;
    for (int i = 0; i < SIZE; i++) {
        largest = fmax(largest, fabs(a[i] - b[i]));
    }
    return largest;
}

/* The end of latent time `time` in `frames` frames. */
static struct trial end_of(const struct latent_dynamics *dynamics, const char *integrator, double time,
                           int steps_per_frame, int frames) {
    struct trial trial = begin(dynamics, integrator, time / frames, steps_per_frame, frames);
    CU_ASSERT(run(&trial));
    tape_free(trial.tape);
    return trial;
}

/* ---- order ---- */

static double order_of(const struct latent_dynamics *dynamics, const char *integrator, int frames) {
    struct trial exact = end_of(dynamics, "gauss6", 2.0, 8, 16);
    struct trial coarse = end_of(dynamics, integrator, 2.0, 1, frames);
    struct trial fine = end_of(dynamics, integrator, 2.0, 1, 2 * frames);
    return log2(distance(coarse.end, exact.end) / distance(fine.end, exact.end));
}

/* Observed: within 0.11 of the claim, the largest for symplectic_euler. */
static void errors_fall_with_the_order_of_the_method(void) {
    static const struct {
        const char *name;
        int frames;
    } methods[] = {{"symplectic_euler", 32},
                   {"leapfrog", 16},
                   {"ruth4", 16},
                   {"kahan_li6", 8},
                   {"euler", 32},
                   {"rk2", 16},
                   {"heun", 16},
                   {"rk4", 16},
                   {"rk4_38", 16},
                   {"implicit_midpoint", 16},
                   {"gauss4", 8}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        double claim = integrator_find(methods[i].name)->order;
        CHECK_NEAR(order_of(&spring, methods[i].name, methods[i].frames), claim, 0.3);
    }
    CHECK_NEAR(order_of(&heavy_spring, "rk4", 16), 4.0, 0.3);
    CHECK_NEAR(order_of(&heavy_spring, "gauss4", 8), 4.0, 0.3);
}

/* A tolerance of 1e-6 a step. Observed: 2.9e-6 and 6e-7. */
static void chosen_steps_keep_the_tolerance(void) {
    struct trial exact = end_of(&spring, "gauss6", 2.0, 8, 16);
    CHECK_NEAR(distance(end_of(&spring, "dopri5", 2.0, 1, 4).end, exact.end), 0.0, 1e-5);
    CHECK_NEAR(distance(end_of(&spring, "dopri8", 2.0, 1, 4).end, exact.end), 0.0, 1e-5);
}

/* What they begin with makes no difference to speak of: the error decides. Observed: 8e-7. */
static void chosen_steps_do_not_depend_on_the_first_one(void) {
    struct trial one = end_of(&spring, "dopri5", 4.0, 1, 2), many = end_of(&spring, "dopri5", 4.0, 64, 2);
    CHECK_NEAR(distance(one.end, many.end), 0.0, 1e-5);
}

/* ---- methods agree with themselves ---- */

/* Every method: two steps to a frame are the frames of half the time, to the bit. */
static void steps_within_a_frame_are_frames_of_their_own(void) {
    const char *names[FIELD_NAMES_MAX];
    size_t count = latent_stepper_list_separable(names, FIELD_NAMES_MAX);
    CU_ASSERT(count >= 24);
    for (size_t i = 0; i < count; i++) {
        const struct tableau *tableau = integrator_tableau(integrator_find(names[i]));
        if (tableau == NULL || tableau->error_order == 0) {
            struct trial halves = end_of(&spring, names[i], 2.0, 1, 16);
            struct trial whole = end_of(&spring, names[i], 2.0, 2, 8);
            CHECK_NEAR(distance(halves.end, whole.end), 0.0, 0.0);
        }
    }
}

/* Forward, then backward from there: reversible methods return to rounding, others to their error.
 * Observed: 4e-15; 7e-5. */
static void reversible_methods_return(void) {
    const char *names[FIELD_NAMES_MAX];
    size_t count = latent_stepper_list_separable(names, FIELD_NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct trial there = end_of(&spring, names[i], 4.0, 1, 32);
        struct trial back = begin(&spring, names[i], -4.0 / 32, 1, 32);
        memcpy(back.start, there.end, sizeof back.start);
        (void)run(&back); /* euler does not survive the way back */
        CU_ASSERT(distance(there.end, START) > 0.1);
        const struct integrator *method = integrator_find(names[i]);
        if (method->reversible || method->order >= 4) {
            CHECK_NEAR(distance(back.end, START), 0.0, method->reversible ? 1e-12 : 1e-3);
        }
        tape_free(back.tape);
    }
}

static void a_map_doubles_at_every_frame(void) {
    struct trial trial = begin(&doubling_map, NULL, 1.0, 1, 3);
    CU_ASSERT(run(&trial));
    for (int i = 0; i < SIZE; i++) {
        CHECK_NEAR(trial.end[i], 8 * START[i], 0.0);
    }
    tape_free(trial.tape);
}

/* ---- gradients ---- */

static real COTANGENT[SIZE] = {1, -0.5, 0.25, 2, -1, 0.75, 0.5, -2};

static double projected_end(void *context) {
    struct trial *trial = context;
    (void)run(trial);
    double sum = 0.0;
    for (int i = 0; i < SIZE; i++) {
        sum += COTANGENT[i] * trial->end[i];
    }
    return sum;
}

static double gradient_error(const struct latent_dynamics *dynamics, const char *integrator, double frame) {
    struct trial trial = begin(dynamics, integrator, frame, 2, 3);
    struct tensor *states[4];
    (void)follow(&trial, states);
    struct tensor *seed = tape_leaf(trial.tape, 2, (int[]){BATCH, WIDTH}, COTANGENT);
    real gradient[SIZE];
    memcpy(gradient, tape_backward(states[3], seed, states[0])->data, sizeof gradient);
    double error = gradcheck_error(projected_end, &trial, trial.start, SIZE, 1, gradient, 1e-6);
    tape_free(trial.tape);
    return error;
}

/* Observed: 6e-10, and 1.4e-6. Where steps are chosen, the derivative is that of steps that stand still,
 * while differences also see the choice: its errors are of the size of the tolerance. */
static void gradients_through_every_method_match_differences(void) {
    const char *names[FIELD_NAMES_MAX];
    size_t count = latent_stepper_list_separable(names, FIELD_NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct tableau *tableau = integrator_tableau(integrator_find(names[i]));
        double tolerance = tableau != NULL && tableau->error_order > 0 ? 1e-5 : 1e-8;
        CHECK_NEAR(gradient_error(&spring, names[i], 0.3), 0.0, tolerance);
        CHECK_NEAR(gradient_error(&spring, names[i], -0.3), 0.0, tolerance);
    }
    count = latent_stepper_list_general(names, FIELD_NAMES_MAX);
    CU_ASSERT(count >= 10);
    for (size_t i = 0; i < count; i++) {
        const struct tableau *tableau = integrator_tableau(integrator_find(names[i]));
        double tolerance = tableau != NULL && tableau->error_order > 0 ? 1e-5 : 1e-8;
        CHECK_NEAR(gradient_error(&heavy_spring, names[i], 0.3), 0.0, tolerance);
    }
}

/* ---- failures ---- */

static void check_failure(const char *integrator, const char *reason) {
    struct trial trial = begin(&explosion, integrator, 1.0, 1, 3);
    CU_ASSERT_FALSE(run(&trial));
    CU_ASSERT_STRING_EQUAL(trial.reason, reason);
    CU_ASSERT(isnan(trial.end[0]));
    tape_free(trial.tape);
}

static void steps_that_cannot_go_on_are_given_up_with_a_reason(void) {
    check_failure("dopri5", "dopri5: more than 100 steps to a frame");
    check_failure("dopri8", "dopri8: more than 100 steps to a frame");
    check_failure("gauss4", "gauss4: no solution of its step by 50 fixed-point iterations");
}

static void check_refusal(const char *integrator, const struct latent_dynamics *dynamics,
                          const char *reason) {
    CU_ASSERT_EQUAL(latent_stepper_check(integrator_find(integrator), dynamics), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), integrator));
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), reason));
}

static void methods_that_do_not_suit_are_told_why(void) {
    check_refusal("leapfrog", &heavy_spring, "splitting for H = K(p) + V(q)");
    check_refusal("gsl_rk8pd", &spring, "not known by coefficients alone");
    check_refusal("dopri5_projected", &heavy_spring, "not known by coefficients alone");
    check_refusal("rk4", &doubling_map, "takes no integrator");
    CU_ASSERT_EQUAL(latent_stepper_check(NULL, &spring), STATUS_DATA);
    CU_ASSERT_PTR_NULL(latent_stepper_explain_separable("leapfog"));
    CU_ASSERT_PTR_NULL(latent_stepper_explain_separable("leapfrog"));
    CU_ASSERT_PTR_NOT_NULL(latent_stepper_explain_general("leapfrog"));
}

int main(void) {
    static const struct test tests[] = {
        TEST(errors_fall_with_the_order_of_the_method),
        TEST(chosen_steps_keep_the_tolerance),
        TEST(chosen_steps_do_not_depend_on_the_first_one),
        TEST(steps_within_a_frame_are_frames_of_their_own),
        TEST(reversible_methods_return),
        TEST(a_map_doubles_at_every_frame),
        TEST(gradients_through_every_method_match_differences),
        TEST(steps_that_cannot_go_on_are_given_up_with_a_reason),
        TEST(methods_that_do_not_suit_are_told_why),
    };
    return tests_run("latent_stepper", tests, sizeof tests / sizeof *tests);
}
