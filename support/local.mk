# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libsupport.a
libsupport_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(YAML_CFLAGS)
libsupport_a_SOURCES = \
	support/document.c support/document.h support/document_yaml.c \
	support/file.c support/file.h \
	support/image.h \
	support/interrupt.c support/interrupt.h \
	support/json_text.c support/json_text.h \
	support/lock.c support/lock.h \
	support/memory.c support/memory.h \
	support/progress.c support/progress.h \
	support/provenance.c support/provenance.h \
	support/random.c support/random.h \
	support/sha256.c support/sha256.h \
	support/status.c support/status.h \
	support/text.c support/text.h \
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

check_PROGRAMS += tests/test_lock tests/test_support
tests_test_support_SOURCES = tests/test_support.c
tests_test_support_LDADD = libharness.a libsupport.a $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm
tests_test_lock_SOURCES = tests/test_lock.c
tests_test_lock_LDADD = libharness.a libsupport.a $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm
