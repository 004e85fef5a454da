/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The learned models in double precision: whole losses against finite differences and against numbers from
 * PyTorch (tests/data/make_oracle.py), windows of other plans, other parts of the family.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/layers.h"
#include "models/model.h"
#include "models/video/sequence_model.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/oracle.h"

extern const struct model_kind hgn_plus_plus_model, lgn_model, pgn_model, ode_model, rgn_model, free_model,
    rnn_model;

/* The small models of make_oracle.py. */
enum { HORIZON = 5 };
static const int DECODED[] = {0, 2, 4};
static const char *const small[] = {
    "channels=4",       "latent=4", "hidden=6", "hidden_layers=2", "inference_frames=3", "target_frames=6",
    "decoded_frames=3", "beta=0.7", NULL,
};

static double loss_value(void *context) {
    return oracle_trial_loss(context, HORIZON, DECODED, 3);
}

/* A rollout over three of the stretches that are kept on the tape at once. */
static double late_loss_value(void *context) {
    return oracle_trial_loss(context, 75, (const int[]){0, 33, 70}, 3);
}

static void check_loss_by_differences(const struct model_kind *kind) {
    struct oracle_trial trial = oracle_trial_create(kind, small);
    oracle_trial_check_gradient(&trial, loss_value, &trial);
    oracle_trial_free(&trial);
}

static void gradient_through_a_long_rollout_matches_differences(void) {
    static const char *const longer[] = {
        "channels=4",       "latent=4",           "hidden=6",
        "hidden_layers=2",  "inference_frames=3", "target_frames=80",
        "decoded_frames=3", "beta=0.7",           NULL,
    };
    struct oracle_trial trial = oracle_trial_create(&hgn_plus_plus_model, longer);
    oracle_trial_check_gradient(&trial, late_loss_value, &trial);
    oracle_trial_free(&trial);
}

static void loss_gradient_of_hgn_matches_differences(void) {
    check_loss_by_differences(&hgn_plus_plus_model);
}

/* Observed: 2e-14 relative. */
static void check_against_oracle(const struct model_kind *kind) {
    struct oracle_trial trial = oracle_trial_create(kind, small);
    (void)loss_value(&trial);
    oracle_trial_compare(&trial, "oracle.txt", 1e-10);
    oracle_trial_free(&trial);
}

static void hgn_matches_the_pytorch_oracle(void) {
    check_against_oracle(&hgn_plus_plus_model);
}

static void lgn_matches_the_pytorch_oracle(void) {
    check_against_oracle(&lgn_model);
}

static void ode_matches_the_pytorch_oracle(void) {
    check_against_oracle(&ode_model);
}

static void rgn_matches_the_pytorch_oracle(void) {
    check_against_oracle(&rgn_model);
}

/* The published sizes (specification of the papers' networks). */
static size_t paper_size(const struct model_kind *kind) {
    static const char *const paper[] = {
        "channels=64",        "latent=32",        "hidden=250",       "hidden_layers=4",
        "inference_frames=5", "target_frames=60", "decoded_frames=0", NULL,
    };
    struct model *model;
    void *settings = model_case_settings(kind, paper);
    CU_ASSERT(model_check(kind, settings) == STATUS_OK);
    model_create(&model, kind, settings, 0);
    free(settings);
    size_t size = model->parameters->size;
    model_free(model);
    return size;
}

static void paper_models_have_the_published_number_of_parameters(void) {
    CU_ASSERT_EQUAL(paper_size(&hgn_plus_plus_model), 882561);
    CU_ASSERT_EQUAL(paper_size(&lgn_model), 916446);
    CU_ASSERT_EQUAL(paper_size(&pgn_model), 882561);
    CU_ASSERT_EQUAL(paper_size(&ode_model), 705687);
    CU_ASSERT_EQUAL(paper_size(&rgn_model), 705687);
    CU_ASSERT_EQUAL(paper_size(&free_model), 705687 - 4096); /* the decoder sees 16 numbers less */
}

