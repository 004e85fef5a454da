# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures, plots and tables as such: nothing here knows what is drawn.
noinst_LIBRARIES += libdrawing.a
libdrawing_a_CPPFLAGS = $(AM_CPPFLAGS) $(CAIRO_CFLAGS)
libdrawing_a_SOURCES = \
	drawing/figure.c drawing/figure.h \
	drawing/film_strip.c drawing/film_strip.h \
	drawing/gif.c drawing/gif.h \
	drawing/gnuplot.c drawing/gnuplot.h \
	drawing/latex.c drawing/latex.h \
	drawing/markdown.c drawing/markdown.h \
	drawing/picture.c drawing/picture.h

check_PROGRAMS += tests/test_drawing tests/test_gnuplot
drawing_test_libs = libharness.a libdrawing.a libsupport.a $(CAIRO_LIBS) $(GIF_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm
tests_test_drawing_SOURCES = tests/test_drawing.c
tests_test_drawing_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_drawing_LDADD = $(drawing_test_libs)
tests_test_gnuplot_SOURCES = tests/test_gnuplot.c
tests_test_gnuplot_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
tests_test_gnuplot_LDADD = $(drawing_test_libs)
