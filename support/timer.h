/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Wall-clock time.
 */
#ifndef HAMBENCH_SUPPORT_TIMER_H
#define HAMBENCH_SUPPORT_TIMER_H

/* Seconds on a clock that never goes back; only differences mean something. */
double timer_now(void);

#endif
