/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "integrators/collocation.h"
#include "integrators/families.h"
#include "integrators/gsl_solver.h"
#include "integrators/integrator.h"
#include "integrators/stepper.h"
#include "integrators/tableau.h"
#include "tests/harness.h"

/* H = |p|^2/2 + (q1^2 + 2 q2^2)/2 + q1^2 q2 - q2^3/3: two coupled, nonlinear degrees of freedom. */
static void coupled_velocity(const void *context, const double *p, double *out) {
    (void)context;
    out[0] = p[0];
    out[1] = p[1];
}

static void coupled_force(const void *context, const double *q, double *out) {
    (void)context;
    out[0] = -q[0] - 2.0 * q[0] * q[1];
    out[1] = -2.0 * q[1] - q[0] * q[0] + q[1] * q[1];
}

static void coupled_field(const void *context, const double *x, double *rate) {
    coupled_velocity(context, x + 2, rate);
    coupled_force(context, x, rate + 2);
}

static double coupled_energy(const void *context, const double *x) {
    (void)context;
    return (x[2] * x[2] + x[3] * x[3] + x[0] * x[0]) / 2.0 + x[1] * x[1] + x[0] * x[0] * x[1] -
           x[1] * x[1] * x[1] / 3.0;
}

static const struct system coupled = {
    .size = 4,
    .field = coupled_field,
    .energy = coupled_energy,
    .velocity = coupled_velocity,
    .force = coupled_force,
};

static const double start[4] = {0.3, -0.2, 0.1, 0.25};

static double distance(const double *a, const double *b, int size) {
    double sum = 0.0;
    for (int i = 0; i < size; i++) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sqrt(sum);
}

/* `count` steps of `step` in each of `calls` calls. */
static enum status run(const struct integrator *integrator, const struct system *system, double step,
                       long count, int calls, double *x) {
    struct stepper *stepper = NULL;
    enum status status = stepper_create(&stepper, integrator, system);
    if (status == STATUS_OK) {
        stepper_start(stepper, x);
    }
    for (int i = 0; i < calls && status == STATUS_OK; i++) {
        status = stepper_advance(stepper, step, count, x);
    }
    stepper_free(stepper);
    return status;
}

static void every_integrator_is_complete_and_found_by_its_name(void) {
    int count = 0;
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++, count++) {
        const struct integrator *integrator = *entry;
        CU_ASSERT_PTR_EQUAL(integrator_find(integrator->name), integrator);
        CU_ASSERT(strlen(integrator->summary) > 0 && strlen(integrator->reference) > 0);
        CU_ASSERT(integrator->fixed || integrator->adaptive);
        CU_ASSERT(integrator->fixed == (integrator->family->advance != NULL) || integrator->order == 0);
        CU_ASSERT(!integrator->adaptive || integrator->family->adapt != NULL);
    }
    CU_ASSERT(count >= 39);
    CU_ASSERT_PTR_NULL(integrator_find("frogleap"));
}

static void compositions_kick_and_drift_one_step_in_all(void) {
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        const struct integrator *integrator = *entry;
        double kick = 0.0, drift = 0.0;
        CU_ASSERT_FATAL(integrator->stages <= INTEGRATOR_MAX_STAGES);
        for (int i = 0; i < INTEGRATOR_MAX_STAGES; i++) {
            kick += integrator->kick[i];
            drift += integrator->drift[i];
            CU_ASSERT(i < integrator->stages || (integrator->kick[i] == 0.0 && integrator->drift[i] == 0.0));
        }
        double whole = integrator_is_composition(integrator) ? 1.0 : 0.0;
        CHECK_NEAR(kick, whole, 5e-16); /* observed: 2.3e-16 */
        CHECK_NEAR(drift, whole, 5e-16);
    }
}

static void only_compositions_can_step_a_latent_state(void) {
    CU_ASSERT_PTR_NOT_NULL(integrator_find_composition("leapfrog"));
    CU_ASSERT_PTR_NOT_NULL(integrator_find_composition("kahan_li8"));
    CU_ASSERT_PTR_NULL(integrator_find_composition("rk4"));
    CU_ASSERT_PTR_NULL(integrator_find_composition("gauss4"));
    CU_ASSERT_PTR_NULL(integrator_find_composition("frogleap"));
}

