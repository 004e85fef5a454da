/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/film_energy.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/disc_tracker.h"
#include "support/memory.h"

enum { COEFFICIENTS = FILM_ENERGY_DEGREE + 1, LONGEST = 2 * FILM_ENERGY_MOST_REACH + 3, LEAST_REACH = 2 };

/* By how much more uncertain than in a full stretch velocities may be where frames are missing. */
static const double UNCERTAIN = 2.0;

/* The motion of a film. */
struct motion {
    const struct simulator *simulator;
    const double *parameters;
    int frames;     /* until a disc is lost */
    int degrees;    /* d, of freedom */
    double *q;      /* [frames][d], as the pictures have it */
    double *smooth; /* [frames][d], without jumps by a period */
    bool *seen;     /* [frames], whether all discs are */
};

/* How the slope at the middle of a stretch of frames comes from the values in them, per frame. */
struct slope {
    double weight[LONGEST]; /* 0 where frames are missing */
    double norm; /* square root of the sum of squares: uncertainty of the slope over that of a value */
};

bool film_energy_exists(const struct simulator *simulator) {
    return simulator_has_discs(simulator) && simulator_has_energy(simulator) &&
           simulator->dynamics->positions != NULL && simulator->dynamics->field != NULL;
}

/* --- slopes -------------------------------------------------------------------------------------------- */

/* Solves the normal equations A c = e_1 in place: c into `right`; false where the frames do not determine a
 * polynomial. A is symmetric and positive, so the order of elimination is good as it is. */
static bool solve(double a[COEFFICIENTS][COEFFICIENTS], double right[COEFFICIENTS]) {
    for (int i = 0; i < COEFFICIENTS; i++) {
        if (!(a[i][i] > 1e-9)) {
            return false;
        }
        for (int j = i + 1; j < COEFFICIENTS; j++) {
            double factor = a[j][i] / a[i][i];
            for (int k = i; k < COEFFICIENTS; k++) {
                a[j][k] -= factor * a[i][k];
            }
            right[j] -= factor * right[i];
        }
    }
    for (int i = COEFFICIENTS - 1; i >= 0; i--) {
        for (int k = i + 1; k < COEFFICIENTS; k++) {
            right[i] -= a[i][k] * right[k];
        }
        right[i] /= a[i][i];
    }
    return true;
}

/* The polynomial sum_i b_i x^i, x = k / m, is fitted to the frames k = -m .. m that were seen; its slope is
 * b_1 / m. With A = sum of x^(i + j) and A c = e_1 the weights are sum_i c_i x^i / m. */
static bool make_slope(struct slope *slope, int reach, const bool *seen) {
    double a[COEFFICIENTS][COEFFICIENTS] = {{0}}, c[COEFFICIENTS] = {0.0, 1.0};
    for (int k = -reach; k <= reach; k++) {
        double x = (double)k / reach, power[2 * COEFFICIENTS] = {1.0};
        for (int i = 1; i < 2 * COEFFICIENTS; i++) {
            power[i] = power[i - 1] * x;
        }
        for (int i = 0; seen[k + reach] && i < COEFFICIENTS; i++) {
            for (int j = 0; j < COEFFICIENTS; j++) {
                a[i][j] += power[i + j];
            }
        }
    }
    if (!solve(a, c)) {
        return false;
    }
    double squares = 0.0;
    for (int k = -reach; k <= reach; k++) {
        double x = (double)k / reach, sum = 0.0;
        for (int i = FILM_ENERGY_DEGREE; i >= 0; i--) {
            sum = sum * x + c[i];
        }
        slope->weight[k + reach] = seen[k + reach] ? sum / reach : 0.0;
        squares += slope->weight[k + reach] * slope->weight[k + reach];
    }
    slope->norm = sqrt(squares);
    return true;
}

static int reach_of(const struct simulator *simulator, double dt) {
    double frames = round(simulator->dynamics->smooth_time / fabs(dt));
    return (int)fmin(fmax(frames, LEAST_REACH), FILM_ENERGY_MOST_REACH);
}

