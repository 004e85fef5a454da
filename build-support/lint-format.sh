#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint-format.sh: fails when clang-format would change a file. Run in the source folder.
set -eu
command -v clang-format >/dev/null || { echo 'lint-format: clang-format is missing (Debian: clang-format)' >&2; exit 1; }
sh build-support/sources.sh | xargs clang-format --dry-run -Werror
echo 'lint-format: clean'
