/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plots of an evaluation.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/picture.h"
#include "evaluation/plot.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"

enum { WINDOWS = 5, FRAMES = 30, HISTORY = 4, RECONSTRUCTION = 10 };

/* Of energies that change a little, and of a film whose disc is lost. */
static struct rollout_films sample_films(void) {
    struct rollout_films films = {
        .count = 2, .frames = FRAMES, .energy = memory_alloc(2, sizeof(struct film_energy))};
    for (int i = 0; i < films.count; i++) {
        films.energy[i].frames = FRAMES;
        films.energy[i].energy = memory_alloc(FRAMES, sizeof(double));
        for (int t = 0; t < FRAMES; t++) {
            films.energy[i].energy[t] = t < 4 || (i == 1 && t > 20) ? NAN : 2 + 0.1 * sin(t);
        }
    }
    return films;
}

static struct rollout sample_rollout(bool has_energy) {
    struct rollout rollout = {.windows = WINDOWS,
                              .runs = WINDOWS,
                              .pieces = 1,
                              .history = HISTORY,
                              .frames = FRAMES,
                              .reconstruction = RECONSTRUCTION,
                              .energy_unit = NAN};
    rollout.window = memory_alloc(WINDOWS, sizeof *rollout.window);
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        rollout.forward.error[e] = memory_alloc(WINDOWS * FRAMES, sizeof(double));
    }
    rollout.true_energy = memory_alloc(WINDOWS * FRAMES, sizeof(double));
    if (has_energy) {
        rollout.forward.films = sample_films();
        rollout.true_films = sample_films();
    }
    rollout.forward.energy = has_energy ? memory_alloc(WINDOWS * FRAMES, sizeof(double)) : NULL;
    for (int i = 0; i < WINDOWS; i++) {
        rollout.window[i] = (struct test_window){.place = {.trajectory = i, .start = 10 * i}, .run = i};
        for (int t = 0; t < FRAMES; t++) {
            int k = i * FRAMES + t;
            for (int e = 0; e < IMAGE_ERRORS; e++) {
                rollout.forward.error[e][k] = (e == 0 ? 1e-3 : 2.5e-6) * exp(0.1 * t);
            }
            rollout.true_energy[k] = i + 1;
            if (has_energy) {
                rollout.forward.energy[k] = 3 * i - 7 + 0.2 * sin(0.3 * t + i);
            }
        }
    }
    return rollout;
}

/* What such a model says about a training step. */
static const struct field step_figures[] = {{.name = "loss"}, {.name = "mse"}, {.name = "kl"}};
static const struct model_kind kind = {.name = "sample", .figures = step_figures, .figure_count = 3};

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
                                 .model = "it's \"hgn++\" {x_1}",
                                 .kind = &kind,
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
    "{\"step\": 1, \"loss\": 0.7, \"mse\": 0.1, \"kl\": 0.01, \"learning_rate\": 0.0}\n"
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

/* A model of an experiment has the name that its file gives it. */
static void plots_can_be_of_a_model_of_any_name(void) {
    char *folder = run_folder("named");
    write_file(folder, "metrics.jsonl", metrics_lines);
    struct rollout rollout = sample_rollout(true);
    struct plot_source source = {.folder = folder,
                                 .environment = "pendulum",
                                 .model = "it's {a_b} \\ \"100%\" `id`",
                                 .kind = &kind,
                                 .dt = 0.05,
                                 .rollout = &rollout};
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(plot_write_all(&source, &report), STATUS_OK);
    if (!contains(&report.notes, "not installed")) {
        static const char *const pictures[] = {"plots/error.svg", "plots/energy.svg", "plots/loss.svg"};
        CU_ASSERT_EQUAL(report.notes.count, 0);
        for (size_t i = 0; i < 3; i++) {
            struct text svg = {0};
            char *path = file_join(folder, pictures[i]);
            CU_ASSERT_EQUAL_FATAL(file_read(&svg, path), STATUS_OK);
            CU_ASSERT_PTR_NOT_NULL(strstr(svg.data, ">pendulum, it's {a_b} \\ \"100%\" `id`: "));
            text_free(&svg);
            free(path);
        }
    }
    figure_report_free(&report);
    rollout_free(&rollout);
    free(folder);
}

static void plotted_energies_are_changes_in_units_of_their_spread(void) {
    char *folder = run_folder("energies");
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots_with_path("", folder, &report), STATUS_OK);
    const char *data = "plots/energy.dat";
    CHECK_NEAR(data_value(folder, data, 3, 0), 3, 0);
    CHECK_NEAR(data_value(folder, data, 3, 1), 3 * 0.05, 1e-9);
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

static void loss_curves_are_the_figures_that_the_kind_names(void) {
    char *folder = run_folder("loss");
    write_file(folder, "metrics.jsonl", metrics_lines);
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots_with_path("", folder, &report), STATUS_OK);
    CHECK_NEAR(data_value(folder, "plots/loss.dat", 1, 0), 100, 0);
    CHECK_NEAR(data_value(folder, "plots/loss.dat", 1, 1), 0.6, 0);
    CHECK_NEAR(data_value(folder, "plots/loss.dat", 1, 2), 0.02, 0);
    CHECK_NEAR(data_value(folder, "plots/loss.dat", 1, 3), 0.002, 0);
    CHECK_NEAR(data_value(folder, "plots/loss.dat", 1, 4), 0.001, 0);
    figure_report_free(&report);
    free(folder);
}

