#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The bytes of a dataset do not depend on the processor: they are the same when the mathematical library does
# without fused multiply-adds.
. "${srcdir:-.}/tests/cli.sh"

libm=$builddir/tests/print_libm
without_fma='glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2'
if [ "$("$libm")" = "$(GLIBC_TUNABLES=$without_fma "$libm")" ]; then
    echo "generate_without_fma: the library gives the same bits with and without: nothing to compare"
    exit 77
fi
mkdir with without
for environment in $("$hambench" list environments | awk '{ print $1 }'); do
    for folder in with without; do
        [ "$folder" = with ] && tunables= || tunables=$without_fma
        GLIBC_TUNABLES=$tunables
        export GLIBC_TUNABLES
        succeeds generate "$environment" --train 3 --test 1 --frames 60 --seed 3 --protocol quick --quiet \
            --out "$folder/$environment.h5"
    done
    holds "$environment: other bytes without FMA" cmp -s "with/$environment.h5" "without/$environment.h5"
done
finish
