/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/lasso.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulators/vector.h"
#include "support/memory.h"

/* ---- data ---- */

/* Copies part of each column and takes its mean off. */
static void centre(double *out, double *means, const double *columns, int count, int all, int first,
                   int rows) {
    for (int j = 0; j < count; j++) {
        const double *from = columns + (size_t)j * (size_t)all + first;
        double *to = out + (size_t)j * (size_t)rows;
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += from[i];
        }
        means[j] = sum / rows;
        for (int i = 0; i < rows; i++) {
            to[i] = from[i] - means[j];
        }
    }
}

/* Eight sums side by side: the compiler may not reorder one. */
VECTOR_CLONES static double product(const double *restrict a, const double *restrict b, int count) {
    double sums[8] = {0};
    int i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int k = 0; k < 8; k++) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < count; i++) {
        sums[i % 8] += a[i] * b[i];
    }
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

struct lasso lasso_create(const double *features, int feature_count, const double *outputs, int output_count,
                          int all, int first, int rows) {
    size_t r = (size_t)rows, f = (size_t)feature_count, k = (size_t)output_count;
    struct lasso lasso = {
        .rows = rows,
        .features = feature_count,
        .outputs = output_count,
        .feature = memory_alloc(f * r, sizeof(double)),
        .feature_mean = memory_alloc(f, sizeof(double)),
        .square = memory_alloc(f, sizeof(double)),
        .output = memory_alloc(k * r, sizeof(double)),
        .output_mean = memory_alloc(k, sizeof(double)),
    };
    centre(lasso.feature, lasso.feature_mean, features, feature_count, all, first, rows);
    centre(lasso.output, lasso.output_mean, outputs, output_count, all, first, rows);
    for (size_t j = 0; j < f; j++) {
        lasso.square[j] = product(lasso.feature + j * r, lasso.feature + j * r, rows);
    }
    return lasso;
}

void lasso_free(struct lasso *lasso) {
    free(lasso->feature);
    free(lasso->feature_mean);
    free(lasso->square);
    free(lasso->output);
    free(lasso->output_mean);
    *lasso = (struct lasso){0};
}

/* ---- the coefficients that are not 0 ---- */

/* A fit under way. Coordinates are active once they have left 0; the others are looked at now and then. What
 * happens among the active ones needs their products alone, a few numbers instead of whole columns. */
struct descent {
    const struct lasso *lasso;
    const double *y;
    double penalty; /* alpha R */
    int *active;    /* [count] of at most `room` coordinates */
    int *place;     /* [features]: in `active`, -1 for none */
    int count, room;
    double *products; /* F_i F_j of active coordinates, [room][room] */
    double *target;   /* F_i y, [room] */
    double *w;        /* [room] */
    double *slope;    /* F_i (y - F w), [room] */
    double *residual; /* y - F w, [rows] */
    /* Scratch of a linear system: its coordinates, its factor [room][room], its solution. */
    int *support;
    double *square, *way;
};

static const double *column(const struct lasso *lasso, int j) {
    return lasso->feature + (size_t)j * (size_t)lasso->rows;
}

VECTOR_CLONES static void subtract(double *restrict residual, const double *restrict feature, double factor,
                                   int count) {
    for (int i = 0; i < count; i++) {
        residual[i] -= factor * feature[i];
    }
}

static double *enlarge(double *matrix, int before, int after, int count) {
    double *out = memory_alloc((size_t)after * (size_t)after, sizeof *out);
    for (int i = 0; i < count; i++) {
        memcpy(out + (size_t)i * (size_t)after, matrix + (size_t)i * (size_t)before,
               (size_t)count * sizeof *out);
    }
    free(matrix);
    return out;
}

static void make_room(struct descent *d) {
    int after = d->room == 0 ? 64 : 2 * d->room;
    size_t size = (size_t)after;
    d->products = enlarge(d->products, d->room, after, d->count);
    d->active = memory_resize(d->active, size, sizeof *d->active);
    d->target = memory_resize(d->target, size, sizeof *d->target);
    d->w = memory_resize(d->w, size, sizeof *d->w);
    d->slope = memory_resize(d->slope, size, sizeof *d->slope);
    d->way = memory_resize(d->way, size, sizeof *d->way);
    d->support = memory_resize(d->support, size, sizeof *d->support);
    free(d->square);
    d->square = memory_alloc(size * size, sizeof *d->square);
    d->room = after;
}

