#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One training step of HGN as published, in PyTorch and in hambench, timed in turn on the same machine.

    bench/peer/torch_hgn_step.py HAMBENCH [quick|paper] [ROUNDS] [f32|bf16]

As torch_step.py, which does the same for HGN++ and has what both share. Sizes: channels, latent, hidden, batch, frames,
decoded frames (0: all).
"""
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_step import DT, Same, compare, our_seconds, time_steps

SIZES = {
    "quick": (16, 16, 16, 16, 31, 10),
    "paper": (64, 32, 64, 32, 31, 0),
}


def convolutions(sizes, kernels, strides):
    return nn.ModuleList(Same(a, b, s, k) for a, b, k, s in zip(sizes, sizes[1:], kernels, strides))


def energy(channels, hidden):
    return convolutions([channels, hidden // 2, hidden, hidden, hidden, 1], [3, 2, 2, 2, 2], [1, 2, 1, 2, 1])


def apply(layers, x, activation):
    for i, layer in enumerate(layers):
        x = layer(x)
        x = activation(x) if i + 1 < len(layers) else x
    return x


class HGN(nn.Module):
    def __init__(self, channels, latent, hidden, frames):
        super().__init__()
        c, d = channels, latent // 2
        self.encoder = convolutions([3 * frames, c // 2] + [c] * 4 + [2 * latent], [2, 4] * 3, [2, 1] * 3)
        self.transform = convolutions([latent] + [c] * 4 + [latent], [3] * 5, [1] * 5)
        self.potential, self.kinetic = energy(d, hidden), energy(d, hidden)
        self.constant = nn.Parameter(torch.ones(2, 4, 4))
        self.decoder = convolutions([2 + d] + [c] * 6 + [3], [3] * 7, [1] * 7)

    def decode(self, q):
        x = torch.cat([self.constant.expand(len(q), 2, 4, 4), q], 1)
        for i, layer in enumerate(self.decoder):
            x = F.interpolate(x, scale_factor=2) if i in (0, 2, 4) else x
            x = layer(x)
            x = F.leaky_relu(x, 0.2) if i < 6 else torch.sigmoid(x)
        return x

    def loss(self, x, chosen):
        """x [B][T][3][32][32]; the state is that of the last frame, and `chosen` are so many frames before it."""
        mean, log_deviation = apply(self.encoder, x.flatten(1, 2), F.relu).chunk(2, 1)
        z = mean + torch.exp(log_deviation) * torch.randn_like(mean)
        q, p = apply(self.transform, z, F.relu).chunk(2, 1)

        def slope(net, y):
            return torch.autograd.grad(apply(net, y, F.softplus).sum(), y, create_graph=True)[0]

        states, force = [q], slope(self.potential, q)
        for _ in range(max(chosen)):
            p = p + DT / 2 * force
            q = q - DT * slope(self.kinetic, p)
            force = slope(self.potential, q)
            p = p + DT / 2 * force
            states.append(q)
        images = self.decode(torch.cat([states[i] for i in chosen]))
        targets = torch.cat([x[:, x.shape[1] - 1 - i] for i in chosen])
        kl = (0.5 * (mean ** 2 + torch.exp(2 * log_deviation)) - log_deviation - 0.5).sum()
        return ((images - targets) ** 2).mean() + kl / targets.numel()


def torch_seconds(size, rounds):
    channels, latent, hidden, batch, frames, decoded = size

    def choose():
        if not decoded:
            return list(range(frames))
        return [0] + sorted((torch.randperm(frames - 1)[:decoded - 1] + 1).tolist())

    return time_steps(HGN(channels, latent, hidden, frames), torch.rand(batch, frames, 3, 32, 32), choose, rounds)


KEYS = ("model.channels", "model.latent", "model.hidden", "training.batch", "model.inference_frames",
        "model.decoded_frames")


def main():
    program = sys.argv[1]
    name = sys.argv[2] if len(sys.argv) > 2 else "quick"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    precision = sys.argv[4] if len(sys.argv) > 4 else "f32"
    parameters = sum(p.numel() for p in HGN(*SIZES["paper"][:3], 31).parameters())
    assert parameters == 645541, parameters  # as published
    options = ["--model", "hgn"]
    for key, value in zip(KEYS + ("model.precision",), SIZES[name] + (precision,)):
        options += ["--set", f"{key}={value}"]
    compare(f"hgn, {name}", precision, lambda: torch_seconds(SIZES[name], 20 if name == "quick" else 1),
            lambda threads: our_seconds(program, options, threads), rounds)


if __name__ == "__main__":
    main()
