/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/file.h"
#include "support/interrupt.h"
#include "support/json_text.h"
#include "support/lines.h"
#include "support/memory.h"
#include "support/progress.h"
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

static void a_product_that_does_not_fit_is_known(void) {
    size_t product = 7;
    CU_ASSERT(memory_product(&product, 0, SIZE_MAX) && product == 0);
    CU_ASSERT(memory_product(&product, SIZE_MAX / 4, 4) && product == SIZE_MAX - 3);
    CU_ASSERT(!memory_product(&product, SIZE_MAX / 4 + 1, 4));
    CU_ASSERT(!memory_product(&product, SIZE_MAX, SIZE_MAX));
}

static void numbers_are_parsed_whole_or_not_at_all(void) {
    double value;
    int64_t integer;
    CU_ASSERT(text_parse_double("0.05", &value) && value == 0.05);
    CU_ASSERT(text_parse_double("1e-300", &value));
    CU_ASSERT(text_parse_double("+1.5E+2", &value) && value == 150.0);
    static const char *const bad[] = {"",         "nan", "inf", "1e999", "1.0x",  "0.05 s", "-inf",
                                      "infinity", " 1",  "\t1", "0x10",  "0x1p3", "1 ",     "e",
                                      ".",        "-",   "1e",  "1,5",   "\n1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT(!text_parse_double(bad[i], &value));
        CU_ASSERT(!text_parse_integer(bad[i], &integer));
    }
    CU_ASSERT(!text_parse_integer("1e3", &integer));
    CU_ASSERT(text_parse_integer("-12", &integer) && integer == -12);
    CU_ASSERT(!text_parse_integer("12.5", &integer));
    CU_ASSERT(!text_parse_integer("99999999999999999999", &integer));
}

static void lines_are_kept_in_order_and_found_whole(void) {
    struct lines lines = {0};
    CU_ASSERT_FALSE(lines_contain(&lines, "a"));
    for (int i = 0; i < 100; i++) {
        lines_add(&lines, "%d of %s", i, "many");
    }
    lines_add(&lines, "two\nlines");
    CU_ASSERT_EQUAL(lines.count, 101);
    CU_ASSERT_STRING_EQUAL(lines.line[0], "0 of many");
    CU_ASSERT_STRING_EQUAL(lines.line[99], "99 of many");
    CU_ASSERT_TRUE(lines_contain(&lines, "7 of many"));
    CU_ASSERT_TRUE(lines_contain(&lines, "two\nlines"));
    CU_ASSERT_FALSE(lines_contain(&lines, "of many"));
    lines_free(&lines);
    CU_ASSERT_EQUAL(lines.count, 0);
}

static void text_from_outside_cannot_command_a_terminal(void) {
    static const struct {
        const char *value, *expected;
    } cases[] = {
        {"", ""},
        {"plain [x] 5 % \\ | ' \"", "plain [x] 5 % \\ | ' \""},
        {"Grüße, ΔH → 0, 𝓗", "Grüße, ΔH → 0, 𝓗"},
        {"a\nb\rc\td", "a\\nb\\rc\\td"},
        {"\x1b[2J\x1b]0;title\a", "\\x1b[2J\\x1b]0;title\\x07"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m"}, /* an escape sequence in one character */
        {"\xe2\x80\xae"
         "gpj",
         "\\u202egpj"},                               /* from right to left */
        {"\xe2\x80\xa8", "\\u2028"},                  /* the end of a line */
        {"\xff\xc3", "\\xff\\xc3"},                   /* no UTF-8, and cut off in a character */
        {"\xc0\x9b", "\\xc0\\x9b"},                   /* too long for what it says */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* half a pair of UTF-16 */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond the last character */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        text_add_printable(&text, cases[i].value);
        CU_ASSERT_STRING_EQUAL(text.data, cases[i].expected);
        text_free(&text);
    }
    (void)status_fail(STATUS_DATA, "%s:1: no key '%s'",
                      "a\x1b"
                      "b",
                      "c\nd");
    CU_ASSERT_STRING_EQUAL(status_detail(), "a\\x1b"
                                            "b:1: no key 'c\\nd'");
    (void)status_prefix(STATUS_DATA, "%s", "e\rf");
    CU_ASSERT_STRING_EQUAL(status_detail(), "e\\rf: a\\x1b"
                                            "b:1: no key 'c\\nd'");
}

static void a_long_value_hides_neither_place_nor_reason(void) {
    char value[5001];
    for (size_t i = 0; i + 1 < sizeof value; i++) {
        value[i] = i % 2 == 0 ? '\xc3' : '\xa4';
    }
    value[sizeof value - 1] = '\0';
    (void)status_fail(STATUS_DATA, "key: '%s' is not a number", value);
    (void)status_prefix(STATUS_DATA, "file.yaml:1:2");
    CU_ASSERT(strncmp(status_detail(), "file.yaml:1:2: key: '\xc3", 22) == 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "..."));
    CU_ASSERT_STRING_EQUAL(strrchr(status_detail(), '\''), "' is not a number");
    CU_ASSERT(strlen(status_detail()) < 1024 && strstr(status_detail(), "\\x") == NULL);
    char *whole = text_shorten("0123456789abcdef", 16), *cut = text_shorten("0123456789abcdefg", 16);
    CU_ASSERT_STRING_EQUAL(whole, "0123456789abcdef");
    CU_ASSERT_STRING_EQUAL(cut, "01234567...cdefg");
    free(whole);
    free(cut);
}

