/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a sequence model is to the rest of the program: parameters, a training loss with its gradient, and
 * predictions. Each model is one `const struct model_kind`, found by name in training/model_registry.c.
 *
 * Letters of shapes, here and in all of models/ and baselines/:
 *   B  sequences in a batch           T  frames of a window
 *   H, W, C  32, 32, 3: an image, channels last, values in [0, 1]
 *   D  width of the latent vector     d = D/2, width of q and of p
 */
#ifndef HAMBENCH_MODELS_MODEL_H
#define HAMBENCH_MODELS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/parameters.h"
#include "engine/real.h"
#include "support/image.h"
#include "support/random.h"
#include "support/status.h"

/* Everything that fixes the shape of a model and of its objective. A model reads the fields that concern it.
 */
struct model_settings {
    int channels;         /* of the convolutions of encoder and decoder */
    int latent;           /* D, even */
    int hidden;           /* width of the hidden layers of the dynamics */
    int hidden_layers;    /* how many of them */
    int inference_frames; /* frames that the encoder sees */
    int target_frames;    /* frames to predict; the first one is the last inference frame (overlap by one) */
    int decoded_frames;  /* frames decoded in a training step, the first target always among them; 0 means all
                          */
    double time_step;    /* latent time from one frame to the next */
    double beta;         /* weight of the KL term */
    char integrator[32]; /* of the latent dynamics, a symplectic composition of integrators/ */
    char precision[32];  /* of the convolutions: "f32" (also where empty) or "bf16" */
};

struct model;

/* Scratch memory of one thread: tapes for the encoder, for a stretch of the rollout and for a block of
 * frames, so that memory grows with the length of the rollout by its latents only. */
struct model_workspace {
    struct tape *sequence;
    struct tape *rollout;
    struct tape *frames;
};

/* Where frames come from: nobody holds a whole batch of images, each is read when it is needed. */
struct model_frames {
    /* Writes a frame of a sequence, [H][W][C]. Frames count from the start of the sequence's window. */
    void (*read)(const void *context, int sequence, int frame, real *out);
    const void *context;
};

/* One shard of a training batch. */
struct model_batch {
    int size;                   /* B of the shard */
    struct model_frames frames; /* windows of model_training_window frames */
    int horizon;                /* target frames to use now, at most settings.target_frames (a curriculum) */
    struct random_stream *random; /* of this shard and step: latent noise */
    const int *decoded;           /* target indices to decode, ascending, [0] = 0; the same for all shards */
    int decoded_count;
};

/* Means over the sequences of a shard. */
struct model_loss {
    double total;     /* the objective: nll + beta * kl */
    double mse;       /* per pixel value */
    double kl;        /* per pixel value of the window */
    char culprit[96]; /* where the first nan or infinity was computed; "" while all is finite */
};

/* Where a model that is fitted in closed form reads the training images. */
struct model_image_source {
    int trajectories;
    int frames;                                                /* of each trajectory */
    void (*read)(void *context, int trajectory, real *images); /* [frames][H][W][C] */
    void *context;
};

struct model_kind {
    const char *name;      /* as in experiment files and tables: "hgn++" */
    const char *summary;   /* one line for `hambench list models` */
    const char *reference; /* paper and section */
    bool has_energy;       /* predict fills `energies` */

    /* STATUS_DATA with the offending setting when the settings make no sense together. NULL: nothing to
     * check. */
    enum status (*check)(const struct model_settings *settings);

    /* Adds the parameters and keeps in model->parts what the other functions need. */
    void (*declare)(struct model *model);
    void (*free_parts)(struct model *model); /* NULL: parts is one block, or none */

    /* Adds the gradient of the shard's mean loss, times `weight`, to `gradient` (one value per parameter).
     * NULL for models that are not trained by gradients. */
    void (*loss)(const struct model *model, struct model_workspace *workspace,
                 const struct model_batch *batch, real weight, real *gradient, struct model_loss *out);

    /* Sets the parameters from one pass over the training images. NULL for all others. */
    void (*fit)(struct model *model, const struct model_image_source *source);

    /* See model_predict. */
    void (*predict)(const struct model *model, struct model_workspace *workspace, const real *images,
                    int batch, int length, real *predictions, real *energies);

    /* Frames of a training window, and the first frame that is predicted. */
    int (*training_window)(const struct model_settings *settings);
    int (*first_prediction)(const struct model_settings *settings);

    /* See model_unroll. NULL for models without latent dynamics in time steps. */
    void (*unroll)(const struct model *model, struct model_workspace *workspace, const real *start, int batch,
                   int steps, real *states, real *energies);
};

struct model {
    const struct model_kind *kind;
    struct model_settings settings;
    struct parameters *parameters;
    void *parts; /* of the kind: descriptions of its layers */
};

/* A model with its parameters initialised from `seed`. Settings must have been checked
 * (model_settings_check). */
void model_create(struct model **out, const struct model_kind *kind, const struct model_settings *settings,
                  uint64_t seed);
void model_free(struct model *model);

/* STATUS_DATA with the offending setting when the combination makes no sense for `kind` (odd latent width,
 * fewer than two target frames, unknown integrator). Ranges of single values are the configuration reader's.
 */
enum status model_settings_check(const struct model_kind *kind, const struct model_settings *settings);

struct model_workspace *model_workspace_create(void);
void model_workspace_free(struct model_workspace *workspace);
/* Bytes it holds from the system. */
size_t model_workspace_size(const struct model_workspace *workspace);

/* Frames that one training example has, and index of the first frame that predict returns. */
int model_training_window(const struct model *model);
int model_first_prediction(const struct model *model);

/* Predicts the frames first_prediction .. length-1 of each of `batch` windows from its inference frames, by
 * the posterior mean (no sampling). `images` [batch][length][H][W][C]; models look at their inference frames
 * only. `predictions` [batch][length - first_prediction][H][W][C]. `energies`, NULL or [batch][length -
 * first_prediction], receives the learned Hamiltonian at each predicted frame; only kinds with has_energy
 * write it. Any number of threads may predict at once, each with its own workspace. */
void model_predict(const struct model *model, struct model_workspace *workspace, const real *images,
                   int batch, int length, real *predictions, real *energies);

/* Follows latent states by the dynamics of a kind that has `unroll`: `start` [batch][D], `states`
 * [batch][steps + 1][D] with the start first; `energies` [batch][steps + 1], filled by kinds with has_energy.
 */
void model_unroll(const struct model *model, struct model_workspace *workspace, const real *start, int batch,
                  int steps, real *states, real *energies);

/* Whether encoder and decoder multiply in bfloat16: asked for and possible on this processor. */
bool model_uses_half(const struct model_settings *settings);

/* log(pi) / 2: what a Gaussian of variance 1/2 adds to the mean squared error in the negative log-likelihood.
 */
#define MODEL_HALF_LOG_PI 0.57236494292470008707

/* Whether none of the values is a nan or an infinity. */
bool model_all_finite(const real *values, size_t size);

/* Writes where the first non-finite number of the tape was computed ("decoder.d3.weight, convolution") to
 * `out`, unless something is there already. For the loss functions of the kinds. */
void model_name_culprit(const struct tape *tape, char *out, size_t size);

#endif
