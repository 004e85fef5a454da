/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/verify.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset_file.h"
#include "datasets/definition.h"
#include "datasets/generate_plan.h"
#include "datasets/rounding.h"
#include "simulators/trajectory.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/text.h"

enum {
    MOST_LINES = 40,   /* of differences that are reported; all are counted */
    DRAWN_FRAMES = 8,  /* of a trajectory that is drawn again */
    MOST_ROUNDED = 8,  /* bytes of an image that are off by one and still taken for rounding */
    MOST_SUSPECTS = 16 /* trajectories of a split whose fingerprint is wrong that are simulated again */
};

/* The error of an invariant that is computed again may differ from the stored one by this much of its
 * tolerance: other last bits, and the other steps that a solver may take for them. */
static const double INVARIANT_SLACK = 1e-2;

struct verification {
    const struct verify_request *request;
    struct verify_result *result;
    struct dataset_file *file;
    struct dataset_content content;
    struct trajectory_runner *runner, *disturbed;
    struct progress progress;
    long done;
    bool *suspect[DATASET_SPLITS]; /* [n], trajectories with a wrong fingerprint */
};

static void differ(struct verification *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void differ(struct verification *v, const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (v->result->differences++ < MOST_LINES) {
        effort_report(&v->request->effort, "%s", line);
    }
}

static const double *states_of(const struct verification *v, enum dataset_split split, int trajectory) {
    const struct dataset_info *info = &v->content.info;
    return &v->content.states[split][(size_t)trajectory * (size_t)info->frames * (size_t)info->state_size];
}

static void advance(struct verification *v) {
    progress_update(&v->progress, ++v->done, "");
}

/* --- fingerprints --------------------------------------------------------------------------------------- */

static void check_hash(struct verification *v, enum dataset_split split, const char *path,
                       const uint8_t digest[SHA256_BYTES]) {
    char computed[SHA256_TEXT], stored[SHA256_TEXT];
    sha256_format(digest, computed);
    v->result->fingerprints++;
    if (dataset_file_hash(v->file, split, path, stored) != STATUS_OK) {
        differ(v, "%s", status_detail());
    } else if (strcmp(computed, stored) != 0) {
        differ(v, "%s/%s: the values have SHA-256 %s, expected %s", dataset_split_names[split], path,
               computed, stored);
    }
}

static void check_column_hashes(struct verification *v, enum dataset_split split) {
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    int count = dataset_layout_columns(v->content.simulator, &v->content.info, columns);
    size_t rows = (size_t)v->content.info.trajectories[split];
    for (int i = 0; i < count; i++) {
        size_t bytes = dataset_column_bytes(&columns[i]);
        uint8_t *stored = memory_alloc(1, bytes), digest[SHA256_BYTES];
        struct sha256 *hash = sha256_create();
        for (size_t row = 0; row < rows; row++) {
            dataset_column_encode(&columns[i], &v->content.rows[split][row], stored);
            dataset_column_add_hash(&columns[i], stored, 1, hash);
        }
        sha256_finish(hash, digest);
        check_hash(v, split, columns[i].path, digest);
        sha256_free(hash);
        free(stored);
    }
}

/* Computes the digest of one trajectory in a series and compares it with the stored one. */
static void digest_trajectory(struct verification *v, const char *name, struct dataset_frames frames,
                              size_t bytes, void *values, uint8_t digest[SHA256_BYTES]) {
    const struct dataset_row *row = &v->content.rows[frames.split][frames.trajectory];
    if (dataset_file_read(v->file, frames, values) != STATUS_OK) {
        differ(v, "%s", status_detail());
        memset(digest, 0, SHA256_BYTES);
        return;
    }
    sha256_of(values, bytes, digest);
    if (memcmp(digest, row->digest[frames.series], SHA256_BYTES) != 0) {
        char computed[SHA256_TEXT], stored[SHA256_TEXT];
        sha256_format(digest, computed);
        sha256_format(row->digest[frames.series], stored);
        differ(v, "%s, trajectory %d: the values of %s have SHA-256 %s, expected %s",
               dataset_split_names[frames.split], frames.trajectory, name, computed, stored);
        v->suspect[frames.split][frames.trajectory] = true;
    }
}

static void check_series_hash(struct verification *v, enum dataset_split split, enum dataset_series series) {
    const struct dataset_info *info = &v->content.info;
    struct dataset_shape shape = dataset_layout_shape(v->content.simulator, info, series);
    if (shape.frame_bytes == 0) {
        return;
    }
    size_t bytes = dataset_layout_bytes(&shape, info);
    void *values = memory_alloc(bytes, 1);
    struct sha256 *hash = sha256_create();
    uint8_t digest[SHA256_BYTES];
    for (int i = 0; i < info->trajectories[split] && !interrupt_requested(); i++) {
        struct dataset_frames all = {series, split, i, 0, info->frames};
        digest_trajectory(v, shape.name, all, bytes, values, digest);
        sha256_add(hash, digest, sizeof digest);
        advance(v);
    }
    sha256_finish(hash, digest);
    sha256_free(hash);
    free(values);
    if (!interrupt_requested()) {
        check_hash(v, split, shape.name, digest);
    }
}

/* --- invariants ----------------------------------------------------------------------------------------- */

/* max |I(t) - I(0)| over the stored states. */
static double invariant_error(const struct verification *v, enum dataset_split split, int trajectory,
                              const struct simulator_invariant *invariant) {
    const double *parameters = v->content.rows[split][trajectory].setup.parameters;
    const double *states = states_of(v, split, trajectory);
    double first = invariant->value(parameters, states), largest = 0.0;
    for (int frame = 1; frame < v->content.info.frames; frame++) {
        const double *state = &states[(size_t)frame * (size_t)v->content.info.state_size];
        double error = fabs(invariant->value(parameters, state) - first);
        largest = error <= largest ? largest : error; /* a nan stays */
    }
    return largest;
}

/* The stored errors are within the tolerance, and without friction they are those of the stored states. (With
 * friction the work that it has done is part of the balance, and known only to the simulation.) */
static void check_invariants(struct verification *v, enum dataset_split split, int trajectory) {
    const struct simulator *simulator = v->content.simulator;
    const struct dataset_row *row = &v->content.rows[split][trajectory];
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        const struct simulator_invariant *invariant = &simulator->dynamics->invariants[i];
        double stored = row->invariant_error[i];
        double allowed = invariant->tolerance * fmax(1.0, v->content.info.frames * v->content.info.dt /
                                                              (simulator->frames * simulator->dt));
        if (!(stored <= allowed)) {
            differ(v, "%s, trajectory %d: %s changes by %.3g, expected at most %.3g",
                   dataset_split_names[split], trajectory, invariant->name, stored, allowed);
        }
        if (simulator->friction != 0.0) {
            continue;
        }
        double computed = invariant_error(v, split, trajectory, invariant);
        if (!(fabs(computed - stored) <= INVARIANT_SLACK * allowed)) {
            differ(v, "%s, trajectory %d: %s changes by %.3g along the states, expected %.3g as stored",
                   dataset_split_names[split], trajectory, invariant->name, computed, stored);
        }
    }
}