/* What the form of K has beside encoder (295,872), decoder (201,187) and V (192,751); d = 16. */
static void forms_of_the_physics_module_have_their_number_of_parameters(void) {
    static const struct {
        const char *kinetic;
        size_t size;
    } forms[] = {{"separable_net", 192751},
                 {"dep_net", 196751},
                 {"pure_quad", 0},
                 {"matrix_diag_quad", 16},
                 {"matrix_quad", 136},
                 {"matrix_dep_diag_quad", 196516},
                 {"matrix_dep_quad", 226636},
                 {"embed_quad", 196516},
                 {"matrix_dep_diag_embed_quad", 2 * 196516},
                 {"matrix_dep_embed_quad", 226636 + 196516}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *kinetic = text_format("kinetic=%s", forms[i].kinetic);
        const char *const paper[] = {"channels=64",    "latent=32", "hidden=250", "hidden_layers=4",
                                     "integrator=rk4", kinetic,     NULL};
        void *settings = model_case_settings(&pgn_model, paper);
        CHECK_OK_FATAL(model_check(&pgn_model, settings));
        struct model *model;
        model_create(&model, &pgn_model, settings, 0);
        CU_ASSERT_EQUAL(model->parameters->size, 295872 + 201187 + 192751 + forms[i].size);
        model_free(model);
        free(settings);
        free(kinetic);
    }
}

/* ---- windows ---- */

static void frame_weights_are_unbiased_and_sum_to_one(void) {
    double sum = 0.0;
    for (int i = 0; i < 10; i++) {
        sum += window_plan_weight(30, 10, i);
    }
    CHECK_NEAR(sum, 1.0, 1e-15);
    CHECK_NEAR(window_plan_weight(30, 10, 0), 1.0 / 30, 1e-15);
    CHECK_NEAR(window_plan_weight(30, 30, 7), 1.0 / 30, 1e-15);
    CHECK_NEAR(window_plan_weight(30, 1, 0), 1.0, 0.0);
}

static void stacked_frames_are_frame_major_on_the_channels(void) {
    enum { LENGTH = 4, COUNT = 2 };
    real *images = memory_alloc((size_t)LENGTH * IMAGE_VALUES, sizeof(real));
    real *stacked = memory_alloc((size_t)COUNT * IMAGE_VALUES, sizeof(real));
    for (int i = 0; i < LENGTH * IMAGE_VALUES; i++) {
        images[i] = i;
    }
    struct window_array windows = {images, LENGTH};
    struct model_examples examples = window_array_examples(&windows);
    window_stack_frames(&examples, 0, 1, COUNT, stacked);
    for (int pixel = 0; pixel < IMAGE_SIDE * IMAGE_SIDE; pixel += 100) {
        for (int c = 0; c < 6; c++) {
            CHECK_NEAR(stacked[pixel * 6 + c], (1 + c / 3) * IMAGE_VALUES + pixel * 3 + c % 3, 0.0);
        }
    }
    free(images);
    free(stacked);
}

/* ---- other plans and parts of the same family ---- */

/* Both halves of a shard, each with targets before and after its state. */
static struct window_plan plan_both_ways(const void *settings) {
    const struct video_settings *s = settings;
    return window_plan_include(s->inference_frames, s->target_frames, true, s->decoded_frames);
}

static struct window_plan plan_include(const void *settings) {
    const struct video_settings *s = settings;
    return window_plan_include(s->inference_frames, s->target_frames, false, s->decoded_frames);
}

/* As HGN was published: all frames are seen, the state is that of the last one. */
static struct window_plan plan_backward(const void *settings) {
    const struct video_settings *s = settings;
    return window_plan_include(s->inference_frames, 0, false, 0);
}

static struct window_plan plan_no_overlap(const void *settings) {
    const struct video_settings *s = settings;
    return window_plan_no_overlap(s->inference_frames, s->target_frames, s->decoded_frames);
}

/* A kind with everything of hgn++ but the plan and the parts. */
static struct model_kind variant(const struct model_video *video, const struct sequence_kind *parts) {
    struct model_kind kind = hgn_plus_plus_model;
    kind.video = video;
    kind.family = parts == NULL ? kind.family : parts;
    return kind;
}

struct planned_loss {
    struct oracle_trial *trial;
    const int *decoded;
    int horizon, count;
};

static double planned_value(void *context) {
    const struct planned_loss *loss = context;
    return oracle_trial_loss(loss->trial, loss->horizon, loss->decoded, loss->count);
}

static void check_variant(const struct model_kind *kind, int horizon, const int *decoded, int count) {
    struct oracle_trial trial = oracle_trial_create(kind, small);
    struct planned_loss loss = {.trial = &trial, .decoded = decoded, .horizon = horizon, .count = count};
    oracle_trial_check_gradient(&trial, planned_value, &loss);
    oracle_trial_free(&trial);
}

