/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The autoregressive baseline with GRU cells.
 */
#include "baselines/autoregressive.h"

const struct model_kind gru_model = {
    AUTOREGRESSIVE_KIND,
    .name = "gru",
    .summary = "autoregressive baseline: frame encoder, GRU cells, decoder",
    .equations = AUTOREGRESSIVE_EQUATIONS(
        "(z, r) = s(x W + b + h U), s the sigmoid; a = tanh(x V + d + (r h) Y); h' = (1 - z) h + z a. Its "
        "matrices start with the standard deviation 1/sqrt(rows): the truncation is compensated."),
    .released = AUTOREGRESSIVE_RELEASED,
    .family = &gru_cell,
};
