/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/text_set.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    return strcmp(a, b);
}

bool text_set_add(struct text_set *set, const char *word) {
    const char *const *found = tsearch(word, &set->root, compare); /* a balanced tree */
    if (found == NULL) {
        abort(); /* no memory */
    }
    return *found == word;
}

static void keep_word(void *word) {
    (void)word;
}

void text_set_clear(struct text_set *set) {
    tdestroy(set->root, keep_word);
    set->root = NULL;
}
