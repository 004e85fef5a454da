/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trajectories as rows of frames, and one as an animation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/gif.h"
#include "drawing/picture.h"
#include "portraits/portrait.h"
#include "support/memory.h"

/* Pixels of the layout. */
enum {
    SCALE = 3,
    TILE = IMAGE_SIDE * SCALE,
    GAP = 4,
    MARGIN = 12,
    LETTERS = 2, /* scale of the font */
    LINE = GLYPH_HEIGHT * LETTERS + 8,
    HEADER = 2 * LINE + 8, /* title, frame numbers */
    LABELS = 112,          /* width of the column of row labels */
    COLUMNS = 12,          /* at most */
    ANIMATION_SCALE = 8,
};

/* Frames `start` to `start + count - 1` of a trajectory, top row first. */
static void read_frames(const struct portrait *portrait, int trajectory, int start, int count, uint8_t *out) {
    struct dataset_window window = {.trajectory = trajectory, .start = start};
    uint8_t image[IMAGE_VALUES];
    size_t row_bytes = (size_t)IMAGE_SIDE * IMAGE_CHANNELS;
    dataset_read_images(portrait->dataset, portrait->split, window, count, out);
    if (!simulator_has_discs(dataset_simulator(portrait->dataset))) {
        return;
    }
    for (int i = 0; i < count; i++, out += IMAGE_VALUES) {
        memcpy(image, out, sizeof image);
        for (size_t row = 0; row < IMAGE_SIDE; row++) {
            memcpy(&out[(IMAGE_SIDE - 1 - row) * row_bytes], &image[row * row_bytes], row_bytes);
        }
    }
}

/* Columns of the strip, and the frame of one: evenly spread from the first to the last. */
static int column_count(const struct portrait *portrait) {
    int frames = dataset_info(portrait->dataset)->frames;
    return frames < COLUMNS ? frames : COLUMNS;
}

static int column_frame(const struct portrait *portrait, int column) {
    int frames = dataset_info(portrait->dataset)->frames, columns = column_count(portrait);
    return columns == 1 ? 0 : (int)((long)column * (frames - 1) / (columns - 1));
}

static int column_x(int column) {
    return MARGIN + LABELS + column * (TILE + GAP);
}

static void draw_header(struct picture *picture, const struct portrait *portrait, const char *title) {
    int y = MARGIN + LINE + 4;
    (void)picture_text(picture, MARGIN, MARGIN, LETTERS, title);
    (void)picture_text(picture, MARGIN, y, LETTERS, "frame");
    for (int column = 0; column < column_count(portrait); column++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%d", column_frame(portrait, column));
        int x = column_x(column) + (TILE - picture_text_width(LETTERS, number)) / 2;
        (void)picture_text(picture, x, y, LETTERS, number);
    }
}

static void draw_row(struct picture *picture, const struct portrait *portrait, int row) {
    uint8_t image[IMAGE_VALUES];
    char label[32];
    int trajectory = portrait->trajectory + row, y = MARGIN + HEADER + row * (TILE + GAP);
    (void)snprintf(label, sizeof label, "%s %d", dataset_split_names[portrait->split], trajectory);
    (void)picture_text(picture, MARGIN, y + (TILE - LINE) / 2, LETTERS, label);
    for (int column = 0; column < column_count(portrait); column++) {
        read_frames(portrait, trajectory, column_frame(portrait, column), 1, image);
        picture_image(picture, column_x(column), y, SCALE, image, IMAGE_SIDE);
    }
}

enum status portrait_write_film_strip(const struct portrait *portrait, const char *path) {
    const struct dataset_info *info = dataset_info(portrait->dataset);
    char title[160];
    (void)snprintf(title, sizeof title, "%s, %g per frame", info->environment, info->dt);
    int rows = portrait_count(portrait, PORTRAIT_FILM_ROWS);
    int width = column_x(column_count(portrait)) - GAP + MARGIN;
    int title_width = picture_text_width(LETTERS, title) + 2 * MARGIN;
    struct picture picture = picture_create(width > title_width ? width : title_width,
                                            MARGIN + HEADER + rows * (TILE + GAP) - GAP + MARGIN);
    draw_header(&picture, portrait, title);
    for (int row = 0; row < rows; row++) {
        draw_row(&picture, portrait, row);
    }
    enum status status = picture_write(&picture, path);
    picture_free(&picture);
    return status;
}

enum status portrait_write_animation(const struct portrait *portrait, const char *path) {
    const struct dataset_info *info = dataset_info(portrait->dataset);
    uint8_t *images = memory_alloc((size_t)info->frames, IMAGE_VALUES);
    read_frames(portrait, portrait->trajectory, 0, info->frames, images);
    struct gif gif = {
        .frames = info->frames,
        .side = IMAGE_SIDE,
        .scale = ANIMATION_SCALE,
        .delay = info->dt,
        .images = images,
    };
    enum status status = gif_write(&gif, path);
    free(images);
    return status;
}
