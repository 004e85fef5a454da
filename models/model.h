/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a model is to the rest of the program: settings of its own, parameters, a training loss with its
 * gradient (or a fit in closed form), and abilities. Each model is one `const struct model_kind`, found by
 * name in models/model_registry.c; nobody outside its own file asks for its name.
 *
 * Letters of shapes, here and in all of models/ and baselines/:
 *   B  sequences in a batch           T  frames of a window
 *   H, W, C  32, 32, 3: an image, channels last, values in [0, 1]
 *   D  width of the latent vector     d = D/2, width of q and of p
 *   S  numbers of a true state of the environment
 */
#ifndef HAMBENCH_MODELS_MODEL_H
#define HAMBENCH_MODELS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/parameters.h"
#include "engine/real.h"
#include "support/image.h"
#include "support/random.h"
#include "support/schema.h"
#include "support/status.h"

struct density_settings;
struct integrator;
struct model;
struct model_kind;

/* Scratch memory of one thread: tapes for the encoder, for a stretch of the rollout and for a block of
 * frames, so that memory grows with the length of the rollout by its latents only. */
struct model_workspace {
    struct tape *sequence;
    struct tape *rollout;
    struct tape *frames;
};

/* Where examples come from: nobody holds a whole batch of images, each is read when it is needed. Frames
 * count from the start of the sequence's window. Functions are NULL where the source has no such thing. */
struct model_examples {
    void (*image)(const void *context, int sequence, int frame, real *out);        /* [H][W][C] */
    void (*state)(const void *context, int sequence, int frame, double *out);      /* [S]: q and p */
    void (*derivative)(const void *context, int sequence, int frame, double *out); /* [S]: their rates */
    int state_size;                                                                /* S */
    double frame_time;                                                             /* from frame to frame */
    const void *context;
};

/* One shard of a training batch. */
struct model_batch {
    int size;                       /* B of the shard */
    int step;                       /* steps of training before this one */
    struct model_examples examples; /* windows of model_plan(..).length frames */
    struct random_stream *random;   /* of this shard and step: latent noise */
    int horizon;                    /* targets to use now, the first so many of the plan's (a curriculum) */
    const int *decoded; /* indices of the targets to decode, ascending, [0] = 0; the same for all shards */
    int decoded_count;
};

/* What a step says about itself: means over the sequences of a shard, in the order of the kind's figures. */
enum { MODEL_MAX_FIGURES = 8, MODEL_CULPRIT_SIZE = 96 };
struct model_step {
    double figures[MODEL_MAX_FIGURES];
    /* Where the first nan or infinity was computed, or why a latent state could not be followed; "" while all
     * is finite. */
    char culprit[MODEL_CULPRIT_SIZE];
};

/* Where a model that is fitted in closed form reads the training images. */
struct model_image_source {
    int trajectories;
    int frames; /* of each trajectory */
    /* images [frames][H][W][C]. STATUS_INTERRUPTED, STATUS_DATA: the fit ends with it. */
    enum status (*read)(void *context, int trajectory, real *images);
    void *context;
};

/* ---- abilities: tables that a kind may have ---- */

/* The frames of a training example, counted from its start. */
struct window_plan {
    int length;    /* frames of an example */
    int inference; /* frames that the encoder sees: 0 .. inference-1 */
    int state;     /* frame that the inferred state belongs to */
    int first;     /* targets: frames state + first .. state + last, both signed */
    int last;
    int decoded; /* targets decoded in a training step; 0: all */

    /* In training, the second half of a shard's sequences is read from its end: the encoder sees the last
     * frames (in their own order), the state belongs to frame length - 1 - state, latent time runs against
     * the film, and a target so many frames after the state is so many before it. */
    bool both_ways;

    int origin; /* frame from which predictions are judged: models of one table are lined up there. The last
                   frame that is seen by those that predict, the first target of those that reconstruct */
};

/* Predictions to be made for a batch of windows, from their inference frames alone. */
struct model_prediction {
    struct model_examples examples;
    int batch;                           /* B */
    int first;                           /* frames first .. first + count - 1 of the window; */
    int count;                           /* first may lie before the state where the dynamics go back */
    const struct integrator *integrator; /* of the latent dynamics; NULL: as trained */
    const real *starts; /* [B][D], states at frame `state` of the plan to begin with, in the place of the
                           inferred ones: for models with model_latent.infer; NULL: inferred */
};

