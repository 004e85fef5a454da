/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t requested;

static void remember(int signal_number) {
    (void)signal_number;
    requested = 1;
}

void interrupt_install(void) {
    struct sigaction action = {.sa_handler = remember};
    action.sa_flags = (int)SA_RESETHAND;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_requested(void) {
    return requested != 0;
}

void interrupt_clear(void) {
    requested = 0;
}
