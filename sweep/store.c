/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/store.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/file.h"
#include "support/memory.h"
#include "support/provenance.h"
#include "support/timer.h"

struct store {
    char *path;
    int descriptor;
    const struct store_format *format;
    struct text revision;
    off_t next;       /* offset of the first line that was not read yet */
    int line;         /* number of the line before it */
    double synced_at; /* timer_now() */
    bool unsynced;
};

static enum status fail(const struct store *store) {
    return status_fail(STATUS_IO, "%s: %s", store->path, strerror(errno));
}

/* ---- members ---- */

/* To others a record is a name for what is a JSON object here. */
static const json_t *object_of(const struct store_record *record) {
    return (const json_t *)record;
}

static const struct store_record *record_of(const json_t *object) {
    return (const struct store_record *)object;
}

static const json_t *member(const struct store_record *record, const char *key) {
    return json_object_get(object_of(record), key);
}

static double number_of(const json_t *value) {
    return json_is_number(value) ? json_number_value(value) : NAN;
}

const char *store_string(const struct store_record *record, const char *key) {
    const char *value = json_string_value(member(record, key));
    return value == NULL ? "" : value;
}

double store_number(const struct store_record *record, const char *key) {
    return number_of(member(record, key));
}

size_t store_numbers(const struct store_record *record, const char *key, double *out, size_t capacity) {
    const json_t *array = member(record, key);
    size_t count = json_array_size(array);
    count = count < capacity ? count : capacity;
    for (size_t i = 0; i < count; i++) {
        out[i] = number_of(json_array_get(array, i));
    }
    return count;
}

const struct store_record *store_object(const struct store_record *record, const char *key) {
    const json_t *value = member(record, key);
    return json_is_object(value) ? record_of(value) : NULL;
}

void store_add_json(struct text *out, const struct store_record *record) {
    char *line = json_dumps(object_of(record), JSON_PRESERVE_ORDER);
    text_add(out, "%s", line);
    free(line);
}

/* ---- reading ---- */

static enum status parse(json_t **out, const char *line, size_t length) {
    json_error_t error;
    *out = json_loadb(line, length, 0, &error);
    if (*out == NULL) {
        return status_fail(STATUS_DATA, "not JSON: %s", error.text);
    }
    if (!json_is_object(*out)) {
        json_decref(*out);
        return status_fail(STATUS_DATA, "expected a JSON object");
    }
    return STATUS_OK;
}

static enum status read_first(struct store *store, const struct store_record *record) {
    if (strcmp(store_string(record, "format"), store->format->name) != 0) {
        return status_fail(STATUS_DATA, "is not a file of %s", store->format->holds);
    }
    double version = store_number(record, "format_version");
    if (!(version == store->format->version)) {
        return status_fail(STATUS_DATA, "has format version %.0f, expected %d", version,
                           store->format->version);
    }
    const char *revision = store_string(record, "revision");
    text_clear(&store->revision);
    text_add(&store->revision, "%s", *revision == '\0' ? "unknown" : revision);
    return STATUS_OK;
}

static enum status read_line(struct store *store, const char *line, size_t length,
                             const struct store_reader *reader) {
    json_t *object;
    enum status status = parse(&object, line, length);
    if (status == STATUS_OK) {
        const struct store_record *record = record_of(object);
        status = store->line == 1 ? read_first(store, record) : reader->read(reader->context, record);
        json_decref(object);
    }
    if (status == STATUS_DATA) {
        char *detail = memory_copy_string(status_detail());
        status = status_fail(status, "%s:%d: %s", store->path, store->line, detail);
        free(detail);
    }
    return status;
}

/* Everything from `next` on; what is added meanwhile is left for the next time. */
static enum status read_rest(struct store *store, struct text *out) {
    struct stat info;
    if (fstat(store->descriptor, &info) != 0) {
        return fail(store);
    }
    char block[65536];
    for (off_t at = store->next; at < info.st_size;) {
        off_t left = info.st_size - at;
        size_t wanted = left < (off_t)sizeof block ? (size_t)left : sizeof block;
        ssize_t got = pread(store->descriptor, block, wanted, at);
        if (got < 0) {
            return fail(store);
        }
        if (got == 0) {
            break; /* half a line was cut off */
        }
        text_add_bytes(out, block, (size_t)got);
        at += got;
    }
    return STATUS_OK;
}

enum status store_read_new(struct store *store, const struct store_reader *reader) {
    struct text content = {0};
    enum status status = read_rest(store, &content);
    size_t begin = 0;
    while (status == STATUS_OK && begin < content.length) {
        const char *line = content.data + begin;
        const char *end = memchr(line, '\n', content.length - begin);
        if (end == NULL) {
            break; /* somebody is writing it, or was killed while he did */
        }
        size_t length = (size_t)(end - line);
        store->line++;
        status = read_line(store, line, length, reader);
        begin += length + 1;
    }
    store->next += (off_t)begin;
    text_free(&content);
    return status;
}

/* ---- adding ---- */

