# SPDX-License-Identifier: GPL-3.0-or-later
check_LIBRARIES += libharness.a
libharness_a_SOURCES = tests/harness.c tests/harness.h
libharness_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)

# For the tests of what reads YAML.
yaml_case = tests/yaml_case.c tests/yaml_case.h
EXTRA_DIST += tests/summary.sh
