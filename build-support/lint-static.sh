#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint-static.sh: static analysis by cppcheck. Run in the source folder. (.clang-tidy serves editors, and
# `clang-tidy -p BUILD FILE` by hand: it takes minutes for the whole tree.)
set -eu
command -v cppcheck >/dev/null || { echo 'lint-static: cppcheck is missing (Debian: cppcheck)' >&2; exit 1; }
sh build-support/sources.sh | grep '\.c$' |
    cppcheck --file-list=- --quiet --std=c11 --language=c --error-exitcode=1 --inline-suppr -j "$(nproc)" \
        -I. -D_GNU_SOURCE -D__linux__ --enable=warning,performance,portability \
        --suppress=missingIncludeSystem --suppress=preprocessorErrorDirective --suppress=unusedStructMember
echo 'lint-static: clean'
