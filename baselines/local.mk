# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libbaselines.a
libbaselines_a_SOURCES = baselines/copy_last.c baselines/mean_image.c baselines/rnn.c \
	baselines/unlearned.c baselines/unlearned.h
libbaselines_a_CFLAGS = $(AM_CFLAGS) $(ENGINE_CFLAGS)
