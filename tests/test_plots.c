/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "drawing/film_strip.h"
#include "drawing/gnuplot.h"
#include "drawing/picture.h"
#include "evaluation/plot.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/timer.h"
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
    CU_ASSERT_EQUAL(picture_write(&picture, path), STATUS_OK);
    struct picture copy;
    CU_ASSERT_EQUAL_FATAL(picture_read(&copy, path), STATUS_OK);
    CU_ASSERT_EQUAL(copy.width, 7);
    CU_ASSERT_EQUAL(copy.height, 5);
    CU_ASSERT(memcmp(copy.pixels, picture.pixels, 7 * 5 * sizeof *copy.pixels) == 0);
    picture_free(&copy);
    struct text file = {0};
    CU_ASSERT_EQUAL(file_read(&file, path), STATUS_OK);
    CU_ASSERT_EQUAL(file_write(path, file.data, file.length / 2), STATUS_OK);
    CU_ASSERT_EQUAL(picture_read(&copy, path), STATUS_DATA);
    CU_ASSERT_EQUAL(file_write(path, "no png", 6), STATUS_OK);
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

enum { STRIP_WINDOWS = 2, STRIP_FRAMES = 40, STRIP_TRAIN = 20 };

/* Truth: grey 0.2, a white pixel at row 0 (the lowest height), column = frame number modulo 32. Predictions:
 * grey 0.3 and no such pixel. */
static void fill_strip(real *truth, real *predictions) {
    for (int i = 0; i < STRIP_WINDOWS * STRIP_FRAMES; i++) {
        for (int k = 0; k < IMAGE_VALUES; k++) {
            truth[i * IMAGE_VALUES + k] = (real)0.2;
            predictions[i * IMAGE_VALUES + k] = (real)0.3;
        }
        int column = i % STRIP_FRAMES % IMAGE_SIDE;
        for (int c = 0; c < 3; c++) {
            truth[i * IMAGE_VALUES + column * 3 + c] = 1;
        }
    }
}

static void the_film_strip_shows_every_kth_frame_upside_down(void) {
    size_t values = (size_t)STRIP_WINDOWS * STRIP_FRAMES * IMAGE_VALUES;
    real *truth = memory_alloc(values, sizeof *truth);
    real *predictions = memory_alloc(values, sizeof *predictions);
    fill_strip(truth, predictions);
    struct film_strip strip = {.title = "test, oracle",
                               .windows = STRIP_WINDOWS,
                               .frames = STRIP_FRAMES,
                               .first = 4,
                               .train_frames = STRIP_TRAIN,
                               .truth = truth,
                               .predictions = predictions};
    char *path = file_join(test_folder(), "strip.png");
    CU_ASSERT_EQUAL_FATAL(film_strip_write(&strip, path), STATUS_OK);
    struct picture picture;
    CU_ASSERT_EQUAL_FATAL(picture_read(&picture, path), STATUS_OK);
    CU_ASSERT_EQUAL(film_strip_stride(&strip), 3); /* 14 columns; every second frame would be 20 */
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
    real *images = memory_alloc(IMAGE_VALUES, sizeof *images);
    images[0] = images[1] = images[2] = 1;
    struct film_strip strip = {.title = "top",
                               .windows = 1,
                               .frames = 1,
                               .train_frames = 1,
                               .top_first = true,
                               .truth = images,
                               .predictions = images};
    char *path = file_join(test_folder(), "top.png");
    CU_ASSERT_EQUAL_FATAL(film_strip_write(&strip, path), STATUS_OK);
    struct picture picture;
    CU_ASSERT_EQUAL_FATAL(picture_read(&picture, path), STATUS_OK);
    struct film_tile tile = film_strip_tile(&strip, 0, FILM_TRUTH, 0);
    check_grey(&picture, tile.x, tile.y, 255);
    check_grey(&picture, tile.x, tile.y + FILM_SCALE * (IMAGE_SIDE - 1), 0);
    picture_free(&picture);
    free(path);
    free(images);
}

