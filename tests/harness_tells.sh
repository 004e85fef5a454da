#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A test that fails says what was wrong, and its program does not end with 0.
set -u
program=${builddir:-.}/tests/failing_checks
output=$("$program" 2>&1)
code=$?
result=0
expect() { # COUNT PATTERN
    found=$(printf '%s\n' "$output" | grep -Ec -e "$2")
    if [ "$found" -ne "$1" ]; then
        echo "FAILED: $found lines with '$2', expected $1"
        result=1
    fi
}
[ "$code" -ne 0 ] || { echo 'FAILED: a program with failed tests ends with 0'; result=1; }
expect 2 'fail_with_a_reason\(\) gives 65: file\.yaml:3:1: a reason$'
expect 1 'gives 65: file\.yaml:3:1: a reason \(expected 74: \.\.\.a reason\.\.\.\)$'
expect 1 'gives 65: file\.yaml:3:1: a reason \(expected 65: \.\.\.another reason\.\.\.\)$'
expect 1 'STATUS_OK gives 0:  \(expected 65: \.\.\.a reason\.\.\.\)$'
expect 1 '1 is within 0\.5 of 2 \(off by 1\)'
expect 0 'not reached'
expect 1 '^failing: 1 passed, 2 failed$'
[ "$result" -eq 0 ] || printf '%s\n' "$output"
exit "$result"
