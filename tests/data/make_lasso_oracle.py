#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coefficients of the Lasso by scikit-learn, for tests/test_lasso.c, which has the same numbers.

    /usr/bin/python3 tests/data/make_lasso_oracle.py > tests/data/oracle_lasso.txt

Needs scikit-learn (Debian: python3-sklearn). One problem for each polynomial order: order, number of coefficients,
intercept, coefficients in the order of evaluation/polynomial.h.
"""
import itertools

import numpy as np
import sklearn
from sklearn.linear_model import Lasso

ROWS, VARIABLES, ALPHA = 80, 2, 0.01

i = np.arange(ROWS)
z = np.stack([np.sin(0.7 * (i + 1) * (v + 1)) + 0.3 * np.cos(1.1 * i + v) for v in range(VARIABLES)])
y = 0.5 + z[0] - 0.8 * z[1] + 0.6 * z[0] * z[1] ** 2 + 0.1 * np.cos(5.3 * i)


def monomials(order):
    for degree in range(1, order + 1):
        for factors in itertools.combinations_with_replacement(range(VARIABLES), degree):
            yield np.prod(z[list(factors)], axis=0)


print(f"# scikit-learn {sklearn.__version__}, numpy {np.__version__}")
for order in range(1, 6):
    features = np.stack(list(monomials(order)), 1)
    fit = Lasso(alpha=ALPHA, tol=1e-14, max_iter=10**7).fit(features, y)
    print(order, features.shape[1], repr(float(fit.intercept_)), *(repr(float(w)) for w in fit.coef_))
