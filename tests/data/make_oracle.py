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

    def convolution(self, name, n_in, n_out, kernel=3):
        return self.add(name + ".weight", kernel, kernel, n_in, n_out), self.add(name + ".bias", n_out)

    def convolutions(self, name, sizes, kernels):
        return [self.convolution(f"{name}{i}", sizes[i], sizes[i + 1], k) for i, k in enumerate(kernels)]


def linear(layer, x):
    return x @ layer[0] + layer[1]


def convolution(layer, x, stride):
    """x [N][C][H][W]; SAME padding with the odd zero at the end."""
    n = x.shape[-1]
    out = -(-n // stride)
    total = max((out - 1) * stride + layer[0].shape[0] - n, 0)
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


def declare_map_decoder(p):
    constant = p.add("decoder.constant", 4, 4, 2)
    return constant, p.convolutions("decoder.d", [2 + LATENT // 2] + [CHANNELS] * 6 + [3], [3] * 7)


def decode_map(decoder, x, leak):
    """x [N][4][4][c] -> [N][32][32][3]"""
    constant, layers = decoder
    x = torch.cat([constant.expand(x.shape[0], 4, 4, 2), x], 3).permute(0, 3, 1, 2)
    for i, layer in enumerate(layers):
        x = F.interpolate(x, scale_factor=2, mode="nearest") if i in (0, 2, 4) else x
        x = convolution(layer, x, 1)
        x = F.leaky_relu(x, leak) if i < 6 else torch.sigmoid(x)
    return x.permute(0, 2, 3, 1)


def declare_decoder(p, width):
    return p.linear("decoder.spread", width, 16 * (LATENT // 2)), declare_map_decoder(p)


def decode(decoder, z):
    """z [N][width] -> [N][32][32][3]"""
    return decode_map(decoder[1], linear(decoder[0], z).reshape(-1, 4, 4, LATENT // 2), 0.01)


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


def weighted_mse(decoded, x, frames):
    """decoded: list of [B][32][32][3] in the order of DECODED, the images of these frames of x."""
    total = 0
    for i, y in enumerate(decoded):
        weight = 1 / HORIZON if i == 0 else (1 - 1 / HORIZON) / (len(DECODED) - 1)
        total = total + weight * ((y - x[:, frames[i]]) ** 2).mean()
    return total


def report(name, p, loss, mse, kl):
    # The last biases of the energies shift H by a constant; they and others do not reach the loss.
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
    mse = weighted_mse([decode(decoder, states[i]) for i in DECODED], x, [INFERENCE - 1 + i for i in DECODED])
    kl = (0.5 * (mean ** 2 + torch.exp(2 * log_deviation)) - log_deviation - 0.5).sum(1).mean() / (HORIZON * 3072)
    report("hgn++", p, mse + 0.5 * math.log(math.pi) + BETA * kl, mse, kl)


def stack(layers, x, strides, activation):
    for i, (layer, stride) in enumerate(zip(layers, strides)):
        x = convolution(layer, activation(x) if i > 0 else x, stride)
    return x


def hgn():
    """As published: all that is inferred stays maps [N][c][4][4]; the state is that of the last frame seen, targets lie
    before and after it."""
    p = Parameters()
    c, h = CHANNELS, HIDDEN
    encoder = p.convolutions("encoder.e", [3 * INFERENCE, c // 2] + [c] * 4 + [2 * LATENT], [2, 4] * 3)
    transform = p.convolutions("transform.", [LATENT] + [c] * 4 + [LATENT], [3] * 5)
    energies = [p.convolutions(name, [LATENT // 2, h // 2, h, h, h, 1], [3, 2, 2, 2, 2])
                for name in ("potential.", "kinetic.")]
    decoder = declare_map_decoder(p)

    def slope(net, x):
        return torch.autograd.grad(stack(net, x, [1, 2, 1, 2, 1], F.softplus).sum(), x, create_graph=True)[0]

    def walk(q, momentum, dt, steps):
        states = []
        for _ in range(steps):
            momentum = momentum - dt / 2 * slope(energies[0], q)
            q = q + dt * slope(energies[1], momentum)
            momentum = momentum - dt / 2 * slope(energies[0], q)
            states.append(q)
        return states

    x = images(INFERENCE + TARGETS)
    stacked = torch.cat([x[:, t] for t in range(INFERENCE)], 3).permute(0, 3, 1, 2)
    mean, log_deviation = stack(encoder, stacked, [2, 1] * 3, F.relu).split(LATENT, 1)
    noise = torch.tensor(normals(SEED, "latent", 3, 1, BATCH * 16 * LATENT)).reshape(BATCH, 4, 4, LATENT)
    z = mean + torch.exp(log_deviation) * noise.permute(0, 3, 1, 2)
    q, momentum = stack(transform, z, [1] * 5, F.relu).split(LATENT // 2, 1)
    states = walk(q, momentum, -DT, INFERENCE - 1)[::-1] + [q] + walk(q, momentum, DT, TARGETS)
    # The nearest targets first, of two the later one.
    order = sorted(range(len(states)), key=lambda t: (abs(t - INFERENCE + 1), -t))
    frames = [order[i] for i in DECODED]
    mse = weighted_mse([decode_map(decoder, states[t].permute(0, 2, 3, 1), 0.2) for t in frames], x, frames)
    kl = (0.5 * (mean ** 2 + torch.exp(2 * log_deviation)) - log_deviation - 0.5).sum() / (BATCH * HORIZON * 3072)
    # GECO: the multiplier is learned, and 1 where the parameter is 0.
    weight = F.softplus(math.log(math.e - 1) + p.add("objective.multiplier", 1).squeeze())
    report("hgn", p, weight * (mse - 0.001) + kl, mse, kl)


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
    mse = weighted_mse([decode(decoder, states[i][:, :seen]) for i in DECODED], x, [INFERENCE - 1 + i for i in DECODED])
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


# ---- autoregressive models, by their cells: declaration, number of state vectors, step ----

def declare_vanilla(p, name, n_in, width):
    return p.linear(name + ".input", n_in, width), p.linear(name + ".state", width, width)


def vanilla(cell, x, state):
    return [torch.relu(linear(cell[0], x) + linear(cell[1], state[0]))]


def declare_lstm(p, name, n_in, width):
    return p.linear(name + ".gates", n_in + width, 4 * width)


def lstm(cell, x, state):
    h, c = state
    i, g, f, o = linear(cell, torch.cat([x, h], 1)).chunk(4, 1)
    c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g)
    return [torch.sigmoid(o) * torch.tanh(c), c]


def declare_gru(p, name, n_in, width):
    return (p.linear(name + ".input", n_in, 3 * width), p.add(name + ".gates.weight", width, 2 * width),
            p.add(name + ".candidate.weight", width, width))


def gru(cell, x, state):
    (w, b), gates, candidate = cell
    h, = state
    w_z, w_r, w_a = w.chunk(3, 1)
    b_z, b_r, b_a = b.chunk(3)
    u_z, u_r = gates.chunk(2, 1)
    z = torch.sigmoid(x @ w_z + b_z + h @ u_z)
    r = torch.sigmoid(x @ w_r + b_r + h @ u_r)
    a = torch.tanh(x @ w_a + b_a + (r * h) @ candidate)
    return [(1 - z) * h + z * a]


def autoregressive(name, declare, vectors, step, free):
    p = Parameters()
    encoder = declare_encoder(p, 3, LATENT)
    widths = [LATENT] + [HIDDEN] * HIDDEN_LAYERS + [LATENT]
    cells = [declare(p, f"cell{i}", widths[i], widths[i + 1]) for i in range(HIDDEN_LAYERS + 1)]
    decoder = declare_decoder(p, LATENT)
    x = images(TARGETS)
    states = [[torch.zeros(BATCH, w)] * vectors for w in widths[1:]]
    predicted = []
    for t in range(DECODED[-1] + 1):
        out = encode(encoder, predicted[-1] if free and t >= INFERENCE else x[:, t])
        for i, cell in enumerate(cells):
            states[i] = step(cell, out, states[i])
            out = states[i][0] if i + 1 == len(cells) else F.silu(states[i][0])
        predicted.append(decode(decoder, out))
    mse = weighted_mse([predicted[i] for i in DECODED], x, [1 + i for i in DECODED])
    report(name, p, mse + 0.5 * math.log(math.pi), mse, torch.zeros(()))


def autoregressive_models(ending, free):
    autoregressive("rnn" + ending, declare_vanilla, 1, vanilla, free)
    autoregressive("lstm" + ending, declare_lstm, 2, lstm, free)
    autoregressive("gru" + ending, declare_gru, 1, gru, free)


print(f"# tests/data/make_oracle.py with PyTorch {torch.__version__}")
if sys.argv[1:] == ["paper"]:
    set_sizes(64, 32, 250, 4, 5, 60, list(range(60)), 60)
    hgn_plus_plus()
    set_sizes(64, 32, 64, None, 31, 0, list(range(31)), 31)
    hgn()
else:
    set_sizes(4, 4, 6, 2, 3, 6, [0, 2, 4], 5)
    hgn_plus_plus()
    lgn()
    ode()
    rgn()
    autoregressive_models("", False)
    autoregressive_models("-free", True)
    set_sizes(4, 4, 6, 2, 3, 40, [0, 33, 38], 39)
    autoregressive_models("-long", False)
    set_sizes(4, 4, 6, 2, 3, 20, [0, 16, 18], 19)
    autoregressive_models("-free-long", True)
    set_sizes(4, 4, 6, None, 5, 2, [0, 1, 3, 4, 6], 7)
    hgn()
