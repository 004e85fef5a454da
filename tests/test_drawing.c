/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures, film strips and tables as such.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/film_strip.h"
#include "drawing/markdown.h"
#include "drawing/picture.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"

/* ---- pictures and the film strip ---- */

static uint32_t pixel(const struct picture *picture, int x, int y) {
    return picture->pixels[(size_t)y * (size_t)picture->width + (size_t)x] & 0xffffff;
}

static void check_grey(const struct picture *picture, int x, int y, int expected) {
    CU_ASSERT_EQUAL(pixel(picture, x, y), (uint32_t)expected * 0x010101);
}

static void a_picture_comes_back_from_its_file(void) {
    struct picture picture = picture_create(7, 5);
    for (uint32_t i = 0; i < 7 * 5; i++) {
        picture.pixels[i] = i * 0x9e3779b1u & 0xffffff;
    }
    char *path = file_join(test_folder(), "random.png");
    CHECK_OK(picture_write(&picture, path));
    struct picture copy;
    CHECK_OK_FATAL(picture_read(&copy, path));
    CU_ASSERT_EQUAL(copy.width, 7);
    CU_ASSERT_EQUAL(copy.height, 5);
    CU_ASSERT(memcmp(copy.pixels, picture.pixels, 7 * 5 * sizeof *copy.pixels) == 0);
    picture_free(&copy);
    struct text file = {0};
    CHECK_OK(file_read(&file, path));
    CHECK_OK(file_write(path, file.data, file.length / 2));
    CU_ASSERT_EQUAL(picture_read(&copy, path), STATUS_DATA);
    CHECK_OK(file_write(path, "no png", 6));
    CU_ASSERT_EQUAL(picture_read(&copy, path), STATUS_DATA);
    CU_ASSERT_EQUAL(picture_write(&picture, test_folder()), STATUS_IO);
    text_free(&file);
    picture_free(&picture);
    free(path);
}

/* The rectangle around all that is not white. */
struct box {
    int left, right, top, bottom;
};

static struct box ink(const struct picture *picture) {
    struct box box = {.left = picture->width, .right = -1, .top = picture->height, .bottom = -1};
    for (int y = 0; y < picture->height; y++) {
        for (int x = 0; x < picture->width; x++) {
            if (pixel(picture, x, y) != 0xffffff) {
                box.left = x < box.left ? x : box.left;
                box.right = x > box.right ? x : box.right;
                box.top = y < box.top ? y : box.top;
                box.bottom = y > box.bottom ? y : box.bottom;
            }
        }
    }
    return box;
}

/* What writing `text` at (100, 50) in letters of 20 pixels leaves on 400 x 80 pixels. */
static struct picture lettered(enum picture_anchor anchor, const char *text) {
    struct picture picture = picture_create(400, 80);
    picture_text(&picture, 100, 50, 20, anchor, text);
    return picture;
}

static bool same_pixels(struct picture a, struct picture b) {
    bool same = memcmp(a.pixels, b.pixels, (size_t)a.width * (size_t)a.height * sizeof *a.pixels) == 0;
    picture_free(&a);
    picture_free(&b);
    return same;
}

static void text_stands_on_its_line_where_it_is_anchored(void) {
    static const char word[] = "Model";
    int width = picture_text_width(20, word);
    for (enum picture_anchor anchor = PICTURE_LEFT; anchor <= PICTURE_RIGHT; anchor++) {
        struct picture picture = lettered(anchor, word);
        struct box box = ink(&picture);
        int left = 100 - (anchor == PICTURE_LEFT ? 0 : anchor == PICTURE_CENTRE ? width / 2 : width);
        CU_ASSERT(box.left >= left - 1 && box.left <= left + 4);
        CU_ASSERT(box.right <= left + width && box.right >= left + width - 4);
        /* No letter of it reaches below the line, by more than the blur of an edge; capitals are about 15
         * high. */
        CU_ASSERT(box.bottom >= 48 && box.bottom <= 51);
        CU_ASSERT(box.top >= 50 - 18 && box.top <= 50 - 12);
        picture_free(&picture);
    }
    struct picture picture = lettered(PICTURE_LEFT, "gap"); /* these do */
    CU_ASSERT(ink(&picture).bottom >= 52);
    picture_free(&picture);
    CU_ASSERT_EQUAL(picture_text_width(20, ""), 0);
}

