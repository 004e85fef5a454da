/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/window.h"

#include <assert.h>
#include <string.h>

#include "engine/profile.h"

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

static void read_array(const void *context, int sequence, int frame, real *out) {
    const struct window_array *array = context;
    const real *image = array->images + (size_t)(sequence * array->length + frame) * IMAGE_VALUES;
    memcpy(out, image, IMAGE_VALUES * sizeof *out);
}

struct model_frames window_array_frames(const struct window_array *array) {
    return (struct model_frames){.read = read_array, .context = array};
}

void window_stack_frames(const struct model_frames *frames, int batch, int first, int count, real *out) {
    enum { PIXELS = IMAGE_SIDE * IMAGE_SIDE };
    real frame[IMAGE_VALUES];
    const char *outer = profile_enter("loader");
    for (int b = 0; b < batch; b++) {
        for (int f = 0; f < count; f++) {
            frames->read(frames->context, b, first + f, frame);
            real *stacked = out + (size_t)b * PIXELS * (size_t)(count * IMAGE_CHANNELS) + f * IMAGE_CHANNELS;
            for (int pixel = 0; pixel < PIXELS; pixel++) {
                for (int c = 0; c < IMAGE_CHANNELS; c++) {
                    stacked[pixel * count * IMAGE_CHANNELS + c] = frame[pixel * IMAGE_CHANNELS + c];
                }
            }
        }
    }
    (void)profile_enter(outer);
}
