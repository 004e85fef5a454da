/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/families.h"
#include "integrators/tableau.h"
#include "problems/verification.h"
#include "support/memory.h"
#include "tests/harness.h"

static void every_integrator_is_what_it_claims(void) {
    int count = 0;
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++, count++) {
        struct verification verification;
        CHECK_OK_FATAL(verification_run(&verification, *entry));
        for (int i = 0; i < VERIFICATION_CHECKS; i++) {
            const struct verification_check *check = &verification.checks[i];
            if (check->verdict == VERIFICATION_FAILED) {
                (void)fprintf(stderr, "%s: %s: %s is %g, expected %g to %g\n", (*entry)->name, check->name,
                              check->measure, check->value, check->low, check->high);
            }
        }
        CU_ASSERT(verification.passed);
    }
    CU_ASSERT(count >= 39);
}

/* The verdicts on `integrator`, which must be an entry that can be measured. */
static struct verification verify(const struct integrator *integrator) {
    struct verification verification;
    CHECK_OK_FATAL(verification_run(&verification, integrator));
    return verification;
}

static bool fails(const struct verification *verification, int check) {
    return verification->checks[check].verdict == VERIFICATION_FAILED;
}

/* A known trap: the last stage of rk4 at the half step, which a replication of HGN has. */
static void a_wrong_fourth_stage_of_rk4_is_caught(void) {
    struct integrator broken = *integrator_find("rk4");
    struct tableau tableau = *(const struct tableau *)broken.method;
    broken.method = &tableau;
    CU_ASSERT(verify(&broken).passed);
    tableau.a[3][2] = 0.5;
    struct verification verification = verify(&broken);
    CU_ASSERT(!verification.passed);
    CU_ASSERT(fails(&verification, VERIFICATION_ORDER) && fails(&verification, VERIFICATION_ORDER_SECOND));
    CHECK_NEAR(verification.checks[VERIFICATION_ORDER].value, 1.0, 0.1); /* what is left of order 4 */
}

/* Another known trap: a chain of leapfrogs each of which drifts by the momentum that it found, not by the one
 * that its first kick made. */
static void create_stale(struct stepper *stepper) {
    stepper->memory = memory_alloc(2 * (size_t)stepper->system->size, sizeof(double));
}

static void free_stale(struct stepper *stepper) {
    free(stepper->memory);
}

static enum status advance_stale(struct stepper *stepper, double step, long count, double *x) {
    const struct integrator *integrator = stepper->integrator;
    const struct system *system = stepper->system;
    int d = system->size / 2;
    double *stale = stepper->memory, *rate = stale + d;
    for (long n = 0; n < count; n++) {
        for (int i = 0; i < integrator->stages; i++) {
            memcpy(stale, x + d, (size_t)d * sizeof *x);
            system->force(system->context, x, rate);
            for (int k = 0; k < d; k++) {
                x[d + k] += integrator->kick[i] * step * rate[k];
            }
            system->velocity(system->context, stale, rate);
            for (int k = 0; k < d; k++) {
                x[k] += integrator->drift[i] * step * rate[k];
            }
        }
    }
    return STATUS_OK;
}

static void stale_momentum_in_yoshida_is_caught(void) {
    static const struct integrator_family stale = {
        .name = "stale momentum", .create = create_stale, .free = free_stale, .advance = advance_stale};
    struct integrator broken = *integrator_find("yoshida4");
    broken.family = &stale;
    struct verification verification = verify(&broken);
    CU_ASSERT(fails(&verification, VERIFICATION_ORDER));
    CU_ASSERT(fails(&verification, VERIFICATION_ORDER_SECOND));
    CU_ASSERT(fails(&verification, VERIFICATION_REVERSIBILITY));
    CU_ASSERT(fails(&verification, VERIFICATION_SYMPLECTICITY));
}

