/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "integrators/gsl_solver.h"
#include "integrators/integrator.h"
#include "tests/harness.h"

/* H = |p|^2/2 + (q1^2 + 2 q2^2)/2 + q1^2 q2 - q2^3/3: two coupled, nonlinear degrees of freedom. */
static void coupled_gradient_q(const void *context, const double *q, const double *p, double *out) {
    (void)context;
    (void)p;
    out[0] = q[0] + 2.0 * q[0] * q[1];
    out[1] = 2.0 * q[1] + q[0] * q[0] - q[1] * q[1];
}

static void coupled_gradient_p(const void *context, const double *q, const double *p, double *out) {
    (void)context;
    (void)q;
    out[0] = p[0];
    out[1] = p[1];
}

static const struct hamiltonian coupled = {
    .dimension = 2,
    .gradient_q = coupled_gradient_q,
    .gradient_p = coupled_gradient_p,
};

static double coupled_energy(const double *x) {
    return (x[2] * x[2] + x[3] * x[3] + x[0] * x[0]) / 2.0 + x[1] * x[1] + x[0] * x[0] * x[1] -
           x[1] * x[1] * x[1] / 3.0;
}

static void coupled_field(const void *context, const double *x, double *rate) {
    coupled_gradient_p(context, x, x + 2, rate);
    coupled_gradient_q(context, x, x + 2, rate + 2);
    rate[2] = -rate[2];
    rate[3] = -rate[3];
}

static const double start[4] = {0.3, -0.2, 0.1, 0.25};

static void run(const struct integrator *integrator, double step, int count, double x[4]) {
    double scratch[2];
    for (int i = 0; i < count; i++) {
        integrator_step(integrator, &coupled, step, x, x + 2, scratch);
    }
}

static double distance(const double *a, const double *b) {
    double sum = 0.0;
    for (int i = 0; i < 4; i++) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sqrt(sum);
}

/* Error at t = 4 with `count` steps. */
static double final_error(const struct integrator *integrator, int count) {
    struct gsl_solver *solver;
    struct ode ode = {.field = coupled_field};
    double exact[4], x[4];
    gsl_solver_create(&solver, 4);
    gsl_solver_start(solver, &ode, start);
    CU_ASSERT_EQUAL(gsl_solver_advance(solver, 4.0, exact), STATUS_OK);
    gsl_solver_free(solver);
    memcpy(x, start, sizeof x);
    run(integrator, 4.0 / count, count, x);
    return distance(x, exact);
}

static void every_integrator_is_complete_and_found_by_its_name(void) {
    int count = 0;
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++, count++) {
        const struct integrator *integrator = *entry;
        CU_ASSERT_PTR_EQUAL(integrator_find(integrator->name), integrator);
        CU_ASSERT(strlen(integrator->summary) > 0 && strlen(integrator->reference) > 0);
        CU_ASSERT_FATAL(integrator->stages > 0 && integrator->stages <= INTEGRATOR_MAX_STAGES);
        double kick = 0.0, drift = 0.0;
        for (int i = 0; i < integrator->stages; i++) {
            kick += integrator->kick[i];
            drift += integrator->drift[i];
        }
        CHECK_NEAR(kick, 1.0, 1e-15);
        CHECK_NEAR(drift, 1.0, 1e-15);
    }
    CU_ASSERT(count >= 5);
    CU_ASSERT_PTR_NULL(integrator_find("frogleap"));
}

/* Observed: within 0.004 of the order. */
static void every_integrator_converges_at_its_order(void) {
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        double slope = log2(final_error(*entry, 160) / final_error(*entry, 320));
        CHECK_NEAR(slope, (*entry)->order, 0.1);
    }
}

