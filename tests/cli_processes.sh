#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Several processes on one experiment share its work; one that is killed is followed by the next.
. "${srcdir:-.}/tests/cli.sh"

result=evaluation.json

# The files of an experiment's cells that must be the same whoever made them. One process is the measure.
tiny 'hgn++, rnn, copy_last, mean_image' 12 'mass_spring, pendulum' >tiny.yaml
succeeds run tiny.yaml --out single --data single/data --quiet --threads 1
cp out expected
without_seconds() {
    sed 's/"seconds": [^,}]*//g' "$1"
}
same_results() {
    for cell in mass_spring pendulum; do
        for model in hgn++ rnn copy_last mean_image; do
            place=$cell/$model/seed-0
            holds "$1: $place/$result differs" cmp -s "single/tiny/$place/$result" "$1/tiny/$place/$result"
            if [ -f "single/tiny/$place/metrics.jsonl" ]; then
                without_seconds "single/tiny/$place/metrics.jsonl" >left
                without_seconds "$1/tiny/$place/metrics.jsonl" >right
                holds "$1: $place/metrics.jsonl differs" cmp -s left right
            fi
        done
    done
    without_seconds single/tiny/table.json >left
    without_seconds "$1/tiny/table.json" >right
    holds "$1: the tables differ" cmp -s left right
    holds "$1: temporaries or locks are left" test -z "$(find "$1" -name '*.part' -o -name '*.lock')"
}

# together FOLDER COUNT: so many processes at once on the experiment, each with a table of everything.
together() {
    folder=$1
    pids=
    for i in $(seq "$2"); do
        "$hambench" run tiny.yaml --out "$folder" --data "$folder/data" --threads 1 >"out.$i" 2>"err.$i" &
        pids="$pids $!"
    done
    i=0
    for pid in $pids; do
        i=$((i + 1))
        wait "$pid"
        code=$?
        holds "$folder, process $i: exit code $code: $(cat "err.$i")" test "$code" -eq 0
        sed -n '/^|/s/|[^|]*|$//p' "out.$i" | cut -d'|' -f2-3 >left
        sed -n '/^|/s/|[^|]*|$//p' expected | cut -d'|' -f2-3 >right
        holds "$folder, process $i: another table" cmp -s left right
    done
    same_results "$folder"
    # Each cell was made once: a line when it was begun and one when it was done.
    holds "$folder: $(grep -c '"state": "done"' "$folder/tiny/cells.jsonl") cells were made, expected 8" \
        test "$(grep -c '"state": "done"' "$folder/tiny/cells.jsonl")" -eq 8
}
together two 2
together four 4
HDF5_USE_FILE_LOCKING=FALSE
export HDF5_USE_FILE_LOCKING
together eight 8
unset HDF5_USE_FILE_LOCKING

# With the data there already.
mkdir five
cp -r single/data five/data
together five 4

# Tasks of an array, a seed each: all succeed, and the table of the last one holds the seeds of all.
pids=
for seed in 0 1 2 3; do
    "$hambench" run tiny.yaml --out array --data array/data --seed "$seed" --threads 1 --quiet \
        >"out.$seed" 2>"err.$seed" &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid"
    code=$?
    holds "a task of the array: exit code $code: $(cat err.?)" test "$code" -eq 0
done
for seed in 0 1 2 3; do
    holds "table.json lacks seed $seed" \
        test "$(grep -o "\"seed\": $seed[,}]" array/tiny/table.json | wc -l)" -eq 8
    cp "array/tiny/pendulum/rnn/seed-$seed/$result" "seed-$seed.json"
done
holds 'seed 0 of the array is another' cmp -s seed-0.json "single/tiny/pendulum/rnn/seed-0/$result"

# Killed in the middle of a training: the cell says that it crashed, and another process goes on with it.
tiny 'hgn++' 250 >long.yaml
succeeds run long.yaml --out unbroken --data single/data --quiet
"$hambench" run long.yaml --out killed --data single/data --quiet >out 2>err &
pid=$!
cell=killed/long/pendulum/hgn++/seed-0
while kill -0 "$pid" 2>/dev/null && [ ! -s "$cell/checkpoint.h5" ]; do
    sleep 0.02
done
# A second process waits, and takes over.
"$hambench" run long.yaml --out killed --data single/data >out.2 2>err.2 &
second=$!
while kill -0 "$second" 2>/dev/null && ! grep -q 'works on it, waiting' err.2; do
    sleep 0.02
done
kill -KILL "$pid"
wait "$pid" 2>/dev/null
holds 'the killed process is not said to run' grep -q '"state": "running"' "$cell/cell.json"
wait "$second"
code=$?
holds "taken over: exit code $code: $(cat err.2)" test "$code" -eq 0
shows 'works on it, waiting' err.2
holds 'taken over, the result is another' \
    cmp -s "unbroken/long/pendulum/hgn++/seed-0/$result" "$cell/$result"
holds "environment.jsonl has $(wc -l <"$cell/environment.jsonl") lines, expected 2" \
    test "$(wc -l <"$cell/environment.jsonl")" -eq 2
holds 'the second session began at step 0' grep -q '"from_step": [1-9]' "$cell/environment.jsonl"
holds 'metrics.jsonl has other than 250 lines' test "$(wc -l <"$cell/metrics.jsonl")" -eq 250

# The folder of the runs is removed in the middle of a training, or of an evaluation, which waits for it at its
# first plot: no success, and a line.
mkdir waiting
cat >waiting/gnuplot <<SCRIPT
#!/bin/sh
touch '$work/drawing'
while [ ! -e '$work/removed' ]; do sleep 0.02; done
exit 1
SCRIPT
chmod +x waiting/gnuplot
removed_at() {
    PATH=$work/waiting:$PATH "$hambench" run gone.yaml --out gone --data single/data --quiet >out 2>err &
    pid=$!
    while kill -0 "$pid" 2>/dev/null && [ ! -s "$1" ]; do
        sleep 0.005
        if [ -e drawing ]; then break; fi
    done
    while ! rm -rf gone 2>/dev/null; do :; done
    touch removed
    wait "$pid"
    code=$?
    holds "$1: the folder was removed, exit code $code: $(cat err)" test "$code" -eq 74
    shows '^hambench: ' err
    rm -rf gone removed drawing
}
tiny 'hgn++' 250 >gone.yaml
removed_at gone/gone/pendulum/hgn++/seed-0/metrics.jsonl
tiny copy_last 1 | sed 's/^model:.*/model: {target_frames: 8}/; /^training:/,/log_every/d' >gone.yaml
removed_at nothing

# A run folder can be moved: its data are made again where it is evaluated.
mkdir elsewhere
cp -r "$cell" elsewhere/moved
cd elsewhere || exit 1
holds 'the configuration names this machine' sh -c "! grep -q '$work' moved/config.resolved.yaml moved/cell.json"
succeeds evaluate moved --quiet
holds 'moved and evaluated, the result is another' cmp -s "moved/$result" "../$cell/$result"
succeeds run moved/config.resolved.yaml --out again --quiet
holds 'made again from the moved configuration, the result is another' \
    cmp -s "again/config.resolved/pendulum/hgn++/seed-0/$result" "../$cell/$result"
cd "$work" || exit 1

# A longer training goes on where that is the same, and says why not where it is not.
refuses 65 'was made with training\.steps 250, now it is 500; the learning rate of step' \
    run long.yaml --out killed --data single/data --quiet --set training.steps=500
finish
