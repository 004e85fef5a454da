# SPDX-License-Identifier: GPL-3.0-or-later

BENCHES += bench/bench_simulate
bench_bench_simulate_SOURCES = bench/bench_simulate.c
bench_bench_simulate_LDADD = $(simulator_libs) $(GSL_LIBS) -lm