static void letters_have_two_cases_soft_edges_and_are_always_the_same(void) {
    CU_ASSERT_FALSE(same_pixels(lettered(PICTURE_LEFT, "truth"), lettered(PICTURE_LEFT, "TRUTH")));
    CU_ASSERT_FALSE(same_pixels(lettered(PICTURE_LEFT, "×"), lettered(PICTURE_LEFT, "x")));
    CU_ASSERT_TRUE(same_pixels(lettered(PICTURE_LEFT, "truth"), lettered(PICTURE_LEFT, "truth")));
    struct picture picture = lettered(PICTURE_LEFT, "Model 0");
    int dark = 0, soft = 0;
    for (int i = 0; i < picture.width * picture.height; i++) {
        uint32_t value = picture.pixels[i] & 0xff;
        CU_ASSERT_EQUAL(picture.pixels[i] & 0xffffff, value * 0x010101); /* grey, without coloured edges */
        dark += value < 64;
        soft += value >= 64 && value < 255;
    }
    CU_ASSERT(dark > 50 && soft > 50);
    picture_free(&picture);
}

static void text_from_outside_is_spelled_out_in_pictures(void) {
    CU_ASSERT_TRUE(same_pixels(lettered(PICTURE_LEFT, "a\x1b"
                                                      "b\n"),
                               lettered(PICTURE_LEFT, "a\\x1bb\\n")));
    CU_ASSERT_TRUE(same_pixels(lettered(PICTURE_LEFT, "\xff"), lettered(PICTURE_LEFT, "\\xff")));
}

static void text_that_is_too_long_is_cut_between_letters(void) {
    char *whole = picture_text_cut(20, "short", 400);
    CU_ASSERT_STRING_EQUAL(whole, "short");
    free(whole);
    for (int width = 20; width <= 100; width++) {
        char *cut = picture_text_cut(20, "äöüßäöüßäöüßäöüß", width);
        CU_ASSERT(picture_text_width(20, cut) <= width);
        size_t length = strlen(cut);
        CU_ASSERT_FATAL(length >= 3 && length % 2 == 1); /* letters of two bytes, and three of the ellipsis */
        CU_ASSERT_STRING_EQUAL(cut + length - 3, "…");
        CU_ASSERT(memcmp(cut, "äöüßäöüßäöüßäöüß", length - 3) == 0);
        free(cut);
    }
    char *long_title = memory_alloc(1000001, 1);
    memset(long_title, 'i', 1000000);
    char *cut = picture_text_cut(20, long_title, 200);
    CU_ASSERT(picture_text_width(20, cut) <= 200 && picture_text_width(20, cut) > 180);
    free(cut);
    free(long_title);
}

static void drawing_is_cut_at_the_edge(void) {
    struct picture picture = picture_create(24, 16);
    picture_text(&picture, -3, 4, 20, PICTURE_LEFT, "edge");
    picture_fill(&picture, 20, 10, 100, 100, 7);
    picture_fill(&picture, -5, -5, 6, 6, 9);
    check_grey(&picture, 23, 15, 7);
    check_grey(&picture, 19, 15, 255);
    check_grey(&picture, 0, 0, 9);
    picture_free(&picture);
}

enum { STRIP_WINDOWS = 2, STRIP_FRAMES = 40, STRIP_STRIDE = 3, STRIP_COLUMNS = 14, STRIP_TRAIN = 20 };

/* Truth: grey 0.2, a white pixel at row 0 (the lowest height), column = frame number modulo 32. Predictions:
 * grey 0.3 and no such pixel. */
static void fill_strip(float *truth, float *predictions) {
    for (int i = 0; i < STRIP_WINDOWS * STRIP_COLUMNS; i++) {
        for (int k = 0; k < IMAGE_VALUES; k++) {
            truth[i * IMAGE_VALUES + k] = 0.2F;
            predictions[i * IMAGE_VALUES + k] = 0.3F;
        }
        int column = i % STRIP_COLUMNS * STRIP_STRIDE % IMAGE_SIDE;
        for (int c = 0; c < 3; c++) {
            truth[i * IMAGE_VALUES + column * 3 + c] = 1;
        }
    }
}

