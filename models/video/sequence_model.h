/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The skeleton of the latent sequence models: stacked frames -> encoder -> Gaussian posterior -> sample ->
 * transform, where there is one -> latent dynamics -> decoder -> objective. A model of this family is a
 * struct sequence_kind, its parts, and a model_kind whose `family` it is and whose functions are these; what
 * frames it sees and predicts in training is its window plan. docs/adding-a-model.md walks through one.
 */
#ifndef HAMBENCH_MODELS_VIDEO_SEQUENCE_MODEL_H
#define HAMBENCH_MODELS_VIDEO_SEQUENCE_MODEL_H

#include "engine/layers.h"
#include "models/dynamics/latent_dynamics.h"
#include "models/latent_stepper.h"
#include "models/model.h"
#include "models/video/consistency.h"
#include "models/video/decoder.h"
#include "models/video/encoder.h"
#include "models/video/objective.h"
#include "models/video/transform.h"
#include "models/video_settings.h"
#include "models/window_plan.h"

struct sequence_kind {
    const struct encoder_kind *encoder;
    const struct transform_kind *transform; /* NULL: what is inferred is the state */
    const struct latent_dynamics *dynamics;
    const struct decoder_kind *decoder;
    const struct objective_kind *objective;

    /* The dynamics, where they depend on the settings; NULL: always those above. */
    const struct latent_dynamics *(*choose_dynamics)(const void *settings);

    /* N, how many numbers are inferred. NULL: model.latent. */
    int (*inferred)(const void *settings);
};

/* The settings of the family; a kind's schema lists the rows that it reads. A kind with settings of its own
 * has a struct that begins with this one. */
struct sequence_settings {
    struct video_settings video;
    double time_step;                           /* latent time from one frame to the next */
    int steps_per_frame;                        /* of the integrator */
    double beta;                                /* weight of the KL term */
    char integrator[FIELD_NAME_SIZE];           /* of the latent dynamics; "" where there is none */
    char training_direction[FIELD_NAME_SIZE];   /* "forward" or "forward_backward" */
    int beta_delay;                             /* steps over which beta grows from 0 */
    double consistency;                         /* weight of the state consistency at its highest; 0: none */
    int consistency_frames;                     /* frames that are compared */
    int consistency_steps;                      /* steps over which its weight grows */
    char consistency_gradient[FIELD_NAME_SIZE]; /* "both", or the side that it moves; "" stands for both */
    double latent_l2;                           /* weight of the squared norm of the state */
    double confinement;                         /* w of w |q|^2 / 2 in the potential; 0: none */
    char activation[FIELD_NAME_SIZE];           /* of the perceptrons; "" stands for swish */
};

/* Rows of every kind of the family whose dynamics are perceptrons on a flat latent; of those among them that
 * follow a clock; and its integrator, for separable dynamics or for those with a field. */
#define SEQUENCE_ROWS                                                                                        \
    VIDEO_CHANNELS, VIDEO_LATENT, VIDEO_HIDDEN, VIDEO_HIDDEN_LAYERS, VIDEO_INFERENCE_FRAMES,                 \
        VIDEO_TARGET_FRAMES, VIDEO_DECODED_FRAMES, SEQUENCE_BETA, SEQUENCE_BETA_DELAY,                       \
        SEQUENCE_CONSISTENCY_ROWS, SEQUENCE_LATENT_L2, VIDEO_DECODER, VIDEO_PRECISION
#define SEQUENCE_CLOCK_ROWS SEQUENCE_TIME_STEP, SEQUENCE_STEPS_PER_FRAME

#define SEQUENCE_OFFSET(member) offsetof(struct sequence_settings, member)
#define SEQUENCE_TIME_STEP                                                                                   \
    SETTING("time_step", FIELD_REAL, "0.125", 1e-6, 10, NULL, "latent time",                                 \
            "latent time from one frame to the next", SEQUENCE_OFFSET(time_step))