static void a_bar_stands_before_the_first_extrapolated_frame(void) {
    size_t values = (size_t)STRIP_WINDOWS * STRIP_FRAMES * IMAGE_VALUES;
    real *images = memory_alloc(values, sizeof *images);
    struct film_strip strip = {.title = "bar",
                               .windows = STRIP_WINDOWS,
                               .frames = STRIP_FRAMES,
                               .train_frames = STRIP_TRAIN,
                               .truth = images,
                               .predictions = images};
    char *path = file_join(test_folder(), "bar.png");
    CU_ASSERT_EQUAL_FATAL(film_strip_write(&strip, path), STATUS_OK);
    struct picture picture;
    CU_ASSERT_EQUAL_FATAL(picture_read(&picture, path), STATUS_OK);
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
    real *truth = memory_alloc(IMAGE_VALUES, sizeof *truth);
    real *predictions = memory_alloc(IMAGE_VALUES, sizeof *predictions);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        truth[i] = 0;
        predictions[i] = i / 3 == 0 ? (real)NAN : i / 3 == 1 ? (real)-5 : (real)5;
    }
    struct film_strip strip = {.title = "", .windows = 1, .frames = 1, .train_frames = 1};
    strip.truth = truth;
    strip.predictions = predictions;
    char *path = file_join(test_folder(), "clipped.png");
    CU_ASSERT_EQUAL_FATAL(film_strip_write(&strip, path), STATUS_OK);
    struct picture picture;
    CU_ASSERT_EQUAL_FATAL(picture_read(&picture, path), STATUS_OK);
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

/* ---- plots ---- */

enum { WINDOWS = 5, FRAMES = 30, FIRST = 4, TRAIN = 10 };

static struct rollout sample_rollout(bool has_energy) {
    struct rollout rollout = {.windows = WINDOWS,
                              .length = FIRST + FRAMES,
                              .first = FIRST,
                              .frames = FRAMES,
                              .train_frames = TRAIN};
    rollout.window = memory_alloc(WINDOWS, sizeof *rollout.window);
    rollout.error[0] = memory_alloc(WINDOWS * FRAMES, sizeof(double));
    rollout.error[1] = memory_alloc(WINDOWS * FRAMES, sizeof(double));
    rollout.true_energy = memory_alloc(WINDOWS * FRAMES, sizeof(double));
    rollout.energy = has_energy ? memory_alloc(WINDOWS * FRAMES, sizeof(double)) : NULL;
    for (int i = 0; i < WINDOWS; i++) {
        rollout.window[i] = (struct dataset_window){.trajectory = i, .start = 10 * i};
        for (int t = 0; t < FRAMES; t++) {
            int k = i * FRAMES + t;
            rollout.error[0][k] = 1e-3 * exp(0.1 * t);
            rollout.error[1][k] = 2.5e-6 * exp(0.1 * t);
            rollout.true_energy[k] = i + 1;
            if (has_energy) {
                rollout.energy[k] = 3 * i - 7 + 0.2 * sin(0.3 * t + i);
            }
        }
    }
    return rollout;
}

/* A fresh run folder inside the test folder, released with `free`. */
static char *run_folder(const char *name) {
    char *folder = file_join(test_folder(), name);
    CU_ASSERT_EQUAL(file_make_directory(folder), STATUS_OK);
    return folder;
}

static bool file_stands(const char *folder, const char *name) {
    char *path = file_join(folder, name);
    bool exists = file_exists(path);
    free(path);
    return exists;
}

static void write_file(const char *folder, const char *name, const char *content) {
    char *path = file_join(folder, name);
    CU_ASSERT_EQUAL(file_write(path, content, strlen(content)), STATUS_OK);
    free(path);
}

/* Whether `part` is in one of the lines. */
static bool contains(const struct lines *lines, const char *part) {
    for (size_t i = 0; i < lines->count; i++) {
        if (strstr(lines->line[i], part) != NULL) {
            return true;
        }
    }
    return false;
}

