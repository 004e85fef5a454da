/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/simulator.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "integrators/gsl_solver.h"
#include "support/elementary.h"

static const double PI = 3.14159265358979323846;

/* An environment with random offsets shows this much more canvas on each side, relative to the half-size. */
static const double OFFSET_MARGIN = 0.4;

int simulator_parameter_count(const struct simulator *simulator) {
    int count = 0;
    while (count < SIMULATOR_MAX_PARAMETERS && simulator->parameters[count].name != NULL) {
        count++;
    }
    return count;
}

int simulator_parameter_width(const struct simulator *simulator, int index) {
    int width = simulator->parameters[index].width;
    return width == 0 ? 1 : width;
}

int simulator_parameter_first(const struct simulator *simulator, int index) {
    int first = 0;
    for (int i = 0; i < index; i++) {
        first += simulator_parameter_width(simulator, i);
    }
    return first;
}

int simulator_value_count(const struct simulator *simulator) {
    return simulator_parameter_first(simulator, simulator_parameter_count(simulator));
}

int simulator_option_count(const struct simulator *simulator) {
    int count = 0;
    while (count < SIMULATOR_MAX_OPTIONS && simulator->options[count].name != NULL) {
        count++;
    }
    return count;
}

int simulator_invariant_count(const struct simulator *simulator) {
    int count = 0;
    while (count < SIMULATOR_MAX_INVARIANTS && simulator->dynamics->invariants[count].name != NULL) {
        count++;
    }
    return count;
}

struct simulator_plan simulator_plan_default(const struct simulator *simulator) {
    struct simulator_plan plan = {.simulator = simulator, .frames = simulator->frames, .dt = simulator->dt};
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        plan.options[i] = simulator->options[i].value;
    }
    return plan;
}

void simulator_plan_quick(struct simulator_plan *plan) {
    for (int i = 0; i < simulator_option_count(plan->simulator); i++) {
        plan->options[i] = plan->simulator->options[i].quick;
    }
}

enum status simulator_plan_check(const struct simulator_plan *plan) {
    const struct simulator *simulator = plan->simulator;
    if (plan->frames < 2 || !isfinite(plan->dt) || plan->dt <= 0.0) {
        return status_fail(STATUS_DATA, "%s: %d frames, %g apart: expected at least 2 and more than 0",
                           simulator->name, plan->frames, plan->dt);
    }
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        const struct simulator_option *option = &simulator->options[i];
        double value = plan->options[i];
        if (!(value >= option->low && value <= option->high)) {
            return status_fail(STATUS_DATA, "%s: %s is %g, expected %g to %g", simulator->name, option->name,
                               value, option->low, option->high);
        }
    }
    return simulator->dynamics->check_plan == NULL ? STATUS_OK : simulator->dynamics->check_plan(plan);
}

int simulator_plan_pieces(const struct simulator_plan *plan) {
    const struct dynamics *dynamics = plan->simulator->dynamics;
    return dynamics->pieces == NULL ? 1 : dynamics->pieces(plan);
}

/* Whether the closed form, which knows no friction, describes the environment. */
static bool has_solution(const struct simulator *simulator) {
    return simulator->dynamics->solution != NULL && simulator->friction == 0.0;
}

const char *simulator_method(const struct simulator *simulator) {
    if (simulator->dynamics->follow != NULL) {
        return simulator->dynamics->method;
    }
    return has_solution(simulator) ? "closed form" : GSL_SOLVER_NAME;
}

double simulator_tolerance(const struct simulator *simulator) {
    return simulator->dynamics->follow != NULL || has_solution(simulator) ? 0.0 : GSL_SOLVER_TOLERANCE;
}

bool simulator_has_energy(const struct simulator *simulator) {
    return simulator->dynamics->energy != NULL;
}

bool simulator_has_discs(const struct simulator *simulator) {
    return simulator->dynamics->bodies > 0;
}

double simulator_energy(const struct simulator *simulator, const double *parameters, const double *state) {
    const struct dynamics *dynamics = simulator->dynamics;
    return dynamics->energy == NULL ? NAN : dynamics->energy(parameters, state);
}

double simulator_energy_scale(const struct simulator *simulator, const double *parameters) {
    const struct dynamics *dynamics = simulator->dynamics;
    return dynamics->energy_scale == NULL ? NAN : dynamics->energy_scale(parameters);
}

void simulator_field(const struct simulator *simulator, const double *parameters, const double *state,
                     double *dx_dt) {
    simulator->dynamics->field(parameters, state, dx_dt);
}

