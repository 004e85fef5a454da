# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libdatasets.a
libdatasets_a_CPPFLAGS = $(AM_CPPFLAGS) $(HDF5_CFLAGS)
libdatasets_a_SOURCES = \
	datasets/dataset.c datasets/dataset.h \
	datasets/dataset_hdf5.c datasets/dataset_hdf5.h \
	datasets/generate.c datasets/generate.h

dataset_libs = libdatasets.a $(simulator_libs) $(HDF5_LIBS) $(GSL_LIBS)

check_PROGRAMS += tests/test_datasets
tests_test_datasets_SOURCES = tests/test_datasets.c
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
