/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * draw_pages FOLDER: draws the pictures of the pages of the environments, FOLDER/PAGE.png: a row of frames of
 * the first trajectory of seed 0 for each environment of the page that is trained on. `make update-docs` runs
 * it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/picture.h"
#include "simulators/trajectory.h"
#include "support/text.h"

/* Pixels of the layout. */
enum { COLUMNS = 8, SCALE = 3, TILE = IMAGE_SIDE * SCALE, GAP = 4, MARGIN = 8 };
enum { LETTER_SIZE = 18, BASELINE = 16, LINE = 22, ROW = LINE + TILE + 2 * GAP };

/* Mean difference of neighbouring tiles, of 255, that makes a motion visible. */
static const double VISIBLE = 4.0;

static bool is_shown(const struct simulator *simulator, const char *page) {
    return strcmp(simulator->dynamics->page, page) == 0 && simulator->train > 0;
}

static void draw_frame(const struct simulator *simulator, const struct trajectory *trajectory, int frame,
                       uint8_t image[IMAGE_VALUES]) {
    uint8_t drawn[IMAGE_VALUES];
    const size_t row_bytes = (size_t)IMAGE_SIDE * IMAGE_CHANNELS;
    simulator_draw(simulator, &trajectory->setup,
                   &trajectory->states[(long)frame * simulator->dynamics->state_size], drawn);
    for (size_t row = 0; row < IMAGE_SIDE; row++) {
        size_t from = simulator->dynamics->top_down ? row : IMAGE_SIDE - 1 - row;
        memcpy(&image[row * row_bytes], &drawn[from * row_bytes], row_bytes);
    }
}

static double mean_difference(const uint8_t *a, const uint8_t *b) {
    double sum = 0.0;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        sum += abs(a[i] - b[i]);
    }
    return sum / IMAGE_VALUES;
}

/* Frames from one tile to the next: 1, 2, 4, .. until the first two differ, or the whole trajectory is shown.
 */
static int find_stride(const struct simulator *simulator, const struct trajectory *trajectory) {
    uint8_t first[IMAGE_VALUES], second[IMAGE_VALUES];
    int stride = 1, most = (simulator->frames - 1) / (COLUMNS - 1);
    draw_frame(simulator, trajectory, 0, first);
    for (; 2 * stride <= most; stride *= 2) {
        draw_frame(simulator, trajectory, stride, second);
        if (mean_difference(first, second) >= VISIBLE) {
            break;
        }
    }
    return stride;
}

static enum status draw_row(struct picture *picture, const struct simulator *simulator, int y) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    char *purpose = text_format("%s/train", simulator->name);
    simulator_plan_quick(&plan);
    trajectory_runner_create(&runner, &plan);
    enum status status = trajectory_run(runner, 0, purpose, 0, &trajectory);
    if (status == STATUS_OK) {
        int stride = find_stride(simulator, &trajectory);
        picture_text(picture, MARGIN, y + BASELINE, LETTER_SIZE, PICTURE_LEFT, simulator->name);
        for (int column = 0; column < COLUMNS; column++) {
            uint8_t image[IMAGE_VALUES];
            draw_frame(simulator, &trajectory, column * stride, image);
            picture_image(picture, MARGIN + column * (TILE + GAP), y + LINE, SCALE, image, IMAGE_SIDE);
        }
    }
    trajectory_runner_free(runner);
    free(purpose);
    return status;
}

static enum status draw_page(const char *folder, const char *page) {
    int rows = 0;
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        rows += is_shown(*entry, page);
    }
    struct picture picture =
        picture_create(2 * MARGIN + COLUMNS * (TILE + GAP) - GAP, 2 * MARGIN + rows * ROW - GAP);
    enum status status = STATUS_OK;
    int row = 0;
    for (const struct simulator *const *entry = simulators; *entry != NULL && status == STATUS_OK; entry++) {
        if (is_shown(*entry, page)) {
            status = draw_row(&picture, *entry, MARGIN + row++ * ROW);
        }
    }
    if (status == STATUS_OK) {
        char *path = text_format("%s/%s.png", folder, page);
        status = picture_write(&picture, path);
        free(path);
    }
    picture_free(&picture);
    return status;
}

/* Whether no environment before shares the page. */
static bool begins_page(const struct simulator *const *entry) {
    const struct simulator *const *before = simulators;
    while (before != entry && strcmp((*before)->dynamics->page, (*entry)->dynamics->page) != 0) {
        before++;
    }
    return before == entry;
}

int main(int count, char **arguments) {
    enum status status = count == 2 ? STATUS_OK : status_fail(STATUS_USAGE, "usage: draw_pages FOLDER");
    for (const struct simulator *const *entry = simulators; *entry != NULL && status == STATUS_OK; entry++) {
        if (begins_page(entry)) {
            status = draw_page(arguments[1], (*entry)->dynamics->page);
        }
    }
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "draw_pages: %s\n", status_detail());
    }
    return (int)status;
}
