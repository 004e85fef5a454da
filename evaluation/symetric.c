/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/symetric.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/lasso.h"
#include "evaluation/polynomial.h"
#include "support/interrupt.h"
#include "support/memory.h"

const double symetric_worst = 1000;

static const double enough_r2 = 0.9, enough_sym = 0.05;
static const double small_variance = 0.5;

/* Penalties 10^-4 .. 10^-0.5, equally far apart on a logarithmic scale. */
enum { PENALTIES = 10 };
static double penalty(int i) {
    return pow(10, -4 + 3.5 * i / (PENALTIES - 1));
}

/* The published search ends after so many sweeps, at this tolerance. */
static const struct lasso_accuracy accuracy = {.tolerance = 1e-4, .sweeps = 1000};

/* Coefficients up to `cut` count as 0 in Jacobians, to whose entries `offset` is added. */
static const double cut = 1e-3, offset = 1e-6;

/* ---- rows ---- */

/* Columns out [columns][rows] of values [rows][columns], without their means and in units of their deviations
 * `unit` [columns]; what is not finite is 0. */
static double *standardise(const double *values, int rows, int columns, double *unit) {
    size_t r = (size_t)rows, c = (size_t)columns;
    double *out = memory_alloc(r * c, sizeof *out);
    for (size_t j = 0; j < c; j++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < r; i++) {
            double value = values[i * c + j];
            out[j * r + i] = isfinite(value) ? value : 0;
            mean += out[j * r + i] / rows;
        }
        for (size_t i = 0; i < r; i++) {
            out[j * r + i] -= mean;
            square += out[j * r + i] * out[j * r + i] / rows;
        }
        unit[j] = square > 0 ? sqrt(square) : 1;
        for (size_t i = 0; i < r; i++) {
            out[j * r + i] /= unit[j];
        }
    }
    return out;
}

/* What a coordinate in its own unit is in the unit that all positions have in common, or all momenta: the
 * root of their mean square. In place. */
static void relate_to_common(double *unit, int columns) {
    for (int half = 0; half < 2; half++) {
        int begin = half * columns / 2, end = (half + 1) * columns / 2;
        double square = 0;
        for (int j = begin; j < end; j++) {
            square += unit[j] * unit[j] / (end - begin);
        }
        for (int j = begin; j < end; j++) {
            unit[j] /= sqrt(square);
        }
    }
}

int symetric_informative(const double *variance, int trajectories, int latents, int *kept) {
    int d = latents / 2, count = 0;
    for (int i = 0; i < d; i++) {
        double q = 0, p = 0;
        for (int k = 0; k < trajectories; k++) {
            q += variance[k * latents + i] / trajectories;
            p += variance[k * latents + d + i] / trajectories;
        }
        if (q < small_variance || p < small_variance) {
            kept[count++] = i;
        }
    }
    if (count == 0) {
        for (; count < d; count++) {
            kept[count] = count;
        }
    }
    for (int i = 0; i < count; i++) {
        kept[count + i] = d + kept[i];
    }
    return 2 * count;
}

/* ---- regression ---- */

/* What is regressed, at one order. */
struct regression {
    const double *features; /* [count][rows] */
    const double *x;        /* [D][rows] */
    int count, coordinates, rows;
};

/* What coefficients w [count] leave of output k in rows first .. first + rows - 1. */
static void find_errors(const struct regression *r, const double *w, double intercept, int k, int first,
                        int rows, double *out) {
    const double *y = r->x + (size_t)k * (size_t)r->rows + first;
    for (int i = 0; i < rows; i++) {
        out[i] = y[i] - intercept;
    }
    for (int j = 0; j < r->count; j++) {
        const double *feature = r->features + (size_t)j * (size_t)r->rows + first;
        for (int i = 0; i < rows && w[j] != 0; i++) {
            out[i] -= w[j] * feature[i];
        }
    }
}

