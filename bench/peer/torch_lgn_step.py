#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One LGN training step in PyTorch and in hambench, timed in turn on the same machine.

    bench/peer/torch_lgn_step.py HAMBENCH [quick|medium|paper] [ROUNDS]

HAMBENCH is the built program. Needs PyTorch (Debian: python3-torch). Prints the medians and their ratio. Encoder,
decoder and sizes are those of torch_step.py. PyTorch computes the acceleration as fast as it is known to: by products
with Jacobians, as hambench does, not by second derivatives of the Lagrangian, and with its batched Cholesky solver.
"""
import sys

import torch
import torch.nn as nn

from torch_step import DT, HGN, INFERENCE, SIZES, chooser, compare, our_seconds, sized, time_steps


def mlp(n_in, hidden, layers, n_out):
    sizes = [n_in] + [hidden] * layers
    modules = []
    for a, b in zip(sizes, sizes[1:]):
        modules += [nn.Linear(a, b), nn.SiLU()]
    return nn.Sequential(*modules, nn.Linear(hidden, n_out))


def with_tangent(net, x, dx):
    """The value of the perceptron at x, and its Jacobian times dx."""
    for layer in net:
        if isinstance(layer, nn.Linear):
            x, dx = layer(x), dx @ layer.weight.T
        else:
            s = torch.sigmoid(x)
            x, dx = x * s, dx * (s * (1 + x * (1 - s)))
    return x, dx


class LGN(HGN):
    def __init__(self, channels, latent, hidden, layers):
        super().__init__(channels, latent, hidden, layers)
        del self.kinetic
        d = latent // 2
        self.mass = mlp(d, hidden, layers, d * (d + 1) // 2)
        self.rows, self.columns = torch.triu_indices(d, d)
        self.eye = torch.eye(d)

    def unpack(self, u):
        out = u.new_zeros(len(u), self.d, self.d)
        out[:, self.rows, self.columns] = u
        return out

    def acceleration(self, q, v):
        slope, = torch.autograd.grad(self.potential(q).sum(), q, create_graph=True)
        u, du = with_tangent(self.mass, q, v)
        upper, rate = self.unpack(u), self.unpack(du)
        w = (upper @ v[:, :, None])[:, :, 0]
        seed = w[:, self.rows] * v[:, self.columns]
        kinetic, = torch.autograd.grad(u, q, seed, create_graph=True)
        turning = rate.transpose(1, 2) @ w[:, :, None] + upper.transpose(1, 2) @ (rate @ v[:, :, None])
        mass = upper.transpose(1, 2) @ upper + self.eye
        force = (kinetic - slope)[:, :, None] - turning
        return torch.cholesky_solve(force, torch.linalg.cholesky(mass))[:, :, 0]

    def loss(self, x, chosen):
        """x [B][T][3][32][32]"""
        mean, log_deviation = self.encode(x[:, :INFERENCE].flatten(1, 2))
        q, v = (mean + torch.exp(log_deviation) * torch.randn_like(mean)).chunk(2, 1)
        states = [q]
        for _ in range(max(chosen)):
            a = self.acceleration(q, v)
            middle_v = v + DT / 2 * a
            a = self.acceleration(q + DT / 2 * v, middle_v)
            q, v = q + DT * middle_v, v + DT * a
            states.append(q)
        images = self.decode(torch.cat([states[i] for i in chosen]))
        targets = torch.cat([x[:, INFERENCE - 1 + i] for i in chosen])
        kl = (0.5 * (mean ** 2 + torch.exp(2 * log_deviation)) - log_deviation - 0.5).sum()
        return ((images - targets) ** 2).mean() + kl / targets.numel()


def torch_seconds(size, rounds):
    channels, latent, hidden, layers, batch, targets, decoded = size
    x = torch.rand(batch, INFERENCE + targets - 1, 3, 32, 32)
    return time_steps(LGN(channels, latent, hidden, layers), x, chooser(targets, decoded), rounds)


def main():
    program = sys.argv[1]
    name = sys.argv[2] if len(sys.argv) > 2 else "quick"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    options = ["--model", "lgn"] + sized(SIZES[name])
    compare(f"lgn, {name}", "f32", lambda: torch_seconds(SIZES[name], 10 if name == "quick" else 1),
            lambda threads: our_seconds(program, options, threads), rounds)


if __name__ == "__main__":
    main()
