/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is made of the errors of a film, in double precision: the multiplier of GECO, a beta that grows, the
 * consistency of states, directions of training.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "models/video/geco.h"
#include "models/video/sequence_private.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/oracle.h"

extern const struct model_kind hgn_plus_plus_model;

enum { HORIZON = 6, WIDTH = 4 };
static const int ALL[] = {0, 1, 2, 3, 4, 5};

static double loss_value(void *context) {
    return oracle_trial_loss(context, HORIZON, ALL, HORIZON);
}

/* A small hgn++ with up to four more assignments, ended by NULL. */
static struct oracle_trial trial_of(const struct model_kind *kind, const char *const *more) {
    const char *assignments[12] = {"channels=4",      "latent=4",           "hidden=6",
                                   "hidden_layers=1", "inference_frames=3", "target_frames=6",
                                   "decoded_frames=0"};
    for (int i = 0; more[i] != NULL; i++) {
        assignments[7 + i] = more[i];
    }
    return oracle_trial_create(kind, assignments);
}

/* ---- consistency of states ---- */

static const char *const consistent[] = {"consistency=500", "consistency_steps=0", "consistency_frames=2",
                                         "latent_l2=40", NULL};

static void gradients_with_consistency_and_a_penalty_match_differences(void) {
    struct oracle_trial trial = trial_of(&hgn_plus_plus_model, consistent);
    oracle_trial_check_gradient(&trial, loss_value, &trial);
    oracle_trial_free(&trial);
}

static void gradients_with_consistency_both_ways_match_differences(void) {
    static const char *const both[] = {"consistency=500", "consistency_steps=0", "consistency_frames=2",
                                       "training_direction=forward_backward", NULL};
    struct oracle_trial trial = trial_of(&hgn_plus_plus_model, both);
    oracle_trial_check_gradient(&trial, loss_value, &trial);
    oracle_trial_free(&trial);
}

/* Weight times the mean squared distance, for each sequence and in units of a target value. */
static void consistency_adds_what_it_says(void) {
    static const char *const strong[] = {"consistency=500", "consistency_steps=0", NULL};
    static const char *const rising[] = {"consistency=500", "consistency_steps=100", NULL};
    static const char *const without[] = {NULL};
    struct oracle_trial with = trial_of(&hgn_plus_plus_model, strong);
    struct oracle_trial start = trial_of(&hgn_plus_plus_model, rising);
    struct oracle_trial plain = trial_of(&hgn_plus_plus_model, without);
    double added = loss_value(&with) - loss_value(&plain), distance = with.step.figures[ELBO_INCONSISTENCY];
    double expected = 500.0 * distance * distance * WIDTH / (HORIZON * IMAGE_VALUES);
    CU_ASSERT(distance > 0.01);
    CHECK_NEAR(added, expected, 1e-12);
    CHECK_NEAR(loss_value(&start) - loss_value(&plain), expected / 1000, 1e-12);
    CU_ASSERT(plain.step.figures[ELBO_INCONSISTENCY] == 0.0);
    oracle_trial_free(&with);
    oracle_trial_free(&start);
    oracle_trial_free(&plain);
}

/* The loss is the same whatever the term moves; what it moves on each side adds up to what it moves on both.
 */
static void consistency_moves_the_sides_that_it_is_told_to(void) {
    enum { NONE, BOTH, ROLLOUT, ENCODER, CASES };
    static const char *const settings[CASES][4] = {
        [NONE] = {"consistency=0", NULL},
        [BOTH] = {"consistency=500", "consistency_steps=0", NULL},
        [ROLLOUT] = {"consistency=500", "consistency_steps=0", "consistency_gradient=rollout", NULL},
        [ENCODER] = {"consistency=500", "consistency_steps=0", "consistency_gradient=encoder", NULL},
    };
    struct oracle_trial trial[CASES];
    double loss[CASES];
    for (int i = 0; i < CASES; i++) {
        trial[i] = trial_of(&hgn_plus_plus_model, settings[i]);
        loss[i] = loss_value(&trial[i]);
    }
    CU_ASSERT(loss[BOTH] == loss[ROLLOUT] && loss[BOTH] == loss[ENCODER] && loss[BOTH] > loss[NONE]);
    double largest[CASES] = {0}, scale = 0;
    for (size_t i = 0; i < trial[NONE].model->parameters->size; i++) {
        const double none = trial[NONE].gradient[i], both = trial[BOTH].gradient[i] - none;
        const double rollout = trial[ROLLOUT].gradient[i] - none, encoder = trial[ENCODER].gradient[i] - none;
        largest[BOTH] = fmax(largest[BOTH], fabs(both - rollout - encoder));
        largest[ROLLOUT] = fmax(largest[ROLLOUT], fabs(rollout));
        largest[ENCODER] = fmax(largest[ENCODER], fabs(encoder));
        scale = fmax(scale, fabs(both));
    }
    CU_ASSERT(largest[BOTH] < 1e-12 * scale && largest[ROLLOUT] > 0.01 * scale &&
              largest[ENCODER] > 0.01 * scale);
    for (int i = 0; i < CASES; i++) {
        oracle_trial_free(&trial[i]);
    }
}

/* An encoder that reads the number of the middle or last frame and how it changes, and a state that moves so:
 * what it rolls out is what it would read later, if the right frames are read. */

static int state_frame; /* among those that are seen */

static void *declare_nothing(struct parameters *parameters, const struct video_settings *settings, int frames,
                             int width) {
    (void)settings;
    CU_ASSERT(frames == 3 && width == 8);
    (void)parameters_add(parameters, "encoder.unused", 1, (const int[]){1}, PARAMETER_ZERO);
    return NULL;
}

static struct tensor *read_numbers(const void *parts, struct tensor *const *leaves, struct tensor *x) {
    (void)parts;
    (void)leaves;
    int rows = x->shape[0];
    struct tensor *flat = tensor_reshape(x, 2, (int[]){rows, (int)(x->size / (size_t)rows)});
    struct tensor *first = tensor_slice(flat, 1, 0, 1), *second = tensor_slice(flat, 1, IMAGE_CHANNELS, 1);
    struct tensor *q = tensor_slice(flat, 1, state_frame * IMAGE_CHANNELS, 1);
    struct tensor *p = tensor_subtract(second, first);
    struct tensor *small = tape_constant(x->tape, 2, (int[]){rows, WIDTH}, -80);
    return tensor_concatenate((struct tensor *[]){q, q, p, p, small}, 5, 1);
}

static const double TIME_STEP = 0.125;

static void *declare_moving(struct parameters *parameters, const void *settings, int width) {
    (void)settings;
    (void)width;
    (void)parameters_add(parameters, "dynamics.unused", 1, (const int[]){1}, PARAMETER_ZERO);
    return NULL;
}

static struct tensor *velocity(const void *parts, struct tensor *const *leaves, struct tensor *p) {
    (void)parts;
    (void)leaves;
    return tensor_scale(p, (real)(1.0 / TIME_STEP));
}

static struct tensor *slope(const void *parts, struct tensor *const *leaves, struct tensor *q) {
    (void)parts;
    (void)leaves;
    return tensor_scale(q, 0);
}

static void number_the_frames(struct oracle_trial *trial) {
    int length = trial->windows.length;
    for (int frame = 0; frame < ORACLE_BATCH * length; frame++) {
        for (int i = 0; i < IMAGE_VALUES; i++) {
            trial->images[frame * IMAGE_VALUES + i] = frame % length;
        }
    }
}

static const struct encoder_kind number_encoder = {.declare = declare_nothing, .apply = read_numbers};

static void check_numbers(const char *direction, int frame) {
    static const struct latent_dynamics dynamics = {
        .declare = declare_moving, .velocity = velocity, .slope = slope};
    static const struct sequence_kind parts = {.encoder = &number_encoder,
                                               .dynamics = &dynamics,
                                               .decoder = &vector_decoder,
                                               .objective = &elbo_objective};
    struct model_kind kind = hgn_plus_plus_model;
    kind.family = &parts;
    const char *more[] = {"consistency=1", "consistency_frames=5", direction, NULL};
    state_frame = frame;
    struct oracle_trial trial = trial_of(&kind, more);
    number_the_frames(&trial);
    (void)loss_value(&trial);
    CU_ASSERT(trial.step.figures[ELBO_INCONSISTENCY] < 1e-12); /* observed: 0 */
    oracle_trial_free(&trial);
}

static void consistency_reads_the_frames_around_the_later_state(void) {
    check_numbers("training_direction=forward", 2);
    check_numbers("training_direction=forward_backward", 1);
}

/* A state that stands still is j off the number that the encoder reads j frames later, in two of its four
 * numbers. With as many frames as there is room for, each later frame is read once, and the first never. */
static void consistency_reads_every_part_of_the_rollout(void) {
    static const struct latent_dynamics still = {
        .declare = declare_moving, .velocity = slope, .slope = slope};
    static const struct sequence_kind parts = {.encoder = &number_encoder,
                                               .dynamics = &still,
                                               .decoder = &vector_decoder,
                                               .objective = &elbo_objective};
    struct model_kind kind = hgn_plus_plus_model;
    kind.family = &parts;
    static const char *const more[] = {"consistency=1", "consistency_frames=5", NULL};
    state_frame = 2;
    struct oracle_trial trial = trial_of(&kind, more);
    number_the_frames(&trial);
    (void)loss_value(&trial);
    double squares = 1 + 4 + 9 + 16 + 25;
    CHECK_NEAR(trial.step.figures[ELBO_INCONSISTENCY], sqrt(squares / 5 * 2 / WIDTH), 1e-12);
    oracle_trial_free(&trial);
}

static void both_ways_need_a_middle_frame(void) {
    static const char *const even[] = {"inference_frames=4", "training_direction=forward_backward", NULL};
    void *settings = model_case_settings(&hgn_plus_plus_model, even);
    CHECK_FAILS(model_check(&hgn_plus_plus_model, settings), STATUS_DATA,
                "model.inference_frames: 4, expected an odd number");
    free(settings);
}

/* ---- weights that move ---- */

static void beta_grows_to_its_value(void) {
    static const char *const delayed[] = {"beta=3", "beta_delay=10", NULL};
    struct oracle_trial trial = trial_of(&hgn_plus_plus_model, delayed);
    CHECK_NEAR(elbo_objective.slopes(trial.model, NULL, 0).kl, 0.0, 0.0);
    CHECK_NEAR(elbo_objective.slopes(trial.model, NULL, 5).kl, 1.5, 1e-15);
    CHECK_NEAR(elbo_objective.slopes(trial.model, NULL, 10).kl, 3.0, 0.0);
    CHECK_NEAR(elbo_objective.slopes(trial.model, NULL, 1000).kl, 3.0, 0.0);
    oracle_trial_free(&trial);
}

static const struct field geco_rows[] = {SEQUENCE_ROWS, SEQUENCE_CLOCK_ROWS,
                                         SEQUENCE_INTEGRATOR_SEPARABLE("leapfrog"), GECO_ROWS};
static const struct schema geco_schema = {.group = "model",
                                          .fields = geco_rows,
                                          .count = sizeof geco_rows / sizeof *geco_rows,
                                          .size = sizeof(struct geco_settings)};

/* hgn++ with the objective of GECO. */
static struct model_kind constrained_kind(struct sequence_kind *parts) {
    struct model_kind kind = hgn_plus_plus_model;
    *parts = *(const struct sequence_kind *)kind.family;
    parts->objective = &geco_objective;
    kind.family = parts;
    kind.settings = &geco_schema;
    kind.figures = geco_figures;
    kind.figure_count = GECO_FIGURES;
    kind.settle = sequence_model_settle;
    return kind;
}

static const struct parameter *multiplier_of(const struct model *model) {
    const struct parameters *parameters = model->parameters;
    const struct parameter *found = parameters->list;
    while (strcmp(found->name, "objective.multiplier") != 0) {
        found++;
        CU_ASSERT_FATAL(found < parameters->list + parameters->count);
    }
    return found;
}

