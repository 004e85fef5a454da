/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures of datasets: the animation is read again, the strip and the plots are looked at.
 */
#include <gif_lib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/gif.h"
#include "drawing/picture.h"
#include "portraits/portrait.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"

/* --- animations -------------------------------------------------------------------------------------------
 */

/* Reads an animation whole, with giflib; released with DGifCloseFile. */
static GifFileType *read_gif(const char *path, int size, int frames) {
    int error = 0;
    GifFileType *gif = DGifOpenFileName(path, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(gif);
    CU_ASSERT_EQUAL_FATAL(DGifSlurp(gif), GIF_OK);
    CU_ASSERT(gif->SWidth == size && gif->SHeight == size);
    CU_ASSERT_EQUAL_FATAL(gif->ImageCount, frames);
    /* The animation repeats for ever: the first frame comes with an application extension that says so. */
    const ExtensionBlock *block = gif->SavedImages[0].ExtensionBlocks;
    CU_ASSERT_FATAL(gif->SavedImages[0].ExtensionBlockCount == 3 && block[1].ByteCount == 3);
    CU_ASSERT(block[0].ByteCount == 11 && memcmp(block[0].Bytes, "NETSCAPE2.0", 11) == 0);
    CU_ASSERT(memcmp(block[1].Bytes, "\1\0\0", 3) == 0);
    for (int i = 0; i < frames; i++) {
        const GifImageDesc *place = &gif->SavedImages[i].ImageDesc;
        CU_ASSERT(place->Left == 0 && place->Top == 0 && place->Width == size && place->Height == size);
    }
    return gif;
}

/* Component `c` of a pixel of frame `index`. */
static int gif_value(const GifFileType *gif, int index, int x, int y, int c) {
    const SavedImage *image = &gif->SavedImages[index];
    int color = image->RasterBits[y * gif->SWidth + x];
    CU_ASSERT_FATAL(image->ImageDesc.ColorMap != NULL && color < image->ImageDesc.ColorMap->ColorCount);
    const GifColorType *value = &image->ImageDesc.ColorMap->Colors[color];
    return c == 0 ? value->Red : c == 1 ? value->Green : value->Blue;
}

/* Hundredths of a second that a frame stands. */
static int gif_delay(GifFileType *gif, int index) {
    GraphicsControlBlock control;
    CU_ASSERT_EQUAL_FATAL(DGifSavedExtensionToGCB(gif, index, &control), GIF_OK);
    CU_ASSERT_EQUAL(control.TransparentColor, NO_TRANSPARENT_COLOR);
    return control.DelayTime;
}

/* Writes the images and reads them back; each pixel may be `error` off. */
static void check_round_trip(const uint8_t *images, int frames, int side, int scale, int error) {
    const char *path = fixture_path("round.gif");
    struct gif gif = {.frames = frames, .side = side, .scale = scale, .delay = 0.1, .images = images};
    int size = side * scale;
    CHECK_OK_FATAL(gif_write(&gif, path));
    GifFileType *read = read_gif(path, size, frames);
    for (int i = 0; i < frames; i++) {
        CU_ASSERT_EQUAL(gif_delay(read, i), 10);
        int worst = 0;
        for (int p = 0; p < size * size * 3; p++) {
            int y = p / 3 / size, x = p / 3 % size;
            int off = images[((i * side + y / scale) * side + x / scale) * 3 + p % 3] -
                      gif_value(read, i, x, y, p % 3);
            worst = abs(off) > worst ? abs(off) : worst;
        }
        CU_ASSERT(worst <= error);
    }
    CU_ASSERT_EQUAL(DGifCloseFile(read, NULL), GIF_OK);
}

/* Few colours are kept exactly. Random pixels use all codes: the table of strings is filled and forgotten. */
static void an_animation_comes_back_from_its_file(void) {
    enum { FRAMES = 3, SIDE = 48, BYTES = FRAMES * SIDE * SIDE * 3 };
    uint8_t *images = memory_alloc(BYTES, 1);
    struct random_stream random = random_stream(1, "gif", 0, 0);
    check_round_trip(images, FRAMES, SIDE, 1, 0); /* one colour */
    for (int i = 0; i < BYTES; i += 3) {
        images[i] = (uint8_t)random_below(&random, 16);
        images[i + 1] = (uint8_t)(200 + random_below(&random, 16));
    }
    check_round_trip(images, FRAMES, SIDE, 1, 0);
    check_round_trip(images, FRAMES, SIDE, 3, 0);
    check_round_trip(images, FRAMES, 1, 2, 0);
    for (int i = 0; i < BYTES; i++) {
        images[i] = (uint8_t)random_below(&random, 256);
    }
    check_round_trip(images, FRAMES, SIDE, 2, 63); /* 4 levels a component are left */
    free(images);
}

/* 1/16 s is 6.25 hundredths: three frames of 6 and one of 7 make a quarter of a second. */
static void an_animation_keeps_time_although_files_count_in_hundredths(void) {
    static const uint8_t images[8 * 3] = {0};
    static const struct {
        double delay;
        int least, most, total;
    } cases[] = {{0.0625, 6, 7, 50}, {0.05, 5, 5, 40}, {0.001, 2, 2, 16}, {100, 1000, 1000, 8000}};
    const char *path = fixture_path("timed.gif");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct gif gif = {.frames = 8, .side = 1, .scale = 1, .delay = cases[k].delay, .images = images};
        int total = 0;
        CHECK_OK_FATAL(gif_write(&gif, path));
        GifFileType *read = read_gif(path, 1, 8);
        for (int i = 0; i < 8; i++) {
            int delay = gif_delay(read, i);
            CU_ASSERT(delay >= cases[k].least && delay <= cases[k].most);
            total += delay;
        }
        CU_ASSERT_EQUAL(total, cases[k].total);
        CU_ASSERT_EQUAL(DGifCloseFile(read, NULL), GIF_OK);
    }
    CU_ASSERT_EQUAL(
        gif_write(&(struct gif){.frames = 1, .side = 1, .scale = 1, .images = images}, test_folder()),
        STATUS_IO);
}