static enum status write_plots(const char *folder, bool has_energy, struct figure_report *report) {
    struct rollout rollout = sample_rollout(has_energy);
    struct plot_source source = {.folder = folder,
                                 .environment = "mass_spring_colors",
                                 .model = "hgn++",
                                 .dt = 0.05,
                                 .rollout = &rollout};
    enum status status = plot_write_all(&source, report);
    rollout_free(&rollout);
    return status;
}

/* Calls plot_write_all with another PATH. */
static enum status write_plots_with_path(const char *search, const char *folder,
                                         struct figure_report *report) {
    char *before = memory_copy_string(getenv("PATH"));
    (void)setenv("PATH", search, 1);
    enum status status = write_plots(folder, true, report);
    (void)setenv("PATH", before, 1);
    free(before);
    return status;
}

static const char metrics_lines[] =
    "{\"step\": 0, \"loss\": 0.7, \"mse\": 0.1, \"kl\": 0.01, \"learning_rate\": 0.0}\n"
    "{\"step\": 100, \"loss\": 0.6, \"mse\": 0.02, \"kl\": 0.002, \"learning_rate\": 0.001}\n"
    "{\"step\": 200, \"loss\": 0.58, \"mse\": 0.004, \"kl\": 0.001, \"learning_rate\": 0.001}\n";

static void plots_keep_their_scripts_and_data(void) {
    char *folder = run_folder("full");
    write_file(folder, "metrics.jsonl", metrics_lines);
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots(folder, true, &report), STATUS_OK);
    static const char *const names[] = {"error", "energy", "loss"};
    bool drawn = report.notes.count == 0;
    if (!drawn) { /* without gnuplot only its absence may be the reason */
        CU_ASSERT_TRUE(contains(&report.notes, "not installed"));
    }
    for (size_t i = 0; i < 3; i++) {
        static const char *const extensions[] = {"gp", "dat", "svg", "png"};
        for (size_t k = 0; k < 4; k++) {
            char *name = text_format("plots/%s.%s", names[i], extensions[k]);
            CU_ASSERT_EQUAL(file_stands(folder, name), k < 2 || drawn);
            if (k >= 2 && drawn) {
                CU_ASSERT_TRUE(contains(&report.pictures, name));
            }
            free(name);
        }
    }
    if (drawn) {
        char *path = file_join(folder, "plots/energy.png");
        struct picture picture;
        CU_ASSERT_EQUAL_FATAL(picture_read(&picture, path), STATUS_OK);
        CU_ASSERT_EQUAL(picture.width, 800);
        picture_free(&picture);
        free(path);
    }
    figure_report_free(&report);
    free(folder);
}

/* Column `column` (from 0) of data line `line` (from 0, comments and blank lines left out). */
static double data_value(const char *folder, const char *name, int line, int column) {
    char *path = file_join(folder, name);
    struct text text = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&text, path), STATUS_OK);
    double value = NAN;
    char *rest = text.data;
    for (char *row; (row = strsep(&rest, "\n")) != NULL;) {
        if (*row == '#' || *row == '\0' || line-- > 0) {
            continue;
        }
        for (char *word; column >= 0 && (word = strsep(&row, " ")) != NULL; column--) {
            value = strtod(word, NULL);
        }
        break;
    }
    text_free(&text);
    free(path);
    return value;
}

static void plotted_energies_are_changes_in_units_of_their_spread(void) {
    char *folder = run_folder("energies");
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots_with_path("", folder, &report), STATUS_OK);
    const char *data = "plots/energy.dat";
    CHECK_NEAR(data_value(folder, data, 0, 0), FIRST, 0);
    CHECK_NEAR(data_value(folder, data, 0, 1), FIRST * 0.05, 1e-9);
    CHECK_NEAR(data_value(folder, data, 0, 3), 0, 0);
    /* Window 2, frame 6: learned energies 3 i - 7 + 0.2 sin(i) at the start; true ones 1 .. 5, spread sqrt 2.
     */
    double mean = 0;
    double square = 0;
    for (int i = 0; i < WINDOWS; i++) {
        double start = 3 * i - 7 + 0.2 * sin(i);
        mean += start / WINDOWS;
        square += start * start / WINDOWS;
    }
    double spread = sqrt(square - mean * mean);
    double change = 0.2 * (sin(0.3 * 6 + 2) - sin(2));
    CHECK_NEAR(data_value(folder, data, 2 * FRAMES + 6, 3), change / spread, 1e-8);
    CHECK_NEAR(data_value(folder, data, 2 * FRAMES + 6, 4), 3, 0);
    CHECK_NEAR(data_value(folder, data, 2 * FRAMES + 6, 5), 0, 0);
    figure_report_free(&report);
    free(folder);
}

