#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Kernels: the processor chooses them, HAMBENCH_KERNELS overrules it, and any of them trains.
. "${srcdir:-.}/tests/cli.sh"

# Sixteen channels: our own convolutions take part.
tiny hgn++ 3 | sed 's/channels: 4/channels: 16/' >tiny.yaml
error_of() {
    tail -n 1 "$1/pendulum/hgn++/seed-0/metrics.jsonl" | sed 's/.*"mse": \([-+.0-9e]*\).*/\1/'
}

# close A B: equal but for the rounding of three steps in float32. Observed: 2e-8 relative.
close() {
    awk -v a="$1" -v b="$2" 'BEGIN { d = a > b ? a - b : b - a; exit !(b > 0 && d < 1e-6 * b) }'
}

unset HAMBENCH_KERNELS
succeeds --version
best=$(sed -n 's/^  kernels *//p' out)
HAMBENCH_KERNELS= && export HAMBENCH_KERNELS
succeeds --version
shows "^  kernels +$best\$" out

for name in portable reference avx2 avx512; do
    HAMBENCH_KERNELS=$name
    run --version
    if [ "$code" -ne 0 ] && [ "${name#avx}" != "$name" ]; then
        refuses 64 "HAMBENCH_KERNELS: (this processor can't run|unknown kernels) '$name'" run tiny.yaml
        continue
    fi
    shows "^  kernels +$name\$" out
    succeeds run tiny.yaml --quiet
    shows "\"kernels\": \"$name\"" runs/tiny/pendulum/hgn++/seed-0/environment.jsonl
    mv runs/tiny "$name"
    holds "$name trains to another error than portable" close "$(error_of "$name")" "$(error_of portable)"
done

HAMBENCH_KERNELS=avx3
refuses 64 "^hambench: HAMBENCH_KERNELS: unknown kernels 'avx3', did you mean 'avx2'|: portable, reference" --version
refuses 64 "unknown kernels 'avx3'" run tiny.yaml
holds 'refused kernels left a folder' test ! -e runs/tiny
succeeds --help
unset HAMBENCH_KERNELS

# A processor with what all x86-64 have and no more. (A build with sanitizers is too large for the emulator.)
if [ "$(uname -m)" = x86_64 ] && command -v qemu-x86_64 >/dev/null && ! grep -q __asan_init "$hambench"; then
    plain="qemu-x86_64 -cpu qemu64 $hambench"
    checks=$((checks + 1))
    $plain --version >out 2>err || fail "does not start on a plain processor: $(cat err)"
    shows '^  kernels +portable$' out
    checks=$((checks + 1))
    $plain run tiny.yaml --quiet >out 2>err || fail "does not train on a plain processor: $(cat err)"
    holds 'a plain processor trains to another error' close "$(error_of runs/tiny)" "$(error_of portable)"
fi
finish
