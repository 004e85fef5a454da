/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which words have been seen: finds the first one that comes twice, in a time that grows as n log n whatever
 * the words are.
 */
#ifndef HAMBENCH_SUPPORT_TEXT_SET_H
#define HAMBENCH_SUPPORT_TEXT_SET_H

#include <stdbool.h>

/* Starts as {0}. */
struct text_set {
    void *root;
};

/* Adds `word`, which must outlive the set; false when an equal word is in it already. */
bool text_set_add(struct text_set *set, const char *word);
void text_set_clear(struct text_set *set);

#endif
