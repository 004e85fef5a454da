/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Enough stack for the work, also under a small `ulimit -s`.
 */
#ifndef HAMBENCH_SUPPORT_STACK_H
#define HAMBENCH_SUPPORT_STACK_H

/* Calls `work` where at least 8 MiB of stack are to be had, and sees to it that threads begun from now on
 * have as much: in this thread, or where its limit is lower in one of its own. Returns what `work` returns.
 * To be called from main, before there are other threads. */
int stack_run(int (*work)(void *context), void *context);

#endif