/* The size of a constraint that is met, on an axis that has no negative numbers. */
static void negative_figures_are_drawn_by_their_size(void) {
    char *folder = run_folder("constraint");
    write_file(folder, "metrics.jsonl",
               "{\"step\": 1, \"loss\": 0.7, \"mse\": 0.1, \"kl\": 0.01, \"learning_rate\": 0.0}\n"
               "{\"step\": 2, \"loss\": -0.6, \"mse\": 0.02, \"kl\": 0.0, \"learning_rate\": 0.001}\n");
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots_with_path("", folder, &report), STATUS_OK);
    struct text commands = {0};
    char *path = file_join(folder, "plots/loss.gp");
    CU_ASSERT_EQUAL_FATAL(file_read(&commands, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(commands.data, "(-$2 > 0 ? -$2 : NaN)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(commands.data, "set logscale y"));
    text_free(&commands);
    free(path);
    figure_report_free(&report);
    free(folder);
}

/* ---- what every plot keeps to: walks the list, a new plot needs no edit here ---- */

static void plots_describe_themselves(void) {
    for (const struct plot *const *plot = plots; *plot != NULL; plot++) {
        CU_ASSERT((*plot)->name != NULL && (*plot)->name[0] != '\0' && strchr((*plot)->name, '/') == NULL);
        CU_ASSERT((*plot)->width >= 100 && (*plot)->height >= 100);
        for (const struct plot *const *other = plots; other != plot; other++) {
            CU_ASSERT_STRING_NOT_EQUAL((*plot)->name, (*other)->name);
        }
    }
}

/* Of a model that has everything, under a name full of what gnuplot has its own ideas about. */
static void every_plot_has_data_and_commands_that_gnuplot_accepts(void) {
    char *folder = run_folder("contract");
    write_file(folder, "metrics.jsonl", metrics_lines);
    struct rollout rollout = sample_rollout(true);
    struct plot_source source = {.folder = folder,
                                 .environment = "mass_spring_colors",
                                 .model = "it's \"hgn++\" {x_1} `date` %d\\",
                                 .kind = &kind,
                                 .dt = 0.05,
                                 .rollout = &rollout};
    for (const struct plot *const *plot = plots; *plot != NULL; plot++) {
        struct figure figure = {.name = (*plot)->name, .width = (*plot)->width, .height = (*plot)->height};
        struct figure_report report = {0};
        CU_ASSERT_TRUE((*plot)->applies(&source));
        CHECK_OK_FATAL((*plot)->compose(&source, &figure.data, &figure.commands));
        CU_ASSERT(figure.data.length > 0 && figure.data.data[0] == '#');
        CU_ASSERT(figure.commands.length > 0);
        CHECK_OK(figure_publish(&figure, folder, "", &report));
        for (size_t i = 0; i < report.notes.count; i++) { /* only gnuplot's absence is an excuse */
            CU_ASSERT_PTR_NOT_NULL(strstr(report.notes.line[i], "not installed"));
        }
        CU_ASSERT(report.pictures.count == 2 || report.notes.count > 0);
        figure_report_free(&report);
        figure_clear(&figure);
    }
    rollout_free(&rollout);
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
                                                 "'gnuplot -d NAME.gp' in plots/ draws them later");
    CU_ASSERT_EQUAL(report.pictures.count, 0);
    CU_ASSERT_TRUE(file_stands(folder, "plots/loss.gp"));
    CU_ASSERT_TRUE(file_stands(folder, "plots/loss.dat"));
    CU_ASSERT_FALSE(file_stands(folder, "plots/loss.png"));
    figure_report_free(&report);
    free(folder);
}

static void a_damaged_loss_log_is_a_note_and_old_pictures_stay_away(void) {
    char *folder = run_folder("damaged");
    write_file(folder, "metrics.jsonl", "{\"step\": 1, \"mse\": 0.1}\n{\"mse\": 0.1}\n");
    struct figure_report report = {0};
    CU_ASSERT_EQUAL(write_plots_with_path("", folder, &report), STATUS_OK);
    CU_ASSERT_TRUE(
        contains(&report.notes, "metrics.jsonl:2: the line is damaged, expected a JSON object with a step"));
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

/* Of the page that shows how to add a plot; built into a program of its own. */
#ifndef DOCUMENTED_ENTRY
#define DOCUMENTED_ENTRY NULL
#endif

static void the_documented_plot_is_in_the_list(void) {
    const char *name = DOCUMENTED_ENTRY;
    bool found = name == NULL;
    for (const struct plot *const *plot = plots; *plot != NULL; plot++) {
        found = found || strcmp((*plot)->name, name) == 0;
    }
    CU_ASSERT_TRUE(found);
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_documented_plot_is_in_the_list),
        TEST(plots_keep_their_scripts_and_data),
        TEST(plots_can_be_of_a_model_of_any_name),
        TEST(plotted_energies_are_changes_in_units_of_their_spread),
        TEST(loss_curves_are_the_figures_that_the_kind_names),
        TEST(negative_figures_are_drawn_by_their_size),
        TEST(plots_describe_themselves),
        TEST(every_plot_has_data_and_commands_that_gnuplot_accepts),
        TEST(models_without_energy_or_training_have_fewer_plots),
        TEST(a_missing_gnuplot_is_one_note),
        TEST(a_damaged_loss_log_is_a_note_and_old_pictures_stay_away),
        TEST(a_run_folder_that_is_a_file_is_an_error),
    };
    return tests_run("plots", tests, sizeof tests / sizeof *tests);
}
