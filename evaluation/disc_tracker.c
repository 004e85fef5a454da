/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/disc_tracker.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "evaluation/disc_fit.h"
#include "support/memory.h"

/* A fit that leaves more of the disc's contrast may have gone to the wrong place: it is looked around for a
 * better one, within so many pixels. */
static const double GOOD_MISFIT = 0.1, NEIGHBOURHOOD = 4.0;

/* Strengths that differ less need no other fit; from so much on a disc is not faded at all. */
static const double SAME_STRENGTH = 0.01, FULL_STRENGTH = 0.98;

/* The motion of a disc, as far as it was seen. Places in units of the canvas side. */
struct course {
    double x, y;      /* in the last frame that showed it */
    double dx, dy;    /* from one frame to the next; 0 until it was seen twice */
    int frame;        /* the last that showed it, -1 for none */
    int unseen, lost; /* frames since, and lost ones among them */
    int first_lost;   /* of those, -1 for none */
    int gone;         /* the frame from which on it is lost for good, -1 if it is not */
};

struct tracker {
    struct disc_picture picture;
    struct course courses[SIMULATOR_MAX_BODIES];
    struct disc_fit fits[SIMULATOR_MAX_BODIES]; /* in this frame */
    enum disc_sight sights[SIMULATOR_MAX_BODIES];
    bool stale; /* whether a disc was moved since all were judged */
    bool wraps;
    int frame;
};

static void start(struct tracker *tracker, const struct simulator *simulator,
                  const struct trajectory_setup *setup) {
    struct render_disc discs[SIMULATOR_MAX_BODIES];
    *tracker = (struct tracker){.wraps = simulator->dynamics->wraps};
    render_discs_place(simulator, setup, setup->state, discs); /* for radii and colours */
    disc_fit_start(&tracker->picture, discs, simulator->dynamics->bodies);
    for (int k = 0; k < tracker->picture.count; k++) {
        tracker->courses[k] = (struct course){.frame = -1, .first_lost = -1, .gone = -1};
    }
}

static enum disc_sight sight_of(const struct disc_fit *fit) {
    if (fit->inside < DISC_TRACKER_VISIBLE) {
        return DISC_SIGHT_LOST;
    }
    if (fit->visible < DISC_TRACKER_VISIBLE) {
        return DISC_SIGHT_HIDDEN;
    }
    return fit->amplitude >= DISC_TRACKER_AMPLITUDE && fit->misfit <= DISC_TRACKER_MISFIT ? DISC_SIGHT_FOUND
                                                                                          : DISC_SIGHT_LOST;
}

static void judge(struct tracker *tracker, int k) {
    tracker->fits[k] = disc_fit_judge(&tracker->picture, k);
    tracker->sights[k] = sight_of(&tracker->fits[k]);
}

static void judge_all(struct tracker *tracker) {
    for (int k = 0; k < tracker->picture.count && tracker->stale; k++) {
        judge(tracker, k);
    }
    tracker->stale = false;
}

static void settle_all(struct tracker *tracker) {
    tracker->stale = true;
    disc_fit_settle(&tracker->picture, tracker->picture.drawn);
}

/* After disc k was put elsewhere: it, and those that it touched `before`. */
static void settle_moved(struct tracker *tracker, int k, const struct render_disc *before) {
    bool marked[SIMULATOR_MAX_BODIES] = {false};
    tracker->stale = true;
    for (int l = 0; l < tracker->picture.count; l++) {
        marked[l] = l == k || disc_fit_touch(before, &tracker->picture.discs[l]);
    }
    disc_fit_settle(&tracker->picture, marked);
}

/* Whether a disc is to be fitted again as it is now, having faded since the frame before, or come back. */
static bool adapt_one(struct tracker *tracker, int k) {
    double *strength = &tracker->picture.strength[k], seen = tracker->fits[k].amplitude;
    if (!tracker->picture.drawn[k] || tracker->sights[k] != DISC_SIGHT_FOUND) {
        return false;
    }
    seen = seen > FULL_STRENGTH ? 1.0 : fmax(seen, DISC_FIT_WEAKEST);
    if (seen < 1.0 ? fabs(seen - *strength) <= SAME_STRENGTH : *strength >= 1.0) {
        return false;
    }
    *strength = seen;
    return true;
}

static void adapt(struct tracker *tracker) {
    bool changed[SIMULATOR_MAX_BODIES] = {false}, any = false;
    for (int k = 0; k < tracker->picture.count; k++) {
        changed[k] = adapt_one(tracker, k);
        any = any || changed[k];
    }
    if (any) {
        disc_fit_settle(&tracker->picture, changed);
        tracker->stale = true;
        judge_all(tracker);
    }
}