static struct dataset *open_dataset(const char *environment) {
    struct dataset *dataset;
    CHECK_OK_FATAL(dataset_open(&dataset, fixture_generate(environment, "shown.h5")));
    return dataset;
}

/* What discs show is turned so that y grows upwards, what begins at the top is not. */
static void check_animation(const char *environment, bool turned) {
    struct dataset *dataset = open_dataset(environment);
    struct portrait portrait = {.dataset = dataset, .split = DATASET_TEST, .trajectory = 1};
    const char *path = fixture_path("film.gif");
    int size = 8 * IMAGE_SIDE;
    uint8_t image[IMAGE_VALUES];
    CHECK_OK_FATAL(portrait_write_animation(&portrait, path));
    GifFileType *gif = read_gif(path, size, 40);
    for (int i = 0; i < 40; i++) {
        CU_ASSERT_EQUAL(gif_delay(gif, i), 5);
        dataset_read_images(dataset, DATASET_TEST, (struct dataset_window){1, i}, 1, image);
        int worst = 0;
        for (int k = 0; k < IMAGE_VALUES; k++) {
            int y = k / 3 / IMAGE_SIDE, x = k / 3 % IMAGE_SIDE, row = turned ? IMAGE_SIDE - 1 - y : y;
            int off =
                gif_value(gif, i, 8 * x + 4, 8 * y + 3, k % 3) - image[(row * IMAGE_SIDE + x) * 3 + k % 3];
            worst = abs(off) > worst ? abs(off) : worst;
        }
        CU_ASSERT(worst <= (turned ? 0 : 15)); /* rooms have more than 256 colours */
    }
    CU_ASSERT_EQUAL(DGifCloseFile(gif, NULL), GIF_OK);
    dataset_close(dataset);
}

static void an_animation_shows_the_frames_the_right_way_up(void) {
    check_animation("pendulum_colors", true);
    check_animation("room_circle", false);
}

/* --- the other pictures -----------------------------------------------------------------------------------
 */

