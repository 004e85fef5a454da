/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/image_error.h"

const struct image_error *const image_errors[IMAGE_ERRORS + 1] = {
    &mse_error,
    &l2_norm_error,
    NULL,
};

int image_error_index(const struct image_error *error) {
    int index = 0;
    while (image_errors[index] != error) {
        index++;
    }
    return index;
}
