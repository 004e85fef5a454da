# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libtraining.a
libtraining_a_SOURCES = \
	training/checkpoint.c training/checkpoint.h \
	training/metrics_log.c training/metrics_log.h \
	training/run.c \
	training/schedule.c training/schedule.h \
	training/trainer.c training/trainer.h \
	training/training_settings.c training/training_settings.h
libtraining_a_CPPFLAGS = $(AM_CPPFLAGS) $(HDF5_CFLAGS) $(JANSSON_CFLAGS)
libtraining_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)

model_libs = libmodels.a $(engine_libs)
training_libs = libtraining.a $(model_libs) $(dataset_libs)

# Every kind of model, with the trainer and the checkpoints.
check_PROGRAMS += tests/test_model_contract
model_contract = tests/test_model_contract.c tests/dataset_fixture.c tests/dataset_fixture.h $(model_case)
tests_test_model_contract_SOURCES = $(model_contract)
tests_test_model_contract_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_model_contract_LDADD = libharness.a $(training_libs) $(JANSSON_LIBS) $(CUNIT_LIBS) -lm
