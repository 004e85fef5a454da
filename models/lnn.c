/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lagrangian Neural Network (Cranmer, Greydanus, Hoyer, Battaglia, Spergel, Ho, "Lagrangian Neural Networks",
 * 2020): one perceptron gives the Lagrangian of positions and velocities, and its Euler-Lagrange equation the
 * acceleration.
 *
 * True states are (q, p), and an L alone does not say which p belongs to a velocity v: L and c L + dF(q)/dt
 * move everything alike with other momenta dL/dv. Here p = m v with constant masses that are learned beside
 * L, one for each coordinate: right for particles and for a pendulum. Where masses depend on the position, as
 * those of the double pendulum, or differ between trajectories, an error of dq/dt would remain that no
 * training removes: such environments are refused.
 */
#include "engine/ops.h"
#include "models/state_model.h"
#include "support/memory.h"

struct lnn_parts {
    struct mlp net;
    int pace; /* index of the parameter [d]: v = exp(pace) p */
};

enum { MAX_POSITIONS = 64 };

static void *declare(struct parameters *parameters, const void *settings, int width) {
    struct lnn_parts *parts = memory_alloc(1, sizeof *parts);
    int d = width / 2;
    parts->net = mlp_declare(parameters, "lagrangian", state_model_mlp(settings, width, 1));
    parts->pace = parameters_add(parameters, "pace", 1, &d, PARAMETER_ZERO);
    return parts;
}

static enum status check(const void *settings) {
    const struct state_settings *s = settings;
    if (s->state_size > 2 * MAX_POSITIONS) {
        return status_fail(STATUS_DATA,
                           "model.state_size: %d, expected at most %d: lnn differentiates by each velocity "
                           "and solves with the matrix of second derivatives",
                           s->state_size, 2 * MAX_POSITIONS);
    }
    return state_model_check_energy(settings);
}

/* exp(sign pace) in every row. */
static struct tensor *pace(const struct lnn_parts *parts, struct tensor *const *leaves,
                           const struct tensor *like, real sign) {
    return tensor_broadcast(tensor_exp(tensor_scale(leaves[parts->pace], sign)), 2, like->shape);
}

/* A Lagrangian at x = (q, v) with its first derivatives. */
struct lagrangian {
    int d;
    struct tensor *x, *v;    /* [B][2d], [B][d] */
    struct tensor *value;    /* N [B][1], L = v^2 / 2 + N */
    struct tensor *gradient; /* dN/dx [B][2d] */
};

static struct lagrangian lagrangian_at(const struct lnn_parts *parts, struct tensor *const *leaves,
                                       struct tensor *states) {
    struct lagrangian l = {.d = states->shape[1] / 2};
    struct tensor *p = tensor_slice(states, 1, l.d, l.d);
    l.v = tensor_multiply(p, pace(parts, leaves, p, 1));
    l.x = tensor_concatenate((struct tensor *[]){tensor_slice(states, 1, 0, l.d), l.v}, 2, 1);
    l.value = mlp_apply(&parts->net, leaves, l.x);
    l.gradient = tape_row_gradient(l.value, l.x);
    return l;
}

/* The second derivatives of L by v and q, and by v and v, row i by v_i: both [B][d][d]. */
static void differentiate_twice(const struct lagrangian *l, struct tensor **mixed, struct tensor **mass) {
    struct tensor *by_q[MAX_POSITIONS], *by_v[MAX_POSITIONS];
    int d = l->d, rows = l->x->shape[0];
    for (int i = 0; i < d; i++) {
        struct tensor *row = tape_row_gradient(tensor_slice(l->gradient, 1, d + i, 1), l->x);
        struct tensor *unit = tape_constant(l->x->tape, 2, (int[]){rows, d}, 0);
        for (int b = 0; b < rows; b++) {
            unit->data[b * d + i] = 1; /* of v^2 / 2 */
        }
        by_q[i] = tensor_slice(row, 1, 0, d);
        by_v[i] = tensor_add(tensor_slice(row, 1, d, d), unit);
    }
    *mixed = tensor_reshape(tensor_concatenate(by_q, d, 1), 3, (int[]){rows, d, d});
    *mass = tensor_reshape(tensor_concatenate(by_v, d, 1), 3, (int[]){rows, d, d});
}