#define SEQUENCE_STEPS_PER_FRAME                                                                             \
    SETTING("steps_per_frame", FIELD_INTEGER, "1", 1, 64, NULL, "steps",                                     \
            "steps of the integrator from one frame to the next; dopri5 and dopri8 choose their own",        \
            SEQUENCE_OFFSET(steps_per_frame))
#define SEQUENCE_BETA                                                                                        \
    SETTING("beta", FIELD_REAL, "1", 0, 1000, NULL, "",                                                      \
            "weight of the KL term; 1 makes the objective an ELBO", SEQUENCE_OFFSET(beta))
#define SEQUENCE_ACTIVATION                                                                                  \
    SETTING("activation", FIELD_NAME, "swish", 0, 0, activation_list, "",                                    \
            "between the layers of the dynamics' perceptrons; relu has no forces, so no energy takes it",    \
            SEQUENCE_OFFSET(activation))
#define SEQUENCE_INTEGRATOR_SEPARABLE(initial)                                                               \
    SEQUENCE_INTEGRATOR(initial, latent_stepper_list_separable, latent_stepper_explain_separable)
#define SEQUENCE_INTEGRATOR_GENERAL(initial)                                                                 \
    SEQUENCE_INTEGRATOR(initial, latent_stepper_list_general, latent_stepper_explain_general)
#define SEQUENCE_INTEGRATOR(INITIAL, LIST, EXPLAIN)                                                          \
    {                                                                                                        \
        .name = "integrator", .type = FIELD_NAME, .initial = (INITIAL), .list_names = (LIST),                \
        .explain = (EXPLAIN), .unit = "", .help = "integrator of the latent dynamics",                       \
        .offset = SEQUENCE_OFFSET(integrator)                                                                \
    }

#define SEQUENCE_BETA_DELAY                                                                                  \
    SETTING("beta_delay", FIELD_INTEGER, "0", 0, 1e8, NULL, "steps",                                         \
            "steps over which beta grows linearly from 0", SEQUENCE_OFFSET(beta_delay))
#define SEQUENCE_CONSISTENCY_ROWS                                                                            \
    SETTING("consistency", FIELD_REAL, "0", 0, 1e6, NULL, "nats",                                            \
            "weight of the squared distance between rolled-out and encoded states; 0 for none",              \
            SEQUENCE_OFFSET(consistency)),                                                                   \
        SETTING("consistency_frames", FIELD_INTEGER, "3", 1, CONSISTENCY_MAX_FRAMES, NULL, "frames",         \
                "later frames that are encoded for it", SEQUENCE_OFFSET(consistency_frames)),                \
        SETTING("consistency_steps", FIELD_INTEGER, "2250", 0, 1e8, NULL, "steps",                           \
                "steps over which its weight grows geometrically, from a thousandth; for quick, to be "      \
                "fitted to "                                                                                 \
                "training.steps",                                                                            \
                SEQUENCE_OFFSET(consistency_steps)),                                                         \
        SETTING("consistency_gradient", FIELD_NAME, "both", 0, 0, consistency_sides, "",                     \
                "what it moves: both, the rollout alone, or the encoder alone",                              \
                SEQUENCE_OFFSET(consistency_gradient))
#define SEQUENCE_LATENT_L2                                                                                   \
    SETTING("latent_l2", FIELD_REAL, "0", 0, 1e6, NULL, "nats", "weight of the squared norm of the state",   \
            SEQUENCE_OFFSET(latent_l2))
/* For models with a potential. */
#define SEQUENCE_CONFINEMENT                                                                                 \
    SETTING("confinement", FIELD_REAL, "0", 0, 1e6, NULL, "",                                                \
            "w of a harmonic part w |q|^2 / 2 of the potential, beside the learned one; 0 for none",         \
            SEQUENCE_OFFSET(confinement))
/* For models that go back in time, with sequence_model_plan. */
#define SEQUENCE_DIRECTION                                                                                   \
    SETTING("training_direction", FIELD_NAME, "forward", 0, 0, sequence_model_directions, "",                \
            "forward_backward trains half of the sequences against time, with all frames as targets",        \
            SEQUENCE_OFFSET(training_direction))