/* --- simulating again ----------------------------------------------------------------------------------- */

/* The first of `count` numbers that differs in a bit, -1 when all are equal. */
static long first_difference(const double *a, const double *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&a[i], &b[i], sizeof *a) != 0) {
            return (long)i;
        }
    }
    return -1;
}

static const double *series_of(const struct trajectory *trajectory, enum dataset_series series) {
    return series == SERIES_X ? trajectory->states
                              : (series == SERIES_DX_DT ? trajectory->dx_dt : trajectory->dx_dt_full);
}

/* What comes of a disturbed start, NULL when that cannot be followed. */
static const double *disturbed_series(struct verification *v, const struct trajectory_setup *setup,
                                      enum dataset_series series, struct trajectory *trajectory) {
    struct trajectory_setup disturbed = *setup;
    bool stays = false;
    rounding_disturb(v->content.simulator, &disturbed);
    bool follows = trajectory_follow(v->disturbed, &disturbed, trajectory, &stays) == STATUS_OK;
    return follows && stays ? series_of(trajectory, series) : NULL;
}

/* The first of the values of a series that is another one than expected, -1 for none: to the bit where the
 * fingerprint is wrong. */
static long first_wrong_in_series(struct verification *v, struct dataset_frames frames, const double *found,
                                  const struct trajectory *expected) {
    int size = v->content.info.state_size;
    const double *values = series_of(expected, frames.series);
    struct trajectory other;
    if (v->suspect[frames.split][frames.trajectory]) {
        return first_difference(found, values, (size_t)frames.count * (size_t)size);
    }
    const double *disturbed = disturbed_series(v, &expected->setup, frames.series, &other);
    struct rounding rounding = rounding_of_series(found, values, disturbed, frames.count, size);
    v->result->rounding = fmax(rounding.largest, v->result->rounding);
    return rounding.wrong;
}

