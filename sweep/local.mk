# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libsweep.a
libsweep_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libsweep_a_SOURCES = \
	sweep/claim.c sweep/claim.h \
	sweep/identity.c sweep/identity.h \
	sweep/record.c sweep/record.h \
	sweep/share.c sweep/share.h \
	sweep/store.c sweep/store.h

check_PROGRAMS += tests/test_sweep
tests_test_sweep_SOURCES = tests/test_sweep.c
tests_test_sweep_LDADD = libharness.a libsweep.a libsupport.a $(JANSSON_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm -lpthread
