/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures of datasets: the animation is decoded again, the strip and the plots are looked at.
 */
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

/* --- a reader of GIF files, after the specification and not after the writer ------------------------------
 */

struct reader {
    const uint8_t *at;
    const uint8_t *end;
};

static int take(struct reader *reader) {
    CU_ASSERT_FATAL(reader->at < reader->end);
    return *reader->at++;
}

static int take_word(struct reader *reader) {
    int low = take(reader);
    return low | take(reader) << 8;
}

/* Joins the blocks of an image or an extension; `out` may be NULL. Returns the bytes. */
static size_t take_blocks(struct reader *reader, uint8_t *out) {
    size_t total = 0;
    for (int length; (length = take(reader)) != 0;) {
        for (int i = 0; i < length; i++) {
            int byte = take(reader);
            if (out != NULL) {
                out[total + (size_t)i] = (uint8_t)byte;
            }
        }
        total += (size_t)length;
    }
    return total;
}

/* Every string is its first byte and the string before it. */
struct entry {
    int prefix, last, first, length;
};

static int write_string(const struct entry *table, int code, uint8_t *out) {
    int length = table[code].length;
    for (int i = length - 1; i >= 0; i--, code = table[code].prefix) {
        out[i] = (uint8_t)table[code].last;
    }
    return length;
}

static void unpack(const uint8_t *bytes, size_t length, int bits, uint8_t *out, int pixels) {
    static struct entry table[4097];
    int clear = 1 << bits, width = bits + 1, next = clear + 2, before = -1, made = 0;
    uint32_t held = 0;
    int held_bits = 0;
    for (int i = 0; i < clear; i++) {
        table[i] = (struct entry){.prefix = -1, .last = i, .first = i, .length = 1};
    }
    for (size_t at = 0;;) {
        while (held_bits < width) {
            CU_ASSERT_FATAL(at < length);
            held |= (uint32_t)bytes[at++] << held_bits;
            held_bits += 8;
        }
        int code = (int)(held & ((1u << width) - 1));
        held >>= width;
        held_bits -= width;
        if (code == clear + 1) {
            break;
        }
        if (code == clear) {
            width = bits + 1;
            next = clear + 2;
            before = -1;
            continue;
        }
        CU_ASSERT_FATAL(code < next || (code == next && before >= 0));
        if (before >= 0 && next < 4096) {
            int first = code == next ? table[before].first : table[code].first;
            table[next++] = (struct entry){before, first, table[before].first, table[before].length + 1};
        }
        CU_ASSERT_FATAL(made + table[code].length <= pixels);
        made += write_string(table, code, &out[made]);
        before = code;
        width += next == 1 << width && width < 12;
    }
    CU_ASSERT_EQUAL(made, pixels);
}

/* Reads the next frame into `out` [size][size][3]; false behind the last one. */
static bool take_frame(struct reader *reader, int size, uint8_t *out, int *delay) {
    for (;;) {
        int kind = take(reader);
        if (kind == 0x3b) {
            return false;
        }
        if (kind == 0x21) {
            if (take(reader) == 0xf9) {
                CU_ASSERT_EQUAL(take(reader), 4);
                (void)take(reader);
                *delay = take_word(reader);
                (void)take(reader);
                CU_ASSERT_EQUAL(take(reader), 0);
            } else {
                (void)take_blocks(reader, NULL);
            }
            continue;
        }
        CU_ASSERT_EQUAL_FATAL(kind, 0x2c);
        CU_ASSERT(take_word(reader) == 0 && take_word(reader) == 0);
        CU_ASSERT(take_word(reader) == size && take_word(reader) == size);
        CU_ASSERT_EQUAL_FATAL(take(reader), 0x87); /* 256 colours of its own */
        const uint8_t *colors = reader->at;
        reader->at += 768;
        int bits = take(reader);
        size_t pixels = (size_t)size * (size_t)size;
        uint8_t *packed = memory_alloc(4 * pixels + 1000, 1), *indices = memory_alloc(pixels, 1);
        unpack(packed, take_blocks(reader, packed), bits, indices, (int)pixels);
        for (size_t i = 0; i < pixels; i++) {
            memcpy(&out[3 * i], &colors[3 * indices[i]], 3);
        }
        free(indices);
        free(packed);
        return true;
    }
}

static struct reader open_gif(struct text *file, const char *path, int size) {
    CU_ASSERT_EQUAL_FATAL(file_read(file, path), STATUS_OK);
    struct reader reader = {.at = (const uint8_t *)file->data};
    reader.end = reader.at + file->length;
    CU_ASSERT(memcmp(reader.at, "GIF89a", 6) == 0);
    reader.at += 6;
    CU_ASSERT(take_word(&reader) == size && take_word(&reader) == size);
    CU_ASSERT_EQUAL(take(&reader) & 0x80, 0); /* no colours for all frames */
    reader.at += 2;
    return reader;
}