/* Whether the series is what simulating gives, to the bit. */
static bool series_is_equal(struct verification *v, struct dataset_frames frames,
                            const struct trajectory *expected) {
    int size = v->content.info.state_size;
    size_t count = (size_t)frames.count * (size_t)size;
    struct dataset_shape shape = dataset_layout_shape(v->content.simulator, &v->content.info, frames.series);
    const double *values = series_of(expected, frames.series);
    if (shape.frame_bytes == 0) {
        return true;
    }
    double *found = memory_alloc(count, sizeof *found);
    bool equal =
        dataset_file_read(v->file, frames, found) != STATUS_OK || /* reported with the fingerprints */
        first_difference(found, values, count) < 0;
    long wrong = equal ? -1 : first_wrong_in_series(v, frames, found, expected);
    if (wrong >= 0) {
        differ(v, "%s, trajectory %d, frame %ld: %s[%ld] is %.17g, expected %.17g",
               dataset_split_names[frames.split], frames.trajectory, wrong / size, shape.name, wrong % size,
               found[wrong], values[wrong]);
    }
    free(found);
    return equal;
}

static void differ_in_column(struct verification *v, enum dataset_split split, int trajectory,
                             const struct dataset_column *column, long at, const double *found,
                             const double *expected) {
    if (column->type == COLUMN_REAL) {
        differ(v, "%s, trajectory %d: %s[%ld] is %.17g, expected %.17g", dataset_split_names[split],
               trajectory, column->path, at, found[at], expected[at]);
        return;
    }
    int64_t found_integer, expected_integer;
    memcpy(&found_integer, &found[at], sizeof found_integer);
    memcpy(&expected_integer, &expected[at], sizeof expected_integer);
    differ(v, "%s, trajectory %d: %s[%ld] is %lld, expected %lld", dataset_split_names[split], trajectory,
           column->path, at, (long long)found_integer, (long long)expected_integer);
}

/* The invariant whose error a column holds, NULL for other columns. */
static const struct simulator_invariant *invariant_of(const struct verification *v,
                                                      const struct dataset_column *column) {
    const size_t first = offsetof(struct dataset_row, invariant_error);
    size_t index = (column->offset - first) / sizeof(double);
    bool is_error =
        column->type == COLUMN_REAL && column->offset >= first && index < SIMULATOR_MAX_INVARIANTS;
    return is_error ? &v->content.simulator->dynamics->invariants[index] : NULL;
}

/* The first of the values [count] of a stored row that is another one than expected, -1 for none. */
static long first_wrong(struct verification *v, const struct dataset_column *column, const double *found,
                        const double *expected, int count) {
    const struct simulator_invariant *invariant = invariant_of(v, column);
    if (invariant != NULL) {
        return fabs(*found - *expected) <= INVARIANT_SLACK * invariant->tolerance ? -1 : 0;
    }
    if (column->type != COLUMN_REAL) {
        return first_difference(found, expected, (size_t)count);
    }
    struct rounding rounding = rounding_of_values(found, expected, count);
    v->result->rounding = fmax(rounding.largest, v->result->rounding);
    return rounding.wrong;
}

/* Columns as they are stored, so that all kinds are compared alike. Returns whether all are the same bits. */
static bool columns_are_equal(struct verification *v, enum dataset_split split, int trajectory,
                              const struct dataset_row *expected) {
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    int count = dataset_layout_columns(v->content.simulator, &v->content.info, columns);
    bool equal = true;
    for (int i = 0; i < count; i++) {
        double found_values[SIMULATOR_MAX_VALUES], expected_values[SIMULATOR_MAX_VALUES];
        size_t bytes = dataset_column_bytes(&columns[i]);
        if (columns[i].type == COLUMN_BYTE) {
            continue; /* digests, which were compared with the values themselves */
        }
        dataset_column_encode(&columns[i], &v->content.rows[split][trajectory], found_values);
        dataset_column_encode(&columns[i], expected, expected_values);
        if (memcmp(found_values, expected_values, bytes) == 0) {
            continue;
        }
        equal = false;
        long at =
            first_wrong(v, &columns[i], found_values, expected_values, (int)(bytes / sizeof *found_values));
        if (at >= 0) {
            differ_in_column(v, split, trajectory, &columns[i], at, found_values, expected_values);
        }
    }
    return equal;
}

