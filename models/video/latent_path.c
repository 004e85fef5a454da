/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/latent_path.h"

#include <string.h>

#include "engine/ops.h"

enum { MAX_WALKS = 4 };

/* Sequences that go the same way, on one side of the inferred state. */
struct walk {
    int sequence, count; /* sequences sequence .. sequence+count-1 */
    int side;            /* 1: later frames, -1: earlier ones */
    int frames;
    double clock_sign;
};

static size_t index_of(const struct latent_path *path, int frame, int b) {
    return ((size_t)(frame - path->first) * (size_t)path->batch + (size_t)b) * (size_t)path->width;
}

real *latent_path_state(const struct latent_path *path, int frame, int b) {
    return path->states + index_of(path, frame, b);
}

real *latent_path_cotangent(const struct latent_path *path, int frame, int b) {
    return path->cotangents + index_of(path, frame, b);
}

static int list_walks(const struct latent_path *path, struct walk *out) {
    int count = 0;
    for (int turned = 0; turned < 2; turned++) {
        int sequence = turned ? path->turned : 0, end = turned ? path->batch : path->turned;
        for (int side = -1; side <= 1 && end > sequence; side += 2) {
            int frames = side > 0 ? path->last : -path->first;
            if (frames > 0) {
                out[count] = (struct walk){.sequence = sequence,
                                           .count = end - sequence,
                                           .side = side,
                                           .frames = frames,
                                           .clock_sign = turned ? -side : side};
                count++;
            }
        }
    }
    return count;
}

/* Frames that are on the tape at once: fewer where a frame takes many stages. */
static int stretch_frames(const struct latent_path *path) {
    enum { STAGES = 64 };
    int frames = STAGES / latent_stepper_stages(&path->clock);
    return frames < 1 ? 1 : frames < LATENT_PATH_STRETCH ? frames : LATENT_PATH_STRETCH;
}

static size_t block_size(const struct latent_path *path, const struct walk *walk) {
    return (size_t)walk->count * (size_t)path->width;
}

/* Puts the stretch that begins `first` frames down the walk on the tape. */
static void record(struct latent_path *path, const struct walk *walk, int number, int first) {
    struct latent_stretch *stretch = &path->on_tape;
    if (stretch->frames > 0 && stretch->walk == number && stretch->first == first) {
        return;
    }
    int rest = walk->frames - first, most = stretch_frames(path);
    stretch->walk = number;
    stretch->first = first;
    stretch->frames = rest < most ? rest : most;
    tape_clear(path->tape);
    struct latent_system system = {
        .dynamics = path->dynamics,
        .parts = path->parts,
        .leaves = parameters_bind(path->model->parameters, path->tape, path->gradient),
    };
    struct model_clock clock = path->clock;
    clock.frame *= walk->clock_sign;
    struct tensor *start = tape_leaf(path->tape, 2, (int[]){walk->count, path->width},
                                     latent_path_state(path, walk->side * first, walk->sequence));
    char reason[MODEL_CULPRIT_SIZE];
    if (!latent_stepper_walk(&system, &clock, start, stretch->frames, stretch->states, reason) &&
        path->step != NULL && path->step->culprit[0] == '\0') {
        memcpy(path->step->culprit, reason, sizeof reason);
    }
}

static void keep_states(struct latent_path *path, const struct walk *walk) {
    const struct latent_stretch *stretch = &path->on_tape;
    for (int t = 1; t <= stretch->frames; t++) {
        memcpy(latent_path_state(path, walk->side * (stretch->first + t), walk->sequence),
               stretch->states[t]->data, block_size(path, walk) * sizeof(real));
    }
    const struct tensor *end = stretch->states[stretch->frames];
    if (path->step != NULL && !model_all_finite(end->data, end->size)) {
        model_name_culprit(path->tape, path->step);
    }
}

void latent_path_run(struct latent_path *path) {
    struct walk walks[MAX_WALKS];
    int count = list_walks(path, walks);
    for (int i = 0; i < count; i++) {
        for (int first = 0; first < walks[i].frames; first += stretch_frames(path)) {
            record(path, &walks[i], i, first);
            keep_states(path, &walks[i]);
        }
    }
}

/* From the cotangents of the stretch's later states to that of its first one. Uses it up. */
static void pull_back(struct latent_path *path, const struct walk *walk) {
    struct latent_stretch *stretch = &path->on_tape;
    size_t block = block_size(path, walk);
    struct tensor *all = tensor_concatenate(stretch->states + 1, stretch->frames, 0);
    struct tensor *asked = tape_constant(path->tape, all->rank, all->shape, 0);
    for (int t = 1; t <= stretch->frames; t++) {
        memcpy(asked->data + (size_t)(t - 1) * block,
               latent_path_cotangent(path, walk->side * (stretch->first + t), walk->sequence),
               block * sizeof(real));
    }
    const struct tensor *pulled = tape_backward(all, asked, stretch->states[0]);
    real *sum = latent_path_cotangent(path, walk->side * stretch->first, walk->sequence);
    for (size_t i = 0; i < block; i++) {
        sum[i] += pulled->data[i];
    }
    stretch->frames = 0;
}

void latent_path_backward(struct latent_path *path) {
    struct walk walks[MAX_WALKS];
    for (int i = list_walks(path, walks) - 1; i >= 0; i--) {
        int frames = stretch_frames(path), stretches = (walks[i].frames + frames - 1) / frames;
        for (int s = stretches - 1; s >= 0; s--) {
            record(path, &walks[i], i, s * frames);
            pull_back(path, &walks[i]);
        }
    }
}
