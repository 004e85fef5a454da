/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/hdf5_file_private.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/file.h"
#include "support/memory.h"

/* A file that cannot be closed (its last bytes cannot be written) leaves HDF5 1.10 with a dangling entry, on
 * which its exit handler crashes. Every file is closed explicitly, so the handler is not needed; HDF5 takes
 * this only before its first call. */
__attribute__((constructor)) static void keep_hdf5_from_exit(void) {
    (void)H5dont_atexit();
}

static pthread_mutex_t turn = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void hdf5_file_enter(void) {
    (void)pthread_mutex_lock(&turn);
    /* HDF5 prints its errors on standard error unless told not to. */
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void hdf5_file_leave(void) {
    (void)pthread_mutex_unlock(&turn);
}

/* --- errors --------------------------------------------------------------------------------------------- */

/* The innermost entries of HDF5's error stack carry the system's reason as "... errno = 28, ...". */
static herr_t find_reason(unsigned depth, const H5E_error2_t *error, void *context) {
    (void)depth;
    struct hdf5_file_reason *reason = context;
    if (error->desc == NULL) {
        return 0;
    }
    const char *found = strstr(error->desc, "errno = ");
    reason->lock = reason->lock || strstr(error->desc, "lock file") != NULL;
    if (found != NULL && reason->number == 0) {
        reason->number = (int)strtol(found + strlen("errno = "), NULL, 10);
        (void)snprintf(reason->text, sizeof reason->text, "%s", strerror(reason->number));
    } else if (reason->text[0] == '\0') {
        (void)snprintf(reason->text, sizeof reason->text, "%s", error->desc);
    }
    return 0;
}

struct hdf5_file_reason hdf5_file_why(void) {
    struct hdf5_file_reason reason = {0};
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, find_reason, &reason);
    return reason;
}

hid_t hdf5_file_note(struct hdf5_file *file, hid_t result) {
    if (result < 0 && !file->failed) {
        struct hdf5_file_reason reason = hdf5_file_why();
        file->failed = true;
        file->reason = memory_copy_string(reason.text);
    }
    return result;
}

enum status hdf5_file_status(const struct hdf5_file *file) {
    return file->failed ? status_fail(STATUS_IO, "%s: cannot write: %s", file->path, file->reason)
                        : STATUS_OK;
}

/* --- types ---------------------------------------------------------------------------------------------- */

hid_t hdf5_file_stored_type(enum hdf5_file_type type) {
    return type == HDF5_FILE_REAL64      ? H5T_IEEE_F64LE
           : type == HDF5_FILE_REAL32    ? H5T_IEEE_F32LE
           : type == HDF5_FILE_INTEGER64 ? H5T_STD_I64LE
                                         : H5T_STD_U8LE;
}

size_t hdf5_file_type_size(enum hdf5_file_type type) {
    static const size_t sizes[HDF5_FILE_TYPES] = {8, 4, 8, 1};
    return sizes[type];
}

const char *hdf5_file_path(const struct hdf5_file *file) {
    return file->path;
}

/* --- opening -------------------------------------------------------------------------------------------- */

static enum status fail_to_open(const char *path, struct hdf5_file_reason reason) {
    if (reason.lock) {
        return status_fail(
            STATUS_IO,
            "%s: HDF5 cannot lock it (%s): another program has it open for writing, or its disk "
            "has no locks; HDF5_USE_FILE_LOCKING=FALSE in the environment reads it all the same",
            path, reason.text);
    }
    if (reason.number != 0) {
        return status_fail(STATUS_IO, "%s: cannot read: %s", path, reason.text);
    }
    return status_fail(STATUS_DATA, "%s: is truncated or damaged", path);
}

/* Where a disk has no locks, reading does without. */
static hid_t open_for_reading(const char *path, struct hdf5_file_reason *reason) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    (void)H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
    if (getenv("HDF5_USE_FILE_LOCKING") == NULL) {
        (void)H5Pset_file_locking(access, true, true);
    }
