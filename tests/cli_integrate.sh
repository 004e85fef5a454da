#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hambench integrate and verify-integrators: single runs, refusals, and the integrator inside a trained model.
. "${srcdir:-.}/tests/cli.sh"

# The file out holds JSON, for all that can be told without Python.
is_json() {
    if command -v python3 >/dev/null; then
        holds 'the output is not JSON' python3 -c 'import json, sys; json.load(open(sys.argv[1]))' out
    fi
}

kepler='integrate --problem kepler_06 --integrator'
# shellcheck disable=SC2086
{
succeeds $kepler leapfrog --dt 0.01 --time 100
shows '^problem +kepler_06: ' out
shows '^error +[0-9.e-]+ +\|x - reference\|' out
shows '^energy error +[0-9.e-]+' out
shows '^evaluations +10000$' out
shows '^steps +10000 ' out
shows 'million steps/s' out
succeeds $kepler dopri8 --tol 1e-10 --json
shows '"state_error": [0-9.e-]+' out
shows '"failure": ""' out
is_json
succeeds $kepler so4 --dt 0.05 --time 50 --samples 5
holds 'not five samples' test "$(sed -n '/^until/,$p' out | wc -l)" -eq 6
succeeds integrate --problem mass_spring --integrator gauss4 --dt 0.1

# What cannot work is refused with the reason.
refuses 64 '\-\-problem is missing' integrate --integrator rk4 --dt 0.1
refuses 64 '\-\-integrator is missing' integrate --problem pendulum --dt 0.1
refuses 64 "unknown problem 'pendulun', did you mean 'pendulum'" \
    integrate --problem pendulun --integrator rk4 --dt 0.1
refuses 64 "unknown integrator 'leapfog', did you mean 'leapfrog'" $kepler leapfog --dt 0.1
refuses 64 'one of --dt and --tol' $kepler rk4
refuses 64 'one of --dt and --tol' $kepler dopri5 --dt 0.1 --tol 1e-6
refuses 64 "\-\-dt: 'nan' is not a finite number" $kepler rk4 --dt nan
refuses 64 '\-\-dt: -1 must be above 0' $kepler rk4 --dt -1
refuses 64 '\-\-dt: 0 must be above 0' $kepler rk4 --dt 0
refuses 64 '\-\-samples: 5000 is out of range' $kepler rk4 --dt 0.1 --samples 5000
refuses 65 'kepler_06: rk4 has no error estimate: it needs a step' $kepler rk4 --tol 1e-6
refuses 65 'gsl_msbdf chooses its steps itself' $kepler gsl_msbdf --dt 0.1
refuses 65 'leapfrog needs a Hamiltonian system; this one has friction' \
    integrate --problem pendulum_colors_friction --integrator leapfrog --dt 0.1
refuses 65 'steps are more than can be counted' $kepler rk4 --dt 1e-300
refuses 65 'lennard_jones: a step of 0\.1 is longer than the whole run of 0\.0126936' \
    integrate --problem lennard_jones --integrator leapfrog --dt 0.1
refuses 65 'tolerance 1e-25: must be at least 2\.22e-16' $kepler dopri5 --tol 1e-25
succeeds $kepler leapfrog --dt 0.3 --time 1
shows '^steps +4 +of 0\.25 on average, 0 rejected; made shorter to end at the time$' out
refuses 1 'euler on henon_heiles_regular: the solution has become infinite' \
    integrate --problem henon_heiles_regular --integrator euler --dt 3 --time 300
shows '^failed +the solution has become infinite' out

# A long run is announced, and stops at a signal.
"$hambench" $kepler leapfrog --dt 1e-7 --time 1e5 >out 2>err &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q 'there and back' err && break
    sleep 0.2
done
kill -INT "$pid"
wait "$pid"
code=$?
holds "an interrupted run: exit code $code: $(cat err)" test "$code" -eq 75
shows '^hambench: leapfrog on kepler_06: 2e\+12 steps there and back, about [0-9.]+ (min|h|days)$' err
shows '^hambench: interrupted$' err
"$hambench" $kepler leapfrog --dt 1e-7 --time 1e5 --quiet >out 2>err &
pid=$!
sleep 1
kill -INT "$pid"
wait "$pid"
expect_one_line 'a quiet interrupted run' 'interrupted'
}

succeeds verify-integrators leapfrog rk4 dopri5
shows '^leapfrog +2 .*passed$' out
shows '^rk4 +4 .*\(.*passed$' out
holds 'more than three verdicts' test "$(grep -c 'passed$' out)" -eq 3
succeeds verify-integrators gauss4 --json
shows '"passed": true' out
is_json
refuses 64 "unknown integrator 'leapfrg', did you mean 'leapfrog'" verify-integrators leapfrg

# The integrator inside a model: ten steps of training do.
tiny 'hgn++' 10 >hgn.yaml
succeeds run hgn.yaml --quiet
folder=runs/hgn/pendulum/hgn++/seed-0
succeeds verify-integrators --model "$folder"
shows 'leapfrog, latent step 0\.125' out
shows 'return error .*passed' out
shows 'over the last tenth: bounded' out
succeeds verify-integrators --model "$folder" --json
shows '"return_error": [0-9.e-]+' out
sed 's/.*"integrator"//' out >last.json
# It is the average of the parameters that is evaluated, and looked at.
tiny 'hgn++' 10 | sed 's/training: {/training: {average: 0.9, /' >averaged.yaml
succeeds run averaged.yaml --quiet
succeeds verify-integrators --model runs/averaged/pendulum/hgn++/seed-0 --json
sed 's/.*"integrator"//' out >averaged.json
holds 'the parameters that are looked at are not those that are evaluated' sh -c '! cmp -s averaged.json last.json'
refuses 64 "unexpected argument 'rk4'" verify-integrators rk4 --model "$folder"
refuses 74 'nowhere/config\.resolved\.yaml: No such file' verify-integrators --model nowhere
tiny rnn 1 >rnn.yaml
succeeds run rnn.yaml --quiet
refuses 65 'rnn has no latent Hamiltonian' verify-integrators --model runs/rnn/pendulum/rnn/seed-0
head -c 100 "$folder/checkpoint.h5" >half.h5
mv half.h5 "$folder/checkpoint.h5"
refuses 65 'checkpoint\.h5' verify-integrators --model "$folder"
finish
