# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libevaluation.a
libevaluation_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libevaluation_a_CFLAGS = $(AM_CFLAGS) -O3
libevaluation_a_SOURCES = \
	evaluation/density_trial.c evaluation/density_trial.h \
	evaluation/disc_fit.c evaluation/disc_fit.h \
	evaluation/disc_tracker.c evaluation/disc_tracker.h \
	evaluation/energy.c evaluation/energy.h \
	evaluation/evaluation.c evaluation/evaluation.h \
	evaluation/evaluation_file.c evaluation/evaluation_file.h \
	evaluation/evaluation_settings.c evaluation/evaluation_settings.h \
	evaluation/film_energy.c evaluation/film_energy.h \
	evaluation/image_error.c evaluation/image_error.h \
	evaluation/interval.c evaluation/interval.h \
	evaluation/lasso.c evaluation/lasso.h \
	evaluation/latent_integrator.c evaluation/latent_integrator.h \
	evaluation/metric.c evaluation/metric.h \
	evaluation/metric_constant.c \
	evaluation/metric_density.c \
	evaluation/metric_energy.c \
	evaluation/metric_l2_norm.c \
	evaluation/metric_latent_gap.c \
	evaluation/metric_mse.c \
	evaluation/metric_posterior.c \
	evaluation/metric_states.c \
	evaluation/metric_symetric.c \
	evaluation/metric_video_energy.c \
	evaluation/metric_vpt.c \
	evaluation/plot.c evaluation/plot.h \
	evaluation/plot_density.c evaluation/plot_density.h \
	evaluation/plot_energy.c \
	evaluation/plot_error.c \
	evaluation/plot_loss.c \
	evaluation/plot_states.c evaluation/plot_states.h \
	evaluation/plot_video_energy.c \
	evaluation/polynomial.c evaluation/polynomial.h \
	evaluation/rollout.c evaluation/rollout.h \
	evaluation/rollout_films.c evaluation/rollout_films.h \
	evaluation/state_trial.c evaluation/state_trial.h \
	evaluation/symetric.c evaluation/symetric.h \
	evaluation/table.c evaluation/table.h \
	evaluation/table_column.c evaluation/table_column.h \
	evaluation/table_csv.c \
	evaluation/table_json.c \
	evaluation/table_plot.c evaluation/table_plot.h \
	evaluation/table_row.c evaluation/table_row.h \
	evaluation/table_seeds.c evaluation/table_seeds.h \
	evaluation/table_verdict.c evaluation/table_verdict.h \
	evaluation/table_words.c evaluation/table_words.h \
	evaluation/task.c evaluation/task.h \
	evaluation/task_density.c \
	evaluation/task_report.c evaluation/task_report.h \
	evaluation/task_states.c \
	evaluation/task_video.c \
	evaluation/test_set.c evaluation/test_set.h \
	evaluation/windows.c evaluation/windows.h

evaluation_libs = libevaluation.a libdrawing.a libresults.a $(training_libs) \
	$(JANSSON_LIBS) $(CAIRO_LIBS) $(GIF_LIBS)

check_PROGRAMS += tests/test_table tests/test_evaluation tests/test_evaluation_file tests/test_metric_contract \
	tests/test_plots tests/test_latent_integrator
table_case = tests/table_case.c tests/table_case.h
oracle_case = tests/oracle_case.c tests/oracle_case.h
tests_test_table_SOURCES = tests/test_table.c $(table_case)
check_PROGRAMS += tests/test_table_verdict tests/test_table_output
tests_test_table_verdict_SOURCES = tests/test_table_verdict.c $(table_case)
tests_test_table_verdict_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_table_output_SOURCES = tests/test_table_output.c $(table_case)
tests_test_table_output_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_table_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_latent_integrator_SOURCES = tests/test_latent_integrator.c $(model_case)
tests_test_latent_integrator_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
check_PROGRAMS += tests/test_lasso tests/test_symetric tests/test_metric_symetric tests/test_metric_vpt \
	tests/test_metric_video_energy tests/test_metric_energy tests/test_latent_rollouts
