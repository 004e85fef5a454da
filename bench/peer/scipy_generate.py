#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""scipy_generate.py [BENCH_GENERATE]: trajectories of the pendulum with images by scipy and numpy, as the
published generator makes them (solve_ivp, RK45, tolerances 1e-9; vectorised drawing), in one process.

Prints a JSON line with trajectories per second; with the program bench_generate as argument runs that as well
and prints how many times as fast it is. Needs python3-scipy."""
import json
import subprocess
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp

FRAMES, DT, SECONDS, ROUNDS = 256, 0.05, 1.5, 3
MASS, GRAVITY, LENGTH = 0.5, 3.0, 1.0
BACKGROUND = np.array([0.321, 0.349, 0.368])
COLOR = np.array([1.0, 0.0, 0.0])


def field(_, state):
    q, p = state
    return [p / (MASS * LENGTH**2), -MASS * GRAVITY * LENGTH * np.sin(q)]


def simulate(random):
    direction = random.normal(size=2)
    start = random.uniform(1.3, 2.3) * direction / np.linalg.norm(direction)
    times = np.arange(FRAMES) * DT
    solution = solve_ivp(field, (0.0, times[-1]), start, method="RK45", t_eval=times, rtol=1e-9, atol=1e-9)
    return solution.y.T


def draw(states):
    half = LENGTH + np.sqrt(MASS / np.pi)
    x, y = LENGTH * np.sin(states[:, 0]), -LENGTH * np.cos(states[:, 0])
    u, v, rho = (x + half) / (2 * half), (y + half) / (2 * half), np.sqrt(MASS / np.pi) / (2 * half)
    grid = np.linspace(0.0, 1.0, 32)
    distance = np.sqrt((u[:, None, None] - grid[None, None, :]) ** 2 + (v[:, None, None] - grid[None, :, None]) ** 2)
    opacity = (1.0 / (1.0 + np.exp(80.0 * (distance - rho))))[..., None]
    return (255 * (opacity * COLOR + (1 - opacity) * BACKGROUND)).astype(np.uint8)


def measure():
    random, count, begun = np.random.default_rng(0), 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        assert draw(simulate(random)).shape == (FRAMES, 32, 32, 3)
        count += 1
    return count / (time.perf_counter() - begun)


def main():
    rates = [measure() for _ in range(ROUNDS)]
    ours = []
    if len(sys.argv) > 1:
        lines = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout.splitlines()
        ours = [line for line in map(json.loads, lines) if "trajectories_per_second" in line]
        rates += [measure() for _ in range(ROUNDS)]
    rate = float(np.median(rates))
    print(json.dumps({"bench": "scipy_generate", "environment": "pendulum", "trajectories_per_second": rate}))
    for line in ours:
        print(json.dumps({
            "bench": line["bench"],
            "times_scipy": line["trajectories_per_second"] / rate,
            "times_scipy_2_threads": line["trajectories_per_second_2_threads"] / rate,
            "scaling_to_2_threads": line["scaling_to_2_threads"],
        }))


main()
