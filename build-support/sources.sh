#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# sources.sh: prints the C files of the project, one a line. Run in the source folder.
set -eu
find support drawing engine integrators simulators problems datasets portraits models baselines training evaluation results sweep experiments \
    comparisons cli tests bench -name '*.[ch]' | sort