static void the_film_strip_shows_every_kth_frame_upside_down(void) {
    size_t values = (size_t)STRIP_WINDOWS * STRIP_COLUMNS * IMAGE_VALUES;
    float *truth = memory_alloc(values, sizeof *truth);
    float *predictions = memory_alloc(values, sizeof *predictions);
    fill_strip(truth, predictions);
    struct film_strip strip = {.title = "test, oracle",
                               .windows = STRIP_WINDOWS,
                               .frames = STRIP_FRAMES,
                               .first = 4,
                               .train_frames = STRIP_TRAIN,
                               .truth = truth,
                               .predictions = predictions};
    char *path = file_join(test_folder(), "strip.png");
    CHECK_OK_FATAL(film_strip_write(&strip, path));
    struct picture picture;
    CHECK_OK_FATAL(picture_read(&picture, path));
    CU_ASSERT_EQUAL(film_strip_stride(&strip), STRIP_STRIDE); /* every second frame would be 20 columns */
    CU_ASSERT_EQUAL(film_strip_columns(&strip), STRIP_COLUMNS);
    int bottom = FILM_SCALE * (IMAGE_SIDE - 1);
    for (int window = 0; window < STRIP_WINDOWS; window++) {
        for (int column = 0; column < 14; column++) {
            struct film_tile tile = film_strip_tile(&strip, window, FILM_TRUTH, column);
            CU_ASSERT_EQUAL(tile.frame, 3 * column);
            int dot = tile.frame % IMAGE_SIDE * FILM_SCALE;
            check_grey(&picture, tile.x, tile.y, 51);
            check_grey(&picture, tile.x + dot, tile.y + bottom, 255);
            check_grey(&picture, tile.x + dot + FILM_SCALE - 1, tile.y + bottom + FILM_SCALE - 1, 255);
            tile = film_strip_tile(&strip, window, FILM_MODEL, column);
            check_grey(&picture, tile.x + dot, tile.y + bottom, 77); /* 0.3 * 255 = 76.5 */
            tile = film_strip_tile(&strip, window, FILM_ERROR, column);
            check_grey(&picture, tile.x, tile.y, 102); /* 4 * 0.1 */
            check_grey(&picture, tile.x + dot, tile.y + bottom, 255);
        }
    }
    picture_free(&picture);
    free(path);
    free(truth);
    free(predictions);
}

static void a_strip_of_images_that_begin_at_the_top_is_not_turned(void) {
    float *images = memory_alloc(IMAGE_VALUES, sizeof *images);
    images[0] = images[1] = images[2] = 1;
    struct film_strip strip = {.title = "top",
                               .windows = 1,
                               .frames = 1,
                               .train_frames = 1,
                               .top_first = true,
                               .truth = images,
                               .predictions = images};
    char *path = file_join(test_folder(), "top.png");
    CHECK_OK_FATAL(film_strip_write(&strip, path));
    struct picture picture;
    CHECK_OK_FATAL(picture_read(&picture, path));
    struct film_tile tile = film_strip_tile(&strip, 0, FILM_TRUTH, 0);
    check_grey(&picture, tile.x, tile.y, 255);
    check_grey(&picture, tile.x, tile.y + FILM_SCALE * (IMAGE_SIDE - 1), 0);
    picture_free(&picture);
    free(path);
    free(images);
}

static void a_bar_stands_before_the_first_extrapolated_frame(void) {
    size_t values = (size_t)STRIP_WINDOWS * STRIP_COLUMNS * IMAGE_VALUES;
    float *images = memory_alloc(values, sizeof *images);
    struct film_strip strip = {.title = "bar",
                               .windows = STRIP_WINDOWS,
                               .frames = STRIP_FRAMES,
                               .train_frames = STRIP_TRAIN,
                               .truth = images,
                               .predictions = images};
    char *path = file_join(test_folder(), "bar.png");
    CHECK_OK_FATAL(film_strip_write(&strip, path));
    struct picture picture;
    CHECK_OK_FATAL(picture_read(&picture, path));
    /* Frames 0, 3 .. 18 lie within the 20 training frames, 21 is beyond: column 7. */
    for (int column = 1; column < 14; column++) {
        struct film_tile left = film_strip_tile(&strip, 1, FILM_TRUTH, column - 1);
        struct film_tile right = film_strip_tile(&strip, 1, FILM_TRUTH, column);
        int middle = (left.x + IMAGE_SIDE * FILM_SCALE + right.x) / 2;
        check_grey(&picture, middle, right.y, column == 7 ? 0 : 255);
    }
    picture_free(&picture);
    free(path);
    free(images);
}

static void values_out_of_range_are_clipped(void) {
    float *truth = memory_alloc(IMAGE_VALUES, sizeof *truth);
    float *predictions = memory_alloc(IMAGE_VALUES, sizeof *predictions);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        truth[i] = 0;
        predictions[i] = i / 3 == 0 ? NAN : i / 3 == 1 ? -5.0F : 5.0F;
    }
    struct film_strip strip = {.title = "", .windows = 1, .frames = 1, .train_frames = 1};
    strip.truth = truth;
    strip.predictions = predictions;
    char *path = file_join(test_folder(), "clipped.png");
    CHECK_OK_FATAL(film_strip_write(&strip, path));
    struct picture picture;
    CHECK_OK_FATAL(picture_read(&picture, path));
    struct film_tile tile = film_strip_tile(&strip, 0, FILM_MODEL, 0);
    int bottom = tile.y + FILM_SCALE * (IMAGE_SIDE - 1);
    check_grey(&picture, tile.x, bottom, 0);
    check_grey(&picture, tile.x + FILM_SCALE, bottom, 0);
    check_grey(&picture, tile.x + 2 * FILM_SCALE, bottom, 255);
    picture_free(&picture);
    free(path);
    free(truth);
    free(predictions);
}

