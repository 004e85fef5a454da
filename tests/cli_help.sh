#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Help, version, lists, and what the documents say about them.
. "${srcdir:-.}/tests/cli.sh"

succeeds --help
for command in run list generate verify show train evaluate; do
    shows "^  $command +[a-z]" out
    succeeds "$command" --help
    shows "^Usage: hambench $command" out
    shows '^  -h, --help ' out
    succeeds --help
done

succeeds --version
shows '^hambench [0-9]+\.[0-9]+' out
for label in revision compiler flags libraries processor; do
    shows "^  $label +[^ ]" out
done

succeeds list
for what in environments models integrators settings profiles experiments commands; do
    shows "^$what:" out
    succeeds list "$what"
    succeeds list "$what" --long
    succeeds list
done
succeeds list environments --long
shows '^  pendulum ' out
shows '^      parameters ' out
succeeds list settings
shows '^  training\.steps +[0-9]+ ' out

# The reference of the settings in the documents is the one the program prints.
succeeds list settings --markdown
sed -n '/^<!-- begin: hambench list settings --markdown -->$/,/^<!-- end -->$/p' \
    "$source_folder/docs/experiments.md" | sed '1d;$d' >documented
holds 'docs/experiments.md differs from hambench list settings --markdown' cmp -s out documented

holds 'the man page lacks a command or an option' \
    sh "$source_folder/build-support/lint-manual.sh" "$hambench" "$source_folder/docs/hambench.1"

refuses 64 'a command is missing'
refuses 64 "unknown command 'trian', did you mean 'train'" trian
refuses 64 "unknown option '--verson'" --verson
refuses 64 "unknown list 'modles', did you mean 'models'" list modles
refuses 64 '\-\-markdown: there is none of integrators' list integrators --markdown
refuses 64 '\-\-markdown: say of which list' list --markdown
refuses 64 "unknown option '--thraeds', did you mean '--threads'" generate pendulum --thraeds 2
refuses 64 "option '--threads' needs a value" generate pendulum --threads
refuses 64 "option '--quiet' takes no value" generate pendulum --quiet=yes
refuses 64 "unexpected argument 'extra'" generate pendulum extra
refuses 64 'missing argument' train pendulum
refuses 64 "unknown option '-x'" run -x
refuses 64 "unknown option '-x'" run -qx
refuses 64 "option '-t' needs a value: -t N" generate pendulum -qt
refuses 64 "\-\-threads: '=4' is not an integer" generate pendulum -t=4
refuses 64 "unexpected argument '-q'" generate pendulum -- -q

# Letters, alone and together, do what the words do.
small='pendulum --train 2 --test 1 --frames 8'
# shellcheck disable=SC2086
{
succeeds generate $small --quiet --threads 2 --out words.h5
succeeds generate $small -qt2 -o letters.h5
holds '-q is not quiet' test ! -s err
succeeds generate $small -q -t 1 -oalone.h5
}
holds '-o names another file' cmp -s words.h5 letters.h5
holds '-oFILE names another file' cmp -s words.h5 alone.h5

# What cannot be printed is an error.
if [ -w /dev/full ]; then
    checks=$((checks + 1))
    "$hambench" list >/dev/full 2>err
    [ $? -eq 74 ] || fail 'no error when standard output is full'
    expect_one_line 'hambench list >/dev/full' 'No space left'
fi
finish
