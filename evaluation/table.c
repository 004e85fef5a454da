/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/latex.h"
#include "drawing/markdown.h"
#include "evaluation/table_column.h"
#include "evaluation/table_plot.h"
#include "evaluation/table_words.h"
#include "support/file.h"
#include "support/memory.h"

/* ---- a row per environment and model ---- */

enum { MOST_COLUMNS = 128, TEXT_COLUMNS = 2 };

static size_t find_default_columns(const struct table *table, struct table_column *out) {
    size_t count = 0;
    for (size_t i = 0; table_default_columns[i] != NULL && count < MOST_COLUMNS; i++) {
        count += table_column_find(&out[count], table_default_columns[i]) &&
                 table_column_applies(&out[count], table);
    }
    return count;
}

/* The table's columns in `out` [MOST_COLUMNS]; returns how many. */
static size_t find_columns(const struct table *table, struct table_column *out) {
    size_t count = 0;
    if (table->columns == NULL || table->columns->count == 0) {
        return find_default_columns(table, out);
    }
    for (size_t i = 0; i < table->columns->count && count < MOST_COLUMNS; i++) {
        count += table_column_find(&out[count], table->columns->line[i]);
    }
    return count;
}

/* Columns of words at the beginning: they are set flush left. */
static size_t count_left(const struct table_column *columns, size_t count) {
    size_t left = 0;
    while (left < count && columns[left].figure < 0 && left < TEXT_COLUMNS) {
        left++;
    }
    return left;
}

static char *entry_of(const struct table_column *column, const struct table_row *row) {
    struct text entry = {0};
    table_column_add(&entry, column, row);
    return entry.data;
}

static void add_rows(struct text *out, const struct table_rows *rows, const struct table_column *columns,
                     size_t count) {
    struct markdown markdown = {.columns = count, .left = count_left(columns, count)};
    for (size_t c = 0; c < count; c++) {
        markdown_add(&markdown, memory_copy_string(columns[c].title));
    }
    for (size_t i = 0; i < rows->count * count; i++) {
        markdown_add(&markdown, entry_of(&columns[i % count], &rows->row[i / count]));
    }
    markdown_format(out, &markdown);
    markdown_clear(&markdown);
}

/* ---- what is to be known of it ---- */

static void add_frames(struct text *out, const struct evaluation_result *result) {
    int last = result->reconstruction - 1;
    text_add(out, "%d test windows, reconstruction frames 0 to %d", result->windows, last);
    if (last > 0) {
        text_add(out, " (without the origin 1 to %d)", last);
    }
    if (result->extrapolation > 0) {
        text_add(out, ", extrapolation %d to %d", last + 1, last + result->extrapolation);
    }
}

/* "Other test sets: long 10 films of 1000 frames, ..." */
static void add_sets(struct text *out, const struct evaluation_result *result) {
    bool any = false;
    for (int set = TEST_SET_OWN + 1; set < TEST_SETS; set++) {
        if (result->sets[set].windows > 0) {
            text_add(out, "%s%s %d films of %d frames",
                     any ? ", " : "Other test sets: ", test_set_kinds[set].name, result->sets[set].windows,
                     result->sets[set].frames);
            any = true;
        }
    }
    text_add(out, any ? ".\n" : "");
}

static void add_subject(struct text *out, enum table_subject subject,
                        const struct evaluation_result *result) {
    switch (subject) {
    case TABLE_STATES:
        text_add(out, "Models of true states are given the state at the origin: ");
        add_frames(out, result);
        text_add(out, ".\n");
        break;
    case TABLE_DENSITY:
        text_add(out, "Densities: %d test points.\n", result->windows);
        break;
    default:
        text_add(out, "Frames are counted from the origin of a window, the last frame that models see "
                      "before they predict: ");
        add_frames(out, result);
        text_add(out, ".\n");
        add_sets(out, result);
    }
}

/* Over which frames, and which rows are not about the same as the first of their subject. */
static void add_frame_notes(struct text *out, const struct table *table) {
    const struct table_cell *first[TABLE_SUBJECTS] = {NULL};
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        if (!table_row_is_done(cell)) {
            continue;
        }
        enum table_subject subject = table_row_subject(cell);
        if (first[subject] == NULL) {
            first[subject] = cell;
            add_subject(out, subject, &cell->result);
        } else if (!table_row_same_frames(first[subject], cell)) {
            text_add(out, "**Not comparable with the first row**: %s, %s, seed %" PRIu64 " is about ",
                     cell->environment, cell->model, cell->seed);
            add_frames(out, &cell->result);
            text_add(out, ".\n");
        }
    }
}