void simulator_full_field(const struct simulator *simulator, const double *parameters, const double *state,
                          double *dx_dt) {
    simulator_field(simulator, parameters, state, dx_dt);
    int dimension = simulator->dynamics->state_size / 2;
    for (int i = 0; i < dimension && simulator->friction != 0.0; i++) {
        dx_dt[dimension + i] -= simulator->friction * dx_dt[i];
    }
}

double simulator_dissipation(const struct simulator *simulator, const double *parameters,
                             const double *state) {
    double dx_dt[SIMULATOR_MAX_STATE];
    simulator_field(simulator, parameters, state, dx_dt);
    double sum = 0.0;
    for (int i = 0; i < simulator->dynamics->state_size / 2; i++) {
        sum += dx_dt[i] * dx_dt[i];
    }
    return simulator->friction * sum;
}

/* Half-size before it is extended for offsets. Shifted sets are seen as training sets are. */
static double half_size(const struct simulator *simulator) {
    return simulator->dynamics->half_size(simulator->trained != NULL ? simulator->trained : simulator);
}

int simulator_coordinate_count(const struct simulator *simulator) {
    const struct dynamics *dynamics = simulator->dynamics;
    return dynamics->chart == NULL ? dynamics->state_size : dynamics->chart->size;
}

void simulator_enter(const struct simulator *simulator, const double *state, double *z) {
    const struct dynamics *dynamics = simulator->dynamics;
    if (dynamics->chart != NULL) {
        dynamics->chart->enter(state, z);
    } else {
        memcpy(z, state, (size_t)dynamics->state_size * sizeof *z);
    }
}

void simulator_leave(const struct simulator *simulator, const double *z, double *state) {
    const struct dynamics *dynamics = simulator->dynamics;
    if (dynamics->chart != NULL) {
        dynamics->chart->leave(z, state);
    } else {
        memcpy(state, z, (size_t)dynamics->state_size * sizeof *state);
    }
}

double simulator_canvas(const struct simulator *simulator) {
    if (!simulator_has_discs(simulator)) {
        return 0.0;
    }
    double half = half_size(simulator);
    return simulator->random_offset ? (1.0 + OFFSET_MARGIN) * half : half;
}

double simulator_positions(const struct simulator *simulator, const double *parameters,
                           const struct simulator_disc *discs, double *q) {
    const struct dynamics *dynamics = simulator->dynamics;
    struct simulator_disc placed[SIMULATOR_MAX_BODIES];
    double state[SIMULATOR_MAX_STATE] = {0.0}, largest = 0.0;
    dynamics->positions(parameters, discs, q);
    for (int i = 0; i < dynamics->state_size / 2; i++) {
        state[i] = q[i];
    }
    dynamics->place(parameters, state, placed);
    for (int k = 0; k < dynamics->bodies; k++) {
        double x = discs[k].x - placed[k].x, y = discs[k].y - placed[k].y;
        largest = fmax(largest, sqrt(x * x + y * y));
    }
    return largest;
}

/* Solves rows [n][n + 1] of a linear system, the right side last, by Gauss's elimination with exchanged rows;
 * false where it has no or many solutions, or numbers that are none. */
