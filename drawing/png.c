/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures as PNG files. The only file that includes png.h.
 */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/picture.h"
#include "support/file.h"
#include "support/memory.h"

enum status picture_write(const struct picture *picture, const char *path) {
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)picture->width,
                       .height = (png_uint_32)picture->height,
                       .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *bytes = memory_alloc(size, 1);
    enum status status;
    if (png_image_write_to_memory(&image, bytes, &size, 0, picture->pixels, 0, NULL)) {
        status = file_write(path, bytes, size);
    } else {
        status = status_fail(STATUS_IO, "%s: cannot write: %s", path, image.message);
    }
    free(bytes);
    return status;
}

enum status picture_read(struct picture *out, const char *path) {
    *out = (struct picture){0};
    enum status status = file_check_readable(path);
    if (status != STATUS_OK) {
        return status;
    }
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path)) {
        return status_fail(STATUS_DATA, "%s: not a PNG picture: %s", path, image.message);
    }
    image.format = PNG_FORMAT_RGB;
    *out = picture_create((int)image.width, (int)image.height);
    if (!png_image_finish_read(&image, NULL, out->pixels, 0, NULL)) {
        picture_free(out);
        return status_fail(STATUS_DATA, "%s: damaged PNG picture: %s", path, image.message);
    }
    return STATUS_OK;
}
