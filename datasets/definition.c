/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/definition.h"

#include <string.h>

#include "datasets/dataset_layout.h"
#include "simulators/shift.h"
#include "support/text.h"

static void add_number(struct text *out, const char *name, double value) {
    text_add(out, "%s=", name);
    text_add_number(out, value);
    text_add(out, "\n");
}

static void add_dynamics(struct text *out, const struct simulator *simulator) {
    const struct dynamics *dynamics = simulator->dynamics;
    add_number(out, "version", dynamics->version);
    add_number(out, "state_size", dynamics->state_size);
    add_number(out, "bodies", dynamics->bodies);
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        text_add(out, "invariant=%s\n", dynamics->invariants[i].name);
    }
    text_add(out, "method=%s\n", simulator_method(simulator));
    add_number(out, "tolerance", simulator_tolerance(simulator));
}

static void add_environment(struct text *out, const struct simulator *simulator) {
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        const struct simulator_parameter *parameter = &simulator->parameters[i];
        add_number(out, parameter->name, parameter->width);
        add_number(out, "low", parameter->low);
        add_number(out, "high", parameter->high);
    }
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        text_add(out, "option=%s\n", simulator->options[i].name);
    }
    add_number(out, "radius_low", simulator->radius_low);
    add_number(out, "radius_high", simulator->radius_high);
    add_number(out, "radius_by_area", simulator->radius_by_area);
    add_number(out, "friction", simulator->friction);
    add_number(out, "colors", simulator->colors);
    add_number(out, "colors_in_order", simulator->colors_in_order);
    add_number(out, "random_offset", simulator->random_offset);
    add_number(out, "may_leave_canvas", simulator->may_leave_canvas);
    add_number(out, "canvas", simulator_canvas(simulator));
}

void definition_digest(const struct simulator *simulator, char out[SHA256_TEXT]) {
    struct text text = {0};
    uint8_t digest[SHA256_BYTES];
    text_add(&text, "%s\n", simulator->name);
    add_number(&text, "format", DATASET_FORMAT_VERSION);
    if (simulator->shift != SIMULATOR_SHIFT_NONE) {
        text_add(&text, "shift=%s\n", simulator_shift_names[simulator->shift]);
    }
    add_dynamics(&text, simulator);
    add_environment(&text, simulator);
    sha256_of(text.data, text.length, digest);
    sha256_format(digest, out);
    text_free(&text);
}

enum status definition_check(const struct simulator *simulator, const struct dataset_info *info) {
    char definition[SHA256_TEXT];
    definition_digest(simulator, definition);
    return strcmp(info->definition, definition) == 0
               ? STATUS_OK
               : status_fail(STATUS_DATA, "is stale: %s was defined otherwise when %s made it",
                             info->environment, info->generator);
}
