#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hambench diagnose: what it prints and draws, and what it refuses.
. "${srcdir:-.}/tests/cli.sh"

tiny 'hgn++, rnn' 3 >tiny.yaml
succeeds run tiny.yaml --quiet
run_folder=runs/tiny/pendulum/hgn++/seed-0
succeeds diagnose $run_folder --windows 4 --quiet --threads 1
shows '^4 windows in 2 runs; training examples have 7 frames behind the inferred state\.$' out
shows '^Kinds of motion \(H below 0\.9, .*\): swinging [0-9], near the separatrix [0-9], turning [0-9]\.$' out
shows '^\| +0 \| +[0-9.]+e-0[0-9] \| +[0-9.]+e-0[0-9] \| +0\.000 \| +- \| +0 % \| +0\.00 \|' out
shows '^\| +25 \| ' out
shows '^The encoder: its states spread in [0-9.]+ directions \(of 4 numbers; the true state has 2\)\. True states can' out
shows '^Frame 5: of the error ' out
shows '^Frame 25: of the error ' out
shows 'diagnosis/diagnosis\.png$' out
holds 'no picture' test -s $run_folder/diagnosis/diagnosis.svg
holds 'something is on standard error' test ! -s err
cp out one
succeeds diagnose $run_folder --windows 4 --quiet --threads 2
holds 'the number of threads changes the result' cmp -s out one
succeeds diagnose $run_folder --windows 4 --stride 2 --frames 20 --out elsewhere --json --quiet
holds 'no picture elsewhere' test -s elsewhere/diagnosis.png
if command -v python3 >/dev/null; then
    holds 'JSON that does not fit together' python3 - out <<'PYTHON'
import json, sys
found = json.load(open(sys.argv[1]))
assert [point["frame"] for point in found["points"]] == list(range(0, 21, 2))
assert found["points"][0]["gap"] == 0 and found["points"][0]["renewed_gap"] is None
assert all(point["mse"] > 0 and point["decoded_mse"] > 0 and point["distance"] > 0 for point in found["points"])
PYTHON
fi

refuses 64 'missing argument' diagnose
refuses 64 '\-\-windows: 1 is out of range' diagnose $run_folder --windows 1
refuses 64 '\-\-stride: 0 is out of range' diagnose $run_folder --stride 0
refuses 65 '28 frames to follow behind the 5 that are seen, in strides of 5, do not fit into trajectories of 32' \
    diagnose $run_folder --frames 28
refuses 65 'rnn: it has no latent states that are inferred from frames' diagnose runs/tiny/pendulum/rnn/seed-0
refuses 74 'nowhere' diagnose nowhere
finish
