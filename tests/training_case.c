/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/training_case.h"

#include <stdlib.h>
#include <string.h>

#include "models/model_registry.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"

/* Of those settings that the kind has. */
static const char *const small[] = {
    "model.channels=8",
    "model.latent=8",
    "model.hidden=16",
    "model.hidden_layers=2",
    "model.inference_frames=3",
    "model.target_frames=12",
    "model.decoded_frames=4",
    "training.steps=20",
    "training.batch=8",
    "training.shards=4",
    "training.learning_rate=1e-3",
    "training.warmup_steps=5",
    "training.final_rate=0.1",
    "training.clip_norm=10",
    "training.first_horizon=6",
    "training.horizon_steps=10",
    "training.checkpoint_every=7",
    "training.log_every=5",
};

static bool has_setting(const struct settings *settings, const char *assignment) {
    char *group = memory_copy_string(assignment);
    *strchr(group, '=') = '\0';
    char *name = strchr(group, '.');
    *name++ = '\0';
    bool found = settings_find(settings, group, name, NULL) != NULL;
    free(group);
    return found;
}

/* The job copies the settings of the training. */
static void update(struct training_case *trial) {
    trial->job.model = settings_model(&trial->settings);
    if (settings_training(&trial->settings) != NULL) {
        trial->job.training = *settings_training(&trial->settings);
    }
}

struct training_case training_case_begin(const char *kind, const struct dataset *dataset,
                                         const char *folder) {
    CU_ASSERT_FATAL(file_make_directory(folder) == STATUS_OK);
    struct training_case trial = {.job = {
                                      .folder = folder,
                                      .kind = model_kind_find(kind),
                                      .dataset = dataset,
                                      .seed = 4,
                                      .threads = 1,
                                      .quiet = true,
                                  }};
    settings_create(&trial.settings, trial.job.kind);
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        if (has_setting(&trial.settings, small[i])) {
            training_case_set(&trial, small[i]);
        }
    }
    update(&trial);
    return trial;
}

void training_case_end(struct training_case *trial) {
    settings_clear(&trial->settings);
}

void training_case_set(struct training_case *trial, const char *assignment) {
    CU_ASSERT_EQUAL_FATAL(settings_apply(&trial->settings, assignment), STATUS_OK);
    update(trial);
}
