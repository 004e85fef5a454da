# SPDX-License-Identifier: GPL-3.0-or-later
check_LIBRARIES += libharness.a
libharness_a_SOURCES = tests/harness.c tests/harness.h
libharness_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
EXTRA_DIST += tests/summary.sh
