#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# update-comparison.sh PROGRAM SOURCE: runs the default comparison of integrators into the folder comparison
# (what is there already is not measured again), and puts its words, one of its tables and three of its plots
# into docs/ of the source folder.
set -eu
program=$1
source=$2
document=$source/docs/integrators.md
trap 'rm -f "$document.tmp"' EXIT

"$program" compare-integrators "$source/experiments/integrators.yaml" --out comparison >/dev/null
folder=comparison/integrators

section() { # FILE TITLE: the part of the file under that heading
    awk -v title="#### $2" '/^#/ { inside = $0 == title } inside' "$1"
}
{
    sed '/^<!-- begin: hambench compare-integrators/q' "$document"
    sed 1,2d "$folder/verdict.md"
    echo '### A table'
    echo
    section "$folder/table.md" 'kepler_06, 100 periods'
    sed -n '/^<!-- end -->$/,$p' "$document"
} >"$document.tmp"
cat "$document.tmp" >"$document"
mkdir -p "$source/docs/integrators"
for name in work-kepler_06-100 energy-kepler_06-10000 energy-outer_solar_system-10000; do
    cp "$folder/plots/$name.png" "$source/docs/integrators/"
done
