/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures and the program that draws them, also one that hangs, fails, floods or claims too much.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "drawing/figure.h"
#include "drawing/gnuplot.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/timer.h"
#include "tests/harness.h"

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
    figure_add_literal(&figure.commands, "%s",
                       "}it's \"5% 100%8\\n {/Bold a_b^c@x~y} `id` \"q\" \n\033[1mü{{#$");
    text_add(&figure.commands, "\nplot 'words.dat' title ");
    figure_add_literal(&figure.commands, "%s", "a''_b\\");
    text_add(&figure.commands, "\n");
    CU_ASSERT_EQUAL(figure_publish(&figure, test_folder(), "", &report), STATUS_OK);
    if (is_installed(&report)) {
        char *path = file_join(test_folder(), "words.svg");
        CU_ASSERT_EQUAL_FATAL(report.notes.count, 0);
        CU_ASSERT_EQUAL_FATAL(file_read(&svg, path), STATUS_OK);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(svg.data, ">}it's \"5% 100%8\\n {/Bold a_b^c@x~y} `id` \"q\" \\n\\x1b[1mü{{#$<"));
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

int main(void) {
    static const struct test tests[] = {
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
    };
    return tests_run("gnuplot", tests, sizeof tests / sizeof *tests);
}
