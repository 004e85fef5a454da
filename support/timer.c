/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/timer.h"

#include <time.h>

static double seconds_of(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double timer_now(void) {
    return seconds_of(CLOCK_MONOTONIC);
}

double timer_thread(void) {
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}
