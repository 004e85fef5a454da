/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t requested;
static volatile sig_atomic_t insisted; /* SIGINT or SIGTERM has been there */

/* A lost terminal is told by the shell and by the system, and the session's end may add SIGTERM: SIGHUP
 * counts neither as the first signal nor as the second. */
static void remember(int number) {
    if (number != SIGHUP && insisted != 0) {
        (void)signal(number, SIG_DFL);
        (void)raise(number); /* delivered when the handler returns */
    }
    requested = 1;
    insisted = insisted != 0 || number != SIGHUP;
}

void interrupt_install(void) {
    struct sigaction action = {.sa_handler = remember};
    struct sigaction hangup;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) { /* nohup ignores it */
        (void)sigaction(SIGHUP, &action, NULL);
    }
    (void)signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_requested(void) {
    return requested != 0;
}

void interrupt_clear(void) {
    requested = 0;
    insisted = 0;
}