/* Of a variance `square`, the part that is not `error`; what does not vary is explained by its mean. */
static double part_explained(double square, double error) {
    return square > 0 ? 1 - error / square : (error > 0 ? 0 : 1);
}

/* Part of the outputs' variance that is explained in rows first .. first + rows - 1 by coefficients
 * [D][count] and intercepts [D]: mean over outputs. Without `centred` an error of the mean counts too (R2).
 */
static double explained(const struct regression *r, const double *w, const double *intercepts, int first,
                        int rows, bool centred) {
    double sum = 0;
    double *error = memory_alloc((size_t)rows, sizeof *error);
    for (int k = 0; k < r->coordinates; k++) {
        const double *y = r->x + (size_t)k * (size_t)r->rows + first;
        double mean = 0, mean_error = 0, square = 0, square_error = 0;
        find_errors(r, w + (size_t)k * (size_t)r->count, intercepts[k], k, first, rows, error);
        for (int i = 0; i < rows; i++) {
            mean += y[i] / rows;
            mean_error += centred ? error[i] / rows : 0;
        }
        for (int i = 0; i < rows; i++) {
            square += (y[i] - mean) * (y[i] - mean);
            square_error += (error[i] - mean_error) * (error[i] - mean_error);
        }
        sum += part_explained(square, square_error);
    }
    free(error);
    return sum / r->coordinates;
}

/* Fits all outputs to the rows of `lasso`, from the coefficients in `w` on. */
static void fit_outputs(const struct lasso *lasso, double alpha, double *w, double *intercepts) {
    for (int k = 0; k < lasso->outputs; k++) {
        double *v = w + (size_t)k * (size_t)lasso->features;
        (void)lasso_fit(lasso, k, alpha, accuracy, v);
        intercepts[k] = lasso_intercept(lasso, k, v);
    }
}

static struct lasso lasso_of(const struct regression *r, int first, int rows) {
    return lasso_create(r->features, r->count, r->x, r->coordinates, r->rows, first, rows);
}

/* The scores [PENALTIES] of one half of the rows by a fit to the other, added to. From the largest penalty
 * down, each from the coefficients of the one before, most of which it shares. */
static void score_half(const struct regression *r, int half, double *scores) {
    int middle = r->rows / 2;
    int first = half == 0 ? middle : 0, rows = half == 0 ? r->rows - middle : middle;
    struct lasso lasso = lasso_of(r, first, rows);
    double *w = memory_alloc((size_t)r->count * (size_t)r->coordinates, sizeof *w);
    double *intercepts = memory_alloc((size_t)r->coordinates, sizeof *intercepts);
    for (int i = PENALTIES - 1; i >= 0 && !interrupt_requested(); i--) {
        fit_outputs(&lasso, penalty(i), w, intercepts);
        scores[i] +=
            explained(r, w, intercepts, half == 0 ? 0 : middle, half == 0 ? middle : r->rows - middle, true);
    }
    free(w);
    free(intercepts);
    lasso_free(&lasso);
}

/* The penalty that explains most of either half by the other; the smallest of equals. */
static double choose_penalty(const struct regression *r) {
    double scores[PENALTIES] = {0};
    score_half(r, 0, scores);
    score_half(r, 1, scores);
    int best = 0;
    for (int i = 1; i < PENALTIES; i++) {
        best = scores[i] > scores[best] ? i : best;
    }
    return penalty(best);
}

/* A fit to all rows. */
struct fit {
    struct polynomial polynomial;
    double *features; /* [count][rows] */
    double *w;        /* [D][count] */
    double alpha, r2;
};

static void fit_free(struct fit *fit) {
    polynomial_free(&fit->polynomial);
    free(fit->features);
    free(fit->w);
    *fit = (struct fit){0};
}

static struct regression regression_of(const struct fit *fit, const double *x, int coordinates, int rows) {
    return (struct regression){.features = fit->features,
                               .x = x,
                               .count = fit->polynomial.count,
                               .coordinates = coordinates,
                               .rows = rows};
}

