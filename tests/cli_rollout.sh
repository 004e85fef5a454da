#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Trained models that run on, and models for other programs.
. "${srcdir:-.}/tests/cli.sh"

tiny 'hgn++, copy_last' 3 >tiny.yaml
succeeds run tiny.yaml --quiet --data data
run=runs/tiny/pendulum/hgn++/seed-0
copy=runs/tiny/pendulum/copy_last/seed-0

succeeds rollout "$run" --quiet
for file in rollout.h5 film.png film.gif energy.svg energy.png; do
    shows "^runs/.*/seed-0/rollout/$file\$" out
    holds "$file is missing" test -s "$run/rollout/$file"
done
holds 'a film was evaluated' test ! -e "$run/rollout/evaluation.json"

# The same command line gives the same bytes; the run's own dataset is the default.
succeeds rollout "$run" --quiet --from '#0' --out same
holds 'two rollouts differ' cmp -s "$run/rollout/rollout.h5" same/rollout.h5
succeeds rollout "$run" -q --from "$(echo data/*.h5)#1" --frames 40 --start 3 -o other
holds 'another trajectory is the same' sh -c '! cmp -s same/rollout.h5 other/rollout.h5'
for line in '--sample 4 --frames 50 --seed 1' '--backward --frames 9' '--speed 0.5' '--speed 2 --integrator so8'; do
    # shellcheck disable=SC2086
    succeeds rollout "$run" $line -q -o more
    holds "no file of $line" test -s more/rollout.h5
    rm -rf more
done
succeeds rollout "$copy" -q -o more
holds 'copy_last has a plot of its energy' test ! -e more/energy.svg

# What cannot be is refused before anything is written.
rm -rf more
refuses 65 '\-\-sample: copy_last has no prior' rollout "$copy" --sample 2 -o more
refuses 65 '\-\-speed: copy_last goes from frame to frame at once' rollout "$copy" --speed 2 -o more
refuses 65 '\-\-integrator: copy_last follows no latent state' rollout "$copy" --integrator rk4 -o more
refuses 65 '\-\-integrator: gsl_bsimp is an integrator, but not one of a model' rollout "$run" --integrator gsl_bsimp -o more
refuses 64 "\-\-integrator: unknown integrator 'leapfork', did you mean 'leapfrog'" rollout "$run" --integrator leapfork -o more
refuses 64 '\-\-from and \-\-sample exclude each other' rollout "$run" --from '#0' --sample 2 -o more
refuses 64 '\-\-seed: nothing is drawn from a trajectory on' rollout "$run" --seed 2 -o more
refuses 64 "\-\-from: 'x' is not the number of a trajectory" rollout "$run" --from 'data.h5#x' -o more
refuses 65 'there is no test trajectory 2, expected 0 to 1' rollout "$run" --from '#2' -o more
refuses 65 '\-\-start: 28: hgn\+\+ sees 5 frames from there on, trajectories have 32' rollout "$run" --start 28 -o more
refuses 65 '\-\-start: 2147483647: hgn\+\+ sees 5 frames from there on' rollout "$run" --start 2147483647 -o more
refuses 64 '\-\-speed: 0 must be above 0' rollout "$run" --speed 0 -o more
refuses 64 '\-\-frames: 0 is out of range' rollout "$run" --frames 0 -o more
refuses 74 'nowhere\.h5' rollout "$run" --from 'nowhere.h5#0' -o more
holds 'something was written' test ! -e more

# Points have no time.
succeeds train pendulum nhf --profile smoke --set training.steps=3 --set model.target=two_moons --data "$(echo data/*.h5)" -q --out points
for line in '--backward' '--frames 3' '--start 3'; do
    # shellcheck disable=SC2086
    refuses 65 'nhf knows a density of points and no motion' rollout points $line -o more
done
holds 'something was written' test ! -e more
succeeds rollout points -q --sample 20 -o more
holds 'no file of points' test -s more/rollout.h5

# A long one stops when it is asked to, and leaves nothing.
"$hambench" rollout "$run" --frames 1000000 -q -o long >out 2>err &
pid=$!
while kill -0 "$pid" 2>/dev/null && [ -z "$(ls long 2>/dev/null)" ]; do
    sleep 0.02
done
kill -INT "$pid"
wait "$pid"
code=$?
holds "an interrupted rollout ends with $code, expected 75" test "$code" -eq 75
expect_one_line 'rollout' 'interrupted; nothing was written'
holds "it left $(ls long)" test -z "$(ls long)"

succeeds export "$run"
shows "^runs/.*/seed-0/model\.h5: hgn\+\+, [0-9]+ parameters after 3 steps\$" out
succeeds export "$run" -o model.h5
holds 'two exports differ' cmp -s model.h5 "$run/model.h5"
succeeds export "$copy" -o copy.h5
refuses 74 'nowhere' export nowhere
refuses 74 '\.: is a directory, expected a file' export "$run" -o .
cp "$run/checkpoint.h5" kept.h5
ln -s "$run/checkpoint.h5" link.h5
refuses 64 'checkpoint\.h5: is the checkpoint\.h5 of the run' export "$run" -o "$run/checkpoint.h5"
refuses 64 'link\.h5: is the checkpoint\.h5 of the run' export "$run" -o link.h5
holds 'the checkpoint was written over' cmp -s kept.h5 "$run/checkpoint.h5"
mkdir untrained
cp "$run/config.resolved.yaml" untrained
refuses 74 'untrained/checkpoint\.h5' export untrained
refuses 74 'untrained/checkpoint\.h5' rollout untrained
finish