static void models_without_energy_or_training_have_fewer_plots(void) {
    char *folder = run_folder("unlearned");
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots(folder, false, &report), STATUS_OK);
    CU_ASSERT_TRUE(file_stands(folder, "plots/error.gp"));
    CU_ASSERT_FALSE(file_stands(folder, "plots/energy.gp"));
    CU_ASSERT_FALSE(file_stands(folder, "plots/loss.gp"));
    figure_report_free(&report);
    free(folder);
}

static void a_missing_gnuplot_is_one_note(void) {
    char *folder = run_folder("missing");
    write_file(folder, "metrics.jsonl", metrics_lines);
    CU_ASSERT_EQUAL(file_make_directory(folder), STATUS_OK);
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots_with_path("", folder, &report), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(report.notes.count, 1);
    CU_ASSERT_STRING_EQUAL(report.notes.line[0], "gnuplot is not installed: plots were skipped; "
                                                 "'gnuplot NAME.gp' in plots/ draws them later");
    CU_ASSERT_EQUAL(report.pictures.count, 0);
    CU_ASSERT_TRUE(file_stands(folder, "plots/loss.gp"));
    CU_ASSERT_TRUE(file_stands(folder, "plots/loss.dat"));
    CU_ASSERT_FALSE(file_stands(folder, "plots/loss.png"));
    figure_report_free(&report);
    free(folder);
}

/* ---- other programs by the name of gnuplot ---- */

/* Puts `script` first in PATH as gnuplot and runs `use`, with $2 (behind -d) as the script that is to be
 * drawn. */
static void with_gnuplot(const char *script, void (*use)(const char *folder)) {
    static int count;
    char *name = text_format("gnuplot-%d", ++count), *folder = run_folder(name);
    char *program = file_join(folder, "gnuplot"), *before = memory_copy_string(getenv("PATH"));
    char *search = text_format("%s:%s", folder, before), *content = text_format("#!/bin/sh\n%s", script);
    write_file(folder, "gnuplot", content);
    CU_ASSERT_EQUAL(chmod(program, 0755), 0);
    (void)setenv("PATH", search, 1);
    use(folder);
    (void)setenv("PATH", before, 1);
    free(content);
    free(search);
    free(before);
    free(program);
    free(folder);
    free(name);
}

/* What came of publishing a figure of one point. */
static struct figure_report publish_point(const char *folder, enum status expected) {
    struct figure figure = {.name = "point", .width = 300, .height = 200};
    struct figure_report report = {0};
    text_add(&figure.data, "1 2\n");
    text_add(&figure.commands, "plot 'point.dat' notitle\n");
    CU_ASSERT_EQUAL(figure_publish(&figure, folder, "", &report), expected);
    figure_clear(&figure);
    return report;
}

/* A note, no picture, and nothing half done. */
static void check_note(const char *folder, const char *expected) {
    struct figure_report report = publish_point(folder, STATUS_OK);
    CU_ASSERT_EQUAL(report.pictures.count, 0);
    CU_ASSERT_EQUAL_FATAL(report.notes.count, 1);
    CU_ASSERT_STRING_EQUAL(report.notes.line[0], expected);
    CU_ASSERT_FALSE(file_stands(folder, "point.svg") || file_stands(folder, "point.png"));
    figure_report_free(&report);
}

static void check_quoted_error(const char *folder) {
    check_note(folder, "gnuplot point.gp failed: \"point.gp\" line 5: unknown terminal \\x1b[1m");
}

