# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libevaluation.a
libevaluation_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libevaluation_a_SOURCES = \
	evaluation/energy.c evaluation/energy.h \
	evaluation/evaluation.c evaluation/evaluation.h \
	evaluation/evaluation_file.c evaluation/evaluation_file.h \
	evaluation/evaluation_read.c \
	evaluation/evaluation_settings.c evaluation/evaluation_settings.h \
	evaluation/latent_integrator.c evaluation/latent_integrator.h \
	evaluation/metric.c evaluation/metric.h \
	evaluation/metric_l2_norm.c \
	evaluation/metric_mse.c \
	evaluation/plot.c evaluation/plot.h \
	evaluation/plot_energy.c \
	evaluation/plot_error.c \
	evaluation/plot_loss.c \
	evaluation/rollout.c evaluation/rollout.h \
	evaluation/table.c evaluation/table.h

# The table needs neither models nor data.
check_PROGRAMS += tests/test_table
tests_test_table_SOURCES = tests/test_table.c
tests_test_table_LDADD = libharness.a libevaluation.a libdrawing.a libresults.a libsupport.a $(CUNIT_LIBS) -lm

evaluation_libs = libevaluation.a libdrawing.a libresults.a $(training_libs) \
	$(JANSSON_LIBS) $(CAIRO_LIBS) $(GIF_LIBS)

check_PROGRAMS += tests/test_evaluation tests/test_plots tests/test_latent_integrator
tests_test_latent_integrator_SOURCES = tests/test_latent_integrator.c $(model_case)
tests_test_latent_integrator_LDADD = libharness.a libevaluation.a libdrawing.a $(training_libs) $(CUNIT_LIBS) -lm
tests_test_evaluation_SOURCES = tests/test_evaluation.c
tests_test_evaluation_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_plots_SOURCES = tests/test_plots.c
tests_test_plots_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_baselines_unlearned
tests_test_baselines_unlearned_SOURCES = tests/test_baselines_unlearned.c $(model_case)
tests_test_baselines_unlearned_LDADD = libharness.a libmodels.a libengine.a libsupport.a \
	$(DNNL_LIBS) $(CUNIT_LIBS) -lm
