#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of sine, cosine, exponential and logarithm for tests/test_elementary.c, computed with 60 digits by
mpmath (Debian: python3-mpmath).

    make_elementary.py [COUNT] > elementary.txt     COUNT arguments of each kind (default 60)
    make_elementary.py fits                         the coefficients in support/elementary.c

A line is: function, argument, value rounded to double, and what the rounding took away, the numbers in
hexadecimal."""
import random
import sys

import mpmath
from mpmath import mpf

mpmath.mp.dps = 60
FUNCTIONS = {"sin": mpmath.sin, "cos": mpmath.cos, "exp": mpmath.exp, "log": mpmath.log}


def angles(count):
    near = [float(k * mpmath.pi / 2) for k in list(range(-6, 7)) + [1000, 12345, 2**20 + 1, 60000001]]
    yield from near
    for scale in (1e-8, 0.1, 0.8, 3.2, 10.0, 100.0, 1e4, 1e6, 1e8):
        for _ in range(count):
            yield random.uniform(-scale, scale)


def exponents(count):
    yield from [0.0, 1.0, -1.0, 709.78, -708.0, 1e-300]
    for scale in (1e-10, 1e-3, 0.35, 1.0, 10.0, 100.0, 690.0):
        for _ in range(count):
            yield random.uniform(-scale, scale)


def positives(count):
    yield from [1.0, 2.0, 0.5, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308]
    yield from [float(mpmath.sqrt(mpf(1) / 2)), float(mpmath.sqrt(2))]
    for scale in (1e-9, 1e-3, 0.29):
        for _ in range(count):
            yield 1.0 + random.uniform(-scale, scale)
    for scale in (1.0, 10.0, 1000.0):
        for _ in range(count):
            yield random.uniform(1e-9, scale)
    for _ in range(count):
        yield 2.0 ** random.uniform(-1070.0, 1020.0)


def print_values(count):
    random.seed(1)
    print("# Made by make_elementary.py: function, argument, value, rest.")
    for name, arguments in (("sin", angles), ("cos", angles), ("exp", exponents), ("log", positives)):
        for x in arguments(count):
            exact = FUNCTIONS[name](mpf(x))
            value = float(exact)
            print(name, x.hex(), value.hex(), float(exact - mpf(value)).hex())


def print_fit(name, function, low, high, count):
    coefficients, error = mpmath.chebyfit(function, [low, high], count, error=True)
    print(name, "error", mpmath.nstr(error, 3))
    for coefficient in coefficients:
        print("   ", repr(float(coefficient)))


def print_fits():
    def sine(z):
        x = mpmath.sqrt(z)
        return (mpmath.sin(x) - x) / x**3 if z > 1e-18 else -mpf(1) / 6 + z / 120

    def cosine(z):
        return (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2 if z > 1e-14 else mpf(1) / 24 - z / 720

    def logarithm(z):
        s = mpmath.sqrt(z)
        return (2 * mpmath.atanh(s) - 2 * s) / (s * z) if z > 1e-14 else mpf(2) / 3 + z * 2 / 5

    eighth = (mpmath.pi / 4 * 1.0005) ** 2
    root = mpmath.sqrt(2)
    print_fit("sin", sine, 0, eighth, 6)
    print_fit("cos", cosine, 0, eighth, 6)
    print_fit("log", logarithm, 0, ((root - 1) / (root + 1) * 1.001) ** 2, 7)


if sys.argv[1:] == ["fits"]:
    print_fits()
else:
    print_values(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
