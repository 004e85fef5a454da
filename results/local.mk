# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libresults.a
libresults_a_SOURCES = results/published.c results/published.h
EXTRA_DIST += results/README.md results/zoo.md results/zoo
