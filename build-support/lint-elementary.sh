#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint-elementary.sh: fails when a file that makes data calls a function of the mathematical library whose last bit
# depends on the library and the processor; support/elementary.h has those that don't. Run in the source folder.
set -eu
find simulators support/random.c support/elementary.c integrators/gsl_solver.c -name '*.[ch]' | sort | xargs awk '
BEGIN {
    names = "sin|cos|tan|asin|acos|atan|atan2|sincos|sinh|cosh|tanh|exp|exp2|expm1|log|log2|log10|log1p|pow|cbrt|hypot"
    call = "(^|[^A-Za-z0-9_])(" names ")f?[(]"
}
FNR == 1 { comment = 0 }
{
    code = $0
    gsub(/"([^"\\]|\\.)*"/, "", code)
    gsub(/\/\*.*\*\//, "", code)
    if (comment && sub(/^.*\*\//, "", code))
        comment = 0
    else if (comment)
        next
    if (sub(/\/\*.*$/, "", code))
        comment = 1
    if (code ~ call) {
        print FILENAME ":" FNR ": " $0
        failed = 1
    }
}
END { exit failed }
'
echo 'lint-elementary: clean'
