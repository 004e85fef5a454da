#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole line, from an experiment file to a table, with all models.
. "${srcdir:-.}/tests/cli.sh"

tiny 'hgn++, rnn, copy_last, mean_image' 6 'mass_spring, pendulum' >tiny.yaml
succeeds run tiny.yaml --threads 2 --quiet
holds 'quiet is not quiet' test ! -s err
for model in 'hgn\+\+' rnn copy_last mean_image; do
    shows "$model" out
done
shows 'mass_spring' out
shows '^Table: runs/tiny/table\.md' out
cp out first
holds 'the table on standard output is not the one in the folder' \
    sh -c 'head -n "$(wc -l <runs/tiny/table.md)" first | cmp -s - runs/tiny/table.md'
for name in table.csv table.json pendulum/hgn++/seed-0/checkpoint.h5 pendulum/hgn++/seed-0/metrics.jsonl \
    pendulum/rnn/seed-0/evaluation.json pendulum/rnn/seed-0/environment.jsonl; do
    holds "runs/tiny/$name is missing" test -s "runs/tiny/$name"
done

# Everything is done: said so, in no time, with the same table.
begun=$(date +%s%N)
succeeds run tiny.yaml
took=$(($(date +%s%N) - begun))
holds "a finished experiment took $took ns" test "$took" -lt 2000000000
shows 'everything is done already: 8 of 8 cells' err
holds 'a second call prints something else' cmp -s out first

# A run folder is an experiment of its own, and can be evaluated again.
cp runs/tiny/pendulum/rnn/seed-0/evaluation.json before.json
succeeds evaluate runs/tiny/pendulum/rnn/seed-0 --quiet
shows 'rnn' out
holds 'evaluated again, the result is another' cmp -s before.json runs/tiny/pendulum/rnn/seed-0/evaluation.json
succeeds run runs/tiny/pendulum/rnn/seed-0/config.resolved.yaml --out again --quiet
holds 'the same cell alone has another result' \
    cmp -s before.json again/config.resolved/pendulum/rnn/seed-0/evaluation.json

# One thread gives the same bytes as two.
succeeds run tiny.yaml --threads 1 --quiet --out single
for model in hgn++ rnn; do
    holds "$model: one thread and two give different results" \
        cmp -s "single/tiny/pendulum/$model/seed-0/evaluation.json" "runs/tiny/pendulum/$model/seed-0/evaluation.json"
done

# Another seed is another run beside it; other settings in the same folder are refused.
succeeds run tiny.yaml --seed 1 --quiet
holds 'seed 1 has no folder' test -d runs/tiny/pendulum/rnn/seed-1
refuses 65 'was made with training\.steps 6, now it is 7' run tiny.yaml --set training.steps=7 --quiet

# One model on one environment.
succeeds train pendulum rnn --profile smoke --quiet --out one --set dataset.train=4 --set dataset.test=2 \
    --set dataset.frames=40 --set training.steps=3 --set evaluation.windows=2
shows 'rnn' out
holds 'train has no checkpoint' test -s one/checkpoint.h5

# Neither a title nor a name commands the terminal, not even where it is refused.
escape=$(printf '\033')
tiny copy_last 1 | sed '1s/.*/title: "one\\e[2J"/' >title.yaml
refuses 65 '^hambench: title\.yaml:1:8: .*one.x1b\[2J' run title.yaml
succeeds generate pendulum --train 1 --test 1 --frames 8 --quiet --out "verify$escape[2J.h5"
shows '^verify.x1b\[2J\.h5$' out
succeeds verify "verify$escape[2J.h5" --quiet
shows '^verify.x1b\[2J\.h5: sound' out
refuses 64 "unknown environment 'pen.x1b\[2J'" train "pen$escape[2J" rnn
finish
