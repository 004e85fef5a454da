/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Locks between processes and threads, and temporaries that nobody else has.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/file.h"
#include "support/interrupt.h"
#include "support/lock.h"
#include "support/text.h"
#include "tests/harness.h"

static char *path_of(const char *name) {
    return file_join(test_folder(), name);
}

static void pause_for(long milliseconds) {
    (void)nanosleep(
        &(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L}, NULL);
}

/* A process that holds the lock until it is killed, or for so long. */
static pid_t hold_elsewhere(const char *path, long milliseconds) {
    int ends[2];
    CU_ASSERT_FATAL(pipe(ends) == 0);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct lock *lock = NULL;
        char taken = lock_try(&lock, path) == STATUS_OK && lock != NULL ? 'y' : 'n';
        (void)!write(ends[1], &taken, 1);
        pause_for(milliseconds);
        lock_release(lock);
        _exit(0);
    }
    char taken = 'n';
    CU_ASSERT(read(ends[0], &taken, 1) == 1 && taken == 'y');
    (void)close(ends[0]);
    (void)close(ends[1]);
    return child;
}

static void end(pid_t child, int number) {
    if (number != 0) {
        (void)kill(child, number);
    }
    (void)waitpid(child, NULL, 0);
}

static void a_lock_is_taken_once_and_leaves_no_file(void) {
    char *path = path_of("once.lock");
    struct lock *lock = NULL, *second = NULL;
    CU_ASSERT_EQUAL_FATAL(lock_try(&lock, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lock);
    CU_ASSERT(lock_is_exclusive(lock));
    CU_ASSERT_EQUAL(lock_try(&second, path), STATUS_OK);
    CU_ASSERT_PTR_NULL(second);
    lock_release(lock);
    CU_ASSERT(!file_exists(path));
    CU_ASSERT_EQUAL(lock_try(&second, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL(second);
    lock_release(second);
    lock_release(NULL);
    free(path);
}

static void the_owner_is_told_to_those_who_look(void) {
    char *path = path_of("owner.lock");
    struct lock_owner owner;
    CU_ASSERT_EQUAL(lock_read_owner(path, &owner), STATUS_OK);
    CU_ASSERT(!owner.held && owner.pid == 0);
    int64_t before = (int64_t)time(NULL);
    pid_t child = hold_elsewhere(path, 60000);
    char host[64] = "";
    (void)gethostname(host, sizeof host - 1);
    CU_ASSERT_EQUAL(lock_read_owner(path, &owner), STATUS_OK);
    CU_ASSERT(owner.held && owner.pid == child);
    CU_ASSERT_STRING_EQUAL(owner.host, host);
    CU_ASSERT(owner.started >= before && owner.started <= (int64_t)time(NULL));
    CU_ASSERT_EQUAL(owner.heartbeat, owner.started);
    end(child, SIGKILL);
    /* The file is still there and says who it was, but he has it no more. */
    CU_ASSERT_EQUAL(lock_read_owner(path, &owner), STATUS_OK);
    CU_ASSERT(!owner.held && owner.pid == child);
    (void)unlink(path);
    free(path);
}

static void a_heartbeat_moves_the_last_sign_of_life(void) {
    char *path = path_of("heart.lock");
    struct lock *lock = NULL;
    struct lock_owner owner;
    CU_ASSERT_EQUAL_FATAL(lock_try(&lock, path), STATUS_OK);
    pause_for(1100);
    lock_heartbeat(lock);
    CU_ASSERT_EQUAL(lock_read_owner(path, &owner), STATUS_OK);
    CU_ASSERT(owner.held && owner.pid == getpid() && owner.heartbeat > owner.started);
    lock_release(lock);
    free(path);
}

static void a_killed_owner_is_followed_at_once(void) {
    char *path = path_of("killed.lock");
    for (int i = 0; i < 5; i++) {
        struct lock *lock = NULL;
        pid_t child = hold_elsewhere(path, 60000);
        CU_ASSERT_EQUAL(lock_try(&lock, path), STATUS_OK);
        CU_ASSERT_PTR_NULL(lock);
        end(child, SIGKILL);
        CU_ASSERT(file_exists(path));
        CU_ASSERT_EQUAL(lock_try(&lock, path), STATUS_OK);
        CU_ASSERT_PTR_NOT_NULL(lock);
        lock_release(lock);
    }
    free(path);
}

static void keep_line(void *context, const char *line) {
    text_add(context, "%s\n", line);
}

static void who_waits_says_for_whom_and_goes_on_afterwards(void) {
    char *path = path_of("waited.lock"), expected[256], host[64] = "";
    struct text lines = {0};
    struct lock *lock = NULL;
    struct lock_wait wait = {"data.h5", "is being made", keep_line, &lines};
    (void)gethostname(host, sizeof host - 1);
    pid_t child = hold_elsewhere(path, 300);
    CU_ASSERT_EQUAL(lock_wait(&lock, path, &wait), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lock);
    (void)snprintf(expected, sizeof expected, "data.h5: is being made by process %ld on %s, waiting for it\n",
                   (long)child, host);
    CU_ASSERT_STRING_EQUAL(lines.data, expected);
    lock_release(lock);
    end(child, 0);
    /* Nothing is said where nobody is waited for. */
    text_clear(&lines);
    CU_ASSERT_EQUAL(lock_wait(&lock, path, &wait), STATUS_OK);
    CU_ASSERT_EQUAL(lines.length, 0);
    lock_release(lock);
    text_free(&lines);
    free(path);
}

static void an_interrupt_ends_the_waiting(void) {
    char *path = path_of("interrupted.lock");
    struct lock *lock = NULL;
    struct lock_wait wait = {.subject = "data.h5", .purpose = "is being made"};
    pid_t child = hold_elsewhere(path, 60000);
    interrupt_install();
    (void)raise(SIGTERM);
    CU_ASSERT_EQUAL(lock_wait(&lock, path, &wait), STATUS_INTERRUPTED);
    CU_ASSERT_PTR_NULL(lock);
    interrupt_clear();
    end(child, SIGKILL);
    (void)unlink(path);
    free(path);
}

/* --- many at once --------------------------------------------------------------------------------------- */

enum { CONTENDERS = 8, TURNS = 40 };

/* Adds 1 to the number in a file, slowly enough that two at once would lose some. */
static void count_up(const char *path) {
    int number = 0;
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        (void)!fscanf(file, "%d", &number);
        (void)fclose(file);
    }
    pause_for(1);
    file = fopen(path, "w");
    (void)fprintf(file, "%d\n", number + 1);
    (void)fclose(file);
}

static void *contend(void *counter) {
    char *path = path_of("contended.lock");
    struct lock_wait wait = {.subject = "counter", .purpose = "is being moved"};
    for (int i = 0; i < TURNS; i++) {
        struct lock *lock = NULL;
        if (lock_wait(&lock, path, &wait) != STATUS_OK) {
            (void)fprintf(stderr, "%s\n", status_detail());
            break;
        }
        count_up(counter);
        lock_release(lock);
        pause_for(1);
    }
    free(path);
    return NULL;
}

static void check_count(const char *path, int expected) {
    struct text text = {0};
    CU_ASSERT_EQUAL(file_read(&text, path), STATUS_OK);
    CU_ASSERT_EQUAL(text.length > 0 ? strtol(text.data, NULL, 10) : 0, expected);
    text_free(&text);
}

static void threads_exclude_each_other(void) {
    char *counter = path_of("threads.txt");
    pthread_t threads[CONTENDERS];
    for (int i = 0; i < CONTENDERS; i++) {
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, contend, counter), 0);
    }
    for (int i = 0; i < CONTENDERS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    check_count(counter, CONTENDERS * TURNS);
    free(counter);
}

static void processes_exclude_each_other(void) {
    char *counter = path_of("processes.txt");
    pid_t children[CONTENDERS];
    (void)fflush(NULL);
    for (int i = 0; i < CONTENDERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            (void)contend(counter);
            _exit(0);
        }
    }
    for (int i = 0; i < CONTENDERS; i++) {
        end(children[i], 0);
    }
    check_count(counter, CONTENDERS * TURNS);
    free(counter);
}

