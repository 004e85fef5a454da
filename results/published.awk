# SPDX-License-Identifier: GPL-3.0-or-later
# published.awk: turns published.csv (RFC 4180, a record a line) into the C table of published.h, and fails with the
# line of what is not as results/README.md says.

function fail(message) {
    print FILENAME ":" FNR ": " message >"/dev/stderr"
    failed = 1
    exit 1
}

# Splits the record into field[1..]; returns how many.
function split_record(record,    count, at, letter, quoted) {
    count = 1
    field[1] = ""
    quoted = 0
    for (at = 1; at <= length(record); at++) {
        letter = substr(record, at, 1)
        if (letter == "\"" && quoted && substr(record, at + 1, 1) == "\"") {
            field[count] = field[count] letter
            at++
        } else if (letter == "\"") {
            quoted = !quoted
        } else if (letter == "," && !quoted) {
            field[++count] = ""
        } else {
            field[count] = field[count] letter
        }
    }
    if (quoted)
        fail("a quotation mark is not closed")
    return count
}

function is_number(word) {
    return word ~ /^-?[0-9]+(\.[0-9]+)?$/
}

# The number with the power of ten of the scale: the literal is rounded once.
function literal(word, exponent) {
    if (word == "")
        return "NAN"
    if (!is_number(word))
        fail("'" word "' is no number")
    return word "e" exponent
}

# As a string of C. Letter by letter: what a backslash in the replacement of gsub means differs between awks.
function quote(word,    at, letter, out) {
    for (at = 1; at <= length(word); at++) {
        letter = substr(word, at, 1)
        out = out (letter == "\"" || letter == "\\" ? "\\" : "") letter
    }
    return "\"" out "\""
}

BEGIN {
    names = "environment,model,figure,value,spread,scale,unit,protocol,source,comparable,why"
    columns = split(names, name, ",")
    print "/* Made from published.csv by published.awk. */"
    print "#include \"results/published.h\"\n"
    print "#include <math.h>\n#include <stddef.h>\n"
    print "const struct published_value published_values[] = {"
}

FNR == 1 {
    if ($0 != names)
        fail("the columns have to be " names)
    next
}

{
    if (split_record($0) != columns)
        fail("a record has " columns " fields")
    if (field[2] == "" || field[3] == "" || field[8] == "" || field[9] == "" || field[11] == "")
        fail("model, figure, protocol, source and why cannot be empty")
    if (field[4] == "" && (field[5] != "" || field[6] != "" || field[7] != ""))
        fail("without a value there is no spread, scale or unit")
    if (field[4] != "" && field[6] !~ /^1(e-?[0-9]+)?$/)
        fail("the scale '" field[6] "' is no power of ten (1e-7)")
    if (field[4] != "" && field[7] !~ /^(printed|inferred)$/)
        fail("the unit '" field[7] "' is neither printed nor inferred")
    if (field[10] !~ /^(yes|partly|no)$/)
        fail("comparable is yes, partly or no, not '" field[10] "'")
    exponent = field[6]
    sub(/^1e?/, "", exponent)
    if (exponent == "")
        exponent = 0
    printf "    {%s, %s, %s, %s, %s, %s, %s, %s, PUBLISHED_%s, %s},\n", field[1] == "-" ? "NULL" : quote(field[1]),
        quote(field[2]), quote(field[3]), literal(field[4], exponent), literal(field[5], exponent),
        field[7] == "printed" ? "true" : "false", quote(field[8]), quote(field[9]), toupper(field[10]), quote(field[11])
}

END {
    if (failed)
        exit 1
    print "    {NULL, NULL, NULL, NAN, NAN, false, NULL, NULL, PUBLISHED_NO, NULL},"
    print "};"
}
