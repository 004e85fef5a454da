#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# summary.sh LOG...: adds up the tests of one `make check` from its logs and prints "N passed, N failed" (and
# ", N skipped" when some were). A CUnit program counts its own tests in the last line of its log; every
# other test counts one. Fails when a test failed or none ran.
set -eu
passed=0
failed=0
skipped=0
for log in "$@"; do
    result=$(sed -n 's/^:test-result: //p' "${log%.log}.trs" 2>/dev/null) || result=
    counts=$(sed -n 's/^[a-z0-9_ ]*: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log" 2>/dev/null | tail -n 1)
    own_passed=0
    own_failed=0
    if [ -n "$counts" ]; then
        own_passed=${counts% *}
        own_failed=${counts#* }
    fi
    case $result in
        PASS*)
            if [ -z "$counts" ]; then own_passed=1; fi ;;
        SKIP*)
            skipped=$((skipped + 1)) ;;
        *) # failed, crashed, or never ran
            if [ "$own_failed" -eq 0 ]; then own_failed=1; fi
            echo "failed: ${log%.log}" ;;
    esac
    passed=$((passed + own_passed))
    failed=$((failed + own_failed))
done
line="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then line="$line, $skipped skipped"; fi
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
