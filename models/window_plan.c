/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/window_plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/profile.h"

struct window_plan window_plan_overlap(int inference, int targets, int decoded) {
    return (struct window_plan){
        .length = inference + targets - 1,
        .inference = inference,
        .state = inference - 1,
        .first = 0,
        .last = targets - 1,
        .decoded = decoded,
        .origin = inference - 1,
    };
}

struct window_plan window_plan_include(int inference, int targets, bool both_ways, int decoded) {
    int length = inference + targets, state = both_ways ? inference / 2 : inference - 1;
    return (struct window_plan){
        .length = length,
        .inference = inference,
        .state = state,
        .first = -state,
        .last = length - 1 - state,
        .decoded = decoded,
        .both_ways = both_ways,
        .origin = targets == 0 ? 0 : inference - 1,
    };
}

struct window_plan window_plan_no_overlap(int inference, int targets, int decoded) {
    return (struct window_plan){
        .length = inference + targets,
        .inference = inference,
        .state = inference - 1,
        .first = 1,
        .last = targets,
        .decoded = decoded,
        .origin = inference - 1,
    };
}

struct window_plan window_plan_of(const struct model_kind *kind, const void *settings) {
    if (kind->video != NULL) {
        return kind->video->plan(settings);
    }
    int length = kind->states != NULL ? kind->states->length(settings) : 1;
    return (struct window_plan){.length = length, .inference = 1, .last = length - 1};
}

int window_plan_targets(const struct window_plan *plan) {
    return plan->last - plan->first + 1;
}

int window_plan_target(const struct window_plan *plan, int i) {
    int before = plan->first < 0 ? -plan->first : 0, after = plan->last > 0 ? plan->last : 0;
    int nearest = plan->first > 0 ? plan->first : plan->last < 0 ? plan->last : 0;
    int both = before < after ? before : after; /* as far as there are targets on both sides */
    if (plan->first > 0 || plan->last < 0) {
        return plan->state + nearest + (plan->first > 0 ? i : -i);
    }
    if (i <= 2 * both) {
        return plan->state + (i % 2 == 1 ? (i + 1) / 2 : -(i / 2));
    }
    return plan->state + (after > before ? i - both : -(i - both));
}

int window_plan_frame(const struct window_plan *plan, bool from_end, int offset) {
    int frame = plan->state + offset;
    return from_end ? plan->length - 1 - frame : frame;
}

int window_plan_first_seen(const struct window_plan *plan, bool from_end) {
    return from_end ? plan->length - plan->inference : 0;
}

bool window_plan_from_end(const struct window_plan *plan, int size, int b) {
    return plan->both_ways && b >= size / 2;
}

int window_plan_reconstruction(const struct window_plan *plan) {
    return plan->length - plan->origin;
}

enum status window_plan_check(const struct window_plan *plan) {
    int targets = window_plan_targets(plan);
    assert(plan->state + plan->first >= 0 && plan->state + plan->last < plan->length);
    assert(plan->inference >= 1 && plan->inference <= plan->length && plan->origin < plan->length);
    if (plan->decoded > targets) {
        return status_fail(STATUS_DATA, "model.decoded_frames: %d, expected at most the %d targets",
                           plan->decoded, targets);
    }
    return STATUS_OK;
}

double window_plan_weight(int horizon, int count, int i) {
    assert(count >= 1 && count <= horizon && i < count);
    if (count == 1) {
        return 1.0; /* nothing else stands for the other targets */
    }
    double first = 1.0 / horizon;
    return i == 0 ? first : (1.0 - first) / (count - 1);
}

static void read_array(const void *context, int sequence, int frame, real *out) {
    const struct window_array *array = context;
    size_t row = (size_t)sequence * (size_t)array->length + (size_t)frame;
    memcpy(out, array->images + row * IMAGE_VALUES, IMAGE_VALUES * sizeof *out);
}

struct model_examples window_array_examples(const struct window_array *array) {
    return (struct model_examples){.image = read_array, .context = array};
}

void window_stack_frames(const struct model_examples *examples, int sequence, int first, int count,
                         real *out) {
    enum { PIXELS = IMAGE_SIDE * IMAGE_SIDE };
    real frame[IMAGE_VALUES];
    const char *outer = profile_enter("loader");
    for (int f = 0; f < count; f++) {
        examples->image(examples->context, sequence, first + f, frame);
        real *stacked = out + (size_t)f * IMAGE_CHANNELS;
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            for (int c = 0; c < IMAGE_CHANNELS; c++) {
                stacked[pixel * count * IMAGE_CHANNELS + c] = frame[pixel * IMAGE_CHANNELS + c];
            }
        }
    }
    (void)profile_enter(outer);
}
