# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libresults.a
libresults_a_SOURCES = results/published.c results/published.h
nodist_libresults_a_SOURCES = results/published_values.c
CLEANFILES += results/published_values.c
EXTRA_DIST += results/README.md results/published.csv results/published.awk results/zoo.md results/zoo results/table-quick

# The published numbers are in one place, published.csv.
results/published_values.c: results/published.csv results/published.awk
	@$(MKDIR_P) results
	$(AM_V_GEN)$(AWK) -f $(srcdir)/results/published.awk $(srcdir)/results/published.csv >$@.new && mv $@.new $@

SHELL_TESTS += tests/published_records.sh
EXTRA_DIST += tests/published_records.sh

# Makes a cell of the published table again and compares it: any one, or make verify-results CHOICE=7.
RECORDS = $(srcdir)/results/table-quick
verify-results: all
	./hambench$(EXEEXT) run --records $(RECORDS) --check $(CHOICE:%=--choice %)

# The page of the published table, made anew from its records.
results-table: all
	rm -rf results-table
	./hambench$(EXEEXT) run $(srcdir)/experiments/table.yaml --records $(RECORDS) --only '*/copy_last' --only '*/mean_image' \
	    --out results-table --data results-table/data --quiet >/dev/null
	cp results-table/table/table.md results-table/table/plots/summary.svg results-table/table/plots/summary.png $(RECORDS)
	rm -rf results-table
.PHONY: verify-results results-table
