# SPDX-License-Identifier: GPL-3.0-or-later
"""h5py_reads_dataset.py FILE ENVIRONMENT: checks a dataset of 3 + 2 trajectories of 40 frames against
docs/formats.md, and its first images against an independent drawing in numpy."""
import hashlib
import json
import sys

import h5py
import numpy as np

TRAIN, TEST, FRAMES = 3, 2, 40
PARAMETERS = {"pendulum": {"m", "g", "l"}, "mass_spring": {"k", "m"}}


def system_of(environment):
    return "mass_spring" if environment.startswith("mass_spring") else "pendulum"


def text(value):
    """Texts are stored in a fixed length."""
    return value.decode() if isinstance(value, bytes) else value


def check_whole(file):
    """The fingerprint of all that the file holds."""
    lines = []
    for name in sorted(file.attrs):
        if name not in ("sha256", "complete"):
            value = file.attrs[name]
            raw = value if isinstance(value, bytes) else value.tobytes()
            lines.append(f"@{name} {hashlib.sha256(raw).hexdigest()}\n")

    def add(name, item):
        if isinstance(item, h5py.Dataset):
            lines.append(f"{name} {text(item.attrs['sha256'])}\n")
    file.visititems(add)
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == text(file.attrs["sha256"])


def check_attributes(file, environment, counts, shift):
    attributes = {name: text(value) for name, value in file.attrs.items()}
    assert attributes["format"] == "hambench-dataset"
    assert attributes["format_version"] == 3
    assert attributes["environment"] == environment
    assert attributes["generator"].startswith("hambench ")
    assert attributes["seed"] == 1 and attributes["seed"].dtype == np.uint64
    assert attributes["frames"] == FRAMES and attributes["dt"] == 0.05
    assert attributes["friction"] == (0.05 if environment.endswith("friction") else 0.0)
    assert attributes["colors"] == (6 if "colors" in environment else 1)
    closed_form = environment in ("mass_spring", "mass_spring_colors")
    assert attributes["integrator"] == ("closed form" if closed_form else "GSL rk8pd")
    assert attributes["tolerance"] == (0.0 if closed_form else 1e-12)
    assert attributes["images"] == "store" and attributes["protocol"] == "published"
    assert attributes["rejected"] == 0
    assert attributes["complete"] == 1
    config = json.loads(attributes["config"])
    expected = {"environment": environment, "frames": FRAMES, "dt": 0.05, "seed": 1, "images": "store", **counts}
    if shift is not None:
        expected["shift"] = shift
    assert config == expected
    assert attributes.get("shift") == shift
    worst = max(file[split]["invariant_error/energy"][:].max() for split in counts)
    assert attributes["max_energy_error"] == worst and 0.0 <= worst < 1e-9


def check_series(group, name, shape, dtype):
    dataset = group[name]
    assert dataset.shape == shape and dataset.dtype == dtype, (name, dataset.shape, dataset.dtype)
    assert dataset.chunks == (1, 32 if name == "image" else FRAMES) + shape[2:]
    assert dataset.compression == "gzip" and dataset.compression_opts == 1
    assert dataset.shuffle and dataset.fletcher32


def check_group(group, count, environment):
    friction = environment.endswith("friction")
    parameters = PARAMETERS[system_of(environment)]
    series = {"x", "dx_dt", "image"} | ({"dx_dt_full"} if friction else set())
    names = series | {"rejected", "run", "invariant_error", "other", "sha256"}
    assert set(group) == names
    assert set(group["sha256"]) == series
    assert "energy" in group["invariant_error"]
    assert group["rejected"].shape == (count,) and group["rejected"].dtype == np.int64
    assert np.array_equal(group["run"], np.arange(count)) and group["run"].dtype == np.int64
    assert set(group["other"]) == parameters | {"offset", "color_index"}
    for name in names & {"x", "dx_dt", "dx_dt_full"}:
        check_series(group, name, (count, FRAMES, 2), np.float64)
    check_series(group, "image", (count, FRAMES, 32, 32, 3), np.uint8)
    for name in parameters:
        assert group["other"][name].shape == (count,) and group["other"][name].dtype == np.float64
    assert group["other/offset"].shape == (count, 2)
    assert group["other/color_index"].shape == (count, 1)
    assert group["other/color_index"].dtype == np.int64


