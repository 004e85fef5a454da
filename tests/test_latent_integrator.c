/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/latent_integrator.h"
#include "models/latent_stepper.h"
#include "models/model_registry.h"
#include "models/video/sequence_model.h"
#include "tests/harness.h"
#include "tests/model_case.h"

/* A model that has learned nothing, its energies made steeper so that the steps matter. */
static struct model *untrained(const char *integrator, double time_step) {
    static const char *const small[] = {
        "channels=4",         "latent=4",         "hidden=16", "hidden_layers=2",
        "inference_frames=3", "target_frames=30", NULL,
    };
    struct model *model;
    const struct model_kind *kind = model_kind_find("hgn++");
    struct sequence_settings *settings = model_case_settings(kind, small);
    settings->time_step = time_step;
    (void)snprintf(settings->integrator, sizeof settings->integrator, "%s", integrator);
    CHECK_OK_FATAL(model_check(kind, settings));
    model_create(&model, kind, settings, 3);
    free(settings);
    for (size_t i = 0; i < model->parameters->size; i++) {
        model->parameters->values[i] *= 2;
    }
    return model;
}

static struct latent_integrator check(const char *integrator, double time_step) {
    struct model *model = untrained(integrator, time_step);
    struct latent_integrator latent;
    CU_ASSERT_EQUAL_FATAL(latent_integrator_check(&latent, model), STATUS_OK);
    model_free(model);
    return latent;
}

/* The steps that dopri5 and dopri8 choose are good to 1e-6, not to rounding; euler and its like lose energy.
 */
static void every_reversible_method_goes_back_the_way_it_came(void) {
    const char *names[FIELD_NAMES_MAX];
    size_t count = latent_stepper_list_separable(names, FIELD_NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct integrator *integrator = integrator_find(names[i]);
        struct latent_integrator latent = check(names[i], 0.125);
        CU_ASSERT_PTR_EQUAL(latent.integrator, integrator);
        CU_ASSERT(latent.returns);
        if (integrator->reversible) {
            CHECK_NEAR(latent.return_error, 0.0, 1e-4); /* observed: 1e-6 */
        }
    }
}

static void the_order_inside_a_model_is_that_of_the_table(void) {
    CHECK_NEAR(check("symplectic_euler", 0.0625).order, 1.0, 0.2);
    CHECK_NEAR(check("leapfrog", 0.125).order, 2.0, 0.2);
    CHECK_NEAR(check("ruth4", 0.4).order, 4.0, 0.5);
    CU_ASSERT(isnan(check("kahan_li8", 0.125).order)); /* single precision cannot tell */
}

static void one_way_methods_do_not_return(void) {
    struct latent_integrator latent = check("symplectic_euler", 0.125);
    CU_ASSERT(latent.return_error > 1e-3);
    CU_ASSERT(latent.returns); /* it does not claim to */
}

/* What the check is for: a method that says more of itself than is true. */
static void energy_errors_tell_short_steps_from_long_ones(void) {
    struct latent_integrator fine = check("leapfrog", 0.125), coarse = check("leapfrog", 0.5);
    CU_ASSERT(fine.energy_early < coarse.energy_early);
    CU_ASSERT(fine.energy_early > 0.0);
}

static void models_without_a_latent_hamiltonian_are_refused(void) {
    const struct model_kind *kind = model_kind_find("rnn");
    void *settings = model_case_settings(kind, model_case_tiny);
    struct model *model;
    struct latent_integrator latent;
    model_create(&model, kind, settings, 0);
    free(settings);
    CU_ASSERT_EQUAL(latent_integrator_check(&latent, model), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "rnn has no latent Hamiltonian"));
    model_free(model);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_reversible_method_goes_back_the_way_it_came),
        TEST(the_order_inside_a_model_is_that_of_the_table),
        TEST(one_way_methods_do_not_return),
        TEST(energy_errors_tell_short_steps_from_long_ones),
        TEST(models_without_a_latent_hamiltonian_are_refused),
    };
    return tests_run("latent_integrator", tests, sizeof tests / sizeof *tests);
}
