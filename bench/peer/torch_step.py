#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HGN++ training step in PyTorch and in hambench, timed in turn on the same machine.

    bench/peer/torch_step.py HAMBENCH [quick|medium|medium-wide|paper] [ROUNDS] [f32|bf16]

HAMBENCH is the built program. Needs PyTorch (Debian: python3-torch). Prints the medians and their ratio; the precision
is ours, PyTorch always computes in float32. Sizes: channels, latent, hidden, hidden layers, batch, target frames,
decoded frames (0: all).
"""
import json
import os
import statistics
import subprocess
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

SIZES = {
    "quick": (16, 16, 64, 3, 16, 30, 10),
    "medium": (32, 32, 100, 3, 32, 60, 15),
    "medium-wide": (32, 32, 250, 4, 32, 60, 15),
    "paper": (64, 32, 250, 4, 32, 60, 0),
}
INFERENCE, DT = 5, 0.125


class Same(nn.Conv2d):
    """Convolution with SAME padding on an even number of pixels, the odd zero at the end."""

    def __init__(self, n_in, n_out, stride=1, kernel=3):
        total = kernel - stride
        super().__init__(n_in, n_out, kernel, stride, padding=total // 2)
        self.odd = total % 2

    def forward(self, x):
        return super().forward(F.pad(x, (0, 1, 0, 1)) if self.odd else x)


def mlp(n_in, hidden, layers):
    sizes = [n_in] + [hidden] * layers
    modules = []
    for a, b in zip(sizes, sizes[1:]):
        modules += [nn.Linear(a, b), nn.SiLU()]
    return nn.Sequential(*modules, nn.Linear(hidden, 1))


class HGN(nn.Module):
    def __init__(self, channels, latent, hidden, layers):
        super().__init__()
        c, d = channels, latent // 2
        strides = [2, 1, 2, 1, 2, 1, 1]
        sizes = [3 * INFERENCE] + [c] * 6 + [2 * latent]
        self.encoder = nn.ModuleList(Same(sizes[i], sizes[i + 1], strides[i]) for i in range(7))
        self.head = nn.Linear(16 * 2 * latent, 2 * latent)
        self.potential, self.kinetic = mlp(d, hidden, layers), mlp(d, hidden, layers)
        self.spread = nn.Linear(d, 16 * d)
        self.constant = nn.Parameter(torch.ones(2, 4, 4))
        sizes = [2 + d] + [c] * 6 + [3]
        self.decoder = nn.ModuleList(Same(sizes[i], sizes[i + 1]) for i in range(7))
        self.d = d

    def encode(self, x):
        for i, layer in enumerate(self.encoder):
            x = layer(x)
            x = F.leaky_relu(x, 0.01) if i < 6 else x
        return self.head(x.flatten(1)).chunk(2, 1)

    def decode(self, q):
        x = self.spread(q).reshape(-1, self.d, 4, 4)
        x = torch.cat([self.constant.expand(len(q), 2, 4, 4), x], 1)
        for i, layer in enumerate(self.decoder):
            x = F.interpolate(x, scale_factor=2) if i in (0, 2, 4) else x
            x = layer(x)
            x = F.leaky_relu(x, 0.01) if i < 6 else torch.sigmoid(x)
        return x

    def loss(self, x, chosen):
        """x [B][T][3][32][32]"""
        mean, log_deviation = self.encode(x[:, :INFERENCE].flatten(1, 2))
        q, p = (mean + torch.exp(log_deviation) * torch.randn_like(mean)).chunk(2, 1)

        def slope(net, y):
            return torch.autograd.grad(net(y).sum(), y, create_graph=True)[0]

        states, force = [q], slope(self.potential, q)
        for _ in range(max(chosen)):
            p = p - DT / 2 * force
            q = q + DT * slope(self.kinetic, p)
            force = slope(self.potential, q)
            p = p - DT / 2 * force
            states.append(q)
        images = self.decode(torch.cat([states[i] for i in chosen]))
        targets = torch.cat([x[:, INFERENCE - 1 + i] for i in chosen])
        kl = (0.5 * (mean ** 2 + torch.exp(2 * log_deviation)) - log_deviation - 0.5).sum()
        return ((images - targets) ** 2).mean() + kl / targets.numel()


def time_steps(model, x, choose, rounds):
    """The median of `rounds` training steps on x, after one more; `choose` names the targets of a step."""
    adam = torch.optim.Adam(model.parameters(), 1e-4)
    times = []
    for _ in range(rounds + 1):
        chosen = choose()
        start = time.perf_counter()
        adam.zero_grad()
        model.loss(x, chosen).backward()
        adam.step()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def chooser(targets, decoded):
    """Draws the targets of a step: the first and others at random, all where `decoded` is 0."""
    def choose():
        if not decoded:
            return list(range(targets))
        return [0] + sorted((torch.randperm(targets - 1)[:decoded - 1] + 1).tolist())

    return choose


def torch_seconds(size, rounds):
    channels, latent, hidden, layers, batch, targets, decoded = size
    x = torch.rand(batch, INFERENCE + targets - 1, 3, 32, 32)

    return time_steps(HGN(channels, latent, hidden, layers), x, chooser(targets, decoded), rounds)


KEYS = ("model.channels", "model.latent", "model.hidden", "model.hidden_layers", "training.batch",
        "model.target_frames", "model.decoded_frames")


def sized(size, precision="f32"):
    """Our options for a size of SIZES."""
    options = []
    for key, value in zip(KEYS + ("model.precision",), size + (precision,)):
        options += ["--set", f"{key}={value}"]
    return options


def our_seconds(program, options, threads):
    """The median step of `hambench bench training` with these options."""
    command = [program, "bench", "training", "--json", "--threads", str(threads)] + options
    out = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(out.stdout.splitlines()[0])["median_s"]


def compare(name, precision, theirs, ours, rounds):
    """Times both `rounds` times in turn, so that both see the same noise, and prints the medians."""
    threads = len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    times = [(theirs(), ours(threads)) for _ in range(rounds)]
    t, o = (statistics.median(column) for column in zip(*times))
    ratios = sorted(a / b for a, b in times)
    print(f"{name}: PyTorch {torch.__version__} {t:.4f} s, hambench {precision} {o:.4f} s a step, "
          f"{t / o:.2f} times faster ({ratios[0]:.2f} to {ratios[-1]:.2f} in single rounds; {threads} threads, "
          f"median of {rounds} rounds)")


def main():
    program = sys.argv[1]
    name = sys.argv[2] if len(sys.argv) > 2 else "quick"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    precision = sys.argv[4] if len(sys.argv) > 4 else "f32"
    options = sized(SIZES[name], precision)
    compare(name, precision, lambda: torch_seconds(SIZES[name], 20 if name == "quick" else 1),
            lambda threads: our_seconds(program, options, threads), rounds)


if __name__ == "__main__":
    main()
