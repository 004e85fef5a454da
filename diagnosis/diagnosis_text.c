/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "diagnosis/diagnosis.h"
#include "drawing/markdown.h"
#include "support/json_text.h"
#include "support/memory.h"

/* Rows of the table at most; of JSON and the picture all points. */
enum { MOST_ROWS = 12 };

/* From so many times the usual distance on, states are said to have left those that the encoder knows. */
static const double FAR = 3.0;

/* ---- the table ---- */

static char *number(const char *format, double value) {
    return isnan(value) ? memory_copy_string("-") : text_format(format, value);
}

static void add_titles(struct markdown *table, const struct diagnosis *diagnosis) {
    static const char *const titles[] = {
        "frame", "mse",    "decoded anew", "gap", "begun anew", "along the motion",
        "phase", "energy", "distance",     "R2"};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        markdown_add(table, memory_copy_string(titles[i]));
    }
    for (int g = 0; diagnosis->groups != NULL && diagnosis->groups->names[g] != NULL; g++) {
        markdown_add(table, text_format("mse, %s", diagnosis->groups->names[g]));
    }
}

static void add_point(struct markdown *table, const struct diagnosis *diagnosis,
                      const struct diagnosis_point *point) {
    markdown_add(table, text_format("%d", point->frame));
    markdown_add(table, number("%.1e", point->error));
    markdown_add(table, number("%.1e", point->decoded));
    markdown_add(table, number("%.3f", point->gap));
    markdown_add(table, number("%.3f", point->renewed));
    markdown_add(table, text_format("%.0f %%", 100 * point->along));
    markdown_add(table, number("%.2f", point->phase));
    markdown_add(table, number("%.2f", point->energy));
    markdown_add(table, number("%.1f", point->distance));
    markdown_add(table, number("%.2f", point->explained));
    for (int g = 0; diagnosis->groups != NULL && diagnosis->groups->names[g] != NULL; g++) {
        markdown_add(table, number("%.1e", point->group[g]));
    }
}

static void add_table(struct text *out, const struct diagnosis *diagnosis) {
    int groups = 0, every = 1 + (diagnosis->count - 2) / (MOST_ROWS - 1);
    while (diagnosis->groups != NULL && diagnosis->groups->names[groups] != NULL) {
        groups++;
    }
    struct markdown table = {.columns = 10 + (size_t)groups};
    add_titles(&table, diagnosis);
    for (int k = 0; k < diagnosis->count - 1; k += every) {
        add_point(&table, diagnosis, &diagnosis->points[k]);
    }
    add_point(&table, diagnosis, &diagnosis->points[diagnosis->count - 1]);
    markdown_format(out, &table);
    markdown_clear(&table);
}

/* ---- words ---- */

static void add_state(struct text *out, const struct diagnosis *d) {
    text_add(out,
             "The encoder: its states spread in %.1f directions (of %d numbers; the true state has %d). True "
             "states can be read off them with R2 = %.3f%s.\n",
             d->dimension, d->width, d->state_size, d->explained,
             d->explained > 0.9 ? "" : ": they do not determine the true state, or hardly");
}

/* At one of the points. */
static void add_error(struct text *out, const struct diagnosis_point *point) {
    if (!isfinite(point->gap) || !isfinite(point->error)) {
        text_add(out, "Frame %d: the states that are followed there are no numbers any more.\n",
                 point->frame);
        return;
    }
    double rest = point->error > 0 ? fmax(0.0, 1.0 - point->decoded / point->error) : 0.0;
    text_add(out,
             "Frame %d: of the error %.1e, %.0f %% would be left if the state were inferred at that very "
             "frame (%.1e: encoder and decoder); the other %.0f %% come from following it.\n",
             point->frame, point->error, 100 * (1 - rest), point->decoded, 100 * rest);
    text_add(out,
             "  The states that are followed are %.2f of the spread away from those that are inferred there, "
             "%.0f %% of it (squared) along the motion",
             point->gap, 100 * point->along);
    if (point->along > 0.5) {
        text_add(out, ": %.1f frames too early or late", point->phase);
    }
    if (!isnan(point->energy)) {
        text_add(out, "; their learned energies differ by %.2f of its spread", point->energy);
    }
    text_add(out, ".\n");
    text_add(
        out,
        point->distance > FAR
            ? "  They lie %.1f times as far from all inferred states as those from each other: they have "
              "left the region that the decoder knows.\n"
            : "  They lie %.1f times as far from the inferred states as those from each other: where the "
              "decoder has been.\n",
        point->distance);
}

void diagnosis_add_text(struct text *out, const struct diagnosis *diagnosis) {
    const struct diagnosis *d = diagnosis;
    const struct simulator_groups *groups = d->groups;
    text_add(out, "%d windows in %d runs; training examples have %d frames behind the inferred state.\n",
             d->windows, d->runs, d->trained);
    for (int g = 0; groups != NULL && groups->names[g] != NULL; g++) {
        text_add(out, g == 0 ? "Kinds of motion (%s): " : "%s", g == 0 ? groups->rule : ", ");
        text_add(out, "%s %d", groups->names[g], d->group_count[g]);
    }
    text_add(out, groups == NULL ? "\n" : ".\n\n");
    add_table(out, d);
    text_add(out, "\n");
    add_state(out, d);
    int inside = d->trained / d->stride;
    if (inside > 0 && inside < d->count - 1) {
        add_error(out, &d->points[inside]);
    }
    add_error(out, &d->points[d->count - 1]);
}

/* ---- JSON ---- */

static void add_json_point(struct json_text *json, const struct diagnosis *diagnosis,
                           const struct diagnosis_point *point) {
    json_text_open(json, NULL, '{');
    json_text_integer(json, "frame", point->frame);
    json_text_number(json, "mse", point->error);
    json_text_number(json, "decoded_mse", point->decoded);
    json_text_number(json, "gap", point->gap);
    json_text_number(json, "renewed_gap", point->renewed);
    json_text_number(json, "along", point->along);
    json_text_number(json, "phase", point->phase);
    json_text_number(json, "energy", point->energy);
    json_text_number(json, "distance", point->distance);
    json_text_number(json, "r2", point->explained);
    for (int g = 0; diagnosis->groups != NULL && diagnosis->groups->names[g] != NULL; g++) {
        char *key = text_format("mse, %s", diagnosis->groups->names[g]);
        json_text_number(json, key, point->group[g]);
        free(key);
    }
    json_text_close(json, '}');
}

void diagnosis_add_json(struct text *out, const struct diagnosis *diagnosis) {
    struct json_text json = {.out = out};
    json_text_open(&json, NULL, '{');
    json_text_integer(&json, "windows", diagnosis->windows);
    json_text_integer(&json, "runs", diagnosis->runs);
    json_text_integer(&json, "trained_frames", diagnosis->trained);
    json_text_integer(&json, "stride", diagnosis->stride);
    json_text_integer(&json, "width", diagnosis->width);
    json_text_number(&json, "dimension", diagnosis->dimension);
    json_text_number(&json, "spread", diagnosis->spread);
    json_text_number(&json, "r2", diagnosis->explained);
    json_text_open(&json, "points", '[');
    for (int k = 0; k < diagnosis->count; k++) {
        add_json_point(&json, diagnosis, &diagnosis->points[k]);
    }
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    text_add(out, "\n");
}