/* One step of size h of the coupled system by coefficients alone, as the headers write it. */
static bool step_by_coefficients(const struct integrator *integrator, double h, double *x) {
    const struct tableau *tableau = integrator_tableau(integrator);
    const struct collocation *collocation = integrator_collocation(integrator);
    double slopes[TABLEAU_MAX_STAGES][4] = {{0}}, point[4];
    int stages = tableau != NULL ? tableau->stages : collocation != NULL ? collocation->stages : 0;
    const double *b = tableau != NULL ? tableau->b : collocation != NULL ? collocation->b : NULL;
    for (int i = 0; integrator_is_composition(integrator) && i < integrator->stages; i++) {
        for (int k = 0; k < 2; k++) {
            coupled_force(NULL, x, point);
            x[2 + k] += integrator->kick[i] * h * point[k];
        }
        coupled_velocity(NULL, x + 2, point);
        x[0] += integrator->drift[i] * h * point[0];
        x[1] += integrator->drift[i] * h * point[1];
    }
    for (int sweep = 0; sweep < 60; sweep++) {
        for (int i = 0; i < stages; i++) {
            for (int k = 0; k < 4; k++) {
                point[k] = x[k];
                for (int j = 0; j < stages; j++) {
                    double a = tableau != NULL ? tableau->a[i][j] : collocation->a[i * stages + j];
                    point[k] += h * a * slopes[j][k];
                }
            }
            coupled_field(NULL, point, slopes[i]);
        }
    }
    for (int k = 0; k < 4; k++) {
        for (int i = 0; i < stages; i++) {
            x[k] += h * b[i] * slopes[i][k];
        }
    }
    return stages > 0 || integrator_is_composition(integrator);
}

/* Seen: 2e-16. */
static void coefficients_alone_make_the_step(void) {
    int compositions = 0, tableaus = 0, collocations = 0;
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        double x[4], expected[4];
        memcpy(x, start, sizeof x);
        memcpy(expected, start, sizeof expected);
        compositions += integrator_is_composition(*entry);
        tableaus += integrator_tableau(*entry) != NULL;
        collocations += integrator_collocation(*entry) != NULL;
        if (step_by_coefficients(*entry, 0.1, x)) {
            CHECK_OK(run(*entry, &coupled, 0.1, 1, 1, expected));
            CHECK_NEAR(distance(x, expected, 4), 0.0, 2e-15);
        }
    }
    CU_ASSERT(compositions >= 17 && tableaus >= 7 && collocations >= 3);
    CU_ASSERT_PTR_NULL(integrator_tableau(integrator_find("rk4_projected")));
    CU_ASSERT_PTR_NULL(integrator_tableau(integrator_find("gauss4")));
}

/* Those of dopri5 and dopri8 as their papers have them; the stages of a collocation. */
static void stages_take_place_where_the_papers_say(void) {
    static const double five[] = {0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0};
    const struct tableau *tableau = integrator_tableau(integrator_find("dopri5"));
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(tableau_node(tableau, i), five[i], 1e-14);
    }
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        const struct collocation *method = integrator_collocation(*entry);
        for (int i = 0; method != NULL && i < method->stages; i++) {
            double sum = 0.0, predict[9], now = 0.0;
            collocation_prediction(method, predict);
            for (int j = 0; j < method->stages; j++) {
                sum += method->a[i * method->stages + j];
                now += predict[i * method->stages + j] * method->c[j];
            }
            CHECK_NEAR(sum, method->c[i], 1e-15);
            CHECK_NEAR(now, method->stages > 1 ? 1.0 + method->c[i] : method->c[i], 1e-14);
        }
    }
}

static void the_next_step_is_within_a_factor_of_five(void) {
    const struct tableau *tableau = integrator_tableau(integrator_find("dopri5"));
    CU_ASSERT_EQUAL(tableau_factor(tableau, 0.0), 5.0);
    CU_ASSERT_EQUAL(tableau_factor(tableau, INFINITY), 0.2);
    CU_ASSERT_EQUAL(tableau_factor(tableau, NAN), 0.2);
    CHECK_NEAR(tableau_factor(tableau, 1.0), 0.9, 1e-15);
    CHECK_NEAR(tableau_factor(tableau, 32.0), 0.45, 1e-15);
}

/* The weights sum to 1, those of the error to 0, and the weights integrate polynomials in t up to the order.
 */
