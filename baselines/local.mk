# SPDX-License-Identifier: GPL-3.0-or-later
# Compiled into libmodels.a (models/local.mk).
baselines_sources = \
	baselines/autoregressive.c baselines/autoregressive.h \
	baselines/cell_gru.c \
	baselines/cell_lstm.c \
	baselines/cell_vanilla.c \
	baselines/copy_last.c \
	baselines/gru.c \
	baselines/lstm.c \
	baselines/mean_image.c \
	baselines/mlp.c \
	baselines/realnvp.c baselines/realnvp.h \
	baselines/recurrent_cell.h \
	baselines/rnn.c \
	baselines/unlearned.c baselines/unlearned.h
