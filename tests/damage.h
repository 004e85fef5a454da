/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Damage to HDF5 files, for tests of what reads them: done with the library itself, as any other program
 * would.
 */
#ifndef HAMBENCH_TESTS_DAMAGE_H
#define HAMBENCH_TESTS_DAMAGE_H

#include <hdf5.h>

/* Replaces the attribute of an object by one value of that type, as text of fixed length, or as an array. */
void damage_attribute(hid_t object, const char *name, hid_t type, const void *value);
void damage_text(hid_t object, const char *name, const char *value);
void damage_attribute_array(hid_t object, const char *name, hid_t type, hsize_t count, const void *values);

/* Writes one element of a dataset. */
void damage_element(hid_t file, const char *name, hid_t type, const hsize_t *where, const void *value);

/* Replaces a dataset by an empty one. */
void damage_dataset(hid_t file, const char *name, hid_t type, int rank, const hsize_t *size);

/* Damages every attribute of the root of the file `sound`, one at a time and in several ways, and calls
 * `check` with each result, which is the file `damaged`: the attribute is missing, is an array of numbers or
 * of texts, is empty, is of another kind, has another value. Returns how many attributes there are. */
int damage_every_attribute(const char *sound, const char *damaged,
                           void (*check)(const char *path, const char *what));

/* Computes the fingerprint of the root again, as docs/formats.md describes it: what was changed is as if it
 * had been written so. */
void damage_conceal(hid_t file);

#endif
