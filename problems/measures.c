/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems/measures.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/stepper.h"
#include "support/memory.h"

static const double TWO_PI = 6.28318530717958647693;

double measures_distance(const double *a, const double *b, int size) {
    double difference = 0.0, norm = 0.0;
    for (int i = 0; i < size; i++) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        norm += b[i] * b[i];
    }
    return sqrt(difference / norm);
}

/* The multiple of the motion's direction at `reference` that is nearest to x - reference. */
static double time_ahead(const struct problem *problem, const double *x, const double *reference) {
    const struct system *system = &problem->system;
    double rate[PROBLEM_MAX_STATE], along = 0.0, square = 0.0;
    system->field(system->context, reference, rate);
    for (int i = 0; i < system->size; i++) {
        along += (x[i] - reference[i]) * rate[i];
        square += rate[i] * rate[i];
    }
    return along / square;
}

double measures_phase(const struct problem *problem, const double *x, const double *reference, double time) {
    double ahead = time_ahead(problem, x, reference);
    if (problem->solution != NULL) {
        /* Gauss-Newton: the projection holds near the solution only. */
        enum { MOST = 20 };
        double most = problem->period / 20.0, step = ahead;
        ahead = 0.0;
        for (int i = 0; i < MOST && fabs(step) > 1e-15 * (1.0 + fabs(time)); i++) {
            double exact[PROBLEM_MAX_STATE];
            ahead += fmax(-most, fmin(most, step));
            problem->solution(problem, time + ahead, exact);
            step = time_ahead(problem, x, exact);
        }
    }
    return TWO_PI * ahead / problem->period;
}

/* How far to move each component for its derivative: a small part of it, or of what a step changes. */
static void find_moves(const struct system *system, const double *x, double step, double *moves) {
    static const double PART = 2e-3;
    int d = system->size / 2;
    system->field(system->context, x, moves);
    for (int half = 0; half < 2; half++) {
        double smallest = INFINITY;
        for (int i = half * d; i < (half + 1) * d; i++) {
            moves[i] = fmax(fabs(x[i]), fabs(step * moves[i]));
            smallest = moves[i] > 0.0 && moves[i] < smallest ? moves[i] : smallest;
        }
        for (int i = half * d; i < (half + 1) * d; i++) {
            moves[i] = PART * (moves[i] > 0.0 ? moves[i] : isfinite(smallest) ? smallest : 1.0);
        }
    }
}

/* column[i] = d x_i(step) / d x_j */
static enum status differentiate(struct stepper *stepper, const double *x, double step, int j, double move,
                                 double *column) {
    static const double weights[3] = {3.0 / 4.0, -3.0 / 20.0, 1.0 / 60.0};
    int size = stepper->system->size;
    memset(column, 0, (size_t)size * sizeof *column);
    for (int k = -3; k <= 3; k++) {
        double y[PROBLEM_MAX_STATE];
        if (k == 0) {
            continue;
        }
        memcpy(y, x, (size_t)size * sizeof *y);
        y[j] += k * move;
        stepper_start(stepper, y);
        enum status status = stepper_advance(stepper, step, 1, y);
        if (status != STATUS_OK) {
            return status;
        }
        double weight = (k > 0 ? weights[k - 1] : -weights[-k - 1]) / move;
        for (int i = 0; i < size; i++) {
            column[i] += weight * (y[i] - x[i]);
        }
    }
    return STATUS_OK;
}

/* jacobian [D][D], row j the derivative by x_j. q_k counts in units of s_k = sqrt(move of q_k / move of p_k)
 * and p_k in units of 1 / s_k: a canonical change of units. */
static double find_defect(const double *jacobian, const double *moves, int size) {
    int d = size / 2;
    double worst = 0.0;
    for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
            const double *a = jacobian + (size_t)i * (size_t)size, *b = jacobian + (size_t)j * (size_t)size;
            double form = 0.0;
            for (int k = 0; k < d; k++) {
                form += a[k] * b[k + d] - a[k + d] * b[k];
            }
            form -= (double)((j == i + d) - (i == j + d));
            double unit_i = sqrt(moves[i] / moves[(i + d) % size]);
            double unit_j = sqrt(moves[j] / moves[(j + d) % size]);
            double defect = fabs(form) * unit_i * unit_j;
            worst = defect <= worst ? worst : defect; /* a nan must stay */
        }
    }
    return worst;
}

enum status measures_symplecticity(double *out, const struct integrator *integrator,
                                   const struct system *system, const double *x, double step) {
    int size = system->size;
    double moves[PROBLEM_MAX_STATE];
    struct stepper *stepper = NULL;
    assert(size <= PROBLEM_MAX_STATE);
    enum status status = stepper_create(&stepper, integrator, system);
    double *jacobian = memory_alloc((size_t)size * (size_t)size, sizeof *jacobian);
    find_moves(system, x, step, moves);
    for (int j = 0; status == STATUS_OK && j < size; j++) {
        status = differentiate(stepper, x, step, j, moves[j], jacobian + (size_t)j * (size_t)size);
    }
    if (status == STATUS_OK) {
        *out = find_defect(jacobian, moves, size);
    }
    free(jacobian);
    stepper_free(stepper);
    return status;
}