/* What is inferred from the frames that are seen: independent normal distributions. */
struct model_posterior {
    int width;
    const real *means, *variances; /* [width] */
    bool is_state;                 /* of the latent state itself; otherwise a transform stands between */
};

/* Who takes predictions. Frames of one sequence come in any order, each once. Functions may be NULL. */
struct model_sink {
    /* image [H][W][C] of that frame of the window. */
    void (*image)(void *context, int sequence, int frame, const real *image);
    /* Latent state [D] and learned energy (nan without one) at that frame. */
    void (*latent)(void *context, int sequence, int frame, const real *state, double energy);
    /* The posterior, by models that have one. */
    void (*posterior)(void *context, int sequence, const struct model_posterior *posterior);
    void *context;
};

/* Films: infers a state from frames and predicts others. */
struct model_video {
    struct window_plan (*plan)(const void *settings);

    /* By the posterior mean, no sampling. Any number of threads may predict at once, each with its own
     * workspace. Memory does not grow with the frames but by their latents. */
    void (*predict)(const struct model *model, struct model_workspace *workspace,
                    const struct model_prediction *request, const struct model_sink *sink);

    /* Whether frames before the state can be predicted as well as those after it. */
    bool reversible;
};

/* How latent states are followed. */
struct model_clock {
    double frame;                        /* latent time of a frame; negative goes back */
    int steps_per_frame;                 /* steps of the integrator for it */
    const struct integrator *integrator; /* NULL: that of the settings */
};

/* Latent states that move in time. */
struct model_latent {
    int (*width)(const void *settings);                /* D */
    struct model_clock (*clock)(const void *settings); /* as trained */

    /* Follows `start` [B][D] for `frames` frames: `states` [B][frames + 1][D] with the start first;
     * `energies` [B][frames + 1], or NULL. */
    void (*unroll)(const struct model *model, struct model_workspace *workspace,
                   const struct model_clock *clock, const real *start, int batch, int frames, real *states,
                   real *energies);

    /* STATUS_DATA with the reason when `integrator` cannot step the states of such a model. NULL: they take
     * none, and no method is looked for in the settings. */
    enum status (*check_integrator)(const struct model_kind *kind, const void *settings,
                                    const struct integrator *integrator);

    bool has_energy; /* unroll and predict give energies */

    /* The states of a batch from its inference frames, by the posterior mean: `states` [B][D]. They belong to
     * frame `state` of the window plan. NULL: states are not inferred apart from their film. */
    void (*infer)(const struct model *model, struct model_workspace *workspace,
                  const struct model_examples *examples, int batch, real *states);

    /* The images of `count` states [count][D], in order; `image` [H][W][C] is gone afterwards. The workspace
     * does not grow with their number. NULL: states have no image of their own. */
    void (*decode)(const struct model *model, struct model_workspace *workspace, const real *states,
                   int count, void (*take)(void *context, int row, const real *image), void *context);

    /* Draws `count` states [count][D] from the prior, one after the other. NULL: there is none. */
    void (*sample)(const struct model *model, struct model_workspace *workspace, struct random_stream *random,
                   int count, real *states);
};

/* How true states move, learned from the states themselves: a vector field, and perhaps its energy. */
struct model_states {
    int (*width)(const void *settings);  /* S, the environment's that the settings are for */
    int (*length)(const void *settings); /* frames of a training example */
    bool reads_rates;                    /* trained on derivatives, which not every environment has */
    bool constant_masses;                /* takes momenta for velocities times a constant each */

    /* The learned field at `count` states [count][S]: rates [count][S]. */
    void (*field)(const struct model *model, struct model_workspace *workspace, const double *states,
                  int count, double *rates);
    /* The learned energy, energies [count]. NULL: it has none. */
    void (*energy)(const struct model *model, struct model_workspace *workspace, const double *states,
                   int count, double *energies);
};

/* A probability density on points. */
struct model_density {
    /* What the points are: part of the settings. */
    const struct density_settings *(*points)(const void *settings);

    /* log p of `count` points [count][width]. Where p is an integral over what is not observed, it is
     * estimated from `samples` draws: the logarithm of a mean of importance weights, whose expectation is
     * below log p and comes closer with more of them; with one it is the ELBO. */
    void (*log_density)(const struct model *model, struct model_workspace *workspace, const double *points,
                        int count, int samples, struct random_stream *random, double *out);
    bool is_exact; /* log_density is no estimate: it looks at neither `samples` nor `random` */

    /* Draws points [count][width]. */
    void (*sample)(const struct model *model, struct model_workspace *workspace, struct random_stream *random,
                   int count, double *points);