static struct fit fit_order(const double *z, int latents, const double *x, int coordinates, int rows,
                            int order) {
    struct fit fit = {.polynomial = polynomial_create(latents, order)};
    size_t count = (size_t)fit.polynomial.count;
    fit.features = memory_alloc(count * (size_t)rows, sizeof *fit.features);
    fit.w = memory_alloc(count * (size_t)coordinates, sizeof *fit.w);
    polynomial_values(&fit.polynomial, z, rows, fit.features);
    struct regression r = regression_of(&fit, x, coordinates, rows);
    fit.alpha = choose_penalty(&r);
    struct lasso lasso = lasso_of(&r, 0, rows);
    double *intercepts = memory_alloc((size_t)coordinates, sizeof *intercepts);
    fit_outputs(&lasso, fit.alpha, fit.w, intercepts);
    fit.r2 = explained(&r, fit.w, intercepts, 0, rows, false);
    free(intercepts);
    lasso_free(&lasso);
    return fit;
}

/* R2 over all rows, each trajectory predicted by a fit to the others. Rows are turned so that those left out
 * come last. x has no mean. */
static double held_out(const struct fit *fit, const double *x, int coordinates, int trajectories,
                       int states) {
    int rows = trajectories * states, count = fit->polynomial.count;
    size_t columns = (size_t)count + (size_t)coordinates;
    double *turned = memory_alloc(columns * (size_t)rows, sizeof *turned);
    double *w = memory_alloc((size_t)count * (size_t)coordinates, sizeof *w);
    double *intercepts = memory_alloc((size_t)coordinates, sizeof *intercepts);
    double *errors = memory_alloc((size_t)coordinates * (size_t)rows, sizeof *errors);
    for (int k = 0; k < trajectories && !interrupt_requested(); k++) {
        for (size_t j = 0; j < columns; j++) {
            const double *from =
                j < (size_t)count ? fit->features + j * (size_t)rows : x + (j - (size_t)count) * (size_t)rows;
            for (int i = 0; i < rows; i++) {
                turned[j * (size_t)rows + (size_t)i] = from[(i + (k + 1) * states) % rows];
            }
        }
        struct regression r = {.features = turned,
                               .x = turned + (size_t)count * (size_t)rows,
                               .count = count,
                               .coordinates = coordinates,
                               .rows = rows};
        struct lasso lasso = lasso_of(&r, 0, rows - states);
        memcpy(w, fit->w, (size_t)count * (size_t)coordinates * sizeof *w);
        fit_outputs(&lasso, fit->alpha, w, intercepts);
        for (int i = 0; i < coordinates; i++) {
            find_errors(&r, w + (size_t)i * (size_t)count, intercepts[i], i, rows - states, states,
                        errors + i * rows + k * states);
        }
        lasso_free(&lasso);
    }
    double r2 = 0;
    for (int i = 0; i < coordinates; i++) {
        double square = 0, square_error = 0;
        for (int row = i * rows; row < (i + 1) * rows; row++) {
            square += x[row] * x[row];
            square_error += errors[row] * errors[row];
        }
        r2 += part_explained(square, square_error) / coordinates;
    }
    free(turned);
    free(w);
    free(intercepts);
    free(errors);
    return r2;
}

/* ---- Jacobians ---- */

/* A = J E J' [D][D]: A_ij = sum_k J_i,d+k J_j,k - J_i,k J_j,d+k */
static void symplectic_product(const double *jacobian, int coordinates, int latents, double *out) {
    int d = latents / 2;
    for (int i = 0; i < coordinates; i++) {
        for (int j = 0; j < coordinates; j++) {
            const double *a = jacobian + i * latents, *b = jacobian + j * latents;
            double sum = 0;
            for (int k = 0; k < d; k++) {
                sum += a[d + k] * b[k] - a[k] * b[d + k];
            }
            out[i * coordinates + j] = sum;
        }
    }
}

