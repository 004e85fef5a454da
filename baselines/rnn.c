/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The autoregressive baseline with vanilla cells.
 */
#include "baselines/autoregressive.h"

const struct model_kind rnn_model = {
    AUTOREGRESSIVE_KIND,
    .name = "rnn",
    .summary = "autoregressive baseline: frame encoder, vanilla recurrent cells, decoder",
    .equations = AUTOREGRESSIVE_EQUATIONS("h' = relu(x W + b + h U + c)."),
    .released = AUTOREGRESSIVE_RELEASED,
    .family = &vanilla_cell,
};
