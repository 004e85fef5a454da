/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/panels.h"

#include <stdlib.h>
#include <string.h>

#include "integrators/stepper.h"
#include "support/memory.h"

enum { MOST_COLUMNS = 3 };

/* A panel that shows the family and has room, NULL when there is none. */
static struct panel *find_panel(struct panels *out, const char *family) {
    for (size_t i = 0; i < out->count; i++) {
        struct panel *panel = &out->panels[i];
        if (strcmp(panel->title, family) == 0 && panel->count < PANELS_MAX_CURVES) {
            return panel;
        }
    }
    return NULL;
}

static struct panel *add_panel(struct panels *out, const char *family) {
    struct panel *panel = &out->panels[out->count++];
    panel->title = memory_copy_string(family);
    return panel;
}

void panels_create(struct panels *out, const struct comparison *comparison) {
    *out = (struct panels){.panels = memory_alloc(comparison->contender_count, sizeof *out->panels)};
    for (size_t i = 0; i < comparison->contender_count; i++) {
        const char *family = comparison->contenders[i].integrator->family->name;
        struct panel *panel = find_panel(out, family);
        if (panel == NULL) {
            panel = add_panel(out, family);
        }
        panel->contenders[panel->count++] = i;
    }
    out->columns = out->count < MOST_COLUMNS ? out->count : MOST_COLUMNS;
    out->rows = (out->count + out->columns - 1) / out->columns;
}

void panels_clear(struct panels *panels) {
    for (size_t i = 0; i < panels->count; i++) {
        free(panels->panels[i].title);
    }
    free(panels->panels);
    *panels = (struct panels){0};
}

void panels_begin(struct figure *figure, const struct panels *panels, const char *title) {
    figure->width = (int)panels->columns * PANELS_WIDTH;
    figure->height = (int)panels->rows * PANELS_HEIGHT + 40;
    text_add(&figure->commands,
             "set multiplot layout %zu,%zu title '%s' noenhanced\n"
             "set key at graph 0, graph -0.26 left top Left reverse vertical samplen 3 noenhanced\n"
             "set lmargin 10\nset rmargin 2\nset tmargin 2.5\nset bmargin 9.5\n"
             "set title noenhanced offset 0,-0.6\n",
             panels->rows, panels->columns, title);
}

void panels_end(struct figure *figure) {
    text_add(&figure->commands, "unset multiplot\n");
}

void panels_add_style(struct text *commands, size_t index) {
    /* Open and filled marks differ in shape as well: a curve can be told by its marks or by its dashes. */
    static const int marks[PANELS_MAX_CURVES] = {6, 5, 8, 2, 13};
    text_add(commands, "lw 1.4 dt %zu pt %d ps 0.7 lc 'black'", index + 1, marks[index]);
}
