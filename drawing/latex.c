/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/latex.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* ---- text ---- */

static const struct {
    char letter;
    const char *spelled;
} specials[] = {
    {'\\', "\\textbackslash{}"},
    {'{', "\\{"},
    {'}', "\\}"},
    {'$', "\\$"},
    {'&', "\\&"},
    {'#', "\\#"},
    {'%', "\\%"},
    {'_', "\\_"},
    {'~', "\\textasciitilde{}"},
    {'<', "\\textless{}"},
    {'>', "\\textgreater{}"},
    {'^', "\\textasciicircum{}"},
    {'|', "\\textbar{}"},
    {'"', "\\textquotedblright{}"},
    {'*', "\\textasteriskcentered{}"},
};

static const char *special(char letter) {
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        if (specials[i].letter == letter) {
            return specials[i].spelled;
        }
    }
    return NULL;
}

/* Bytes of a number with an exponent at the beginning of `value`, as printf makes it ("-2.0e-03"); 0 where
 * there is none. `*mantissa`: bytes before the e. */
static size_t scientific(const char *value, size_t *mantissa) {
    size_t at = value[0] == '-';
    size_t digits = at;
    while (isdigit((unsigned char)value[at]) || (at > digits && value[at] == '.')) {
        at++;
    }
    *mantissa = at;
    if (at == digits || value[at] != 'e' || (value[at + 1] != '-' && value[at + 1] != '+')) {
        return 0;
    }
    size_t first = at += 2;
    while (isdigit((unsigned char)value[at])) {
        at++;
    }
    return at > first && !isalnum((unsigned char)value[at]) ? at : 0;
}

/* The code of the character of `length` bytes of UTF-8. */
static unsigned long code_of(const char *character, size_t length) {
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    unsigned long code = (unsigned char)character[0] & masks[length];
    for (size_t i = 1; i < length; i++) {
        code = code << 6 | ((unsigned char)character[i] & 0x3Fu);
    }
    return code;
}

/* Letters that every font of LaTeX has or composes. */
static bool is_latin(unsigned long code) {
    static const unsigned char others[] = {0xD0, 0xD7, 0xDE, 0xF0, 0xF7, 0xFE};
    return code >= 0xC0 && code <= 0xFF && memchr(others, (int)code, sizeof others) == NULL;
}

static void add_character(struct text *out, const char *character, size_t length) {
    unsigned long code = code_of(character, length);
    if (length == 1 && special(*character) != NULL) {
        text_add(out, "%s", special(*character));
    } else if (length == 1 || is_latin(code)) {
        text_add_bytes(out, character, length);
    } else {
        text_add(out, "U+%04lX", code);
    }
}

/* Adds what is a number at the beginning of `value`; returns its bytes, 0 where there is none. */
static size_t add_formula(struct text *out, const char *value) {
    size_t mantissa, length = scientific(value, &mantissa);
    if (length > 0) {
        text_add(out, "$%.*s\\times10^{%d}$", (int)mantissa, value, atoi(value + mantissa + 1));
        return length;
    }
    if (value[0] == '-' && isdigit((unsigned char)value[1])) {
        text_add(out, "$-$");
        return 1;
    }
    return 0;
}

void latex_add_text(struct text *out, const char *value) {
    struct text printable = {0};
    text_add_printable(&printable, value);
    bool inside = false; /* a word: its digits are part of a name */
    for (const char *at = printable.data; *at != '\0';) {
        size_t length = inside ? 0 : add_formula(out, at);
        if (length == 0) {
            length = text_character_length(at);
            add_character(out, at, length);
        }
        at += length;
        inside = isalnum((unsigned char)at[-1]) || strchr("_-+.", at[-1]) != NULL;
    }
    text_free(&printable);
}

/* ---- tables ---- */

void latex_add(struct latex *table, char *entry) {
    table->entries = memory_resize(table->entries, table->count + 1, sizeof *table->entries);
    struct text safe = {0};
    text_add_bytes(&safe, "", 0); /* a string even where nothing is added */
    latex_add_text(&safe, entry);
    free(entry);
    table->entries[table->count++] = safe.data;
}

void latex_space(struct latex *table) {
    table->apart = memory_resize(table->apart, table->apart_count + 1, sizeof *table->apart);
    table->apart[table->apart_count++] = table->count / table->columns;
}

static bool is_apart(const struct latex *table, size_t row) {
    for (size_t i = 0; i < table->apart_count; i++) {
        if (table->apart[i] == row) {
            return true;
        }
    }
    return false;
}

void latex_format(struct text *out, const struct latex *table) {
    assert(table->count % table->columns == 0);
    text_add(out, "\\begin{tabular}{");
    for (size_t c = 0; c < table->columns; c++) {
        text_add(out, c < table->left ? "l" : "r");
    }
    text_add(out, "}\n\\toprule\n");
    for (size_t i = 0; i < table->count; i++) {
        bool last = i % table->columns == table->columns - 1;
        if (i % table->columns == 0 && is_apart(table, i / table->columns)) {
            text_add(out, "\\addlinespace\n");
        }
        text_add(out, "%s%s", table->entries[i], last ? " \\\\\n" : " & ");
        text_add(out, i + 1 == table->columns ? "\\midrule\n" : "");
    }
    text_add(out, "\\bottomrule\n\\end{tabular}\n");
}

void latex_clear(struct latex *table) {
    for (size_t i = 0; i < table->count; i++) {
        free(table->entries[i]);
    }
    free(table->entries);
    free(table->apart);
    table->entries = NULL;
    table->apart = NULL;
    table->count = table->apart_count = 0;
}
