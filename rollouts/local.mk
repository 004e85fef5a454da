# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += librollouts.a
librollouts_a_SOURCES = \
	rollouts/rollouts.c rollouts/rollouts.h rollouts/rollouts_private.h \
	rollouts/rollouts_file.c \
	rollouts/rollouts_film.c \
	rollouts/rollouts_motion.c \
	rollouts/rollouts_pictures.c \
	rollouts/rollouts_points.c

rollout_libs = librollouts.a $(experiment_libs)

# Models of all abilities, made for the test.
check_PROGRAMS += tests/test_rollouts
tests_test_rollouts_SOURCES = tests/test_rollouts.c tests/dataset_fixture.c tests/dataset_fixture.h $(model_case)
tests_test_rollouts_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(HDF5_CFLAGS)
tests_test_rollouts_LDADD = libharness.a $(rollout_libs) $(CUNIT_LIBS) -lm
