#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A model is all that docs/models.md and its checkpoint say: the example rebuilds one in numpy, and its frames have the
# errors of evaluation.json (to 1e-7 after 300 steps; a flattening in another order makes 1e-4 of it and more).
. "${srcdir:-.}/tests/cli.sh"

python=/usr/bin/python3
"$python" -c 'import h5py' 2>/dev/null || python=python3
if ! "$python" -c 'import h5py' 2>/dev/null; then
    echo 'no python3 with h5py'
    exit 77
fi
succeeds train mass_spring hgn++ --profile smoke --set training.steps=300 --set training.learning_rate=0.004 \
    --quiet --out run
checks=$((checks + 1))
"$python" "$source_folder/examples/rebuild_hgn_plus_plus.py" run data/mass_spring*.h5 >out 2>err ||
    fail "the rebuilt model predicts otherwise: $(tail -n 1 out) $(cat err)"
cat out
finish