static bool is_gone(const struct tracker *tracker, int k) {
    return tracker->courses[k].gone >= 0;
}

/* Puts the disc that explains most of the rest of the picture where it does so; false where none that is
 * wanted does. */
static bool place_best(struct tracker *tracker, bool *wanted) {
    struct disc_picture *picture = &tracker->picture;
    double most = 0.0;
    int best = -1;
    for (int k = 0; k < picture->count; k++) {
        double taken = wanted[k] ? disc_fit_search(picture, k, -1.0) : 0.0;
        if (taken > most) {
            most = taken;
            best = k;
        }
    }
    if (best >= 0) {
        wanted[best] = false;
        picture->drawn[best] = true;
        settle_moved(tracker, best, &picture->discs[best]);
    }
    return best >= 0;
}

/* Looks everywhere for the wanted discs, the one that explains most first. */
static void find_everywhere(struct tracker *tracker, bool *wanted) {
    while (place_best(tracker, wanted)) {
    }
    settle_all(tracker);
}

/* --- a frame after another ----------------------------------------------------------------------------- */

static double wrapped(double place) {
    return place - floor(place);
}

/* Where the course leads the disc in this frame. */
static void predict(struct tracker *tracker, int k) {
    const struct course *course = &tracker->courses[k];
    struct render_disc *disc = &tracker->picture.discs[k];
    int ahead = tracker->frame - course->frame;
    disc->x = course->x + ahead * course->dx;
    disc->y = course->y + ahead * course->dy;
    if (tracker->wraps) {
        disc->x = wrapped(disc->x);
        disc->y = wrapped(disc->y);
    }
}

/* A disc whose fit is not good is looked for near the place where it is thought to be; what explains less
 * is no progress. */
static void look_around(struct tracker *tracker, int k) {
    struct disc_picture *picture = &tracker->picture;
    struct disc_fit before = tracker->fits[k];
    if (tracker->sights[k] == DISC_SIGHT_HIDDEN || before.misfit <= GOOD_MISFIT) {
        return;
    }
    struct disc_picture kept = *picture;
    predict(tracker, k);
    if (disc_fit_search(picture, k, NEIGHBOURHOOD) > 0.0) {
        settle_moved(tracker, k, &kept.discs[k]);
    }
    judge(tracker, k);
    if (tracker->sights[k] != DISC_SIGHT_FOUND || tracker->fits[k].misfit >= before.misfit) {
        *picture = kept;
        judge(tracker, k);
    }
}

/* Discs that the picture does not show where they were thought to be are looked for everywhere; without them
 * the others are fitted better. */
static void look_for_lost(struct tracker *tracker) {
    struct disc_picture *picture = &tracker->picture;
    bool wanted[SIMULATOR_MAX_BODIES] = {false}, any = false;
    for (int k = 0; k < picture->count; k++) {
        if (!is_gone(tracker, k) && tracker->sights[k] == DISC_SIGHT_LOST) {
            wanted[k] = any = true;
            picture->drawn[k] = false;
        }
    }
    if (any) {
        settle_all(tracker);
        find_everywhere(tracker, wanted);
        judge_all(tracker);
    }
}

/* Whether a disc that seems hidden is in the open elsewhere; then that is where it is from now on. */
static bool find_hidden(struct tracker *tracker, int k) {
    struct disc_picture *picture = &tracker->picture;
    if (is_gone(tracker, k) || tracker->sights[k] != DISC_SIGHT_HIDDEN) {
        return false;
    }
    struct disc_picture kept = *picture;
    if (disc_fit_search(picture, k, -1.0) > 0.0) {
        settle_moved(tracker, k, &kept.discs[k]);
        judge(tracker, k);
    }
    bool found = tracker->sights[k] == DISC_SIGHT_FOUND && tracker->fits[k].misfit <= GOOD_MISFIT;
    if (!found) {
        *picture = kept;
        judge(tracker, k);
    }
    return found;
}

/* Of two that are looked for the first may go to the other's place, which is no good fit: it is looked for
 * again when the other has been found. */
static void look_for_hidden(struct tracker *tracker) {
    bool any = true;
    while (any) {
        any = false;
        for (int k = 0; k < tracker->picture.count; k++) {
            any = find_hidden(tracker, k) || any;
        }
    }
}

static void note_found(struct tracker *tracker, int k) {
    struct course *course = &tracker->courses[k];
    const struct render_disc *disc = &tracker->picture.discs[k];
    double dx = disc->x - course->x, dy = disc->y - course->y;
    int frames = tracker->frame - course->frame;
    if (tracker->wraps) {
        dx -= round(dx);
        dy -= round(dy);
    }
    bool known = course->frame >= 0;
    *course = (struct course){.x = disc->x,
                              .y = disc->y,
                              .dx = known ? dx / frames : 0.0,
                              .dy = known ? dy / frames : 0.0,
                              .frame = tracker->frame,
                              .first_lost = -1,
                              .gone = -1};
}

