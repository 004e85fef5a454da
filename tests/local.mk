# SPDX-License-Identifier: GPL-3.0-or-later
check_LIBRARIES += libharness.a
libharness_a_SOURCES = tests/harness.c tests/harness.h
libharness_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)

# For the tests of what reads YAML.
yaml_case = tests/yaml_case.c tests/yaml_case.h
EXTRA_DIST += tests/summary.sh

EXTRA_PROGRAMS += tests/failing_checks
CLEANFILES += tests/failing_checks$(EXEEXT)
tests_failing_checks_SOURCES = tests/failing_checks.c
tests_failing_checks_LDADD = libharness.a libsupport.a $(CUNIT_LIBS) -lm
SHELL_TESTS += tests/harness_tells.sh
tests/harness_tells.log: tests/failing_checks$(EXEEXT)
EXTRA_DIST += tests/harness_tells.sh