/* --- the motion ---------------------------------------------------------------------------------------- */

static bool all_found(const struct disc_sighting *sightings, int discs) {
    for (int k = 0; k < discs; k++) {
        if (sightings[k].sight != DISC_SIGHT_FOUND) {
            return false;
        }
    }
    return true;
}

/* Shifts the coordinates of frame t by whole periods next to where those of the frames before lead: the last
 * one seen, or, where some are missing between, a straight line through the last two. */
static void unwrap(struct motion *motion, int t, int last, int before) {
    const struct dynamics *dynamics = motion->simulator->dynamics;
    size_t d = (size_t)motion->degrees;
    double *now = &motion->smooth[(size_t)t * d];
    if (dynamics->period == NULL || last < 0) {
        return;
    }
    double period = dynamics->period(motion->parameters);
    const double *then = &motion->smooth[(size_t)last * d];
    for (size_t i = 0; i < d; i++) {
        double expected = then[i];
        if (t - last > 1 && before >= 0) {
            expected += (then[i] - motion->smooth[(size_t)before * d + i]) * (t - last) / (last - before);
        }
        now[i] += period * round((expected - now[i]) / period);
    }
}

static void locate(struct motion *motion, const struct disc_track *track, struct film_energy *out) {
    size_t d = (size_t)motion->degrees;
    int last = -1, before = -1;
    for (int t = 0; t < motion->frames; t++) {
        const struct disc_sighting *sightings = &track->sightings[(size_t)t * (size_t)track->discs];
        struct simulator_disc discs[SIMULATOR_MAX_BODIES] = {{0}};
        motion->seen[t] = all_found(sightings, track->discs);
        if (!motion->seen[t]) {
            continue;
        }
        for (int k = 0; k < track->discs; k++) {
            discs[k].x = sightings[k].x;
            discs[k].y = sightings[k].y;
        }
        double *q = &motion->q[(size_t)t * d];
        out->violation[t] = simulator_positions(motion->simulator, motion->parameters, discs, q);
        out->largest_violation = fmax(out->largest_violation, out->violation[t]);
        memcpy(&motion->smooth[(size_t)t * d], q, d * sizeof *q);
        unwrap(motion, t, last, before);
        before = last;
        last = t;
    }
}

/* --- energies ------------------------------------------------------------------------------------------ */

/* The slopes at frame t, `full` where all frames around it were seen; NULL where too few were. `part` has
 * room for them. */
static const struct slope *slope_at(const struct motion *motion, int reach, int t, const struct slope *full,
                                    struct slope *part) {
    if (t < reach || t + reach >= motion->frames || !motion->seen[t]) {
        return NULL;
    }
    const bool *seen = &motion->seen[t - reach];
    if (memchr(seen, 0, (size_t)(2 * reach + 1) * sizeof *seen) == NULL) {
        return full;
    }
    return make_slope(part, reach, seen) && part->norm <= UNCERTAIN * full->norm ? part : NULL;
}

/* H at frame t with the velocities that those slopes give; nan where the momenta are not determined. */
static double energy_with(const struct motion *motion, const struct slope *slope, int reach, double dt,
                          int t) {
    double state[SIMULATOR_MAX_STATE] = {0.0}, velocity[SIMULATOR_MAX_STATE / 2];
    size_t d = (size_t)motion->degrees;
    memcpy(state, &motion->q[(size_t)t * d], d * sizeof *state);
    for (size_t i = 0; i < d; i++) {
        double sum = 0.0;
        for (int k = -reach; k <= reach; k++) {
            sum += slope->weight[k + reach] * motion->smooth[(size_t)(t + k) * d + i];
        }
        velocity[i] = sum / dt;
    }
    bool solved = simulator_momenta(motion->simulator, motion->parameters, velocity, state);
    return solved ? simulator_energy(motion->simulator, motion->parameters, state) : NAN;
}

