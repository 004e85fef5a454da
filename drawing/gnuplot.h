/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running gnuplot as a program of its own. The only file that starts it.
 */
#ifndef HAMBENCH_DRAWING_GNUPLOT_H
#define HAMBENCH_DRAWING_GNUPLOT_H

#include "support/status.h"

/* Runs `gnuplot SCRIPT` inside `folder`, found by PATH, without a shell. STATUS_IO when it is not installed,
 * cannot be started or fails; the detail then is one line, with gnuplot's own first error where it gave one.
 */
enum status gnuplot_run(const char *folder, const char *script);

#endif
