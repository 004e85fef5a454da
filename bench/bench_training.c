/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time of one training step as the trainer takes it: windows, encoder, rollout, decoder, gradients, Adam.
 *
 *     bench_training                        the learned models at the quick sizes
 *     bench_training CHANNELS LATENT HIDDEN LAYERS BATCH TARGETS DECODED SHARDS THREADS PRECISION
 *                                           one HGN++ step of any size (bench/peer/torch_step.py)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "datasets/generate.h"
#include "simulators/simulator.h"
#include "support/provenance.h"
#include "support/text.h"
#include "training/model_registry.h"
#include "training/trainer.h"

static const double SECONDS = 4.0;

static struct dataset *make_dataset(void) {
    char *path = text_format("/tmp/hambench-bench-%ld.h5", (long)getpid());
    struct generate_request request = {
        .simulator = simulator_find("mass_spring"),
        .path = path,
        .train = 32,
        .test = 1,
        .frames = 256,
        .dt = 0.05,
        .threads = provenance_processors(),
        .quiet = true,
    };
    struct dataset *dataset = NULL;
    if (dataset_generate(&request) != STATUS_OK || dataset_open(&dataset, path) != STATUS_OK) {
        (void)fprintf(stderr, "bench_training: %s\n", status_detail());
        exit(EXIT_FAILURE);
    }
    (void)unlink(path);
    free(path);
    return dataset;
}

static struct training_job quick_job(const struct dataset *dataset, const char *model) {
    return (struct training_job){
        .folder = "",
        .kind = model_kind_find(model),
        .model = {.channels = 16,
                  .latent = 16,
                  .hidden = 64,
                  .hidden_layers = 3,
                  .inference_frames = 5,
                  .target_frames = 30,
                  .decoded_frames = 10,
                  .time_step = 0.125,
                  .beta = 1,
                  .integrator = "leapfrog"},
        .training = {.steps = 1000000, .batch = 16, .shards = 4, .learning_rate = 1e-4, .final_rate = 1},
        .dataset = dataset,
        .threads = provenance_processors(),
        .quiet = true,
    };
}

static void take_step(void *context) {
    struct training_figures figures;
    if (trainer_step(context, &figures) != STATUS_OK) {
        (void)fprintf(stderr, "bench_training: %s\n", status_detail());
        exit(EXIT_FAILURE);
    }
}

static void measure(const char *name, const struct training_job *job) {
    if (training_check(job) != STATUS_OK) {
        (void)fprintf(stderr, "bench_training: %s\n", status_detail());
        exit(EXIT_FAILURE);
    }
    struct trainer *trainer;
    trainer_create(&trainer, job);
    struct bench_times times = bench_measure(take_step, trainer, SECONDS);
    bench_print(name, times, 1.0 / times.median, "steps/s", job->threads);
    trainer_free(trainer);
}

static void measure_quick(const struct dataset *dataset) {
    static const char *const models[] = {"hgn++", "rnn"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct training_job job = quick_job(dataset, models[i]);
        int processors = job.threads;
        char *name = text_format("training step, %s, quick", models[i]);
        for (job.threads = 1; job.threads <= processors; job.threads *= 2) {
            measure(name, &job);
        }
        free(name);
    }
}

static void measure_sizes(const struct dataset *dataset, char **sizes) {
    struct training_job job = quick_job(dataset, "hgn++");
    int *fields[] = {&job.model.channels,       &job.model.latent,    &job.model.hidden,
                     &job.model.hidden_layers,  &job.training.batch,  &job.model.target_frames,
                     &job.model.decoded_frames, &job.training.shards, &job.threads};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        *fields[i] = atoi(sizes[i]);
    }
    (void)snprintf(job.model.precision, sizeof job.model.precision, "%s", sizes[9]);
    measure("training step, hgn++", &job);
}

int main(int count, char **arguments) {
    struct dataset *dataset = make_dataset();
    if (count == 11) {
        measure_sizes(dataset, arguments + 1);
    } else {
        measure_quick(dataset);
    }
    printf("{\"bench\": \"peak memory\", \"mib\": %.0f}\n", bench_peak_mib());
    dataset_close(dataset);
    return EXIT_SUCCESS;
}
