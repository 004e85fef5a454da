/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The true energy of what the predicted films show: positions of the discs are read from the pixels,
 * velocities are their differences, and the environment's own Hamiltonian of both is followed along the film
 * (evaluation/film_energy.h). It knows nothing of the model, so that models with a learned energy and models
 * without any can be compared; and unlike an error of images it does not ask for the right phase, only for a
 * motion that the system could make.
 *
 * The drift is taken of medians over a few frames, as single frames are read with noise. The same of the true
 * film is the floor below which nothing is to be seen.
 */
#include <math.h>

#include "evaluation/energy.h"
#include "evaluation/metric.h"
#include "support/statistics.h"

/* Frames from the origin on. */
static const int spans[] = {60, 250, 1000};
enum { SPANS = sizeof spans / sizeof *spans };

/* Frames of a median, and how many of them must have been read, with an uncertainty up to so much of what the
 * energy is measured in: near collisions a frame's time is too long for any velocity. */
enum { SMOOTHED = 9, ENOUGH = 5 };
static const double CERTAIN = 0.3;

enum {
    DRIFT,
    FLOOR = DRIFT + SPANS,
    BACKWARD = FLOOR + SPANS,
    FOUND = BACKWARD + SPANS,
    LEVEL = FOUND + SPANS,
    LOST,
    VIOLATION,
    ROWS
};

/* ---- one film ---- */

/* Median of the energies of SMOOTHED frames from `first` on that have been read; nan for too few. */
static double median_of(const struct film_energy *film, int first, double scale) {
    double read[SMOOTHED];
    size_t count = 0;
    for (int t = first; t < first + SMOOTHED; t++) {
        if (isfinite(film->energy[t]) && film->uncertainty[t] <= CERTAIN * scale) {
            read[count++] = film->energy[t];
        }
    }
    return count < ENOUGH ? NAN : statistics_median(read, count);
}

/* The first median of a film; nan when there is none. */
static double level_of(const struct film_energy *film, double scale) {
    double first = NAN;
    for (int t = 0; t + SMOOTHED <= film->frames && isnan(first); t++) {
        first = median_of(film, t, scale);
    }
    return first;
}

/* Largest change of the median in the first `span` frames of a film since the first that there is; nan when
 * there is none. */
static double drift_of(const struct film_energy *film, int span, double scale) {
    double first = NAN, largest = NAN;
    for (int t = 0; t + SMOOTHED <= span; t++) {
        double median = median_of(film, t, scale);
        first = isnan(first) ? median : first;
        double change = fabs(median - first);
        largest = isnan(largest) || change > largest ? change : largest;
    }
    return largest;
}

/* ---- all of them ---- */

/* Mean over the films whose discs are all there until the span ends, in `scale`; nan where there are none. */
static double mean_drift(const struct rollout_films *films, int span, double scale) {
    double sum = 0;
    int found = 0;
    for (int i = 0; i < films->count; i++) {
        const struct film_energy *film = &films->energy[i];
        double drift = film->lost_frame >= span ? drift_of(film, span, scale) / scale : NAN;
        sum += isnan(drift) ? 0 : drift;
        found += !isnan(drift);
    }
    return found > 0 ? sum / found : NAN;
}

/* Mean over the films of how far the energy that they begin with is from the true one; nan for none. */
static double mean_level_error(const struct rollout *rollout, double scale) {
    double sum = 0;
    int found = 0;
    for (int i = 0; i < rollout->forward.films.count; i++) {
        double level = level_of(&rollout->forward.films.energy[i], scale);
        sum += isnan(level) ? 0
                            : fabs(level - rollout->true_energy[(size_t)i * (size_t)rollout->frames]) / scale;
        found += !isnan(level);
    }
    return found > 0 ? sum / found : NAN;
}

static double share_found(const struct rollout_films *films, int span) {
    int found = 0;
    for (int i = 0; i < films->count; i++) {
        found += films->energy[i].lost_frame >= span;
    }
    return (double)found / films->count;
}