static bool solve(int n, double rows[][SIMULATOR_MAX_STATE / 2 + 1], double *out) {
    for (int i = 0; i < n; i++) {
        int pivot = i;
        for (int j = i + 1; j < n; j++) {
            pivot = fabs(rows[j][i]) > fabs(rows[pivot][i]) ? j : pivot;
        }
        if (!(fabs(rows[pivot][i]) > 0.0)) {
            return false;
        }
        for (int k = 0; k <= n; k++) {
            double value = rows[pivot][k];
            rows[pivot][k] = rows[i][k];
            rows[i][k] = value;
        }
        for (int j = i + 1; j < n; j++) {
            double factor = rows[j][i] / rows[i][i];
            for (int k = i; k <= n && factor != 0.0; k++) {
                rows[j][k] -= factor * rows[i][k];
            }
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        out[i] = rows[i][n];
        for (int k = i + 1; k < n; k++) {
            out[i] -= rows[i][k] * out[k];
        }
        out[i] /= rows[i][i];
    }
    return true;
}

bool simulator_momenta(const struct simulator *simulator, const double *parameters, const double *velocity,
                       double *state) {
    int d = simulator->dynamics->state_size / 2;
    double rows[SIMULATOR_MAX_STATE / 2][SIMULATOR_MAX_STATE / 2 + 1], dx_dt[SIMULATOR_MAX_STATE];
    double *p = &state[d];
    /* dH/dp = A p + b: b at p = 0, the columns of A at the unit vectors. */
    for (int column = d; column >= 0; column--) {
        for (int i = 0; i < d; i++) {
            p[i] = i == column ? 1.0 : 0.0;
        }
        simulator_field(simulator, parameters, state, dx_dt);
        for (int i = 0; i < d; i++) {
            rows[i][column] = column == d ? velocity[i] - dx_dt[i] : dx_dt[i] + rows[i][d] - velocity[i];
        }
    }
    bool solved = solve(d, rows, p);
    for (int i = 0; i < d && !solved; i++) {
        p[i] = NAN;
    }
    return solved;
}

bool simulator_on_canvas(const struct simulator *simulator, const double *parameters, const double *state) {
    const struct dynamics *dynamics = simulator->dynamics;
    struct simulator_disc discs[SIMULATOR_MAX_BODIES];
    double half = half_size(simulator);
    dynamics->place(parameters, state, discs);
    for (int i = 0; i < dynamics->bodies; i++) {
        if (fabs(discs[i].x) > half || fabs(discs[i].y) > half) {
            return false;
        }
    }
    return true;
}

/* The initial state, drawn until it is where the set has its own. */
static void sample_state(const struct simulator *simulator, struct random_stream *random,
                         struct trajectory_setup *setup) {
    const struct dynamics *dynamics = simulator->dynamics;
    bool bounded = simulator->shift == SIMULATOR_SHIFT_ENERGY && dynamics->is_beyond != NULL;
    dynamics->sample_state(simulator, setup->parameters, random, setup->state);
    while (bounded && !dynamics->is_beyond(simulator->trained, setup->parameters, setup->state)) {
        setup->rejected++;
        dynamics->sample_state(simulator, setup->parameters, random, setup->state);
    }
}

void simulator_sample(const struct simulator *simulator, struct random_stream *random,
                      struct trajectory_setup *setup) {
    *setup = (struct trajectory_setup){0};
    double *value = setup->parameters;
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        const struct simulator_parameter *parameter = &simulator->parameters[i];
        for (int k = 0; k < simulator_parameter_width(simulator, i); k++) {
            *value++ = random_between(random, parameter->low, parameter->high);
        }
    }
    const struct dynamics *dynamics = simulator->dynamics;
    if (dynamics->sample_parameters != NULL) {
        dynamics->sample_parameters(simulator, random, setup->parameters, &setup->rejected);
    }
    sample_state(simulator, random, setup);
}

/* An ordered sample of `count` different indices out of `colors`, uniform over the ordered samples. */
static void sample_colors(int colors, int count, struct random_stream *random, int *out) {
    bool taken[SIMULATOR_MAX_BODIES] = {false};
    assert(count <= colors && colors <= SIMULATOR_MAX_BODIES);
    for (int i = 0; i < count; i++) {
        int index;
        do {
            index = (int)random_below(random, (uint32_t)colors);
        } while (taken[index]);
        taken[index] = true;
        out[i] = index;
    }
}

static void sample_offset(const struct simulator *simulator, struct random_stream *random, double *offset) {
    const struct dynamics *dynamics = simulator->dynamics;
    /* What moves further out than in training is shifted the less for it. */
    double half = half_size(simulator), further = dynamics->half_size(simulator) - half;
    double reach = OFFSET_MARGIN * half - fmax(further, 0.0);
    if (dynamics->sample_offset != NULL) {
        dynamics->sample_offset(reach, random, offset);
        return;
    }
    offset[0] = random_between(random, -reach, reach);
    offset[1] = random_between(random, -reach, reach);
}

void simulator_sample_look(const struct simulator *simulator, struct random_stream *random,
                           struct trajectory_setup *setup) {
    const struct dynamics *dynamics = simulator->dynamics;
    if (simulator->random_offset) {
        sample_offset(simulator, random, setup->offset);
    }
    if (simulator->colors_in_order) {
        for (int i = 0; i < dynamics->bodies; i++) {
            setup->color_index[i] = i;
        }
    } else {
        sample_colors(simulator->colors, dynamics->bodies, random, setup->color_index);
    }
}

void simulator_draw(const struct simulator *simulator, const struct trajectory_setup *setup,
                    const double *state, uint8_t image[IMAGE_VALUES]) {
    simulator->dynamics->draw(simulator, setup, state, image);
}

void simulator_sample_annulus(const struct simulator *simulator, struct random_stream *random,
                              double point[2]) {
    double low = simulator->radius_low, high = simulator->radius_high;
    double angle = random_between(random, 0.0, 2.0 * PI);
    double radius = simulator->radius_by_area ? sqrt(random_between(random, low * low, high * high))
                                              : random_between(random, low, high);
    double sine, cosine;
    elementary_sincos(angle, &sine, &cosine);
    point[0] = radius * cosine;
    point[1] = radius * sine;
}