#endif
    hid_t id = H5Fopen(path, H5F_ACC_RDONLY, access);
    *reason = hdf5_file_why(); /* which the next call forgets */
    (void)H5Pclose(access);
    return id;
}

static enum status open_file(struct hdf5_file *file) {
    struct stat info;
    enum status status = file_check_readable(file->path);
    if (status != STATUS_OK) {
        return status;
    }
    file->bytes = stat(file->path, &info) == 0 ? (uint64_t)info.st_size : 0;
    struct hdf5_file_reason reason;
    file->id = open_for_reading(file->path, &reason);
    if (file->id < 0) {
        enum status failure = fail_to_open(file->path, reason);
        return failure == STATUS_DATA && H5Fis_hdf5(file->path) <= 0
                   ? status_fail(STATUS_DATA, "%s: is not an HDF5 file", file->path)
                   : failure;
    }
    return STATUS_OK;
}

/* Whether the file is one of this kind, of this version, and was finished. */
static enum status check_format(const struct hdf5_file *file, const struct hdf5_file_format *format) {
    char found[64];
    int64_t version = 0, complete = 0;
    if (H5Aexists(file->id, "format") <= 0) {
        return status_fail(STATUS_DATA, "%s: is an HDF5 file, but no %s (attribute 'format' is missing)",
                           file->path, format->noun);
    }
    /* Older versions had other texts. */
    bool other = hdf5_file_has_variable_text(file, "format");
    enum status status = other ? STATUS_OK : hdf5_file_get_text(file, "/", "format", found, sizeof found);
    if (status == STATUS_OK && !other && strcmp(found, format->name) != 0) {
        status =
            status_fail(STATUS_DATA, "%s: has format '%s', expected '%s'", file->path, found, format->name);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_get_integer(file, "format_version", INT64_MIN, INT64_MAX, &version);
    }
    if (status == STATUS_OK && version != format->version) {
        status = status_fail(STATUS_DATA, "%s: has format version %lld, this program reads version %d%s",
                             file->path, (long long)version, format->version,
                             version < format->version ? "; it has to be made again" : "");
    }
    if (status == STATUS_OK && other) {
        status = hdf5_file_get_text(file, "/", "format", found, sizeof found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (hdf5_file_get_integer(file, "complete", 1, 1, &complete) != STATUS_OK) {
        return status_fail(STATUS_DATA, "%s: is incomplete: writing it was not finished", file->path);
    }
    return STATUS_OK;
}

enum status hdf5_file_open(struct hdf5_file **out, const char *path, const struct hdf5_file_format *format) {
    struct hdf5_file *file = memory_alloc(1, sizeof *file);
    file->path = memory_copy_string(path);
    hdf5_file_enter();
    enum status status = open_file(file);
    if (status == STATUS_OK) {
        status = check_format(file, format);
    }
    hdf5_file_leave();
    if (status != STATUS_OK) {
        hdf5_file_close(file);
        return status;
    }
    *out = file;
    return STATUS_OK;
}

static void free_file(struct hdf5_file *file) {
    free(file->path);
    free(file->part);
    free(file->reason);
    free(file);
}

void hdf5_file_close(struct hdf5_file *file) {
    if (file == NULL) {
        return;
    }
    hdf5_file_enter();
    if (file->id > 0) {
        (void)H5Fclose(file->id);
    }
    hdf5_file_leave();
    free_file(file);
}

enum status hdf5_file_check_rows(const struct hdf5_file *file, const char *name, uint64_t rows,
                                 uint64_t bytes, uint64_t digests) {
    uint64_t inflated, exact;
    if (__builtin_mul_overflow(rows, bytes, &inflated) || __builtin_mul_overflow(rows, digests, &exact) ||
        inflated / 1032 > file->bytes || exact > file->bytes) {
        return status_fail(STATUS_DATA, "%s: %s has %llu rows, more than a file of %llu bytes can hold",
                           file->path, name, (unsigned long long)rows, (unsigned long long)file->bytes);
    }
    return STATUS_OK;
}

/* --- writing -------------------------------------------------------------------------------------------- */

/* Access to a file that nobody else knows: no locks. HDF5 keeps the index of all chunks in memory unless told
 * that `cache` bytes are enough. */
static hid_t access_for_writing(struct hdf5_file *file, size_t cache) {
    hid_t list = hdf5_file_note(file, H5Pcreate(H5P_FILE_ACCESS));
    hdf5_file_note(file, H5Pset_fclose_degree(list, H5F_CLOSE_STRONG));
#if H5_VERSION_GE(1, 10, 7)
    hdf5_file_note(file, H5Pset_file_locking(list, false, true));
#endif
    if (cache > 0) {
        H5AC_cache_config_t config = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
        hdf5_file_note(file, H5Pget_mdc_config(list, &config));
        config.set_initial_size = true;
        config.initial_size = config.min_size = config.max_size = cache;
        config.incr_mode = H5C_incr__off;
        config.flash_incr_mode = H5C_flash_incr__off;
        config.decr_mode = H5C_decr__off;
        hdf5_file_note(file, H5Pset_mdc_config(list, &config));
    }
    return list;
}

enum status hdf5_file_begin(struct hdf5_file **out, const char *part, const char *path,
                            const struct hdf5_file_format *format, size_t index_cache) {
    struct hdf5_file *file = memory_alloc(1, sizeof *file);
    file->path = memory_copy_string(path);
    file->part = memory_copy_string(part);
    hdf5_file_enter();
    hid_t list = hdf5_file_note(file, H5Pcreate(H5P_FILE_CREATE));
    hdf5_file_note(file, H5Pset_obj_track_times(list, false));
    hid_t access = access_for_writing(file, index_cache);
    file->id = hdf5_file_note(file, H5Fcreate(part, H5F_ACC_TRUNC, list, access));
    hdf5_file_note(file, H5Pclose(access));
    hdf5_file_note(file, H5Pclose(list));
    if (!file->failed) {
        hdf5_file_put_text(file, "/", "format", format->name);
        hdf5_file_put_integer(file, "format_version", format->version);
    }
    hdf5_file_leave();
    enum status status = hdf5_file_status(file);
    if (status != STATUS_OK) {
        hdf5_file_abandon(file);
        return status;
    }
    *out = file;
    return STATUS_OK;
}

/* After a failed write HDF5 still holds data that it will try to write on closing. On a full disk an empty
 * file makes room for that: then it closes in good order. */
static void close_written(struct hdf5_file *file) {
    if (file->id > 0) {
        if (file->failed) {
            (void)truncate(file->part, 0);
        }
        hdf5_file_note(file, H5Fclose(file->id));
    }
}

enum status hdf5_file_finish(struct hdf5_file *file) {
    char digest[SHA256_TEXT];
    hdf5_file_enter();
    hdf5_file_note(file, H5Fflush(file->id, H5F_SCOPE_GLOBAL));
    if (!file->failed && hdf5_file_fingerprint(file, NULL, digest) == STATUS_OK) {
        hdf5_file_put_text(file, "/", "sha256", digest);
        hdf5_file_note(file, H5Fflush(file->id, H5F_SCOPE_GLOBAL));
    } else if (!file->failed) {
        file->failed = true;
        file->reason = memory_copy_string(status_detail());
    }
    if (!file->failed) {
        hdf5_file_put_integer(file, "complete", 1);
    }
    close_written(file);
    hdf5_file_leave();
    enum status status = hdf5_file_status(file);
    free_file(file);
    return status;
}

void hdf5_file_abandon(struct hdf5_file *file) {
    if (file == NULL) {
        return;
    }
    hdf5_file_enter();
    close_written(file);
    hdf5_file_leave();
    free_file(file);
}
