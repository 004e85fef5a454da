/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What cells are made of: stores, claims, records, sharing among processes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "sweep/claim.h"
#include "sweep/identity.h"
#include "sweep/record.h"
#include "sweep/share.h"
#include "sweep/store.h"
#include "tests/harness.h"

static const struct store_format FORMAT = {.name = "numbers", .version = 3, .holds = "numbers"};

static char *path_of(const char *name) {
    return file_join(test_folder(), name);
}

/* ---- stores ---- */

/* Adds the numbers of all records up, the last of each name counting. */
struct sum {
    double values[8];
    int lines;
};

static enum status read_number(void *context, const struct store_record *record) {
    struct sum *sum = context;
    double index = store_number(record, "index");
    if (!(index >= 0 && index < 8)) {
        return status_fail(STATUS_DATA, "expected an index below 8");
    }
    sum->values[(int)index] = store_number(record, "value");
    sum->lines++;
    return STATUS_OK;
}

static enum status add_number(struct store *store, int index, double value) {
    struct text line = {0};
    struct json_text json = {.out = &line};
    json_text_open(&json, NULL, '{');
    json_text_integer(&json, "index", index);
    json_text_number(&json, "value", value);
    json_text_close(&json, '}');
    enum status status = store_add(store, &line);
    text_free(&line);
    return status;
}

static enum status read_store(struct sum *out, const char *path) {
    struct store *store = NULL;
    *out = (struct sum){0};
    const struct store_reader reader = {read_number, out};
    enum status status = store_open(&store, path, &FORMAT, &reader);
    return status == STATUS_OK ? store_close(store) : status;
}

static void append(const char *path, const char *content) {
    FILE *file = fopen(path, "ab");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs(content, file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static void the_last_record_of_a_key_counts(void) {
    char *path = path_of("last.jsonl");
    struct sum sum = {0};
    const struct store_reader reader = {read_number, &sum};
    struct store *store = NULL;
    CU_ASSERT_EQUAL_FATAL(store_open(&store, path, &FORMAT, &reader), STATUS_OK);
    CU_ASSERT_EQUAL(add_number(store, 1, 0.1), STATUS_OK);
    CU_ASSERT_EQUAL(add_number(store, 2, 7), STATUS_OK);
    CU_ASSERT_EQUAL(add_number(store, 1, 1.0 / 3.0), STATUS_OK);
    CU_ASSERT_EQUAL(store_close(store), STATUS_OK);
    CU_ASSERT_EQUAL(read_store(&sum, path), STATUS_OK);
    CU_ASSERT(sum.lines == 3 && sum.values[1] == 1.0 / 3.0 && sum.values[2] == 7);
    free(path);
}

static void half_a_line_at_the_end_is_cut_off(void) {
    char *path = path_of("half.jsonl");
    struct sum sum = {0};
    const struct store_reader reader = {read_number, &sum};
    struct store *store = NULL;
    CU_ASSERT_EQUAL_FATAL(store_open(&store, path, &FORMAT, &reader), STATUS_OK);
    CU_ASSERT_EQUAL(add_number(store, 1, 5), STATUS_OK);
    CU_ASSERT_EQUAL(store_close(store), STATUS_OK);
    append(path, "{\"index\": 2, \"val");
    CU_ASSERT_EQUAL_FATAL(store_open(&store, path, &FORMAT, &reader), STATUS_OK);
    CU_ASSERT_EQUAL(sum.lines, 1);
    CU_ASSERT_EQUAL(add_number(store, 3, 6), STATUS_OK);
    CU_ASSERT_EQUAL(store_close(store), STATUS_OK);
    CU_ASSERT_EQUAL(read_store(&sum, path), STATUS_OK);
    CU_ASSERT(sum.lines == 2 && sum.values[1] == 5 && sum.values[3] == 6);
    free(path);
}

static void a_damaged_line_is_one_error_with_its_place(void) {
    static const struct {
        const char *content;
        const char *detail;
    } cases[] = {
        {"{\"index\": 1, \"value\": 5}\nrubbish\n{\"index\": 2, \"value\": 5}\n", ":3: not JSON"},
        {"{\"index\": 9, \"value\": 5}\n", ":2: expected an index below 8"},
        {"[1]\n", ":2: expected a JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = text_format("%s/damaged-%zu.jsonl", test_folder(), i);
        struct sum sum;
        CU_ASSERT_EQUAL(read_store(&sum, path), STATUS_OK);
        append(path, cases[i].content);
        CU_ASSERT_EQUAL(read_store(&sum, path), STATUS_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), cases[i].detail));
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), path));
        free(path);
    }
}

