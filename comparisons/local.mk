# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libcomparisons.a
libcomparisons_a_SOURCES = \
	comparisons/analysis.c comparisons/analysis.h \
	comparisons/comparison.c comparisons/comparison.h \
	comparisons/comparison_plot.c comparisons/comparison_plot.h \
	comparisons/comparison_run.c comparisons/comparison_run.h \
	comparisons/comparison_table.c comparisons/comparison_table.h \
	comparisons/measurement.c comparisons/measurement.h \
	comparisons/measurement_file.c comparisons/measurement_file.h \
	comparisons/outcome.c comparisons/outcome.h \
	comparisons/panels.c comparisons/panels.h \
	comparisons/plot_energy.c \
	comparisons/plot_work.c \
	comparisons/verdict.c comparisons/verdict.h

comparison_libs = libcomparisons.a $(experiment_libs)

check_PROGRAMS += tests/test_comparison
tests_test_comparison_SOURCES = tests/test_comparison.c $(comparison_case) $(yaml_case)
tests_test_comparison_LDADD = libharness.a $(comparison_libs) $(CUNIT_LIBS)

check_PROGRAMS += tests/test_comparison_run
tests_test_comparison_run_SOURCES = tests/test_comparison_run.c $(comparison_case) $(yaml_case)
tests_test_comparison_run_LDADD = libharness.a $(comparison_libs) $(CUNIT_LIBS)

comparison_case = tests/comparison_case.c tests/comparison_case.h
