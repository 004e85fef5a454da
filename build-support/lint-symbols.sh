#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint-symbols.sh SOURCE LIBRARY...: fails when a public symbol of a folder's library does not say where it
# comes from. A symbol begins with the base name of a file of its folder ("tape_backward" in engine/tape.c),
# also in the plural ("integrators"), or with a prefix listed for the folder, or ends with the kind of table
# it is ("leapfrog_integrator").
set -eu
source=$1
shift

# folder:prefix, where one header names what several files define
prefixes='
support:arena
support:field
engine:adam
engine:op
engine:tensor
engine:gradient
engine:linear_layer
engine:convolution_layer
engine:mlp
models:window
models:model_kind
training:training
experiments:setting
experiments:run_outcome
bench:benchmark
'
# folder:suffix of tables
suffixes='
engine:op
integrators:integrator
integrators:family
problems:problem
simulators:simulator
simulators:dynamics
models:kind
models:model
models:encoder
models:decoder
models:dynamics
models:objective
models:cell
evaluation:error
evaluation:metric
evaluation:plot
evaluation:task
bench:benchmark
'

result=0
for library in "$@"; do
    folder=${library#lib}
    folder=${folder%.a}
    case $folder in # compiled into one library
    models) folders="$source/models $source/baselines" ;;
    *) folders=$source/$folder ;;
    esac
    allowed=$(find $folders -name '*.[ch]' -exec basename {} \; | sed 's/\.[ch]$//' | sort -u)
    allowed="$allowed $(printf '%s' "$prefixes" | sed -n "s/^$folder://p")"
    ends=$(printf '%s' "$suffixes" | sed -n "s/^$folder://p")
    pattern=$(echo $allowed | tr ' ' '|')
    ends=$(echo $ends none | tr ' ' '|')
    unknown=$("${NM:-nm}" --defined-only --extern-only "$library" | awk '$2 ~ /^[A-Z]$/ && NF == 3 { print $3 }' |
        grep -Ev "^($pattern)(s|es)?(_|\$)|_($ends)s?\$|^(__|_GLOBAL_|\.gomp_)" | sort -u) || true
    for symbol in $unknown; do
        echo "$library: $symbol does not begin with the name of a file in $folder/"
        result=1
    done
done
if [ "$result" -eq 0 ]; then echo 'lint-symbols: clean'; fi
exit "$result"