static void tableaus_integrate_polynomials(void) {
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        if ((*entry)->family != &explicit_family) {
            continue;
        }
        const struct tableau *tableau = (*entry)->method;
        double nodes[TABLEAU_MAX_STAGES] = {0.0}, error = 0.0;
        for (int i = 0; i < tableau->stages; i++) {
            for (int j = 0; j < i; j++) {
                nodes[i] += tableau->a[i][j];
            }
        }
        for (int power = 0; power < (*entry)->order; power++) {
            double sum = 0.0;
            for (int i = 0; i < tableau->stages; i++) {
                sum += tableau->b[i] * pow(nodes[i], power);
            }
            CHECK_NEAR(sum, 1.0 / (power + 1), 2e-15); /* observed: 2e-16 */
        }
        for (int i = 0; i < tableau->stages + tableau->fsal; i++) {
            error += tableau->error[i];
        }
        CHECK_NEAR(error, 0.0, 1e-15);
    }
}

/* GSL has the coefficients of RK8(7)13M from another hand. */
static void dopri8_makes_the_step_of_gsl_rk8pd(void) {
    double x[4], y[4];
    memcpy(x, start, sizeof x);
    memcpy(y, start, sizeof y);
    CHECK_OK(run(integrator_find("dopri8"), &coupled, 0.5, 1, 1, x));
    CHECK_OK(run(integrator_find("gsl_rk8pd"), &coupled, 0.5, 1, 1, y));
    CHECK_NEAR(distance(x, y, 4), 0.0,
               5e-16); /* observed: 1e-16; a changed last digit of a coefficient: 1e-12 */
}

static void two_methods_of_one_name_agree(void) {
    static const char *const pairs[][2] = {{"gsl_rk2imp", "implicit_midpoint"}, {"gsl_rk4imp", "gauss4"}};
    for (int i = 0; i < 2; i++) {
        double x[4], y[4];
        memcpy(x, start, sizeof x);
        memcpy(y, start, sizeof y);
        /* GSL makes two half steps. */
        CHECK_OK(run(integrator_find(pairs[i][0]), &coupled, 0.2, 5, 1, x));
        CHECK_OK(run(integrator_find(pairs[i][1]), &coupled, 0.1, 10, 1, y));
        CHECK_NEAR(distance(x, y, 4), 0.0, 1e-13); /* observed: 1e-15 */
    }
}

static void steps_do_not_depend_on_how_they_are_divided_among_calls(void) {
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        double x[4], y[4];
        if (!(*entry)->fixed) {
            continue;
        }
        memcpy(x, start, sizeof x);
        memcpy(y, start, sizeof y);
        CHECK_OK(run(*entry, &coupled, 0.1, 12, 1, x));
        CHECK_OK(run(*entry, &coupled, 0.1, 1, 12, y));
        CU_ASSERT(memcmp(x, y, sizeof x) == 0);
    }
}

/* Forces are counted as a step needs them when the last kick of one serves the next. */
static void evaluations_are_counted(void) {
    static const struct {
        const char *name;
        long evaluations; /* of ten steps */
    } cases[] = {{"leapfrog", 10}, {"leapfrog_q", 10}, {"so4", 50},    {"ruth4", 30},   {"ruth3", 30},
                 {"euler", 10},    {"rk4", 40},        {"dopri5", 60}, {"dopri8", 130}, {"gsl_rk8pd", 130}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stepper *stepper;
        double x[4];
        memcpy(x, start, sizeof x);
        CHECK_OK_FATAL(stepper_create(&stepper, integrator_find(cases[i].name), &coupled));
        stepper_start(stepper, x);
        CHECK_OK(stepper_advance(stepper, 0.1, 10, x));
        CU_ASSERT_EQUAL(stepper->evaluations, cases[i].evaluations);
        CU_ASSERT_EQUAL(stepper->steps, 10);
        stepper_free(stepper);
    }
}

static void adaptive_methods_end_exactly_where_they_should(void) {
    double exact[4];
    memcpy(exact, start, sizeof exact);
    CHECK_OK(run(integrator_find("kahan_li8"), &coupled, 0.01, 500, 1, exact));
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        struct stepper *stepper;
        double x[4], time = 0.0;
        if (!(*entry)->adaptive) {
            continue;
        }
        memcpy(x, start, sizeof x);
        CHECK_OK_FATAL(stepper_create(&stepper, *entry, &coupled));
        stepper_start(stepper, x);
        for (int i = 0; i < 1000000 && time != 5.0; i++) {
            CHECK_OK_FATAL(stepper_adapt(stepper, 1e-8, 5.0, 3, &time, x));
            CU_ASSERT(time <= 5.0);
        }
        CU_ASSERT_EQUAL(time, 5.0);
        CU_ASSERT(stepper->steps > 5 && stepper->evaluations >= stepper->steps);
        CHECK_NEAR(distance(x, exact, 4), 0.0, 5e-5); /* observed: 5e-6, msbdf */
        stepper_start(stepper, x);
        while (time != 0.0) {
            CHECK_OK_FATAL(stepper_adapt(stepper, 1e-8, 0.0, 1000, &time, x));
        }
        CHECK_NEAR(distance(x, start, 4), 0.0, 1e-4);
        stepper_free(stepper);
    }
}

