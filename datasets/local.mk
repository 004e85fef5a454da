# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libdatasets.a
libdatasets_a_CPPFLAGS = $(AM_CPPFLAGS) $(DEFLATE_CFLAGS)
libdatasets_a_CFLAGS = $(AM_CFLAGS) -O3
libdatasets_a_SOURCES = \
	datasets/chunk.c datasets/chunk.h \
	datasets/dataset.c datasets/dataset.h \
	datasets/dataset_attributes.c datasets/dataset_attributes.h \
	datasets/dataset_file.c datasets/dataset_file.h \
	datasets/dataset_layout.c datasets/dataset_layout.h \
	datasets/dataset_settings.c datasets/dataset_settings.h \
	datasets/dataset_words.h \
	datasets/dataset_writer.c datasets/dataset_writer.h \
	datasets/definition.c datasets/definition.h \
	datasets/forecast.c datasets/forecast.h \
	datasets/generate.c datasets/generate.h \
	datasets/generate_plan.c datasets/generate_plan.h \
	datasets/image_cache.c datasets/image_cache.h \
	datasets/maker.c datasets/maker.h \
	datasets/packed.c datasets/packed.h \
	datasets/rounding.c datasets/rounding.h \
	datasets/verify.c datasets/verify.h

dataset_libs = libdatasets.a $(simulator_libs) $(HDF5_LIBS) $(DEFLATE_LIBS) $(CRYPTO_LIBS) $(GSL_LIBS)

# For the tests of what reads HDF5 files.
damage_files = tests/damage.c tests/damage.h

check_PROGRAMS += tests/test_chunk tests/test_datasets tests/test_dataset_refusals tests/test_image_cache \
	tests/test_generate tests/test_verify
tests_test_chunk_SOURCES = tests/test_chunk.c
tests_test_chunk_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(HDF5_CFLAGS)
tests_test_chunk_LDADD = libharness.a $(dataset_libs) $(CUNIT_LIBS) -lm
tests_test_datasets_SOURCES = tests/test_datasets.c tests/dataset_fixture.c tests/dataset_fixture.h
tests_test_dataset_refusals_SOURCES = tests/test_dataset_refusals.c $(damage_files) tests/dataset_fixture.c \
	tests/dataset_fixture.h
tests_test_dataset_refusals_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(HDF5_CFLAGS)
tests_test_dataset_refusals_LDADD = libharness.a $(dataset_libs) $(CUNIT_LIBS) -lm
tests_test_image_cache_SOURCES = tests/test_image_cache.c tests/dataset_fixture.c tests/dataset_fixture.h
tests_test_image_cache_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_image_cache_LDADD = libharness.a $(dataset_libs) $(CUNIT_LIBS) -lm
tests_test_generate_SOURCES = tests/test_generate.c tests/dataset_fixture.c tests/dataset_fixture.h
tests_test_generate_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_generate_LDADD = libharness.a $(dataset_libs) $(CUNIT_LIBS) -lm
tests_test_verify_SOURCES = tests/test_verify.c $(damage_files) tests/dataset_fixture.c tests/dataset_fixture.h
tests_test_verify_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(HDF5_CFLAGS)
tests_test_verify_LDADD = libharness.a $(dataset_libs) $(CUNIT_LIBS) -lm
tests_test_datasets_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(HDF5_CFLAGS)
tests_test_datasets_LDADD = libharness.a $(dataset_libs) $(CUNIT_LIBS) -lm

# Writes a small dataset for tests that read it with something else.
EXTRA_PROGRAMS += tests/write_dataset
CLEANFILES += tests/write_dataset$(EXEEXT)
tests_write_dataset_SOURCES = tests/write_dataset.c
tests_write_dataset_LDADD = $(dataset_libs) -lm
SHELL_TESTS += tests/generate_fails_cleanly.sh tests/h5py_reads_dataset.sh
tests/generate_fails_cleanly.log tests/h5py_reads_dataset.log: tests/write_dataset$(EXEEXT)
EXTRA_DIST += tests/generate_fails_cleanly.sh tests/h5py_reads_dataset.sh tests/h5py_reads_dataset.py
