#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint-manual.sh PROGRAM MANUAL: fails when a command or an option that --help shows is not in the man page.
set -eu
program=$1
manual=$(tr -d '\\' <"$2")

letters=$(mktemp)
trap 'rm -f "$letters"' EXIT
result=0
require() { # WHAT PATTERN
    if ! printf '%s\n' "$manual" | grep -Eq -e "$2"; then
        echo "lint-manual: $1 is not in the man page"
        result=1
    fi
}
commands=$("$program" list commands | awk '{ print $1 }')
[ -n "$commands" ] || { echo 'lint-manual: the program lists no commands'; exit 1; }
for command in $commands; do
    require "command $command" "^.SS .*hambench $command"
    for option in $("$program" "$command" --help | sed -n 's/^  \(-[a-z], \|    \)\(--[a-z-]*\).*/\2/p'); do
        require "option $option of $command" "(^| )$option( |\$)"
    done
    "$program" "$command" --help | sed -n 's/^  \(-[a-z]\), \(--[a-z-]*\).*/\1 \2/p' >>"$letters"
done
while read -r letter option; do
    require "letter $letter of $option" "^.BR $letter \", \" $option( |\$)"
done <"$letters"
if [ "$result" -eq 0 ]; then echo 'lint-manual: clean'; fi
exit "$result"
