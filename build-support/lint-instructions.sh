#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint-instructions.sh LIBRARY...: fails when a function holds instructions that not every x86-64 has and that
# nobody asks the processor for: AVX outside the tables of kernels made for it (engine/local.mk) and outside the
# clones of functions (simulators/vector.h). Then the program would die on an older machine.
set -eu

result=0
for library in "$@"; do
    ${OBJDUMP:-objdump} -d --no-show-raw-insn "$library" | awk -v library="$library" '
        / file format / { member = $1; chosen = member ~ /^libkernels_avx/ }
        /^[0-9a-f]+ <.*>:$/ { name = $2; told = 0 }
        !chosen && !told && name !~ /\.arch_x86_64_v[34]/ && $2 ~ /^v[a-z0-9]+$/ && /%[xyz]mm/ {
            print library ": " member " " name " " $2
            told = 1
            failed = 1
        }
        END { exit failed }' || result=1
done
if [ "$result" -eq 0 ]; then echo 'lint-instructions: clean'; fi
exit "$result"
