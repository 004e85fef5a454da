/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/consistency.h"

#include <math.h>
#include <string.h>

#include "engine/ops.h"
#include "models/video/sequence_model.h"
#include "models/video/sequence_private.h"

/* The weight begins so many times smaller than it ends. */
static const double RISE = 1000.0;

static double weight_at(const struct sequence_settings *s, int step) {
    double passed = step < s->consistency_steps ? (double)step / s->consistency_steps : 1.0;
    return s->consistency * pow(RISE, passed - 1.0);
}

size_t consistency_sides(const char **out, size_t capacity) {
    static const char *const words[] = {"both", "rollout", "encoder", NULL};
    return field_list_words(words, out, capacity);
}

/* One frame from each part of 1 .. last. */
static void draw_frames(struct consistency *consistency, int parts, int last, struct random_stream *random) {
    for (int j = 0; j < parts; j++) {
        int begin = 1 + last * j / parts, end = 1 + last * (j + 1) / parts;
        if (end > begin) {
            int offset = begin + (int)random_below(random, (uint32_t)(end - begin));
            consistency->offset[consistency->frames++] = offset;
        }
    }
}

/* The first of the frames that the encoder sees to infer the state `offset` frames from that of the plan: it
 * lies among them as that one does among those. */
static int first_seen(const struct window_plan *plan, bool from_end, int offset) {
    int place = window_plan_frame(plan, from_end, 0) - window_plan_first_seen(plan, from_end);
    return window_plan_frame(plan, from_end, offset) - place;
}

struct consistency consistency_begin(const struct model *model, const struct window_plan *plan,
                                     struct tape *tape, struct tensor *const *leaves,
                                     const struct model_batch *batch, int last) {
    const struct sequence_settings *s = model->settings;
    struct consistency out = {0};
    if (s->consistency == 0.0) {
        return out;
    }
    int room = plan->length - plan->inference; /* the stack of a later frame lies within the example */
    draw_frames(&out, s->consistency_frames, last < room ? last : room, batch->random);
    if (out.frames == 0) {
        return out;
    }
    int n = plan->inference, rows = out.frames * batch->size;
    struct tensor *x = tape_constant(tape, 4, (int[]){rows, IMAGE_SIDE, IMAGE_SIDE, n * IMAGE_CHANNELS}, 0);
    for (int row = 0; row < rows; row++) {
        int b = row % batch->size;
        bool from_end = window_plan_from_end(plan, batch->size, b);
        window_stack_frames(&batch->examples, b, first_seen(plan, from_end, out.offset[row / batch->size]), n,
                            x->data + (size_t)row * (size_t)n * IMAGE_VALUES);
    }
    out.encoded = sequence_model_transform(model, leaves, sequence_model_encode(model, leaves, x).mean);
    out.asked = tape_constant(tape, 2, out.encoded->shape, 0);
    return out;
}

struct consistency_term consistency_pull(struct consistency *consistency, struct latent_path *path,
                                         const struct model_batch *batch, double share, real weight) {
    if (consistency->frames == 0) {
        return (struct consistency_term){0};
    }
    const struct sequence_settings *s = path->model->settings;
    int rows = consistency->frames * path->batch, width = path->width;
    double strength = weight_at(s, batch->step) / consistency->frames * share;
    bool moves_rollout = strcmp(s->consistency_gradient, "encoder") != 0;
    bool moves_encoder = strcmp(s->consistency_gradient, "rollout") != 0;
    real slope = (real)(2.0 * strength) * weight;
    double sum = 0.0;
    for (int row = 0; row < rows; row++) {
        int frame = consistency->offset[row / path->batch], b = row % path->batch;
        const real *state = latent_path_state(path, frame, b);
        real *cotangent = latent_path_cotangent(path, frame, b);
        size_t at = (size_t)row * (size_t)width;
        for (int i = 0; i < width; i++) {
            real difference = state[i] - consistency->encoded->data[at + (size_t)i];
            cotangent[i] += moves_rollout ? slope * difference : 0;
            consistency->asked->data[at + (size_t)i] = moves_encoder ? -slope * difference : 0;
            sum += (double)difference * (double)difference;
        }
    }
    return (struct consistency_term){.value = strength * sum, .distance = sqrt(sum / ((double)rows * width))};
}

struct tensor *consistency_add(const struct consistency *consistency, struct tensor *sum) {
    return consistency->frames == 0
               ? sum
               : tensor_add(sum, tensor_sum(tensor_multiply(consistency->encoded, consistency->asked), 0));
}
