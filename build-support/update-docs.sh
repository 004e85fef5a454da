#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# update-docs.sh PROGRAM DOCUMENT: replaces the reference of the settings in DOCUMENT by what PROGRAM prints.
# A test holds the two equal.
set -eu
program=$1
document=$2
trap 'rm -f "$document.tmp"' EXIT
{
    sed '/^<!-- begin: hambench list settings --markdown -->$/q' "$document"
    "$program" list settings --markdown
    sed -n '/^<!-- end -->$/,$p' "$document"
} >"$document.tmp"
cat "$document.tmp" >"$document"
