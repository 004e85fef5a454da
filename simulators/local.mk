# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libsimulators.a
libsimulators_a_CFLAGS = $(AM_CFLAGS) $(SIMULATOR_CFLAGS)
libsimulators_a_SOURCES = \
	simulators/chaos.c simulators/chaos.h \
	simulators/describe.c simulators/describe.h \
	simulators/double_pendulum.c \
	simulators/mass_spring.c \
	simulators/molecular_dynamics.c \
	simulators/n_body.c \
	simulators/pendulum.c \
	simulators/ray_scene.c simulators/ray_scene.h \
	simulators/registry.c simulators/registry.h \
	simulators/render_discs.c simulators/render_discs.h \
	simulators/replicator.c \
	simulators/room.c \
	simulators/shift.c simulators/shift.h \
	simulators/simulator.c simulators/simulator.h \
	simulators/trajectory.c simulators/trajectory.h \
	simulators/vector.h

simulator_libs = libsimulators.a libintegrators.a libsupport.a

check_PROGRAMS += tests/test_simulators tests/test_render tests/test_double_pendulum tests/test_n_body \
	tests/test_replicator tests/test_molecular_dynamics tests/test_room tests/test_documentation \
	tests/test_chaos tests/test_shift
tests_test_simulators_SOURCES = tests/test_simulators.c tests/simulate.h
tests_test_simulators_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_simulators_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_render_SOURCES = tests/test_render.c
tests_test_render_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_render_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_double_pendulum_SOURCES = tests/test_double_pendulum.c tests/simulate.h
tests_test_double_pendulum_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_double_pendulum_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_shift_SOURCES = tests/test_shift.c tests/simulate.h
tests_test_shift_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_shift_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_n_body_SOURCES = tests/test_n_body.c tests/simulate.h
tests_test_n_body_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_n_body_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_replicator_SOURCES = tests/test_replicator.c tests/simulate.h
tests_test_replicator_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_replicator_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_molecular_dynamics_SOURCES = tests/test_molecular_dynamics.c tests/simulate.h
tests_test_molecular_dynamics_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_molecular_dynamics_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_room_SOURCES = tests/test_room.c tests/simulate.h
tests_test_room_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_room_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_chaos_SOURCES = tests/test_chaos.c
tests_test_chaos_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_chaos_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_documentation_SOURCES = tests/test_documentation.c
tests_test_documentation_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_documentation_LDADD = libharness.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm

SHELL_TESTS += tests/documented_example.sh tests/generate_without_fma.sh
EXTRA_DIST += tests/documented_example.sh tests/generate_without_fma.sh

# For the test that needs to know whether the mathematical library takes other instructions.
EXTRA_PROGRAMS += tests/print_libm
CLEANFILES += tests/print_libm$(EXEEXT)
tests_print_libm_SOURCES = tests/print_libm.c
tests_print_libm_LDADD = -lm
tests/generate_without_fma.log: tests/print_libm$(EXEEXT)

# Puts the tables of the environments, as the program knows them, into docs/.
update-docs: update-environments
update-environments: all
	$(SHELL) $(srcdir)/build-support/update-environments.sh ./hambench$(EXEEXT) $(srcdir)/docs
.PHONY: update-environments
