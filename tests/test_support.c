/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/provenance.h"
#include "support/random.h"
#include "support/sha256.h"
#include "support/status.h"
#include "support/text.h"
#include "tests/harness.h"

/* Known-answer vectors of the Random123 distribution (kat_vectors, philox4x32-10). */
static void philox_matches_the_published_vectors(void) {
    static const uint32_t zeros[4] = {0, 0, 0, 0};
    static const uint32_t ones[4] = {~0u, ~0u, ~0u, ~0u};
    static const uint32_t digits[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    static const uint32_t digits_key[2] = {0xa4093822, 0x299f31d0};
    static const uint32_t expected[3][4] = {
        {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    uint32_t out[4];
    random_philox(zeros, zeros, out);
    CU_ASSERT(memcmp(out, expected[0], sizeof out) == 0);
    random_philox(ones, ones, out);
    CU_ASSERT(memcmp(out, expected[1], sizeof out) == 0);
    random_philox(digits, digits_key, out);
    CU_ASSERT(memcmp(out, expected[2], sizeof out) == 0);
}

static void streams_with_different_keys_differ(void) {
    struct random_stream base = random_stream(1, "test", 5, 0);
    struct random_stream others[] = {
        random_stream(2, "test", 5, 0),
        random_stream(1, "tess", 5, 0),
        random_stream(1, "test", 6, 0),
        random_stream(1, "test", 5, 1),
    };
    uint64_t first = random_bits(&base);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CU_ASSERT(random_bits(&others[i]) != first);
    }
    struct random_stream again = random_stream(1, "test", 5, 0);
    CU_ASSERT(random_bits(&again) == first);
}

static void random_moments_are_those_of_the_distribution(void) {
    enum { DRAWS = 200000 };
    struct random_stream stream = random_stream(0, "moments", 0, 0);
    double uniform = 0.0, normal = 0.0, normal_square = 0.0, truncated_square = 0.0;
    unsigned faces[6] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uniform += random_uniform(&stream);
        double z = random_normal(&stream);
        normal += z;
        normal_square += z * z;
        double t = random_truncated_normal(&stream);
        CU_ASSERT(fabs(t) <= 2.0);
        truncated_square += t * t;
        faces[random_below(&stream, 6)]++;
    }
    /* Four standard errors of each mean. */
    CHECK_NEAR(uniform / DRAWS, 0.5, 4 * 0.2887 / sqrt(DRAWS));
    CHECK_NEAR(normal / DRAWS, 0.0, 4 / sqrt(DRAWS));
    CHECK_NEAR(normal_square / DRAWS, 1.0, 4 * 1.4142 / sqrt(DRAWS));
    CHECK_NEAR(sqrt(truncated_square / DRAWS), 0.87963, 0.005);
    double chi_square = 0.0;
    for (int i = 0; i < 6; i++) {
        double expected = DRAWS / 6.0;
        chi_square += (faces[i] - expected) * (faces[i] - expected) / expected;
    }
    CU_ASSERT(chi_square < 20.5); /* 5 degrees of freedom, p = 0.001 */
}

static void arena_reuses_memory_after_a_rewind(void) {
    struct arena *arena = arena_create();
    struct arena_mark start = arena_mark(arena);
    char *first = arena_alloc(arena, 100);
    for (int i = 0; i < 100; i++) {
        char *block = arena_alloc(arena, 100000);
        CU_ASSERT((size_t)block % MEMORY_ALIGNMENT == 0);
        memset(block, i, 100000);
    }
    size_t size = arena_size(arena);
    arena_rewind(arena, start);
    CU_ASSERT(arena_alloc(arena, 100) == first);
    for (int i = 0; i < 100; i++) {
        (void)arena_alloc(arena, 100000);
    }
    CU_ASSERT(arena_size(arena) == size);
    arena_free(arena);
}

static void numbers_are_parsed_whole_or_not_at_all(void) {
    double value;
    int64_t integer;
    CU_ASSERT(text_parse_double("0.05", &value) && value == 0.05);
    CU_ASSERT(text_parse_double("1e-300", &value));
    static const char *const bad[] = {"", "nan", "inf", "1e999", "1.0x", "0.05 s", "-inf"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT(!text_parse_double(bad[i], &value));
    }
    CU_ASSERT(text_parse_integer("-12", &integer) && integer == -12);
    CU_ASSERT(!text_parse_integer("12.5", &integer));
    CU_ASSERT(!text_parse_integer("99999999999999999999", &integer));
}

static void closest_name_finds_misspellings_only(void) {
    static const char *const names[] = {"mass_spring", "pendulum", "pendulum_colors", NULL};
    CU_ASSERT_STRING_EQUAL(text_closest("pendulun", names), "pendulum");
    CU_ASSERT_STRING_EQUAL(text_closest("masspring", names), "mass_spring");
    CU_ASSERT(text_closest("zebra", names) == NULL);
}

static void json_escapes_and_keeps_every_digit(void) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "name", "a\"b\\c\n");
    json_text_number(&json, "third", 1.0 / 3.0);
    json_text_number(&json, "tenth", 0.1);
    json_text_number(&json, "bad", NAN);
    json_text_open(&json, "list", '[');
    json_text_integer(&json, NULL, 1);
    json_text_bool(&json, NULL, true);
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    CU_ASSERT_STRING_EQUAL(text.data, "{\"name\": \"a\\\"b\\\\c\\u000a\", \"third\": 0.3333333333333333, "
                                      "\"tenth\": 0.1, \"bad\": null, \"list\": [1, true]}");
    text_free(&text);
}

