/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/window.h"

#include <assert.h>

int window_overlap_length(const struct model_settings *settings) {
    return settings->inference_frames + settings->target_frames - 1;
}

int window_overlap_first(const struct model_settings *settings) {
    return settings->inference_frames - 1;
}

double window_frame_weight(int horizon, int count, int i) {
    assert(count >= 1 && count <= horizon && i < count);
    if (count == 1) {
        return 1.0; /* nothing else stands for the other targets */
    }
    double first = 1.0 / horizon;
    return i == 0 ? first : (1.0 - first) / (count - 1);
}

void window_stack_frames(const real *images, int batch, int length, int first, int count, real *out) {
    enum { PIXELS = IMAGE_SIDE * IMAGE_SIDE };
    for (int b = 0; b < batch; b++) {
        for (int f = 0; f < count; f++) {
            const real *frame = images + (size_t)(b * length + first + f) * IMAGE_VALUES;
            real *stacked = out + (size_t)b * PIXELS * (size_t)(count * IMAGE_CHANNELS) + f * IMAGE_CHANNELS;
            for (int pixel = 0; pixel < PIXELS; pixel++) {
                for (int c = 0; c < IMAGE_CHANNELS; c++) {
                    stacked[pixel * count * IMAGE_CHANNELS + c] = frame[pixel * IMAGE_CHANNELS + c];
                }
            }
        }
    }
}
