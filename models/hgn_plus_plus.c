/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HGN++ (Higgins et al., "SyMetric: Measuring the Quality of Learnt Hamiltonian Dynamics Inferred from
 * Vision", 2021): the Hamiltonian Generative Network with a flat latent, swish perceptrons and an
 * evidence-lower-bound objective.
 */
#include "integrators/integrator.h"
#include "models/sequence_model.h"
#include "models/window.h"

static void declare(struct model *model) {
    sequence_model_declare(model, &hamiltonian_dynamics);
}

static enum status check(const struct model_settings *settings) {
    if (integrator_find_composition(settings->integrator) == NULL) {
        return status_fail(STATUS_DATA, "model.integrator: \"%s\" is not a symplectic composition",
                           settings->integrator);
    }
    return sequence_model_check(settings);
}

const struct model_kind hgn_plus_plus_model = {
    .name = "hgn++",
    .summary = "Hamiltonian Generative Network with a flat latent and H = K(p) + V(q)",
    .reference = "Higgins et al. 2021 (arXiv 2111.05986), section 4",
    .has_energy = true,
    .check = check,
    .declare = declare,
    .free_parts = sequence_model_free,
    .loss = sequence_model_loss,
    .predict = sequence_model_predict,
    .training_window = window_overlap_length,
    .first_prediction = window_overlap_first,
    .unroll = sequence_model_unroll,
};
