#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hambench floor: what it prints, refusals, and a signal.
. "${srcdir:-.}/tests/cli.sh"

succeeds floor pendulum --trajectories 12 --frames 70 --amount 0.01 --amount 0.1 --quiet
shows '^environment +pendulum: ideal pendulum, fixed parameters$' out
shows '^trajectories +12 of 70 frames of 0\.05$' out
shows '^kinds of motion +[0-9]+ swinging, [0-9]+ near the separatrix, [0-9]+ turning \(H below 0\.9, ' out
shows '^\| start error \| trajectories +\| mse at frame 15 \| +30 \| +60 \| valid frames \|$' out
shows '^\| 0\.01 +\| median one +\| +[0-9.]+e-0[0-9] \|' out
shows '^\| 0\.1 +\| turning +\|' out
holds 'something is on standard error' test ! -s err
succeeds floor pendulum --trajectories 12 --frames 70 --amount 0.01 --amount 0.1 --quiet --json
if command -v python3 >/dev/null; then
    holds 'JSON that does not fit together' python3 - out <<'PYTHON'
import json, sys
found = json.load(open(sys.argv[1]))
rows = {(row["amount"], row["trajectories"]): row for row in found["rows"]}
assert len(rows) == 10 and all(len(row["mse"]) == 70 for row in rows.values())
assert sum(rows[0.1, name]["count"] for name in ("swinging", "near the separatrix", "turning")) == 12
assert rows[0.1, "all"]["mse"][60] > rows[0.01, "all"]["mse"][60] > 0
assert len(found["deviation"]) == 2 and found["left_out"] == 0
PYTHON
fi
succeeds floor mass_spring --trajectories 2 --frames 5 --quiet
shows '^\| start error \| trajectories \| mse at frame 4 \| valid frames \|$' out
shows '^\| 0\.001 +\| all ' out

refuses 64 'missing argument' floor
refuses 64 "unknown environment 'pendulun', did you mean 'pendulum'" floor pendulun
refuses 64 "^hambench: --amount: '0', expected a number above 0 and up to 10" floor pendulum --amount 0
refuses 64 "^hambench: --amount: 'nan', expected" floor pendulum --amount nan
refuses 64 '\-\-frames: 1 is out of range' floor pendulum --frames 1
refuses 64 '\-\-trajectories: 1 is out of range' floor pendulum --trajectories 1
refuses 65 '10000 trajectories of 10000 frames, 5 times: expected at most 1e\+08 frames' \
    floor pendulum --trajectories 10000 --frames 10000
refuses 65 'room_circle: its state alone does not determine how it moves' floor room_circle

stops_at_a_signal '^hambench: double_pendulum: interrupted$' \
    floor double_pendulum --trajectories 10000 --frames 2000 --threads 2
finish
