# SPDX-License-Identifier: GPL-3.0-or-later
bench_sources = bench/bench.c bench/bench.h

BENCHES += bench_training
bench_training_SOURCES = bench/bench_training.c $(bench_sources)
bench_training_LDADD = $(training_libs) -lm

# Scripts that time the same work in other software, for people who have it.
EXTRA_DIST += bench/peer/torch_step.py