static void a_changed_digit_of_a_coefficient_is_caught(void) {
    struct integrator broken = *integrator_find("kahan_li8");
    broken.kick[3] += 1e-3;
    broken.kick[4] -= 1e-3;
    struct verification verification = verify(&broken);
    CU_ASSERT(fails(&verification, VERIFICATION_ORDER));
    CU_ASSERT(!fails(&verification, VERIFICATION_SYMPLECTICITY)); /* still a composition */
}

static void claims_that_do_not_hold_are_caught(void) {
    struct integrator boaster = *integrator_find("rk4");
    boaster.symplectic = boaster.reversible = true;
    struct verification verification = verify(&boaster);
    CU_ASSERT(fails(&verification, VERIFICATION_REVERSIBILITY));
    CU_ASSERT(fails(&verification, VERIFICATION_SYMPLECTICITY));
    CU_ASSERT(fails(&verification, VERIFICATION_ENERGY));
    CU_ASSERT(!fails(&verification, VERIFICATION_ORDER));

    boaster = *integrator_find("leapfrog");
    boaster.keeps_energy = true;
    boaster.order = 4;
    verification = verify(&boaster);
    CU_ASSERT(fails(&verification, VERIFICATION_ENERGY));
    CU_ASSERT(fails(&verification, VERIFICATION_ORDER));

    boaster = *integrator_find("euler");
    boaster.symplectic = true; /* its energy grows beyond all bounds */
    verification = verify(&boaster);
    CU_ASSERT(fails(&verification, VERIFICATION_SYMPLECTICITY));
    CU_ASSERT(fails(&verification, VERIFICATION_ENERGY));
}

static void an_error_estimate_that_says_nothing_is_caught(void) {
    struct integrator broken = *integrator_find("dopri5");
    struct tableau tableau = *(const struct tableau *)broken.method;
    memset(tableau.error, 0, sizeof tableau.error);
    tableau.error[0] = 1e-9;
    tableau.error[1] = -1e-9;
    broken.method = &tableau;
    struct verification verification = verify(&broken);
    CU_ASSERT(fails(&verification, VERIFICATION_TOLERANCE));
}

static void what_cannot_be_measured_is_not_judged(void) {
    struct verification verification = verify(integrator_find("gsl_msadams"));
    CU_ASSERT_EQUAL(verification.checks[VERIFICATION_ORDER].verdict, VERIFICATION_OMITTED);
    CU_ASSERT(isnan(verification.checks[VERIFICATION_ORDER].value));
    verification = verify(integrator_find("euler"));
    CU_ASSERT_EQUAL(verification.checks[VERIFICATION_ENERGY].verdict, VERIFICATION_UNCLAIMED);
    CU_ASSERT_EQUAL(verification.checks[VERIFICATION_TOLERANCE].verdict, VERIFICATION_OMITTED);
    CU_ASSERT(verification.passed);
}

static void an_entry_that_contradicts_itself_is_refused(void) {
    struct verification verification;
    struct integrator broken = *integrator_find("leapfrog");
    broken.kick[1] = 0.4;
    CU_ASSERT_EQUAL(verification_run(&verification, &broken), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "sums of kick and drift are 0.9 and 1"));
    broken = *integrator_find("rk4");
    broken.fixed = false;
    CU_ASSERT_EQUAL(verification_run(&verification, &broken), STATUS_DATA);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_integrator_is_what_it_claims),    TEST(a_wrong_fourth_stage_of_rk4_is_caught),
        TEST(stale_momentum_in_yoshida_is_caught),   TEST(a_changed_digit_of_a_coefficient_is_caught),
        TEST(claims_that_do_not_hold_are_caught),    TEST(an_error_estimate_that_says_nothing_is_caught),
        TEST(what_cannot_be_measured_is_not_judged), TEST(an_entry_that_contradicts_itself_is_refused),
    };
    return tests_run("verification", tests, sizeof tests / sizeof *tests);
}
