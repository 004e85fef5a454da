#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One training step of the autoregressive LSTM in PyTorch and in hambench, timed in turn on the same machine.

    bench/peer/torch_lstm_step.py HAMBENCH [quick|medium|paper] [ROUNDS] [f32|bf16]

HAMBENCH is the built program. Needs PyTorch (Debian: python3-torch). Prints the medians and their ratio; the precision
is ours, PyTorch always computes in float32. Its frames are encoded in one call, its cells are nn.LSTMCell. Sizes: channels,
latent, hidden, hidden layers, batch, frames of a window, decoded frames (0: all).
"""
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_step import HGN, Same, chooser, compare, our_seconds, sized, time_steps

SIZES = {
    "quick": (16, 16, 64, 2, 16, 30, 10),
    "medium": (32, 32, 100, 3, 32, 60, 15),
    "paper": (64, 32, 250, 4, 32, 60, 0),
}


class Autoregressive(nn.Module):
    def __init__(self, channels, latent, hidden, layers):
        super().__init__()
        c = channels
        strides = [2, 1, 2, 1, 2, 1, 1]
        sizes = [3] + [c] * 6 + [latent]
        self.encoder = nn.ModuleList(Same(sizes[i], sizes[i + 1], strides[i]) for i in range(7))
        self.head = nn.Linear(16 * latent, latent)
        widths = [latent] + [hidden] * layers + [latent]
        self.cells = nn.ModuleList(nn.LSTMCell(a, b) for a, b in zip(widths, widths[1:]))
        self.d = latent // 2  # channels of the map that the decoder starts from
        self.spread = nn.Linear(latent, 16 * self.d)
        self.constant = nn.Parameter(torch.ones(2, 4, 4))
        sizes = [2 + self.d] + [c] * 6 + [3]
        self.decoder = nn.ModuleList(Same(sizes[i], sizes[i + 1]) for i in range(7))

    def encode(self, x):
        for i, layer in enumerate(self.encoder):
            x = layer(x)
            x = F.leaky_relu(x, 0.01) if i < 6 else x
        return self.head(x.flatten(1))

    def recur(self, codes):
        """codes [T][B][D]: the outputs of the last cell, a list of T."""
        states, outputs = [None] * len(self.cells), []
        for x in codes:
            for i, cell in enumerate(self.cells):
                states[i] = cell(x, states[i])
                x = states[i][0] if i + 1 == len(self.cells) else F.silu(states[i][0])
            outputs.append(x)
        return outputs

    decode = HGN.decode

    def loss(self, x, chosen):
        """x [B][T][3][32][32]; target i is frame i + 1."""
        read = x[:, :max(chosen) + 1].transpose(0, 1)
        codes = self.encode(read.flatten(0, 1)).reshape(*read.shape[:2], -1)
        outputs = self.recur(codes)
        images = self.decode(torch.cat([outputs[i] for i in chosen]))
        targets = torch.cat([x[:, i + 1] for i in chosen])
        return ((images - targets) ** 2).mean()


def lstm_seconds(size, rounds):
    channels, latent, hidden, layers, batch, frames, decoded = size
    x = torch.rand(batch, frames, 3, 32, 32)
    return time_steps(Autoregressive(channels, latent, hidden, layers), x, chooser(frames - 1, decoded), rounds)


if __name__ == "__main__":
    name = sys.argv[2] if len(sys.argv) > 2 else "quick"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    precision = sys.argv[4] if len(sys.argv) > 4 else "f32"
    options = ["--model", "lstm"] + sized(SIZES[name], precision)
    compare(f"lstm, {name}", precision, lambda: lstm_seconds(SIZES[name], 10 if name == "quick" else 1),
            lambda threads: our_seconds(sys.argv[1], options, threads), rounds)
