/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models of true states: a field dx/dt = f(x) that is learned from the states of an environment and nothing
 * else. They differ by their field, a struct latent_dynamics that is stepped like that of a latent state; a
 * kind of this family is a table with that field as its `family` and with the functions below.
 *
 * Two ways of learning, by the setting `learn_from`:
 *   derivatives    mean squared error of f(x) against the stored dx/dt
 *   trajectories   mean squared error of the states that `integrator` reaches from the first frame of an
 *                  example, against its later frames
 * Both are means over sequences, frames and the S numbers of a state.
 */
#ifndef HAMBENCH_MODELS_STATE_MODEL_H
#define HAMBENCH_MODELS_STATE_MODEL_H

#include <stddef.h>

#include "engine/layers.h"
#include "models/dynamics/latent_dynamics.h"
#include "models/latent_stepper.h"
#include "models/model.h"

struct state_model_settings {
    char learn_from[FIELD_NAME_SIZE]; /* "derivatives" or "trajectories" */
    int hidden;
    int hidden_layers;
    char activation[FIELD_NAME_SIZE];
    int length; /* frames of an example when trajectories are learned from */
    char integrator[FIELD_NAME_SIZE];
    int steps_per_frame;
    int state_size;    /* S; 0: the environment's, see model_resolve */
    double frame_time; /* from one frame to the next; 0: the dataset's, see model_resolve */
};

#define STATE_MODEL_OFFSET(member) offsetof(struct state_model_settings, member)
#define STATE_MODEL_ROWS                                                                                     \
    SETTING("learn_from", FIELD_NAME, "derivatives", 0, 0, state_model_ways, "",                             \
            "what is compared: the field with stored derivatives, or its integral with later states",        \
            STATE_MODEL_OFFSET(learn_from)),                                                                 \
        SETTING("hidden", FIELD_INTEGER, "200", 1, 4096, NULL, "", "width of the hidden layers",             \
                STATE_MODEL_OFFSET(hidden)),                                                                 \
        SETTING("hidden_layers", FIELD_INTEGER, "2", 1, 16, NULL, "", "hidden layers",                       \
                STATE_MODEL_OFFSET(hidden_layers)),                                                          \
        SETTING("activation", FIELD_NAME, "tanh", 0, 0, activation_list, "", "function between the layers",  \
                STATE_MODEL_OFFSET(activation)),                                                             \
        SETTING("length", FIELD_INTEGER, "5", 2, 1000, NULL, "frames",                                       \
                "frames of an example when trajectories are learned from", STATE_MODEL_OFFSET(length)),      \
        {.name = "integrator",                                                                               \
         .type = FIELD_NAME,                                                                                 \
         .initial = "rk4",                                                                                   \
         .list_names = latent_stepper_list_general,                                                          \
         .explain = latent_stepper_explain_general,                                                          \
         .unit = "",                                                                                         \
         .help = "integrator that trajectories are learned through",                                         \
         .offset = STATE_MODEL_OFFSET(integrator)},                                                          \
        SETTING("steps_per_frame", FIELD_INTEGER, "1", 1, 64, NULL, "steps", "its steps in a frame",         \
                STATE_MODEL_OFFSET(steps_per_frame)),                                                        \
        SETTING("state_size", FIELD_INTEGER, "0", 0, 10000, NULL, "",                                        \
                "numbers of a state; 0: as many as those of the environment have",                           \
                STATE_MODEL_OFFSET(state_size)),                                                             \
        SETTING("frame_time", FIELD_REAL, "0", 0, 1e6, NULL, "",                                             \
                "time from one frame to the next; 0: that of the dataset", STATE_MODEL_OFFSET(frame_time))
size_t state_model_ways(const char **out, size_t capacity);

/* smoke, quick, standard and paper. */
extern const struct schema_profile state_model_profiles[];

/* S, 2 where no environment has been looked at; the perceptron from `in` to `out` numbers. */
int state_model_width(const void *settings);
struct mlp_shape state_model_mlp(const void *settings, int in, int out);

/* Functions of model_kind, model_states. The checks refuse what cannot be: states without halves, and
 * activations that an energy cannot have. */
enum status state_model_check(const void *settings);
enum status state_model_check_energy(const void *settings);
void state_model_declare(struct model *model);
void state_model_loss(const struct model *model, struct model_workspace *workspace,
                      const struct model_batch *batch, real weight, real *gradient, struct model_step *out);
int state_model_length(const void *settings);
bool state_model_reads_rates(const void *settings);
void state_model_field(const struct model *model, struct model_workspace *workspace, const double *states,
                       int count, double *rates);
void state_model_energy(const struct model *model, struct model_workspace *workspace, const double *states,
                        int count, double *energies);

#define STATE_MODEL_STATES                                                                                   \
    .width = state_model_width, .length = state_model_length, .reads_rates = state_model_reads_rates,        \
    .field = state_model_field

enum { STATE_MODEL_LOSS, STATE_MODEL_FIGURES };
extern const struct field state_model_figures[STATE_MODEL_FIGURES];

#endif
