#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SciPy's solve_ivp and hambench at equal error, timed in turn on the same machine.

    bench/peer/scipy_integrators.py HAMBENCH [ROUNDS]

HAMBENCH is the built program. Needs SciPy (Debian: python3-scipy). For each problem, SciPy method and tolerance:
the error of SciPy at the end, its time, and the time of hambench's method of the same kind (RK45: dopri5; DOP853 and
LSODA: dopri8) at the largest tolerance whose error is no larger. Times are medians; hambench's is the processor time of
its stepping, SciPy's the wall time of solve_ivp.
"""
import json
import math
import statistics
import subprocess
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp

OURS = {"RK45": "dopri5", "DOP853": "dopri8", "LSODA": "dopri8"}
TOLERANCES = (1e-6, 1e-9, 1e-12)
PERIODS = 50


def kepler(_, x):
    """H = |p|^2 / 2 - 1 / |q|"""
    factor = -1.0 / (x[0] * x[0] + x[1] * x[1]) ** 1.5
    return x[2], x[3], factor * x[0], factor * x[1]


def pendulum(_, x):
    """H = m g l (1 - cos q) + p^2 / (2 m l^2), m = 0.5, g = 3, l = 1"""
    return x[1] / 0.5, -1.5 * math.sin(x[0])


PROBLEMS = {
    "kepler_06": (kepler, (0.4, 0.0, 0.0, 2.0), 2.0 * math.pi),
    "pendulum": (pendulum, (1.5, 1.0), 5.2021705449542255),
}


def hambench(program, problem, end, *options):
    """The result of one run; a run that fails on the way has no state_error."""
    out = subprocess.run([program, "integrate", "--problem", problem, "--time", repr(float(end)), "--json", *options],
                         check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return json.loads(out)


def scipy_run(problem, method, tolerance, end):
    field, start, _ = PROBLEMS[problem]
    begun = time.perf_counter()
    solution = solve_ivp(field, (0.0, end), start, method=method, rtol=tolerance, atol=tolerance, t_eval=[end])
    return time.perf_counter() - begun, solution.y[:, -1], solution.nfev


def match(program, problem, end, integrator, error):
    """The run of the largest tolerance, by quarters of a decade, whose error is at most `error`."""
    for exponent in np.arange(-3.0, -15.25, -0.25):
        tolerance = repr(float(10.0 ** exponent))
        run = hambench(program, problem, end, "--integrator", integrator, "--tol", tolerance)
        if run["state_error"] is not None and run["state_error"] <= error:
            return run, tolerance
    return None, None


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"{'problem':10} {'SciPy':7} {'tol':>6} {'error':>9} {'evaluations':>11} {'ms':>9}   "
          f"{'ours':7} {'error':>9} {'evaluations':>11} {'ms':>9}   ratio")
    for problem, (_, _, period) in PROBLEMS.items():
        end = PERIODS * period
        exact = np.array(hambench(program, problem, end, "--integrator", "dopri8", "--tol", "1e-15")["state"])
        for method, integrator in OURS.items():
            for tolerance in TOLERANCES:
                runs = [scipy_run(problem, method, tolerance, end) for _ in range(rounds)]
                theirs = statistics.median(run[0] for run in runs)
                error = float(np.linalg.norm(runs[0][1] - exact) / np.linalg.norm(exact))
                ours, chosen = match(program, problem, end, integrator, error)
                if ours is None:
                    print(f"{problem:10} {method:7} {tolerance:6.0e} {error:9.1e}: not reached by {integrator}")
                    continue
                again = [hambench(program, problem, end, "--integrator", integrator, "--tol", chosen)
                         for _ in range(rounds)]
                seconds = statistics.median(run["seconds"] for run in again)
                print(f"{problem:10} {method:7} {tolerance:6.0e} {error:9.1e} {runs[0][2]:11d} {1e3 * theirs:9.2f}   "
                      f"{integrator:7} {ours['state_error']:9.1e} {ours['evaluations']:11d} {1e3 * seconds:9.3f}   "
                      f"{theirs / seconds:.0f}", flush=True)


if __name__ == "__main__":
    main()