static void a_film_strip_shows_the_frames_of_each_trajectory(void) {
    struct dataset *dataset = open_dataset("two_body");
    struct portrait portrait = {.dataset = dataset, .split = DATASET_TRAIN, .trajectory = 1};
    struct picture picture;
    const char *path = fixture_path("film.png");
    uint8_t image[IMAGE_VALUES];
    CU_ASSERT_EQUAL(portrait_count(&portrait, PORTRAIT_FILM_ROWS), 2);
    CHECK_OK_FATAL(portrait_write_film_strip(&portrait, path));
    CHECK_OK_FATAL(picture_read(&picture, path));
    /* The last tile: trajectory 2 at frame 39. Tiles are 96 pixels wide and stand 16 from the edge. */
    dataset_read_images(dataset, DATASET_TRAIN, (struct dataset_window){2, 39}, 1, image);
    int left = picture.width - 16 - 96, top = picture.height - 16 - 96;
    for (int p = 0; p < IMAGE_SIDE * IMAGE_SIDE; p++) {
        int y = top + 3 * (IMAGE_SIDE - 1 - p / IMAGE_SIDE) + 1, x = left + 3 * (p % IMAGE_SIDE) + 1;
        const uint8_t *expected = &image[3 * p];
        CU_ASSERT_EQUAL(picture.pixels[y * picture.width + x],
                        (uint32_t)(expected[0] << 16 | expected[1] << 8 | expected[2]));
    }
    picture_free(&picture);
    dataset_close(dataset);
}

static bool has_gnuplot(const struct figure_report *report) {
    return report->notes.count == 0 || strstr(report->notes.line[0], "not installed") == NULL;
}

static void every_environment_is_portrayed(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct dataset *dataset = open_dataset((*entry)->name);
        char *folder = file_join(test_folder(), (*entry)->name);
        struct portrait portrait = {.dataset = dataset, .split = DATASET_TRAIN, .folder = folder};
        struct figure_report report = {0};
        CHECK_OK_FATAL(file_make_directory(folder));
        CHECK_OK(portrait_write(&portrait, &report));
        if (has_gnuplot(&report)) {
            static const char *const names[] = {"film.png",  "film.gif",      "phase.svg",
                                                "phase.png", "conserved.svg", "conserved.png"};
            CU_ASSERT_EQUAL(report.notes.count, 0);
            CU_ASSERT_EQUAL_FATAL(report.pictures.count, sizeof names / sizeof *names);
            for (size_t i = 0; i < report.pictures.count; i++) {
                CU_ASSERT_STRING_EQUAL(report.pictures.line[i], names[i]);
            }
        }
        figure_report_free(&report);
        free(folder);
        dataset_close(dataset);
    }
}

/* The q of a turning pendulum stays within a turn, the q of a spring is as it is; p is never touched. */
static void angles_are_shown_within_a_turn(void) {
    static const char *const environments[] = {"pendulum", "mass_spring"};
    for (int i = 0; i < 2; i++) {
        struct dataset *dataset = open_dataset(environments[i]);
        struct portrait portrait = {.dataset = dataset, .split = DATASET_TRAIN, .folder = test_folder()};
        struct figure_report report = {0};
        struct text data = {0};
        CHECK_OK_FATAL(portrait_write_phase(&portrait, &report));
        CHECK_OK_FATAL(file_read(&data, fixture_path("phase.dat")));
        const double *states = dataset_states(dataset, DATASET_TRAIN, 0);
        const char *line = strchr(strchr(data.data, '\n') + 1, '\n') + 1;
        for (int frame = 0; frame < 40; frame++, line = strchr(line, '\n') + 1) {
            double q = 0.0, p = 0.0;
            CU_ASSERT_EQUAL_FATAL(sscanf(line, "%lf %lf", &q, &p), 2);
            double expected = i == 0 ? remainder(states[2 * frame], 2.0 * acos(-1.0)) : states[2 * frame];
            CHECK_NEAR(q, expected, 1e-7);
            CHECK_NEAR(p, states[2 * frame + 1], 1e-7);
        }
        text_free(&data);
        figure_report_free(&report);
        dataset_close(dataset);
    }
}

static void pictures_that_cannot_be_written_are_an_error(void) {
    struct dataset *dataset = open_dataset("pendulum");
    struct portrait portrait = {.dataset = dataset, .split = DATASET_TRAIN, .folder = "/nowhere/at/all"};
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(portrait_write(&portrait, &report), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "/nowhere/at/all/film.png"));
    figure_report_free(&report);
    dataset_close(dataset);
}

int main(void) {
    static const struct test tests[] = {
        TEST(an_animation_comes_back_from_its_file),
        TEST(an_animation_keeps_time_although_files_count_in_hundredths),
        TEST(an_animation_shows_the_frames_the_right_way_up),
        TEST(a_film_strip_shows_the_frames_of_each_trajectory),
        TEST(every_environment_is_portrayed),
        TEST(angles_are_shown_within_a_turn),
        TEST(pictures_that_cannot_be_written_are_an_error),
    };
    return tests_run("portrait", tests, sizeof tests / sizeof *tests);
}
