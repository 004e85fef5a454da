#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Records of results/published.csv become C as they stand, and those that are not as they should be are refused with
# their line.
set -u
source=${srcdir:-.}/results
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
result=0
fail() {
    echo "FAILED: $1"
    result=1
}
make_table() { # RECORD: the table of that one record, in $folder/out and $folder/err
    { head -n 1 "$source/published.csv"; printf '%s\n' "$1"; } >"$folder/records.csv"
    ${AWK:-awk} -f "$source/published.awk" "$folder/records.csv" >"$folder/out" 2>"$folder/err"
}
gives() { # RECORD LINE
    make_table "$1" || fail "$1 is refused: $(cat "$folder/err")"
    grep -Fqx -e "    $2" "$folder/out" || fail "$1 gives $(grep '^    {' "$folder/out")"
}
refuses() { # RECORD PART
    if make_table "$1"; then fail "$1 is taken"; fi
    grep -Fq -e "records.csv:2: $2" "$folder/err" || fail "$1 is refused with $(cat "$folder/err")"
}

gives 'pendulum,HGN,error,25.99,,1e-7,printed,some,me,partly,because' \
    '{"pendulum", "HGN", "error", 25.99e-7, NAN, true, "some", "me", PUBLISHED_PARTLY, "because"},'
gives '-,"HGN, ""deep""",error,3.67,1.09,1,inferred,a\b,me,no,because' \
    '{NULL, "HGN, \"deep\"", "error", 3.67e0, 1.09e0, false, "a\\b", "me", PUBLISHED_NO, "because"},'
gives 'pendulum,HGN,error,,,,,some,me,no,unknown' \
    '{"pendulum", "HGN", "error", NAN, NAN, false, "some", "me", PUBLISHED_NO, "unknown"},'

refuses 'pendulum,HGN,error,25.99,,1e-7,printed,some,me,partly' 'a record has 11 fields'
refuses 'pendulum,HGN,error,25.99,,1e-7,printed,some,me,partly,because,of' 'a record has 11 fields'
refuses 'pendulum,"HGN,error,25.99,,1e-7,printed,some,me,partly,because' 'a quotation mark is not closed'
refuses 'pendulum,HGN,error,25.9x,,1e-7,printed,some,me,partly,because' "'25.9x' is no number"
refuses 'pendulum,HGN,error,25.99,,e-7,printed,some,me,partly,because' "the scale 'e-7'"
refuses 'pendulum,HGN,error,25.99,,1e-7,said,some,me,partly,because' "the unit 'said'"
refuses 'pendulum,HGN,error,25.99,,1e-7,printed,some,me,perhaps,because' 'comparable is yes, partly or no'
refuses 'pendulum,HGN,error,25.99,,1e-7,printed,some,me,partly,' 'model, figure, protocol, source and why'
refuses 'pendulum,HGN,error,,1.09,,,some,me,no,because' 'without a value there is no spread'

sed 's/^environment,model/environment,Model/' "$source/published.csv" >"$folder/records.csv"
if ${AWK:-awk} -f "$source/published.awk" "$folder/records.csv" >/dev/null 2>&1; then
    fail 'other columns are taken'
fi
exit "$result"
