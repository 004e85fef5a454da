/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "evaluation/table_column.h"
#include "evaluation/table_seeds.h"
#include "results/published.h"
#include "support/file.h"
#include "support/memory.h"

static const char *const panel_figures[] = {"reconstruction_l2_norm", "extrapolation_mse", "state_error",
                                            "kl"};
enum { MOST_PANELS = sizeof panel_figures / sizeof *panel_figures };

/* Pixels. */
enum { LINE = 9, LEFT = 225, RIGHT = 190, TOP = 50, BOTTOM = 84, PANEL = 380, LEGEND_LINE = 20 };

struct summary {
    const struct table_rows *rows;
    const char **environments; /* [environment_count], in the order in which they first occur */
    size_t environment_count;
    const char **models; /* [model_count], the same */
    size_t model_count;
    int panels[MOST_PANELS]; /* figures */
    size_t panel_count;
};

static size_t find(const char *const *names, size_t count, const char *name) {
    size_t i = 0;
    while (i < count && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

static void add_once(const char **names, size_t *count, const char *name) {
    if (find(names, *count, name) == *count) {
        names[(*count)++] = name;
    }
}

static bool has_positive(const struct table_rows *rows, int figure) {
    for (size_t i = 0; i < rows->count; i++) {
        if (table_seeds_of(&rows->row[i], figure).most > 0) {
            return true;
        }
    }
    return false;
}

static struct summary summary_of(const struct table_rows *rows) {
    struct summary out = {
        .rows = rows,
        .environments = memory_alloc(rows->count, sizeof *out.environments),
        .models = memory_alloc(rows->count, sizeof *out.models),
    };
    for (size_t i = 0; i < rows->count; i++) {
        add_once(out.environments, &out.environment_count, rows->row[i].cells->environment);
        add_once(out.models, &out.model_count, rows->row[i].cells->model);
    }
    for (size_t p = 0; p < MOST_PANELS; p++) {
        int figure = metric_figure_find(panel_figures[p]);
        if (has_positive(rows, figure)) {
            out.panels[out.panel_count++] = figure;
        }
    }
    return out;
}

/* ---- places ---- */

/* Models of an environment stand one line below the other, in the same order everywhere. */
static double band(const struct summary *summary) {
    return (double)summary->model_count + 1;
}

static double line_of(const struct summary *summary, const struct table_row *row) {
    size_t environment = find(summary->environments, summary->environment_count, row->cells->environment);
    size_t model = find(summary->models, summary->model_count, row->cells->model);
    return (double)environment * band(summary) + (double)model + 1;
}

/* ---- data ---- */

/* What the bar of a value is; nan where there is none. */
static struct statistics_interval bar_of(const struct table_row *row, int figure,
                                         const struct table_seeds *seeds) {
    if (seeds->summary.count >= STATISTICS_LEAST && !seeds->same) {
        return seeds->summary.interval;
    }
    if (seeds->summary.count > 1 && !seeds->same) {
        return (struct statistics_interval){seeds->least, seeds->most};
    }
    return table_seeds_first(row, figure)->interval;
}

/* A mark and its bar, as tables show the figure. */
struct mark {
    double value, low, high;
};

/* false where the row has none. A bar that ends at or below 0 has no place on the axis: it is cut. */
static bool mark_of(struct mark *out, const struct table_row *row, int figure) {
    const struct field *field = metric_figure(figure);
    double scale = field->scale == 0 ? 1 : field->scale;
    struct table_seeds seeds = table_seeds_of(row, figure);
    double value = seeds.summary.mean;
    if (!(value > 0)) {
        return false;
    }
    struct statistics_interval bar = bar_of(row, figure, &seeds);
    *out = (struct mark){
        .value = value * scale,
        .low = scale * (isnan(bar.low) ? value : fmax(bar.low, value / 100)),
        .high = scale * (isnan(bar.high) ? value : bar.high),
    };
    return true;
}

/* PANEL MODEL LINE VALUE LOW HIGH */
static void add_point(struct text *data, const struct summary *summary, size_t panel,
                      const struct table_row *row) {
    struct mark mark;
    if (mark_of(&mark, row, summary->panels[panel])) {
        text_add(data, "%zu %zu %g", panel, find(summary->models, summary->model_count, row->cells->model),
                 line_of(summary, row));
        figure_add_value(data, mark.value);
        figure_add_value(data, mark.low);
        figure_add_value(data, mark.high);
        text_add(data, "\n");
    }
}

/* The published value of an environment, as tables show it; nan where there is none. */
static double published_value(const char *environment, int figure) {
    const struct field *field = metric_figure(figure);
    const struct published_value *value = published_find(environment, "HGN", field->name);
    return value == NULL ? NAN : value->value * (field->scale == 0 ? 1 : field->scale);
}

/* How many environments have a published value for a panel. Adds them to `data` (may be NULL) as PANEL
 * MODELS LINE VALUE LINES: a stroke across the environment's band. */
static size_t published_of(const struct summary *summary, size_t panel, struct text *data) {
    size_t count = 0;
    for (size_t e = 0; e < summary->environment_count; e++) {
        double value = published_value(summary->environments[e], summary->panels[panel]);
        if (!(value > 0)) {
            continue;
        }
        count++;
        if (data != NULL) {
            text_add(data, "%zu %zu %g", panel, summary->model_count, (double)e * band(summary) + 0.25);
            figure_add_value(data, value);
            text_add(data, " %g 0\n", band(summary) - 0.5);
        }
    }
    return count;
}

static bool has_published(const struct summary *summary) {
    for (size_t p = 0; p < summary->panel_count; p++) {
        if (published_of(summary, p, NULL) > 0) {
            return true;
        }
    }
    return false;
}

static void add_data(struct text *data, const struct summary *summary) {
    text_add(data, "# panel, model, line, value, ends of its bar\n");
    for (size_t m = 0; m < summary->model_count; m++) {
        text_add(data, "# model %zu: ", m);
        text_add_printable(data, summary->models[m]);
        text_add(data, "\n");
    }
    for (size_t p = 0; p < summary->panel_count; p++) {
        for (size_t i = 0; i < summary->rows->count; i++) {
            add_point(data, summary, p, &summary->rows->row[i]);
        }
        (void)published_of(summary, p, data);
    }
}

/* ---- commands ---- */

/* Shapes tell the models apart in black and white; from the second round on they are larger. */
static void add_style(struct text *commands, size_t model) {
    static const int marks[] = {7, 4, 9, 2, 13, 6, 5, 10, 12, 8, 11, 3, 1, 14, 15};
    static const char *const colours[] = {"#000000", "#b2182b", "#2166ac", "#1b7837", "#7b3294", "#8c510a"};
    enum { MARKS = sizeof marks / sizeof *marks, COLOURS = sizeof colours / sizeof *colours };
    text_add(commands, "pt %d ps %g lw 1.3 lc rgb '%s'", marks[model % MARKS], model < MARKS ? 0.9 : 1.4,
             colours[model % COLOURS]);
}

static void add_page(struct figure *figure, const struct summary *summary, const char *title) {
    double lines = (double)summary->environment_count * band(summary);
    int height = (int)(lines * LINE), legend = (int)(summary->model_count + 2) * LEGEND_LINE;
    figure->width = LEFT + (int)summary->panel_count * PANEL + RIGHT;
    figure->height = TOP + BOTTOM + (height > legend ? height : legend);
    struct text *out = &figure->commands;
    text_add(out, "set multiplot title ");
    figure_add_literal(out, "%s", title);
    text_add(out, "\nset tmargin at screen %.6f\nset bmargin at screen %.6f\n",
             1 - (double)TOP / figure->height, (double)BOTTOM / figure->height);
    text_add(out,
             "set logscale x\nset format x '10^{%%T}'\nset mxtics 10\nset yrange [%g:0]\nset ytics "
             "scale 0\nset bars 0\nunset grid\nset grid xtics lt 1 lw 0.6 lc 'grey85'\n",
             lines);
    for (size_t e = 1; e < summary->environment_count; e++) {
        double y = (double)e * band(summary);
        text_add(out, "set arrow from graph 0, first %g to graph 1, first %g nohead lw 0.8 lc 'grey60'\n", y,
                 y);
    }
}

static void add_names(struct text *out, const struct summary *summary, bool shown) {
    text_add(out, "set ytics (");
    for (size_t e = 0; e < summary->environment_count; e++) {
        text_add(out, e == 0 ? "" : ", ");
        struct text name = {0};
        figure_add_literal(&name, "%s", shown ? summary->environments[e] : "");
        *strrchr(name.data, ' ') = '\0'; /* the word behind the string is for labels, not for tics */
        text_add(out, "%s %g", name.data, ((double)e + 0.5) * band(summary));
        text_free(&name);
    }
    text_add(out, ") noenhanced\n");
}

/* Why a row has no mark in this panel, NULL where it has one or nothing is to be said. */
static const char *reason_of(const struct table_row *row, int figure) {
    struct table_tally tally = table_row_tally(row);
    struct table_seeds seeds = table_seeds_of(row, figure);
    if (seeds.summary.mean > 0) {
        return NULL;
    }
    return seeds.summary.mean == 0 ? "0"
           : tally.diverged > 0    ? "diverged"
           : row->done == 0        ? table_row_word(row->cells)
                                   : NULL;
}

static void add_reasons(struct text *out, const struct summary *summary, int figure) {
    for (size_t i = 0; i < summary->rows->count; i++) {
        const struct table_row *row = &summary->rows->row[i];
        const char *reason = reason_of(row, figure);
        if (reason != NULL) {
            text_add(out, "set label ");
            figure_add_literal(out, "%s: %s", row->cells->model, reason);
            text_add(out, " at graph 0.01, first %g left font ',7' tc 'grey30'\n", line_of(summary, row));
        }
    }
}

static void add_title(struct text *out, bool shown, const char *title) {
    if (shown) {
        text_add(out, " title ");
        figure_add_literal(out, "%s", title);
    } else {
        text_add(out, " notitle");
    }
}

/* The last panel has the legend of all. */
static void add_plots(struct text *out, const struct summary *summary, size_t panel) {
    bool last = panel + 1 == summary->panel_count;
    const char *before = "plot";
    if (published_of(summary, panel, NULL) > 0) {
        text_add(out,
                 "plot 'summary.dat' using ($1==%zu && $2==%zu ? $4 : NaN):3:(0):5 with vectors nohead "
                 "lw 2.2 dt (6,3) lc 'grey50' notitle",
                 panel, summary->model_count);
        before = ", \\\n    ";
    }
    for (size_t m = 0; m < summary->model_count; m++) {
        text_add(out, "%s 'summary.dat' using ($1==%zu && $2==%zu ? $4 : NaN):3:5:6 with xerrorbars ", before,
                 panel, m);
        add_style(out, m);
        add_title(out, last, summary->models[m]);
        before = ", \\\n    ";
    }
    if (last && has_published(summary)) {
        text_add(out, "%s NaN with lines lw 2.2 dt (6,3) lc 'grey50' title 'published HGN'", before);
    }
    text_add(out, "\n");
}

/* From the lowest end of a bar to the highest, and a bit beyond. */
static void add_range(struct text *out, const struct summary *summary, int figure) {
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < summary->rows->count; i++) {
        struct mark mark;
        if (mark_of(&mark, &summary->rows->row[i], figure)) {
            low = fmin(low, mark.low);
            high = fmax(high, mark.high);
        }
    }
    for (size_t e = 0; e < summary->environment_count; e++) {
        double value = published_value(summary->environments[e], figure); /* nan is passed over */
        low = fmin(low, value);
        high = fmax(high, value);
    }
    text_add(out, "set xrange [%.3g:%.3g]\n", low / 1.6, high * 1.6);
}

static void add_panel(struct figure *figure, const struct summary *summary, size_t panel) {
    struct text *out = &figure->commands;
    const struct field *field = metric_figure(summary->panels[panel]);
    double left = LEFT + (double)panel * PANEL, right = left + PANEL - 20;
    text_add(out, "unset label\nset lmargin at screen %.6f\nset rmargin at screen %.6f\nset xlabel ",
             left / figure->width, right / figure->width);
    figure_add_literal(out, "%s", field->title);
    text_add(out, "\n");
    if (panel + 1 == summary->panel_count) {
        text_add(out, "set key at screen %.6f, screen %.6f left top Left reverse samplen 2 noenhanced\n",
                 (right + 10) / figure->width, 1 - (double)TOP / figure->height);
    } else {
        text_add(out, "unset key\n");
    }
    add_range(out, summary, summary->panels[panel]);
    add_names(out, summary, panel == 0);
    add_reasons(out, summary, summary->panels[panel]);
    if (panel == 0) {
        text_add(out,
                 "set label \"bars: 95 %% over seeds (three or more); both values of two; 95 %% over test "
                 "windows of one\" at screen %.6f, screen %.6f left font ',9'\n",
                 20.0 / figure->width, 16.0 / figure->height);
    }
    add_plots(out, summary, panel);
}

bool table_plot_compose(struct figure *out, const struct table *table, const struct table_rows *rows) {
    struct summary summary = summary_of(rows);
    bool worth = rows->count > 1 && summary.panel_count > 0;
    *out = (struct figure){.name = "summary"};
    if (worth) {
        add_data(&out->data, &summary);
        add_page(out, &summary, table->title);
        for (size_t p = 0; p < summary.panel_count; p++) {
            add_panel(out, &summary, p);
        }
        text_add(&out->commands, "unset multiplot\n");
    }
    free(summary.environments);
    free(summary.models);
    return worth;
}

enum status table_plot_write(const struct table *table, const char *folder, struct figure_report *report) {
    struct table_rows rows = table_row_list(table);
    struct figure figure;
    enum status status = STATUS_OK;
    if (table_plot_compose(&figure, table, &rows)) {
        char *plots = file_join(folder, "plots");
        status = file_make_directory(plots);
        if (status == STATUS_OK && figure_is_drawn(&figure, plots)) {
            lines_add(&report->pictures, "plots/summary.svg");
            lines_add(&report->pictures, "plots/summary.png");
        } else if (status == STATUS_OK) {
            status = figure_publish(&figure, plots, "plots/", report);
        }
        free(plots);
    }
    figure_clear(&figure);
    free(rows.row);
    return status;
}