def digest(row):
    return hashlib.sha256(np.ascontiguousarray(row).tobytes()).digest()


def check_fingerprints(group):
    """As docs/formats.md says: of the values, whatever the filters make of them."""
    def check(name, dataset):
        if isinstance(dataset, h5py.Dataset):
            rows = [digest(row) for row in dataset[:]]
            expected = hashlib.sha256(b"".join(rows)).hexdigest()
            assert text(dataset.attrs["sha256"]) == expected, name
            assert set(dataset.attrs) == {"sha256"}
            if name in ("x", "dx_dt", "dx_dt_full", "image"):
                assert group["sha256/" + name][:].tobytes() == b"".join(rows), name
    group.visititems(check)


def check_fields(group, friction):
    other = {name: group["other"][name][:][:, None] for name in group["other"] if len(name) == 1}
    q, p = group["x"][:, :, 0], group["x"][:, :, 1]
    if "k" in other:
        velocity, force = p / other["m"], -other["k"] * q
    else:
        velocity = p / (other["m"] * other["l"] ** 2)
        force = -other["m"] * other["g"] * other["l"] * np.sin(q)
    assert np.allclose(group["dx_dt"][:, :, 0], velocity, rtol=1e-14, atol=0)
    assert np.allclose(group["dx_dt"][:, :, 1], force, rtol=1e-13, atol=1e-14)
    if friction:
        assert np.array_equal(group["dx_dt_full"][:, :, 0], group["dx_dt"][:, :, 0])
        assert np.allclose(group["dx_dt_full"][:, :, 1], force - 0.05 * velocity, rtol=1e-13, atol=1e-14)


def draw(x, y, radius, hue, half):
    grid = np.arange(32) / 31.0
    u, v, rho = (x + half) / (2 * half), (y + half) / (2 * half), radius / (2 * half)
    distance = np.sqrt((u - grid[None, :]) ** 2 + (v - grid[:, None]) ** 2)
    opacity = (1.0 / (1.0 + np.exp(80.0 * (distance - rho))))[:, :, None]
    color = np.clip([abs(6 * hue - 3) - 1, 2 - abs(6 * hue - 2), 2 - abs(6 * hue - 4)], 0, 1)
    return np.floor(255 * (opacity * color + (1 - opacity) * np.array([0.321, 0.349, 0.368])))


def check_images(file, group, environment):
    other = group["other"]
    for i in range(group["x"].shape[0]):
        radius = np.sqrt(other["m"][i] / np.pi)
        hue = other["color_index"][i, 0] / file.attrs["colors"]
        ox, oy = other["offset"][i]
        for frame in (0, 17, FRAMES - 1):
            q = group["x"][i, frame, 0]
            if system_of(environment) == "mass_spring":
                x, y = 0.0, q
            else:
                x, y = other["l"][i] * np.sin(q), -other["l"][i] * np.cos(q)
            expected = draw(x + ox, y + oy, radius, hue, file.attrs["canvas"])
            # numpy's exp may differ in the last bit, which moves a value across an integer once in 1e13.
            assert np.array_equal(group["image"][i, frame], expected), (i, frame)


def main():
    path, environment = sys.argv[1:3]
    counts = {"train": TRAIN, "test": TEST}
    if len(sys.argv) > 3:
        counts["validation"] = int(sys.argv[3])
    shift = sys.argv[4] if len(sys.argv) > 4 else None
    with h5py.File(path, "r") as file:
        assert set(file) == set(counts)
        check_attributes(file, environment, counts, shift)
        check_whole(file)
        for name, count in counts.items():
            check_group(file[name], count, environment)
            check_fingerprints(file[name])
            check_fields(file[name], environment.endswith("friction"))
            check_images(file, file[name], environment)
        assert not np.array_equal(file["train/x"][:2], file["test/x"][:2])
        if "validation" in counts:
            for other in ("train", "test"):
                assert not np.array_equal(file["validation/x"][:2], file[other + "/x"][:2])
    print(environment, "is as documented")


main()