static void a_failing_gnuplot_is_noted_with_its_error(void) {
    with_gnuplot(
        "echo half > \"${2%.gp}.svg\"\n"
        "printf '\\nset terminal svg\\n  ^\\n\"%s\" line 5: unknown terminal \\033[1m\\n' \"$2\" >&2\n"
        "exit 1\n",
        check_quoted_error);
}

static void check_exit_status(const char *folder) {
    check_note(folder, "gnuplot point.gp failed with exit status 3");
}

static void check_signal(const char *folder) {
    check_note(folder, "gnuplot point.gp failed: Segmentation fault");
}

static void a_silent_failure_is_noted_with_its_number(void) {
    with_gnuplot("exit 3\n", check_exit_status);
    with_gnuplot("kill -SEGV $$\n", check_signal);
}

static void check_missing(const char *folder) {
    write_file(folder, "point.svg", "<svg>of an earlier run</svg>\n");
    check_note(folder, "gnuplot point.gp made no whole point.svg: Could not open display");
}

static void check_half(const char *folder) {
    check_note(folder, "gnuplot point.gp made no whole point.png");
}

static void a_gnuplot_that_says_it_is_done_but_left_no_pictures_is_noted(void) {
    with_gnuplot("echo Could not open display >&2\nexit 0\n", check_missing);
    with_gnuplot("echo '</svg>' > \"${2%.gp}.svg\"\n: > \"${2%.gp}.png\"\n", check_half);
}

static void check_unreplaceable(const char *folder) {
    char *path = file_join(folder, "point.svg");
    CU_ASSERT_EQUAL(file_make_directory(path), STATUS_OK);
    struct figure_report report = publish_point(folder, STATUS_OK);
    CU_ASSERT_TRUE(contains(&report.notes, "point.svg: cannot be replaced: Is a directory"));
    figure_report_free(&report);
    free(path);
}

static void what_cannot_be_replaced_is_not_taken_for_a_picture(void) {
    with_gnuplot("exit 0\n", check_unreplaceable);
}

static void pause_for(double seconds) {
    struct timespec time = {.tv_nsec = (long)(seconds * 1e9)};
    (void)nanosleep(&time, NULL);
}

static void check_time_limit(const char *folder) {
    struct text complaint = {0};
    double begin = timer_now();
    CU_ASSERT_EQUAL(gnuplot_run(folder, "x.gp", 0.2, &complaint), STATUS_IO);
    CU_ASSERT_STRING_EQUAL(status_detail(), "gnuplot x.gp: no end after 0.2 s, stopped");
    double took = timer_now() - begin;
    CU_ASSERT(took > 0.15 && took < 10.0); /* 0.25 s on an idle machine; the scripts would take 1000 s */
    CU_ASSERT(complaint.length < 4096);
    pause_for(0.5);
    CU_ASSERT_FALSE(file_stands(folder, "survivor"));
    text_free(&complaint);
}

static void a_gnuplot_that_hangs_is_stopped_with_its_children(void) {
    with_gnuplot("(sleep 0.5; echo alive > survivor) &\nsleep 1000\n", check_time_limit);
    with_gnuplot("trap '' TERM INT HUP\nexec 2>&-\nwhile :; do sleep 1000; done\n", check_time_limit);
}

static void a_gnuplot_that_floods_its_output_is_stopped(void) {
    with_gnuplot("while :; do echo 'endless, endless, endless, endless, endless, endless'; done >&2\n",
                 check_time_limit);
}

static void check_held_pipe(const char *folder) {
    struct text complaint = {0};
    double begin = timer_now();
    CU_ASSERT_EQUAL(gnuplot_run(folder, "x.gp", 100, &complaint), STATUS_IO);
    CU_ASSERT_STRING_EQUAL(status_detail(), "gnuplot x.gp failed: it is over");
    CU_ASSERT(timer_now() - begin < 10.0); /* 0.06 s on an idle machine */
    text_free(&complaint);
}

static void the_end_of_gnuplot_decides_whoever_holds_its_output(void) {
    with_gnuplot("sleep 1000 &\necho it is over >&2\nexit 1\n", check_held_pipe);
    with_gnuplot("echo it is over >&2\nwhile :; do echo more >&2; done &\nexit 1\n", check_held_pipe);
}

