# SPDX-License-Identifier: GPL-3.0-or-later
BENCHES += bench/bench_integrators
bench_bench_integrators_SOURCES = bench/bench_integrators.c
bench_bench_integrators_LDADD = $(problem_libs) $(GSL_LIBS) -lm

# Scripts that time the same work in other software, for people who have it.
EXTRA_DIST += bench/peer/scipy_integrators.py
