#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The example in docs/adding-an-environment.md is a complete file that compiles without a warning.
set -eu
compiler=${CC:-cc}
command -v "$compiler" >/dev/null || { echo "$compiler is missing"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed -n '/^```c$/,/^```$/p' "$srcdir/docs/adding-an-environment.md" | sed '1d;$d' >"$folder/stiff_spring.c"
grep -q stiff_spring_simulator "$folder/stiff_spring.c"
"$compiler" -std=c17 -Wall -Wextra -Wshadow -Wconversion -Werror -fsyntax-only -D_GNU_SOURCE -I"$srcdir" \
    "$folder/stiff_spring.c"