static void check_interrupt(const char *folder) {
    double begin = timer_now();
    interrupt_install();
    struct figure_report report = publish_point(folder, STATUS_INTERRUPTED);
    CU_ASSERT_TRUE(interrupt_requested());
    CU_ASSERT(timer_now() - begin < 10.0); /* 0.06 s on an idle machine */
    CU_ASSERT_EQUAL(report.pictures.count + report.notes.count, 0);
    interrupt_clear();
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGINT, SIG_DFL);
    pause_for(0.5);
    CU_ASSERT_FALSE(file_stands(folder, "survivor"));
    figure_report_free(&report);
}

static void a_signal_stops_gnuplot_at_once(void) {
    with_gnuplot("(sleep 0.5; echo alive > survivor) &\nkill -TERM $PPID\nsleep 1000\n", check_interrupt);
}

static void check_environment(const char *folder) {
    (void)setenv("GNUPLOT_LIB", "/elsewhere", 1);
    (void)setenv("HAMBENCH_SECRET", "word", 1);
    struct text complaint = {0};
    CU_ASSERT_EQUAL(gnuplot_run(folder, "x.gp", 100, &complaint), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(complaint.data, "[-d][x.gp][][][C.UTF-8]");
    text_free(&complaint);
    (void)unsetenv("GNUPLOT_LIB");
    (void)unsetenv("HAMBENCH_SECRET");
}

static void gnuplot_gets_no_settings_of_the_user(void) {
    with_gnuplot("echo \"[$1][$2][$GNUPLOT_LIB][$HAMBENCH_SECRET][$LC_ALL]\" >&2\n", check_environment);
}

/* ---- gnuplot itself ---- */

static bool is_installed(const struct figure_report *report) {
    return !contains(&report->notes, "gnuplot is not installed");
}

static void start_files_and_variables_of_the_user_lose_no_plots(void) {
    char *folder = run_folder("home"), *before = memory_copy_string(getenv("HOME"));
    write_file(folder, ".gnuplot", "set terminal dumb\nset output '/nowhere/at/all'\nexit\n");
    (void)setenv("HOME", folder, 1);
    (void)setenv("GNUTERM", "qt", 1);
    struct figure_report report = publish_point(folder, STATUS_OK);
    if (is_installed(&report)) {
        CU_ASSERT_EQUAL(report.notes.count, 0);
        CU_ASSERT_TRUE(lines_contain(&report.pictures, "point.svg"));
        CU_ASSERT_TRUE(file_stands(folder, "point.svg") && file_stands(folder, "point.png"));
    }
    (void)unsetenv("GNUTERM");
    (void)setenv("HOME", before, 1);
    figure_report_free(&report);
    free(before);
    free(folder);
}

static void words_stand_in_a_plot_as_they_are(void) {
    struct figure figure = {.name = "words", .width = 600, .height = 200};
    struct figure_report report = {0};
    struct text svg = {0};
    text_add(&figure.data, "1 2\n");
    text_add(&figure.commands, "set title ");
    figure_add_literal(&figure.commands, "%s", "}it's 5% \\n {/Bold a_b^c@x~y} `id` \"q\" \n\033[1mü{{#$");
    text_add(&figure.commands, "\nplot 'words.dat' title ");
    figure_add_literal(&figure.commands, "%s", "a''_b\\");
    text_add(&figure.commands, "\n");
    CU_ASSERT_EQUAL(figure_publish(&figure, test_folder(), "", &report), STATUS_OK);
    if (is_installed(&report)) {
        char *path = file_join(test_folder(), "words.svg");
        CU_ASSERT_EQUAL_FATAL(report.notes.count, 0);
        CU_ASSERT_EQUAL_FATAL(file_read(&svg, path), STATUS_OK);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(svg.data, ">}it's 5% \\n {/Bold a_b^c@x~y} `id` \"q\" \\n\\x1b[1mü{{#$<"));
        CU_ASSERT_PTR_NOT_NULL(strstr(svg.data, ">a''_b\\<"));
        free(path);
    }
    text_free(&svg);
    figure_report_free(&report);
    figure_clear(&figure);
}

