/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The drift of energies that are known, read from films.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"
#include "tests/harness.h"

enum { FILMS = 4, FRAMES = 260, MOST = 20 };

struct trial {
    struct rollout rollout;
    struct film_energy forward[FILMS], backward[FILMS], truth[FILMS];
    double true_energy[FILMS * FRAMES];
    double figures[MOST];
    struct lines notes;
};

static void make_film(struct film_energy *film) {
    film->frames = FRAMES;
    film->lost_frame = FRAMES;
    film->pixel = 0.5;
    film->energy = memory_alloc(FRAMES, sizeof(double));
    film->uncertainty = memory_alloc(FRAMES, sizeof(double));
    for (int t = 0; t < FRAMES; t++) {
        film->energy[t] = t < 4 || t >= FRAMES - 4 ? NAN : 3;
    }
}

/* Films of a constant energy of 3, read from frame 4 to the fifth from the end; H is measured in units of 2.
 */
static struct trial *begin(void) {
    struct trial *trial = memory_alloc(1, sizeof *trial);
    trial->rollout = (struct rollout){.windows = FILMS, .frames = FRAMES, .dt = 0.1, .energy_unit = 2};
    trial->rollout.forward.films = (struct rollout_films){FILMS, FRAMES, NULL, trial->forward};
    trial->rollout.backward.films = (struct rollout_films){FILMS, FRAMES, NULL, trial->backward};
    trial->rollout.true_films = (struct rollout_films){FILMS, FRAMES, NULL, trial->truth};
    trial->rollout.true_energy = trial->true_energy;
    for (int i = 0; i < FILMS * FRAMES; i++) {
        trial->true_energy[i] = 3;
    }
    for (int i = 0; i < FILMS; i++) {
        make_film(&trial->forward[i]);
        make_film(&trial->backward[i]);
        make_film(&trial->truth[i]);
    }
    return trial;
}

static void end(struct trial *trial) {
    for (int i = 0; i < FILMS; i++) {
        free(trial->forward[i].energy);
        free(trial->forward[i].uncertainty);
        free(trial->backward[i].energy);
        free(trial->backward[i].uncertainty);
        free(trial->truth[i].energy);
        free(trial->truth[i].uncertainty);
    }
    free(trial);
}

static void measure(struct trial *trial) {
    struct metric_values values = {.figures = trial->figures, .notes = &trial->notes};
    for (int i = 0; i < MOST; i++) {
        trial->figures[i] = NAN;
    }
    video_energy_metric.compute(&trial->rollout, NULL, &values);
}

static double figure(const struct trial *trial, const char *name) {
    int i = 0;
    while (i < video_energy_metric.row_count && strcmp(video_energy_metric.rows[i].name, name) != 0) {
        i++;
    }
    CU_ASSERT_FATAL(i < video_energy_metric.row_count);
    return trial->figures[i];
}

static void a_constant_energy_does_not_drift(void) {
    struct trial *trial = begin();
    measure(trial);
    CHECK_NEAR(figure(trial, "video_energy_drift_60"), 0, 0);
    CHECK_NEAR(figure(trial, "video_energy_drift_250"), 0, 0);
    CHECK_NEAR(figure(trial, "video_energy_drift_60_floor"), 0, 0);
    CHECK_NEAR(figure(trial, "video_energy_drift_backward_250"), 0, 0);
    CHECK_NEAR(figure(trial, "video_found_250"), 1, 0);
    CHECK_NEAR(figure(trial, "video_lost_time"), FRAMES * 0.1, 1e-12);
    CU_ASSERT(isnan(figure(trial, "video_energy_drift_1000"))); /* as long as that are no films here */
    CU_ASSERT(isnan(figure(trial, "video_found_1000")));
    end(trial);
}

/* H = 3 + t/100 from the first frame that is read on: medians of nine frames are those of their middle, from
 * frame 6 (of 4 .. 8, the earliest five that are read) to frame 55 of the first 60. */
