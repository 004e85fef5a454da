#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hambench lyapunov: what it prints, the same for any number of threads, refusals, and a signal.
. "${srcdir:-.}/tests/cli.sh"

number='-?[0-9][0-9.e-]*'

succeeds lyapunov double_pendulum --trajectories 6 --time 30 --threads 1 --quiet
shows '^environment +double_pendulum: ideal double pendulum' out
shows '^trajectories +6, each for 30, 600 frames of 0\.05$' out
shows "^exponent +0\\.[0-9]+ +mean of the trajectories, 95 % interval $number to $number\$" out
shows "^ +$number +over the first half of the time, $number over the second\$" out
shows "^of trajectories +$number +standard deviation, $number to $number, median $number\$" out
shows "^Lyapunov time +$number +$number frames\$" out
holds 'something is on standard error' test ! -s err

# The same for any number of threads; a trajectory does not depend on how many there are.
succeeds lyapunov double_pendulum --trajectories 6 --time 30 --threads 1 --quiet --json
cp out one.json
succeeds lyapunov double_pendulum --trajectories 6 --time 30 --threads 3 --quiet --json
holds 'the number of threads changes the result' cmp -s out one.json
if command -v python3 >/dev/null; then
    succeeds lyapunov double_pendulum --trajectories 9 --time 30 --quiet --json
    holds 'trajectories depend on their number' python3 - one.json out <<'PYTHON'
import json, math, sys
six, nine = (json.load(open(name)) for name in sys.argv[1:])
assert six["exponents"] == nine["exponents"][:6] and len(nine["exponents"]) == 9
assert math.isclose(six["exponent"], sum(six["exponents"]) / 6, rel_tol=1e-12)
assert math.isclose(six["exponent"], (six["first_half"] + six["second_half"]) / 2, rel_tol=1e-12)
assert six["low"] < six["exponent"] < six["high"]
assert math.isclose(six["lyapunov_time"], 1 / six["exponent"], rel_tol=1e-12)
assert math.isclose(six["lyapunov_frames"], 1 / (0.05 * six["exponent"]), rel_tol=1e-12)
PYTHON
fi
succeeds lyapunov double_pendulum --trajectories 6 --time 30 --seed 1 --quiet --json
holds 'the seed changes nothing' sh -c '! cmp -s out one.json'

# A system with a method of its own, one with a chart, one with friction; times that are no multiple of a frame.
succeeds lyapunov molecular_dynamics_4 --trajectories 2 --time 0.12 --quiet
succeeds lyapunov matching_pennies --trajectories 2 --time 3.1415 --quiet
succeeds lyapunov pendulum_colors_friction --trajectories 2 --quiet
shows '^trajectories +2, each for 12\.75, 255 frames of 0\.05$' out
succeeds list environments --long
shows '^ +chaotic +Lyapunov exponent 0\.[0-9]+: errors grow by e in [0-9.]+, [0-9.]+ frames$' out

refuses 64 'missing argument' lyapunov
refuses 64 "unknown environment 'pendulun', did you mean 'pendulum'" lyapunov pendulun
refuses 64 '\-\-trajectories: 1 is out of range, allowed is 2 to 100000' lyapunov pendulum --trajectories 1
refuses 64 '\-\-time: 0 must be above 0' lyapunov pendulum --time 0
refuses 64 '\-\-time: -1 must be above 0' lyapunov pendulum --time -1
refuses 64 "\-\-time: 'nan' is not a finite number" lyapunov pendulum --time nan
refuses 64 '\-\-threads: 0 is out of range' lyapunov pendulum --threads 0
refuses 65 'pendulum: 16 trajectories of 2e\+10 frames: expected at most 1e\+09 frames in all' \
    lyapunov pendulum --time 1e9
refuses 65 'pendulum: a time of 1e-300: expected at least a frame, 0\.05' lyapunov pendulum --time 1e-300
refuses 65 'room_circle: its state alone does not determine how it moves' lyapunov room_circle

# A long run shows its progress, and stops at a signal.
stops_at_a_signal '^hambench: pendulum, trajectory [0-9]+: interrupted$' \
    lyapunov pendulum --trajectories 100 --time 1e5 --threads 2
finish