static void files_are_written_whole_or_not_at_all(void) {
    char *path = file_join(test_folder(), "a/b/c.txt");
    CU_ASSERT(file_make_parent(path) == STATUS_OK);
    CU_ASSERT(file_write(path, "hello", 5) == STATUS_OK);
    struct text content = {0};
    CU_ASSERT(file_read(&content, path) == STATUS_OK);
    CU_ASSERT_STRING_EQUAL(content.data, "hello");
    char *part = text_format("%s.part", path);
    CU_ASSERT(!file_exists(part));

    CU_ASSERT(file_read(&content, test_folder()) == STATUS_IO);
    CU_ASSERT(strstr(status_detail(), "is a directory") != NULL);
    char *below = file_join(path, "x");
    CU_ASSERT(file_make_directory(below) == STATUS_IO);
    CU_ASSERT(file_write(below, "x", 1) == STATUS_IO);
    free(below);
    free(part);
    free(path);
    text_free(&content);
}

static void a_prefix_keeps_the_detail(void) {
    (void)status_fail(STATUS_DATA, "steps: %d, expected at least 1", 0);
    CU_ASSERT(status_prefix(STATUS_DATA, "quick.yaml:%d", 7) == STATUS_DATA);
    CU_ASSERT_STRING_EQUAL(status_detail(), "quick.yaml:7: steps: 0, expected at least 1");
}

static void a_number_is_written_as_short_as_it_reads_back(void) {
    static const struct {
        double value;
        const char *written;
    } cases[] = {
        {0.0, "0"},           {10.0, "10"},
        {500000.0, "500000"}, {0.1, "0.1"},
        {1.5e-4, "0.00015"},  {1e-6, "1e-06"},
        {1e300, "1e+300"},    {-2.0, "-2"},
        {1e10, "1e+10"},      {1.0 / 3.0, "0.3333333333333333"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        text_add_number(&text, cases[i].value);
        CU_ASSERT_STRING_EQUAL(text.data, cases[i].written);
        CU_ASSERT(strtod(text.data, NULL) == cases[i].value);
        text_free(&text);
    }
}

static void times_are_said_in_the_unit_that_suits(void) {
    static const struct {
        double seconds;
        const char *said;
    } cases[] = {{0.01, "1 s"},   {42.4, "42 s"},        {100.0, "2 min"},
                 {7000.0, "2 h"}, {864000.0, "10 days"}, {3.2e10, "1.01e+03 years"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        text_add_seconds(&text, cases[i].seconds);
        CU_ASSERT_STRING_EQUAL(text.data, cases[i].said);
        text_free(&text);
    }
}

static void an_unknown_name_is_answered_with_what_was_meant(void) {
    static const char *const names[] = {"train", "test", NULL};
    CU_ASSERT(status_unknown(STATUS_DATA, "split", "tarin", names) == STATUS_DATA);
    CU_ASSERT_STRING_EQUAL(status_detail(), "unknown split 'tarin', did you mean 'train'?");
    CU_ASSERT(status_unknown(STATUS_USAGE, "split", "zebra", names) == STATUS_USAGE);
    CU_ASSERT_STRING_EQUAL(status_detail(), "unknown split 'zebra', known: train, test");
}

static void provenance_names_program_build_and_machine(void) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    provenance_add_json(&json);
    json_text_close(&json, '}');
    static const char *const members[] = {
        "\"program\": \"hambench\"", "\"version\": \"",     "\"revision\": \"", "\"compiler\": \"",
        "\"engine_flags\": \"-O3",   "\"gsl\": \"2.",       "\"hdf5\": \"1.",   "\"dnnl\": \"",
        "\"processor\": \"",         "\"system\": \"Linux",
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(text.data, members[i]));
    }
    CU_ASSERT(strlen(provenance_version()) > 0 && strlen(provenance_revision()) > 0);
    CU_ASSERT(provenance_processors() >= 1);
    text_free(&text);
}

/* FIPS 180-4, and the million letters of the NESSIE set. */
static void sha256_gives_the_published_digests(void) {
    static const struct {
        const char *text, *digest;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char text[SHA256_TEXT];
    uint8_t digest[SHA256_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sha256_of(cases[i].text, strlen(cases[i].text), digest);
        sha256_format(digest, text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].digest);
    }
    struct sha256 *hash = sha256_create();
    for (int i = 0; i < 1000000; i++) {
        sha256_add(hash, "a", 1);
    }
    sha256_finish(hash, digest);
    sha256_format(digest, text);
    CU_ASSERT_STRING_EQUAL(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    /* A digest can be followed by another one. */
    sha256_add(hash, "ab", 2);
    sha256_add(hash, "c", 1);
    sha256_finish(hash, digest);
    sha256_format(digest, text);
    CU_ASSERT_STRING_EQUAL(text, cases[1].digest);
    sha256_free(hash);
}

int main(void) {
    static const struct test tests[] = {
        TEST(philox_matches_the_published_vectors),
        TEST(streams_with_different_keys_differ),
        TEST(random_moments_are_those_of_the_distribution),
        TEST(arena_reuses_memory_after_a_rewind),
        TEST(numbers_are_parsed_whole_or_not_at_all),
        TEST(closest_name_finds_misspellings_only),
        TEST(json_escapes_and_keeps_every_digit),
        TEST(files_are_written_whole_or_not_at_all),
        TEST(a_prefix_keeps_the_detail),
        TEST(a_number_is_written_as_short_as_it_reads_back),
        TEST(times_are_said_in_the_unit_that_suits),
        TEST(an_unknown_name_is_answered_with_what_was_meant),
        TEST(provenance_names_program_build_and_machine),
        TEST(sha256_gives_the_published_digests),
    };
    return tests_run("support", tests, sizeof tests / sizeof *tests);
}
