# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libintegrators.a
libintegrators_a_CPPFLAGS = $(AM_CPPFLAGS) $(GSL_CFLAGS) $(SUNDIALS_CFLAGS)
libintegrators_a_CFLAGS = $(AM_CFLAGS) $(SIMULATOR_CFLAGS)
libintegrators_a_SOURCES = \
	integrators/collocation.c integrators/collocation.h \
	integrators/composition.c \
	integrators/explicit.c \
	integrators/families.h \
	integrators/gsl_solver.c integrators/gsl_solver.h \
	integrators/gsl_steppers.c \
	integrators/implicit.c \
	integrators/integrator.c integrators/integrator.h \
	integrators/loops.c integrators/loops.h \
	integrators/lyapunov.c integrators/lyapunov.h \
	integrators/projection.c \
	integrators/registry.c integrators/registry.h \
	integrators/stepper.c integrators/stepper.h \
	integrators/sundials.c \
	integrators/symplectic.c \
	integrators/system.h \
	integrators/tableau.c integrators/tableau.h

check_PROGRAMS += tests/test_integrators tests/test_lyapunov
tests_test_integrators_SOURCES = tests/test_integrators.c
tests_test_integrators_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_integrators_LDADD = libharness.a libintegrators.a libsupport.a $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_lyapunov_SOURCES = tests/test_lyapunov.c
tests_test_lyapunov_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_lyapunov_LDADD = libharness.a libintegrators.a libsupport.a $(CUNIT_LIBS) $(GSL_LIBS) -lm
