# SPDX-License-Identifier: GPL-3.0-or-later
models_sources = \
	models/decoder.c models/decoder.h \
	models/dynamics.h \
	models/encoder.c models/encoder.h \
	models/frames.c models/frames.h \
	models/hamiltonian.c \
	models/hgn_plus_plus.c \
	models/model.c models/model.h \
	models/sequence_model.c models/sequence_model.h \
	models/video_settings.c models/video_settings.h \
	models/window_plan.c models/window_plan.h

noinst_LIBRARIES += libmodels.a
libmodels_a_SOURCES = $(models_sources)
libmodels_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

# In double precision, for the tests of whole losses by finite differences.
check_LIBRARIES += libmodels_double.a
libmodels_double_a_SOURCES = $(models_sources) baselines/rnn.c
libmodels_double_a_CPPFLAGS = $(AM_CPPFLAGS) -DHAMBENCH_DOUBLE
libmodels_double_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

check_PROGRAMS += tests/test_models
tests_test_models_SOURCES = tests/test_models.c tests/gradcheck.h tests/oracle.c tests/oracle.h
tests_test_models_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_models_LDADD = libharness.a libmodels_double.a libengine_double.a libintegrators.a libsupport.a \
	$(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_paper_size
tests_test_paper_size_SOURCES = tests/test_paper_size.c tests/oracle.c tests/oracle.h
tests_test_paper_size_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_paper_size_LDADD = libharness.a libmodels.a $(engine_libs) libintegrators.a libsupport.a \
	$(GSL_LIBS) $(CUNIT_LIBS) -lm
