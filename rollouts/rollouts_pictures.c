/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The film strip and the animation of a film that goes by one frame at a time.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/film_strip.h"
#include "drawing/gif.h"
#include "models/window_plan.h"
#include "rollouts/rollouts_private.h"
#include "support/file.h"
#include "support/memory.h"

enum {
    STRIP_ROWS = 8,        /* samples that the strip shows */
    MOST_SIDE_BY_SIDE = 3, /* and in a row of the animation */
    ANIMATION_SIDE = 288,  /* pixels, at most */
    LONGEST_DELAY = 10,    /* seconds of a frame */
};

/* What a viewer shows; of a faster film frames are left out. */
static const double SHORTEST_DELAY = 0.02;

/* Frames from the origin on that a training example reaches. */
static int frames_within(const struct rollouts_request *request) {
    const struct model *model = request->model;
    struct window_plan plan = model->kind->video->plan(model->settings);
    int origin = rollouts_origin(request) - rollouts_start(request), end = plan.state + plan.last;
    return 1 + (request->backward ? origin - (plan.state + plan.first) : end - origin);
}

static int clamp(int value, int low, int high) {
    return value < low ? low : value > high ? high : value;
}

struct rollouts_pictures rollouts_pictures_create(const struct rollouts_request *request, int rows,
                                                  int known) {
    struct rollouts_pictures out = {
        .request = request,
        .rows = rows,
        .frames = request->frames,
        .first = request->samples > 0 || request->speed != 1.0 ? 0 : rollouts_origin(request),
        .step = request->backward ? -1 : 1,
        .within = clamp(frames_within(request), 1, request->frames),
        .strip_rows = rows < STRIP_ROWS ? rows : STRIP_ROWS,
        .strip_frames = known > 0 ? known : request->frames,
        .film_stride = (request->frames + ROLLOUTS_FILM_FRAMES - 1) / ROLLOUTS_FILM_FRAMES,
        .side_by_side = 1,
    };
    struct film_strip strip = {.frames = out.strip_frames};
    out.stride = film_strip_stride(&strip);
    out.columns = film_strip_columns(&strip);
    size_t shown = (size_t)out.strip_rows * (size_t)out.columns * IMAGE_VALUES;
    out.shown = memory_alloc(shown, sizeof *out.shown);
    out.truth = known > 0 ? memory_alloc(shown, sizeof *out.truth) : NULL;
    while (out.side_by_side < MOST_SIDE_BY_SIDE && out.side_by_side * out.side_by_side < rows) {
        out.side_by_side++;
    }
    out.film_frames = (request->frames + out.film_stride - 1) / out.film_stride;
    out.film =
        memory_alloc((size_t)out.film_frames * (size_t)(out.side_by_side * out.side_by_side), IMAGE_VALUES);
    out.top_first = false;
    return out;
}

void rollouts_pictures_free(struct rollouts_pictures *pictures) {
    free(pictures->shown);
    free(pictures->truth);
    free(pictures->film);
    *pictures = (struct rollouts_pictures){0};
}

static uint8_t to_byte(real value) {
    return !(value > 0) ? 0 : value >= 1 ? 255 : (uint8_t)lrint((double)value * 255);
}

/* Puts the image into its place of the animation's frame. */
static void keep_in_film(struct rollouts_pictures *pictures, int row, int frame, const real *image) {
    int across = pictures->side_by_side;
    if (row >= across * across) {
        return;
    }
    size_t line = (size_t)across * IMAGE_SIDE * IMAGE_CHANNELS, width = (size_t)IMAGE_SIDE * IMAGE_CHANNELS;
    uint8_t *out = pictures->film + (size_t)frame * line * (size_t)(across * IMAGE_SIDE) +
                   (size_t)(row / across) * IMAGE_SIDE * line + (size_t)(row % across) * width;
    for (size_t y = 0; y < IMAGE_SIDE; y++) {
        const real *from = image + (pictures->top_first ? y : IMAGE_SIDE - 1 - y) * width;
        for (size_t i = 0; i < width; i++) {
            out[y * line + i] = to_byte(from[i]);
        }
    }
}

void rollouts_pictures_take(struct rollouts_pictures *pictures, int row, int t, const real *image,
                            const float *truth) {
    if (row < pictures->strip_rows && t < pictures->strip_frames && t % pictures->stride == 0) {
        size_t at = ((size_t)row * (size_t)pictures->columns + (size_t)(t / pictures->stride)) * IMAGE_VALUES;
        for (size_t i = 0; i < IMAGE_VALUES; i++) {
            pictures->shown[at + i] = (float)image[i];
        }
        if (pictures->truth != NULL) {
            memcpy(pictures->truth + at, truth, IMAGE_VALUES * sizeof *truth);
        }
    }
    if (t % pictures->film_stride == 0) {
        keep_in_film(pictures, row, t / pictures->film_stride, image);
    }
}

static enum status write_strip(const struct rollouts_pictures *pictures, const char *path) {
    char *title = rollouts_title(pictures->request, "film");
    struct film_strip strip = {
        .title = title,
        .windows = pictures->strip_rows,
        .frames = pictures->strip_frames,
        .first = pictures->first,
        .step = pictures->step,
        .train_frames = pictures->within,
        .top_first = pictures->top_first,
        .truth = pictures->truth,
        .predictions = pictures->shown,
    };
    enum status status = film_strip_write(&strip, path);
    free(title);
    return status;
}

static enum status write_animation(const struct rollouts_pictures *pictures, const char *path) {
    const struct rollouts_request *request = pictures->request;
    double delay = request->dt * request->speed * pictures->film_stride;
    struct gif gif = {
        .frames = pictures->film_frames,
        .side = pictures->side_by_side * IMAGE_SIDE,
        .scale = ANIMATION_SIDE / (pictures->side_by_side * IMAGE_SIDE),
        .delay = fmin(fmax(delay, SHORTEST_DELAY), LONGEST_DELAY),
        .images = pictures->film,
    };
    return gif_write(&gif, path);
}

enum status rollouts_pictures_write(const struct rollouts_pictures *pictures, const char *folder,
                                    struct figure_report *report) {
    char *strip = file_join(folder, "film.png"), *animation = file_join(folder, "film.gif");
    enum status status = write_strip(pictures, strip);
    if (status == STATUS_OK) {
        lines_add(&report->pictures, "film.png");
        status = write_animation(pictures, animation);
    }
    if (status == STATUS_OK) {
        lines_add(&report->pictures, "film.gif");
    }
    free(strip);
    free(animation);
    return status;
}