/* --- what is no lock ------------------------------------------------------------------------------------ */

static void links_and_other_files_are_not_touched(void) {
    char *link = path_of("link.lock"), *target = path_of("target.txt"), *pipe_path = path_of("pipe.lock");
    struct lock *lock = NULL;
    struct lock_owner owner;
    CU_ASSERT_EQUAL(file_write(target, "precious", 8), STATUS_OK);
    CU_ASSERT_EQUAL(symlink(target, link), 0);
    CU_ASSERT_EQUAL(mkfifo(pipe_path, 0600), 0);
    CU_ASSERT_EQUAL(lock_try(&lock, link), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "link.lock: is a link"));
    CU_ASSERT_EQUAL(lock_try(&lock, target), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "target.txt: is not a lock file"));
    CU_ASSERT_EQUAL(lock_read_owner(target, &owner), STATUS_DATA);
    CU_ASSERT_EQUAL(lock_try(&lock, pipe_path), STATUS_DATA);
    CU_ASSERT_PTR_NULL(lock);
    struct text content = {0};
    CU_ASSERT_EQUAL(file_read(&content, target), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(content.data, "precious");
    CU_ASSERT_EQUAL(lock_try(&lock, "/nowhere/at/all.lock"), STATUS_IO);
    text_free(&content);
    free(pipe_path);
    free(target);
    free(link);
}

