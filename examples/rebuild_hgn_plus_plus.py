#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuilds hgn++ from the checkpoint of a run folder, with numpy and h5py alone, as docs/models.md describes it, and
predicts the test windows of its evaluation again:

    rebuild_hgn_plus_plus.py RUN_FOLDER DATASET

Prints the reconstruction error of each window beside that of evaluation.json; fails when one differs by more than 1e-5
of itself. The integrator is leapfrog, the precision f32.
"""
import json
import sys

import h5py
import numpy as np


def leaky(x):
    return np.where(x > 0, x, 0.01 * x)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def convolve(x, w, b, stride=1):
    """3 x 3, SAME: the odd zero is at the end. x (N, H, W, in), w (3, 3, in, out)."""
    out = -(-x.shape[1] // stride)
    total = max((out - 1) * stride + 3 - x.shape[1], 0)
    edge = (total // 2, total - total // 2)
    x = np.pad(x, ((0, 0), edge, edge, (0, 0)))
    span = (out - 1) * stride + 1
    return b + sum(x[:, i:i + span:stride, j:j + span:stride] @ w[i, j] for i in range(3) for j in range(3))


class Model:
    def __init__(self, checkpoint, time_step):
        self.p = {name: np.asarray(value) for name, value in self.walk(checkpoint["parameters"])}
        self.time_step = time_step
        self.latent = self.p["encoder.head.bias"].size // 2

    @staticmethod
    def walk(group):
        return ((name, item[()]) for name, item in group.items())

    def linear(self, name, x):
        return x @ self.p[name + ".weight"] + self.p[name + ".bias"]

    def convolution(self, name, x, stride=1):
        return convolve(x, self.p[name + ".weight"], self.p[name + ".bias"], stride)

    def encode(self, frames):
        """(N, n, 32, 32, 3) -> the mean of the state, (N, D)."""
        count, seen = frames.shape[:2]
        x = frames.transpose(0, 2, 3, 1, 4).reshape(count, 32, 32, 3 * seen)
        for i, stride in enumerate([2, 1, 2, 1, 2, 1, 1]):
            x = self.convolution(f"encoder.e{i}", x, stride)
            x = x if i == 6 else leaky(x)
        return self.linear("encoder.head", x.reshape(count, -1))[:, :self.latent]

    def gradient(self, name, x):
        """d energy / dx of a perceptron with swish between its layers."""
        layers = sum(key.startswith(name + ".") and key.endswith(".weight") for key in self.p)
        slopes = []
        for i in range(layers - 1):
            x = self.linear(f"{name}.{i}", x)
            s = sigmoid(x)
            slopes.append(s * (1 + x * (1 - s)))
            x = x * s
        back = np.ones((x.shape[0], 1), np.float32)
        for i in reversed(range(layers)):
            back = back @ self.p[f"{name}.{i}.weight"].T
            back = back * slopes[i - 1] if i > 0 else back
        return back

    def unroll(self, z, frames):
        """Leapfrog; yields q of each frame."""
        q, p = z[:, :self.latent // 2], z[:, self.latent // 2:]
        yield q
        for _ in range(frames - 1):
            p = p - self.time_step / 2 * self.gradient("potential", q)
            q = q + self.time_step * self.gradient("kinetic", p)
            p = p - self.time_step / 2 * self.gradient("potential", q)
            yield q

    def decode(self, q):
        x = self.linear("decoder.spread", q)
        x = x.reshape(len(q), 4, 4, -1)
        constant = np.broadcast_to(self.p["decoder.constant"], (len(q), 4, 4, 2))
        x = np.concatenate([constant, x], axis=3)
        for i in range(7):
            if i in (0, 2, 4):
                x = x.repeat(2, axis=1).repeat(2, axis=2)
            x = self.convolution(f"decoder.d{i}", x)
            x = x if i == 6 else leaky(x)
        return sigmoid(x)


def main(folder, data_path):
    with open(folder + "/evaluation.json") as file:
        evaluation = json.load(file)
    settings = dict(line.strip().split(": ", 1) for line in open(folder + "/config.resolved.yaml") if ": " in line)
    seen, frames = int(settings["inference_frames"]), evaluation["reconstruction_frames"]
    with h5py.File(folder + "/checkpoint.h5") as checkpoint:
        model = Model(checkpoint, float(settings["time_step"]))
    windows = evaluation["window_list"]
    with h5py.File(data_path) as data:
        films = np.stack([data["test/image"][w["trajectory"], w["origin"] - seen + 1:w["origin"] + frames]
                          for w in windows]) / np.float32(255)
    error = np.zeros(len(windows))
    for t, q in enumerate(model.unroll(model.encode(films[:, :seen]), frames)):
        error += np.mean((model.decode(q) - films[:, seen - 1 + t]) ** 2, axis=(1, 2, 3)) / frames
    worst = 0.0
    for window, found in zip(windows, error):
        expected = window["reconstruction_mse"]
        worst = max(worst, abs(found / expected - 1))
        print(f"test trajectory {window['trajectory']}: {found:.6e}, evaluation.json {expected:.6e}")
    print(f"largest relative difference: {worst:.1e}")
    return 0 if worst < 1e-5 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
