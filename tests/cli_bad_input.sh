#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every kind of bad input: one clear line, the right exit code, nothing half-written.
. "${srcdir:-.}/tests/cli.sh"

# bad CODE PATTERN CONTENT: an experiment file.
bad() {
    printf '%b' "$3" >bad.yaml
    refuses "$1" "$2" run bad.yaml
}
top='environments: [pendulum]\nmodels: [rnn]\n'
bad 65 "bad\.yaml:1:16: unknown environment 'pendulun', did you mean 'pendulum'" \
    'environments: [pendulun]\nmodels: [rnn]\n'
bad 65 "bad\.yaml:2:10: unknown model 'copylast', did you mean 'copy_last'" 'environments: [pendulum]\nmodels: [copylast]\n'
bad 65 "bad\.yaml:4:3: unknown setting 'training\.stpes', did you mean 'training\.steps'" \
    "${top}training:\n  stpes: 5\n"
bad 65 'bad\.yaml:4:7: dataset\.dt: nan is not a finite number' "${top}dataset:\n  dt: nan\n"
bad 65 'bad\.yaml:4:10: training\.steps: nan is not a finite number' "${top}training:\n  steps: nan\n"
bad 65 'bad\.yaml:3:1: duplicate key' "${top}models: [rnn]\n"
bad 65 'bad\.yaml:2:[0-9]+: not YAML' 'environments: [pendulum\nmodels: [rnn]\n'
bad 65 'bad\.yaml:1:1: the file is empty' ''
bad 65 'model\.target_frames' "${top}dataset: {frames: 20}\n"
holds 'a refused experiment left a folder' test ! -e runs -a ! -e data

mkdir folder
refuses 74 'folder: is a directory' run folder
refuses 74 'nowhere\.yaml: No such file' run nowhere.yaml
refuses 74 'No such file' run nosuch
refuses 74 'folder/config\.resolved\.yaml: No such file' evaluate folder
refuses 74 'folder: is a directory' train pendulum copy_last --data folder
refuses 74 'nowhere\.h5: No such file' train pendulum copy_last --data nowhere.h5

tiny 'rnn, copy_last' 1 >tiny.yaml
refuses 64 "unknown setting 'training\.stpes', did you mean 'training\.steps'" run tiny.yaml --set training.stpes=3
refuses 64 'training\.steps: nan is not a finite number' run tiny.yaml --set training.steps=nan
refuses 64 'expected key=value' run tiny.yaml --set training.steps
refuses 64 "unknown profile 'quik', did you mean 'quick'" train pendulum copy_last --profile quik
refuses 64 "unknown environment 'pendulun'" train pendulun copy_last
refuses 64 "unknown model 'copylast', did you mean 'copy_last'" train pendulum copylast
refuses 64 '\-\-seed: -1 is out of range' run tiny.yaml --seed -1

# Folders that cannot be made: below a regular file, whoever asks.
echo text >file
refuses 74 'file' run tiny.yaml --out file/runs
refuses 74 'file' run tiny.yaml --data file/data

# A full disk, while data are made and while a checkpoint is written (ulimit counts blocks of 512 or 1024
# bytes). limited BLOCKS PATTERN ARGUMENT...
limited() {
    blocks=$1
    pattern=$2
    shift 2
    checks=$((checks + 1))
    (ulimit -f "$blocks" && exec "$hambench" "$@") >out 2>err
    code=$?
    [ "$code" -eq 74 ] || fail "full disk, hambench $*: exit code $code: $(cat err)"
    expect_one_line "full disk, hambench $*" "$pattern"
}
limited 16 '\.h5' run tiny.yaml --quiet --out full --data full --set dataset.train=100
holds 'a full disk leaves half a dataset' test -z "$(find full -name '*.h5*')"
tiny rnn 1 >rnn.yaml
succeeds run tiny.yaml --quiet
limited 4 'checkpoint\.h5' run rnn.yaml --quiet --out full
holds 'a full disk leaves half a checkpoint' test -z "$(find full -name 'checkpoint.h5*')"
succeeds run rnn.yaml --quiet --out full

# Datasets that are damaged, of something else, or made otherwise.
succeeds generate pendulum --train 4 --test 2 --frames 32 --quiet --out whole.h5
settings='--set dataset.train=4 --set model.target_frames=8 --set evaluation.extrapolation_frames=4
    --set evaluation.windows=2 --quiet --out trained'
head -c 4000 whole.h5 >half.h5
cat whole.h5 >tail.h5
echo '<html>' >other.h5
# shellcheck disable=SC2086
{
refuses 65 'half\.h5' train pendulum copy_last --data half.h5 $settings
refuses 65 'other\.h5' train pendulum copy_last --data other.h5 $settings
refuses 65 'whole\.h5: is a dataset of pendulum, expected mass_spring' \
    train mass_spring copy_last --data whole.h5 $settings
holds 'a refused training left a folder' test ! -e trained
size=$(wc -c <whole.h5)
head -c "$((size - 100))" whole.h5 >half.h5
refuses 65 'half\.h5' train pendulum copy_last --data half.h5 $settings
succeeds train pendulum copy_last --data whole.h5 $settings
refuses 65 'was made with model\.target_frames' train pendulum copy_last --data whole.h5 $settings \
    --set model.target_frames=9
}

# A truncated dataset under the very name that an experiment looks for.
name=$(succeeds generate pendulum --train 4 --test 2 --frames 32 --quiet; cat out)
holds 'generate names its file' test -f "$name"
head -c 4000 "$name" >half.h5
mv half.h5 "$name"
refuses 65 'pendulum: .*frames32' run tiny.yaml --quiet --out damaged
finish
