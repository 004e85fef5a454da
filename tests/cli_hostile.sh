#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Files, names and values that are meant badly: nothing hangs, nothing is written elsewhere, and what is said
# about them is one line that a terminal can show.
. "${srcdir:-.}/tests/cli.sh"

# soon CODE PATTERN ARGUMENT...: as refuses, and within seconds.
soon() {
    expected_code=$1
    pattern=$2
    shift 2
    checks=$((checks + 1))
    timeout 20 "$hambench" "$@" >out 2>err </dev/null
    code=$?
    [ "$code" -eq "$expected_code" ] || fail "hambench $*: exit code $code, expected $expected_code"
    expect_one_line "hambench $*" "$pattern"
    shows_no_controls err
}

# shows_no_controls FILE
shows_no_controls() {
    checks=$((checks + 1))
    if LC_ALL=C tr -d '\n' <"$1" | LC_ALL=C grep -q '[[:cntrl:]]'; then
        fail "$1 holds control characters: $(cat -v "$1")"
    fi
}

mkfifo pipe.yaml
for command in run compare-integrators; do
    soon 74 '/dev/zero: is a device, a pipe or a socket, expected a regular file' "$command" /dev/zero
    soon 74 'pipe\.yaml: is a device, a pipe or a socket, expected a regular file' "$command" pipe.yaml
    soon 74 'a\\x1b\[2Jb\\nc\.yaml: No such file' "$command" "$(printf 'a\033[2Jb\nc.yaml')"
done
soon 74 'pipe\.yaml: is a device' verify pipe.yaml
soon 74 'pipe\.yaml: is a device' train pendulum copy_last --data pipe.yaml

# bad PATTERN CONTENT: an experiment file that is refused.
bad() {
    printf '%b' "$2" >bad.yaml
    soon 65 "$1" run bad.yaml
}
top='environments: [pendulum]\nmodels: [rnn]\n'
bad "bad\.yaml:1:8: title: expected one line without control characters, found \"a.x1b\[2Jb\"" "title: \"a\\\\e[2Jb\"\n$top"
bad "bad\.yaml:1:8: title: expected one line without control characters, found \"a.nb\"" "title: \"a\\\\nb\"\n$top"
bad 'bad\.yaml:1:1: not a text file: control characters are not allowed' "title: a\033[2Jb\n$top"
bad "bad\.yaml:4:10: training\.steps: '0x10' is not an integer" "${top}training:\n  steps: 0x10\n"
bad "bad\.yaml:4:7: dataset\.dt: '0x1p-4' is not a number" "${top}dataset:\n  dt: 0x1p-4\n"
bad "bad\.yaml:2:10: unknown model 'kkk.*\.\.\.k.*', known: .*copy_last" \
    "environments: [pendulum]\nmodels: [$(head -c 3000 /dev/zero | tr '\0' k)]\n"
[ "$(wc -c <err)" -lt 300 ] || fail "a long name is echoed whole: $(wc -c <err) bytes"
bad 'nested too deep' "a: $(head -c 100000 /dev/zero | tr '\0' '[')\n"
{ printf '%b' "$top"; head -c 1100000 /dev/zero | tr '\0' '#'; } >bad.yaml
soon 65 'bad\.yaml: is larger than 1048576 bytes' run bad.yaml
tiny 'rnn, copy_last' 1 >tiny.yaml
soon 64 "training\.steps: '0x10' is not an integer" run tiny.yaml --set training.steps=0x10
soon 64 "\-\-threads: '0x2' is not an integer" run tiny.yaml --threads 0x2
soon 64 "\-\-threads: 'a\\\\nb' is not an integer" run tiny.yaml --threads "$(printf 'a\nb')"
soon 64 "unknown option '\-\-a\\\\x07'" run tiny.yaml "$(printf -- '--a\007')"
soon 64 "unknown command 'a\\\\x1bb'" "$(printf 'a\033b')"

# A hundred thousand seeds are looked through at once: here the last one is wrong.
{ printf '%b' "${top}seeds: ["; seq -s ', ' 0 99999; echo ', x]'; } >many.yaml
checks=$((checks + 1))
timeout 5 "$hambench" run many.yaml >out 2>err
code=$?
[ "$code" -eq 65 ] || fail "100,000 seeds: exit code $code: $(cut -c 1-300 err)"
expect_one_line '100,000 seeds' "seeds: expected an integer, found x"

# A name made of dots is a name like others, and no other folder.
mkdir below
cd below || exit 1
tiny 'rnn, copy_last' 1 >...yaml
succeeds run ...yaml --quiet --out runs
holds 'the results of ...yaml are not where they belong' test -s runs/...yaml/table.md
succeeds generate pendulum --train 2 --test 2 --frames 8 --quiet --out ...h5
succeeds show ...h5 --quiet
holds 'the pictures of ...h5 are not where they belong' test -d show/...h5
cd ..
holds "something was written elsewhere: $(ls)" test ! -e table.md -a ! -e runs -a ! -e film.png

# Under a small stack, in the engine's largest kernels too.
tiny 'hgn++, rnn' 2 >tiny.yaml
checks=$((checks + 1))
(ulimit -s 64 && exec "$hambench" run tiny.yaml --quiet) >out 2>err || fail "ulimit -s 64: $(cat err)"

# Standard output that is closed does not become a file that is opened.
checks=$((checks + 1))
"$hambench" generate pendulum --train 2 --test 2 --frames 8 --quiet --out closed.h5 >&- 2>err
code=$?
[ "$code" -eq 74 ] || fail "closed output: exit code $code"
succeeds verify closed.h5 --quiet
finish
