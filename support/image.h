/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The size of all images, said once: [IMAGE_SIDE][IMAGE_SIDE][IMAGE_CHANNELS], row, column, colour.
 */
#ifndef HAMBENCH_SUPPORT_IMAGE_H
#define HAMBENCH_SUPPORT_IMAGE_H

/* IMAGE_VALUES: of one image, as many bytes where a value is a byte. */
enum { IMAGE_SIDE = 32, IMAGE_CHANNELS = 3, IMAGE_VALUES = IMAGE_SIDE * IMAGE_SIDE * IMAGE_CHANNELS };

#endif