tests_test_latent_rollouts_SOURCES = tests/test_latent_rollouts.c $(oracle_case) $(model_case)
tests_test_latent_rollouts_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_latent_rollouts_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_metric_energy_SOURCES = tests/test_metric_energy.c
tests_test_metric_energy_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_metric_video_energy_SOURCES = tests/test_metric_video_energy.c
tests_test_metric_video_energy_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_metric_vpt_SOURCES = tests/test_metric_vpt.c
tests_test_metric_vpt_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_metric_symetric_SOURCES = tests/test_metric_symetric.c
tests_test_metric_symetric_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_lasso_SOURCES = tests/test_lasso.c
tests_test_lasso_LDADD = libharness.a libevaluation.a libsupport.a $(CUNIT_LIBS) -lm
tests_test_symetric_SOURCES = tests/test_symetric.c
tests_test_symetric_LDADD = libharness.a libevaluation.a libsupport.a $(CUNIT_LIBS) -lm
check_PROGRAMS += tests/test_disc_tracker tests/test_film_energy
film_case = tests/film_case.h tests/simulate.h
tests_test_disc_tracker_SOURCES = tests/test_disc_tracker.c $(film_case)
tests_test_disc_tracker_LDADD = libharness.a libevaluation.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_film_energy_SOURCES = tests/test_film_energy.c $(film_case)
tests_test_film_energy_LDADD = libharness.a libevaluation.a $(simulator_libs) $(CUNIT_LIBS) $(GSL_LIBS) -lm
tests_test_evaluation_SOURCES = tests/test_evaluation.c $(oracle_case)
tests_test_evaluation_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_evaluation_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_evaluation_file_SOURCES = tests/test_evaluation_file.c $(oracle_case)
tests_test_evaluation_file_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_evaluation_file_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_metric_contract_SOURCES = tests/test_metric_contract.c $(oracle_case)
tests_test_metric_contract_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_metric_contract_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_plots_SOURCES = tests/test_plots.c
tests_test_plots_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm

# The examples of docs/adding-a-metric.md and adding-a-plot.md, each put into its list and held against what
# all entries of the list keep to.
check_PROGRAMS += tests/test_documented_metric tests/test_documented_plot
documented_sources = documented/example_metric.c documented/example_plot.c
documented_headers = documented/evaluation/metric.h documented/evaluation/plot.h
CLEANFILES += $(documented_sources) $(documented_headers)
documented/example_metric.c: docs/adding-a-metric.md
documented/example_plot.c: docs/adding-a-plot.md
$(documented_sources):
	@$(MKDIR_P) documented
	$(AM_V_GEN)sed -n '/^```c$$/,/^```$$/p' $(srcdir)/docs/adding-a-$(@:documented/example_%.c=%).md | sed '1d;$$d' >$@.new && mv $@.new $@
documented/evaluation/metric.h: evaluation/metric.h
	@$(MKDIR_P) documented/evaluation
	$(AM_V_GEN)sed 's/X(constant)/X(valid) &/' $(srcdir)/evaluation/metric.h >$@.new && mv $@.new $@
documented/evaluation/plot.h: evaluation/plot.h
	@$(MKDIR_P) documented/evaluation
	$(AM_V_GEN)sed 's/X(error)/& X(quantiles)/' $(srcdir)/evaluation/plot.h >$@.new && mv $@.new $@
tests_test_documented_metric_SOURCES = tests/test_metric_contract.c evaluation/metric.c $(oracle_case)
nodist_tests_test_documented_metric_SOURCES = documented/example_metric.c
tests_test_documented_metric_CPPFLAGS = -iquote documented -DDOCUMENTED_ENTRY=\"valid\" $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_documented_metric_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
tests_test_documented_plot_SOURCES = tests/test_plots.c evaluation/plot.c
nodist_tests_test_documented_plot_SOURCES = documented/example_plot.c
tests_test_documented_plot_CPPFLAGS = -iquote documented -DDOCUMENTED_ENTRY=\"quantiles\" $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_documented_plot_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
$(tests_test_documented_metric_OBJECTS) $(tests_test_documented_plot_OBJECTS): $(documented_headers)

check_PROGRAMS += tests/test_baselines_unlearned
tests_test_baselines_unlearned_SOURCES = tests/test_baselines_unlearned.c $(model_case)
tests_test_baselines_unlearned_LDADD = libharness.a libmodels.a libengine.a libsupport.a \
	$(DNNL_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_task_density
tests_test_task_density_SOURCES = tests/test_task_density.c $(oracle_case)
tests_test_task_density_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_task_density_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_task_states
tests_test_task_states_SOURCES = tests/test_task_states.c $(oracle_case)
tests_test_task_states_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_task_states_LDADD = libharness.a $(evaluation_libs) $(CUNIT_LIBS) -lm
