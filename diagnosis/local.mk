# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libdiagnosis.a
libdiagnosis_a_SOURCES = \
	diagnosis/diagnosis.c diagnosis/diagnosis.h \
	diagnosis/diagnosis_plot.c \
	diagnosis/diagnosis_text.c \
	diagnosis/floor.c diagnosis/floor.h \
	diagnosis/latent_map.c diagnosis/latent_map.h

diagnosis_libs = libdiagnosis.a $(evaluation_libs)

check_PROGRAMS += tests/test_floor tests/test_diagnosis
tests_test_floor_SOURCES = tests/test_floor.c
tests_test_floor_LDADD = libharness.a $(diagnosis_libs) $(CUNIT_LIBS) -lm
tests_test_diagnosis_SOURCES = tests/test_diagnosis.c $(oracle_case)
tests_test_diagnosis_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_diagnosis_LDADD = libharness.a $(diagnosis_libs) $(CUNIT_LIBS) -lm
