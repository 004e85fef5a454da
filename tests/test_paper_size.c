/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A training step of HGN++ at the size of the paper, with the fast kernels in float32, against numbers from
 * PyTorch in double precision: 60 frames, 59 leapfrog steps, Winograd convolutions, recomputed stretches.
 */
#include "tests/harness.h"
#include "tests/oracle.h"

extern const struct model_kind hgn_plus_plus_model;

enum { TARGETS = 60 };

/* Observed: 4e-5 of a parameter's gradient at most, most of it from the few values that rounding puts on the
 * other side of a leaky ReLU's kink. */
static const double TOLERANCE = 1e-4;

static void a_step_of_the_paper_size_matches_the_pytorch_oracle(void) {
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
    int all[TARGETS];
    for (int i = 0; i < TARGETS; i++) {
        all[i] = i;
    }
    struct oracle_trial trial = oracle_trial_create(&hgn_plus_plus_model, paper);
    (void)oracle_trial_loss(&trial, TARGETS, all, TARGETS);
    oracle_trial_compare(&trial, "oracle_paper.txt", TOLERANCE);
    oracle_trial_free(&trial);
}

int main(void) {
    static const struct test tests[] = {TEST(a_step_of_the_paper_size_matches_the_pytorch_oracle)};
    return tests_run("paper size", tests, sizeof tests / sizeof *tests);
}
