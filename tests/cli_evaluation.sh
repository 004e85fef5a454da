#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Evaluations: all models of an experiment are measured on the same frames, and what becomes of old results.
. "${srcdir:-.}/tests/cli.sh"

# windows MODEL: where the windows of an evaluation lie.
windows() {
    grep -Eo '"trajectory": [0-9]+, "run": [0-9]+, "start": [0-9]+, "origin": [0-9]+' \
        "runs/tiny/pendulum/$1/seed-0/evaluation.json"
}

# Examples of 12, 8 and 16 frames: 4 + 5 - 1 and so on.
tiny 'hgn++, rnn, copy_last, {name: longer, kind: hgn++, model: {target_frames: 12}}' 3 >tiny.yaml
succeeds run tiny.yaml --threads 2 --quiet
shows 'reconstruction frames 0 to 11 \(without the origin 1 to 11\), extrapolation 12 to 15' out
holds 'a row is not comparable' sh -c '! grep -q "Not comparable" out'
windows hgn++ >first
holds 'there are other windows than 4, 1 long and 3 shifted ones' test "$(wc -l <first)" -eq 8
for model in rnn copy_last longer; do
    windows "$model" >other
    holds "$model is measured on other windows than hgn++" cmp -s first other
    shows '^  history_frames: 4$' "runs/tiny/pendulum/$model/seed-0/config.resolved.yaml"
    shows '^  reconstruction_frames: 12$' "runs/tiny/pendulum/$model/seed-0/config.resolved.yaml"
done
shows '^\| pendulum +\| hgn\+\+ \*' out # three steps teach nothing
shows 'Has learned nothing that moves' out

# A single run repeats its numbers, of frames that were decided by other models.
cp runs/tiny/pendulum/hgn++/seed-0/evaluation.json before.json
succeeds evaluate runs/tiny/pendulum/hgn++/seed-0 --quiet
holds 'evaluated again, the result is another' cmp -s before.json runs/tiny/pendulum/hgn++/seed-0/evaluation.json

# A result in an older format is evaluated again, the training is not repeated.
cp runs/tiny/pendulum/hgn++/seed-0/metrics.jsonl before.jsonl
sed 's/"format_version": 2/"format_version": 1/' before.json >runs/tiny/pendulum/hgn++/seed-0/evaluation.json
succeeds run tiny.yaml --quiet
holds 'an old result was not evaluated again' cmp -s before.json runs/tiny/pendulum/hgn++/seed-0/evaluation.json
holds 'an old result was trained again' cmp -s before.jsonl runs/tiny/pendulum/hgn++/seed-0/metrics.jsonl

# Columns of the table.
{ tiny 'hgn++' 3 && echo 'table: [model, unseen_mse, unexplained, energy_drift_floor]'; } >columns.yaml
succeeds run columns.yaml --quiet
shows '^\| model +\| unseen MSE \| unexplained \| floor of the energy drift \|$' runs/columns/table.md
{ tiny 'hgn++' 3 && echo 'table: [model, unseen_mes]'; } >wrong.yaml
refuses 65 "wrong\.yaml:9:16: unknown column 'unseen_mes'.*'unseen_mse'" run wrong.yaml --quiet

# The validation split, by which settings are chosen: other windows of the same training. Data without one are refused.
{ tiny 'hgn++' 3 && echo; } | sed 's/extrapolation_frames: 4}/extrapolation_frames: 4, split: validation}/' >validated.yaml
refuses 65 'dataset\.validation: 0, expected at least one trajectory to evaluate on' run validated.yaml --quiet \
    --set dataset.validation=0
succeeds run validated.yaml --quiet --set dataset.validation=3
shows 'measured on the validation trajectories, not on the test ones' out
shows '"trajectory": 2, ' runs/validated/pendulum/hgn++/seed-0/evaluation.json
cp runs/validated/pendulum/hgn++/seed-0/evaluation.json validated.json
cp runs/validated/pendulum/hgn++/seed-0/metrics.jsonl validated.jsonl
succeeds run validated.yaml --quiet --set dataset.validation=3 --set evaluation.split=test
if cmp -s validated.json runs/validated/pendulum/hgn++/seed-0/evaluation.json; then fail 'both splits have the same result'; fi
holds 'another split was trained again' cmp -s validated.jsonl runs/validated/pendulum/hgn++/seed-0/metrics.jsonl

# Another integrator than in training, where there is something to integrate.
{ tiny 'hgn++, copy_last' 3 && echo; } | sed 's/extrapolation_frames: 4}/extrapolation_frames: 4, integrator: so4}/' >so4.yaml
succeeds run so4.yaml --quiet
shows '"integrator": "so4"' runs/so4/pendulum/hgn++/seed-0/evaluation.json
holds 'the integrator changed nothing' \
    sh -c '! cmp -s runs/columns/pendulum/hgn++/seed-0/plots/energy.dat runs/so4/pendulum/hgn++/seed-0/plots/energy.dat'

# Both directions of a model that can go back in time; one where that is enough.
{ tiny 'hgn++, rnn' 3 && echo 'table: [model, backward_full_mse]'; } >both.yaml
succeeds run both.yaml --quiet
shows '^\| hgn\+\+ \* \| +[0-9.]+e-' out
shows '^\| rnn \* +\| +- \|' out
shows '"backward": true' runs/both/pendulum/hgn++/seed-0/evaluation.json
sed 's/extrapolation_frames: 4}/extrapolation_frames: 4, directions: forward}/' both.yaml >forward.yaml
succeeds run forward.yaml --quiet
shows '^\| hgn\+\+ \* \| +- \|' out

# Data that can only be read: the films of the other test sets are made beside the run.
{ tiny 'hgn++' 1 && echo; } >shared.yaml
succeeds run shared.yaml --quiet --data shared
mv shared/test-sets other-sets && : >shared/test-sets
succeeds run shared.yaml --quiet --data shared --out elsewhere
cp -r elsewhere/shared/pendulum/hgn++/seed-0/test-sets own-sets
for film in other-sets/*.h5; do
    holds "no film ${film#*/} beside the run" test -s "own-sets/${film#*/}"
done
holds 'the other test sets have other figures' \
    cmp -s runs/shared/pendulum/hgn++/seed-0/evaluation.json elsewhere/shared/pendulum/hgn++/seed-0/evaluation.json

# What does not fit is refused before any work.
refuses 65 'evaluation\.extrapolation_frames: windows of 36 frames .*do not fit into trajectories of 32' \
    run tiny.yaml --set evaluation.extrapolation_frames=20 --out none --data nowhere --quiet
refuses 65 'evaluation\.history_frames: 2, expected at least the 4 frames that hgn\+\+ sees' \
    run tiny.yaml --set evaluation.history_frames=2 --out none --data nowhere --quiet
refuses 65 'model\.inference_frames: 1, expected at least 2' \
    run tiny.yaml --set 'models=[rnn]' --set model.inference_frames=1 --out none --data nowhere --quiet
holds 'work was done' test ! -e nowhere
finish