static void an_energy_that_grows_steadily_drifts_by_what_it_has_grown(void) {
    struct trial *trial = begin();
    for (int t = 4; t < FRAMES - 4; t++) {
        trial->forward[0].energy[t] = trial->backward[1].energy[t] = 3 + t / 100.0;
    }
    measure(trial);
    CHECK_NEAR(figure(trial, "video_energy_drift_60"), (0.55 - 0.06) / 2 / FILMS, 1e-15);
    CHECK_NEAR(figure(trial, "video_energy_drift_250"), (2.45 - 0.06) / 2 / FILMS, 1e-15);
    CHECK_NEAR(figure(trial, "video_energy_drift_backward_60"), (0.55 - 0.06) / 2 / FILMS, 1e-15);
    CHECK_NEAR(figure(trial, "video_energy_drift_60_floor"), 0, 0);
    end(trial);
}

/* What fools a largest change: single frames that are read wrongly, and frames that are not read at all. */
static void single_wrong_frames_are_no_drift(void) {
    struct trial *trial = begin();
    for (int t = 10; t < FRAMES - 10; t += 5) {
        trial->forward[2].energy[t] = 1000;
        trial->forward[2].energy[t + 1] = NAN;
    }
    for (int t = 100; t < 140; t++) { /* nor are frames that nobody can read for sure */
        trial->forward[2].energy[t] = 1000;
        trial->forward[2].uncertainty[t] = 0.7;
    }
    measure(trial);
    CHECK_NEAR(figure(trial, "video_energy_drift_250"), 0, 0);
    end(trial);
}

/* A film that loses its disc in frame 100 has a drift until 60, and none until 250, where it is missed. */
static void a_lost_disc_is_counted_and_not_measured(void) {
    struct trial *trial = begin();
    trial->forward[1].lost_frame = 100;
    for (int t = 40; t < FRAMES; t++) {
        trial->forward[1].energy[t] = t < 96 ? 5 : NAN;
    }
    measure(trial);
    CHECK_NEAR(figure(trial, "video_energy_drift_60"), 1.0 / FILMS, 0);
    CHECK_NEAR(figure(trial, "video_energy_drift_250"), 0, 0);
    CHECK_NEAR(figure(trial, "video_found_60"), 1, 0);
    CHECK_NEAR(figure(trial, "video_found_250"), 0.75, 0);
    CHECK_NEAR(figure(trial, "video_lost_time"), (3 * FRAMES + 100) * 0.1 / FILMS, 1e-12);
    for (int i = 0; i < FILMS; i++) {
        trial->forward[i].lost_frame = 0;
    }
    measure(trial);
    CU_ASSERT(isnan(figure(trial, "video_energy_drift_60")));
    CHECK_NEAR(figure(trial, "video_found_60"), 0, 0);
    CHECK_NEAR(figure(trial, "video_lost_time"), 0, 0);
    end(trial);
}

/* What fools the drift: a film that stands still, with its disc where it happens to be. */
static void a_wrong_energy_that_is_conserved_is_seen(void) {
    struct trial *trial = begin();
    measure(trial);
    CHECK_NEAR(figure(trial, "video_energy_error"), 0, 0);
    for (int t = 4; t < FRAMES - 4; t++) {
        trial->forward[1].energy[t] = 2;
    }
    measure(trial);
    CHECK_NEAR(figure(trial, "video_energy_drift_250"), 0, 0);
    CHECK_NEAR(figure(trial, "video_energy_error"), 0.5 / FILMS, 1e-15);
    end(trial);
}

static void violations_are_in_pixels(void) {
    struct trial *trial = begin();
    trial->forward[3].largest_violation = 1.25;
    measure(trial);
    CHECK_NEAR(figure(trial, "video_violation"), 2.5, 0);
    end(trial);
}

static void without_films_there_are_no_figures(void) {
    struct trial *trial = begin();
    trial->rollout.forward.films.count = 0;
    measure(trial);
    for (int i = 0; i < video_energy_metric.row_count; i++) {
        CU_ASSERT(isnan(trial->figures[i]));
    }
    end(trial);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_constant_energy_does_not_drift),
        TEST(an_energy_that_grows_steadily_drifts_by_what_it_has_grown),
        TEST(single_wrong_frames_are_no_drift),
        TEST(a_lost_disc_is_counted_and_not_measured),
        TEST(a_wrong_energy_that_is_conserved_is_seen),
        TEST(violations_are_in_pixels),
        TEST(without_films_there_are_no_figures),
    };
    return tests_run("metric_video_energy", tests, sizeof tests / sizeof *tests);
}