/* E of size D: -1 at (i, i + D/2), 1 at (i + D/2, i). */
static double unit_form(int i, int j, int coordinates) {
    return (double)(i == j + coordinates / 2) - (double)(j == i + coordinates / 2);
}

/* P = A A' */
static void square_form(const double *a, int coordinates, double *out) {
    for (int i = 0; i < coordinates; i++) {
        for (int j = 0; j < coordinates; j++) {
            double sum = 0;
            for (int k = 0; k < coordinates; k++) {
                sum += a[i * coordinates + k] * a[j * coordinates + k];
            }
            out[i * coordinates + j] = sum;
        }
    }
}

static double largest_entry(const double *matrix, int entries) {
    double largest = 0;
    for (int i = 0; i < entries; i++) {
        largest = fmax(largest, fabs(matrix[i]));
    }
    return largest;
}

static double projection(const double *a, int coordinates) {
    double sum = 0;
    for (int i = 0; i < coordinates; i++) {
        for (int j = 0; j < coordinates; j++) {
            sum += a[i * coordinates + j] * unit_form(i, j, coordinates);
        }
    }
    return sum / coordinates;
}

/* Mean square of P / `unit` - I, and of A / c - E. */
static double distance_of_square(const double *p, double unit, int coordinates) {
    double sum = 0;
    for (int i = 0; i < coordinates * coordinates; i++) {
        double off = p[i] / unit - (i % (coordinates + 1) == 0 ? 1 : 0);
        sum += off * off;
    }
    return sum / (coordinates * coordinates);
}

static double distance_of_form(const double *a, double c, int coordinates) {
    double sum = 0;
    for (int i = 0; i < coordinates * coordinates; i++) {
        double off = a[i] / c - unit_form(i / coordinates, i % coordinates, coordinates);
        sum += off * off;
    }
    return sum / (coordinates * coordinates);
}

void symetric_of_jacobians(const double *jacobians, int trajectories, int points, int coordinates,
                           int latents, double *sym, double *strict) {
    int entries = coordinates * coordinates;
    double *a = memory_alloc((size_t)(points * entries), sizeof *a);
    double *p = memory_alloc((size_t)(points * entries), sizeof *p);
    *sym = *strict = 0;
    for (int k = 0; k < trajectories; k++) {
        double unit = 0, c = 0;
        for (int i = 0; i < points; i++) {
            symplectic_product(jacobians + (size_t)(k * points + i) * (size_t)(coordinates * latents),
                               coordinates, latents, a + i * entries);
            square_form(a + i * entries, coordinates, p + i * entries);
            unit += largest_entry(p + i * entries, entries) / points;
            c += projection(a + i * entries, coordinates) / points;
        }
        for (int i = 0; i < points; i++) {
            *sym += distance_of_square(p + i * entries, unit > 0 ? unit : 1, coordinates) /
                    (trajectories * points);
            *strict += (c != 0 ? distance_of_form(a + i * entries, c, coordinates) : symetric_worst) /
                       (trajectories * points);
        }
    }
    *sym = fmin(*sym, symetric_worst);
    *strict = fmin(*strict, symetric_worst);
    free(a);
    free(p);
}

/* Draws `count` of the numbers 0 .. n-1, each at most once. */
static void draw(struct random_stream *random, int n, int count, int *out) {
    int *numbers = memory_alloc((size_t)n, sizeof *numbers);
    for (int i = 0; i < n; i++) {
        numbers[i] = i;
    }
    for (int i = 0; i < count; i++) {
        int other = i + (int)random_below(random, (uint32_t)(n - i));
        out[i] = numbers[other];
        numbers[other] = numbers[i];
    }
    free(numbers);
}