static void a_picture_that_broke_off_is_drawn_again(void) {
    struct figure figure = {.name = "again", .width = 300, .height = 200};
    struct figure_report report = {0};
    text_add(&figure.data, "1 2\n");
    text_add(&figure.commands, "plot 'again.dat' notitle\n");
    CU_ASSERT_EQUAL(figure_publish(&figure, test_folder(), "", &report), STATUS_OK);
    if (is_installed(&report)) {
        CU_ASSERT_TRUE(figure_is_drawn(&figure, test_folder()));
        char *path = file_join(test_folder(), "again.png");
        CU_ASSERT_EQUAL(truncate(path, 500), 0);
        CU_ASSERT_FALSE(figure_is_drawn(&figure, test_folder()));
        free(path);
    }
    figure_report_free(&report);
    figure_clear(&figure);
}

static void gnuplot_itself_reports_a_bad_script(void) {
    struct text complaint = {0};
    write_file(test_folder(), "bad.gp", "plot nothing.at.all\n");
    CU_ASSERT_EQUAL(gnuplot_run(test_folder(), "bad.gp", GNUPLOT_SECONDS, &complaint), STATUS_IO);
    CU_ASSERT(strstr(status_detail(), "\"bad.gp\" line ") != NULL ||
              strstr(status_detail(), "not installed") != NULL);
    CU_ASSERT_EQUAL(gnuplot_run("/nowhere/at/all", "bad.gp", 10, &complaint), STATUS_IO);
    CU_ASSERT_STRING_EQUAL(status_detail(), "gnuplot cannot be started: No such file or directory");
    text_free(&complaint);
}

static void a_damaged_loss_log_is_a_note_and_old_pictures_stay_away(void) {
    char *folder = run_folder("damaged");
    write_file(folder, "metrics.jsonl", "{\"step\": 0, \"mse\": 0.1}\n{\"step\": 1, \"mse\":");
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots_with_path("", folder, &report), STATUS_OK);
    CU_ASSERT_TRUE(contains(&report.notes, "metrics.jsonl:2: expected a JSON object with a step"));
    CU_ASSERT_FALSE(file_stands(folder, "plots/loss.gp"));
    figure_report_free(&report);
    free(folder);
}

static void a_run_folder_that_is_a_file_is_an_error(void) {
    write_file(test_folder(), "plain", "x");
    char *folder = file_join(test_folder(), "plain");
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots(folder, true, &report), STATUS_IO);
    figure_report_free(&report);
    free(folder);
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
        TEST(plots_keep_their_scripts_and_data),
        TEST(plotted_energies_are_changes_in_units_of_their_spread),
        TEST(models_without_energy_or_training_have_fewer_plots),
        TEST(a_missing_gnuplot_is_one_note),
        TEST(a_failing_gnuplot_is_noted_with_its_error),
        TEST(a_silent_failure_is_noted_with_its_number),
        TEST(a_gnuplot_that_says_it_is_done_but_left_no_pictures_is_noted),
        TEST(what_cannot_be_replaced_is_not_taken_for_a_picture),
        TEST(a_gnuplot_that_hangs_is_stopped_with_its_children),
        TEST(a_gnuplot_that_floods_its_output_is_stopped),
        TEST(the_end_of_gnuplot_decides_whoever_holds_its_output),
        TEST(a_signal_stops_gnuplot_at_once),
        TEST(gnuplot_gets_no_settings_of_the_user),
        TEST(start_files_and_variables_of_the_user_lose_no_plots),
        TEST(words_stand_in_a_plot_as_they_are),
        TEST(a_picture_that_broke_off_is_drawn_again),
        TEST(gnuplot_itself_reports_a_bad_script),
        TEST(a_damaged_loss_log_is_a_note_and_old_pictures_stay_away),
        TEST(a_run_folder_that_is_a_file_is_an_error),
    };
    return tests_run("plots", tests, sizeof tests / sizeof *tests);
}