static void progress_says_names_from_outside_in_one_line(void) {
    char *path = text_format("%s/progress", test_folder());
    int before = dup(STDERR_FILENO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(freopen(path, "w", stderr));
    struct progress progress = progress_begin("a\x1b[2J", 0, 4, false);
    progress_update(&progress, 4, "b\nc");
    progress_end(&progress);
    (void)fflush(stderr);
    CU_ASSERT(dup2(before, STDERR_FILENO) >= 0);
    (void)close(before);
    struct text content = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&content, path), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(content.data, "a\\x1b[2J 4/4  0:00 left  b\\nc\n");
    text_free(&content);
    free(path);
}

static void closest_name_finds_misspellings_only(void) {
    static const char *const names[] = {"mass_spring", "pendulum", "pendulum_colors", NULL};
    CU_ASSERT_STRING_EQUAL(text_closest("pendulun", names), "pendulum");
    CU_ASSERT_STRING_EQUAL(text_closest("masspring", names), "mass_spring");
    CU_ASSERT(text_closest("zebra", names) == NULL);
    char word[400];
    memset(word, 'm', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    CU_ASSERT(text_closest(word, names) == NULL);
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
    CHECK_OK(file_make_parent(path));
    CHECK_OK(file_write(path, "hello", 5));
    struct text content = {0};
    CHECK_OK(file_read(&content, path));
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

/* What becomes of a process to which these signals come one after the other: 0 when it stays and knows that
 * it is to stop, -1 when it stays and does not know, otherwise the signal that ended it. */
static int fate(const int *signals, size_t count, bool without_hangup) {
    pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        (void)signal(SIGHUP, without_hangup ? SIG_IGN : SIG_DFL);
        interrupt_install();
        for (size_t i = 0; i < count; i++) {
            (void)raise(signals[i]);
        }
        _exit(interrupt_requested() ? 0 : 1);
    }
    int ended;
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &ended, 0), child);
    return WIFSIGNALED(ended) ? WTERMSIG(ended) : -WEXITSTATUS(ended);
}

static void the_first_signal_asks_and_the_second_ends(void) {
    CU_ASSERT_EQUAL(fate((int[]){SIGTERM}, 1, false), 0);
    CU_ASSERT_EQUAL(fate((int[]){SIGINT}, 1, false), 0);
    CU_ASSERT_EQUAL(fate((int[]){SIGTERM, SIGTERM}, 2, false), SIGTERM);
    CU_ASSERT_EQUAL(fate((int[]){SIGINT, SIGTERM}, 2, false), SIGTERM);
    CU_ASSERT_EQUAL(fate((int[]){SIGTERM, SIGINT}, 2, false), SIGINT);
}

static void a_lost_terminal_asks_however_often_it_is_told(void) {
    CU_ASSERT_EQUAL(fate((int[]){SIGHUP, SIGHUP, SIGHUP}, 3, false), 0);
    CU_ASSERT_EQUAL(fate((int[]){SIGHUP, SIGTERM, SIGHUP}, 3, false), 0);
    CU_ASSERT_EQUAL(fate((int[]){SIGHUP, SIGTERM, SIGINT}, 3, false), SIGINT);
    CU_ASSERT_EQUAL(fate((int[]){SIGHUP}, 1, true), -1); /* as under nohup */
    CU_ASSERT_EQUAL(fate((int[]){SIGHUP, SIGTERM}, 2, true), 0);
}

int main(void) {
    static const struct test tests[] = {
        TEST(philox_matches_the_published_vectors),
        TEST(streams_with_different_keys_differ),
        TEST(random_moments_are_those_of_the_distribution),
        TEST(arena_reuses_memory_after_a_rewind),
        TEST(a_product_that_does_not_fit_is_known),
        TEST(numbers_are_parsed_whole_or_not_at_all),
        TEST(lines_are_kept_in_order_and_found_whole),
        TEST(text_from_outside_cannot_command_a_terminal),
        TEST(a_long_value_hides_neither_place_nor_reason),
        TEST(progress_says_names_from_outside_in_one_line),
        TEST(closest_name_finds_misspellings_only),
        TEST(json_escapes_and_keeps_every_digit),
        TEST(files_are_written_whole_or_not_at_all),
        TEST(a_prefix_keeps_the_detail),
        TEST(a_number_is_written_as_short_as_it_reads_back),
        TEST(times_are_said_in_the_unit_that_suits),
        TEST(an_unknown_name_is_answered_with_what_was_meant),
        TEST(provenance_names_program_build_and_machine),
        TEST(the_first_signal_asks_and_the_second_ends),
        TEST(a_lost_terminal_asks_however_often_it_is_told),
        TEST(sha256_gives_the_published_digests),
    };
    return tests_run("support", tests, sizeof tests / sizeof *tests);
}
