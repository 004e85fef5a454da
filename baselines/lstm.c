/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The autoregressive baseline with LSTM cells.
 */
#include "baselines/autoregressive.h"

const struct model_kind lstm_model = {
    AUTOREGRESSIVE_KIND,
    .name = "lstm",
    .summary = "autoregressive baseline: frame encoder, LSTM cells, decoder",
    .equations = AUTOREGRESSIVE_EQUATIONS(
        "(i, g, f, o) = (x, h) W + b; c' = s(f + 1) c + s(i) tanh(g); h' = s(o) tanh(c'), s the sigmoid."),
    .released = AUTOREGRESSIVE_RELEASED,
    .family = &lstm_cell,
};
