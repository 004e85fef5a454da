/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any environment of simulators/ as a problem. What an environment does not say of itself is found by looking
 * at its field: whether H is separable (dq/dt does not change with q, nor dp/dt with p, to the last bit), and
 * whether a system of bodies keeps its momentum and angular momentum.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "problems/problem.h"
#include "support/memory.h"
#include "support/random.h"

/* States that are looked at, and how far from the start. */
enum { PROBES = 16 };
static const double PROBE_REACH = 0.2;

/* Of a conserved momentum: its rate of change relative to the forces. */
static const double CONSERVED = 1e-12;

struct environment {
    struct problem problem; /* first: freed through it */
    const struct simulator *simulator;
    double parameters[sizeof((struct trajectory_setup *)0)->parameters / sizeof(double)];
};

static void full_field(const void *context, const double *x, double *rate) {
    const struct environment *environment = context;
    simulator_full_field(environment->simulator, environment->parameters, x, rate);
}

static double energy(const void *context, const double *x) {
    const struct environment *environment = context;
    return simulator_energy(environment->simulator, environment->parameters, x);
}

/* Half of the field, at a state whose other half is that of the start: of a separable H it does not matter.
 */
static void velocity(const void *context, const double *p, double *out) {
    const struct environment *environment = context;
    size_t d = (size_t)environment->problem.system.size / 2;
    double x[PROBLEM_MAX_STATE], rate[PROBLEM_MAX_STATE];
    memcpy(x, environment->problem.initial, d * sizeof *x);
    memcpy(x + d, p, d * sizeof *x);
    full_field(context, x, rate);
    memcpy(out, rate, d * sizeof *out);
}

static void force(const void *context, const double *q, double *out) {
    const struct environment *environment = context;
    size_t d = (size_t)environment->problem.system.size / 2;
    double x[PROBLEM_MAX_STATE], rate[PROBLEM_MAX_STATE];
    memcpy(x, q, d * sizeof *x);
    memcpy(x + d, environment->problem.initial + d, d * sizeof *x);
    full_field(context, x, rate);
    memcpy(out, rate + d, d * sizeof *out);
}

static void solution(const struct problem *problem, double time, double *x) {
    const struct environment *environment = (const struct environment *)problem;
    environment->simulator->dynamics->solution(environment->parameters, problem->initial, time, x);
}

/* `x` with its components from `first` on, `count` of them, moved at random. */
static void move(const double *x, int size, int first, int count, struct random_stream *random, double *out) {
    memcpy(out, x, (size_t)size * sizeof *x);
    for (int i = first; i < first + count; i++) {
        out[i] += random_between(random, -PROBE_REACH, PROBE_REACH) * (1.0 + fabs(x[i]));
    }
}

static bool is_separable(const struct environment *environment) {
    int size = environment->problem.system.size, d = size / 2;
    size_t half = (size_t)d * sizeof(double);
    struct random_stream random = random_stream(0, "problem/separable", 0, 0);
    for (int i = 0; i < PROBES; i++) {
        double x[PROBLEM_MAX_STATE], other[PROBLEM_MAX_STATE], a[PROBLEM_MAX_STATE], b[PROBLEM_MAX_STATE];
        move(environment->problem.initial, size, 0, size, &random, x);
        full_field(environment, x, a);
        move(x, size, 0, d, &random, other);
        full_field(environment, other, b);
        if (memcmp(a, b, half) != 0) {
            return false;
        }
        move(x, size, d, d, &random, other);
        full_field(environment, other, b);
        if (memcmp(a + d, b + d, half) != 0) {
            return false;
        }
    }
    return true;
}

