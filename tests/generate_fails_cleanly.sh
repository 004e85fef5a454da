#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A generation that cannot be finished, because the disk is full or a signal comes, ends with the right exit
# code and one line, and leaves no file: neither under the final name nor the half-written one.
set -eu
program=${builddir:-.}/tests/write_dataset
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# check LABEL EXPECTED-CODE CODE: one line on standard error, nothing left behind.
check() {
    if [ "$3" -ne "$2" ]; then
        echo "$1: exit status $3, expected $2"
        cat "$folder/errors"
        exit 1
    fi
    if [ "$(wc -l < "$folder/errors")" -ne 1 ]; then
        echo "$1: expected one line, got:"
        cat "$folder/errors"
        exit 1
    fi
    rm "$folder/errors"
    if [ -n "$(ls "$folder")" ]; then
        echo "$1: left behind: $(ls "$folder")"
        exit 1
    fi
    echo "$1: clean"
}

# A limit on the size of files (in blocks of 512 bytes) acts like a full disk: in the middle of the data, and
# already in the first bytes.
for blocks in 1 8 40 200 600; do
    code=0
    (
        trap '' XFSZ
        ulimit -f "$blocks"
        exec "$program" pendulum "$folder/data.h5" 10 2 256 2
    ) 2> "$folder/errors" || code=$?
    grep -q 'data.h5: cannot write: File too large' "$folder/errors" || {
        cat "$folder/errors"
        exit 1
    }
    check "full after $blocks blocks" 74 "$code"
done

for signal in INT TERM; do
    code=0
    "$program" pendulum "$folder/data.h5" 100000 2 256 2 2> "$folder/errors" &
    process=$!
    while [ -z "$(find "$folder" -name 'data.h5.*.part' -size +0)" ]; do sleep 0.1; done
    kill -s "$signal" "$process"
    wait "$process" || code=$?
    check "signal $signal" 75 "$code"
done
