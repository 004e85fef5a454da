# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libsupport.a
libsupport_a_SOURCES = \
	support/file.c support/file.h \
	support/interrupt.c support/interrupt.h \
	support/json.c support/json.h \
	support/memory.c support/memory.h \
	support/progress.c support/progress.h \
	support/random.c support/random.h \
	support/status.c support/status.h \
	support/text.c support/text.h \
	support/timer.c support/timer.h

check_PROGRAMS += tests/test_support
tests_test_support_SOURCES = tests/test_support.c
tests_test_support_LDADD = libharness.a libsupport.a $(CUNIT_LIBS) -lm