static void gradients_under_a_constraint_match_differences(void) {
    static const char *const none[] = {NULL};
    struct sequence_kind parts;
    struct model_kind kind = constrained_kind(&parts);
    struct oracle_trial trial = trial_of(&kind, none);
    oracle_trial_check_gradient(&trial, loss_value, &trial);
    const struct parameter *multiplier = multiplier_of(trial.model);
    CU_ASSERT(multiplier->climbs && multiplier->climbing_rate == 0.01);
    CU_ASSERT((double)trial.gradient[multiplier->offset] > 0.0); /* as long as the error is too large */
    oracle_trial_free(&trial);
}

/* lambda = softplus(log(e - 1)) = 1 */
static void a_multiplier_starts_at_one(void) {
    static const char *const rules[][2] = {{"multiplier=learned", NULL}, {"multiplier=multiplicative", NULL}};
    for (int i = 0; i < 2; i++) {
        struct sequence_kind parts;
        struct model_kind kind = constrained_kind(&parts);
        void *settings = model_case_settings(&kind, rules[i]);
        struct model *model;
        model_create(&model, &kind, settings, 1);
        double figures[GECO_FIGURES] = {0};
        struct objective_terms terms = {.mse = 0.25, .kl = 0.5, .rest = 0.125};
        real *gradient = memory_alloc(model->parameters->size, sizeof(real));
        const struct sequence_parts *declared = model->parts;
        geco_objective.judge(model, declared->objective, &(struct model_batch){0}, &terms, 1, gradient,
                             figures);
        CHECK_NEAR(figures[GECO_MULTIPLIER], 1.0, 1e-15);
        CHECK_NEAR(figures[GECO_LOSS], 0.249 + 0.5 + 0.125, 1e-15);
        free(gradient);
        model_free(model);
        free(settings);
    }
}

/* lambda <- lambda exp(0.5 C), C averaged with decay 0.75 from the first one on. */
static void a_multiplicative_multiplier_follows_its_rule(void) {
    static const char *const rule[] = {"multiplier=multiplicative", "multiplier_rate=0.5",
                                       "constraint_average=0.75", NULL};
    struct sequence_kind parts;
    struct model_kind kind = constrained_kind(&parts);
    struct oracle_trial trial = trial_of(&kind, rule);
    const struct parameter *multiplier = multiplier_of(trial.model);
    real *values = trial.model->parameters->values + multiplier->offset; /* with the average behind it */
    values[0] = values[1] = 0;
    CU_ASSERT(!multiplier->climbs);
    double figures[GECO_FIGURES] = {0};
    figures[GECO_CONSTRAINT] = 0.2;
    kind.settle(trial.model, 0, figures);
    CHECK_NEAR((double)values[0], 0.1, 1e-15);
    figures[GECO_CONSTRAINT] = -0.4;
    kind.settle(trial.model, 1, figures);
    CHECK_NEAR((double)values[0], 0.1 + 0.5 * (0.75 * 0.2 - 0.25 * 0.4), 1e-15);
    figures[GECO_CONSTRAINT] = 1e6;
    kind.settle(trial.model, 2, figures);
    CHECK_NEAR((double)values[0], log(1e10), 1e-12);
    oracle_trial_free(&trial);
}

int main(void) {
    static const struct test tests[] = {
        TEST(gradients_with_consistency_and_a_penalty_match_differences),
        TEST(gradients_with_consistency_both_ways_match_differences),
        TEST(consistency_adds_what_it_says),
        TEST(consistency_moves_the_sides_that_it_is_told_to),
        TEST(consistency_reads_the_frames_around_the_later_state),
        TEST(consistency_reads_every_part_of_the_rollout),
        TEST(both_ways_need_a_middle_frame),
        TEST(beta_grows_to_its_value),
        TEST(gradients_under_a_constraint_match_differences),
        TEST(a_multiplier_starts_at_one),
        TEST(a_multiplicative_multiplier_follows_its_rule),
    };
    return tests_run("objectives", tests, sizeof tests / sizeof *tests);
}
