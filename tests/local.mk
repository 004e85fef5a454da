# SPDX-License-Identifier: GPL-3.0-or-later
check_LIBRARIES += libharness.a
libharness_a_SOURCES = tests/harness.c tests/harness.h
