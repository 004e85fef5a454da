#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A third of the table of the benchmark at its smallest size: every model on a system of each family.
. "${srcdir:-.}/tests/cli.sh"

table=$source_folder/experiments/table.yaml
environments='mass_spring double_pendulum_colors matching_pennies molecular_dynamics_4 room_circle'
only=
for environment in $environments; do
    only="$only --only $environment"
done
# shellcheck disable=SC2086 # a list of options
succeeds run "$table" --profile smoke --quiet $only
shows '^Not run: 96 of 156 cells\.' out
for environment in $environments; do
    for model in hgn 'hgn\+\+' 'hgn\+\+ both ways' lgn ode rgn free rnn lstm gru copy_last mean_image; do
        shows "^\\| $environment +\\| $model( \\*)? +\\| +[0-9]" out
    done
    shows "^\\*\\*$environment\\*\\* \\(extrapolation MSE\\)\$" out
done
holds 'a cell is not done' sh -c '! grep -q -E "\\| +(failed|not run) " out'
holds 'a figure is no number' sh -c '! grep -q -i -w -e nan -e inf out'
shows '^- Published: HGN 25\.07e-7 \(partly comparable' out
shows '^- gru: one seed proves nothing; ratios [0-9.]+ to copy_last, [0-9.]+ to mean_image, [0-9.]+ to rnn, [0-9.]+ to lstm' out
holds 'no summary picture' test -s runs/table/plots/summary.png
holds 'a cell lacks its film strip' \
    sh -c 'test "$(find runs/table -name film_strip.png | wc -l)" -eq 60'
finish
