# SPDX-License-Identifier: GPL-3.0-or-later
models_sources = \
	models/density/density_rows.c models/density/density_rows.h \
	models/density/density_settings.c models/density/density_settings.h \
	models/density/density_target.c models/density/density_target.h \
	models/dynamics/convolution_hamiltonian.c \
	models/dynamics/hamiltonian.c \
	models/dynamics/latent_dynamics.h \
	models/dynamics/mass_matrix.c models/dynamics/mass_matrix.h \
	models/dynamics/perceptron.c \
	models/dynamics/confinement.c models/dynamics/confinement.h \
	models/dynamics/physics.c models/dynamics/physics.h \
	models/free.c \
	models/hgn.c \
	models/hgn_plus_plus.c \
	models/hnn.c \
	models/latent_stepper.c models/latent_stepper.h \
	models/lgn.c \
	models/lnn.c \
	models/model.c models/model.h \
	models/model_registry.c models/model_registry.h \
	models/nhf.c models/nhf.h \
	models/ode.c \
	models/pgn.c \
	models/rgn.c \
	models/state_motion.c models/state_motion.h \
	models/state_model.c models/state_model.h \
	models/video/broadcast_decoder.c \
	models/video/consistency.c models/video/consistency.h \
	models/video/convolution_transform.c \
	models/video/decoder.c models/video/decoder.h \
	models/video/decoder_layers.c models/video/decoder_layers.h \
	models/video/elbo.c \
	models/video/encoder.c models/video/encoder.h \
	models/video/frames.c models/video/frames.h \
	models/video/geco.c models/video/geco.h \
	models/video/latent_map.c models/video/latent_map.h \
	models/video/latent_path.c models/video/latent_path.h \
	models/video/map_decoder.c \
	models/video/map_encoder.c \
	models/video/objective.h \
	models/video/sequence_model.c models/video/sequence_model.h \
	models/video/sequence_predict.c models/video/sequence_private.h \
	models/video/sequence_profiles.c models/video/sequence_profiles.h \
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

check_PROGRAMS += tests/test_hgn
tests_test_hgn_SOURCES = tests/test_hgn.c tests/gradcheck.h tests/oracle.c tests/oracle.h $(model_case)
tests_test_hgn_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_hgn_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_state_models
tests_test_state_models_SOURCES = tests/test_state_models.c tests/gradcheck.h tests/oracle.c tests/oracle.h $(model_case)
tests_test_state_models_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_state_models_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_objectives
tests_test_objectives_SOURCES = tests/test_objectives.c tests/gradcheck.h tests/oracle.c tests/oracle.h $(model_case)
tests_test_objectives_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_objectives_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_autoregressive
tests_test_autoregressive_SOURCES = tests/test_autoregressive.c tests/gradcheck.h tests/oracle.c tests/oracle.h $(model_case)
tests_test_autoregressive_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_autoregressive_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_latent_stepper
tests_test_latent_stepper_SOURCES = tests/test_latent_stepper.c tests/gradcheck.h
tests_test_latent_stepper_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_latent_stepper_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_dynamics
tests_test_dynamics_SOURCES = tests/test_dynamics.c tests/gradcheck.h $(model_case)
tests_test_dynamics_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DHAMBENCH_DOUBLE
tests_test_dynamics_LDADD = $(double_libs) $(GSL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_paper_size
tests_test_paper_size_SOURCES = tests/test_paper_size.c tests/gradcheck.h tests/oracle.c tests/oracle.h $(model_case)
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
