/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/comparison_plot.h"

#include <stdlib.h>

#include "comparisons/analysis.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"

static double phase_error(const struct measurement *measurement) {
    return measurement->phase_error < 0 ? -measurement->phase_error : measurement->phase_error;
}

static double return_error(const struct measurement *measurement) {
    return measurement->return_error;
}

static double angular_momentum_error(const struct measurement *measurement) {
    return measurement->angular_momentum_error;
}

static const char EVALUATIONS[] = "evaluations of the field";

static const struct comparison_plot_kind kinds[] = {
    {"work", false, comparison_plot_work, analysis_evaluations, analysis_state_error, EVALUATIONS,
     "relative error of the state", true},
    {"time", false, comparison_plot_work, analysis_seconds, analysis_state_error, "time / s",
     "relative error of the state", true},
    {"phase", false, comparison_plot_work, analysis_evaluations, phase_error, EVALUATIONS,
     "phase error / rad", true},
    {"energy-work", false, comparison_plot_work, analysis_evaluations, analysis_energy_error, EVALUATIONS,
     "largest relative energy error", false},
    {"angular-momentum", false, comparison_plot_work, analysis_evaluations, angular_momentum_error,
     EVALUATIONS, "largest angular momentum error", false},
    {"return", false, comparison_plot_work, analysis_evaluations, return_error, EVALUATIONS,
     "relative error there and back", false},
    {"energy", true, comparison_plot_energy, NULL, NULL, NULL, NULL, false},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* All figures, drawn or not. */
struct drawing {
    struct figure *figures;
    size_t count;
    const char *folder;
    struct progress progress;
    long done;
    enum status status;
    char *detail;
    bool *drawn; /* [count] */
    struct text *notes;
};

static void compose_all(struct drawing *drawing, const struct outcome *outcome) {
    const struct comparison *comparison = outcome->comparison;
    size_t horizons = comparison->horizons.count;
    struct panels panels;
    panels_create(&panels, comparison);
    drawing->figures = memory_alloc(comparison->problem_count * horizons * KINDS, sizeof *drawing->figures);
    for (size_t i = 0; i < comparison->problem_count * horizons * KINDS; i++) {
        const struct comparison_plot_kind *kind = &kinds[i % KINDS];
        size_t horizon = i / KINDS % horizons;
        size_t problem = i / KINDS / horizons;
        struct figure figure = {0};
        if (kind->long_only && horizon + 1 < horizons) {
            continue;
        }
        if (kind->compose(&figure, outcome, &panels, kind, problem, horizon)) {
            figure.name = text_format("%s-%s-%g", kind->name, comparison->problems[problem]->name,
                                      comparison->horizons.values[horizon]);
            drawing->figures[drawing->count++] = figure;
        } else {
            figure_clear(&figure);
        }
    }
    panels_clear(&panels);
}

static void clear_drawing(struct drawing *drawing) {
    for (size_t i = 0; i < drawing->count; i++) {
        free((char *)(uintptr_t)drawing->figures[i].name);
        figure_clear(&drawing->figures[i]);
    }
    free(drawing->figures);
    free(drawing->drawn);
    free(drawing->detail);
}

/* STATUS_IO only when the folder cannot be written: a picture that cannot be made is a note. */
static enum status draw(struct drawing *drawing, size_t index, struct text *note) {
    const struct figure *figure = &drawing->figures[index];
    drawing->drawn[index] = figure_is_drawn(figure, drawing->folder);
    if (drawing->drawn[index]) {
        return STATUS_OK;
    }
    enum status status = figure_write(figure, drawing->folder);
    if (status == STATUS_OK) {
        drawing->drawn[index] = figure_draw(figure, drawing->folder) == STATUS_OK;
        text_add(note, "%s", drawing->drawn[index] ? "" : status_detail());
    }
    return status;
}

static void draw_in_turn(struct drawing *drawing, size_t index) {
    struct text note = {0};
    enum status status = drawing->status;
    if (status == STATUS_OK) {
        status = interrupt_requested()
                     ? status_fail(STATUS_INTERRUPTED, "interrupted; run the same command to go on")
                     : draw(drawing, index, &note);
    }
#pragma omp critical(comparison_plot)
    {
        if (status != STATUS_OK && drawing->status == STATUS_OK) {
            drawing->status = status;
            drawing->detail = memory_copy_string(status_detail());
        }
        if (note.length > 0) {
            (void)status_fail(STATUS_IO, "%s", note.data);
            figure_add_note(drawing->notes);
        }
        progress_update(&drawing->progress, ++drawing->done, "");
    }
    text_free(&note);
}

enum status comparison_plot_all(const struct outcome *outcome, const char *folder, int threads, bool quiet,
                                struct text *pictures, struct text *notes) {
    char *plots = file_join(folder, "plots");
    struct drawing drawing = {.folder = plots, .notes = notes};
    drawing.status = file_make_directory(plots);
    if (drawing.status != STATUS_OK) {
        free(plots);
        return drawing.status;
    }
    compose_all(&drawing, outcome);
    drawing.drawn = memory_alloc(drawing.count + 1, sizeof *drawing.drawn);
    drawing.progress = progress_begin("plots", 0, (long)drawing.count, quiet);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < drawing.count; i++) {
        draw_in_turn(&drawing, i);
    }
    progress_end(&drawing.progress);
    for (size_t i = 0; i < drawing.count && drawing.status == STATUS_OK; i++) {
        if (drawing.drawn[i]) {
            text_add(pictures, "plots/%s.svg\n", drawing.figures[i].name);
        }
    }
    enum status status = drawing.status;
    if (status != STATUS_OK) {
        status = status_fail(status, "%s", drawing.detail);
    }
    clear_drawing(&drawing);
    free(plots);
    return status;
}