static void gradients_with_targets_before_and_after_the_state_match_differences(void) {
    static const struct model_video video = {
        .plan = plan_include, .predict = sequence_model_predict, .reversible = true};
    struct model_kind kind = variant(&video, NULL);
    check_variant(&kind, 9, (const int[]){0, 1, 2, 4, 8}, 5);
}

static void gradients_with_halves_that_go_both_ways_match_differences(void) {
    static const struct model_video video = {
        .plan = plan_both_ways, .predict = sequence_model_predict, .reversible = true};
    struct model_kind kind = variant(&video, NULL);
    check_variant(&kind, 9, (const int[]){0, 1, 2, 7}, 4);
}

static void gradients_with_earlier_targets_only_match_differences(void) {
    static const struct model_video video = {
        .plan = plan_backward, .predict = sequence_model_predict, .reversible = true};
    struct model_kind kind = variant(&video, NULL);
    check_variant(&kind, 3, (const int[]){0, 1, 2}, 3);
}

static void gradients_without_overlap_match_differences(void) {
    static const struct model_video video = {
        .plan = plan_no_overlap, .predict = sequence_model_predict, .reversible = true};
    struct model_kind kind = variant(&video, NULL);
    check_variant(&kind, 6, (const int[]){0, 3, 5}, 3);
}

/* A transform that mixes six inferred numbers to a state of four. */
enum { INFERRED = 6 };

static int six(const void *settings) {
    (void)settings;
    return INFERRED;
}

static void *declare_mix(struct parameters *parameters, const void *settings, int inferred) {
    struct linear_layer *layer = memory_alloc(1, sizeof *layer);
    *layer = linear_layer_declare(parameters, "transform", inferred, sequence_model_width(settings));
    return layer;
}

static struct tensor *apply_mix(const void *parts, struct tensor *const *leaves, struct tensor *z) {
    return tensor_tanh(linear_layer_apply(parts, leaves, z));
}

/* A state that jumps from frame to frame and is seen whole. */
static void *declare_jump(struct parameters *parameters, const void *settings, int width) {
    const struct video_settings *s = settings;
    struct mlp *mlp = memory_alloc(1, sizeof *mlp);
    *mlp =
        mlp_declare(parameters, "jump",
                    (struct mlp_shape){
                        .in = width, .hidden = s->hidden, .hidden_layers = s->hidden_layers, .out = width});
    return mlp;
}

static struct tensor *jump(const void *parts, struct tensor *const *leaves, struct tensor *z) {
    return mlp_apply(parts, leaves, z);
}

static void gradients_through_a_transform_and_a_map_match_differences(void) {
    static const struct transform_kind mix = {
        .width = sequence_model_width, .declare = declare_mix, .apply = apply_mix};
    static const struct latent_dynamics jumps = {
        .declare = declare_jump, .map = jump, .shows_whole_state = true};
    static const struct sequence_kind parts = {
        .encoder = &convolution_encoder,
        .transform = &mix,
        .dynamics = &jumps,
        .decoder = &vector_decoder,
        .objective = &elbo_objective,
        .inferred = six,
    };
    struct model_kind kind = variant(hgn_plus_plus_model.video, &parts);
    kind.latent = NULL; /* no integrator, so nothing to check */
    check_variant(&kind, HORIZON, DECODED, 3);
}

/* ---- other integrators in training ---- */

static double twelve_targets(void *context) {
    return oracle_trial_loss(context, 12, (const int[]){0, 5, 11}, 3);
}

static struct oracle_trial integrated_by(const struct model_kind *kind, const char *assignment) {
    const char *settings[16] = {"target_frames=12", "steps_per_frame=2", assignment};
    for (size_t i = 0, n = 3; small[i] != NULL; i++) {
        if (strncmp(small[i], "target_frames", strlen("target_frames")) != 0) {
            settings[n++] = small[i];
        }
    }
    return oracle_trial_create(kind, settings);
}

/* Their stretches end after a few frames, and steps begin anew there. */
static void gradients_of_steps_by_other_integrators_match_differences(void) {
    static const char *const integrators_of_models[] = {"integrator=rk4", "integrator=gauss4",
                                                        "integrator=kahan_li8"};
    for (size_t i = 0; i < 3; i++) {
        struct oracle_trial trial = integrated_by(&hgn_plus_plus_model, integrators_of_models[i]);
        oracle_trial_check_gradient(&trial, twelve_targets, &trial);
        oracle_trial_free(&trial);
    }
}

/* Steps that are chosen are constants to the gradient, but not to the differences; here it does not show. */
static void gradients_of_flows_match_differences(void) {
    static const char *const integrators_of_models[] = {"integrator=rk4", "integrator=dopri5"};
    for (size_t i = 0; i < 2; i++) {
        struct oracle_trial trial = integrated_by(&ode_model, integrators_of_models[i]);
        oracle_trial_check_gradient(&trial, twelve_targets, &trial);
        oracle_trial_free(&trial);
    }
}

static bool is_dynamics(const struct parameter *p) {
    static const char *const names[] = {"potential", "kinetic", "field"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(p->name, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void check_lost_step(const struct model_kind *kind, const char *assignment, const char *reason) {
    struct oracle_trial trial = integrated_by(kind, assignment);
    struct parameters *parameters = trial.model->parameters;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        for (size_t j = 0; j < p->size && is_dynamics(p); j++) {
            parameters->values[p->offset + j] *= 30;
        }
    }
    CU_ASSERT(isnan(twelve_targets(&trial)));
    CU_ASSERT_STRING_EQUAL(trial.step.culprit, reason);
    oracle_trial_free(&trial);
}

static void steps_that_cannot_go_on_are_what_a_step_of_training_names(void) {
    check_lost_step(&hgn_plus_plus_model, "integrator=dopri5", "dopri5: more than 100 steps to a frame");
    check_lost_step(&ode_model, "integrator=dopri5", "dopri5: more than 100 steps to a frame");
    check_lost_step(&hgn_plus_plus_model, "integrator=gauss4",
                    "gauss4: no solution of its step by 50 fixed-point iterations");
}

/* ---- which frames are read ---- */

enum { READ_MAX = 256 };
struct readings {
    int count;
    struct {
        int sequence, frame;
    } list[READ_MAX];
};

static void note_reading(const void *context, int sequence, int frame, real *out) {
    struct readings *readings = (void *)(size_t)context;
    CU_ASSERT_FATAL(readings->count < READ_MAX);
    readings->list[readings->count].sequence = sequence;
    readings->list[readings->count++].frame = frame;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        out[i] = (real)0.5;
    }
}

/* Frames that a step reads for `sequence`, in order. */
static int list_read(const struct readings *readings, int sequence, int *out) {
    int count = 0;
    for (int i = 0; i < readings->count; i++) {
        if (readings->list[i].sequence == sequence) {
            out[count++] = readings->list[i].frame;
        }
    }
    return count;
}

static void check_read(const struct readings *readings, int sequence, const int *expected, int count) {
    int frames[READ_MAX];
    CU_ASSERT_EQUAL_FATAL(list_read(readings, sequence, frames), count);
    for (int i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(frames[i], expected[i]);
    }
}

/* Five frames are seen and four more follow; the state is in the middle of those that are seen. */
static void halves_that_go_both_ways_read_mirrored_frames(void) {
    static const struct model_video video = {.plan = plan_both_ways, .reversible = true};
    static const char *const settings[] = {
        "channels=2",         "latent=2",        "hidden=2",         "hidden_layers=1",
        "inference_frames=5", "target_frames=4", "decoded_frames=0", NULL};
    struct model_kind kind = variant(&video, NULL);
    struct oracle_trial trial = oracle_trial_create(&kind, settings);
    struct readings readings = {0};
    struct random_stream random = random_stream(1, "latent", 0, 0);
    const int all[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    struct model_batch batch = {
        .size = 2,
        .examples = {.image = note_reading, .context = &readings},
        .random = &random,
        .horizon = 9,
        .decoded = all,
        .decoded_count = 9,
    };
    kind.loss(trial.model, trial.workspace, &batch, 1, trial.gradient, &trial.step);
    /* Seen, then the targets from the state (frame 2) outwards. */
    static const int forward[] = {0, 1, 2, 3, 4, 2, 3, 1, 4, 0, 5, 6, 7, 8};
    static const int back[] = {4, 5, 6, 7, 8, 6, 5, 7, 4, 8, 3, 2, 1, 0};
    check_read(&readings, 0, forward, 14);
    check_read(&readings, 1, back, 14);
    oracle_trial_free(&trial);
}

static void targets_are_numbered_from_the_state_outwards(void) {
    struct window_plan published = window_plan_include(31, 0, false, 0);
    CU_ASSERT_EQUAL(published.length, 31);
    CU_ASSERT_EQUAL(published.state, 30);
    CU_ASSERT_EQUAL(window_plan_targets(&published), 31);
    CU_ASSERT_EQUAL(window_plan_target(&published, 0), 30);
    CU_ASSERT_EQUAL(window_plan_target(&published, 30), 0);
    struct window_plan later = window_plan_no_overlap(5, 60, 0);
    CU_ASSERT_EQUAL(window_plan_target(&later, 0), 5);
    CU_ASSERT_EQUAL(window_plan_target(&later, 59), 64);
    struct window_plan both = window_plan_include(5, 60, true, 0);
    CU_ASSERT_EQUAL(both.length, 65);
    CU_ASSERT_EQUAL(both.state, 2);
    bool seen[65] = {false};
    for (int i = 0; i < 65; i++) {
        int frame = window_plan_target(&both, i);
        CU_ASSERT_FATAL(frame >= 0 && frame < 65);
        CU_ASSERT_FALSE(seen[frame]);
        seen[frame] = true;
    }
}

/* ---- overflows ---- */

/* Finite weights, but so large that the numbers overflow on the way. */
static void check_overflow_is_traced(const struct model_kind *kind, const char *layer) {
    struct oracle_trial trial = oracle_trial_create(kind, small);
    struct parameters *parameters = trial.model->parameters;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        for (size_t j = 0; j < p->size && strncmp(p->name, layer, strlen(layer)) == 0; j++) {
            parameters->values[p->offset + j] = 1e200;
        }
    }
    CU_ASSERT(!isfinite(loss_value(&trial)));
    CU_ASSERT(strncmp(trial.step.culprit, layer, strlen(layer)) == 0);
    oracle_trial_free(&trial);
}

static void an_overflow_on_the_way_is_traced_to_its_layer(void) {
    check_overflow_is_traced(&hgn_plus_plus_model, "potential.");
    check_overflow_is_traced(&lgn_model, "mass.");
    check_overflow_is_traced(&ode_model, "field.");
    check_overflow_is_traced(&rnn_model, "cell0.");
}

static void a_nan_is_traced_to_its_layer(void) {
    struct oracle_trial trial = oracle_trial_create(&hgn_plus_plus_model, small);
    struct parameters *parameters = trial.model->parameters;
    for (int i = 0; i < parameters->count; i++) {
        if (strcmp(parameters->list[i].name, "decoder.d3.bias") == 0) {
            parameters->values[parameters->list[i].offset] = NAN;
        }
    }
    CU_ASSERT(isnan(loss_value(&trial)));
    CU_ASSERT(strstr(trial.step.culprit, "decoder.d3") != NULL);
    oracle_trial_free(&trial);
}

int main(void) {
    static const struct test tests[] = {
        TEST(loss_gradient_of_hgn_matches_differences),
        TEST(gradient_through_a_long_rollout_matches_differences),
        TEST(hgn_matches_the_pytorch_oracle),
        TEST(lgn_matches_the_pytorch_oracle),
        TEST(ode_matches_the_pytorch_oracle),
        TEST(rgn_matches_the_pytorch_oracle),
        TEST(paper_models_have_the_published_number_of_parameters),
        TEST(forms_of_the_physics_module_have_their_number_of_parameters),
        TEST(frame_weights_are_unbiased_and_sum_to_one),
        TEST(stacked_frames_are_frame_major_on_the_channels),
        TEST(gradients_with_targets_before_and_after_the_state_match_differences),
        TEST(gradients_with_halves_that_go_both_ways_match_differences),
        TEST(gradients_with_earlier_targets_only_match_differences),
        TEST(gradients_without_overlap_match_differences),
        TEST(gradients_through_a_transform_and_a_map_match_differences),
        TEST(gradients_of_steps_by_other_integrators_match_differences),
        TEST(gradients_of_flows_match_differences),
        TEST(steps_that_cannot_go_on_are_what_a_step_of_training_names),
        TEST(halves_that_go_both_ways_read_mirrored_frames),
        TEST(targets_are_numbered_from_the_state_outwards),
        TEST(a_nan_is_traced_to_its_layer),
        TEST(an_overflow_on_the_way_is_traced_to_its_layer),
    };
    return tests_run("models", tests, sizeof tests / sizeof *tests);
}