/* Makes coordinate j, at `w`, an active one. Its slope is that of the residual. */
static void activate(struct descent *d, int j, double w) {
    const struct lasso *lasso = d->lasso;
    if (d->count == d->room) {
        make_room(d);
    }
    int at = d->count++;
    d->active[at] = j;
    d->place[j] = at;
    d->w[at] = w;
    d->target[at] = product(column(lasso, j), d->y, lasso->rows);
    d->slope[at] = product(column(lasso, j), d->residual, lasso->rows);
    for (int i = 0; i <= at; i++) {
        double value = product(column(lasso, j), column(lasso, d->active[i]), lasso->rows);
        d->products[(size_t)at * (size_t)d->room + (size_t)i] = value;
        d->products[(size_t)i * (size_t)d->room + (size_t)at] = value;
    }
}

static double soft(double value, double penalty) {
    double size = fabs(value) - penalty;
    return size > 0 ? copysign(size, value) : 0;
}

/* One sweep over the active coordinates: w_j <- soft(F_j r + |F_j|^2 w_j, alpha R) / |F_j|^2. Returns the
 * largest change. */
static double sweep(struct descent *d) {
    double largest = 0;
    for (int j = 0; j < d->count; j++) {
        const double *row = d->products + (size_t)j * (size_t)d->room;
        double after = soft(d->slope[j] + row[j] * d->w[j], d->penalty) / row[j];
        double change = after - d->w[j];
        if (change != 0) {
            subtract(d->slope, row, change, d->count);
            d->w[j] = after;
            largest = fabs(change) > largest ? fabs(change) : largest;
        }
    }
    return largest;
}

/* Adds coordinate `at` to the support and a row to the lower Cholesky factor of its products, unless it is a
 * combination of those that are there: the row is not used then. */
static void extend_support(struct descent *d, int at, int *n) {
    const double *products = d->products + (size_t)at * (size_t)d->room;
    double *row = d->square + (size_t)*n * (size_t)d->room;
    for (int j = 0; j < *n; j++) {
        const double *other = d->square + (size_t)j * (size_t)d->room;
        row[j] = (products[d->support[j]] - product(row, other, j)) / other[j];
    }
    double rest = products[at] - product(row, row, *n);
    if (rest > 1e-8 * products[at]) {
        row[*n] = sqrt(rest);
        d->support[(*n)++] = at;
    }
}

/* Solves L L' x = b in place. */
static void solve(const double *factor, int room, int n, double *b) {
    for (int i = 0; i < n; i++) {
        const double *row = factor + (size_t)i * (size_t)room;
        b[i] = (b[i] - product(row, b, i)) / row[i];
    }
    for (int i = n - 1; i >= 0; i--) {
        const double *row = factor + (size_t)i * (size_t)room;
        b[i] /= row[i];
        subtract(b, row, b[i], i);
    }
}

/* The way to the minimum as long as no sign changes, of the coordinates of the support, which is found as
 * well; returns their number. */
static int find_way(struct descent *d) {
    int n = 0;
    for (int i = 0; i < d->count; i++) {
        if (d->w[i] != 0) {
            extend_support(d, i, &n);
        }
    }
    for (int i = 0; i < n; i++) {
        int at = d->support[i];
        d->way[i] = d->slope[at] - copysign(d->penalty, d->w[at]);
    }
    solve(d->square, d->room, n, d->way);
    return n;
}

static void change(struct descent *d, int at, double after) {
    double difference = after - d->w[at];
    if (difference != 0) {
        subtract(d->slope, d->products + (size_t)at * (size_t)d->room, difference, d->count);
        d->w[at] = after;
    }
}

/* A step to the minimum of the active coordinates with their present signs, or as far as the first of them
 * comes to 0, where it stays (Lee, Battle, Raina, Ng, "Efficient sparse coding algorithms", 2006). Returns
 * whether it was the whole step. */
static bool leap(struct descent *d) {
    int n = find_way(d), first = -1;
    double part = 1;
    for (int i = 0; i < n; i++) {
        double w = d->w[d->support[i]], to = w + d->way[i];
        if (w * to <= 0 && -w / d->way[i] < part) {
            part = -w / d->way[i];
            first = i;
        }
    }
    for (int i = 0; i < n; i++) {
        change(d, d->support[i], i == first ? 0 : d->w[d->support[i]] + part * d->way[i]);
    }
    return first < 0;
}

static double largest_coefficient(const struct descent *d) {
    double largest = 0;
    for (int i = 0; i < d->count; i++) {
        largest = fabs(d->w[i]) > largest ? fabs(d->w[i]) : largest;
    }
    return largest;
}

/* Until the active coordinates rest; returns the sweeps. */
static int settle(struct descent *d, double tolerance, int most) {
    int sweeps = 0;
    double moved;
    do {
        while (!leap(d)) {
        }
        moved = sweep(d);
        sweeps++;
    } while (moved > tolerance * largest_coefficient(d) && sweeps < most);
    return sweeps;
}

