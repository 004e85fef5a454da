/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work space of the kernels: a few buffers for each thread, kept from call to call and freed when the thread
 * ends.
 */
#ifndef HAMBENCH_ENGINE_SCRATCH_H
#define HAMBENCH_ENGINE_SCRATCH_H

#include <stddef.h>

/* Who uses the buffer. A kernel may call another one while it holds its own. */
enum scratch_user {
    SCRATCH_WINOGRAD,
    SCRATCH_WEIGHTS,
    SCRATCH_HALF,
    SCRATCH_OTHER_HALF,
    SCRATCH_UPSAMPLED,
    SCRATCH_USERS
};

/* At least `size` bytes for this thread, on a cache line; zeros at first, later what was left there. Valid
 * until this thread asks again for the same user's. */
void *scratch(enum scratch_user user, size_t size);

#endif