static void a_store_of_another_kind_is_refused(void) {
    static const struct store_format other = {.name = "words", .version = 3, .holds = "words"};
    static const struct store_format newer = {.name = "numbers", .version = 4, .holds = "numbers"};
    char *path = path_of("kind.jsonl");
    struct sum sum;
    struct store *store = NULL;
    const struct store_reader reader = {read_number, &sum};
    CU_ASSERT_EQUAL(read_store(&sum, path), STATUS_OK);
    CU_ASSERT_EQUAL(store_open(&store, path, &other, &reader), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "kind.jsonl:1: is not a file of words"));
    CU_ASSERT_EQUAL(store_open(&store, path, &newer, &reader), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), ":1: has format version 3, expected 4"));
    free(path);
}

/* Each of several processes begins the same file and adds many lines; a process looks on. */
static void lines_of_several_processes_do_not_mix(void) {
    enum { PROCESSES = 4, LINES = 200 };
    char *path = path_of("many.jsonl");
    for (int p = 0; p < PROCESSES; p++) {
        if (fork() == 0) {
            struct sum sum = {0};
            const struct store_reader reader = {read_number, &sum};
            struct store *store = NULL;
            bool good = store_open(&store, path, &FORMAT, &reader) == STATUS_OK;
            for (int i = 1; i <= LINES && good; i++) {
                good = add_number(store, p, i) == STATUS_OK && store_read_new(store, &reader) == STATUS_OK;
            }
            _exit(good && sum.lines >= LINES ? 0 : 1);
        }
    }
    for (int p = 0; p < PROCESSES; p++) {
        int state = 1;
        (void)wait(&state);
        CU_ASSERT_EQUAL(state, 0);
    }
    struct sum sum;
    CU_ASSERT_EQUAL(read_store(&sum, path), STATUS_OK);
    CU_ASSERT_EQUAL(sum.lines, PROCESSES * LINES);
    for (int p = 0; p < PROCESSES; p++) {
        CU_ASSERT_EQUAL(sum.values[p], LINES);
    }
    free(path);
}

/* ---- records ---- */

static void records_read_back_as_they_were_written(void) {
    struct record written = {.cell = "pendulum/hgn++/seed-0",
                             .identity = "abc",
                             .data = "def",
                             .state = RECORD_FAILED,
                             .reason = "step 3: \"loss\"\nis not finite",
                             .revision = "1",
                             .begun_by = "2",
                             .steps = 12,
                             .seconds = 0.1};
    struct record read;
    record_stamp(&written);
    CU_ASSERT(strlen(written.when) == 20 && *written.host != '\0');
    char *folder = path_of("record");
    CU_ASSERT_EQUAL(file_make_directory(folder), STATUS_OK);
    CU_ASSERT_EQUAL(record_write(&written, folder), STATUS_OK);
    CU_ASSERT_EQUAL(record_read(&read, folder), STATUS_OK);
    CU_ASSERT_EQUAL(memcmp(&read, &written, sizeof read), 0);
    free(folder);
}

static void a_record_of_a_dead_process_is_a_crash(void) {
    char *folder = path_of("states");
    char *lock_path = record_lock_path(folder);
    struct record record = {.cell = "x", .state = RECORD_WAITING};
    CU_ASSERT_EQUAL(file_make_directory(folder), STATUS_OK);
    CU_ASSERT_EQUAL(record_state_now(&record, folder), RECORD_WAITING);
    record.state = RECORD_RUNNING;
    CU_ASSERT_EQUAL(record_state_now(&record, folder), RECORD_CRASHED);
    struct claim *claim = NULL;
    CU_ASSERT_EQUAL(claim_try(&claim, lock_path), STATUS_OK);
    CU_ASSERT_EQUAL(record_state_now(&record, folder), RECORD_RUNNING);
    record.state = RECORD_DONE;
    CU_ASSERT_EQUAL(record_state_now(&record, folder), RECORD_RUNNING);
    claim_release(claim);
    CU_ASSERT_EQUAL(record_state_now(&record, folder), RECORD_DONE);
    for (int i = 0; i < RECORD_STATES; i++) {
        CU_ASSERT_EQUAL(record_state_find(record_state_name((enum record_state)i)), i);
    }
    free(lock_path);
    free(folder);
}

static void identities_tell_values_apart(void) {
    static const char *const values[][2] = {{"ab", "c"}, {"a", "bc"}, {"ab", "d"}};
    char digests[4][SHA256_TEXT];
    for (size_t i = 0; i < 4; i++) {
        struct identity *identity;
        identity_begin(&identity);
        identity_add(identity, values[i % 3][0], values[i % 3][1]);
        identity_end(identity, digests[i]);
        CU_ASSERT_EQUAL(strlen(digests[i]), 64);
    }
    CU_ASSERT_STRING_EQUAL(digests[0], digests[3]);
    CU_ASSERT(strcmp(digests[0], digests[1]) != 0 && strcmp(digests[0], digests[2]) != 0);
}

