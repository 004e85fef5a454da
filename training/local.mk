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
