/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The integrator inside a trained model: whether the unroll of its learned Hamiltonian goes back the way it
 * came, and whether it keeps the learned energy. The states are drawn from the prior, a standard normal.
 */
#ifndef HAMBENCH_EVALUATION_LATENT_INTEGRATOR_H
#define HAMBENCH_EVALUATION_LATENT_INTEGRATOR_H

#include <stdbool.h>

#include "integrators/integrator.h"
#include "models/model.h"
#include "support/status.h"

struct latent_integrator {
    const struct integrator *integrator;
    double step;   /* latent time of a frame */
    int sequences; /* states followed */
    int steps;     /* of each, for the energy */
    int lost;      /* sequences that became infinite: the learned H does not hold them */

    /* Medians over the sequences that were not lost. */
    double return_error; /* |z - z(0)| / |z(0)| after one window of frames there and back */
    double energy_early; /* max |H - H(0)| over the first tenth of the steps, relative to the spread of H(0)
                            over the sequences */
    double energy_late;  /* over the last tenth */
    double order; /* by the ends of three unrolls of eight frames of time with steps 1, 1/2 and 1/4; nan
                     where single precision hides it */

    bool returns;   /* return_error is rounding; also true when the integrator does not claim it */
    bool bounded;   /* energy_late is at most twice energy_early, or rounding; true when not claimed */
    bool has_order; /* order is within 0.5 of the claim, or hidden */
    bool passed;    /* all three, and no sequence is lost */
};

/* STATUS_DATA when the model has no latent integrator. */
enum status latent_integrator_check(struct latent_integrator *out, const struct model *model);

#endif