static bool any_marked(const struct table *table) {
    for (size_t i = 0; i < table->count; i++) {
        if (table_cell_has_learned_nothing(&table->cells[i])) {
            return true;
        }
    }
    return false;
}

static void add_explanation(struct text *out, const struct table *table, const struct table_rows *rows,
                            const struct table_column *columns, size_t count) {
    text_add(out, "\n");
    for (size_t i = 0; table->notes != NULL && i < table->notes->count; i++) {
        text_add(out, "%s\n", table->notes->line[i]);
    }
    add_frame_notes(out, table);
    if (any_marked(table)) {
        text_add(out, "\\* Has learned nothing that moves: its reconstruction is no better than one picture "
                      "that never changes (a collapsed posterior, or too little training). Its other "
                      "figures, a small energy drift above all, say nothing.\n");
    }
    for (size_t c = 0; c < count; c++) {
        if (columns[c].help != NULL) {
            text_add(out, "%s: %s.\n", columns[c].title, columns[c].help);
        }
    }
    table_words_add_seeds(out, rows);
}

void table_add_markdown(struct text *out, const struct table *table) {
    struct table_column columns[MOST_COLUMNS];
    size_t count = find_columns(table, columns);
    struct table_rows rows = table_row_list(table);
    markdown_add_heading(out, 3, table->title);
    add_rows(out, &rows, columns, count);
    add_explanation(out, table, &rows, columns, count);
    table_words_add(out, &rows);
    free(rows.row);
}

/* ---- LaTeX ---- */

/* The notes of the Markdown form as comments: they would be a page of text. */
static void add_comments(struct text *out, const struct text *notes) {
    bool begun = true;
    for (size_t i = 0; i < notes->length; i++) {
        text_add(out, begun ? "%% " : "");
        text_add_bytes(out, &notes->data[i], 1);
        begun = notes->data[i] == '\n';
    }
}

static void add_tabular(struct text *out, const struct table_rows *rows, const struct table_column *columns,
                        size_t count) {
    struct latex latex = {.columns = count, .left = count_left(columns, count)};
    for (size_t c = 0; c < count; c++) {
        latex_add(&latex, memory_copy_string(columns[c].title));
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct table_row *row = &rows->row[i];
        if (i > 0 && strcmp(row->cells->environment, row[-1].cells->environment) != 0) {
            latex_space(&latex);
        }
        for (size_t c = 0; c < count; c++) {
            latex_add(&latex, entry_of(&columns[c], row));
        }
    }
    latex_format(out, &latex);
    latex_clear(&latex);
}

void table_add_latex(struct text *out, const struct table *table) {
    struct table_column columns[MOST_COLUMNS];
    size_t count = find_columns(table, columns);
    struct table_rows rows = table_row_list(table);
    struct text notes = {0};
    text_add(out, "%% Needs \\usepackage{booktabs}.\n\\begin{table}\n\\centering\n\\caption{");
    latex_add_text(out, table->title);
    text_add(out, "}\n\\small\n");
    add_tabular(out, &rows, columns, count);
    text_add(out, "\\end{table}\n");
    add_explanation(&notes, table, &rows, columns, count);
    add_comments(out, &notes);
    text_free(&notes);
    free(rows.row);
}

/* ---- files ---- */

static enum status write_text(const char *folder, const char *name, struct text *text) {
    char *path = file_join(folder, name);
    enum status status = file_write(path, text->data, text->length);
    free(path);
    text_free(text);
    return status;
}

static enum status write_forms(const struct table *table, const char *folder, const struct lines *notes) {
    static const struct form {
        const char *file;
        void (*add)(struct text *out, const struct table *table);
    } forms[] = {
        {"table.md", table_add_markdown},
        {"table.tex", table_add_latex},
        {"table.csv", table_add_csv},
        {"rows.csv", table_add_rows_csv},
        {"verdicts.csv", table_add_verdicts_csv},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && status == STATUS_OK; i++) {
        struct text text = {0};
        forms[i].add(&text, table);
        status = write_text(folder, forms[i].file, &text);
    }
    struct text json = {0};
    table_add_json(&json, table, notes);
    return status == STATUS_OK ? write_text(folder, "table.json", &json) : (text_free(&json), status);
}

enum status table_write(const struct table *table, const char *folder) {
    struct figure_report report = {0};
    enum status status = file_make_directory(folder);
    if (status == STATUS_OK) {
        enum status drawn = table_plot_write(table, folder, &report);
        char *detail = memory_copy_string(status_detail());
        status = drawn == STATUS_IO ? drawn : write_forms(table, folder, &report.notes);
        if (status == STATUS_OK && drawn != STATUS_OK) {
            status = status_fail(drawn, "%s", detail);
        }
        free(detail);
    }
    figure_report_free(&report);
    return status;
}