static double energy_at_rest(const struct motion *motion, int t) {
    double state[SIMULATOR_MAX_STATE] = {0.0};
    size_t d = (size_t)motion->degrees;
    memcpy(state, &motion->q[(size_t)t * d], d * sizeof *state);
    return simulator_energy(motion->simulator, motion->parameters, state);
}

/* |H with m + 1 frames to each side - H with m|, [frames]; nan where either is not known. */
static void compare_reaches(const struct motion *motion, const struct slope *longer, double dt,
                            const struct film_energy *energy, double *change) {
    struct slope part;
    int reach = energy->reach + 1;
    for (int t = 0; t < motion->frames; t++) {
        const struct slope *slope = slope_at(motion, reach, t, longer, &part);
        change[t] = slope == NULL ? NAN : fabs(energy_with(motion, slope, reach, dt, t) - energy->energy[t]);
    }
}

/* The largest change of the frame and its neighbours: on its own it may be small by chance. */
static void spread_changes(const double *change, int frames, double *uncertainty) {
    for (int t = 0; t < frames; t++) {
        double before = t > 0 ? change[t - 1] : NAN, after = t + 1 < frames ? change[t + 1] : NAN;
        uncertainty[t] =
            isnan(change[t]) ? NAN : fmax(change[t], fmax(before, after)); /* fmax passes nan by */
    }
}

static void measure_all(const struct motion *motion, double dt, struct film_energy *out) {
    bool every[LONGEST];
    struct slope full, longer, part;
    memset(every, true, sizeof every);
    (void)make_slope(&full, out->reach, every);
    (void)make_slope(&longer, out->reach + 1, every);
    for (int t = 0; t < motion->frames; t++) {
        const struct slope *slope = slope_at(motion, out->reach, t, &full, &part);
        if (slope != NULL) {
            out->energy[t] = energy_with(motion, slope, out->reach, dt, t);
            out->kinetic[t] = out->energy[t] - energy_at_rest(motion, t);
        }
    }
    double *change = memory_alloc((size_t)out->frames, sizeof *change);
    compare_reaches(motion, &longer, dt, out, change);
    spread_changes(change, motion->frames, out->uncertainty);
    free(change);
}

static double *nothing(int frames) {
    double *values = memory_alloc((size_t)frames, sizeof *values);
    for (int t = 0; t < frames; t++) {
        values[t] = NAN;
    }
    return values;
}

void film_energy_measure(struct film_energy *out, const struct simulator *simulator,
                         const struct trajectory_setup *setup, double dt, const uint8_t *images, int frames) {
    struct disc_track track;
    assert(film_energy_exists(simulator));
    disc_tracker_follow(&track, simulator, setup, images, frames);
    *out = (struct film_energy){
        .frames = frames,
        .energy = nothing(frames),
        .kinetic = nothing(frames),
        .uncertainty = nothing(frames),
        .violation = nothing(frames),
        .lost_frame = track.lost_frame,
        .lost_disc = track.lost_disc,
        .reach = reach_of(simulator, dt),
        .pixel = track.pixel,
    };
    int degrees = simulator->dynamics->state_size / 2;
    size_t numbers = (size_t)frames * (size_t)degrees;
    struct motion motion = {
        .simulator = simulator,
        .parameters = setup->parameters,
        .frames = track.lost_frame,
        .degrees = degrees,
        .q = memory_alloc(numbers, sizeof *motion.q),
        .smooth = memory_alloc(numbers, sizeof *motion.smooth),
        .seen = memory_alloc((size_t)frames, sizeof *motion.seen),
    };
    locate(&motion, &track, out);
    measure_all(&motion, dt, out);
    free(motion.q);
    free(motion.smooth);
    free(motion.seen);
    disc_tracker_free(&track);
}

void film_energy_free(struct film_energy *energy) {
    free(energy->energy);
    free(energy->kinetic);
    free(energy->uncertainty);
    free(energy->violation);
    *energy = (struct film_energy){0};
}
