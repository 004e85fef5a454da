/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/describe.h"

#include <stdlib.h>
#include <string.h>

#include "simulators/shift.h"

/* Text in a cell of a table, in which a bar would begin the next cell. */
static void add_escaped(struct text *out, const char *string) {
    for (; *string != '\0'; string++) {
        text_add(out, *string == '|' ? "\\|" : "%c", *string);
    }
}

static void add_fact(struct text *out, const char *label, const char *value, const char *quote) {
    text_add(out, "| %s | %s", label, quote);
    add_escaped(out, value);
    text_add(out, "%s |\n", quote);
}

static void add_range(struct text *out, double low, double high) {
    text_add_number(out, low);
    if (low < high) {
        text_add(out, " to ");
        text_add_number(out, high);
    }
}

static bool is_on(const struct simulator *simulator, const char *page) {
    return strcmp(simulator->dynamics->page, page) == 0;
}

/* The sets that only test have the parameters of the environments that they are longer sets of. */
static bool has_own_parameters(const struct simulator *simulator) {
    return simulator->train > 0;
}

/* Whether no environment before `simulator` shares its dynamics. */
static bool is_first(const struct simulator *const *entry) {
    for (const struct simulator *const *before = simulators; before != entry; before++) {
        if ((*before)->dynamics == (*entry)->dynamics) {
            return false;
        }
    }
    return true;
}

static void add_dynamics(struct text *out, const struct dynamics *dynamics) {
    text_add(out, "\n| system | %s |\n| --- | --- |\n", dynamics->title);
    add_fact(out, "state", dynamics->state, "");
    add_fact(out, "defined by", dynamics->equation, "`");
    add_fact(out, "motion", dynamics->motion, "");
    add_fact(out, "initial states", dynamics->start, "");
    add_fact(out, "picture", dynamics->picture, "");
    add_fact(out, "conserved", dynamics->conserved, "");
    if (dynamics->energy_unit != NULL) {
        add_fact(out, "scale of the energy", dynamics->energy_unit, "");
    }
}

static void add_invariants(struct text *out, const struct simulator *simulator) {
    text_add(out, "\n| invariant | quantity | accepted error |\n| --- | --- | --- |\n");
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        const struct simulator_invariant *invariant = &simulator->dynamics->invariants[i];
        text_add(out, "| `%s` | ", invariant->name);
        add_escaped(out, invariant->meaning);
        text_add(out, " | %g |\n", invariant->tolerance);
    }
}

/* The ranges of one parameter in all environments that share the dynamics. */
static void add_parameter(struct text *out, const struct simulator *simulator, int index) {
    const struct simulator_parameter *parameter = &simulator->parameters[index];
    text_add(out, "| `%s` | %s | %d |", parameter->name, parameter->meaning,
             simulator_parameter_width(simulator, index));
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if ((*entry)->dynamics == simulator->dynamics && has_own_parameters(*entry)) {
            text_add(out, " ");
            add_range(out, (*entry)->parameters[index].low, (*entry)->parameters[index].high);
            text_add(out, " |");
        }
    }
    text_add(out, "\n");
}

static void add_parameters(struct text *out, const struct simulator *simulator) {
    int environments = 0;
    if (simulator_parameter_count(simulator) == 0) {
        return;
    }
    text_add(out, "\n| parameter | meaning | numbers |");
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if ((*entry)->dynamics == simulator->dynamics && has_own_parameters(*entry)) {
            text_add(out, " `%s` |", (*entry)->name);
            environments++;
        }
    }
    text_add(out, "\n| --- | --- | --- |");
    for (int i = 0; i < environments; i++) {
        text_add(out, " --- |");
    }
    text_add(out, "\n");
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        add_parameter(out, simulator, i);
    }
}

static void add_options(struct text *out, const struct simulator *simulator) {
    if (simulator_option_count(simulator) == 0) {
        return;
    }
    text_add(out, "\n| option | meaning | published | quick | allowed |\n"
                  "| --- | --- | --- | --- | --- |\n");
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        const struct simulator_option *option = &simulator->options[i];
        text_add(out, "| `%s` | %s | %.10g | %.10g | %.10g to %.10g |\n", option->name, option->meaning,
                 option->value, option->quick, option->low, option->high);
    }
}

static void add_initial_radius(struct text *out, const struct simulator *simulator) {
    if (simulator->radius_high == 0.0) {
        text_add(out, "- |");
        return;
    }
    add_range(out, simulator->radius_low, simulator->radius_high);
    text_add(out, "%s |", simulator->radius_by_area ? ", by area" : "");
}

static void add_look(struct text *out, const struct simulator *simulator) {
    if (simulator_has_discs(simulator)) {
        text_add(out, " %d%s | %s | %.10g |", simulator->colors,
                 simulator->colors_in_order ? ", in order" : "", simulator->random_offset ? "yes" : "no",
                 simulator_canvas(simulator));
    } else {
        text_add(out, " - | - | - |");
    }
}

static void add_environment(struct text *out, const struct simulator *simulator) {
    text_add(out, "| `%s` | ", simulator->name);
    add_initial_radius(out, simulator);
    add_look(out, simulator);
    text_add(out, " %g | %s | %s | %d x %g | %d + %d | %g |\n", simulator->friction,
             simulator->may_leave_canvas ? "yes" : "no", simulator_method(simulator), simulator->frames,
             simulator->dt, simulator->train, simulator->test, simulator->lyapunov);
}

static void add_environments(struct text *out, const char *page) {
    text_add(out,
             "\n| environment | initial range | colours | offset | canvas F | friction | drawn again off the "
             "canvas | method | frames x dt | train + test | Lyapunov exponent |\n"
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if (is_on(*entry, page)) {
            add_environment(out, *entry);
        }
    }
}

/* What the sets that only test beyond the training sets hold. */
static void add_shifts(struct text *out, const char *page) {
    text_add(out, "\n| shifted sets | energy | parameters | dt |\n| --- | --- | --- | --- |\n");
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if (!is_on(*entry, page) || !has_own_parameters(*entry)) {
            continue;
        }
        text_add(out, "| `%s` |", (*entry)->name);
        for (int shift = SIMULATOR_SHIFT_NONE + 1; shift < SIMULATOR_SHIFTS; shift++) {
            text_add(out, " ");
            simulator_shift_describe(out, *entry, (enum simulator_shift)shift);
            text_add(out, " |");
        }
        text_add(out, "\n");
    }
}

void describe_page(struct text *out, const char *page) {
    bool found = false;
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if (is_on(*entry, page) && is_first(entry)) {
            found = true;
            add_dynamics(out, (*entry)->dynamics);
            add_parameters(out, *entry);
            add_options(out, *entry);
            add_invariants(out, *entry);
        }
    }
    if (found) {
        add_environments(out, page);
        add_shifts(out, page);
    }
}

void describe_index(struct text *out) {
    text_add(out, "\n| environment | system | state size | frames x dt | train + test |\n"
                  "| --- | --- | --- | --- | --- |\n");
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        const struct simulator *simulator = *entry;
        text_add(out, "| [`%s`](environments/%s.md) | %s | %d | %d x %g | %d + %d |\n", simulator->name,
                 simulator->dynamics->page, simulator->summary, simulator->dynamics->state_size,
                 simulator->frames, simulator->dt, simulator->train, simulator->test);
    }
}
