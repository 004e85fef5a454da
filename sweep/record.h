/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known about a cell: its identity, how far it is, and what made it. The same JSON object is
 * cell.json in the cell's folder, where it is replaced, and a line of cells.jsonl, where all are kept.
 */
#ifndef HAMBENCH_SWEEP_RECORD_H
#define HAMBENCH_SWEEP_RECORD_H

#include <stdbool.h>

#include "support/sha256.h"
#include "support/status.h"
#include "support/text.h"
#include "sweep/store.h"

enum record_state {
    RECORD_WAITING, /* nothing was done, or a part that the next run goes on from */
    RECORD_RUNNING, /* a living process works on it */
    RECORD_DONE,
    RECORD_FAILED,  /* `reason` says why */
    RECORD_CRASHED, /* the process that worked on it ended without a word */
    RECORD_STALE,   /* done, but by another program, on other data or with other settings; see `reason` */
};
enum { RECORD_STATES = RECORD_STALE + 1 };

/* "waiting" and so on, and back; RECORD_WAITING for another word. */
const char *record_state_name(enum record_state state);
enum record_state record_state_find(const char *name);

enum { RECORD_REASON = 512, RECORD_NAME = 256, RECORD_REVISION = 128 };

struct record {
    char cell[RECORD_NAME];         /* folder of the cell in that of the experiment, "." for itself */
    char identity[SHA256_TEXT];     /* digest of the settings and the data; "" before they are known */
    char data[SHA256_TEXT];         /* fingerprint of the dataset */
    enum record_state state;        /* as it was written; see record_state_now */
    char reason[RECORD_REASON];     /* of RECORD_FAILED, and what a reader should know of the others */
    char figures[RECORD_NAME];      /* the file with the results, in the cell's folder */
    char data_file[1024];           /* path of the dataset, from the cell's folder */
    char revision[RECORD_REVISION]; /* of the program that did the last of the work */
    char begun_by[RECORD_REVISION]; /* and that did the first of it */
    int steps;                      /* of training done */
    double seconds;                 /* spent on them */
    char host[64];
    char when[32]; /* "2026-11-26T15:10:44Z" */
};

/* Fills host and when. */
void record_stamp(struct record *record);

/* Adds the record as a JSON object. */
void record_format(struct text *out, const struct record *record);
/* The record of a line; STATUS_DATA where it is none. */
enum status record_parse(struct record *out, const struct store_record *line);

/* cell.json of a folder. STATUS_IO, STATUS_DATA; without such a file the record is that of a cell on which
 * nothing was done. */
extern const char record_file_name[];
enum status record_read(struct record *out, const char *folder);
enum status record_write(const struct record *record, const char *folder);

/* The lock of whoever works on the cell; released with `free`. */
char *record_lock_path(const char *folder);

/* What a record that says RECORD_RUNNING means when nobody holds the lock: RECORD_CRASHED; and whatever it
 * says, RECORD_RUNNING when somebody does. */
enum record_state record_state_now(const struct record *record, const char *folder);

/* The format of cells.jsonl. */
extern const struct store_format record_store_format;
extern const char record_store_name[];

/* "PATH as seen from FOLDER": "../../data/a.h5"; absolute where the two have nothing in common. Both must be
 * there; released with `free`. */
char *record_relative_path(const char *folder, const char *path);

#endif
