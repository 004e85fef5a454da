# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures of datasets: films, phase portraits, conserved quantities.
noinst_LIBRARIES += libportraits.a
libportraits_a_SOURCES = \
	portraits/portrait.c portraits/portrait.h \
	portraits/portrait_film.c \
	portraits/portrait_plots.c

# The pictures in docs/environments/, made by `make update-docs`.
EXTRA_PROGRAMS += draw_pages
CLEANFILES += draw_pages$(EXEEXT)
draw_pages_SOURCES = portraits/draw_pages.c
draw_pages_LDADD = libdrawing.a $(simulator_libs) $(CAIRO_LIBS) $(GSL_LIBS) -lm
update-docs: update-pictures
update-pictures: draw_pages$(EXEEXT)
	./draw_pages$(EXEEXT) $(srcdir)/docs/environments
.PHONY: update-pictures

check_PROGRAMS += tests/test_portrait
tests_test_portrait_SOURCES = tests/test_portrait.c tests/dataset_fixture.c tests/dataset_fixture.h
tests_test_portrait_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_portrait_LDADD = libharness.a libportraits.a libdrawing.a $(dataset_libs) $(CAIRO_LIBS) $(GIF_LIBS) $(CUNIT_LIBS) -lm