size_t sequence_model_directions(const char **out, size_t capacity);
/* What a perceptron of the dynamics looks like, from `in` numbers to `out`. `settings` are the family's. */
struct mlp_shape sequence_model_mlp(const void *settings, int in, int out);

/* Functions of model_kind, whose `free_parts` and `loss` these are. */
void sequence_model_declare(struct model *model);
void sequence_model_free(struct model *model);
enum status sequence_model_check(const void *settings);
/* The same, and that the activation is smooth: for kinds whose perceptrons are energies or masses. */
enum status sequence_model_check_smooth(const void *settings);
void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_step *out);
/* For objectives with a multiplier. */
void sequence_model_settle(struct model *model, int step, const double *figures);

/* Sentences of the documentation that these kinds share: what is inferred, how it moves, the objective. */
#define SEQUENCE_SAYS_POSTERIOR                                                                              \
    "- (mean, log deviation) = encoder(stacked inference frames); z = mean + deviation * noise in "          \
    "training, the mean otherwise"
#define SEQUENCE_SAYS_CLOCK                                                                                  \
    "`model.time_step` for each frame, in `model.steps_per_frame` steps, from the last one that was seen; "  \
    "with `model.training_direction` forward_backward from the middle one, both ways."
#define SEQUENCE_SAYS_ELBO                                                                                   \
    "- loss = mse + log(pi)/2 + beta KL(posterior | N(0, 1)) / target values; beta grows over "              \
    "`model.beta_delay` steps. `model.consistency` and `model.latent_l2` add terms, off unless asked for: "  \
    "[what they are](../models.md#terms-that-any-of-them-may-have)."

/* All that kinds with the objective elbo_objective share beside their check. */
#define SEQUENCE_MODEL_KIND                                                                                  \
    .declare = sequence_model_declare, .free_parts = sequence_model_free, .figures = elbo_figures,           \
    .figure_count = ELBO_FIGURES, .loss = sequence_model_loss

/* Functions of model_video. Frames before the inferred state can be predicted unless the dynamics are a map.
 */
struct window_plan sequence_model_overlap(const void *settings); /* overlap by one */
struct window_plan sequence_model_plan(const void *settings);    /* that, or as training_direction says */
void sequence_model_predict(const struct model *model, struct model_workspace *workspace,
                            const struct model_prediction *request, const struct model_sink *sink);

/* Functions of model_latent; `width` is that of states without a transform. */
int sequence_model_width(const void *settings);
struct model_clock sequence_model_clock(const void *settings);
void sequence_model_unroll(const struct model *model, struct model_workspace *workspace,
                           const struct model_clock *clock, const real *start, int batch, int frames,
                           real *states, real *energies);
enum status sequence_model_check_integrator(const struct model_kind *kind, const void *settings,
                                            const struct integrator *integrator);
void sequence_model_infer_states(const struct model *model, struct model_workspace *workspace,
                                 const struct model_examples *examples, int batch, real *states);
void sequence_model_decode(const struct model *model, struct model_workspace *workspace, const real *states,
                           int count, void (*take)(void *context, int row, const real *image), void *context);
/* z ~ N(0, 1), and through the transform where there is one. */
void sequence_model_sample(const struct model *model, struct model_workspace *workspace,
                           struct random_stream *random, int count, real *states);

/* All of them, for a kind whose state is what is inferred; it adds `has_energy`. A kind with a width of its
 * own takes the second list. */
#define SEQUENCE_MODEL_LATENT .width = sequence_model_width, SEQUENCE_MODEL_STATES
#define SEQUENCE_MODEL_STATES                                                                                \
    .clock = sequence_model_clock, .unroll = sequence_model_unroll,                                          \
    .check_integrator = sequence_model_check_integrator, .infer = sequence_model_infer_states,               \
    .decode = sequence_model_decode, .sample = sequence_model_sample

#endif
