/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/text.h"

enum { MOST_DESCRIPTORS = 16 };

enum status scratch_create(char **out) {
    const char *parent = getenv("TMPDIR");
    char *folder = text_format("%s/hambench-XXXXXX", parent == NULL || *parent == '\0' ? "/tmp" : parent);
    if (mkdtemp(folder) == NULL) {
        enum status status = status_fail(STATUS_IO, "%s: cannot make a folder: %s", folder, strerror(errno));
        free(folder);
        return status;
    }
    *out = folder;
    return STATUS_OK;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place) {
    (void)info;
    (void)type;
    (void)place;
    (void)remove(path);
    return 0;
}

void scratch_remove(char *folder) {
    if (folder != NULL) {
        (void)nftw(folder, remove_entry, MOST_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    }
    free(folder);
}

/* nftw hands no context to its function. */
static _Thread_local double size;

static int add_entry(const char *path, const struct stat *info, int type, struct FTW *place) {
    (void)path;
    (void)place;
    size += type == FTW_F ? (double)info->st_size : 0.0;
    return 0;
}

double scratch_size(const char *folder) {
    size = 0.0;
    (void)nftw(folder, add_entry, MOST_DESCRIPTORS, FTW_PHYS);
    return size;
}
