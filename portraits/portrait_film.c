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
#include "simulators/shift.h"
#include "support/memory.h"
#include "support/text.h"

/* Pixels of the layout. */
enum {
    SCALE = 3,
    TILE = IMAGE_SIDE * SCALE,
    GAP = 4,
    MARGIN = 16,
    TITLE_SIZE = 26,
    LETTER_SIZE = 22,
    TITLE_LINE = MARGIN + 22, /* baselines from the top of the picture: title, frame numbers */
    NUMBER_LINE = TITLE_LINE + 42,
    TILES_TOP = NUMBER_LINE + 10,
    MIDDLE = LETTER_SIZE * 36 / 100, /* of a capital letter, above the baseline */
    LABEL_GAP = 16,                  /* between the row labels and the first column */
    COLUMNS = 12,                    /* at most */
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

/* "train 12", released with `free`. */
static char *row_label(const struct portrait *portrait, int row) {
    return text_format("%s %d", dataset_split_names[portrait->split], portrait->trajectory + row);
}

/* Left edge of the first column: behind the widest label. */
static int first_column(const struct portrait *portrait, int rows) {
    int widest = picture_text_width(LETTER_SIZE, "frame");
    for (int row = 0; row < rows; row++) {
        char *label = row_label(portrait, row);
        int width = picture_text_width(LETTER_SIZE, label);
        widest = width > widest ? width : widest;
        free(label);
    }
    return MARGIN + widest + LABEL_GAP;
}

static void draw_header(struct picture *picture, const struct portrait *portrait, const char *title,
                        int left) {
    picture_text(picture, MARGIN, TITLE_LINE, TITLE_SIZE, PICTURE_LEFT, title);
    picture_text(picture, MARGIN, NUMBER_LINE, LETTER_SIZE, PICTURE_LEFT, "frame");
    for (int column = 0; column < column_count(portrait); column++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%d", column_frame(portrait, column));
        picture_text(picture, left + column * (TILE + GAP) + TILE / 2, NUMBER_LINE, LETTER_SIZE,
                     PICTURE_CENTRE, number);
    }
}

static void draw_row(struct picture *picture, const struct portrait *portrait, int row, int left) {
    uint8_t image[IMAGE_VALUES];
    int y = TILES_TOP + row * (TILE + GAP);
    char *label = row_label(portrait, row);
    picture_text(picture, MARGIN, y + TILE / 2 + MIDDLE, LETTER_SIZE, PICTURE_LEFT, label);
    free(label);
    for (int column = 0; column < column_count(portrait); column++) {
        read_frames(portrait, portrait->trajectory + row, column_frame(portrait, column), 1, image);
        picture_image(picture, left + column * (TILE + GAP), y, SCALE, image, IMAGE_SIDE);
    }
}

enum status portrait_write_film_strip(const struct portrait *portrait, const char *path) {
    const struct dataset_info *info = dataset_info(portrait->dataset);
    int rows = portrait_count(portrait, PORTRAIT_FILM_ROWS), left = first_column(portrait, rows);
    int width = left + column_count(portrait) * (TILE + GAP) - GAP + MARGIN;
    bool shifted = info->shift != SIMULATOR_SHIFT_NONE;
    char *title = text_format("%s%s%s, %g per frame", info->environment, shifted ? ", shift " : "",
                              shifted ? simulator_shift_names[info->shift] : "", info->dt);
    int title_width = picture_text_width(TITLE_SIZE, title) + 2 * MARGIN;
    struct picture picture = picture_create(width > title_width ? width : title_width,
                                            TILES_TOP + rows * (TILE + GAP) - GAP + MARGIN);
    draw_header(&picture, portrait, title, left);
    for (int row = 0; row < rows; row++) {
        draw_row(&picture, portrait, row, left);
    }
    enum status status = picture_write(&picture, path);
    picture_free(&picture);
    free(title);
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
