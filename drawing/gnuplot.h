/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running gnuplot as a program of its own. The only file that starts it.
 */
#ifndef HAMBENCH_DRAWING_GNUPLOT_H
#define HAMBENCH_DRAWING_GNUPLOT_H

#include "support/status.h"
#include "support/text.h"

/* Seconds after which a picture will not come any more: the plots of this program take less than one, and the
 * first one of a fresh machine a few while fontconfig looks at its fonts. */
enum { GNUPLOT_SECONDS = 60 };

/* Runs `gnuplot -d SCRIPT` inside `folder`, found by PATH, without a shell, in a process group of its own.
 * Neither the user's start-up files nor variables like GNUTERM reach it.
 *
 * It is over when gnuplot ends, whatever else may hold its output open; after `seconds`; or when the program
 * is to stop (support/interrupt.h). Then all that is left of the process group is killed.
 *
 * `complaint` gets the first error that gnuplot reported, or stays as it is. STATUS_IO when gnuplot is not
 * installed, cannot be started, fails or takes too long; the detail is one line, with the complaint where
 * there is one. STATUS_INTERRUPTED. */
enum status gnuplot_run(const char *folder, const char *script, double seconds, struct text *complaint);

#endif
