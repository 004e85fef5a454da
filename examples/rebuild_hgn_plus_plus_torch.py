#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuilds hgn++ in PyTorch from what `hambench export` wrote, as docs/models.md describes it, and makes the film of a
`hambench rollout` again:

    rebuild_hgn_plus_plus_torch.py MODEL.h5 ROLLOUT.h5 [DATASET.h5]

Of a rollout from a trajectory the state is inferred from the frames of DATASET, of one from the prior it is taken from
the rollout. Prints the largest difference of latent states, energies and frames; fails when one is above 1e-4 (of
energies, of their size). The integrator is leapfrog, the precision f32.
"""
import sys

import h5py
import torch
import torch.nn.functional as F


class Hgnpp(torch.nn.Module):
    def __init__(self, path):
        super().__init__()
        with h5py.File(path) as file:
            assert file.attrs["format"] == b"hambench-model" and file.attrs["model"] == b"hgn++"
            lines = file.attrs["settings"].decode().splitlines()
            self.settings = dict(line.strip().split(": ", 1) for line in lines if ": " in line)
            self.values = torch.nn.ParameterDict({
                name.replace(".", "/"): torch.nn.Parameter(torch.from_numpy(item[()]))
                for name, item in file["parameters"].items()})
        self.latent = self.p("encoder.head.bias").numel() // 2

    def p(self, name):
        return self.values[name.replace(".", "/")]

    def linear(self, name, x):
        return x @ self.p(name + ".weight") + self.p(name + ".bias")

    def convolution(self, name, x, stride=1):
        """3 x 3, SAME: with stride 2 the odd zero is at the end. x (N, C, H, W); weights (3, 3, in, out)."""
        out = -(-x.shape[2] // stride)
        total = max((out - 1) * stride + 3 - x.shape[2], 0)
        edge = (total // 2, total - total // 2)
        weight = self.p(name + ".weight").permute(3, 2, 0, 1)
        return F.conv2d(F.pad(x, edge + edge), weight, self.p(name + ".bias"), stride)

    def encode(self, frames):
        """(N, n, 32, 32, 3) -> the mean of the state (N, D)."""
        count, seen = frames.shape[:2]
        x = frames.permute(0, 1, 4, 2, 3).reshape(count, 3 * seen, 32, 32)
        for i, stride in enumerate([2, 1, 2, 1, 2, 1, 1]):
            x = self.convolution(f"encoder.e{i}", x, stride)
            x = x if i == 6 else F.leaky_relu(x, 0.01)
        x = x.permute(0, 2, 3, 1).reshape(count, -1)  # row, column, channel
        return self.linear("encoder.head", x)[:, :self.latent]

    def energy_part(self, name, x):
        layers = sum(key.startswith(name + "/") and key.endswith("weight") for key in self.values.keys())
        for i in range(layers):
            x = self.linear(f"{name}.{i}", x)
            x = x if i + 1 == layers else F.silu(x)
        return x.squeeze(1)

    def energy(self, z):
        half = self.latent // 2
        return self.energy_part("kinetic", z[:, half:]) + self.energy_part("potential", z[:, :half])

    def slope(self, name, x):
        x = x.detach().requires_grad_()
        return torch.autograd.grad(self.energy_part(name, x).sum(), x)[0]

    def unroll(self, z, frames, time, steps):
        """Leapfrog in `steps` steps of a frame; (N, frames, D)."""
        half, h = self.latent // 2, time / steps
        q, p = z[:, :half], z[:, half:]
        states = [z]
        for _ in range(frames - 1):
            for _ in range(steps):
                p = p - h / 2 * self.slope("potential", q)
                q = q + h * self.slope("kinetic", p)
                p = p - h / 2 * self.slope("potential", q)
            states.append(torch.cat([q, p], 1))
        return torch.stack(states, 1)

    def decode(self, z):
        """(M, D) -> (M, 32, 32, 3)."""
        x = self.linear("decoder.spread", z[:, :self.latent // 2])
        x = x.reshape(len(z), 4, 4, -1).permute(0, 3, 1, 2)
        constant = self.p("decoder.constant").permute(2, 0, 1).expand(len(z), 2, 4, 4)
        x = torch.cat([constant, x], 1)
        for i in range(7):
            if i in (0, 2, 4):
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = self.convolution(f"decoder.d{i}", x)
            x = x if i == 6 else F.leaky_relu(x, 0.01)
        return torch.sigmoid(x).permute(0, 2, 3, 1)


def main(model_path, rollout_path, data_path=None):
    model = Hgnpp(model_path)
    with h5py.File(rollout_path) as rollout:
        attributes = dict(rollout.attrs)
        found = {name: torch.from_numpy(rollout[name][()]) for name in ("frames", "latents", "energy")}
    assert attributes["integrator"] == b"leapfrog"
    start = found["latents"][:, 0]
    if "trajectory" in attributes:
        first, seen = int(attributes["first_seen"]), int(model.settings["inference_frames"])
        with h5py.File(data_path) as data:
            images = data["test/image"][int(attributes["trajectory"]), first:first + seen]
        start = model.encode(torch.from_numpy(images).float()[None] / 255).detach()
    states = model.unroll(start, found["latents"].shape[1], float(attributes["latent_time"]),
                          int(attributes["steps_per_frame"])).detach()
    with torch.no_grad():
        rows = states.reshape(-1, states.shape[2])
        made = {"latents": states, "energy": model.energy(rows).reshape(found["energy"].shape),
                "frames": model.decode(rows).reshape(found["frames"].shape)}
    worst = 0.0
    for name, values in made.items():
        difference = (values - found[name]).abs().max().item()
        size = max(1.0, found[name].abs().max().item()) if name == "energy" else 1.0
        worst = max(worst, difference / size)
        print(f"{name} {tuple(values.shape)}: largest difference {difference:.1e}")
    return 0 if worst < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