/* dq/dt = v, dp/dt = m (d2L/dv2)^-1 (dL/dq - d2L/dvdq v). */
static struct tensor *field(const void *description, struct tensor *const *leaves, struct tensor *states) {
    const struct lnn_parts *parts = description;
    struct lagrangian l = lagrangian_at(parts, leaves, states);
    struct tensor *mixed, *mass;
    differentiate_twice(&l, &mixed, &mass);
    struct tensor *force =
        tensor_subtract(tensor_slice(l.gradient, 1, 0, l.d), tensor_matrix_product(mixed, l.v, false));
    struct tensor *acceleration = tensor_solve(mass, force, false);
    struct tensor *rate = tensor_multiply(acceleration, pace(parts, leaves, l.v, -1));
    return tensor_concatenate((struct tensor *[]){l.v, rate}, 2, 1);
}

/* v dL/dv - L = v^2 / 2 + v dN/dv - N */
static struct tensor *energy(const void *description, struct tensor *const *leaves, struct tensor *states) {
    struct lagrangian l = lagrangian_at(description, leaves, states);
    struct tensor *momenta = tensor_add_scaled(tensor_slice(l.gradient, 1, l.d, l.d), l.v, (real)0.5);
    return tensor_subtract(tensor_row_sums(tensor_multiply(l.v, momenta)), l.value);
}

static const struct latent_dynamics dynamics = {.declare = declare, .field = field, .energy = energy};

static const struct field fields[] = {STATE_ROWS("softplus")};

static const char *const smoke[] = {"model.hidden=32", "training.batch=64", NULL};
static const char *const quick[] = {"training.steps=20000", "training.batch=128", "training.final_rate=0.01",
                                    "model.hidden=128", NULL};
static const char *const standard[] = {"training.batch=512", "training.final_rate=0.01", NULL};
static const char *const paper[] = {"model.hidden=500",   "model.hidden_layers=3",       "training.batch=32",
                                    "training.shards=16", "training.learning_rate=1e-3", NULL};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"quick", quick}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

static const struct schema settings_schema = SCHEMA("model", fields, struct state_settings, profiles);

static const struct model_states states = {STATE_MODEL_STATES, .constant_masses = true,
                                           .energy = state_model_energy};

const struct model_kind lnn_model = {
    .name = "lnn",
    .summary = "Lagrangian Neural Network: accelerations of true states",
    .reference = "Cranmer et al. 2020 (arXiv 2003.04630), section 3",
    .equations =
        "- x = (q, p), the true state [B][S], d = S/2; v = exp(a) p with learned numbers a [d], one for each "
        "coordinate: p = m v with constant masses.\n"
        "- L(q, v) = v^2 / 2 + perceptron(q, v) [B][1].\n"
        "- dq/dt = v; dv/dt = (d2L/dv2)^-1 (dL/dq - d2L/dvdq v), by automatic differentiation and "
        "elimination with pivots; dp/dt = exp(-a) dv/dt. Energy: v dL/dv - L.\n"
        "- loss as for hnn, `model.learn_from` derivatives or trajectories.",
    .released =
        "The paper's states are positions and velocities, its loss is that of accelerations alone. Here "
        "states have momenta, which no Lagrangian that is learned from motion can know: L and c L move "
        "alike. They are taken as proportional to velocities; where they are not, as for the double "
        "pendulum, training is refused. The paper chooses the first weights by a "
        "search and takes a pseudo-inverse; here v^2 / 2 stands beside the perceptron, which makes the "
        "matrix regular in the beginning and leaves L as free as it was.",
    .family = &dynamics,
    .settings = &settings_schema,
    .check = check,
    STATE_MODEL_KIND,
    .states = &states,
};