/* A program that is started while the lock is held must not keep it. */
static void a_started_program_does_not_inherit_the_lock(void) {
    char *path = path_of("inherited.lock");
    struct lock *lock = NULL;
    CU_ASSERT_EQUAL_FATAL(lock_try(&lock, path), STATUS_OK);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)execlp("sleep", "sleep", "60", (char *)NULL);
        _exit(127);
    }
    pause_for(200); /* until sleep runs */
    lock_release(lock);
    CU_ASSERT_EQUAL(lock_try(&lock, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL(lock);
    lock_release(lock);
    end(child, SIGKILL);
    free(path);
}

/* --- temporaries ---------------------------------------------------------------------------------------- */

static int count_files(const char *folder) {
    int count = 0;
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(directory);
    return count;
}

static void temporaries_are_beside_the_file_and_of_one_owner(void) {
    char *folder = path_of("temporaries"), *path = path_of("temporaries/data.h5"), *parts[16];
    CU_ASSERT_EQUAL_FATAL(file_make_directory(folder), STATUS_OK);
    for (int i = 0; i < 16; i++) {
        CU_ASSERT_EQUAL_FATAL(file_temporary(&parts[i], path), STATUS_OK);
        CU_ASSERT_EQUAL(strncmp(parts[i], path, strlen(path)), 0);
        CU_ASSERT(file_exists(parts[i]));
        for (int j = 0; j < i; j++) {
            CU_ASSERT_STRING_NOT_EQUAL(parts[i], parts[j]);
        }
    }
    struct stat info;
    mode_t mask = umask(0);
    (void)umask(mask);
    CU_ASSERT_EQUAL(stat(parts[0], &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0666 & ~mask);
    CU_ASSERT_EQUAL(file_publish(parts[0], path), STATUS_OK);
    CU_ASSERT(file_exists(path) && !file_exists(parts[0]));
    /* The rest stands for what killed processes have left. */
    char *other = path_of("temporaries/other.h5.part"), *another = path_of("temporaries/x.h5"), *part;
    CU_ASSERT_EQUAL(file_write(other, "x", 1), STATUS_OK);
    CU_ASSERT_EQUAL(file_temporary(&part, another), STATUS_OK);
    file_remove_temporaries(folder, "data.h5");
    CU_ASSERT(file_exists(path) && file_exists(other) && file_exists(part));
    CU_ASSERT_EQUAL(count_files(folder), 3);
    file_remove_temporaries(folder, NULL);
    CU_ASSERT(file_exists(path) && file_exists(other) && !file_exists(part));
    for (int i = 0; i < 16; i++) {
        free(parts[i]);
    }
    free(part);
    free(another);
    free(other);
    free(path);
    free(folder);
}

/* Many writers of one file: it is one of theirs at any time, and nothing is left beside it. */
static void writers_of_one_file_do_not_disturb_each_other(void) {
    enum { LENGTH = 100000 };
    char *folder = path_of("written"), *path = path_of("written/table.json"), letters[LENGTH];
    pid_t children[CONTENDERS];
    CU_ASSERT_EQUAL_FATAL(file_make_directory(folder), STATUS_OK);
    (void)fflush(NULL);
    for (int i = 0; i < CONTENDERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            memset(letters, 'a' + i, LENGTH);
            for (int turn = 0; turn < 20; turn++) {
                if (file_write(path, letters, LENGTH) != STATUS_OK) {
                    _exit(1);
                }
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 50; i++) {
        struct text text = {0};
        if (file_exists(path) && file_read(&text, path) == STATUS_OK) {
            memset(letters, text.data[0], LENGTH);
            CU_ASSERT(text.length == LENGTH && memcmp(text.data, letters, LENGTH) == 0);
        }
        text_free(&text);
    }
    for (int i = 0; i < CONTENDERS; i++) {
        int result = 0;
        CU_ASSERT(waitpid(children[i], &result, 0) == children[i] && result == 0);
    }
    CU_ASSERT_EQUAL(count_files(folder), 1);
    free(path);
    free(folder);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_lock_is_taken_once_and_leaves_no_file),
        TEST(the_owner_is_told_to_those_who_look),
        TEST(a_heartbeat_moves_the_last_sign_of_life),
        TEST(a_killed_owner_is_followed_at_once),
        TEST(who_waits_says_for_whom_and_goes_on_afterwards),
        TEST(an_interrupt_ends_the_waiting),
        TEST(threads_exclude_each_other),
        TEST(processes_exclude_each_other),
        TEST(links_and_other_files_are_not_touched),
        TEST(a_started_program_does_not_inherit_the_lock),
        TEST(temporaries_are_beside_the_file_and_of_one_owner),
        TEST(writers_of_one_file_do_not_disturb_each_other),
    };
    return tests_run("lock", tests, sizeof tests / sizeof *tests);
}
