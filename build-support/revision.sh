#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# revision.sh SOURCE VERSION HEADER: writes the git revision of the source folder into HEADER, and touches
# the file only when the text changes. A source tree that is no checkout of its own (an unpacked release,
# also when it lies inside somebody's repository) says "release VERSION".
set -eu
source=$1
version=$2
header=$3

top=$(cd "$source" && git rev-parse --show-toplevel 2>/dev/null) || top=
if [ -n "$top" ] && [ "$top" -ef "$source" ]; then
    revision=$(cd "$source" && git describe --always --dirty --abbrev=12 2>/dev/null) || revision=unknown
elif [ -e "$source/.git" ]; then
    revision=unknown
else
    revision="release $version"
fi

line="#define BUILD_REVISION \"$revision\""
if [ ! -f "$header" ] || [ "$(cat "$header")" != "$line" ]; then
    printf '%s\n' "$line" >"$header.tmp"
    mv "$header.tmp" "$header"
fi
