#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What every command keeps to, whatever it does. The commands are those that the program lists: a new one is
# looked at without a word here, as long as one of the command lines below fits it.
. "${srcdir:-.}/tests/cli.sh"

commands=$("$hambench" list commands | awk '{ print $1 }')
[ "$(echo "$commands" | wc -w)" -ge 11 ] || fail "few commands are listed: $commands"

tiny 'rnn, copy_last' 1 >tiny.yaml
printf 'problems: [kepler_06]\nintegrators: [leapfrog, rk4]\nsteps_per_period: [64, 128]\nhorizons: [2]\n' >small.yaml
succeeds generate pendulum --train 4 --test 2 --frames 32 --quiet --out whole.h5
succeeds run tiny.yaml --quiet --out runs
tiny 'hgn++' 1 >latent.yaml
succeeds run latent.yaml --quiet --out runs
mkdir folder
mkfifo pipe.yaml
echo text >file
settings='--set dataset.train=4 --set dataset.frames=32 --set model.target_frames=8
    --set evaluation.extrapolation_frames=4 --set evaluation.windows=2'

# Command lines that do something small: the first one that goes well is the command's.
command_lines="tiny.yaml
small.yaml
whole.h5
runs/tiny/pendulum/copy_last/seed-0
pendulum --train 4 --test 2 --frames 32
pendulum copy_last $(echo $settings)
generation --seconds 1
--problem kepler_06 --integrator rk4 --dt 0.1 --time 1
leapfrog
commands
pendulum --trajectories 2 --time 5
pendulum --trajectories 2 --frames 20
runs/latent/pendulum/hgn++/seed-0"

# has OPTION: the command's help, in the file help, names it.
has() {
    grep -Eq "^  (-[a-z], |    )--$1( |\$)" help
}

# Everything in the folder but what the checks write, with its size.
inventory() {
    find . -type f ! -name out ! -name err ! -name help ! -name 'inventory*' ! -path './sample/*' -printf '%p %s\n' | sort
}

# Leaves the command line in $line; "none" when there is none.
find_line() { # COMMAND
    quiet=
    if has quiet; then quiet=-q; fi
    out=
    if has out; then out='-o sample/out'; fi
    line=none
    while read -r try; do
        rm -rf sample
        # shellcheck disable=SC2086
        if timeout 60 "$hambench" "$1" $try $quiet $out >out 2>err; then
            line=$try
            return
        fi
    done <<LINES
$command_lines
LINES
}

# ends CODE WHAT: the last command, of exit code $code, ended so and with one line of complaint.
ends() {
    checks=$((checks + 1))
    [ "$code" -eq "$1" ] || fail "$2: exit code $code, expected $1: $(cat err)"
    expect_one_line "$2" .
}

# The help says what there is, and there is what the help says.
check_help() { # COMMAND
    succeeds "$1" -h
    succeeds "$1" --help
    cp out help
    shows "^Usage: hambench $1( |\$)" help
    shows '^  -h, --help +[a-z]' help
    sed -n 's/^  \(-[a-z], \|    \)--\([a-z-]*\) \([A-Z=]*\).*/\2 \3/p' help >options
    while read -r option value; do
        if [ -n "$value" ]; then
            refuses 64 "^hambench: option '--$option' needs a value: --$option $value\$" "$1" "--$option"
            refuses 64 "^hambench: --$option: the value is empty, expected $value\$" "$1" "--$option="
            refuses 64 "^hambench: --$option: the value is empty, expected $value\$" "$1" "--$option" ''
        else
            refuses 64 "^hambench: option '--$option' takes no value\$" "$1" "--$option=x"
        fi
        refuses 64 "^hambench: unknown option '--${option}x', did you mean '--$option'\\?\$" "$1" "--${option}x"
    done <options
    refuses 64 "^hambench: unknown option '--zzzzzzzzzz' \\(try 'hambench $1 --help'\\)\$" "$1" --zzzzzzzzzz
    refuses 64 "^hambench: unknown option '-Z' \\(try 'hambench $1 --help'\\)\$" "$1" -Z
    "$hambench" "$1" --help >/dev/full 2>err
    code=$?
    ends 74 "$1 --help >/dev/full"
    "$hambench" "$1" --help >&- 2>err
    code=$?
    ends 74 "$1 --help >&-"
}

# Too few arguments, too many, and files that cannot be read.
check_arguments() { # COMMAND
    usage=$(sed -n "s/^Usage: hambench $1 *\\(.*\\)\\[OPTION\\]\\.\\.\\.\$/\\1/p" help)
    required=$(echo "$usage" | tr ' ' '\n' | grep -c '^[^[]')
    most=$(echo "$usage" | wc -w)
    refuses 64 '^hambench: argument 1 is empty \(usage: ' "$1" ''
    if [ "$required" -gt 0 ]; then
        # shellcheck disable=SC2046
        refuses 64 '^hambench: missing argument \(usage: ' "$1" $(seq 2 "$required")
    fi
    case $usage in
    *...*) ;;
    # shellcheck disable=SC2046
    *) refuses 64 "^hambench: unexpected argument 'extra' \\(usage: " "$1" $(seq "$most") extra ;;
    esac
    case $usage in
    FILE*)
        refuses 74 'folder: is a directory' "$1" ./folder
        refuses 74 'pipe\.yaml: is a device, a pipe or a socket' "$1" pipe.yaml
        ;;
    esac
    case $usage in
    F*)
        refuses 74 'nowhere\.yaml' "$1" nowhere.yaml
        refuses 74 'no\\nw\\x1bhere\.yaml' "$1" "$(printf 'no\nw\033here.yaml')"
        ;;
    esac
}

# The same command line in a world that refuses to write; nothing half-written stays.
check_world() { # COMMAND
    find_line "$1"
    if [ "$line" = none ]; then
        fail "$1: none of the command lines fits it, add one: $(cat err)"
        return
    fi
    # shellcheck disable=SC2086
    set -- "$1" $line $quiet
    rm -rf sample
    # shellcheck disable=SC2086
    "$hambench" "$@" $out >/dev/full 2>err
    code=$?
    ends 74 "$* >/dev/full"
    rm -rf sample
    # shellcheck disable=SC2086
    "$hambench" "$@" $out >&- 2>err
    code=$?
    ends 74 "$* >&-"
    rm -rf sample
    checks=$((checks + 1))
    # shellcheck disable=SC2086
    (ulimit -s 64 && exec "$hambench" "$@" $out) >out 2>err || fail "$* under ulimit -s 64: $(cat err)"
    if has threads; then
        refuses 64 '\-\-threads: 0 is out of range, allowed is 1 to 1024' "$@" --threads 0
        checks=$((checks + 1))
        OMP_NUM_THREADS=two "$hambench" "$@" 2>&1 >out | grep -v '^$\|^libgomp' >err
        expect_one_line "OMP_NUM_THREADS=two $*" "^hambench: OMP_NUM_THREADS: 'two' is no number"
    fi
    if has out; then
        inventory >inventory.before
        refuses 74 'file' "$@" --out file/below
        mkdir closed
        if chmod 555 closed && ! [ -w closed ]; then # root may write everywhere
            refuses 74 'closed' "$@" --out closed/below
        fi
        rm -rf closed
        inventory >inventory.after
        holds "hambench $*: was refused its output and left something: $(diff inventory.before inventory.after)" \
            cmp -s inventory.before inventory.after
    fi
}

for command in $commands; do
    check_help "$command"
    check_arguments "$command"
    check_world "$command"
done
finish
