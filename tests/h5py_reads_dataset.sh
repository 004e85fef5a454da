#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A dataset opens in h5py and holds what docs/formats.md says. Skipped (77) where there is no h5py.
set -eu
builddir=${builddir:-.}
srcdir=${srcdir:-.}
python=
for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c 'import h5py, numpy' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "no python3 with h5py"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for environment in pendulum mass_spring_colors pendulum_colors_friction; do
    "$builddir/tests/write_dataset" "$environment" "$folder/$environment.h5" 3 2 40 2
    "$python" "$srcdir/tests/h5py_reads_dataset.py" "$folder/$environment.h5" "$environment"
done
# With a validation split, and outside of what training sets hold.
"$builddir/tests/write_dataset" pendulum "$folder/validated.h5" 3 2 40 2 4
"$python" "$srcdir/tests/h5py_reads_dataset.py" "$folder/validated.h5" pendulum 4
"$builddir/tests/write_dataset" pendulum_colors_friction "$folder/shifted.h5" 3 2 40 2 4 parameters
"$python" "$srcdir/tests/h5py_reads_dataset.py" "$folder/shifted.h5" pendulum_colors_friction 4 parameters
