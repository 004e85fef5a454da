/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files: whole reads, writes that are either complete or not there, folders.
 */
#ifndef HAMBENCH_SUPPORT_FILE_H
#define HAMBENCH_SUPPORT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "support/status.h"
#include "support/text.h"

/* Whether something stands at `path`. */
bool file_exists(const char *path);

/* STATUS_OK if `path` is a regular file that can be read; otherwise STATUS_IO with the reason ("is a
 * directory"; nothing is waited for: what is no regular file isn't opened). */
enum status file_check_readable(const char *path);

/* Reads all of `path` into `out` (cleared first). STATUS_IO. */
enum status file_read(struct text *out, const char *path);

/* The same; STATUS_DATA for a file of more than `most` bytes, of which no more are read. */
enum status file_read_within(struct text *out, const char *path, size_t most);

/* Writes `length` bytes to a temporary and publishes it: at no time is there half a file under the final
 * name, whoever else writes it. STATUS_IO, and then the temporary is gone as well. */
enum status file_write(const char *path, const void *bytes, size_t length);

/* Creates an empty file beside `path`, PATH.RANDOM.part, for content that becomes `path` when it is whole.
 * The name cannot be foreseen, is nobody else's (O_EXCL), and never leads through a link. The caller writes
 * it and hands it to file_settle. STATUS_IO. */
enum status file_temporary(char **out, const char *path);

/* Syncs the finished temporary `part`, renames it to `path` and syncs the folder: after a loss of power there
 * is the old file or the new one. STATUS_IO; the temporary is gone then as well. */
enum status file_publish(const char *part, const char *path);

/* Publishes the temporary when it was `written`, otherwise removes it; frees `part`. Returns `written`, or
 * what publishing came to. */
enum status file_settle(char *part, const char *path, enum status written);

/* Removes what killed processes have left in `folder`: temporaries of the file `name` in it, of all files
 * where `name` is NULL. Only for the holder of the lock (support/lock.h) that whoever makes such temporaries
 * has to hold: the others would lose theirs. */
void file_remove_temporaries(const char *folder, const char *name);

/* Creates the folder `path` and its parents where they are missing. STATUS_IO. */
enum status file_make_directory(const char *path);

/* Same for the folder that holds `path`. */
enum status file_make_parent(const char *path);

/* `folder`/`name`, released with `free`. */
char *file_join(const char *folder, const char *name);

/* The folder that holds `path`, "." for a bare name. Released with `free`. */
char *file_folder(const char *path);

/* The part of `path` behind the last '/'. Points into `path`. */
const char *file_base_name(const char *path);

#endif
