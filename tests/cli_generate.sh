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
refuses 64 '\-\-train: .*-1 is out of range' generate pendulum --train -1
refuses 64 "\-\-images: .*unknown images 'no'" generate pendulum --images no
refuses 64 "\-\-protocol: .*unknown protocol 'long'" generate pendulum --protocol long
refuses 64 'expected an environment or --all' generate
refuses 64 "\-\-all takes no environment, found 'pendulum'" generate pendulum --all
refuses 65 'pendulum: 1 frames, 0\.05 apart: expected at least 2' generate pendulum --frames 1
holds 'a refused generation left a file' test -z "$(find . -name 'pendulum-train500*')"
refuses 64 "'many' is not an integer" generate pendulum --train many
refuses 64 '\-\-threads: 0 is out of range' generate pendulum --threads 0

# The defaults are those of the environment.
succeeds generate matching_pennies_long_trajectory --images none --quiet
shows '^data/matching_pennies_long_trajectory-train0-test100-frames1000-dt0\.1-noimages-seed0\.h5$' out
succeeds generate molecular_dynamics_4 $small --protocol quick
shows '^data/molecular_dynamics_4-train4-test2-frames16-dt0\.05-quick-seed0\.h5$' out

# A validation split, of a quarter of the test set unless asked otherwise. The others keep their bits, and
# without it the file is as it was before there was one.
succeeds generate pendulum --train 4 --test 9 --frames 16 --quiet
shows '^data/pendulum-train4-test9-validation2-frames16-dt0\.05-seed0\.h5$' out
succeeds verify data/pendulum-train4-test9-validation2-frames16-dt0.05-seed0.h5 --quiet
shows 'sound: 15 trajectories' out
succeeds generate pendulum $small --validation 0 --out none.h5
holds 'no validation split makes other bytes' cmp -s none.h5 a.h5
succeeds generate pendulum $small --validation 3 --out three.h5
if cmp -s three.h5 a.h5; then fail 'a validation split changes nothing'; fi
refuses 64 '\-\-validation: .*-1 is out of range' generate pendulum --validation -1

# Outside of what training sets hold: no training trajectories, by default.
for shift in energy parameters dt; do
    succeeds generate mass_spring --shift $shift --test 2 --frames 16 --quiet
    shows "^data/mass_spring-shift-$shift-train0-test2-frames16-dt0\\.0(5|75)-seed0\\.h5$" out
    succeeds verify "$(cat out)" --quiet
    shows 'sound: 2 trajectories' out
done
succeeds generate pendulum $small --shift none --out plain.h5
holds 'no shift makes other bytes' cmp -s plain.h5 a.h5
refuses 65 "matching_pennies: has no shift 'parameters': it has no parameters" \
    generate matching_pennies --shift parameters --test 2 --frames 16
refuses 64 "\-\-shift: .*unknown shift 'mass'" generate pendulum --shift mass
refuses 65 'room_spiral_fast: 256 frames lead below the floor' generate room_spiral_fast --shift energy --frames 256
run generate --all --shift parameters --test 1 --frames 4 --images none --out shifted
holds "--all made $(find shifted -name '*.h5' | wc -l) shifted files" \
    test "$(find shifted -name '*.h5' | wc -l)" -eq "$(("$("$hambench" list environments | wc -l)" - 4))"
shows "matching_pennies: has no shift 'parameters'" err

# Files without images are small; all else in them is the same.
succeeds generate pendulum $small --images none --out none.h5
holds 'leaving the images out saves nothing' test "$(wc -c <none.h5)" -lt "$(wc -c <a.h5)"
succeeds verify none.h5 --quiet

# All datasets; a file that is there is kept, one that is missing is made.
succeeds generate --all --train 2 --test 1 --frames 4 --images none --out all --quiet
environments=$("$hambench" list environments | wc -l)
holds "--all made $(find all -name '*.h5' | wc -l) files of $environments" \
    test "$(find all -name '*.h5' | wc -l)" -eq "$environments"
