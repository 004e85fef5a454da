/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training one model on one dataset in one run folder.
 *
 * A batch is cut into a fixed number of shards; threads take whole shards and the gradients are summed in
 * shard order, so the result has the same bits for any number of threads. Everything random is keyed by
 * (seed, step, shard), so a run that was stopped and resumed equals an unbroken one.
 */
#ifndef HAMBENCH_TRAINING_TRAINER_H
#define HAMBENCH_TRAINING_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "engine/optimizer.h"
#include "models/model.h"
#include "support/status.h"
#include "training/training_settings.h"

struct training_job {
    const char *folder; /* run folder: metrics.jsonl and checkpoint.h5 are kept there */
    const struct model_kind *kind;
    const void *model; /* settings of the kind; the caller's */
    struct training_settings training;
    const struct dataset *dataset;
    uint64_t seed;
    int threads;
    bool quiet;
};

/* The figures of one step. */
struct training_figures {
    int step; /* steps done, from 1 */
    double learning_rate, gradient_norm;
    int horizon;                       /* targets in use */
    double figures[MODEL_MAX_FIGURES]; /* of the model, in the order of its kind's rows */
};

/* STATUS_DATA with the offending setting when the settings do not fit each other, the model or the dataset.
 */
enum status training_check(const struct training_job *job);

/* ---- one step at a time: trainer.c ---- */

struct trainer;

/* A trainer at step 0 of a job that passed training_check and whose kind has a loss. Takes no folder, writes
 * no files. The job must outlive it; the caller frees `*out`. */
void trainer_create(struct trainer **out, const struct training_job *job);
void trainer_free(struct trainer *trainer);

/* Takes the next step. STATUS_CELLS_FAILED when loss or gradient are not finite (the detail names step, seed
 * and layer); the parameters are then as before. */
enum status trainer_step(struct trainer *trainer, struct training_figures *out);

/* What a checkpoint holds; owned by the trainer. */
struct model *trainer_model(struct trainer *trainer);
struct adam *trainer_optimizer(struct trainer *trainer);
/* The running average of the parameters, NULL without one. */
double *trainer_average(struct trainer *trainer);

/* Steps done, and the way to go on from a checkpoint. */
int trainer_steps(const struct trainer *trainer);
void trainer_set_steps(struct trainer *trainer, int steps);

/* Bytes of scratch memory that all threads hold now. */
size_t trainer_scratch_size(const struct trainer *trainer);

/* ---- a whole run in its folder: run.c ---- */

/* Trains from the checkpoint in the folder, or from the start, to the last step. STATUS_INTERRUPTED after a
 * signal (the checkpoint is saved), STATUS_CELLS_FAILED when the loss is not finite (the detail names step,
 * seed and parameter), STATUS_IO, STATUS_DATA (a checkpoint of another model). */
enum status training_run(const struct training_job *job);

/* How far a run folder is: steps done (0 where there is no checkpoint) and seconds spent on them. */
enum status training_progress(const char *folder, int *steps, double *seconds);

/* The model with the parameters of the folder's checkpoint, or with their average where the training makes
 * one. The caller frees `*out`. */
enum status training_load(struct model **out, const struct training_job *job);

#endif