static void paths_are_seen_from_a_folder(void) {
    static const char *const cases[][3] = {
        {"paths/runs/a", "paths/data/x", "../../data/x"}, {"paths/runs", "paths/runs/x", "x"},
        {"paths/run", "paths/runs/x", "../runs/x"},       {"paths/runs/a", "paths/runs/x", "../x"},
        {"paths/runs/a", "paths/runs/a/x", "x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folder = path_of(cases[i][0]), *file = path_of(cases[i][1]);
        CU_ASSERT_EQUAL(file_make_directory(folder), STATUS_OK);
        CU_ASSERT_EQUAL(file_make_parent(file), STATUS_OK);
        CU_ASSERT_EQUAL(file_write(file, "x", 1), STATUS_OK);
        char *found = record_relative_path(folder, file);
        CU_ASSERT_STRING_EQUAL(found, cases[i][2]);
        free(found);
        free(file);
        free(folder);
    }
}

/* ---- claims and sharing ---- */

static void a_claim_ends_with_its_process(void) {
    char *path = path_of("claim.lock");
    int ready[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct claim *claim = NULL;
        bool good = claim_try(&claim, path) == STATUS_OK && claim != NULL;
        (void)!write(ready[1], good ? "y" : "n", 1);
        (void)pause();
        _exit(0);
    }
    char answer = 'n';
    CU_ASSERT_EQUAL(read(ready[0], &answer, 1), 1);
    CU_ASSERT_EQUAL(answer, 'y');
    struct claim *claim = NULL;
    CU_ASSERT_EQUAL(claim_try(&claim, path), STATUS_OK);
    CU_ASSERT_PTR_NULL(claim);
    CU_ASSERT_EQUAL(kill(child, SIGKILL), 0);
    CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
    CU_ASSERT_EQUAL(claim_try(&claim, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(claim);
    CU_ASSERT(claim_is_exclusive(claim));
    claim_release(claim);
    CU_ASSERT(!file_exists(path));
    (void)close(ready[0]);
    (void)close(ready[1]);
    free(path);
}

static void a_claim_gives_signs_of_life(void) {
    struct lock_owner owner;
    struct claim *claim = NULL;
    char *path = path_of("alive.lock");
    CU_ASSERT_EQUAL(claim_try(&claim, path), STATUS_OK);
    CU_ASSERT_EQUAL(lock_read_owner(path, &owner), STATUS_OK);
    CU_ASSERT(owner.held && owner.heartbeat == owner.started);
    (void)usleep((1000 * CLAIM_HEARTBEAT + 1500) * 1000);
    CU_ASSERT_EQUAL(lock_read_owner(path, &owner), STATUS_OK);
    CU_ASSERT(owner.held && owner.heartbeat >= owner.started + CLAIM_HEARTBEAT - 1);
    claim_release(claim);
    free(path);
}

/* Pieces whose work is a file; every process that works on one adds a line to it. */
enum { PIECES = 12 };
struct workshop {
    const char *folder;
    int worked;
    int dies_at; /* the process kills itself in the middle of that piece; -1: never */
    struct text said;
};

static char *piece_path(const struct workshop *shop, size_t piece, const char *end) {
    return text_format("%s/piece-%zu.%s", shop->folder, piece, end);
}

static bool piece_is_settled(void *context, size_t piece) {
    char *path = piece_path(context, piece, "done");
    bool settled = file_exists(path);
    free(path);
    return settled;
}

static enum status piece_lock_path(void *context, size_t piece, char **out) {
    *out = piece_path(context, piece, "lock");
    return STATUS_OK;
}

static enum status work_on_piece(void *context, size_t piece) {
    struct workshop *shop = context;
    char *begun = piece_path(shop, piece, "begun"), *done = piece_path(shop, piece, "done");
    append(begun, "x");
    (void)usleep(2000);
    if (shop->dies_at == (int)piece) {
        (void)kill(getpid(), SIGKILL);
    }
    shop->worked++;
    enum status status = file_write(done, "x", 1);
    free(begun);
    free(done);
    return status;
}

static void give_piece_up(void *context, size_t piece, enum status status) {
    (void)context;
    (void)piece;
    (void)status;
    CU_FAIL("a piece was given up");
}

static const char *piece_name(void *context, size_t piece) {
    (void)context;
    (void)piece;
    return "a piece";
}

static void hear(void *context, const char *line) {
    struct workshop *shop = context;
    text_add(&shop->said, "%s\n", line);
}

static enum status share_pieces(struct workshop *shop) {
    struct effort effort = {.threads = 1, .quiet = true, .report = hear, .context = shop};
    const struct share share = {
        .count = PIECES,
        .is_settled = piece_is_settled,
        .lock_path = piece_lock_path,
        .work = work_on_piece,
        .give_up = give_piece_up,
        .name = piece_name,
        .context = shop,
        .effort = &effort,
    };
    return share_run(&share);
}

static struct workshop open_workshop(const char *name) {
    char *folder = path_of(name);
    CU_ASSERT_EQUAL_FATAL(file_make_directory(folder), STATUS_OK);
    return (struct workshop){.folder = folder, .dies_at = -1};
}

/* Bytes of the file that workers of the piece leave: how often it was begun. */
static long times_begun(const struct workshop *shop, size_t piece) {
    struct stat info = {0};
    char *path = piece_path(shop, piece, "begun");
    (void)stat(path, &info);
    free(path);
    return (long)info.st_size;
}

static void processes_share_pieces_and_do_each_once(void) {
    enum { PROCESSES = 8 };
    struct workshop shop = open_workshop("shared");
    for (int p = 0; p < PROCESSES; p++) {
        if (fork() == 0) {
            _exit(share_pieces(&shop) == STATUS_OK && piece_is_settled(&shop, PIECES - 1) ? 0 : 1);
        }
    }
    for (int p = 0; p < PROCESSES; p++) {
        int state = 1;
        (void)wait(&state);
        CU_ASSERT_EQUAL(state, 0);
    }
    for (size_t i = 0; i < PIECES; i++) {
        CU_ASSERT_EQUAL(times_begun(&shop, i), 1);
    }
    free((char *)(size_t)shop.folder);
}

static void a_killed_process_leaves_its_piece_to_the_others(void) {
    struct workshop shop = open_workshop("killed");
    pid_t child = fork();
    if (child == 0) {
        shop.dies_at = 5;
        (void)share_pieces(&shop);
        _exit(0);
    }
    int state = 0;
    CU_ASSERT_EQUAL(waitpid(child, &state, 0), child);
    CU_ASSERT(WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL);
    CU_ASSERT_EQUAL(share_pieces(&shop), STATUS_OK);
    CU_ASSERT_EQUAL(shop.worked, PIECES - 5);
    CU_ASSERT_EQUAL(times_begun(&shop, 5), 2);
    free((char *)(size_t)shop.folder);
}

static void who_waits_for_another_says_so_and_can_be_interrupted(void) {
    struct workshop shop = open_workshop("waiting");
    struct claim *claim = NULL;
    char *path = piece_path(&shop, 3, "lock");
    CU_ASSERT_EQUAL(claim_try(&claim, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(claim);
    interrupt_install();
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        (void)usleep(300000);
        (void)kill(parent, SIGTERM);
        _exit(0);
    }
    CU_ASSERT_EQUAL(share_pieces(&shop), STATUS_INTERRUPTED);
    CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
    interrupt_clear();
    CU_ASSERT_EQUAL(shop.worked, PIECES - 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shop.said.data);
    char *line = text_format("a piece: process %ld on ", (long)parent);
    CU_ASSERT_EQUAL(strncmp(shop.said.data, line, strlen(line)), 0);
    CU_ASSERT_PTR_EQUAL(strchr(shop.said.data, '\n'), shop.said.data + shop.said.length - 1);
    free(line);
    claim_release(claim);
    text_free(&shop.said);
    free(path);
    free((char *)(size_t)shop.folder);
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_last_record_of_a_key_counts),
        TEST(half_a_line_at_the_end_is_cut_off),
        TEST(a_damaged_line_is_one_error_with_its_place),
        TEST(a_store_of_another_kind_is_refused),
        TEST(lines_of_several_processes_do_not_mix),
        TEST(records_read_back_as_they_were_written),
        TEST(a_record_of_a_dead_process_is_a_crash),
        TEST(identities_tell_values_apart),
        TEST(paths_are_seen_from_a_folder),
        TEST(a_claim_ends_with_its_process),
        TEST(a_claim_gives_signs_of_life),
        TEST(processes_share_pieces_and_do_each_once),
        TEST(a_killed_process_leaves_its_piece_to_the_others),
        TEST(who_waits_for_another_says_so_and_can_be_interrupted),
    };
    return tests_run("sweep", tests, sizeof tests / sizeof *tests);
}