static void add_span(const struct rollout *rollout, int s, double scale, double *figures) {
    int span = spans[s];
    if (span > rollout->frames) {
        return;
    }
    figures[FOUND + s] = share_found(&rollout->forward.films, span);
    if (scale > 0) {
        figures[DRIFT + s] = mean_drift(&rollout->forward.films, span, scale);
        figures[FLOOR + s] = mean_drift(&rollout->true_films, span, scale);
        figures[BACKWARD + s] = mean_drift(&rollout->backward.films, span, scale);
    }
}

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    const struct rollout_films *films = &rollout->forward.films;
    if (films->count == 0) {
        return;
    }
    double scale = isfinite(rollout->energy_unit)
                       ? rollout->energy_unit
                       : energy_spread(rollout->true_energy, rollout->frames, rollout);
    double lost = 0, violation = 0;
    for (int i = 0; i < films->count; i++) {
        const struct film_energy *film = &films->energy[i];
        lost += film->lost_frame * rollout->dt / films->count;
        violation = fmax(violation, film->largest_violation / film->pixel);
    }
    for (int s = 0; s < SPANS; s++) {
        add_span(rollout, s, scale, out->figures);
    }
    out->figures[LEVEL] = scale > 0 ? mean_level_error(rollout, scale) : NAN;
    out->figures[LOST] = lost;
    out->figures[VIOLATION] = violation;
}

#define DRIFT_ROW(SPAN)                                                                                      \
    {                                                                                                        \
        .name = "video_energy_drift_" SPAN, .title = "video energy drift, " SPAN " frames", .unit = "",      \
        .better = FIELD_LOWER, .format = "%.3f",                                                             \
        .help = "largest change of the true energy of what the first " SPAN                                  \
                " predicted frames show, in units of energy_true_scale, mean over the films whose discs "    \
                "can all be followed so far"                                                                 \
    }
#define FLOOR_ROW(SPAN)                                                                                      \
    {                                                                                                        \
        .name = "video_energy_drift_" SPAN "_floor", .title = "its floor, " SPAN " frames", .unit = "",      \
        .better = FIELD_NEUTRAL, .format = "%.3f",                                                           \
        .help = "the same of the true films: what reading them adds, and under friction their own loss"      \
    }
#define BACKWARD_ROW(SPAN)                                                                                   \
    {                                                                                                        \
        .name = "video_energy_drift_backward_" SPAN,                                                         \
        .title = "video energy drift backward, " SPAN " frames", .unit = "", .better = FIELD_LOWER,          \
        .format = "%.3f", .help = "the same along the first " SPAN " frames predicted back in time"          \
    }
#define FOUND_ROW(SPAN)                                                                                      \
    {                                                                                                        \
        .name = "video_found_" SPAN, .title = "discs found, " SPAN " frames", .unit = "",                    \
        .better = FIELD_HIGHER, .format = "%.2f",                                                            \
        .help = "part of the films in whose first " SPAN " predicted frames no disc is lost"                 \
    }
static const struct field rows[ROWS] = {
    [DRIFT] = DRIFT_ROW("60"),
    DRIFT_ROW("250"),
    DRIFT_ROW("1000"),
    [FLOOR] = FLOOR_ROW("60"),
    FLOOR_ROW("250"),
    FLOOR_ROW("1000"),
    [BACKWARD] = BACKWARD_ROW("60"),
    BACKWARD_ROW("250"),
    BACKWARD_ROW("1000"),
    [FOUND] = FOUND_ROW("60"),
    FOUND_ROW("250"),
    FOUND_ROW("1000"),
    [LEVEL] = {.name = "video_energy_error",
               .title = "video energy error",
               .unit = "",
               .better = FIELD_LOWER,
               .format = "%.3f",
               .help =
                   "how far the energy that a predicted film begins with is from the true one, in units of "
                   "energy_true_scale, mean over the films; a film that stands still has no drift, but the "
                   "wrong energy"},
    [LOST] = {.name = "video_lost_time",
              .title = "time until a disc is lost",
              .unit = "of the environment",
              .better = FIELD_HIGHER,
              .format = "%.2f",
              .help = "time from the origin until the first disc has dissolved or become something else, "
                      "mean over the films; at most their length"},
    [VIOLATION] = {.name = "video_violation",
                   .title = "violated constraints",
                   .unit = "pixels",
                   .better = FIELD_LOWER,
                   .format = "%.2f",
                   .help = "how far discs come from where the system can hold them, such as at the end of a "
                           "rod, the largest over all films"},
};

const struct metric video_energy_metric = {
    .name = "video_energy",
    .version = 1,
    .summary = "drift of the true energy of the motion that predicted films show",
    .rows = rows,
    .row_count = ROWS,
    .needs = ROLLOUT_FILMS,
    .compute = compute,
};