/* Friction: dp/dt has a part -p. */
static void damped_field(const void *context, const double *x, double *rate) {
    coupled_field(context, x, rate);
    rate[2] -= x[2];
}

static void pairings_that_cannot_work_are_refused_with_the_reason(void) {
    struct system damped = {.size = 4, .not_hamiltonian = "has friction", .field = damped_field};
    struct system joined = {.size = 4, .field = coupled_field, .energy = coupled_energy};
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        bool splitting = integrator_is_composition(*entry);
        CHECK_OK(integrator_check(*entry, &coupled));
        CU_ASSERT_EQUAL(integrator_check(*entry, &joined), splitting ? STATUS_DATA : STATUS_OK);
        CU_ASSERT_EQUAL(integrator_check(*entry, &damped),
                        splitting || (*entry)->keeps_energy ? STATUS_DATA : STATUS_OK);
    }
    struct stepper *stepper = NULL;
    CU_ASSERT_EQUAL(stepper_create(&stepper, integrator_find("leapfrog"), &damped), STATUS_DATA);
    CU_ASSERT_STRING_EQUAL(status_detail(), "leapfrog needs a Hamiltonian system; this one has friction");
    CU_ASSERT_EQUAL(stepper_create(&stepper, integrator_find("so8"), &joined), STATUS_DATA);
    CU_ASSERT_STRING_EQUAL(status_detail(),
                           "so8 is an explicit splitting for H = T(p) + V(q); this H is not separable");
    CU_ASSERT_PTR_NULL(stepper);
}

/* x' = 1000 (cos(x) - x): the fixed-point iteration contracts only for steps far below 1e-3. */
static void stiff_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = 1000.0 * (cos(x[0]) - x[0]);
}

static void implicit_steps_without_solution_are_failures(void) {
    struct system stiff = {.size = 1, .not_hamiltonian = "is stiff", .field = stiff_field};
    static const char *const names[] = {"implicit_midpoint", "gauss4", "gauss6"};
    for (int i = 0; i < 3; i++) {
        double x = 2.0;
        CHECK_OK(run(integrator_find(names[i]), &stiff, 1e-4, 100, 1, &x));
        CHECK_NEAR(x, 0.739085, 1e-3);
        x = 2.0;
        CU_ASSERT_EQUAL(run(integrator_find(names[i]), &stiff, 0.5, 1, 1, &x), STATUS_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "no solution by fixed-point iteration"));
    }
}

static void projection_keeps_the_energy_to_rounding(void) {
    static const char *const names[] = {"rk4_projected", "dopri5_projected"};
    for (int i = 0; i < 2; i++) {
        double x[4];
        memcpy(x, start, sizeof x);
        double energy = coupled_energy(NULL, x);
        CHECK_OK(run(integrator_find(names[i]), &coupled, 0.2, 10000, 1, x));
        CHECK_NEAR(coupled_energy(NULL, x), energy, 1e-15); /* observed: 1e-16; rk4 alone: 3e-3 */
    }
}

static void the_two_symplectic_euler_methods_are_adjoint(void) {
    double x[4];
    memcpy(x, start, sizeof x);
    CHECK_OK(run(integrator_find("symplectic_euler"), &coupled, 0.1, 1, 1, x));
    CHECK_OK(run(integrator_find("symplectic_euler_p"), &coupled, -0.1, 1, 1, x));
    CHECK_NEAR(distance(x, start, 4), 0.0, 1e-16);
}

/* H = (q^2 + p^2)/2 from (1, 0) with h = 0.5, by hand. */
static void unit_velocity(const void *context, const double *p, double *out) {
    (void)context;
    out[0] = p[0];
}

static void unit_force(const void *context, const double *q, double *out) {
    (void)context;
    out[0] = -q[0];
}

static void unit_field(const void *context, const double *x, double *rate) {
    unit_velocity(context, x + 1, rate);
    unit_force(context, x, rate + 1);
}

