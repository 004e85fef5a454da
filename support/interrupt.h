/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SIGINT, SIGTERM and SIGHUP as a flag that long loops look at.
 */
#ifndef HAMBENCH_SUPPORT_INTERRUPT_H
#define HAMBENCH_SUPPORT_INTERRUPT_H

#include <stdbool.h>

/* From now on the first SIGINT or SIGTERM sets the flag; a second one, of either kind, ends the program at
 * once. SIGHUP (a lost terminal) sets the flag as well, however often it comes; where it is ignored it stays
 * so. A write beyond a file size limit becomes an error that is reported like a full disk. */
void interrupt_install(void);

/* Whether a signal has asked the program to stop. */
bool interrupt_requested(void);

/* Takes the flag down again, for tests. */
void interrupt_clear(void);

#endif