/* Simulates a trajectory again: from the seed, or from the start that the file gives. The latter for pieces
 * of long runs, of which only the first are worth making from the seed. */
static enum status simulate(struct verification *v, enum dataset_split split, int index, bool from_seed) {
    const struct dataset_row *row = &v->content.rows[split][index];
    char purpose[GENERATE_PURPOSE_SIZE];
    struct simulator_plan plan = dataset_content_plan(&v->content);
    struct trajectory trajectory;
    bool stays = true;
    generate_purpose(purpose, v->content.simulator, (int)split);
    enum status status =
        from_seed ? trajectory_run(v->runner, v->content.info.seed, purpose, (uint64_t)index, &trajectory)
                  : trajectory_follow(v->runner, &row->setup, &trajectory, &stays);
    if (status == STATUS_INTERRUPTED) {
        return status;
    }
    v->result->simulated++;
    if (status != STATUS_OK || !stays) {
        differ(v, "%s, trajectory %d: cannot be simulated: %s", dataset_split_names[split], index,
               stays ? status_detail() : "it leaves the canvas");
        return STATUS_OK;
    }
    long wrong = v->result->differences;
    bool equal = true;
    for (int series = SERIES_X; series <= SERIES_DX_DT_FULL; series++) {
        struct dataset_frames frames = {(enum dataset_series)series, split, index, 0, v->content.info.frames};
        equal &= series_is_equal(v, frames, &trajectory);
    }
    struct dataset_row expected = {.setup = trajectory.setup};
    expected.rejected = from_seed ? trajectory.attempts - 1 : row->rejected;
    expected.run = index / simulator_plan_pieces(&plan);
    memcpy(expected.invariant_error, trajectory.invariant_error, sizeof expected.invariant_error);
    equal &= columns_are_equal(v, split, index, &expected);
    v->result->rounded += !equal && v->result->differences == wrong;
    return STATUS_OK;
}

/* --- drawing again -------------------------------------------------------------------------------------- */

static void compare_image(struct verification *v, enum dataset_split split, int trajectory, int frame) {
    const double *states = states_of(v, split, trajectory);
    struct dataset_frames place = {SERIES_IMAGE, split, trajectory, frame, 1};
    uint8_t found[IMAGE_VALUES], expected[IMAGE_VALUES];
    if (dataset_file_read(v->file, place, found) != STATUS_OK) {
        return; /* reported with the fingerprints */
    }
    simulator_draw(v->content.simulator, &v->content.rows[split][trajectory].setup,
                   &states[(size_t)frame * (size_t)v->content.info.state_size], expected);
    v->result->drawn++;
    int first = -1, count = 0, largest = 0;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        int difference = abs(found[i] - expected[i]);
        first = first < 0 && difference > 0 ? i : first;
        count += difference > 0;
        largest = difference > largest ? difference : largest;
    }
    bool rounded = largest <= 1 && count <= MOST_ROUNDED && !v->suspect[split][trajectory];
    v->result->rounded += count > 0 && rounded;
    if (count > 0 && !rounded) {
        differ(v, "%s, trajectory %d, frame %d: image[%d, %d, %d] is %d, expected %d",
               dataset_split_names[split], trajectory, frame, first / (IMAGE_SIDE * IMAGE_CHANNELS),
               first / IMAGE_CHANNELS % IMAGE_SIDE, first % IMAGE_CHANNELS, found[first], expected[first]);
    }
}

/* A few frames, first and last among them; all frames of a suspect. */
static void draw(struct verification *v, enum dataset_split split, int trajectory) {
    int frames = v->content.info.frames;
    int count = v->suspect[split][trajectory] || frames < DRAWN_FRAMES ? frames : DRAWN_FRAMES;
    for (int i = 0; i < count && v->content.info.stored_images; i++) {
        int frame = count == 1 ? 0 : (int)((long)i * (frames - 1) / (count - 1));
        compare_image(v, split, trajectory, frame);
    }
}

