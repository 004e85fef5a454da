/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Wall-clock and processor time.
 */
#ifndef HAMBENCH_SUPPORT_TIMER_H
#define HAMBENCH_SUPPORT_TIMER_H

/* Seconds on a clock that never goes back; only differences mean something. */
double timer_now(void);

/* Seconds that the calling thread has been running on a processor: what a computation took, also when others
 * wanted the processor meanwhile. Only differences mean something. */
double timer_thread(void);

#endif
