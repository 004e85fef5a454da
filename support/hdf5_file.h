/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 files of the program: datasets and checkpoints. One careful way of reading and writing them; the only
 * sources that know the library are support/hdf5_file*.c.
 *
 * A file has attributes at its root, groups, and datasets of numbers. It says what it is (`format`,
 * `format_version`), carries a fingerprint of all that it holds (`sha256`), and was finished when it says so
 * (`complete`); see docs/formats.md.
 *
 * What comes from a file is not trusted: kinds, shapes and storage are compared with what is expected before
 * anything is read or allocated, links and data that lie in other files are refused, and so is whatever does
 * not belong there. All functions may be called by several threads; they take turns, as HDF5 works for one
 * thread at a time.
 */
#ifndef HAMBENCH_SUPPORT_HDF5_FILE_H
#define HAMBENCH_SUPPORT_HDF5_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/sha256.h"
#include "support/status.h"

/* What a kind of file calls itself. */
struct hdf5_file_format {
    const char *name; /* "hambench-dataset" */
    const char *noun; /* for messages: "dataset" */
    int version;      /* the only one that is read */
};

/* Elements of a dataset, little-endian: IEEE reals, two's complement, bytes. */
enum hdf5_file_type {
    HDF5_FILE_REAL64,
    HDF5_FILE_REAL32,
    HDF5_FILE_INTEGER64,
    HDF5_FILE_BYTE,
    HDF5_FILE_TYPES
};

enum { HDF5_FILE_MAX_RANK = 5 };

/* A dataset: its elements, its dimensions, and how they are stored. With `chunk`[0] > 0 in chunks of that
 * shape, each of them through the filters shuffle, deflate and Fletcher32 (datasets/chunk.h); without (or
 * with a dimension of 0) one behind the other. */
struct hdf5_file_shape {
    enum hdf5_file_type type;
    int rank;
    uint64_t size[HDF5_FILE_MAX_RANK];
    uint64_t chunk[HDF5_FILE_MAX_RANK];
};

/* The level of deflate that HDF5 is told. */
enum { HDF5_FILE_DEFLATE_LEVEL = 1 };

size_t hdf5_file_type_size(enum hdf5_file_type type);

/* A file that is open for reading or being written; a dataset of it is a positive number and valid until the
 * file is closed. */
struct hdf5_file;

const char *hdf5_file_path(const struct hdf5_file *file);

/* --- reading ----------------------------------------------------------------------------------------------
 *
 * The functions return STATUS_DATA with the path, what was found and what was expected, or STATUS_IO when the
 * system refused. */

/* Opens a file of that format, version, and finished. STATUS_IO (missing, a directory, locked: another
 * program writes it); STATUS_DATA (no HDF5, truncated, another format or version, unfinished). The caller
 * closes `*out`. */
enum status hdf5_file_open(struct hdf5_file **out, const char *path, const struct hdf5_file_format *format);
void hdf5_file_close(struct hdf5_file *file);

/* Reads an attribute that is one value of that kind; an integer within the bounds, a finite real. `object` is
 * "/" or the name of a group or dataset. A text that does not fit into `size` bytes is refused. */
enum status hdf5_file_get_text(const struct hdf5_file *file, const char *object, const char *name, char *out,
                               size_t size);
enum status hdf5_file_get_integer(const struct hdf5_file *file, const char *name, int64_t low, int64_t high,
                                  int64_t *out);
enum status hdf5_file_get_unsigned(const struct hdf5_file *file, const char *name, uint64_t *out);
enum status hdf5_file_get_real(const struct hdf5_file *file, const char *name, double *out);

/* Whether the root has such an attribute, or such a group or dataset; what is wrong with it is not looked at.
 */
bool hdf5_file_has_attribute(const struct hdf5_file *file, const char *name);
bool hdf5_file_has_member(const struct hdf5_file *file, const char *name);

/* Whether all members of the group are among the `count` names, and are in this file. */
enum status hdf5_file_check_members(const struct hdf5_file *file, const char *group, const char *const *names,
                                    int count);

/* The same for the attributes of an object. */
enum status hdf5_file_check_attributes(const struct hdf5_file *file, const char *object,
                                       const char *const *names, int count);

/* The first dimension of a dataset. */
enum status hdf5_file_rows(const struct hdf5_file *file, const char *name, uint64_t *out);

