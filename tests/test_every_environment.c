/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every kind of model on every environment that suits it: 20 steps of training at the size of the profile
 * smoke, without a number that is not finite. New kinds and environments are tested without a line here.
 * And what lnn says of environments whose momenta do not tell velocities.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "experiments/settings.h"
#include "models/model_registry.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"
#include "training/trainer.h"

enum { STEPS = 20 };

static void take_steps(const struct training_job *job, const char *environment) {
    struct trainer *trainer;
    trainer_create(&trainer, job);
    for (int step = 0; step < STEPS; step++) {
        struct training_figures figures = {0};
        enum status status = trainer_step(trainer, &figures);
        if (status != STATUS_OK) {
            printf("\n    %s on %s: %s", job->kind->name, environment, status_detail());
        }
        CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
        for (int i = 0; i < job->kind->figure_count; i++) {
            CU_ASSERT(isfinite(figures.figures[i]));
        }
    }
    trainer_free(trainer);
}

/* A small job that keeps its settings in `settings`, the caller's to clear. */
static struct training_job job_of(const struct model_kind *kind, const struct simulator *simulator,
                                  const struct dataset *dataset, struct settings *settings) {
    settings_create(settings, kind);
    settings_apply_profile(settings, "smoke");
    CHECK_OK_FATAL(settings_apply(settings, "training.batch=4"));
    CHECK_OK_FATAL(settings_apply(settings, "training.shards=2"));
    model_resolve(kind, settings_model(settings), simulator->dynamics->state_size);
    return (struct training_job){.folder = "",
                                 .kind = kind,
                                 .model = settings_model(settings),
                                 .training = *settings_training(settings),
                                 .dataset = dataset,
                                 .seed = 3,
                                 .threads = 2,
                                 .quiet = true};
}

/* A kind of films is never refused; one of states may be, with the reason. Returns whether it was trained. */
static bool train(const struct model_kind *kind, const struct simulator *simulator,
                  const struct dataset *dataset) {
    struct settings settings;
    struct training_job job = job_of(kind, simulator, dataset, &settings);
    bool suits = training_check(&job) == STATUS_OK;
    if (suits) {
        take_steps(&job, simulator->name);
    } else {
        CU_ASSERT_PTR_NULL(kind->video);
        CU_ASSERT(status_detail()[0] != '\0');
    }
    settings_clear(&settings);
    return suits;
}

/* The long test sets are of the same systems and have nothing to train on. */
static void every_kind_takes_steps_on_every_environment_that_suits(void) {
    int trained[64] = {0}, kinds = 0;
    for (int i = 0; simulators[i] != NULL; i++) {
        if (simulators[i]->train == 0) {
            continue;
        }
        struct dataset *dataset;
        CHECK_OK_FATAL(dataset_open(&dataset, fixture_generate(simulators[i]->name, "every.h5")));
        for (kinds = 0; model_kinds[kinds] != NULL; kinds++) {
            CU_ASSERT_FATAL(kinds < 64);
            if (model_kinds[kinds]->loss != NULL) {
                trained[kinds] += train(model_kinds[kinds], simulators[i], dataset);
            }
        }
        dataset_close(dataset);
        (void)remove(fixture_path("every.h5"));
    }
    for (int k = 0; k < kinds; k++) {
        CU_ASSERT(model_kinds[k]->loss == NULL || trained[k] > 0);
    }
}

/* Masses are constant; they differ between trajectories; they depend on the position; there are none. */
static void lnn_wants_momenta_that_are_constant_masses_times_velocities(void) {
    static const struct {
        const char *environment;
        bool suits;
    } expected[] = {{"pendulum", true},         {"two_body", true},         {"molecular_dynamics_4", true},
                    {"pendulum_colors", false}, {"double_pendulum", false}, {"matching_pennies", false}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct dataset *dataset;
        CHECK_OK_FATAL(dataset_open(&dataset, fixture_generate(expected[i].environment, "masses.h5")));
        struct settings settings;
        struct training_job job =
            job_of(model_kind_find("lnn"), dataset_simulator(dataset), dataset, &settings);
        if (expected[i].suits) {
            CHECK_OK(training_check(&job));
        } else {
            char reason[160];
            (void)snprintf(reason, sizeof reason,
                           "lnn: takes momenta for velocities times a constant mass each, which those of %s "
                           "are not",
                           expected[i].environment);
            CHECK_FAILS(training_check(&job), STATUS_DATA, reason);
        }
        settings_clear(&settings);
        dataset_close(dataset);
        (void)remove(fixture_path("masses.h5"));
    }
}

int main(void) {
    static const struct test tests[] = {TEST(every_kind_takes_steps_on_every_environment_that_suits),
                                        TEST(lnn_wants_momenta_that_are_constant_masses_times_velocities)};
    return tests_run("every_environment", tests, sizeof tests / sizeof *tests);
}
