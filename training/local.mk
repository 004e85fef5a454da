# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libtraining.a
libtraining_a_SOURCES = \
	training/checkpoint.c training/checkpoint.h \
	training/metrics_log.c training/metrics_log.h \
	training/run.c \
	training/schedule.c training/schedule.h \
	training/state_check.c training/state_check.h \
	training/trainer.c training/trainer.h \
	training/training_settings.c training/training_settings.h
libtraining_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libtraining_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

model_libs = libmodels.a $(engine_libs)
training_libs = libtraining.a $(model_libs) $(dataset_libs)

# Every kind of model, with the trainer and the checkpoints.
check_PROGRAMS += tests/test_model_contract
model_contract = tests/test_model_contract.c tests/model_trial.c tests/model_trial.h \
	tests/dataset_fixture.c tests/dataset_fixture.h $(model_case)
tests_test_model_contract_SOURCES = $(model_contract)
tests_test_model_contract_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_model_contract_LDADD = libharness.a $(training_libs) $(JANSSON_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_model_predictions
tests_test_model_predictions_SOURCES = tests/test_model_predictions.c tests/model_trial.c tests/model_trial.h \
	$(model_case)
tests_test_model_predictions_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_model_predictions_LDADD = $(tests_test_model_contract_LDADD)

# The example of docs/adding-a-model.md, entered in the registry as the page says.
check_PROGRAMS += tests/test_documented_model
tests_test_documented_model_SOURCES = $(model_contract)
nodist_tests_test_documented_model_SOURCES = tests/documented_model.c tests/documented_registry.c
tests_test_documented_model_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DCONTRACT_KIND='"flow"'
tests_test_documented_model_LDADD = $(tests_test_model_contract_LDADD)
check_PROGRAMS += tests/test_documented_predictions
tests_test_documented_predictions_SOURCES = $(tests_test_model_predictions_SOURCES)
nodist_tests_test_documented_predictions_SOURCES = $(nodist_tests_test_documented_model_SOURCES)
tests_test_documented_predictions_CPPFLAGS = $(tests_test_documented_model_CPPFLAGS)
tests_test_documented_predictions_LDADD = $(tests_test_model_contract_LDADD)
CLEANFILES += tests/documented_model.c tests/documented_registry.c

tests/documented_model.c: $(srcdir)/docs/adding-a-model.md
	$(AM_V_GEN)$(MKDIR_P) tests && sed -n '/^```c$$/,/^```$$/p' $(srcdir)/docs/adding-a-model.md | sed '1d;$$d' >$@
tests/documented_registry.c: $(srcdir)/docs/adding-a-model.md $(srcdir)/models/model_registry.c
	$(AM_V_GEN)$(MKDIR_P) tests && \
	line=$$(sed -n 's/.*models.model_registry.c.: the line `\(X([a-z_]*)\)` in `MODEL_LIST`.*/\1/p' \
	  $(srcdir)/docs/adding-a-model.md) && test -n "$$line" && \
	sed "s/^#define MODEL_LIST(X) .*/#define MODEL_LIST(X) $$line \\\\/" $(srcdir)/models/model_registry.c >$@

check_PROGRAMS += tests/test_checkpoint
tests_test_checkpoint_SOURCES = tests/test_checkpoint.c $(damage_files)
tests_test_checkpoint_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(HDF5_CFLAGS)
tests_test_checkpoint_LDADD = libharness.a $(training_libs) $(CUNIT_LIBS) -lm
