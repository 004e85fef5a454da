/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recurrent cells: an input and a state to the next state. A cell is a table, for one kind of equations; its
 * output is the first vector of its state, which starts at 0.
 */
#ifndef HAMBENCH_BASELINES_RECURRENT_CELL_H
#define HAMBENCH_BASELINES_RECURRENT_CELL_H

#include "engine/parameters.h"
#include "engine/tape.h"

enum { RECURRENT_CELL_VECTORS = 2 };

struct recurrent_cell {
    int vectors; /* of which a state is made, each of the cell's width; RECURRENT_CELL_VECTORS at most */

    /* Adds the parameters "NAME.*" of a cell of `width` that reads `in` numbers. Returns the description,
     * released with `free`. */
    void *(*declare)(struct parameters *parameters, const char *name, int in, int width);

    /* x [B][in]; replaces state[vectors], each [B][width], by the next one. */
    void (*step)(const void *parts, struct tensor *const *leaves, struct tensor *x, struct tensor **state);
};

/* h' = relu(x W + b + h U + c): two linear layers. */
extern const struct recurrent_cell vanilla_cell;

/* Long short-term memory (Hochreiter, Schmidhuber 1997) with a forget gate that starts open (Jozefowicz,
 * Zaremba, Sutskever 2015). (i, g, f, o) = [x, h] W + b; c' = s(f + 1) c + s(i) tanh(g);
 * h' = s(o) tanh(c'), s the sigmoid. State (h, c). */
extern const struct recurrent_cell lstm_cell;

/* Gated recurrent unit (Cho et al. 2014). z = s(x W_z + b_z + h U_z); r = s(x W_r + b_r + h U_r);
 * a = tanh(x W_a + b_a + (r h) U_a); h' = (1 - z) h + z a. One set of biases. */
extern const struct recurrent_cell gru_cell;

#endif
