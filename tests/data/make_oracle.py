#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Losses and gradients of small models, computed with PyTorch in double precision.

An implementation of its own: layers, unroll, objective and even the random numbers are written here from their
definitions, and derivatives are PyTorch's. Run it as

    /usr/bin/python3 tests/data/make_oracle.py > tests/data/oracle.txt
    /usr/bin/python3 tests/data/make_oracle.py paper > tests/data/oracle_paper.txt

with Debian's python3-torch (the version used is in the first line of the output). tests/test_models.c compares the small
models in double precision, tests/test_paper_size.c a step of the paper's size, as the program computes it.
"""
import math
import sys

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
BATCH, DT, BETA, SEED = 2, 0.125, 0.7, 11


def set_sizes(channels, latent, hidden, hidden_layers, inference, targets, decoded, horizon):
    global CHANNELS, LATENT, HIDDEN, HIDDEN_LAYERS, INFERENCE, TARGETS, DECODED, HORIZON
    CHANNELS, LATENT, HIDDEN, HIDDEN_LAYERS = channels, latent, hidden, hidden_layers
    INFERENCE, TARGETS, DECODED, HORIZON = inference, targets, decoded, horizon


# ---- random numbers: Philox4x32-10, keyed as support/random.h says ----

def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        left, right = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(right >> 32) ^ c[1] ^ k[0], right & 0xFFFFFFFF, (left >> 32) ^ c[3] ^ k[1], left & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def normals(seed, purpose, index, attempt, count):
    mask = (1 << 64) - 1
    h = 0xCBF29CE484222325
    for c in purpose.encode():
        h = ((h ^ c) * 0x100000001B3) & mask
    z = (h + seed * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    z ^= z >> 31
    words = []
    for block in range(count):
        words += philox([block, attempt, index & 0xFFFFFFFF, index >> 32], [z & 0xFFFFFFFF, z >> 32])
    uniforms = [((words[2 * i] << 32 | words[2 * i + 1]) >> 11) * 2.0 ** -53 for i in range(2 * count)]
    return [math.sqrt(-2 * math.log(1 - uniforms[2 * i])) * math.cos(2 * math.pi * uniforms[2 * i + 1])
            for i in range(count)]


# ---- parameters: declared in order, filled by a formula that the test repeats ----

def scatter(i):
    """Numbers in [-1, 1) without pattern: the 32-bit finaliser of MurmurHash3 of the index."""
    h = (i.astype(numpy.uint64) * 0x9E3779B1) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return (h ^ (h >> 16)).astype(numpy.float64) / 2.0 ** 31 - 1.0


class Parameters:
    def __init__(self):
        self.names, self.tensors, self.offset = [], [], 0

    def add(self, name, *shape):
        size = int(numpy.prod(shape))
        scale = 2.2 / math.sqrt(size / shape[-1]) if len(shape) > 1 else 0.1
        values = torch.from_numpy(scale * scatter(numpy.arange(self.offset, self.offset + size)))
        tensor = values.reshape(shape).requires_grad_()
        self.names.append(name)
        self.tensors.append(tensor)
        self.offset += size
        return tensor

    def linear(self, name, n_in, n_out):
        return self.add(name + ".weight", n_in, n_out), self.add(name + ".bias", n_out)

    def convolution(self, name, n_in, n_out):
        return self.add(name + ".weight", 3, 3, n_in, n_out), self.add(name + ".bias", n_out)


def linear(layer, x):
    return x @ layer[0] + layer[1]


def convolution(layer, x, stride):
    """x [N][C][H][W]; SAME padding with the odd zero at the end."""
    n = x.shape[-1]
    out = -(-n // stride)
    total = max((out - 1) * stride + 3 - n, 0)
    low = total // 2
    x = F.pad(x, (low, total - low, low, total - low))
    return F.conv2d(x, layer[0].permute(3, 2, 0, 1), layer[1], stride)


def declare_encoder(p, n_in, width):
    sizes = [n_in] + [CHANNELS] * 6 + [width]
    layers = [p.convolution(f"encoder.e{i}", sizes[i], sizes[i + 1]) for i in range(7)]
    return layers, p.linear("encoder.head", 16 * width, width)


def encode(encoder, x):
    """x [N][32][32][C]"""
    x = x.permute(0, 3, 1, 2)
    for i, stride in enumerate([2, 1, 2, 1, 2, 1, 1]):
        x = convolution(encoder[0][i], x, stride)
        x = F.leaky_relu(x, 0.01) if i < 6 else x
    return linear(encoder[1], x.permute(0, 2, 3, 1).reshape(x.shape[0], -1))


def declare_decoder(p, width):
    spread = p.linear("decoder.spread", width, 16 * (LATENT // 2))
    constant = p.add("decoder.constant", 4, 4, 2)
    sizes = [2 + LATENT // 2] + [CHANNELS] * 6 + [3]
    return spread, constant, [p.convolution(f"decoder.d{i}", sizes[i], sizes[i + 1]) for i in range(7)]


def decode(decoder, z):
    """z [N][width] -> [N][32][32][3]"""
    spread, constant, layers = decoder
    x = linear(spread, z).reshape(-1, 4, 4, LATENT // 2)
    x = torch.cat([constant.expand(x.shape[0], 4, 4, 2), x], 3).permute(0, 3, 1, 2)
    for i, layer in enumerate(layers):
        x = F.interpolate(x, scale_factor=2, mode="nearest") if i in (0, 2, 4) else x
        x = convolution(layer, x, 1)
        x = F.leaky_relu(x, 0.01) if i < 6 else torch.sigmoid(x)
    return x.permute(0, 2, 3, 1)


def declare_mlp(p, name, n_in, n_out=1):
    sizes = [n_in] + [HIDDEN] * HIDDEN_LAYERS + [n_out]
    return [p.linear(f"{name}.{i}", sizes[i], sizes[i + 1]) for i in range(HIDDEN_LAYERS + 1)]


def mlp(layers, x):
    for i, layer in enumerate(layers):
        x = linear(layer, F.silu(x) if i > 0 else x)
    return x


def images(length):
    j = torch.arange(BATCH * length * 3072)
    return (0.5 + 0.4 * torch.sin(0.013 * j + 0.5 * (j % 7))).reshape(BATCH, length, 32, 32, 3)


def weighted_mse(decoded, x, first):
    """decoded: list of [B][32][32][3] in the order of DECODED."""
    total = 0
    for i, y in enumerate(decoded):
        weight = 1 / HORIZON if i == 0 else (1 - 1 / HORIZON) / (len(DECODED) - 1)
        total = total + weight * ((y - x[:, first + DECODED[i]]) ** 2).mean()
    return total


def report(name, p, loss, mse, kl):
    # The last biases of the energies shift H by a constant and do not reach the loss.
    gradients = torch.autograd.grad(loss, p.tensors, allow_unused=True)
    gradients = [torch.zeros_like(t) if g is None else g for t, g in zip(p.tensors, gradients)]
    print(f"model {name} {p.offset} {loss.item():.17g} {mse.item():.17g} {kl.item():.17g}")
    for tensor_name, g in zip(p.names, gradients):
        g = g.reshape(-1)
        print(f"{tensor_name} {(g * torch.cos(torch.arange(len(g)))).sum().item():.17g} {g.norm().item():.17g}")


def hgn_plus_plus():
    p = Parameters()
    encoder = declare_encoder(p, 3 * INFERENCE, 2 * LATENT)
    potential = declare_mlp(p, "potential", LATENT // 2)
    kinetic = declare_mlp(p, "kinetic", LATENT // 2)
    decoder = declare_decoder(p, LATENT // 2)

    def slope(net, x):
        return torch.autograd.grad(mlp(net, x).sum(), x, create_graph=True)[0]

    x = images(INFERENCE + TARGETS - 1)
    stacked = torch.cat([x[:, t] for t in range(INFERENCE)], 3)
    mean, log_deviation = encode(encoder, stacked).split(LATENT, 1)
    noise = torch.tensor(normals(SEED, "latent", 3, 1, BATCH * LATENT)).reshape(BATCH, LATENT)
    q, momentum = (mean + torch.exp(log_deviation) * noise).split(LATENT // 2, 1)
    states = [q]
    for _ in range(DECODED[-1]):
        momentum = momentum - DT / 2 * slope(potential, q)
        q = q + DT * slope(kinetic, momentum)
        momentum = momentum - DT / 2 * slope(potential, q)
        states.append(q)
    mse = weighted_mse([decode(decoder, states[i]) for i in DECODED], x, INFERENCE - 1)
    kl = (0.5 * (mean ** 2 + torch.exp(2 * log_deviation)) - log_deviation - 0.5).sum(1).mean() / (HORIZON * 3072)
    report("hgn++", p, mse + 0.5 * math.log(math.pi) + BETA * kl, mse, kl)


def sequence_model(name, declare, advance, seen):
    """A model that infers a state and follows it by advance(parts, z); the decoder sees the first `seen` numbers."""
    p = Parameters()
    encoder = declare_encoder(p, 3 * INFERENCE, 2 * LATENT)
    parts = declare(p)
    decoder = declare_decoder(p, seen)
    x = images(INFERENCE + TARGETS - 1)
    mean, log_deviation = encode(encoder, torch.cat([x[:, t] for t in range(INFERENCE)], 3)).split(LATENT, 1)
    noise = torch.tensor(normals(SEED, "latent", 3, 1, BATCH * LATENT)).reshape(BATCH, LATENT)
    states = [mean + torch.exp(log_deviation) * noise]
    for _ in range(DECODED[-1]):
        states.append(advance(parts, states[-1]))
    mse = weighted_mse([decode(decoder, states[i][:, :seen]) for i in DECODED], x, INFERENCE - 1)
    kl = (0.5 * (mean ** 2 + torch.exp(2 * log_deviation)) - log_deviation - 0.5).sum(1).mean() / (HORIZON * 3072)
    report(name, p, mse + 0.5 * math.log(math.pi) + BETA * kl, mse, kl)


def rk2(field):
    return lambda parts, z: z + DT * field(parts, z + DT / 2 * field(parts, z))


def lgn():
    """The acceleration from the Lagrangian alone: (d2L/dv2)^-1 (dL/dq - d2L/dqdv v), with PyTorch's derivatives."""
    d = LATENT // 2
    rows, columns = torch.triu_indices(d, d)

    def declare(p):
        return declare_mlp(p, "potential", d), declare_mlp(p, "mass", d, d * (d + 1) // 2)

    def lagrangian(parts, q, v):
        upper = torch.zeros(d, d).index_put((rows, columns), mlp(parts[1], q))
        mass = upper.T @ upper + torch.eye(d)
        return 0.5 * v @ mass @ v - mlp(parts[0], q)[0]

    def acceleration(parts, q, v):
        value = lagrangian(parts, q, v)
        dq, dv = torch.autograd.grad(value, (q, v), create_graph=True)
        second = [torch.autograd.grad(dv[i], (q, v), create_graph=True) for i in range(d)]
        mixed, hessian = torch.stack([s[0] for s in second]), torch.stack([s[1] for s in second])
        return torch.linalg.solve(hessian, dq - mixed @ v)

    def field(parts, z):
        q, v = z.split(d, 1)
        return torch.cat([v, torch.stack([acceleration(parts, q[b], v[b]) for b in range(BATCH)])], 1)

    sequence_model("lgn", declare, rk2(field), d)


def ode():
    sequence_model("ode", lambda p: declare_mlp(p, "field", LATENT, LATENT), rk2(mlp), LATENT)


def rgn():
    sequence_model("rgn", lambda p: declare_mlp(p, "map", LATENT, LATENT), mlp, LATENT)


def rnn():
    p = Parameters()
    encoder = declare_encoder(p, 3, LATENT)
    widths = [LATENT] + [HIDDEN] * HIDDEN_LAYERS + [LATENT]
    cells = [(p.linear(f"cell{i}.input", widths[i], widths[i + 1]),
              p.linear(f"cell{i}.state", widths[i + 1], widths[i + 1])) for i in range(HIDDEN_LAYERS + 1)]
    decoder = declare_decoder(p, LATENT)
    x = images(TARGETS)
    hidden = [torch.zeros(BATCH, w) for w in widths[1:]]
    outputs = []
    for t in range(DECODED[-1] + 1):
        out = encode(encoder, x[:, t])
        for i, (cell_input, cell_state) in enumerate(cells):
            hidden[i] = torch.relu(linear(cell_input, out) + linear(cell_state, hidden[i]))
            out = hidden[i] if i + 1 == len(cells) else F.silu(hidden[i])
        outputs.append(out)
    mse = weighted_mse([decode(decoder, outputs[i]) for i in DECODED], x, 1)
    report("rnn", p, mse + 0.5 * math.log(math.pi), mse, torch.zeros(()))


print(f"# tests/data/make_oracle.py with PyTorch {torch.__version__}")
if sys.argv[1:] == ["paper"]:
    set_sizes(64, 32, 250, 4, 5, 60, list(range(60)), 60)
    hgn_plus_plus()
else:
    set_sizes(4, 4, 6, 2, 3, 6, [0, 2, 4], 5)
    hgn_plus_plus()
    rnn()
    lgn()
    ode()
    rgn()