/* --- the whole ------------------------------------------------------------------------------------------ */

/* Simulates and draws the sample, evenly spread over the split, and what looked wrong before. */
static enum status repeat(struct verification *v, enum dataset_split split) {
    int count = v->content.info.trajectories[split], suspects = 0;
    struct simulator_plan plan = dataset_content_plan(&v->content);
    int pieces = simulator_plan_pieces(&plan);
    int sample = v->request->sample < count ? v->request->sample : count;
    enum status status = STATUS_OK;
    for (int i = 0, taken = 0; i < count && status == STATUS_OK; i++) {
        /* Of long runs the first pieces are taken from the seed, one behind the other. */
        bool chosen = taken < sample &&
                      (pieces > 1 && i < (sample + 1) / 2 ? true : (long)i * sample >= (long)taken * count);
        taken += chosen;
        bool suspect = v->suspect[split][i] && suspects < MOST_SUSPECTS;
        suspects += suspect;
        if (!chosen && !suspect) {
            continue;
        }
        status = interrupt_requested()
                     ? STATUS_INTERRUPTED
                     : simulate(v, split, i, pieces == 1 || (i < pieces && i < (sample + 1) / 2));
        if (status == STATUS_OK) {
            draw(v, split, i);
        }
        advance(v);
    }
    return status;
}

static enum status check_split(struct verification *v, enum dataset_split split) {
    if (!dataset_layout_has_split(&v->content.info, split)) {
        return STATUS_OK;
    }
    check_column_hashes(v, split);
    for (int i = 0; i < SERIES_COUNT; i++) {
        check_series_hash(v, split, (enum dataset_series)i);
    }
    for (int i = 0; i < v->content.info.trajectories[split] && !interrupt_requested(); i++) {
        check_invariants(v, split, i);
        advance(v);
    }
    return interrupt_requested() ? STATUS_INTERRUPTED : repeat(v, split);
}

static enum status check_all(struct verification *v) {
    const struct dataset_info *info = &v->content.info;
    struct simulator_plan plan = dataset_content_plan(&v->content);
    enum status status = STATUS_OK;
    v->result->trajectories = dataset_layout_trajectories(info);
    v->progress =
        progress_begin("verify", 0, v->result->trajectories * (SERIES_COUNT + 1), v->request->effort.quiet);
    if (definition_check(v->content.simulator, info) != STATUS_OK) {
        differ(v, "%s", status_detail());
    }
    if (dataset_file_check_summary(v->file, &v->content) != STATUS_OK) {
        differ(v, "%s", status_detail());
    }
    trajectory_runner_create(&v->runner, &plan);
    trajectory_runner_create(&v->disturbed, &plan);
    for (int split = 0; split < DATASET_SPLITS && status == STATUS_OK; split++) {
        v->suspect[split] = memory_alloc((size_t)info->trajectories[split] + 1, sizeof *v->suspect[split]);
        status = check_split(v, (enum dataset_split)split);
    }
    progress_end(&v->progress);
    trajectory_runner_free(v->runner);
    trajectory_runner_free(v->disturbed);
    for (int split = 0; split < DATASET_SPLITS; split++) {
        free(v->suspect[split]);
    }
    return status;
}

enum status dataset_verify(struct verify_result *out, const struct verify_request *request) {
    struct verification v = {.request = request, .result = out};
    *out = (struct verify_result){0};
    enum status status = dataset_file_open(&v.file, request->path, &v.content, false);
    if (status == STATUS_OK) {
        struct simulator_plan plan = dataset_content_plan(&v.content);
        status = simulator_plan_check(&plan);
        status = status == STATUS_OK ? check_all(&v) : status_prefix(status, "%s", request->path);
    }
    dataset_file_close(v.file);
    dataset_content_free(&v.content);
    if (status == STATUS_INTERRUPTED) {
        return status_fail(status, "%s: interrupted, not all of it was checked", request->path);
    }
    if (status == STATUS_OK && out->differences > 0) {
        return status_fail(STATUS_DATA, "%s: is not what it says: %ld difference%s", request->path,
                           out->differences, out->differences == 1 ? "" : "s");
    }
    return status;
}