static void one_step_is_what_the_name_says(void) {
    static const struct {
        const char *name;
        double q, p;
    } cases[] = {
        {"leapfrog", 0.875, -0.46875},   /* p = -1/4, q = 7/8, p = -1/4 - 7/32 */
        {"leapfrog_q", 0.875, -0.5},     /* q = 1, p = -1/2, q = 1 - 1/8 */
        {"symplectic_euler", 1.0, -0.5}, /* q = 1, p = -1/2 */
        {"symplectic_euler_p", 0.75, -0.5},
        {"euler", 1.0, -0.5},
        {"rk2", 0.875, -0.5},
        {"heun", 0.875, -0.5},
        {"rk4", 337.0 / 384.0, -23.0 / 48.0}, /* the Taylor polynomial of degree 4 of the rotation */
        {"implicit_midpoint", 15.0 / 17.0, -8.0 / 17.0}, /* Cayley: (1 - i h/2) / (1 + i h/2) */
    };
    struct system unit = {.size = 2, .field = unit_field, .velocity = unit_velocity, .force = unit_force};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x[2] = {1.0, 0.0};
        CHECK_OK(run(integrator_find(cases[i].name), &unit, 0.5, 1, 1, x));
        CHECK_NEAR(x[0], cases[i].q, 2e-16);
        CHECK_NEAR(x[1], cases[i].p, 2e-16);
    }
}

/* x'' = -x. */
static void circle_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = x[1];
    rate[1] = -x[0];
}

static void gsl_solver_follows_a_circle(void) {
    struct gsl_solver *solver;
    struct ode ode = {.field = circle_field};
    double x[2] = {1.0, 0.0};
    gsl_solver_create(&solver, 2);
    gsl_solver_start(solver, &ode, x);
    for (int i = 1; i <= 200; i++) {
        double time = 0.05 * i;
        CHECK_OK(gsl_solver_advance(solver, time, x));
        CHECK_NEAR(x[0], cos(time), 1e-12); /* observed: 6e-16 */
        CHECK_NEAR(x[1], -sin(time), 1e-12);
    }
    gsl_solver_free(solver);
}

static void gsl_solver_does_not_remember_the_solution_before(void) {
    struct gsl_solver *solver;
    struct ode ode = {.field = coupled_field};
    double first[4], between[4] = {-0.1, 0.1, 0.3, 0.0}, again[4];
    memcpy(first, start, sizeof first);
    memcpy(again, start, sizeof again);
    double *states[] = {first, between, again};
    gsl_solver_create(&solver, 4);
    for (int i = 0; i < 3; i++) {
        gsl_solver_start(solver, &ode, states[i]);
        CHECK_OK(gsl_solver_advance(solver, i == 1 ? 7.0 : 3.0, states[i]));
    }
    gsl_solver_free(solver);
    CU_ASSERT(memcmp(first, again, sizeof first) == 0);
}

/* x' = x^2 from 1 is infinite at t = 1. */
static void exploding_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = x[0] * x[0];
}

static void gsl_solver_says_where_it_cannot_go_on(void) {
    struct gsl_solver *solver;
    struct ode ode = {.field = exploding_field};
    double x = 1.0;
    gsl_solver_create(&solver, 1);
    gsl_solver_start(solver, &ode, &x);
    CHECK_OK(gsl_solver_advance(solver, 0.5, &x));
    CHECK_NEAR(x, 2.0, 1e-11);
    CU_ASSERT_EQUAL(gsl_solver_advance(solver, 2.0, &x), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "beyond t = 1"));
    gsl_solver_free(solver);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_integrator_is_complete_and_found_by_its_name),
        TEST(compositions_kick_and_drift_one_step_in_all),
        TEST(only_compositions_can_step_a_latent_state),
        TEST(coefficients_alone_make_the_step),
        TEST(stages_take_place_where_the_papers_say),
        TEST(the_next_step_is_within_a_factor_of_five),
        TEST(tableaus_integrate_polynomials),
        TEST(dopri8_makes_the_step_of_gsl_rk8pd),
        TEST(two_methods_of_one_name_agree),
        TEST(steps_do_not_depend_on_how_they_are_divided_among_calls),
        TEST(evaluations_are_counted),
        TEST(adaptive_methods_end_exactly_where_they_should),
        TEST(pairings_that_cannot_work_are_refused_with_the_reason),
        TEST(implicit_steps_without_solution_are_failures),
        TEST(projection_keeps_the_energy_to_rounding),
        TEST(the_two_symplectic_euler_methods_are_adjoint),
        TEST(one_step_is_what_the_name_says),
        TEST(gsl_solver_follows_a_circle),
        TEST(gsl_solver_does_not_remember_the_solution_before),
        TEST(gsl_solver_says_where_it_cannot_go_on),
    };
    return tests_run("integrators", tests, sizeof tests / sizeof *tests);
}
