/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/polynomial.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

int polynomial_count(int variables, int order, int most) {
    double count = 1;
    for (int i = 1; i <= order; i++) {
        count = count * (variables + i) / i; /* a binomial coefficient at each step: exact */
        if (count - 1 > most) {
            return most + 1;
        }
    }
    return (int)count - 1;
}

struct polynomial polynomial_create(int variables, int order) {
    assert(variables > 0 && order >= 1 && order <= POLYNOMIAL_MAX_ORDER);
    int count = polynomial_count(variables, order, 1 << 30);
    struct polynomial p = {
        .variables = variables,
        .order = order,
        .count = count,
        .parent = memory_alloc((size_t)count, sizeof(int)),
        .variable = memory_alloc((size_t)count, sizeof(int)),
    };
    int at = 0;
    for (; at < variables; at++) {
        p.parent[at] = -1;
        p.variable[at] = at;
    }
    int begin = 0, end = at; /* those of the degree before */
    for (int degree = 2; degree <= order; degree++) {
        for (int i = begin; i < end; i++) {
            for (int v = p.variable[i]; v < variables; v++, at++) {
                p.parent[at] = i;
                p.variable[at] = v;
            }
        }
        begin = end;
        end = at;
    }
    assert(at == count);
    return p;
}

void polynomial_free(struct polynomial *polynomial) {
    free(polynomial->parent);
    free(polynomial->variable);
    *polynomial = (struct polynomial){0};
}

void polynomial_values(const struct polynomial *polynomial, const double *z, int rows, double *out) {
    size_t r = (size_t)rows;
    for (int i = 0; i < polynomial->count; i++) {
        const double *variable = z + (size_t)polynomial->variable[i] * r;
        double *to = out + (size_t)i * r;
        if (polynomial->parent[i] < 0) {
            memcpy(to, variable, r * sizeof *to);
            continue;
        }
        const double *parent = out + (size_t)polynomial->parent[i] * r;
        for (size_t row = 0; row < r; row++) {
            to[row] = parent[row] * variable[row];
        }
    }
}

void polynomial_gradient(const struct polynomial *polynomial, const double *w, const double *z, double *out) {
    memset(out, 0, (size_t)polynomial->variables * sizeof *out);
    for (int i = 0; i < polynomial->count; i++) {
        if (w[i] == 0) {
            continue;
        }
        int factor[POLYNOMIAL_MAX_ORDER], degree = 0;
        for (int at = i; at >= 0; at = polynomial->parent[at]) {
            factor[degree++] = polynomial->variable[at];
        }
        for (int k = 0; k < degree; k++) {
            double others = w[i];
            for (int l = 0; l < degree; l++) {
                others *= l == k ? 1 : z[factor[l]];
            }
            out[factor[k]] += others;
        }
    }
}
