/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The skeleton of the models on true states: a field dx/dt = f(x) of states x [B][S], learned from their time
 * derivatives or from how they move. A model of this family is a struct latent_dynamics that has a `field`,
 * and perhaps an `energy`, and a model_kind whose `family` it is and whose functions are these. Its `declare`
 * is handed a struct state_settings and S. Time is the environment's, so the field has its units.
 */
#ifndef HAMBENCH_MODELS_STATE_MODEL_H
#define HAMBENCH_MODELS_STATE_MODEL_H

#include "engine/layers.h"
#include "models/dynamics/latent_dynamics.h"
#include "models/latent_stepper.h"
#include "models/model.h"
#include "support/schema.h"

struct state_settings {
    int state_size; /* S; 0: the environment's, see model_resolve */
    int hidden;
    int hidden_layers;
    char activation[FIELD_NAME_SIZE];
    char learn_from[FIELD_NAME_SIZE]; /* STATE_DERIVATIVES or STATE_TRAJECTORIES */

    /* Of trajectories: */
    char integrator[FIELD_NAME_SIZE];
    int steps_per_frame;
    int target_frames; /* frames that are followed after the first */
};

#define STATE_DERIVATIVES "derivatives"
#define STATE_TRAJECTORIES "trajectories"

/* All rows; the activation is the kind's default. */
#define STATE_ROWS(activation)                                                                               \
    STATE_SIZE, STATE_HIDDEN, STATE_HIDDEN_LAYERS, STATE_ACTIVATION(activation), STATE_LEARN_FROM,           \
        STATE_INTEGRATOR, STATE_STEPS_PER_FRAME, STATE_TARGET_FRAMES

#define STATE_OFFSET(member) offsetof(struct state_settings, member)
#define STATE_SIZE                                                                                           \
    SETTING("state_size", FIELD_INTEGER, "0", 0, 10000, NULL, "",                                            \
            "numbers of a state; 0: as many as those of the environment have", STATE_OFFSET(state_size))
#define STATE_HIDDEN                                                                                         \
    SETTING("hidden", FIELD_INTEGER, "200", 1, 4096, NULL, "", "width of the hidden layers",                 \
            STATE_OFFSET(hidden))
#define STATE_HIDDEN_LAYERS                                                                                  \
    SETTING("hidden_layers", FIELD_INTEGER, "2", 1, MLP_MAX_LAYERS - 1, NULL, "layers",                      \
            "hidden layers of the perceptron", STATE_OFFSET(hidden_layers))
#define STATE_ACTIVATION(initial)                                                                            \
    SETTING("activation", FIELD_NAME, initial, 0, 0, activation_list, "",                                    \
            "between the layers; relu has no forces, so no energy takes it", STATE_OFFSET(activation))
#define STATE_LEARN_FROM                                                                                     \
    SETTING("learn_from", FIELD_NAME, STATE_DERIVATIVES, 0, 0, state_model_list_sources, "",                 \
            "derivatives: the true dx/dt of states; trajectories: the states of later frames, to which the " \
            "integrator follows the field from a true one",                                                  \
            STATE_OFFSET(learn_from))
#define STATE_INTEGRATOR                                                                                     \
    {                                                                                                        \
        .name = "integrator", .type = FIELD_NAME, .initial = "rk4",                                          \
        .list_names = latent_stepper_list_general, .explain = latent_stepper_explain_general, .unit = "",    \
        .help = "of trajectories: integrator by which they are followed in training",                        \
        .offset = STATE_OFFSET(integrator)                                                                   \
    }
#define STATE_STEPS_PER_FRAME                                                                                \
    SETTING("steps_per_frame", FIELD_INTEGER, "1", 1, 64, NULL, "steps",                                     \
            "of trajectories: steps of the integrator from one frame to the next",                           \
            STATE_OFFSET(steps_per_frame))
#define STATE_TARGET_FRAMES                                                                                  \
    SETTING("target_frames", FIELD_INTEGER, "4", 1, 1000, NULL, "frames",                                    \
            "of trajectories: frames that they are followed in training", STATE_OFFSET(target_frames))

size_t state_model_list_sources(const char **out, size_t capacity);

/* The kind's perceptron, from `in` numbers to `out`; `settings` is a struct state_settings. */
struct mlp_shape state_model_mlp(const void *settings, int in, int out);

/* Figures of a step. */
enum { STATE_LOSS, STATE_FIRST, STATE_SECOND, STATE_FIGURES };
extern const struct field state_model_figures[STATE_FIGURES];

/* Functions of model_kind. */
void state_model_declare(struct model *model);
void state_model_loss(const struct model *model, struct model_workspace *workspace,
                      const struct model_batch *batch, real weight, real *gradient, struct model_step *out);
/* For kinds with an energy: STATUS_DATA when states have no halves or the activation is not smooth. */
enum status state_model_check_energy(const void *settings);

/* Functions of model_states. */
int state_model_width(const void *settings); /* S; 2 where no environment has been looked at */
int state_model_length(const void *settings);
void state_model_field(const struct model *model, struct model_workspace *workspace, const double *states,
                       int count, double *rates);
void state_model_energy(const struct model *model, struct model_workspace *workspace, const double *states,
                        int count, double *energies);

/* All of them but the energy. Environments without rates have more to their motion than the state: no field
 * could be learned of them, by whatever examples. */
#define STATE_MODEL_STATES                                                                                   \
    .width = state_model_width, .length = state_model_length, .reads_rates = true, .field = state_model_field

/* All that the kinds of the family share. */
#define STATE_MODEL_KIND                                                                                     \
    .declare = state_model_declare, .figures = state_model_figures, .figure_count = STATE_FIGURES,           \
    .loss = state_model_loss

/* Of hnn and its baseline: smoke, quick, standard and paper. */
extern const struct schema_profile state_model_profiles[];

#endif
