# SPDX-License-Identifier: GPL-3.0-or-later

BENCHES += bench/bench_simulate
bench_bench_simulate_SOURCES = bench/bench_simulate.c
bench_bench_simulate_LDADD = $(simulator_libs) $(GSL_LIBS) -lm

BENCHES += bench/bench_generate
bench_bench_generate_SOURCES = bench/bench_generate.c
bench_bench_generate_LDADD = $(dataset_libs) -lm
# The same work in other software, for people who have it.
EXTRA_DIST += bench/peer/scipy_generate.py
