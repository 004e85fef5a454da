#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An exported model is all that docs/models.md says: the example rebuilds one in PyTorch, and its films are those of
# `hambench rollout`.
. "${srcdir:-.}/tests/cli.sh"

python=/usr/bin/python3
"$python" -c 'import h5py, torch' 2>/dev/null || python=python3
if ! "$python" -c 'import h5py, torch' 2>/dev/null; then
    echo 'no python3 with h5py and torch'
    exit 77
fi
succeeds train mass_spring hgn++ --profile smoke --set training.steps=100 --set training.learning_rate=0.004 \
    --quiet --out run
succeeds export run --out model.h5
data=$(echo data/mass_spring*.h5)
for line in '--frames 100' '--sample 3 --frames 50' '--backward --frames 20' '--speed 2.5 --frames 30'; do
    # shellcheck disable=SC2086
    succeeds rollout run $line --quiet --out film
    checks=$((checks + 1))
    "$python" "$source_folder/examples/rebuild_hgn_plus_plus_torch.py" model.h5 film/rollout.h5 "$data" >out 2>err ||
        fail "$line: the rebuilt model predicts otherwise: $(cat out) $(tail -n 1 err)"
    cat out
done
finish