/* ---- all coordinates ---- */

static void find_residual(struct descent *d) {
    int rows = d->lasso->rows;
    memcpy(d->residual, d->y, (size_t)rows * sizeof *d->residual);
    for (int i = 0; i < d->count; i++) {
        if (d->w[i] != 0) {
            subtract(d->residual, column(d->lasso, d->active[i]), d->w[i], rows);
        }
    }
}

/* How far the objective times R can be above its minimum: by the dual point that is the residual, made as
 * much smaller as its steepest coordinate asks for. */
static double duality_gap(const struct descent *d, double steepest) {
    int rows = d->lasso->rows;
    double size = 0, scale = steepest > d->penalty ? d->penalty / steepest : 1;
    for (int i = 0; i < d->count; i++) {
        size += fabs(d->w[i]);
    }
    double square = product(d->residual, d->residual, rows);
    return square * (1 + scale * scale) / 2 + d->penalty * size - scale * product(d->residual, d->y, rows);
}

/* The slopes of all coordinates, [features]; returns the size of the largest. */
static double find_slopes(const struct descent *d, double *slopes) {
    double steepest = 0;
    for (int j = 0; j < d->lasso->features; j++) {
        slopes[j] = product(column(d->lasso, j), d->residual, d->lasso->rows);
        steepest = fabs(slopes[j]) > steepest ? fabs(slopes[j]) : steepest;
    }
    return steepest;
}

/* Activates the coordinates that 0 does not hold, of those the half that is pulled most: most of the others
 * will be held again when these have moved. Returns how many. */
static int activate_steep(struct descent *d, const double *slopes, double steepest) {
    double enough = d->penalty + (steepest - d->penalty) / 2;
    int before = d->count;
    for (int j = 0; j < d->lasso->features; j++) {
        if (d->place[j] < 0 && fabs(slopes[j]) > d->penalty && fabs(slopes[j]) >= enough &&
            d->lasso->square[j] > 0) {
            activate(d, j, 0);
        }
    }
    return d->count - before;
}

static struct descent begin(const struct lasso *lasso, int k, double alpha, const double *w) {
    struct descent d = {
        .lasso = lasso,
        .y = lasso->output + (size_t)k * (size_t)lasso->rows,
        .penalty = alpha * lasso->rows,
        .place = memory_alloc((size_t)lasso->features, sizeof(int)),
        .residual = memory_alloc((size_t)lasso->rows, sizeof(double)),
    };
    make_room(&d);
    memcpy(d.residual, d.y, (size_t)lasso->rows * sizeof *d.residual);
    for (int j = 0; j < lasso->features; j++) {
        d.place[j] = -1;
        if (w[j] != 0 && lasso->square[j] > 0) { /* a constant explains nothing */
            subtract(d.residual, column(lasso, j), w[j], lasso->rows);
        }
    }
    for (int j = 0; j < lasso->features; j++) {
        if (w[j] != 0 && lasso->square[j] > 0) {
            activate(&d, j, w[j]);
        }
    }
    return d;
}

static void end(struct descent *d, double *w) {
    memset(w, 0, (size_t)d->lasso->features * sizeof *w);
    for (int i = 0; i < d->count; i++) {
        w[d->active[i]] = d->w[i];
    }
    free(d->active);
    free(d->place);
    free(d->products);
    free(d->target);
    free(d->w);
    free(d->slope);
    free(d->residual);
    free(d->square);
    free(d->way);
    free(d->support);
}

/* Moves the active coordinates until they rest, then looks at all, and takes in those that would move; again,
 * until the gap is closed. */
bool lasso_fit(const struct lasso *lasso, int k, double alpha, struct lasso_accuracy accuracy, double *w) {
    struct descent d = begin(lasso, k, alpha, w);
    double *slopes = memory_alloc((size_t)lasso->features, sizeof *slopes);
    double rest = accuracy.tolerance, enough = accuracy.tolerance * product(d.y, d.y, lasso->rows);
    bool closed = false;
    for (int sweeps = 0; sweeps < accuracy.sweeps && !closed;) {
        sweeps += settle(&d, rest, accuracy.sweeps - sweeps);
        find_residual(&d);
        double steepest = find_slopes(&d, slopes);
        closed = duality_gap(&d, steepest) <= enough;
        if (!closed && activate_steep(&d, slopes, steepest) == 0) {
            rest /= 10; /* those that are active are not where they belong */
        }
    }
    free(slopes);
    end(&d, w);
    return closed;
}

double lasso_intercept(const struct lasso *lasso, int k, const double *w) {
    return lasso->output_mean[k] - product(lasso->feature_mean, w, lasso->features);
}
