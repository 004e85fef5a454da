#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Losses and gradients of small models of densities, computed with PyTorch in double precision.

An implementation of its own, like make_oracle.py beside it, whose random numbers and parameters it shares. Run it as

    /usr/bin/python3 tests/data/make_density_oracle.py > tests/data/oracle_density.txt

with Debian's python3-torch. tests/test_density_models.c compares.
"""
import contextlib
import io
import math

import torch

with contextlib.redirect_stdout(io.StringIO()):  # it prints its own models
    from make_oracle import BATCH, SEED, Parameters, linear, normals, report

WIDTH, HIDDEN, HIDDEN_LAYERS, FLOWS, STEPS, TIME_STEP, COUPLINGS = 2, 6, 2, 2, 2, 0.3, 3


def points():
    j = torch.arange(BATCH * WIDTH)
    return torch.sin(1.0 + 2.0 * j).reshape(BATCH, WIDTH)


def declare(p, name, n_in, n_out):
    sizes = [n_in] + [HIDDEN] * HIDDEN_LAYERS + [n_out]
    return [p.linear(f"{name}.{i}", sizes[i], sizes[i + 1]) for i in range(HIDDEN_LAYERS + 1)]


def perceptron(layers, x, activation):
    for i, layer in enumerate(layers):
        x = linear(layer, activation(x) if i > 0 else x)
    return x


def log_normal(x):
    return (-0.5 * x ** 2 - 0.5 * math.log(2 * math.pi)).sum(1)


def nhf():
    p = Parameters()
    mean = declare(p, "encoder.mean", WIDTH, WIDTH)
    deviation = declare(p, "encoder.deviation", WIDTH, WIDTH)
    flows = [(declare(p, f"flow{i}.potential", WIDTH, 1), declare(p, f"flow{i}.kinetic", WIDTH, 1),
              p.add(f"flow{i}.pace", 1)) for i in range(FLOWS)]

    def slope(net, x):
        return torch.autograd.grad(perceptron(net, x, torch.nn.functional.softplus).sum(), x, create_graph=True)[0]

    q = points().requires_grad_()
    noise = torch.tensor(normals(SEED, "latent", 3, 1, BATCH * WIDTH)).reshape(BATCH, WIDTH)
    log_deviation = perceptron(deviation, q, torch.relu)
    momentum = perceptron(mean, q, torch.relu) + torch.exp(log_deviation) * noise
    for potential, kinetic, pace in reversed(flows):
        step = -TIME_STEP * torch.exp(pace)
        for _ in range(STEPS):
            momentum = momentum - step / 2 * slope(potential, q)
            q = q + step * slope(kinetic, momentum)
            momentum = momentum - step / 2 * slope(potential, q)
    base = (log_normal(q) + log_normal(momentum)).mean()
    encoder = (log_normal(noise) - log_deviation.sum(1)).mean()
    report("nhf", p, encoder - base, base, encoder)


def realnvp():
    p = Parameters()
    half = WIDTH // 2
    couplings = []
    for i in range(COUPLINGS):
        scale = declare(p, f"coupling{i}.scale", half, half)
        bound = p.add(f"coupling{i}.range", half)
        couplings.append((scale, bound, declare(p, f"coupling{i}.shift", half, half)))
    x = points()
    determinant = 0
    for i in reversed(range(COUPLINGS)):
        scale, bound, shift = couplings[i]
        first, second = x[:, :half], x[:, half:]
        kept, moved = (first, second) if i % 2 == 0 else (second, first)
        s = bound * torch.tanh(perceptron(scale, kept, torch.relu))
        moved = (moved - perceptron(shift, kept, torch.relu)) * torch.exp(-s)
        determinant = determinant - s.sum(1)
        x = torch.cat([kept, moved] if i % 2 == 0 else [moved, kept], 1)
    base, determinant = log_normal(x).mean(), determinant.mean()
    report("realnvp", p, -base - determinant, base, determinant)


print(f"# tests/data/make_density_oracle.py with PyTorch {torch.__version__}")
nhf()
realnvp()
