# SPDX-License-Identifier: GPL-3.0-or-later
# Compiled into libmodels.a (models/local.mk).
baselines_sources = \
	baselines/copy_last.c \
	baselines/mean_image.c \
	baselines/realnvp.c baselines/realnvp.h \
	baselines/rnn.c \
	baselines/unlearned.c baselines/unlearned.h