    /* The energies that move points, at `count` places [count][width] each: potential V(q) and kinetic K(p)
     * of the flow of that number, [count]. Both NULL: there are none. */
    int (*flows)(const void *settings);
    void (*energies)(const struct model *model, struct model_workspace *workspace, int flow,
                     const double *places, int count, double *potential, double *kinetic);
};

struct model_kind {
    const char *name;      /* as in experiment files and tables: "hgn++" */
    const char *summary;   /* one line for `hambench list models` */
    const char *reference; /* paper and section */

    /* For the documentation, Markdown: what is computed from input to objective, with shapes; and what the
     * published code does otherwise and what was decided here, NULL where there is nothing to say. */
    const char *equations;
    const char *released;

    /* What the functions below read of this kind, where they serve a family of kinds: its parts. */
    const void *family;

    /* The settings that this kind reads, group "model"; its profiles may also name settings of other groups
     * that suit it. `settings` below is the struct that they describe. */
    const struct schema *settings;

    /* STATUS_DATA with the offending setting when the settings make no sense together. NULL: nothing to
     * check. */
    enum status (*check)(const void *settings);

    /* Adds the parameters and keeps in model->parts what the other functions need. */
    void (*declare)(struct model *model);
    void (*free_parts)(struct model *model); /* NULL: parts is one block, or none */

    /* Figures of a training step; the first is the objective. Named rows without offsets. */
    const struct field *figures;
    int figure_count;

    /* Adds the gradient of the shard's mean objective, times `weight`, to `gradient` (one value per
     * parameter). NULL for models that are not trained by gradients. */
    void (*loss)(const struct model *model, struct model_workspace *workspace,
                 const struct model_batch *batch, real weight, real *gradient, struct model_step *out);

    /* After a step, the `step`-th counted from 0, with its figures: moves what no gradient moves. NULL for
     * most. */
    void (*settle)(struct model *model, int step, const double *figures);

    /* Sets the parameters from one pass over the training images. NULL for all others. STATUS_INTERRUPTED,
     * STATUS_DATA of the source. */
    enum status (*fit)(struct model *model, const struct model_image_source *source);

    const struct model_video *video;     /* NULL: no films */
    const struct model_latent *latent;   /* NULL: no latent states that move */
    const struct model_states *states;   /* NULL: no field on true states */
    const struct model_density *density; /* NULL: no density */
};

struct model {
    const struct model_kind *kind;
    void *settings; /* the kind's struct; owned */
    struct parameters *parameters;
    void *parts; /* of the kind: descriptions of its layers */
};

/* A model with its parameters initialised from `seed`. `settings` is copied and must have been checked
 * (model_check). */
void model_create(struct model **out, const struct model_kind *kind, const void *settings, uint64_t seed);
void model_free(struct model *model);

/* A model whose parameters are named and counted, but have no values: for those who look at their shapes.
 * Freed by model_free. */
struct model *model_declare(const struct model_kind *kind, const void *settings);

/* A model has at most so many parameters: 200 MB each for values, gradients of a shard, and the two moments
 * of Adam. */
enum { MODEL_MAX_PARAMETERS = 50000000 };

/* STATUS_DATA with the offending setting when the combination makes no sense for `kind` (odd latent width, an
 * integrator that doesn't suit, more parameters than MODEL_MAX_PARAMETERS). Ranges of single values are the
 * schema's. */
enum status model_check(const struct model_kind *kind, const void *settings);

/* Puts S of the environment in the place of 0 in the row "state_size", where the kind has one. */
void model_resolve(const struct model_kind *kind, void *settings, int state_size);

/* Whether training has something to do: a loss or a fit. */
bool model_is_trained(const struct model_kind *kind);

struct model_workspace *model_workspace_create(void);
void model_workspace_free(struct model_workspace *workspace);
/* Bytes it holds from the system. */
size_t model_workspace_size(const struct model_workspace *workspace);

/* log(pi) / 2: what a Gaussian of variance 1/2 adds to the mean squared error in the negative log-likelihood.
 */
#define MODEL_HALF_LOG_PI 0.57236494292470008707

/* Whether none of the values is a nan or an infinity. */
bool model_all_finite(const real *values, size_t size);

/* Writes where the first non-finite number of the tape was computed ("decoder.d3.weight, convolution") to
 * `out`, unless something is there already. For the loss functions of the kinds. */
void model_name_culprit(const struct tape *tape, struct model_step *out);

#endif