/* --- animations -------------------------------------------------------------------------------------------
 */

/* Writes the images and reads them back; each pixel may be `error` off. */
static void check_round_trip(const uint8_t *images, int frames, int side, int scale, int error) {
    const char *path = fixture_path("round.gif");
    struct gif gif = {.frames = frames, .side = side, .scale = scale, .delay = 0.1, .images = images};
    int size = side * scale, delay = 0;
    uint8_t *frame = memory_alloc((size_t)size * (size_t)size * 3, 1);
    struct text file = {0};
    CU_ASSERT_EQUAL_FATAL(gif_write(&gif, path), STATUS_OK);
    struct reader reader = open_gif(&file, path, size);
    for (int i = 0; i < frames; i++) {
        CU_ASSERT_FATAL(take_frame(&reader, size, frame, &delay));
        CU_ASSERT_EQUAL(delay, 10);
        int worst = 0;
        for (int p = 0; p < size * size * 3; p++) {
            int y = p / 3 / size / scale, x = p / 3 % size / scale;
            int off = images[((i * side + y) * side + x) * 3 + p % 3] - frame[p];
            worst = abs(off) > worst ? abs(off) : worst;
        }
        CU_ASSERT(worst <= error);
    }
    CU_ASSERT(!take_frame(&reader, size, frame, &delay));
    CU_ASSERT(reader.at == reader.end);
    text_free(&file);
    free(frame);
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

static struct dataset *open_dataset(const char *environment) {
    struct dataset *dataset;
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, fixture_generate(environment, "shown.h5")), STATUS_OK);
    return dataset;
}

/* What discs show is turned so that y grows upwards, what begins at the top is not. */
static void check_animation(const char *environment, bool turned) {
    struct dataset *dataset = open_dataset(environment);
    struct portrait portrait = {.dataset = dataset, .split = DATASET_TEST, .trajectory = 1};
    const char *path = fixture_path("film.gif");
    int size = 8 * IMAGE_SIDE, delay = 0;
    uint8_t image[IMAGE_VALUES], *frame = memory_alloc((size_t)size * (size_t)size * 3, 1);
    struct text file = {0};
    CU_ASSERT_EQUAL_FATAL(portrait_write_animation(&portrait, path), STATUS_OK);
    struct reader reader = open_gif(&file, path, size);
    for (int i = 0; i < 40; i++) {
        CU_ASSERT_FATAL(take_frame(&reader, size, frame, &delay));
        CU_ASSERT_EQUAL(delay, 5);
        dataset_read_images(dataset, DATASET_TEST, (struct dataset_window){1, i}, 1, image);
        for (int p = 0; p < IMAGE_SIDE * IMAGE_SIDE; p++) {
            int y = p / IMAGE_SIDE, x = p % IMAGE_SIDE;
            const uint8_t *shown = &frame[((8 * y + 3) * size + 8 * x + 4) * 3];
            int row = turned ? IMAGE_SIDE - 1 - y : y;
            const uint8_t *expected = &image[(row * IMAGE_SIDE + x) * 3];
            /* Rooms have more than 256 colours. */
            CU_ASSERT(turned ? memcmp(shown, expected, 3) == 0 : abs(shown[0] - expected[0]) < 16);
        }
    }
    text_free(&file);
    free(frame);
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
    CU_ASSERT_EQUAL_FATAL(portrait_write_film_strip(&portrait, path), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(picture_read(&picture, path), STATUS_OK);
    /* The last tile: trajectory 2 at frame 39. Tiles are 96 pixels wide and stand 12 from the edge. */
    dataset_read_images(dataset, DATASET_TRAIN, (struct dataset_window){2, 39}, 1, image);
    int left = picture.width - 12 - 96, top = picture.height - 12 - 96;
    for (int p = 0; p < IMAGE_SIDE * IMAGE_SIDE; p++) {
        int y = top + 3 * (IMAGE_SIDE - 1 - p / IMAGE_SIDE) + 1, x = left + 3 * (p % IMAGE_SIDE) + 1;
        CU_ASSERT(memcmp(&picture.pixels[3 * (y * picture.width + x)], &image[3 * p], 3) == 0);
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
        CU_ASSERT_EQUAL_FATAL(file_make_directory(folder), STATUS_OK);
        CU_ASSERT_EQUAL(portrait_write(&portrait, &report), STATUS_OK);
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
        CU_ASSERT_EQUAL_FATAL(portrait_write_phase(&portrait, &report), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(file_read(&data, fixture_path("phase.dat")), STATUS_OK);
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
        TEST(an_animation_shows_the_frames_the_right_way_up),
        TEST(a_film_strip_shows_the_frames_of_each_trajectory),
        TEST(every_environment_is_portrayed),
        TEST(angles_are_shown_within_a_turn),
        TEST(pictures_that_cannot_be_written_are_an_error),
    };
    return tests_run("portrait", tests, sizeof tests / sizeof *tests);
}
