/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the sources of support/hdf5_file.h share. Only for support/hdf5_file*.c.
 */
#ifndef HAMBENCH_SUPPORT_HDF5_FILE_PRIVATE_H
#define HAMBENCH_SUPPORT_HDF5_FILE_PRIVATE_H

#include <hdf5.h>

#include "support/hdf5_file.h"

struct hdf5_file {
    char *path;
    char *part; /* of a file that is being written; else NULL */
    hid_t id;
    uint64_t bytes; /* of the file on the disk, when it is read */
    bool failed;    /* in writing */
    char *reason;   /* of the first failure */
};

/* Every public function takes its turn: HDF5 knows one thread at a time. A thread may take it repeatedly. */
void hdf5_file_enter(void);
void hdf5_file_leave(void);

/* Why the last HDF5 call of this turn failed, in words of the system where it was the system. */
struct hdf5_file_reason {
    char text[256];
    int number; /* errno, 0 when it was not the system */
    bool lock;  /* the file is locked, or cannot be */
};
struct hdf5_file_reason hdf5_file_why(void);

/* How elements lie in a file; the same in memory, as machines of our day are little-endian. */
hid_t hdf5_file_stored_type(enum hdf5_file_type type);

/* Whether an attribute of the root is a text of variable length. */
bool hdf5_file_has_variable_text(const struct hdf5_file *file, const char *name);

/* Passes the result of a call of the writer on and remembers the first failure. */
hid_t hdf5_file_note(struct hdf5_file *file, hid_t result);

#endif