checks=$((checks + 1))
touch -d '2001-01-01' all/*.h5
rm all/pendulum-train2*
run generate --all --train 2 --test 1 --frames 4 --images none --out all
shows '^all/pendulum-train2-test1-frames4-dt0\.05-noimages-seed0\.h5$' out
holds 'more than the missing file was made' test "$(wc -l <out)" -eq 1
holds 'a file that was there was made again' test "$(find all -name '*.h5' -newermt 2002-01-01 | wc -l)" -eq 1
shows 'is there already' err
succeeds generate pendulum --train 3 --test 1 --frames 4 --out wrong.h5 --quiet
cp wrong.h5 all/pendulum-train2-test1-frames4-dt0.05-noimages-seed0.h5
run generate --all --train 2 --test 1 --frames 4 --images none --out all
shows 'was made with .*: making it again' err
holds 'more than the wrong file was made' test "$(wc -l <out)" -eq 1

# 0 trajectories are none; a file is replaced when it is asked for, also a damaged one.
succeeds generate pendulum --train 0 --test 2 --frames 4 --quiet --out test-only.h5
shows '^test-only\.h5: sound: 2 trajectories' "$("$hambench" verify test-only.h5 --quiet >verified; echo verified)"
succeeds generate pendulum --train 2 --test 0 --frames 4 --quiet
shows '^data/pendulum-train2-test0-frames4-dt0\.05-seed0\.h5$' out
cp a.h5 repaired.h5
printf damage | dd of=repaired.h5 bs=1 seek=$(($(wc -c <a.h5) / 2)) conv=notrunc 2>/dev/null
succeeds generate pendulum $small --out repaired.h5
holds 'a damaged file was kept' cmp -s repaired.h5 a.h5

# Killed without a chance to clean up: nothing under the final name, and the next attempt is whole.
"$hambench" generate pendulum --train 4000 --test 2 --quiet --out killed.h5 >out 2>err &
process=$!
while kill -0 "$process" 2>/dev/null && [ -z "$(find . -name 'killed.h5.*.part' -size +0)" ]; do sleep 0.02; done
kill -KILL "$process" 2>/dev/null
wait "$process" 2>/dev/null
holds 'a killed generation left a file' test ! -e killed.h5
succeeds generate pendulum $small --out killed.h5
holds 'the file after a killed generation differs' cmp -s killed.h5 a.h5
holds 'the part of a killed generation is still there' test -z "$(ls | grep '^killed\.h5\.')"

# Several processes that need the same file: one makes it, the others wait and take it, also where HDF5 keeps
# nobody out of a file.
together() { # COUNT LOCKING
    checks=$((checks + 1))
    rm -f together.h5
    processes=
    for number in $(seq "$1"); do
        HDF5_USE_FILE_LOCKING=$2 "$hambench" generate pendulum --train 8000 --test 2 --images none --out together.h5 --threads 1 \
            >"out.$number" 2>"err.$number" &
        processes="$processes $!"
    done
    for process in $processes; do
        wait "$process" || fail "$1 at once, locking $2: exit code $?: $(cat err.*)"
    done
    holds "$1 at once, locking $2: something is left" test "$(echo together.h5*)" = together.h5
    holds "$1 at once, locking $2: another file" cmp -s together.h5 alone.h5
    waited=$(cat err.* | tr '\r' '\n' | grep -c 'together\.h5: is being made by \(process [0-9]* on .*\|another process\), waiting for it')
    holds "$1 at once, locking $2: $waited have waited" test "$waited" -eq $(($1 - 1))
    rm -f err.* out.*
}
succeeds generate pendulum --train 8000 --test 2 --images none --out alone.h5 --quiet
together 2 TRUE
together 4 FALSE
together 8 TRUE

# One that is killed is followed by one that waits.
checks=$((checks + 1))
"$hambench" generate pendulum --train 30000 --test 2 --quiet --out taken.h5 >out 2>err &
process=$!
while kill -0 "$process" 2>/dev/null && [ -z "$(find . -name 'taken.h5.*.part' -size +0)" ]; do sleep 0.02; done
"$hambench" generate pendulum $small --out taken.h5 >out2 2>err2 &
second=$!
sleep 0.2
kill -KILL "$process" 2>/dev/null
wait "$process" 2>/dev/null
wait "$second" || fail "the second was not served: $(cat err2)"
holds 'the file of the second differs' cmp -s taken.h5 a.h5
holds 'something of the killed one is left' test "$(echo taken.h5*)" = taken.h5

# Links in a shared folder lead nowhere.
echo precious >precious
for name in linked.h5.part linked.h5.lock; do ln -s precious "$name"; done
refuses 74 'linked\.h5\.lock: is a link' generate pendulum $small --out linked.h5
rm linked.h5.lock
succeeds generate pendulum $small --out linked.h5
holds 'a link was followed' test "$(cat precious)" = precious
ln -s precious linked2.h5
succeeds generate pendulum $small --out linked2.h5
holds 'a link was followed' test "$(cat precious)" = precious -a ! -L linked2.h5

# Long work is announced. What no disk can hold is refused at once.
checks=$((checks + 1))
"$hambench" generate pendulum --train 1000000 --test 1 --images none --out long.h5 >out 2>announced &
process=$!
while kill -0 "$process" 2>/dev/null && [ ! -s announced ]; do sleep 0.05; done
kill -INT "$process" 2>/dev/null
wait "$process"
shows '^pendulum: 1000001 trajectories, about [0-9.]+ GB, about [0-9]+ (s|min|h)$' announced
shows '^hambench: long\.h5: interrupted, nothing was kept$' announced
holds 'an interrupted generation left a file' test -z "$(ls | grep '^long\.h5')"
refuses 74 'huge\.h5: needs about .* TB, and its disk has' \
    generate mass_spring --train 1000000 --test 1000000 --frames 100000 --out huge.h5
holds 'a refused generation left a file' test -z "$(ls | grep '^huge\.h5')"

# Nothing can be made below a regular file, whoever asks.
refuses 74 'a\.h5' generate pendulum $small --out a.h5/below.h5
mkdir folder
refuses 74 'folder' generate pendulum $small --out folder
holds 'the folder was replaced' test -d folder
holds 'half a file is left behind' test -z "$(ls | grep '^folder\.')"

# A full disk: writes fail after 20 KiB (ulimit counts blocks of 512 or 1024 bytes).
checks=$((checks + 1))
(ulimit -f 20 && exec "$hambench" generate pendulum --train 40 --test 2 --frames 64 --quiet --out full.h5) \
    >out 2>err
code=$?
[ "$code" -eq 74 ] || fail "a full disk: exit code $code: $(cat err)"
expect_one_line 'a full disk' 'full\.h5'
holds 'a full disk leaves something' test -z "$(ls | grep '^full\.h5')"
}
finish
