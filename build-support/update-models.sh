#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# update-models.sh PROGRAM FOLDER: replaces the table in FOLDER/models.md and the pages FOLDER/models/*.md by what PROGRAM
# prints. A test holds them equal.
set -eu
program=$1
folder=$2
pages=$(mktemp)
trap 'rm -f "$pages" "$folder"/models.md.tmp' EXIT
"$program" list models --markdown >"$pages"

# page NAME: what stands behind its comment.
page() {
    awk -v begin="<!-- $1 -->" '/^<!-- models.* -->$/ { inside = $0 == begin; next } inside' "$pages"
}

{
    sed '/^<!-- begin: hambench list models --markdown -->$/q' "$folder/models.md"
    page models
    sed -n '/^<!-- end -->$/,$p' "$folder/models.md"
} >"$folder/models.md.tmp"
cat "$folder/models.md.tmp" >"$folder/models.md"

mkdir -p "$folder/models"
rm -f "$folder"/models/*.md
sed -n 's/^<!-- models\/\([a-z0-9_]*\) -->$/\1/p' "$pages" | while read -r name; do
    page "models/$name" >"$folder/models/$name.md"
done
