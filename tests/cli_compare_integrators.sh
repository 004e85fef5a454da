#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A comparison of integrators, from its file to tables, plots and words.
. "${srcdir:-.}/tests/cli.sh"

cat >small.yaml <<'YAML'
title: Small
problems: [kepler_06, mass_spring_colors_friction]
integrators: [leapfrog, kahan_li6, rk4, dopri5]
steps_per_period: [16, 64, 256]
tolerances: [1e-4, 1e-7, 1e-10]
horizons: [5, 50]
accuracies: [1e-2, 1e-5]
repetitions: 1
budget: 1e5
YAML
succeeds compare-integrators small.yaml --threads 2 --quiet
holds 'quiet is not quiet' test ! -s err
shows '^### Who wins' out
shows 'kepler_06, 50 periods' out
shows 'needs? the fewest evaluations' out
shows '^- not applicable: `leapfrog`, `kahan_li6` \(.*friction' out
shows '^Cells: 48;.* done, .* failed, 12 not applicable' out
for name in verdict.md table.md table.csv table.json cells.jsonl plots/work-kepler_06-50.dat \
    plots/work-kepler_06-50.gp plots/energy-kepler_06-50.gp; do
    holds "runs/small/$name is missing" test -s "runs/small/$name"
done
if command -v gnuplot >/dev/null; then
    for name in work-kepler_06-50.svg work-kepler_06-50.png energy-kepler_06-50.svg; do
        holds "runs/small/plots/$name is missing" test -s "runs/small/plots/$name"
    done
fi

# A second call finds everything done, and says the same.
cp out first
cp runs/small/cells.jsonl before
succeeds compare-integrators small.yaml
shows 'everything is done already: 48 of 48 cells' err
holds 'a second call prints something else' cmp -s out first
holds 'a second call measured again' cmp -s runs/small/cells.jsonl before

# One more integrator: only it is measured. --set replaces a key of the file.
succeeds compare-integrators small.yaml --quiet --set 'integrators=[leapfrog, kahan_li6, rk4, dopri5, gauss4]'
holds 'the new integrator was not measured' test "$(grep -c gauss4 runs/small/cells.jsonl)" -eq 12
holds 'old cells were measured again' test "$(grep -c leapfrog runs/small/cells.jsonl)" -eq "$(grep -c leapfrog before)"

# The numbers, but for the times, do not depend on the threads.
without_seconds() {
    sed 's/"seconds": *[^,}]*//g' "$1" | sort
}
succeeds compare-integrators small.yaml --quiet --threads 1 --out single
without_seconds single/small/table.json >a
succeeds compare-integrators small.yaml --quiet --threads 2 --out double
without_seconds double/small/table.json >b
holds 'one thread and two give different results' cmp -s a b

# Interrupted, it says so with 75, leaves no table, and goes on.
cat >long.yaml <<'YAML'
problems: [kepler_06, pendulum]
integrators: [leapfrog, rk4, kahan_li8]
steps_per_period: [64, 128, 256, 512, 1024, 2048, 4096]
horizons: [100, 3000]
repetitions: 3
budget: 1e8
YAML
"$hambench" compare-integrators long.yaml --quiet >out 2>err &
pid=$!
measured() {
    if [ -f runs/long/cells.jsonl ]; then grep -c '"cell"' runs/long/cells.jsonl; else echo 0; fi
}
while kill -0 "$pid" 2>/dev/null && [ "$(measured)" -lt 3 ]; do
    sleep 0.02
done
kill -INT "$pid" 2>/dev/null
wait "$pid"
code=$?
holds "an interrupted comparison ended with $code" test "$code" -eq 75
expect_one_line 'interrupted' 'interrupted; run the same command to go on'
holds 'an interrupted comparison left a table' test ! -e runs/long/table.md
kept=$(measured)
holds 'nothing was kept' test "$kept" -ge 3
succeeds compare-integrators long.yaml --quiet --set 'steps_per_period=[64, 128, 256]' --set 'horizons=[100]'
holds 'what was kept was measured again' \
    test "$(sort runs/long/cells.jsonl | sed 's/, *"state".*//' | uniq -d | wc -l)" -eq 0

# Bad input: one line, with its place, and nothing is left behind.
rm -rf runs
refuses 64 'missing argument' compare-integrators
refuses 64 "unknown option '--thread', did you mean '--threads'" compare-integrators small.yaml --thread 2
refuses 64 "expected key=value" compare-integrators small.yaml --set horizons
refuses 64 "unknown key 'horizon', did you mean 'horizons'" compare-integrators small.yaml --set horizon=3
refuses 64 "unknown problem 'keppler_06', did you mean 'kepler_06'" \
    compare-integrators small.yaml --set 'problems=[keppler_06]'
refuses 74 'absent\.yaml' compare-integrators absent.yaml
sed 's/leapfrog/leapfrgo/' small.yaml >bad.yaml
refuses 65 "bad\.yaml:3:15: unknown integrator 'leapfrgo', did you mean 'leapfrog'" compare-integrators bad.yaml
sed 's/^horizons/horizon/' small.yaml >bad.yaml
refuses 65 "bad\.yaml:6:1: unknown key 'horizon', did you mean 'horizons'" compare-integrators bad.yaml
sed 's/1e-7/nan/' small.yaml >bad.yaml
refuses 65 'bad\.yaml:5:20: tolerances: nan is not a finite number' compare-integrators bad.yaml
holds 'bad input left something behind' test ! -e runs
mkdir -p runs/small
echo garbage >runs/small/cells.jsonl
refuses 65 'cells\.jsonl:1: not JSON' compare-integrators small.yaml --quiet
: >file
refuses 74 'file' compare-integrators small.yaml --quiet --out file

# A full disk is an error, not half a result; the same command goes on afterwards.
checks=$((checks + 1))
(ulimit -f 8 && exec "$hambench" compare-integrators small.yaml --quiet --out full) >out 2>err
code=$?
[ "$code" -eq 74 ] || fail "full disk: exit code $code: $(cat err)"
expect_one_line 'full disk' 'cells\.jsonl'
succeeds compare-integrators small.yaml --quiet --out full
finish