static void note_unseen(struct tracker *tracker, int k) {
    struct course *course = &tracker->courses[k];
    course->unseen++;
    if (tracker->sights[k] == DISC_SIGHT_LOST) {
        course->lost++;
        course->first_lost = course->first_lost < 0 ? tracker->frame : course->first_lost;
    }
    if (course->lost >= DISC_TRACKER_LOST) {
        course->gone = course->first_lost;
    } else if (course->unseen >= DISC_TRACKER_HIDDEN) {
        course->gone = tracker->frame - course->unseen + 1;
    }
}

/* Lost discs are no part of the picture; the others go on from where they are. */
static void note(struct tracker *tracker) {
    for (int k = 0; k < tracker->picture.count; k++) {
        if (is_gone(tracker, k)) {
            tracker->sights[k] = DISC_SIGHT_LOST;
        } else if (tracker->sights[k] == DISC_SIGHT_FOUND) {
            note_found(tracker, k);
        } else {
            note_unseen(tracker, k);
        }
        tracker->picture.drawn[k] = tracker->sights[k] != DISC_SIGHT_LOST;
    }
}

/* Discs that were seen before are where their courses lead, for a start. */
static void expect(struct tracker *tracker) {
    for (int k = 0; k < tracker->picture.count; k++) {
        tracker->picture.drawn[k] = tracker->courses[k].frame >= 0 && !is_gone(tracker, k);
        if (tracker->picture.drawn[k]) {
            predict(tracker, k);
        }
    }
}

static void follow_frame(struct tracker *tracker) {
    bool wanted[SIMULATOR_MAX_BODIES] = {false}, any = false;
    expect(tracker);
    settle_all(tracker);
    judge_all(tracker);
    adapt(tracker);
    for (int k = 0; k < tracker->picture.count; k++) {
        if (tracker->picture.drawn[k]) {
            look_around(tracker, k);
        } else if (!is_gone(tracker, k)) {
            wanted[k] = any = true;
        }
    }
    if (any) {
        find_everywhere(tracker, wanted);
    }
    judge_all(tracker);
    look_for_lost(tracker);
    look_for_hidden(tracker);
    judge_all(tracker); /* what was moved last may have been in another's way */
    adapt(tracker);
    note(tracker);
}

static void record(const struct tracker *tracker, const struct simulator *simulator,
                   const struct trajectory_setup *setup, struct disc_sighting *out) {
    double half = simulator_canvas(simulator), side = 2.0 * half;
    for (int k = 0; k < tracker->picture.count; k++) {
        const struct render_disc *disc = &tracker->picture.discs[k];
        out[k] = (struct disc_sighting){
            .x = disc->x * side - half - setup->offset[0],
            .y = disc->y * side - half - setup->offset[1],
            .sight = tracker->sights[k],
            .amplitude = (float)tracker->fits[k].amplitude,
            .misfit = (float)tracker->fits[k].misfit,
        };
    }
}

/* The frame from which on a disc is lost for good, the film being over. */
static int gone_from(const struct course *course, int frames) {
    int gone = course->gone >= 0 ? course->gone : course->first_lost;
    return gone >= 0 ? gone : frames;
}

void disc_tracker_follow(struct disc_track *out, const struct simulator *simulator,
                         const struct trajectory_setup *setup, const uint8_t *images, int frames) {
    struct tracker tracker;
    int discs = simulator->dynamics->bodies;
    assert(simulator_has_discs(simulator) && frames >= 1);
    *out = (struct disc_track){
        .frames = frames,
        .discs = discs,
        .sightings = memory_alloc((size_t)frames * (size_t)discs, sizeof *out->sightings),
        .lost_frame = frames,
        .lost_disc = -1,
        .pixel = 2.0 * simulator_canvas(simulator) * DISC_FIT_PIXEL,
    };
    start(&tracker, simulator, setup);
    for (tracker.frame = 0; tracker.frame < frames; tracker.frame++) {
        disc_fit_show(&tracker.picture, images + (size_t)tracker.frame * IMAGE_VALUES);
        follow_frame(&tracker);
        record(&tracker, simulator, setup, &out->sightings[(size_t)tracker.frame * (size_t)discs]);
    }
    for (int k = 0; k < discs; k++) {
        int gone = gone_from(&tracker.courses[k], frames);
        if (gone < out->lost_frame) {
            out->lost_frame = gone;
            out->lost_disc = k;
        }
    }
}

void disc_tracker_free(struct disc_track *track) {
    free(track->sightings);
    *track = (struct disc_track){0};
}
