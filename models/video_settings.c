/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video_settings.h"

#include <string.h>

#include "engine/kernel.h"

bool video_settings_half(const struct video_settings *settings) {
    return strcmp(settings->precision, "bf16") == 0 && kernel_has_half();
}

enum status video_settings_check_latent(const struct video_settings *settings) {
    if (settings->latent % 2 != 0) {
        return status_fail(STATUS_DATA, "model.latent: %d, expected an even number (q and p)",
                           settings->latent);
    }
    return STATUS_OK;
}

size_t video_settings_decoders(const char **out, size_t capacity) {
    static const char *const words[] = {"convolution", "broadcast", NULL};
    return field_list_words(words, out, capacity);
}

size_t video_settings_precisions(const char **out, size_t capacity) {
    static const char *const words[] = {"f32", "bf16", NULL};
    return field_list_words(words, out, capacity);
}
