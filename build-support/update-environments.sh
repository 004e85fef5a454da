#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# update-environments.sh PROGRAM FOLDER: replaces the tables in FOLDER/environments.md and FOLDER/environments/*.md by
# what PROGRAM prints. A test holds them equal.
set -eu
program=$1
folder=$2
tables=$(mktemp)
trap 'rm -f "$tables" "$folder"/environments.md.tmp "$folder"/environments/*.tmp' EXIT
"$program" list environments --markdown >"$tables"
for document in "$folder"/environments.md "$folder"/environments/*.md; do
    name=${document#"$folder"/}
    name=${name%.md}
    {
        sed '/^<!-- begin: hambench list environments --markdown -->$/q' "$document"
        awk -v begin="<!-- $name -->" '/^<!-- environments/ { inside = $0 == begin; next } inside' "$tables"
        sed -n '/^<!-- end -->$/,$p' "$document"
    } >"$document.tmp"
    cat "$document.tmp" >"$document"
done
