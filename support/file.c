/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/memory.h"

bool file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}

enum status file_check_readable(const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) {
        return status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    }
    if (S_ISDIR(info.st_mode)) {
        return status_fail(STATUS_IO, "%s: is a directory, expected a file", path);
    }
    if (!S_ISREG(info.st_mode)) {
        return status_fail(STATUS_IO, "%s: is a device, a pipe or a socket, expected a regular file", path);
    }
    if (access(path, R_OK) != 0) {
        return status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    }
    return STATUS_OK;
}

enum status file_read(struct text *out, const char *path) {
    return file_read_within(out, path, SIZE_MAX);
}

enum status file_read_within(struct text *out, const char *path, size_t most) {
    text_clear(out);
    enum status status = file_check_readable(path);
    if (status != STATUS_OK) {
        return status;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    }
    char buffer[1 << 14];
    size_t count;
    while (out->length <= most && (count = fread(buffer, 1, sizeof buffer, file)) > 0) {
        text_add_bytes(out, buffer, count);
    }
    if (out->length > most) {
        status = status_fail(STATUS_DATA, "%s: is larger than %zu bytes, expected at most that", path, most);
    } else if (ferror(file)) {
        status = status_fail(STATUS_IO, "%s: cannot read: %s", path, strerror(errno));
    }
    (void)fclose(file);
    return status;
}

/* Characters of the random part of a temporary name, each one of 32: 60 bits. */
enum { TEMPORARY_RANDOM = 12 };
static const char TEMPORARY_END[] = ".part";

static enum status fail_to_write(const char *path) {
    return status_fail(STATUS_IO, "%s: cannot write: %s", path, strerror(errno));
}

/* A name that nobody can foresee; its making does not depend on any seed of the program. */
static char *make_temporary_name(const char *path) {
    static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789";
    uint8_t bytes[TEMPORARY_RANDOM];
    char random[TEMPORARY_RANDOM + 1] = "";
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        /* Names only have to differ: the file is created exclusively in any case. */
        uint64_t time = (uint64_t)clock() ^ (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&bytes;
        for (int i = 0; i < TEMPORARY_RANDOM; i++) {
            bytes[i] = (uint8_t)(time >> 5 * i);
        }
    }
    for (int i = 0; i < TEMPORARY_RANDOM; i++) {
        random[i] = digits[bytes[i] % 32];
    }
    return text_format("%s.%s%s", path, random, TEMPORARY_END);
}

/* Opens a fresh temporary for writing. */
static enum status open_temporary(char **out, int *descriptor, const char *path) {
    for (;;) {
        char *part = make_temporary_name(path);
        *descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (*descriptor >= 0) {
            *out = part;
            return STATUS_OK;
        }
        free(part);
        if (errno != EEXIST) {
            return fail_to_write(path);
        }
    }
}

enum status file_temporary(char **out, const char *path) {
    int descriptor;
    enum status status = open_temporary(out, &descriptor, path);
    if (status == STATUS_OK) {
        (void)close(descriptor);
    }
    return status;
}

/* Whether `name` is that of a temporary of a file `base`; of any file where `base` is NULL. */
static bool is_temporary(const char *name, const char *base) {
    size_t length = strlen(name), tail = 1 + TEMPORARY_RANDOM + sizeof TEMPORARY_END - 1;
    if (length <= tail || strcmp(name + length - (sizeof TEMPORARY_END - 1), TEMPORARY_END) != 0 ||
        name[length - tail] != '.') {
        return false;
    }
    return base == NULL || (strlen(base) == length - tail && strncmp(name, base, length - tail) == 0);
}

void file_remove_temporaries(const char *folder, const char *name) {
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (is_temporary(entry->d_name, name)) {
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
        }
    }
    (void)closedir(directory);
}

static enum status sync_descriptor(int descriptor, const char *path) {
    /* What cannot be synced at all (EINVAL: some network disks) needs no error. */
    return fsync(descriptor) == 0 || errno == EINVAL ? STATUS_OK : fail_to_write(path);
}

static enum status sync_path(const char *opened, int flags, const char *path) {
    int descriptor = open(opened, O_RDONLY | O_CLOEXEC | flags);
    if (descriptor < 0) {
        return status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    }
    enum status status = sync_descriptor(descriptor, path);
    (void)close(descriptor);
    return status;
}

char *file_folder(const char *path) {
    const char *base = file_base_name(path);
    if (base == path) {
        return memory_copy_string(".");
    }
    char *folder = memory_copy_string(path);
    folder[base - path == 1 ? 1 : base - path - 1] = '\0';
    return folder;
}

/* Without this the new name may be gone after a loss of power, though the content is on the disk. */
static enum status sync_folder_of(const char *path) {
    char *folder = file_folder(path);
    enum status status = sync_path(folder, O_DIRECTORY, path);
    free(folder);
    return status;
}

enum status file_publish(const char *part, const char *path) {
    enum status status = sync_path(part, O_NOFOLLOW, path);
    if (status == STATUS_OK && rename(part, path) != 0) {
        status = status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    }
    if (status != STATUS_OK) {
        (void)unlink(part);
        return status;
    }
    return sync_folder_of(path);
}

static bool write_all(int descriptor, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

enum status file_settle(char *part, const char *path, enum status written) {
    enum status status = written;
    if (status == STATUS_OK) {
        status = file_publish(part, path);
    } else {
        (void)unlink(part);
    }
    free(part);
    return status;
}

enum status file_write(const char *path, const void *bytes, size_t length) {
    char *part;
    int descriptor;
    enum status status = open_temporary(&part, &descriptor, path);
    if (status != STATUS_OK) {
        return status;
    }
    if (!write_all(descriptor, bytes, length)) {
        status = fail_to_write(path);
    }
    if (close(descriptor) != 0 && status == STATUS_OK) {
        status = fail_to_write(path);
    }
    return file_settle(part, path, status);
}

enum status file_make_directory(const char *path) {
    char *partial = memory_copy_string(path);
    enum status status = STATUS_OK;
    for (char *end = partial + 1; status == STATUS_OK && *partial != '\0'; end++) {
        if (*end != '/' && *end != '\0') {
            continue;
        }
        char separator = *end;
        *end = '\0';
        struct stat info;
        if (mkdir(partial, 0777) != 0 && errno != EEXIST) {
            status = status_fail(STATUS_IO, "%s: cannot create the folder: %s", partial, strerror(errno));
        } else if (stat(partial, &info) != 0 || !S_ISDIR(info.st_mode)) {
            status = status_fail(STATUS_IO, "%s: is not a folder", partial);
        }
        *end = separator;
        if (separator == '\0') {
            break;
        }
    }
    free(partial);
    return status;
}

enum status file_make_parent(const char *path) {
    char *folder = file_folder(path);
    enum status status = file_make_directory(folder);
    free(folder);
    return status;
}

char *file_join(const char *folder, const char *name) {
    return text_format("%s/%s", folder, name);
}

const char *file_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}
