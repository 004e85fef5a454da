#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A training that is interrupted goes on where it was, and ends as an unbroken one does.
. "${srcdir:-.}/tests/cli.sh"

lines() {
    if [ -f "$1" ]; then wc -l <"$1"; else echo 0; fi
}

steps=300
tiny 'hgn++, rnn' "$steps" >tiny.yaml
succeeds run tiny.yaml --out unbroken --quiet

# Interrupts the run as soon as a training has written a few lines; once per model: the first time as a lost
# terminal does, the second time as Ctrl-C. Under nohup the first signal is ignored, as it should be.
hangup=HUP
if [ "$(sh -c 'kill -HUP $$; echo ignored' 2>/dev/null)" = ignored ]; then hangup=TERM; fi
interrupted=0
for attempt in 1 2 3 4; do
    "$hambench" run tiny.yaml --out broken --quiet >out 2>err &
    pid=$!
    model=hgn++
    signal=$hangup
    if [ "$attempt" -gt 1 ]; then model=rnn signal=INT; fi
    log=broken/tiny/pendulum/$model/seed-0/metrics.jsonl
    while kill -0 "$pid" 2>/dev/null && [ "$(lines "$log")" -lt 20 ]; do
        sleep 0.02
    done
    kill -"$signal" "$pid" 2>/dev/null
    wait "$pid"
    code=$?
    if [ "$code" -ne 75 ]; then break; fi
    interrupted=$((interrupted + 1))
    expect_one_line 'interrupted' 'interrupted; run the same command to go on'
    holds 'an interrupted run left a table' test ! -e broken/tiny/table.md
    if [ "$attempt" -eq 2 ]; then break; fi
done
holds "the run was interrupted $interrupted times, expected 2" test "$interrupted" -eq 2
holds 'nothing was saved' test -s broken/tiny/pendulum/rnn/seed-0/checkpoint.h5

succeeds run tiny.yaml --out broken --quiet
for model in hgn++ rnn; do
    holds "$model: resumed and unbroken differ" \
        cmp -s "unbroken/tiny/pendulum/$model/seed-0/evaluation.json" "broken/tiny/pendulum/$model/seed-0/evaluation.json"
done

# The tables are equal but for the seconds of training.
without_seconds() {
    sed 's/"seconds": [^,}]*//g' "$1"
}
without_seconds unbroken/tiny/table.json >a.json
without_seconds broken/tiny/table.json >b.json
holds 'the tables differ' cmp -s a.json b.json

# A gnuplot that hangs, and whose child holds its output: the first signal ends the program and both of them.
mkdir hanging
cat >hanging/gnuplot <<SCRIPT
#!/bin/sh
echo yes >'$work/started'
(sleep 1; echo yes >'$work/survived') &
sleep 1000
SCRIPT
chmod +x hanging/gnuplot
for command in 'show pendulum --out shown --quiet' 'evaluate unbroken/tiny/pendulum/hgn++/seed-0 --quiet'; do
    rm -f started survived
    # shellcheck disable=SC2086
    PATH=$work/hanging:$PATH "$hambench" $command >out 2>err &
    pid=$!
    while kill -0 "$pid" 2>/dev/null && [ ! -s started ]; do
        sleep 0.02
    done
    kill -TERM "$pid"
    wait "$pid"
    code=$?
    holds "$command: exit code $code, expected 75" test "$code" -eq 75
    expect_one_line "$command" 'interrupted'
    sleep 1.2
    holds "$command: a child of gnuplot lives on" test ! -e survived
done
finish
