/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/schedule.h"

#include <assert.h>
#include <math.h>

#include "support/random.h"

static const double PI = 3.14159265358979323846;

double schedule_learning_rate(const struct training_settings *settings, int step) {
    double rate = settings->learning_rate;
    if (step < settings->warmup_steps) {
        return rate * (step + 1) / settings->warmup_steps;
    }
    int span = settings->steps - settings->warmup_steps;
    double passed = span > 1 ? (double)(step - settings->warmup_steps) / (span - 1) : 1.0;
    double cosine = 0.5 * (1.0 + cos(PI * passed));
    return rate * (settings->final_rate + (1.0 - settings->final_rate) * cosine);
}

int schedule_horizon(const struct training_settings *settings, int step, int targets) {
    int first = settings->first_horizon;
    if (first == 0 || first >= targets || step >= settings->horizon_steps) {
        return targets;
    }
    return first + (int)((long)(targets - first) * step / settings->horizon_steps);
}

int schedule_first_difference(const struct training_settings *before, const struct training_settings *after,
                              int done) {
    enum { MANY = 1 << 20 }; /* more targets than any model has */
    for (int step = 0; step < done; step++) {
        if (schedule_learning_rate(before, step) != schedule_learning_rate(after, step) ||
            schedule_horizon(before, step, MANY) != schedule_horizon(after, step, MANY)) {
            return step;
        }
    }
    return -1;
}

void schedule_decoded(uint64_t seed, int step, int horizon, int count, int *out) {
    assert(count >= 1 && count <= horizon);
    struct random_stream random = random_stream(seed, "decode", (uint64_t)step, 0);
    int chosen = 0;
    out[chosen++] = 0;
    /* Selection sampling (Knuth, vol. 2, algorithm S): each target is taken with the right chance, in order.
     */
    for (int target = 1; target < horizon; target++) {
        if (random_below(&random, (uint32_t)(horizon - target)) < (uint32_t)(count - chosen)) {
            out[chosen++] = target;
        }
    }
}
