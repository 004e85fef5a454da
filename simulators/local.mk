# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libsimulators.a
libsimulators_a_CFLAGS = $(AM_CFLAGS) $(SIMULATOR_CFLAGS)
libsimulators_a_SOURCES = \
	simulators/mass_spring.c \
	simulators/pendulum.c \
	simulators/registry.c simulators/registry.h \
	simulators/render_discs.c simulators/render_discs.h \
	simulators/simulator.c simulators/simulator.h \
	simulators/trajectory.c simulators/trajectory.h

simulator_libs = libsimulators.a libintegrators.a libsupport.a

check_PROGRAMS += tests/test_simulators tests/test_render
tests_test_simulators_SOURCES = tests/test_simulators.c
tests_test_simulators_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_simulators_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_render_SOURCES = tests/test_render.c
tests_test_render_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_render_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