/* Central differences of one step: J^T Omega J = Omega. Observed: 4e-12. */
static void every_integrator_is_symplectic(void) {
    static const double h = 1e-5;
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        double jacobian[4][4]; /* [component of the start][component of the end] */
        for (int i = 0; i < 4; i++) {
            double plus[4], minus[4];
            memcpy(plus, start, sizeof plus);
            memcpy(minus, start, sizeof minus);
            plus[i] += h;
            minus[i] -= h;
            run(*entry, 0.3, 1, plus);
            run(*entry, 0.3, 1, minus);
            for (int j = 0; j < 4; j++) {
                jacobian[i][j] = (plus[j] - minus[j]) / (2.0 * h);
            }
        }
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                double form = 0.0;
                for (int k = 0; k < 2; k++) {
                    form += jacobian[i][k] * jacobian[j][k + 2] - jacobian[i][k + 2] * jacobian[j][k];
                }
                CHECK_NEAR(form, (double)((j == i + 2) - (i == j + 2)), 1e-9);
            }
        }
    }
}

static void symmetric_integrators_return_with_the_negative_step(void) {
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        double x[4];
        memcpy(x, start, sizeof x);
        run(*entry, 0.1, 50, x);
        CU_ASSERT(distance(x, start) > 0.1);
        run(*entry, -0.1, 50, x);
        if ((*entry)->order % 2 == 0) {
            CHECK_NEAR(distance(x, start), 0.0, 1e-14); /* observed: 4e-16 */
        } else {
            CU_ASSERT(distance(x, start) > 1e-3);
        }
    }
}

static void the_two_symplectic_euler_methods_are_adjoint(void) {
    double x[4];
    memcpy(x, start, sizeof x);
    run(integrator_find("symplectic_euler"), 0.1, 1, x);
    run(integrator_find("symplectic_euler_p"), -0.1, 1, x);
    CHECK_NEAR(distance(x, start), 0.0, 1e-16);
}

/* Over 1000 periods. Observed: leapfrog 7e-5, ruth4 2e-7, Euler 5e-3; a method that is not symplectic would
 * drift without bound. */
static void energy_drift_stays_bounded(void) {
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        double x[4];
        memcpy(x, start, sizeof x);
        double first = coupled_energy(x), worst = 0.0;
        for (int i = 0; i < 100000; i++) {
            run(*entry, 0.05, 1, x);
            worst = fmax(worst, fabs(coupled_energy(x) - first));
        }
        CU_ASSERT(worst < ((*entry)->order == 1 ? 1e-2 : 3e-4));
    }
}

/* H = (q^2 + p^2)/2 from (1, 0) with h = 0.5, by hand. */
static void unit_gradient_q(const void *context, const double *q, const double *p, double *out) {
    (void)context;
    (void)p;
    out[0] = q[0];
}

static void unit_gradient_p(const void *context, const double *q, const double *p, double *out) {
    (void)context;
    (void)q;
    out[0] = p[0];
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
    };
    struct hamiltonian unit = {.dimension = 1, .gradient_q = unit_gradient_q, .gradient_p = unit_gradient_p};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double q = 1.0, p = 0.0, scratch;
        integrator_step(integrator_find(cases[i].name), &unit, 0.5, &q, &p, &scratch);
        CHECK_NEAR(q, cases[i].q, 0.0);
        CHECK_NEAR(p, cases[i].p, 0.0);
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
        CU_ASSERT_EQUAL(gsl_solver_advance(solver, time, x), STATUS_OK);
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
        CU_ASSERT_EQUAL(gsl_solver_advance(solver, i == 1 ? 7.0 : 3.0, states[i]), STATUS_OK);
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
    CU_ASSERT_EQUAL(gsl_solver_advance(solver, 0.5, &x), STATUS_OK);
    CHECK_NEAR(x, 2.0, 1e-11);
    CU_ASSERT_EQUAL(gsl_solver_advance(solver, 2.0, &x), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "beyond t = 1"));
    gsl_solver_free(solver);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_integrator_is_complete_and_found_by_its_name),
        TEST(every_integrator_converges_at_its_order),
        TEST(every_integrator_is_symplectic),
        TEST(symmetric_integrators_return_with_the_negative_step),
        TEST(the_two_symplectic_euler_methods_are_adjoint),
        TEST(energy_drift_stays_bounded),
        TEST(one_step_is_what_the_name_says),
        TEST(gsl_solver_follows_a_circle),
        TEST(gsl_solver_does_not_remember_the_solution_before),
        TEST(gsl_solver_says_where_it_cannot_go_on),
    };
    return tests_run("integrators", tests, sizeof tests / sizeof *tests);
}
