/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/shift.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "simulators/registry.h"

const char *const simulator_shift_names[SIMULATOR_SHIFTS + 1] = {"none", "energy", "parameters", "dt", NULL};

#define COUNT_ONE(name) +1
enum { ENVIRONMENTS = 0 SIMULATOR_LIST(COUNT_ONE) };

/* Films are coarser by this much. */
static const double COARSER = 1.5;

static struct simulator shifted[ENVIRONMENTS][SIMULATOR_SHIFTS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

enum simulator_shift simulator_shift_find(const char *name) {
    int shift = 0;
    while (shift < SIMULATOR_SHIFTS && strcmp(simulator_shift_names[shift], name) != 0) {
        shift++;
    }
    return (enum simulator_shift)shift;
}

static struct simulator_parameter *find_parameter(struct simulator *simulator, const char *name) {
    int index = 0;
    while (strcmp(simulator->parameters[index].name, name) != 0) {
        index++;
        assert(index < simulator_parameter_count(simulator));
    }
    return &simulator->parameters[index];
}

/* To nine decimals, so that 1.5 times 0.05 is 0.075 and not the number beside it. */
static double coarser(double dt) {
    return round(COARSER * dt * 1e9) / 1e9;
}

static void apply(struct simulator *simulator, const struct simulator_change *change) {
    for (int i = 0; i < SIMULATOR_MAX_CHANGES && change->ranges[i].parameter != NULL; i++) {
        struct simulator_parameter *parameter = find_parameter(simulator, change->ranges[i].parameter);
        parameter->low = change->ranges[i].low;
        parameter->high = change->ranges[i].high;
    }
    if (change->radius_high > 0.0) {
        simulator->radius_low = change->radius_low;
        simulator->radius_high = change->radius_high;
    }
    if (change->frames > 0) {
        simulator->frames = change->frames;
    }
    if (simulator->shift == SIMULATOR_SHIFT_DT) {
        simulator->dt = change->dt > 0.0 ? change->dt : coarser(simulator->dt);
    }
}

/* Shifted sets are there to be tested on. */
static void make_all(void) {
    for (int i = 0; i < ENVIRONMENTS; i++) {
        for (int shift = SIMULATOR_SHIFT_NONE + 1; shift < SIMULATOR_SHIFTS; shift++) {
            struct simulator *simulator = &shifted[i][shift];
            *simulator = *simulators[i];
            simulator->train = 0;
            simulator->shift = (enum simulator_shift)shift;
            simulator->trained = simulators[i];
            apply(simulator, &simulator->changes[shift]);
        }
    }
}

static bool has_shift(const struct simulator *simulator, enum simulator_shift shift) {
    const struct simulator_change *change = &simulator->changes[shift];
    switch (shift) {
    case SIMULATOR_SHIFT_ENERGY:
        return simulator->dynamics->is_beyond != NULL || change->radius_high > 0.0 ||
               change->ranges[0].parameter != NULL;
    case SIMULATOR_SHIFT_PARAMETERS:
        return change->ranges[0].parameter != NULL;
    case SIMULATOR_SHIFT_NONE:
    case SIMULATOR_SHIFT_DT:
    case SIMULATOR_SHIFTS:
        break;
    }
    return shift < SIMULATOR_SHIFTS;
}

const struct simulator *simulator_shifted(const struct simulator *simulator, enum simulator_shift shift) {
    const struct simulator *trained = simulator->trained != NULL ? simulator->trained : simulator;
    if (shift == SIMULATOR_SHIFT_NONE) {
        return trained;
    }
    (void)pthread_once(&once, make_all);
    for (int i = 0; i < ENVIRONMENTS && has_shift(trained, shift); i++) {
        if (simulators[i] == trained) {
            return &shifted[i][shift];
        }
    }
    return NULL;
}

enum status simulator_shift_get(const struct simulator **out, const struct simulator *simulator,
                                enum simulator_shift shift) {
    *out = simulator_shifted(simulator, shift);
    if (*out != NULL) {
        return STATUS_OK;
    }
    bool lacks = shift == SIMULATOR_SHIFT_PARAMETERS && simulator_parameter_count(simulator) == 0;
    return status_fail(STATUS_DATA, "%s: has no shift '%s'%s", simulator->name, simulator_shift_names[shift],
                       lacks ? ": it has no parameters" : "");
}

/* Adds to what is otherwise. */
static void add_item(struct text *out, const char *name, double low, double high) {
    text_add(out, out->length > 0 ? ", %s " : "%s ", name);
    text_add_number(out, low);
    if (low < high) {
        text_add(out, " to ");
        text_add_number(out, high);
    }
}

static void add_changes(struct text *out, const struct simulator *simulator, enum simulator_shift shift) {
    const struct simulator_change *change = &simulator->changes[shift];
    if (change->radius_high > 0.0) {
        add_item(out, "initial range", change->radius_low, change->radius_high);
    }
    for (int i = 0; i < SIMULATOR_MAX_CHANGES && change->ranges[i].parameter != NULL; i++) {
        add_item(out, change->ranges[i].parameter, change->ranges[i].low, change->ranges[i].high);
    }
    if (shift == SIMULATOR_SHIFT_DT) {
        add_item(out, "dt", simulator->dt, simulator->dt);
    }
    if (change->frames > 0) {
        add_item(out, "frames", change->frames, change->frames);
    }
    if (shift == SIMULATOR_SHIFT_ENERGY && simulator->dynamics->is_beyond != NULL) {
        text_add(out, "%s%s", out->length > 0 ? ", " : "", simulator->dynamics->beyond_rule);
    }
}

void simulator_shift_describe(struct text *out, const struct simulator *simulator,
                              enum simulator_shift shift) {
    const struct simulator *other = simulator_shifted(simulator, shift);
    struct text line = {0};
    if (other == NULL || shift == SIMULATOR_SHIFT_NONE) {
        text_add(out, "-");
        return;
    }
    add_changes(&line, other, shift);
    text_add(out, "%s", line.data);
    text_free(&line);
}