/* Opens a dataset and compares it with `shape`, storage included: in chunks as described, or contiguous. */
enum status hdf5_file_open_dataset(const struct hdf5_file *file, const char *name,
                                   const struct hdf5_file_shape *shape, int64_t *out);
void hdf5_file_close_dataset(int64_t dataset);

/* Whether a file of this size can hold so many rows of `bytes` bytes each, of which deflate leaves 1/1032 at
 * least, and of `digests` bytes each, which it cannot make smaller. To be asked before memory is taken. */
enum status hdf5_file_check_rows(const struct hdf5_file *file, const char *name, uint64_t rows,
                                 uint64_t bytes, uint64_t digests);

/* Reads all of a dataset, or the block of `count` elements from `start` on, [rank] each. */
enum status hdf5_file_read(const struct hdf5_file *file, int64_t dataset, void *out);
enum status hdf5_file_read_block(const struct hdf5_file *file, int64_t dataset, const uint64_t *start,
                                 const uint64_t *count, void *out);

/* Reads the stored bytes of the chunk that begins at `start`, at most `room`; `*size` says how many. */
enum status hdf5_file_read_chunk(const struct hdf5_file *file, int64_t dataset, const uint64_t *start,
                                 void *out, size_t room, size_t *size);

/* The fingerprint of all that the file holds but for `complete`, `sha256` and the attribute `skip` (may be
 * NULL): the SHA-256 of the lines "@NAME DIGEST\n" of the root's attributes and "PATH DIGEST\n" of the
 * datasets, each in the order of their names. The digest of an attribute is that of its bytes; a dataset has
 * its own in its attribute `sha256`. Members are to be checked before. */
enum status hdf5_file_fingerprint(const struct hdf5_file *file, const char *skip, char out[SHA256_TEXT]);

/* Whether the file has the fingerprint that it says. */
enum status hdf5_file_check_fingerprint(const struct hdf5_file *file);

/* --- writing ----------------------------------------------------------------------------------------------
 *
 * After the first failure the later calls do nothing that matters: hdf5_file_status tells of the first one.
 */

/* Begins a file in the temporary `part` (support/file.h), which is to become `path`; messages name the
 * latter. `index_cache` limits HDF5's own cache in bytes, 0 leaves it as HDF5 has it. STATUS_IO, and then
 * there is no file. */
enum status hdf5_file_begin(struct hdf5_file **out, const char *part, const char *path,
                            const struct hdf5_file_format *format, size_t index_cache);

/* Attributes: of the root, and texts of any object. Texts are UTF-8 of a fixed length that includes '\0'. */
void hdf5_file_put_text(struct hdf5_file *file, const char *object, const char *name, const char *value);
void hdf5_file_put_integer(struct hdf5_file *file, const char *name, int64_t value);
void hdf5_file_put_unsigned(struct hdf5_file *file, const char *name, uint64_t value);
void hdf5_file_put_real(struct hdf5_file *file, const char *name, double value);

/* The digest as attribute `sha256` of a dataset. */
void hdf5_file_put_digest(struct hdf5_file *file, const char *name, const uint8_t digest[SHA256_BYTES]);

/* Creates a dataset and the groups that its name goes through. No object carries a time. */
int64_t hdf5_file_create_dataset(struct hdf5_file *file, const char *name,
                                 const struct hdf5_file_shape *shape);
void hdf5_file_create_group(struct hdf5_file *file, const char *name);

/* Writes all of a contiguous dataset; the filtered bytes of one chunk of the others; reads a block back. */
void hdf5_file_write(struct hdf5_file *file, int64_t dataset, const void *values);
void hdf5_file_write_chunk(struct hdf5_file *file, int64_t dataset, const uint64_t *start, size_t size,
                           const void *bytes);
void hdf5_file_read_back(struct hdf5_file *file, int64_t dataset, const uint64_t *start,
                         const uint64_t *count, void *out);

/* STATUS_OK, or STATUS_IO with the reason of the first failure. */
enum status hdf5_file_status(const struct hdf5_file *file);

/* Writes the fingerprint, then the mark that the file is complete, and closes it. STATUS_IO. The file is
 * closed and its memory gone in any case; the temporary is the caller's to publish or to remove. */
enum status hdf5_file_finish(struct hdf5_file *file);

/* Closes an unfinished file; NULL is allowed. */
void hdf5_file_abandon(struct hdf5_file *file);

#endif