/* What stands in the rows of letters above the columns from x `left` to `right` - 1. */
static struct box ink_above(const struct picture *picture, int left, int right, int bottom) {
    struct picture part = picture_create(right - left, bottom);
    for (int y = 0; y < bottom; y++) {
        for (int x = left; x < right; x++) {
            part.pixels[y * (right - left) + x - left] = pixel(picture, x, y);
        }
    }
    struct box box = ink(&part);
    picture_free(&part);
    return box;
}

/* However few columns a section has, and however long the title is: no text reaches the edge, and that of the
 * first section ends before the bar. */
static void labels_of_strips_do_not_meet_and_are_not_cut_off(void) {
    static const struct {
        int frames, train;
    } cases[] = {{1, 1}, {1, 0}, {2, 1}, {3, 1}, {4, 3}, {16, 1}, {16, 15}, {160, 80}};
    char *title = memory_alloc(2001, 1);
    memset(title, 'W', 2000);
    float *images = memory_alloc((size_t)160 * IMAGE_VALUES, sizeof *images);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct film_strip strip = {.title = i % 2 == 0 ? "short" : title,
                                   .windows = 1,
                                   .frames = cases[i].frames,
                                   .first = 1000,
                                   .train_frames = cases[i].train,
                                   .truth = images,
                                   .predictions = images};
        char *path = text_format("%s/few-%d-%d.png", test_folder(), cases[i].frames, cases[i].train);
        CHECK_OK_FATAL(film_strip_write(&strip, path));
        struct picture picture;
        CHECK_OK_FATAL(picture_read(&picture, path));
        struct box box = ink(&picture);
        CU_ASSERT(box.left >= 8 && box.top >= 8);
        CU_ASSERT(box.right < picture.width - 8 && box.bottom < picture.height - 8);
        int columns = (cases[i].frames + film_strip_stride(&strip) - 1) / film_strip_stride(&strip);
        for (int c = 1; c < columns; c++) { /* the gap before the bar is free of letters below the title */
            struct film_tile tile = film_strip_tile(&strip, 0, FILM_TRUTH, c);
            int before = film_strip_tile(&strip, 0, FILM_TRUTH, c - 1).x + IMAGE_SIDE * FILM_SCALE;
            if (tile.x - before > 4) {
                CU_ASSERT(ink_above(&picture, before, before + 4, tile.y).bottom < 56);
            }
        }
        picture_free(&picture);
        free(path);
    }
    free(images);
    free(title);
}

/* ---- tables ---- */

static void a_table_holds_any_text(void) {
    struct markdown table = {.columns = 2, .left = 1};
    static const char *const entries[] = {"name", "value", "a|b", "1", "c\nd\x1b[2J", "22", "Δß", ""};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        markdown_add(&table, memory_copy_string(entries[i]));
    }
    struct text text = {0};
    markdown_add_heading(&text, 3, "Title\r\n# more | \xff");
    markdown_format(&text, &table);
    CU_ASSERT_STRING_EQUAL(text.data, "### Title\\r\\n# more | \\xff\n\n"
                                      "| name        | value |\n"
                                      "| ----------- | ----: |\n"
                                      "| a\\|b        |     1 |\n"
                                      "| c\\nd\\x1b[2J |    22 |\n"
                                      "| Δß          |       |\n");
    text_free(&text);
    markdown_clear(&table);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_picture_comes_back_from_its_file),
        TEST(text_stands_on_its_line_where_it_is_anchored),
        TEST(letters_have_two_cases_soft_edges_and_are_always_the_same),
        TEST(text_from_outside_is_spelled_out_in_pictures),
        TEST(text_that_is_too_long_is_cut_between_letters),
        TEST(drawing_is_cut_at_the_edge),
        TEST(the_film_strip_shows_every_kth_frame_upside_down),
        TEST(a_strip_of_images_that_begin_at_the_top_is_not_turned),
        TEST(a_bar_stands_before_the_first_extrapolated_frame),
        TEST(values_out_of_range_are_clipped),
        TEST(labels_of_strips_do_not_meet_and_are_not_cut_off),
        TEST(a_table_holds_any_text),
    };
    return tests_run("drawing", tests, sizeof tests / sizeof *tests);
}
