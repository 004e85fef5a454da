# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libbench.a
libbench_a_SOURCES = \
	bench/bench.c bench/bench.h \
	bench/engine.c \
	bench/evaluation.c \
	bench/generation.c \
	bench/kernels.c \
	bench/rollout.c \
	bench/training.c

BENCHES += bench/bench_integrators
bench_bench_integrators_SOURCES = bench/bench_integrators.c
bench_bench_integrators_LDADD = $(problem_libs) $(GSL_LIBS) -lm

BENCHES += bench/bench_simulate
bench_bench_simulate_SOURCES = bench/bench_simulate.c
bench_bench_simulate_LDADD = $(simulator_libs) $(GSL_LIBS) -lm

BENCHES += bench/bench_generate
bench_bench_generate_SOURCES = bench/bench_generate.c
bench_bench_generate_LDADD = $(dataset_libs) -lm

# Scripts that time the same work in other software, for people who have it.
EXTRA_DIST += bench/peer/torch_step.py bench/peer/torch_hgn_step.py bench/peer/torch_lgn_step.py \
	bench/peer/torch_lstm_step.py bench/peer/scipy_integrators.py \
	bench/peer/scipy_generate.py
