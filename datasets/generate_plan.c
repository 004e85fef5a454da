/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/generate_plan.h"

#include <stdio.h>
#include <string.h>

#include "datasets/definition.h"
#include "support/provenance.h"

struct simulator_plan generate_plan(const struct generate_request *request) {
    struct simulator_plan plan = simulator_plan_default(request->simulator);
    plan.frames = request->frames;
    plan.dt = request->dt;
    if (request->options != NULL) {
        size_t count =
            (size_t)simulator_option_count(request->simulator); /* what is behind them is nobody's */
        memcpy(plan.options, request->options, count * sizeof *plan.options);
    }
    return plan;
}

void generate_purpose(char out[GENERATE_PURPOSE_SIZE], const struct simulator *simulator, int split) {
    (void)snprintf(out, GENERATE_PURPOSE_SIZE, "%s/%s", simulator->name, dataset_split_names[split]);
}

struct dataset_info generate_plan_info(const struct generate_request *request) {
    struct simulator_plan plan = generate_plan(request);
    struct dataset_info info = {
        .shift = request->simulator->shift,
        .trajectories = {[DATASET_TRAIN] = request->train,
                         [DATASET_TEST] = request->test,
                         [DATASET_VALIDATION] = request->validation},
        .frames = request->frames,
        .state_size = request->simulator->dynamics->state_size,
        .dt = request->dt,
        .stored_images = !request->without_images,
        .seed = request->seed,
    };
    memcpy(info.options, plan.options, sizeof info.options);
    (void)snprintf(info.environment, sizeof info.environment, "%s", request->simulator->name);
    (void)snprintf(info.generator, sizeof info.generator, "hambench %s", provenance_version());
    definition_digest(request->simulator, info.definition);
    return info;
}