/* The Jacobians of the map at points drawn from each trajectory, [trajectories][points][D][n]. */
static double *find_jacobians(const struct symetric_batch *batch, const struct fit *fit, const double *z,
                              int points) {
    int rows = batch->trajectories * batch->states, n = batch->latents, d = batch->coordinates;
    size_t count = (size_t)fit->polynomial.count, size = (size_t)(d * n);
    struct random_stream random = batch->random;
    double *jacobians = memory_alloc((size_t)(batch->trajectories * points) * size, sizeof *jacobians);
    double *place = memory_alloc((size_t)n, sizeof *place);
    for (size_t i = 0; i < count * (size_t)d; i++) {
        fit->w[i] = fabs(fit->w[i]) > cut ? fit->w[i] : 0;
    }
    for (int k = 0; k < batch->trajectories; k++) {
        int drawn[SYMETRIC_POINTS];
        draw(&random, batch->states, points, drawn);
        for (int i = 0; i < points; i++) {
            for (int v = 0; v < n; v++) {
                place[v] = z[v * rows + k * batch->states + drawn[i]];
            }
            double *jacobian = jacobians + (size_t)(k * points + i) * size;
            for (int row = 0; row < d; row++) {
                polynomial_gradient(&fit->polynomial, fit->w + (size_t)row * count, place,
                                    jacobian + row * n);
            }
            for (size_t j = 0; j < size; j++) {
                jacobian[j] += offset;
            }
        }
    }
    free(place);
    return jacobians;
}

/* Sym of the map as it was fitted, and of the same map with one unit for all positions and one for all
 * momenta, of either side. `x_unit` [D], `z_unit` [n]: each coordinate's own; they are changed. */
static void judge_map(const struct symetric_batch *batch, const struct fit *fit, const double *z,
                      double *x_unit, double *z_unit, struct symetric_score *out) {
    int n = batch->latents, d = batch->coordinates;
    int points = batch->states < SYMETRIC_POINTS ? batch->states : SYMETRIC_POINTS;
    double *jacobians = find_jacobians(batch, fit, z, points);
    symetric_of_jacobians(jacobians, batch->trajectories, points, d, n, &out->sym, &out->strict);
    relate_to_common(x_unit, d);
    relate_to_common(z_unit, n);
    for (int i = 0; i < batch->trajectories * points * d * n; i++) {
        jacobians[i] *= x_unit[i / n % d] / z_unit[i % n];
    }
    symetric_of_jacobians(jacobians, batch->trajectories, points, d, n, &out->sym_common,
                          &out->strict_common);
    free(jacobians);
}

struct symetric_score symetric_judge(const struct symetric_batch *batch) {
    assert(batch->latents > 0 && batch->latents % 2 == 0 && batch->coordinates > 0 &&
           batch->coordinates % 2 == 0 && batch->states > 1);
    int rows = batch->trajectories * batch->states, n = batch->latents;
    int most = n > SYMETRIC_MOST_CURVED ? 1 : batch->max_order;
    double *z_unit = memory_alloc((size_t)n, sizeof *z_unit);
    double *x_unit = memory_alloc((size_t)batch->coordinates, sizeof *x_unit);
    double *z = standardise(batch->z, rows, n, z_unit);
    double *x = standardise(batch->x, rows, batch->coordinates, x_unit);
    struct symetric_score score = {.r2 = -INFINITY};
    struct fit fit = {.w = NULL};
    for (int order = 1; order <= most && score.r2 < enough_r2 && (order == 1 || !interrupt_requested());
         order++) {
        if (order > 1 && polynomial_count(n, order, SYMETRIC_MOST_FEATURES) > SYMETRIC_MOST_FEATURES) {
            score.capped = true;
            break;
        }
        fit_free(&fit);
        fit = fit_order(z, n, x, batch->coordinates, rows, order);
        score.order = order;
        score.r2 = fit.r2;
    }
    score.r2_held_out = held_out(&fit, x, batch->coordinates, batch->trajectories, batch->states);
    judge_map(batch, &fit, z, x_unit, z_unit, &score);
    score.passes = score.r2 > enough_r2 && score.sym < enough_sym;
    fit_free(&fit);
    free(z);
    free(x);
    free(z_unit);
    free(x_unit);
    return score;
}
