/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the sources of rollouts/ share: the file of a rollout, which grows frame by frame, its pictures, and
 * the three kinds of rollouts. Only for rollouts/.
 */
#ifndef HAMBENCH_ROLLOUTS_ROLLOUTS_PRIVATE_H
#define HAMBENCH_ROLLOUTS_ROLLOUTS_PRIVATE_H

#include "rollouts/rollouts.h"
#include "support/hdf5_file.h"

/* ---- the file: rollouts_file.c ---- */

struct rollouts_file;

/* A dataset [rows][frames][...] that is written in order: row by row, frame by frame. */
struct rollouts_series;

/* Begins FOLDER/rollout.h5 in a temporary, with the attributes that say what the request was. STATUS_IO. */
enum status rollouts_file_begin(struct rollouts_file **out, const char *folder,
                                const struct rollouts_request *request);

/* Further attributes. */
struct hdf5_file *rollouts_file_attributes(struct rollouts_file *file);

/* Adds the dataset `time` [T]: frames of the training from the first frame on. */
void rollouts_file_add_times(struct rollouts_file *file, const struct rollouts_request *request);

/* Adds a dataset of `rows` rows of `frames` frames; a frame is `rank` more dimensions (0 .. 3). Freed with
 * the file. */
struct rollouts_series *rollouts_file_add(struct rollouts_file *file, const char *name,
                                          enum hdf5_file_type type, int rows, int frames, int rank,
                                          const int *shape);

/* Appends `frames` frames; a call does not go beyond the end of a row. */
void rollouts_series_append(struct rollouts_series *series, const void *values, int frames);

/* Ends the file, all series of which are full, and publishes it; STATUS_IO. Frees it in any case. With
 * `status` other than STATUS_OK the temporary goes away, and that status is returned. */
enum status rollouts_file_end(struct rollouts_file *file, enum status status);

/* ---- pictures: rollouts_pictures.c ---- */

/* What of a film is kept while its frames go by. */
struct rollouts_pictures {
    const struct rollouts_request *request;
    int rows, frames;
    int first, step; /* frame number of the first frame and from one to the next, for labels */
    int within;      /* frames that training reaches */

    int strip_rows, strip_frames; /* of the strip: frames of which the truth is known, or all */
    int stride, columns;
    float *shown; /* [strip_rows][columns][H][W][C] */
    float *truth; /* the same; NULL where it is not known */

    int side_by_side; /* films in a row of the animation's square */
    int film_stride, film_frames;
    uint8_t *film; /* [film_frames][side][side][C], top row first */
    bool top_first;
};

/* `known`: frames from the first on of which the caller will give the truth, 0 for none. */
struct rollouts_pictures rollouts_pictures_create(const struct rollouts_request *request, int rows,
                                                  int known);
void rollouts_pictures_free(struct rollouts_pictures *pictures);

/* Frame t of a row; `truth` may be NULL. */
void rollouts_pictures_take(struct rollouts_pictures *pictures, int row, int t, const real *image,
                            const float *truth);

/* Writes film.png and film.gif. STATUS_IO. */
enum status rollouts_pictures_write(const struct rollouts_pictures *pictures, const char *folder,
                                    struct figure_report *report);

/* ---- the kinds of rollouts: each writes the file and its pictures ---- */

enum status rollouts_film_run(const struct rollouts_request *request, const char *folder,
                              struct figure_report *report);
enum status rollouts_motion_run(const struct rollouts_request *request, const char *folder,
                                struct figure_report *report);
enum status rollouts_points_run(const struct rollouts_request *request, const char *folder,
                                struct figure_report *report);

/* Whether films of this kind are made by way of its latent states, which can be followed at will. */
bool rollouts_film_is_latent(const struct model_kind *kind);

/* The method that a field is followed with; STATUS_DATA when it cannot. */
enum status rollouts_motion_check(const struct rollouts_request *request);

/* The frame of the trajectory that the first frame of the rollout is. */
int rollouts_origin(const struct rollouts_request *request);

/* The first frame that is seen, and how many are. */
int rollouts_start(const struct rollouts_request *request);
int rollouts_seen(const struct rollouts_request *request);

/* Steps from one frame to the next that are no longer than `steps` of them at speed 1; at least one. */
int rollouts_steps(int steps, double speed);

/* "pendulum, hgn++: film from test trajectory 0", for titles; released with `free`. */
char *rollouts_title(const struct rollouts_request *request, const char *what);

/* STATUS_INTERRUPTED when the user has asked for the end. */
enum status rollouts_interrupted(void);

#endif
