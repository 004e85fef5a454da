# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures, plots and tables as such: nothing here knows what is drawn.
noinst_LIBRARIES += libdrawing.a
libdrawing_a_CPPFLAGS = $(AM_CPPFLAGS) $(CAIRO_CFLAGS)
libdrawing_a_SOURCES = \
	drawing/figure.c drawing/figure.h \
	drawing/film_strip.c drawing/film_strip.h \
	drawing/gif.c drawing/gif.h \
	drawing/gnuplot.c drawing/gnuplot.h \
	drawing/markdown.c drawing/markdown.h \
	drawing/picture.c drawing/picture.h
