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
    """3 x 3 convolution with SAME padding, the odd zero at the end."""

    def __init__(self, n_in, n_out, stride=1):
        super().__init__(n_in, n_out, 3, stride, padding=1 if stride == 1 else 0)

    def forward(self, x):
        return super().forward(x if self.stride[0] == 1 else F.pad(x, (0, 1, 0, 1)))


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


def torch_seconds(model, x, targets, decoded, rounds):
    """The median of so many steps on windows x with `targets` targets, of which `decoded` are decoded (0: all)."""
    adam = torch.optim.Adam(model.parameters(), 1e-4)
    times = []
    for i in range(rounds + 1):
        chosen = list(range(targets))
        if decoded:
            chosen = [0] + sorted((torch.randperm(targets - 1)[:decoded - 1] + 1).tolist())
        start = time.perf_counter()
        adam.zero_grad()
        model.loss(x, chosen).backward()
        adam.step()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


KEYS = ("model.channels", "model.latent", "model.hidden", "model.hidden_layers", "training.batch",
        "model.target_frames", "model.decoded_frames")


def hgn_seconds(size, rounds):
    channels, latent, hidden, layers, batch, targets, decoded = size
    x = torch.rand(batch, INFERENCE + targets - 1, 3, 32, 32)
    return torch_seconds(HGN(channels, latent, hidden, layers), x, targets, decoded, rounds)


def our_seconds(program, model, size, threads, precision):
    command = [program, "bench", "training", "--model", model, "--json", "--threads", str(threads)]
    for key, value in zip(KEYS + ("model.precision",), size + (precision,)):
        command += ["--set", f"{key}={value}"]
    out = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(out.stdout.splitlines()[0])["median_s"]


def compare(program, model, sizes, name, rounds, precision, peer):
    """Times our step of `model` and peer(size, repetitions), and prints both."""
    threads = len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    ours, theirs = [], []
    for _ in range(rounds):  # in turn, so that both see the same noise
        theirs.append(peer(sizes[name], 20 if name == "quick" else 1))
        ours.append(our_seconds(program, model, sizes[name], threads, precision))
    t, o = statistics.median(theirs), statistics.median(ours)
    print(f"{model}, {name}: PyTorch {torch.__version__} {t:.4f} s, hambench {precision} {o:.4f} s a step, "
          f"{t / o:.2f} times faster ({threads} threads, median of {rounds} rounds)")


def main():
    name = sys.argv[2] if len(sys.argv) > 2 else "quick"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    precision = sys.argv[4] if len(sys.argv) > 4 else "f32"
    compare(sys.argv[1], "hgn++", SIZES, name, rounds, precision, hgn_seconds)


if __name__ == "__main__":
    main()
