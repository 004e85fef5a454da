/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three panels above each other, against the time since the inferred state: errors of the images, distances
 * of the latent states, and what true states can be read off them.
 */
#include <math.h>

#include "diagnosis/diagnosis.h"

/* Columns of the data, from 1. */
enum { TIME = 2, ERROR, DECODED, GAP, RENEWED, PHASE, DISTANCE, EXPLAINED, GROUPS };

static void add_data(struct text *data, const struct diagnosis *diagnosis, double dt) {
    text_add(data,
             "# frame after the inferred state, time, mse, mse of states inferred anew, latent gap, gap of "
             "a stride begun anew, phase in frames, distance from the encoded states, R2 of the true "
             "states, mse of each kind of motion\n");
    for (int k = 0; k < diagnosis->count; k++) {
        const struct diagnosis_point *p = &diagnosis->points[k];
        const double values[] = {p->error, p->decoded,  p->gap,      p->renewed,
                                 p->phase, p->distance, p->explained};
        text_add(data, "%d %.9g", p->frame, dt * p->frame);
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            figure_add_value(data, values[i]);
        }
        for (int g = 0; g < SIMULATOR_MAX_GROUPS; g++) {
            figure_add_value(data, p->group[g]);
        }
        text_add(data, "\n");
    }
}

static void add_curve(struct text *commands, bool first, int column, int dash, double width,
                      const char *title) {
    text_add(commands, "%s'diagnosis.dat' using %d:%d with lines lw %g dt %d lc 'black' title ",
             first ? "plot " : ", \\\n     ", TIME, column, width, dash);
    figure_add_literal(commands, "%s", title);
}

static void add_errors(struct text *commands, const struct diagnosis *diagnosis) {
    const struct simulator_groups *groups = diagnosis->groups;
    text_add(commands, "set logscale y\nset format y '%%.0e'\nset ylabel 'MSE'\n"
                       "set title 'images' offset 0,-0.6\n");
    add_curve(commands, true, ERROR, 1, 2.2, "prediction");
    add_curve(commands, false, DECODED, 2, 2.2, "state inferred at that frame");
    for (int g = 0; groups != NULL && groups->names[g] != NULL; g++) {
        if (diagnosis->group_count[g] > 0) {
            add_curve(commands, false, GROUPS + g, 3 + g, 1, groups->names[g]);
        }
    }
    text_add(commands, "\n");
}

static void add_latents(struct text *commands) {
    text_add(commands, "set ylabel 'in units of the spread'\nset title 'latent states' offset 0,-0.6\n");
    add_curve(commands, true, GAP, 1, 2.2, "followed − inferred");
    add_curve(commands, false, RENEWED, 2, 2.2, "the same of one stride begun anew");
    text_add(commands, "\n");
}

static void add_states(struct text *commands) {
    text_add(commands, "unset logscale y\nset format y '%%g'\nset yrange [-0.2:1.05]\nset ylabel 'R^2'\n"
                       "set title 'true states, read off the states that are followed' offset 0,-0.6\n"
                       "set xlabel 'time after the inferred state (dash-dotted: the end of the training "
                       "examples)'\nunset key\n");
    add_curve(commands, true, EXPLAINED, 1, 2.2, "R2");
    text_add(commands, "\n");
}

enum status diagnosis_draw(const struct diagnosis *diagnosis, const struct diagnosis_request *request,
                           const char *folder, struct figure_report *report) {
    double dt = dataset_info(request->dataset)->dt, end = dt * diagnosis->trained;
    struct figure figure = {.name = "diagnosis", .width = 800, .height = 1000};
    add_data(&figure.data, diagnosis, dt);
    text_add(&figure.commands, "set multiplot layout 3,1 title ");
    figure_add_literal(&figure.commands, "%s, %s: where the error comes from",
                       dataset_simulator(request->dataset)->name, request->name);
    text_add(&figure.commands,
             "\nset lmargin 11\nset rmargin 3\nset key outside below\nset xrange [0:%.9g]\n",
             dt * diagnosis->points[diagnosis->count - 1].frame);
    if (diagnosis->trained > 0) {
        text_add(&figure.commands,
                 "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead lw 1 dt 4\n", end, end);
    }
    add_errors(&figure.commands, diagnosis);
    add_latents(&figure.commands);
    add_states(&figure.commands);
    text_add(&figure.commands, "unset multiplot\n");
    enum status status = figure_publish(&figure, folder, "", report);
    figure_clear(&figure);
    return status;
}
