#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hambench bench and --timings: figures in both forms, and what is refused.
. "${srcdir:-.}/tests/cli.sh"

succeeds bench engine --seconds 1
shows '^engine .* million ops/s' out
shows ' [0-9]+ MiB' out
succeeds bench engine --seconds 1 --json
shows '^\{"benchmark": "engine", "name": "recording an op .*"median_s": .*"peak_mib": ' out
small='--set model.channels=16 --set training.batch=4 --set model.target_frames=6 --set model.decoded_frames=2'
# shellcheck disable=SC2086
succeeds bench training --json --seconds 1 --threads 1 $small
shows '"benchmark": "training", "name": "hgn\+\+, as set", "threads": 1, .*"unit": "GFLOP/s", "sgemm": .*"mac": [0-9.e+]+, "scratch_mib": ' out

refuses 64 "unknown benchmark 'kernel', did you mean 'kernels'" bench kernel
refuses 64 "model.chanels" bench training --set model.chanels=3
refuses 64 "for the benchmark .training. alone" bench kernels --set model.channels=8
refuses 64 "seconds" bench --seconds 0

succeeds train mass_spring hgn++ --profile smoke --set training.steps=2 --timings --quiet
shows '^decode, backward +[0-9.]+ +[0-9.]+%' err
shows '^convolution +[0-9.]+ .* [0-9.]+$' err
finish
