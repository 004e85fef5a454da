#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hambench verify and show; training and evaluation on a file without images.
. "${srcdir:-.}/tests/cli.sh"

succeeds generate pendulum --train 4 --test 2 --frames 32 --quiet --out whole.h5
succeeds verify whole.h5 --quiet
shows '^whole\.h5: sound: 6 trajectories with [0-9]+ fingerprints; 6 trajectories simulated and 48 images drawn' out
succeeds verify whole.h5 --sample 1
shows '2 trajectories simulated' out
succeeds verify whole.h5 --quiet --sample 0

# Chunks that cannot be read, over the file: what differs is on standard output, the verdict is one
# line on standard error.
cp whole.h5 damaged.h5
size=$(wc -c <whole.h5)
# Not all of a file is used: some of these places are.
for tenth in 3 4 5 6 7 8 9; do
    printf 'damage' | dd of=damaged.h5 bs=1 seek=$((size * tenth / 10)) conv=notrunc 2>/dev/null
done
refuses 65 'damaged\.h5: (is not what it says|.*damaged)' verify damaged.h5 --quiet
head -c 4000 whole.h5 >half.h5
refuses 65 'half\.h5: is truncated or damaged' verify half.h5
refuses 74 'nowhere\.h5: No such file' verify nowhere.h5
refuses 74 'is a directory' verify .
refuses 64 'missing argument' verify
refuses 64 '\-\-sample: -1 is out of range' verify whole.h5 --sample -1
refuses 65 'whole\.txt: is not an HDF5 file' verify "$(echo text >whole.txt; echo whole.txt)"

# Pictures.
pictures() { # FOLDER
    for name in film.png film.gif; do
        holds "$1/$name is missing" test -s "$1/$name"
        shows "^$1/$name$" out
    done
    for name in phase conserved; do
        holds "$1/$name.gp is missing" test -s "$1/$name.gp" -a -s "$1/$name.dat"
        if command -v gnuplot >/dev/null; then shows "^$1/$name.png$" out; fi
    done
}
succeeds show whole.h5 --quiet
pictures show/whole
succeeds show whole.h5 --split test --trajectory 1 --out two --quiet
pictures two
succeeds show rock_paper_scissors --seed 3 --quiet
pictures show/rock_paper_scissors
succeeds verify show/rock_paper_scissors/trajectories.h5 --quiet
refuses 64 "unknown environment 'pendulun', did you mean 'pendulum'" show pendulun
refuses 74 'nowhere\.h5: No such file' show nowhere.h5
refuses 65 'half\.h5: is truncated' show half.h5
refuses 64 '\-\-seed: nothing is drawn of a file' show whole.h5 --seed 3
succeeds generate pendulum --train 0 --test 1 --validation 2 --frames 32 --shift energy --quiet --out shifted.h5
succeeds show shifted.h5 --split validation --trajectory 1 --quiet
pictures show/shifted
succeeds show pendulum --shift parameters --out pushed --quiet
pictures pushed
refuses 65 'there are no validation trajectories' show whole.h5 --split validation
refuses 65 "matching_pennies: has no shift 'parameters'" show matching_pennies --shift parameters
refuses 64 "\-\-shift: 'up', expected 'energy', 'parameters' or 'dt'" show pendulum --shift up
refuses 64 '\-\-shift: a file is shown as it is' show whole.h5 --shift dt
refuses 64 "\-\-split: 'tset', expected 'train', 'test' or 'validation'" show whole.h5 --split tset
refuses 64 '\-\-trajectory: 4 is out of range, allowed is 0 to 3' show whole.h5 --trajectory 4
refuses 74 'whole\.h5' show whole.h5 --out whole.h5/below
holds 'a refused command left a folder' test ! -e show/nowhere -a ! -e show/half -a ! -e show/pendulun
checks=$((checks + 1))
(PATH=/nowhere && exec "$hambench" show whole.h5 --out bare --quiet) >out 2>err || fail "without gnuplot: $(cat err)"
shows 'gnuplot is not installed' err
holds 'without gnuplot there is no film strip' test -s bare/film.png

# Trained and evaluated on stored images and on images that are drawn: the same bits.
tiny 'hgn++, mean_image' 6 'pendulum, molecular_dynamics_4' >tiny.yaml
succeeds run tiny.yaml --out stored --quiet
succeeds run tiny.yaml --out drawn --quiet --set dataset.images=none
holds 'no file without images was made' test -n "$(find data -name '*noimages*')"
for cell in pendulum/hgn++ pendulum/mean_image molecular_dynamics_4/hgn++; do
    holds "$cell: the evaluations differ" cmp -s "stored/tiny/$cell/seed-0/evaluation.json" \
        "drawn/tiny/$cell/seed-0/evaluation.json"
    holds "$cell: the film strips differ" cmp -s "stored/tiny/$cell/seed-0/plots/film_strip.png" \
        "drawn/tiny/$cell/seed-0/plots/film_strip.png"
done
refuses 65 'was made with dataset\.images store, now it is none' run tiny.yaml --out stored --quiet \
    --set dataset.images=none
finish
