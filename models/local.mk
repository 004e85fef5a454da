# SPDX-License-Identifier: GPL-3.0-or-later
models_sources = \
	models/density/density_rows.c models/density/density_rows.h \
	models/density/density_settings.c models/density/density_settings.h \
	models/density/density_target.c models/density/density_target.h \
	models/dynamics/hamiltonian.c \
	models/dynamics/latent_dynamics.h \
	models/hgn_plus_plus.c \
	models/latent_stepper.c models/latent_stepper.h \
	models/model.c models/model.h \
	models/model_registry.c models/model_registry.h \
	models/nhf.c models/nhf.h \
	models/video/decoder.c models/video/decoder.h \
	models/video/elbo.c \
	models/video/encoder.c models/video/encoder.h \
	models/video/frames.c models/video/frames.h \
	models/video/latent_path.c models/video/latent_path.h \
	models/video/objective.h \
	models/video/sequence_model.c models/video/sequence_model.h \
	models/video/transform.h \
	models/video_settings.c models/video_settings.h \
	models/window_plan.c models/window_plan.h

# One library: the registry lists the baselines as well.
noinst_LIBRARIES += libmodels.a
libmodels_a_SOURCES = $(models_sources) $(baselines_sources)
libmodels_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

# In double precision, for the tests of whole losses by finite differences.
check_LIBRARIES += libmodels_double.a
libmodels_double_a_SOURCES = $(models_sources) $(baselines_sources)
libmodels_double_a_CPPFLAGS = $(AM_CPPFLAGS) -DHAMBENCH_DOUBLE
libmodels_double_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

double_libs = libharness.a libmodels_double.a libengine_double.a libintegrators.a libsupport.a
model_case = tests/model_case.c tests/model_case.h

check_PROGRAMS += tests/test_models
tests_test_models_SOURCES = tests/test_models.c tests/gradcheck.h tests/oracle.c tests/oracle.h $(model_case)
tests_test_models_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_models_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_latent_stepper
tests_test_latent_stepper_SOURCES = tests/test_latent_stepper.c tests/gradcheck.h
tests_test_latent_stepper_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_latent_stepper_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_paper_size
tests_test_paper_size_SOURCES = tests/test_paper_size.c tests/oracle.c tests/oracle.h $(model_case)
tests_test_paper_size_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_paper_size_LDADD = libharness.a libmodels.a $(engine_libs) libintegrators.a libsupport.a \
	$(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_model_gradients
tests_test_model_gradients_SOURCES = tests/test_model_gradients.c tests/gradcheck.h tests/oracle.c tests/oracle.h \
	$(model_case)
tests_test_model_gradients_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_model_gradients_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_density_models
tests_test_density_models_SOURCES = tests/test_density_models.c tests/gradcheck.h tests/oracle.c tests/oracle.h \
	$(model_case)
tests_test_density_models_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_density_models_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_density_targets
tests_test_density_targets_SOURCES = tests/test_density_targets.c
tests_test_density_targets_LDADD = libharness.a libmodels.a libsupport.a $(CUNIT_LIBS) -lm
