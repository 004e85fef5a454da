# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libproblems.a
libproblems_a_CPPFLAGS = $(AM_CPPFLAGS) $(GSL_CFLAGS)
# Without errno the compiler turns sqrt into one instruction; the results are the same.
libproblems_a_CFLAGS = $(AM_CFLAGS) $(SIMULATOR_CFLAGS) -fno-math-errno
libproblems_a_SOURCES = \
	problems/environment.c \
	problems/gravity.c \
	problems/gsl_elliptic.c problems/gsl_elliptic.h \
	problems/henon_heiles.c \
	problems/integration.c problems/integration.h \
	problems/kepler.c \
	problems/lennard_jones.c \
	problems/measures.c problems/measures.h \
	problems/pendulum.c \
	problems/problem.c problems/problem.h \
	problems/reference.c \
	problems/registry.c problems/registry.h \
	problems/verification.c problems/verification.h

problem_libs = libproblems.a $(simulator_libs)

check_PROGRAMS += tests/test_problems tests/test_verification
tests_test_problems_SOURCES = tests/test_problems.c
tests_test_problems_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_problems_LDADD = libharness.a $(problem_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_verification_SOURCES = tests/test_verification.c
tests_test_verification_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_verification_LDADD = libharness.a $(problem_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
