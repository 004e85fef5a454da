# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libsupport.a
libsupport_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(HDF5_CFLAGS) $(YAML_CFLAGS) $(GSL_CFLAGS)
libsupport_a_CFLAGS = $(AM_CFLAGS) $(SIMULATOR_CFLAGS)
libsupport_a_SOURCES = \
	support/document.c support/document.h support/document_yaml.c \
	support/document_keys.c support/document_keys.h \
	support/effort.c support/effort.h \
	support/elementary.c support/elementary.h \
	support/file.c support/file.h \
	support/hdf5_file.c support/hdf5_file.h support/hdf5_file_private.h \
	support/hdf5_file_attributes.c support/hdf5_file_data.c \
	support/image.h \
	support/interrupt.c support/interrupt.h \
	support/json_text.c support/json_text.h \
	support/lines.c support/lines.h \
	support/lock.c support/lock.h \
	support/memory.c support/memory.h \
	support/progress.c support/progress.h \
	support/provenance.c support/provenance.h \
	support/random.c support/random.h \
	support/schema.c support/schema.h \
	support/sha256.c support/sha256.h \
	support/stack.c support/stack.h \
	support/statistics.c support/statistics.h \
	support/status.c support/status.h \
	support/text.c support/text.h \
	support/text_set.c support/text_set.h \
	support/timer.c support/timer.h

# The revision is asked for at each make, and written only when it changed.
nodist_libsupport_a_SOURCES = revision.h
BUILT_SOURCES += revision.h
CLEANFILES += revision.h
support/libsupport_a-provenance.$(OBJEXT): revision.h
revision.h: always
	@$(SHELL) $(srcdir)/build-support/revision.sh $(srcdir) $(VERSION) $@
always:
.PHONY: always

check_PROGRAMS += tests/test_elementary
tests_test_elementary_SOURCES = tests/test_elementary.c
tests_test_elementary_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_elementary_LDADD = libharness.a libsupport.a $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/test_support tests/test_documents tests/test_effort tests/test_statistics
tests_test_support_SOURCES = tests/test_support.c
tests_test_support_LDADD = libharness.a libsupport.a $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm
tests_test_effort_SOURCES = tests/test_effort.c
tests_test_effort_LDADD = libharness.a libsupport.a $(CUNIT_LIBS) -lm
tests_test_documents_SOURCES = tests/test_documents.c $(yaml_case)
tests_test_documents_LDADD = libharness.a libsupport.a $(YAML_LIBS) $(CUNIT_LIBS) -lm
# Of the files of libsupport only statistics needs the GSL.
tests_test_statistics_SOURCES = tests/test_statistics.c
tests_test_statistics_LDADD = libharness.a libsupport.a $(CUNIT_LIBS) $(GSL_LIBS) -lm
check_PROGRAMS += tests/test_lock
tests_test_lock_SOURCES = tests/test_lock.c
tests_test_lock_LDADD = libharness.a libsupport.a $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm
