#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Losses and gradients of small models of true states, computed with PyTorch in double precision.

An implementation of its own, like make_oracle.py beside it, whose parameters it shares. Run it as

    /usr/bin/python3 tests/data/make_state_oracle.py > tests/data/oracle_state.txt

with Debian's python3-torch. tests/test_state_models.c compares.
"""
import contextlib
import io

import torch

with contextlib.redirect_stdout(io.StringIO()):  # it prints its own models
    from make_oracle import BATCH, Parameters, linear, report

WIDTH, HIDDEN, HIDDEN_LAYERS = 2, 6, 2


def declare(p, name, n_out):
    sizes = [WIDTH] + [HIDDEN] * HIDDEN_LAYERS + [n_out]
    return [p.linear(f"{name}.{i}", sizes[i], sizes[i + 1]) for i in range(HIDDEN_LAYERS + 1)]


def perceptron(layers, x, activation):
    for i, layer in enumerate(layers):
        x = linear(layer, activation(x) if i > 0 else x)
    return x


def judge(name, p, field):
    """The mean squared errors of rates: of all, of the first half and of the second."""
    phase = 1.0 + 2.0 * torch.arange(BATCH * WIDTH, dtype=torch.float64).reshape(BATCH, WIDTH)
    square = (field(torch.sin(phase)) - torch.cos(phase)) ** 2
    half = WIDTH // 2
    report(name, p, square.mean(), square[:, :half].mean(), square[:, half:].mean())


def hnn():
    p = Parameters()
    layers = declare(p, "hamiltonian", 1)

    def field(x):
        x = x.requires_grad_()
        slope = torch.autograd.grad(perceptron(layers, x, torch.tanh).sum(), x, create_graph=True)[0]
        return torch.cat([slope[:, WIDTH // 2:], -slope[:, :WIDTH // 2]], 1)

    judge("hnn", p, field)


def lnn():
    p = Parameters()
    layers = declare(p, "lagrangian", 1)
    pace = p.add("pace", WIDTH // 2)
    half = WIDTH // 2

    def lagrangian(x):
        return (x[half:] ** 2).sum() / 2 + perceptron(layers, x[None], torch.nn.functional.softplus)[0, 0]

    def rate(state):
        v = torch.exp(pace) * state[half:]
        x = torch.cat([state[:half], v])
        slope = torch.autograd.functional.jacobian(lagrangian, x, create_graph=True)
        second = torch.autograd.functional.hessian(lagrangian, x, create_graph=True)
        acceleration = torch.linalg.inv(second[half:, half:]) @ (slope[:half] - second[half:, :half] @ v)
        return torch.cat([v, acceleration / torch.exp(pace)])

    judge("lnn", p, lambda x: torch.stack([rate(row) for row in x]))


def mlp():
    p = Parameters()
    layers = declare(p, "field", WIDTH)
    judge("mlp", p, lambda x: perceptron(layers, x, torch.tanh))


print(f"# tests/data/make_state_oracle.py with PyTorch {torch.__version__}")
hnn()
lnn()
mlp()
