/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_hdf5.h"

int dataset_hdf5_size(const struct dataset_info *info, enum dataset_series series, hsize_t count,
                      hsize_t out[DATASET_MAX_RANK]) {
    out[0] = count;
    out[1] = (hsize_t)info->frames;
    if (series != SERIES_IMAGE) {
        out[2] = (hsize_t)info->state_size;
        return 3;
    }
    out[2] = out[3] = IMAGE_SIDE;
    out[4] = IMAGE_CHANNELS;
    return 5;
}

hid_t dataset_hdf5_series_type(enum dataset_series series) {
    return series == SERIES_IMAGE ? H5T_STD_U8LE : H5T_IEEE_F64LE;
}

hid_t dataset_hdf5_column_type(enum dataset_column_type type) {
    return type == COLUMN_REAL ? H5T_IEEE_F64LE : type == COLUMN_INTEGER ? H5T_STD_I64LE : H5T_STD_U8LE;
}

hid_t dataset_hdf5_text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    (void)H5Tset_size(type, H5T_VARIABLE);
    (void)H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

void dataset_hdf5_silence(void) {
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* A file that cannot be closed (its last bytes cannot be written) leaves HDF5 1.10 with a dangling entry, on
 * which its exit handler crashes. Every file is closed explicitly, so the handler is not needed; HDF5 takes
 * this only before its first call. */
__attribute__((constructor)) static void keep_hdf5_from_exit(void) {
    (void)H5dont_atexit();
}
