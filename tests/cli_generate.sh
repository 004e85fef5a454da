#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hambench generate: the bytes depend on the options only; what goes wrong leaves nothing behind.
. "${srcdir:-.}/tests/cli.sh"

small='--train 4 --test 2 --frames 16 --quiet'
# shellcheck disable=SC2086
{
succeeds generate pendulum $small --threads 1 --out a.h5
shows '^a\.h5$' out
succeeds generate pendulum $small --threads 2 --out b.h5
holds 'one and two threads make different bytes' cmp -s a.h5 b.h5
succeeds generate pendulum $small --seed 1 --out c.h5
if cmp -s a.h5 c.h5; then fail 'another seed makes the same bytes'; fi
succeeds generate pendulum $small
shows '^data/pendulum-train4-test2-frames16-dt0\.05-seed0\.h5$' out
holds 'the default name makes other bytes' cmp -s a.h5 data/pendulum-train4-test2-frames16-dt0.05-seed0.h5

refuses 64 "unknown environment 'pendulun', did you mean 'pendulum'" generate pendulun $small
refuses 64 '\-\-dt: .*nan is not a finite number' generate pendulum --dt nan
refuses 64 '\-\-train: .*0 is out of range' generate pendulum --train 0
refuses 64 "'many' is not an integer" generate pendulum --train many
refuses 64 '\-\-threads: 0 is out of range' generate pendulum --threads 0

# Nothing can be made below a regular file, whoever asks.
refuses 74 'a\.h5' generate pendulum $small --out a.h5/below.h5
mkdir folder
refuses 74 'folder' generate pendulum $small --out folder
holds 'the folder was replaced' test -d folder
holds 'half a file is left behind' test ! -e folder.part

# A full disk: writes fail after 20 KiB (ulimit counts blocks of 512 or 1024 bytes).
checks=$((checks + 1))
(ulimit -f 20 && exec "$hambench" generate pendulum --train 40 --test 2 --frames 64 --quiet --out full.h5) \
    >out 2>err
code=$?
[ "$code" -eq 74 ] || fail "a full disk: exit code $code: $(cat err)"
expect_one_line 'a full disk' 'full\.h5'
holds 'a full disk leaves half a file' test ! -e full.h5
holds 'a full disk leaves a part' test ! -e full.h5.part
}
finish
