# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the end-to-end tests: a fresh folder to work in and a few assertions. Each check says what it
# looked for when it fails; finish() gives the verdict.
set -u
source_folder=$(cd "${srcdir:-.}" && pwd)
hambench=${builddir:-$(pwd)}/hambench
work=$(mktemp -d "${TMPDIR:-/tmp}/hambench-cli-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1
checks=0
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $*"
}

# Runs the program; leaves its exit code in $code and its output in the files out and err.
run() {
    "$hambench" "$@" >out 2>err
    code=$?
}

# succeeds ARGUMENT...: exit code 0.
succeeds() {
    checks=$((checks + 1))
    run "$@"
    if [ "$code" -ne 0 ]; then
        fail "hambench $*: exit code $code: $(cat err)"
    fi
}

# refuses CODE PATTERN ARGUMENT...: that exit code, and one line on standard error that holds the pattern.
refuses() {
    expected_code=$1
    pattern=$2
    shift 2
    checks=$((checks + 1))
    run "$@"
    if [ "$code" -ne "$expected_code" ]; then
        fail "hambench $*: exit code $code, expected $expected_code: $(cat err)"
    fi
    expect_one_line "hambench $*" "$pattern"
}

# The file err holds one line "hambench: ..." with the pattern.
expect_one_line() {
    if [ "$(wc -l <err)" -ne 1 ] || ! grep -q '^hambench: ' err; then
        fail "$1: not one line of complaint: $(cat err)"
    elif ! grep -Eq -e "$2" err; then
        fail "$1: no '$2' in: $(cat err)"
    fi
}

# stops_at_a_signal PATTERN ARGUMENT...: long work, interrupted after a second: the exit code for that, a line
# of complaint that fits, no result.
stops_at_a_signal() {
    pattern=$1
    shift
    checks=$((checks + 1))
    "$hambench" "$@" >out 2>err &
    process=$!
    sleep 1
    kill -INT "$process"
    wait "$process"
    code=$?
    if [ "$code" -ne 75 ] || [ -s out ] || ! grep -Eq -e "$pattern" err; then
        fail "hambench $*, interrupted: exit code $code, expected 75: $(cat out err)"
    fi
}

# shows PATTERN FILE: a line of the file fits.
shows() {
    checks=$((checks + 1))
    grep -Eq -e "$1" "$2" || fail "no '$1' in $2: $(head -c 2000 "$2")"
}

# holds WHAT TEST...: the test command succeeds.
holds() {
    checks=$((checks + 1))
    what=$1
    shift
    "$@" || fail "$what"
}

# A tiny experiment of a few seconds: tiny MODELS STEPS [ENVIRONMENTS] >FILE
tiny() {
    cat <<YAML
title: Tiny
environments: [${3:-pendulum}]
models: [$1]
dataset: {train: 4, test: 2, frames: 32}
model: {channels: 4, latent: 4, hidden: 8, hidden_layers: 1, target_frames: 8, decoded_frames: 3}
training: {steps: $2, batch: 4, shards: 2, warmup_steps: 2, horizon_steps: 4, first_horizon: 4,
           checkpoint_every: 5, log_every: 1}
evaluation: {windows: 4, long_windows: 1, long_frames: 40, shift_windows: 1, extrapolation_frames: 4}
YAML
}

finish() {
    if [ "$failures" -gt 0 ]; then
        echo "$failures failures in $checks checks"
        exit 1
    fi
    echo "$checks checks"
    [ "$checks" -gt 0 ]
    exit
}
