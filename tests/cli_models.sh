#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is said of the models: by the lists, and by the pages, which are those that the program prints.
. "${srcdir:-.}/tests/cli.sh"

kinds=$("$hambench" list models | sed -n 's/^  \([^ ][^ ]*\) .*/\1/p')
holds "few models are listed: $kinds" test "$(echo "$kinds" | wc -w)" -ge 4
succeeds list models
for label in can parameters; do
    holds "not every model says its $label" test "$(grep -c "^      $label " out)" -eq "$(echo "$kinds" | wc -w)"
done
succeeds list models hgn++ --long
shows '^      can        video, back in time, learned energy, samples$' out
shows '^      parameters smoke 38,757, quick 67,429, .*paper 882,561$' out
shows '^      stepped by leapfrog unless said otherwise; also .*rk4' out
holds 'another model is shown' test "$(grep -c '^  [^ ]' out)" -eq 1
succeeds list models hnn --long
shows '^      stepped by rk4 unless said otherwise; also ' out
refuses 64 "unknown model 'hgn\+', did you mean 'hgn\+\+'" list models hgn+
refuses 64 "list profiles: expected nothing behind it, found 'hgn\+\+'" list profiles hgn++

# Every model has its page, and every page its model.
mkdir documents
cp -R "$source_folder/docs/models.md" documents
holds 'the pages cannot be printed' sh "$source_folder/build-support/update-models.sh" "$hambench" documents
holds "docs/models.md or docs/models/ are not what the program prints, run make update-docs: $(
    diff -rq documents/models "$source_folder/docs/models"
    diff -q documents/models.md "$source_folder/docs/models.md"
)" sh -c "diff -r documents/models '$source_folder/docs/models' >/dev/null && cmp -s documents/models.md '$source_folder/docs/models.md'"
for kind in $kinds; do
    succeeds list models "$kind" --markdown
    page=$(head -n 1 out)
    holds "the page of $kind begins with $page" test "$page" = "# $kind"
    cp out page
    shows '^## What is computed$' page
    holds "docs/models/ has no page of $kind" sh -c "cat documents/models/*.md | grep -Fqx '# $kind'"
done
finish
