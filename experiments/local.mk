# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libexperiments.a
libexperiments_a_SOURCES = \
	experiments/cell.c experiments/cell.h \
	experiments/cell_check.c experiments/cell_check.h \
	experiments/cell_cost.c experiments/cell_cost.h \
	experiments/cell_record.c experiments/cell_record.h \
	experiments/data_file.c experiments/data_file.h \
	experiments/describe_models.c experiments/describe_models.h \
	experiments/model_cost.c experiments/model_cost.h \
	experiments/experiment.c experiments/experiment.h \
	experiments/export.c experiments/export.h \
	experiments/record_check.c experiments/record_check.h \
	experiments/remake.c experiments/remake.h \
	experiments/results.c experiments/results.h \
	experiments/run_forecast.c experiments/run_forecast.h \
	experiments/runner.c experiments/runner.h \
	experiments/scratch.c experiments/scratch.h \
	experiments/selection.c experiments/selection.h \
	experiments/settings.c experiments/settings.h \
	experiments/test_sets.c experiments/test_sets.h \
	experiments/variants.c experiments/variants.h

# The questions that the benchmark answers; `hambench run NAME` finds them where they are installed.
experimentsdir = $(pkgdatadir)/experiments
dist_experiments_DATA = \
	experiments/densities.yaml \
	experiments/integrators.yaml \
	experiments/quick.yaml \
	experiments/smoke.yaml \
	experiments/paper.yaml \
	experiments/states.yaml \
	experiments/table.yaml \
	experiments/zoo.yaml

# What a program that runs experiments is linked with, higher layers first.
experiment_libs = libexperiments.a libsweep.a libevaluation.a libportraits.a libdrawing.a libresults.a libtraining.a libmodels.a \
	libengine.a libdatasets.a libproblems.a libsimulators.a libintegrators.a libsupport.a \
	$(YAML_LIBS) $(JANSSON_LIBS) $(CAIRO_LIBS) $(GIF_LIBS) $(HDF5_LIBS) $(DEFLATE_LIBS) $(CRYPTO_LIBS) \
	$(DNNL_LIBS) $(GSL_LIBS)

check_PROGRAMS += tests/test_schema tests/test_settings tests/test_runner tests/test_image_sources tests/test_training
tests_test_schema_SOURCES = tests/test_schema.c
tests_test_schema_LDADD = libharness.a libsupport.a $(YAML_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm
# Settings of trainings come from the schemas, so these stand here.
training_case = tests/training_case.c tests/training_case.h
tests_test_image_sources_SOURCES = tests/test_image_sources.c tests/dataset_fixture.c tests/dataset_fixture.h \
	$(training_case)
tests_test_image_sources_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_image_sources_LDADD = libharness.a $(experiment_libs) $(CUNIT_LIBS) -lm
tests_test_training_SOURCES = tests/test_training.c $(training_case)
tests_test_training_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_training_LDADD = libharness.a $(experiment_libs) $(CUNIT_LIBS) -lm
check_PROGRAMS += tests/test_every_environment
tests_test_every_environment_SOURCES = tests/test_every_environment.c tests/dataset_fixture.c tests/dataset_fixture.h
tests_test_every_environment_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_every_environment_LDADD = libharness.a $(experiment_libs) $(CUNIT_LIBS) -lm
tests_test_settings_SOURCES = tests/test_settings.c $(yaml_case)
tests_test_settings_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_settings_LDADD = libharness.a $(experiment_libs) $(CUNIT_LIBS)
runner_case = tests/runner_case.c tests/runner_case.h
tests_test_runner_SOURCES = tests/test_runner.c $(runner_case)
tests_test_runner_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_runner_LDADD = libharness.a $(experiment_libs) $(CUNIT_LIBS)

# The example of docs/adding-a-setting.md in place of the library's copy_last.
check_PROGRAMS += tests/test_documented_setting
tests_test_documented_setting_SOURCES = tests/test_documented_setting.c
nodist_tests_test_documented_setting_SOURCES = tests/documented_setting.c
tests_test_documented_setting_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_documented_setting_LDADD = $(tests_test_runner_LDADD)
CLEANFILES += tests/documented_setting.c
tests/documented_setting.c: $(srcdir)/docs/adding-a-setting.md
	$(AM_V_GEN)$(MKDIR_P) tests && sed -n '/^```c$$/,/^```$$/p' $(srcdir)/docs/adding-a-setting.md | sed '1d;$$d' >$@

check_PROGRAMS += tests/test_runner_again
tests_test_runner_again_SOURCES = tests/test_runner_again.c $(runner_case)
tests_test_runner_again_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_runner_again_LDADD = $(tests_test_runner_LDADD)

check_PROGRAMS += tests/test_records
tests_test_records_SOURCES = tests/test_records.c $(runner_case)
tests_test_records_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_records_LDADD = $(tests_test_runner_LDADD)
