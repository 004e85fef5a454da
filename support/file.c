/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static enum status sync_file(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    }
    enum status status = STATUS_OK;
    if (fsync(descriptor) != 0) {
        status = status_fail(STATUS_IO, "%s: cannot write: %s", path, strerror(errno));
    }
    (void)close(descriptor);
    return status;
}

enum status file_publish(const char *part, const char *path) {
    enum status status = sync_file(part);
    if (status == STATUS_OK && rename(part, path) != 0) {
        status = status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    }
    if (status != STATUS_OK) {
        (void)unlink(part);
    }
    return status;
}

enum status file_write(const char *path, const void *bytes, size_t length) {
    char *part = text_format("%s.part", path);
    enum status status = STATUS_OK;
    FILE *file = fopen(part, "wb");
    if (file == NULL) {
        status = status_fail(STATUS_IO, "%s: %s", path, strerror(errno));
    } else {
        bool written = fwrite(bytes, 1, length, file) == length;
        written = fclose(file) == 0 && written;
        if (written) {
            status = file_publish(part, path);
        } else {
            status = status_fail(STATUS_IO, "%s: cannot write: %s", path, strerror(errno));
            (void)unlink(part);
        }
    }
    free(part);
    return status;
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
    const char *base = file_base_name(path);
    if (base == path) {
        return STATUS_OK;
    }
    char *folder = memory_copy_string(path);
    folder[base - path - 1] = '\0';
    enum status status = *folder == '\0' ? STATUS_OK : file_make_directory(folder);
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