/* The lock of a line being added; a disk without locks has to do without. */
static void lock_file(const struct store *store, short type) {
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    while (fcntl(store->descriptor, F_OFD_SETLKW, &whole) != 0 && errno == EINTR) {
    }
}

/* Half a line at the end goes; the caller has the lock, so that nobody is just writing it. */
static enum status cut_half_line(const struct store *store, off_t *end) {
    struct stat info;
    if (fstat(store->descriptor, &info) != 0) {
        return fail(store);
    }
    *end = info.st_size;
    char last = '\n';
    while (*end > 0 && pread(store->descriptor, &last, 1, *end - 1) == 1 && last != '\n') {
        (*end)--;
    }
    return *end == info.st_size || ftruncate(store->descriptor, *end) == 0 ? STATUS_OK : fail(store);
}

static enum status write_line(const struct store *store, const struct text *line, off_t end) {
    struct text whole = {0};
    text_add_bytes(&whole, line->data, line->length);
    text_add_bytes(&whole, "\n", 1);
    size_t done = 0;
    ssize_t written = 0;
    while (done < whole.length && written >= 0) {
        written = pwrite(store->descriptor, whole.data + done, whole.length - done, end + (off_t)done);
        done += written > 0 ? (size_t)written : 0;
        if (written < 0 && errno == EINTR) {
            written = 0;
        }
    }
    enum status status = written < 0 ? fail(store) : STATUS_OK;
    if (status != STATUS_OK) {
        (void)!ftruncate(store->descriptor, end); /* a full disk leaves no half a line */
    }
    text_free(&whole);
    return status;
}

static enum status sync_store(struct store *store) {
    store->unsynced = false;
    store->synced_at = timer_now();
    return fsync(store->descriptor) == 0 ? STATUS_OK : fail(store);
}

static void make_first_line(const struct store_format *format, struct text *out) {
    struct json_text json = {.out = out};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "format", format->name);
    json_text_integer(&json, "format_version", format->version);
    provenance_add_json(&json);
    json_text_close(&json, '}');
}

/* Adds the line where the last whole one ends; the first line only to an empty file. */
static enum status add_locked(struct store *store, const struct text *line, bool first) {
    off_t end = 0;
    lock_file(store, F_WRLCK);
    enum status status = cut_half_line(store, &end);
    if (status == STATUS_OK && (!first || end == 0)) {
        status = write_line(store, line, end);
    }
    lock_file(store, F_UNLCK);
    store->unsynced = true;
    return status;
}

enum status store_add(struct store *store, const struct text *line) {
    enum status status = add_locked(store, line, false);
    bool due = timer_now() - store->synced_at >= 1.0;
    return status == STATUS_OK && due ? sync_store(store) : status;
}

/* ---- the whole ---- */

enum status store_open(struct store **out, const char *path, const struct store_format *format,
                       const struct store_reader *reader) {
    struct store *store = memory_alloc(1, sizeof *store);
    store->path = memory_copy_string(path);
    store->format = format;
    store->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    struct text first = {0};
    make_first_line(format, &first);
    enum status status = store->descriptor < 0 ? fail(store) : add_locked(store, &first, true);
    text_free(&first);
    if (status == STATUS_OK) {
        status = store_read_new(store, reader);
    }
    if (status == STATUS_OK) {
        *out = store;
    } else {
        store->unsynced = false;
        (void)store_close(store);
    }
    return status;
}

enum status store_close(struct store *store) {
    if (store == NULL) {
        return STATUS_OK;
    }
    enum status status = store->unsynced ? sync_store(store) : STATUS_OK;
    if (store->descriptor >= 0) {
        (void)close(store->descriptor);
    }
    text_free(&store->revision);
    free(store->path);
    free(store);
    return status;
}

const char *store_revision(const struct store *store) {
    return store->revision.data;
}

const char *store_path(const struct store *store) {
    return store->path;
}

/* ---- single records ---- */

enum status store_write_single(const char *path, const struct text *line) {
    struct text whole = {0};
    text_add_bytes(&whole, line->data, line->length);
    text_add_bytes(&whole, "\n", 1);
    enum status status = file_write(path, whole.data, whole.length);
    text_free(&whole);
    return status;
}

enum status store_read_line(const char *line, size_t length, const struct store_reader *reader) {
    json_t *object;
    enum status status = parse(&object, length == 0 ? "" : line, length);
    if (status == STATUS_OK) {
        status = reader->read(reader->context, record_of(object));
        json_decref(object);
    }
    return status;
}

enum status store_read_single(const char *path, const struct store_reader *reader) {
    struct text content = {0};
    enum status status = file_read_within(&content, path, 1 << 20);
    if (status == STATUS_OK) {
        status = store_read_line(content.data, content.length, reader);
    }
    if (status == STATUS_DATA) {
        char *detail = memory_copy_string(status_detail());
        status = status_fail(status, "%s: %s", path, detail);
        free(detail);
    }
    text_free(&content);
    return status;
}
