#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A large table in parts: patterns, forecasts, budgets, records that go from machine to machine.
. "${srcdir:-.}/tests/cli.sh"

tiny 'hgn++, rnn, copy_last' 6 'mass_spring, pendulum' >tiny.yaml

# The installed table can be read at every size, and one of its cells run.
table=$source_folder/experiments/table.yaml
succeeds run "$table" --profile smoke --only mass_spring/copy_last --only 'pendulum/mean_*' --quiet
shows "^\\| mass_spring +\\| copy_last +\\| +[0-9]" out
holds 'cells that nobody has run are printed' sh -c '! grep -q room_spiral out'
shows '^\| room_spiral +\| gru .* not run ' runs/table/table.md
shows '^Not run: 154 of 156 cells\.' out
shows '"status": "not run"' runs/table/table.json
shows '^room_spiral,gru,0,not run,' runs/table/table.csv
refuses 64 "unknown profile 'smok', did you mean 'smoke'" run tiny.yaml --profile smok

# Patterns.
refuses 64 "^hambench: --only: nothing in tiny matches: .*'pendulun', did you mean 'pendulum'" run tiny.yaml --only pendulun
refuses 64 "^hambench: --skip: .*'pendulum/rnm', did you mean 'pendulum/rnn'" run tiny.yaml --skip pendulum/rnm
refuses 64 'leave nothing of tiny' run tiny.yaml --only pendulum --skip 'p*'

# A forecast leaves nothing, not even folders.
mkdir forecast && cp tiny.yaml forecast && cd forecast || exit 1
mkdir scratch
TMPDIR=$PWD/scratch
export TMPDIR
succeeds run tiny.yaml --forecast
shows '^\| pendulum +\| rnn +\| +1 \| ' out
shows '^\| all +\| +\| +6 \| ' out
shows '^0 of 6 cells are done\.' out
rm -f out err
holds 'a forecast left something' test "$(ls)" = "$(printf 'scratch\ntiny.yaml')"
holds 'a forecast left files behind' test -z "$(ls scratch)"

# A budget of next to nothing leaves all out, a large one nothing.
refuses 64 "^hambench: --budget: '2x': expected a time such as" run tiny.yaml --budget 2x
succeeds run tiny.yaml --budget 0.001s
shows '^budget 0\.001s: 0 cells, about 1 s; left out: 6 cells, about ' err
shows '^Not run: 6 of 6 cells' out
succeeds run tiny.yaml --budget 1d --only '*/copy_last'
shows '^budget 1d: 2 cells, about [0-9]+ s$' err
shows '^Not run: 4 of 6 cells' out
unset TMPDIR
cd "$work" || exit 1

# A part of the cells here leaves records; another folder, as if on another machine, goes on from them.
succeeds run tiny.yaml --only mass_spring --quiet --records records
holds 'no record of rnn' test -s records/mass_spring/rnn/seed-0.json
holds 'a record holds a path' sh -c "! grep -q '$work' records/mass_spring/rnn/seed-0.json"
mkdir other && cd other || exit 1
succeeds run ../tiny.yaml --records ../records
shows '^3 of 6 cells are taken from the records in \.\./records' err
shows '^Taken from records: 3 of 6 cells, made by revision ' out
holds 'a cell with a record was run' test ! -e runs/tiny/mass_spring/rnn
holds 'a cell was run and left no record' test -s ../records/pendulum/rnn/seed-0.json
cp out all
succeeds run ../tiny.yaml --records ../records
shows '^everything is done already: 6 of 6 cells' err
# Records of other seeds than those of the file stand in the table, too.
cp -r ../records ../more && cp ../more/mass_spring/copy_last/seed-0.json ../more/mass_spring/copy_last/seed-3.json
succeeds run ../tiny.yaml --records ../more --out fresh --quiet
shows '^\| mass_spring +\| copy_last .*\| +1 \|' out
cd .. && mkdir seeds && cd seeds || exit 1
succeeds run ../tiny.yaml --records ../more --only mass_spring/copy_last --seed 4 --quiet
succeeds run ../tiny.yaml --records ../more --out fresh --quiet
shows '^\| mass_spring +\| copy_last .*\| +2 \|' out
cd ../other || exit 1
cd "$work" || exit 1
succeeds run tiny.yaml --quiet
holds 'cells taken from records are others than those that were run' sh -c \
    "sed -n '/^|/s/| *[^|]*|\$//p' out >own; sed -n '/^|/s/| *[^|]*|\$//p' other/all | cmp -s - own"

# Records of other settings are not taken, which is said once; a damaged one has a line of its own.
printf '{"format": ' >records/pendulum/copy_last/seed-0.json
succeeds run tiny.yaml --out again --only 'copy_last' --only rnn --set evaluation.windows=3 --records records
shows '^[0-9]+ records are not taken, the first: records/.*: was made with evaluation\.windows=4, now it is 3' err
shows '^hambench: records/pendulum/copy_last/seed-0\.json: not JSON: .*; the cell is run$' err
holds 'the cell of a damaged record was not run' test -s again/tiny/pendulum/copy_last/seed-0/evaluation.json

# A record is made again, to the bit; one that was touched is found out.
rm -r records
succeeds run tiny.yaml --only mass_spring/rnn --quiet --records records
succeeds run --records records --check --choice 7 --quiet
shows '^records/mass_spring/rnn/seed-0\.json, chosen of 1 records by seed 7' out
shows '^made by this program, kernels and processor: compared to the bit$' out
shows '^[0-9]+ figures agree$' out
sed -i 's/"reconstruction_mse": {"value": 0\.\([0-9]\)/"reconstruction_mse": {"value": 0.9\1/' \
    records/mass_spring/rnn/seed-0.json
refuses 3 'made again, the cell is another: 1 differences' run --records records --check --quiet
shows '^reconstruction_mse: recorded 0\.9' out
refuses 64 'expected --records FOLDER' run tiny.yaml --check
refuses 64 'expected an experiment FILE' run
finish
