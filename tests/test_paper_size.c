/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training steps at the sizes of the papers, with the fast kernels in float32, against numbers from PyTorch
 * in double precision. HGN++: 60 frames, 59 leapfrog steps, Winograd convolutions, recomputed stretches; HGN:
 * 31 frames, 30 steps back, energies of small convolutions.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "tests/harness.h"
#include "tests/oracle.h"

extern const struct model_kind hgn_plus_plus_model, hgn_model;

/* Observed: 4e-5 of a parameter's gradient at most, most of it from the few values that rounding puts on the
 * other side of a leaky ReLU's kink. */
static const double TOLERANCE = 1e-4;

static void check_step(const struct model_kind *kind, const char *const *paper, int targets) {
    int *all = memory_alloc((size_t)targets, sizeof *all);
    for (int i = 0; i < targets; i++) {
        all[i] = i;
    }
    struct oracle_trial trial = oracle_trial_create(kind, paper);
    (void)oracle_trial_loss(&trial, targets, all, targets);
    oracle_trial_compare(&trial, "oracle_paper.txt", TOLERANCE);
    oracle_trial_free(&trial);
    free(all);
}

static void a_step_of_hgn_plus_plus_matches_the_pytorch_oracle(void) {
    static const char *const paper[] = {
        "channels=64",
        "latent=32",
        "hidden=250",
        "hidden_layers=4",
        "inference_frames=5",
        "target_frames=60",
        "decoded_frames=0",
        "time_step=0.125",
        "beta=0.7",
        "integrator=leapfrog",
        NULL,
    };
    check_step(&hgn_plus_plus_model, paper, 60);
}

static const char *const paper_hgn[] = {
    "channels=64",         "latent=32",           "hidden=64",
    "inference_frames=31", "target_frames=0",     "decoded_frames=0",
    "time_step=0.125",     "integrator=leapfrog", NULL,
};

static void a_step_of_hgn_matches_the_pytorch_oracle(void) {
    check_step(&hgn_model, paper_hgn, 31);
}

/* The state after 60 frames of the clock. */
static void follow(const struct oracle_trial *trial, const struct model_clock *clock, const real *start,
                   real *out) {
    enum { FRAMES = 60 };
    size_t width = (size_t)hgn_model.latent->width(trial->model->settings);
    real *states = memory_alloc((FRAMES + 1) * width, sizeof *states);
    hgn_model.latent->unroll(trial->model, trial->workspace, clock, start, 1, FRAMES, states, NULL);
    memcpy(out, states + FRAMES * width, width * sizeof *out);
    free(states);
}

/* Makes H so steep that the states move far. */
static void steepen(struct parameters *parameters) {
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        bool last = strcmp(p->name, "potential.4.weight") == 0 || strcmp(p->name, "kinetic.4.weight") == 0;
        for (size_t j = 0; j < p->size && last; j++) {
            parameters->values[p->offset + j] *= 10;
        }
    }
}

/* Observed: 4e-7, where the state has moved by 1.8. */
static void sixty_frames_of_hgn_and_back_return_to_the_start(void) {
    enum { WIDTH = 512 };
    struct oracle_trial trial = oracle_trial_create(&hgn_model, paper_hgn);
    struct model_clock clock = hgn_model.latent->clock(trial.model->settings);
    real start[WIDTH], there[WIDTH], back[WIDTH];
    double moved = 0.0, error = 0.0;
    steepen(trial.model->parameters);
    for (int i = 0; i < WIDTH; i++) {
        start[i] = (real)sin(1.3 * i);
    }
    follow(&trial, &clock, start, there);
    clock.frame = -clock.frame;
    follow(&trial, &clock, there, back);
    for (int i = 0; i < WIDTH; i++) {
        moved = fmax(moved, fabs((double)(there[i] - start[i])));
        error = fmax(error, fabs((double)(back[i] - start[i])));
    }
    printf("\n    moved by %.2g, back to %.2g ", moved, error);
    CU_ASSERT(moved > 1);
    CU_ASSERT(error < 1e-5);
    oracle_trial_free(&trial);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_step_of_hgn_plus_plus_matches_the_pytorch_oracle),
        TEST(a_step_of_hgn_matches_the_pytorch_oracle),
        TEST(sixty_frames_of_hgn_and_back_return_to_the_start),
    };
    return tests_run("paper size", tests, sizeof tests / sizeof *tests);
}