/* Sums of the forces [2] and of the torques [1] at x, relative to the sum of their sizes. */
static void find_balance(const struct environment *environment, const double *x, double *balance) {
    int bodies = environment->problem.bodies, d = environment->problem.system.size / 2;
    double rate[PROBLEM_MAX_STATE], sum[3] = {0.0}, forces = 0.0, torques = 0.0;
    full_field(environment, x, rate);
    for (int i = 0; i < bodies; i++) {
        const double *q = x + 2 * i, *f = rate + d + 2 * i, *v = rate + 2 * i, *p = x + d + 2 * i;
        sum[0] += f[0];
        sum[1] += f[1];
        sum[2] += q[0] * f[1] - q[1] * f[0] + v[0] * p[1] - v[1] * p[0];
        forces += fabs(f[0]) + fabs(f[1]);
        torques += fabs(q[0] * f[1]) + fabs(q[1] * f[0]);
    }
    balance[0] = (fabs(sum[0]) + fabs(sum[1])) / (forces + 1e-300);
    balance[1] = fabs(sum[2]) / (torques + 1e-300);
}

static void look_for_bodies(struct environment *environment) {
    struct problem *problem = &environment->problem;
    const struct dynamics *dynamics = environment->simulator->dynamics;
    struct random_stream random = random_stream(0, "problem/bodies", 0, 0);
    if (problem->system.not_hamiltonian != NULL || dynamics->bodies < 2 ||
        dynamics->state_size != 4 * dynamics->bodies) {
        return;
    }
    problem->bodies = dynamics->bodies;
    problem->space = 2;
    problem->conserves_momentum = problem->conserves_angular_momentum = true;
    for (int i = 0; i < PROBES; i++) {
        double x[PROBLEM_MAX_STATE], balance[2];
        move(problem->initial, dynamics->state_size, 0, dynamics->state_size, &random, x);
        find_balance(environment, x, balance);
        problem->conserves_momentum &= balance[0] < CONSERVED;
        problem->conserves_angular_momentum &= balance[1] < CONSERVED;
    }
}

/* The time in which the state at the start would change by its own size, as if it went round a circle. */
static double time_scale(const struct problem *problem) {
    double rate[PROBLEM_MAX_STATE], state = 0.0, change = 0.0;
    problem->system.field(problem->system.context, problem->initial, rate);
    for (int i = 0; i < problem->system.size; i++) {
        state += problem->initial[i] * problem->initial[i];
        change += rate[i] * rate[i];
    }
    return 2.0 * 3.14159265358979323846 * sqrt(state / (change + 1e-300));
}

static const char *obstacle(const struct environment *environment) {
    if (environment->simulator->friction != 0.0) {
        return "has friction";
    }
    return isnan(energy(environment, environment->problem.initial)) ? "has no Hamiltonian" : NULL;
}

bool problem_is_environment(const struct simulator *simulator) {
    /* Molecular dynamics starts from states that only its own preparation reaches. */
    return simulator->dynamics->field != NULL && simulator->dynamics->prepare == NULL;
}

void problem_create_environment(struct problem **out, const struct simulator *simulator) {
    struct environment *environment = memory_alloc(1, sizeof *environment);
    struct problem *problem = &environment->problem;
    struct system *system = &problem->system;
    struct random_stream random = random_stream(0, "problem", 0, 0);
    struct trajectory_setup setup;
    simulator_sample(simulator, &random, &setup);
    environment->simulator = simulator;
    memcpy(environment->parameters, setup.parameters, sizeof environment->parameters);
    *problem = (struct problem){
        .name = simulator->name,
        .summary = simulator->summary,
        .equation = simulator->dynamics->equation,
        .unit = "time unit",
        .reference = simulator->reference,
        .system = {.size = simulator->dynamics->state_size, .context = environment, .field = full_field},
    };
    memcpy(problem->initial, setup.state, sizeof problem->initial);
    system->not_hamiltonian = obstacle(environment);
    if (system->not_hamiltonian == NULL) {
        system->energy = energy;
        if (is_separable(environment)) {
            system->velocity = velocity;
            system->force = force;
        }
    }
    problem->period = time_scale(problem);
    problem->solution = simulator->dynamics->solution != NULL && simulator->friction == 0.0 ? solution : NULL;
    look_for_bodies(environment);
    *out = problem;
}
