/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Films. Models with latent states that can be inferred and decoded are followed a few frames at a time: the
 * film may be of any length, and its time of any speed and direction. Others predict it in one go.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/integrator.h"
#include "rollouts/rollouts_private.h"
#include "support/memory.h"
#include "support/progress.h"

enum {
    BLOCK = 32,           /* frames that are followed and decoded together */
    MOST_AT_ONCE = 20000, /* frames of a film that has to be held whole: 240 MB */
    CURVES = 4,           /* of the plot of the energy */
    CURVE_POINTS = 2000,
};

_Static_assert(sizeof(real) == sizeof(float), "frames are stored as they are computed");

struct film {
    const struct rollouts_request *request;
    const struct model *model;
    struct model_workspace *workspace;
    struct rollouts_file *file;
    struct rollouts_series *frames, *latents, *energy;
    struct rollouts_pictures pictures;
    struct figure plot; /* of the energy */
    double largest_change;
    int known; /* frames of which the truth is known */
    int rows, width;
    struct model_clock clock;
    struct progress progress;
    struct figure_report *report;

    /* of the row that is being made */
    int row, begun; /* first frame of the block */
    double first_energy;
    real *block;
};

bool rollouts_film_is_latent(const struct model_kind *kind) {
    return kind->latent != NULL && kind->latent->infer != NULL && kind->latent->decode != NULL;
}

static bool has_energy(const struct film *film) {
    return film->energy != NULL;
}

/* ---- what is true ---- */

static void read_image(const void *context, int sequence, int frame, real *out) {
    const struct rollouts_request *request = context;
    (void)sequence;
    struct dataset_window place = {.trajectory = request->trajectory,
                                   .start = rollouts_start(request) + frame};
    dataset_read_window(request->dataset, DATASET_TEST, place, 1, out);
}

/* Frames from the first on that the trajectory has as well. */
static int count_known(const struct rollouts_request *request) {
    if (request->samples > 0 || request->speed != 1.0) {
        return 0;
    }
    int origin = rollouts_origin(request), length = dataset_info(request->dataset)->frames;
    int known = request->backward ? origin + 1 : length - origin;
    return known < request->frames ? known : request->frames;
}

/* ---- taking frames ---- */

static void take_frame(struct film *film, int t, const real *image) {
    float truth[IMAGE_VALUES];
    const struct rollouts_request *request = film->request;
    if (t < film->known) {
        int frame = rollouts_origin(request) + (request->backward ? -t : t);
        struct dataset_window place = {.trajectory = request->trajectory, .start = frame};
        dataset_read_window(request->dataset, DATASET_TEST, place, 1, truth);
    }
    rollouts_pictures_take(&film->pictures, film->row, t, image, truth);
}

static void take_decoded(void *context, int row, const real *image) {
    struct film *film = context;
    memcpy(film->block + (size_t)row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
    take_frame(film, film->begun + row, image);
}

static void add_to_plot(struct film *film, int t, double energy) {
    int stride = (film->request->frames + CURVE_POINTS - 1) / CURVE_POINTS;
    if (film->row >= CURVES || t % stride != 0) {
        return;
    }
    if (t == 0) {
        film->first_energy = energy;
        text_add(&film->plot.data, "%s# film %d: frame from the first, learned H, its change\n",
                 film->row == 0 ? "" : "\n\n", film->row);
    }
    double change = energy - film->first_energy;
    text_add(&film->plot.data, "%.9g", t * film->request->speed * (film->request->backward ? -1 : 1));
    figure_add_value(&film->plot.data, energy);
    figure_add_value(&film->plot.data, change);
    text_add(&film->plot.data, "\n");
    film->largest_change = isfinite(change) ? fmax(film->largest_change, fabs(change)) : film->largest_change;
}

static void take_energies(struct film *film, const real *energies, int count) {
    for (int i = 0; i < count; i++) {
        double energy = (double)energies[i];
        rollouts_series_append(film->energy, &energy, 1);
        add_to_plot(film, film->begun + i, energy);
    }
}

/* ---- by way of latent states ---- */

static void find_start(struct film *film, real *state) {
    const struct model_latent *latent = film->model->kind->latent;
    if (film->request->samples > 0) {
        struct random_stream random = random_stream(film->request->seed, "rollout", (uint64_t)film->row, 0);
        latent->sample(film->model, film->workspace, &random, 1, state);
    } else {
        struct model_examples examples = {.image = read_image, .context = film->request};
        latent->infer(film->model, film->workspace, &examples, 1, state);
    }
}

/* States that could not be followed are nan, and so is all that comes of them. */
static void note_lost(struct film *film, const real *states, int count, bool *lost) {
    for (int i = 0; i < count && !*lost; i++) {
        if (!model_all_finite(states + (size_t)i * (size_t)film->width, (size_t)film->width)) {
            *lost = true;
            lines_add(&film->report->notes,
                      "film %d: the latent state is not finite from frame %d on; there is no picture",
                      film->row, film->begun + i);
        }
    }
}

/* `states` [BLOCK + 1][D]: the first one is there. Afterwards it is the one behind the block. */
static void follow_block(struct film *film, real *states, real *energies, int count, bool *lost) {
    const struct model_latent *latent = film->model->kind->latent;
    latent->unroll(film->model, film->workspace, &film->clock, states, 1, count, states, energies);
    note_lost(film, states, count, lost);
    latent->decode(film->model, film->workspace, states, count, take_decoded, film);
    rollouts_series_append(film->frames, film->block, count);
    rollouts_series_append(film->latents, states, count);
    if (has_energy(film)) {
        take_energies(film, energies, count);
    }
    memmove(states, states + (size_t)count * (size_t)film->width, (size_t)film->width * sizeof *states);
}

static enum status follow_row(struct film *film) {
    real *states = memory_alloc((size_t)(BLOCK + 1) * (size_t)film->width, sizeof *states);
    real *energies = memory_alloc(BLOCK + 1, sizeof *energies);
    enum status status = STATUS_OK;
    bool lost = false;
    find_start(film, states);
    for (film->begun = 0; film->begun < film->request->frames && status == STATUS_OK; film->begun += BLOCK) {
        int rest = film->request->frames - film->begun, count = rest < BLOCK ? rest : BLOCK;
        follow_block(film, states, has_energy(film) ? energies : NULL, count, &lost);
        progress_update(&film->progress, (long)film->row * film->request->frames + film->begun + count, "");
        status = rollouts_interrupted();
    }
    free(states);
    free(energies);
    return status;
}

/* The time of a frame is that of the training, scaled; its steps stay as short as they were. */
static void set_clock(struct film *film) {
    const struct rollouts_request *request = film->request;
    struct model_clock clock = film->model->kind->latent->clock(film->model->settings);
    if (clock.integrator != NULL) {
        clock.steps_per_frame = rollouts_steps(clock.steps_per_frame, request->speed);
    }
    clock.frame *= request->speed * (request->backward ? -1 : 1);
    clock.integrator = request->integrator != NULL ? request->integrator : clock.integrator;
    film->clock = clock;
    struct hdf5_file *attributes = rollouts_file_attributes(film->file);
    hdf5_file_put_text(attributes, "/", "integrator",
                       clock.integrator == NULL ? "map" : clock.integrator->name);
    hdf5_file_put_real(attributes, "latent_time", clock.frame);
    hdf5_file_put_integer(attributes, "steps_per_frame", clock.steps_per_frame);
}

static void begin_latents(struct film *film) {
    const struct model_latent *latent = film->model->kind->latent;
    film->width = latent->width(film->model->settings);
    film->latents = rollouts_file_add(film->file, "latents", HDF5_FILE_REAL32, film->rows,
                                      film->request->frames, 1, &film->width);
    if (latent->has_energy) {
        film->energy = rollouts_file_add(film->file, "energy", HDF5_FILE_REAL64, film->rows,
                                         film->request->frames, 0, NULL);
    }
    set_clock(film);
}

/* ---- in one go ---- */

/* Frames of the window come in any order. */
static void take_predicted(void *context, int sequence, int frame, const real *image) {
    struct film *film = context;
    (void)sequence;
    int origin = rollouts_origin(film->request) - rollouts_start(film->request);
    int t = film->request->backward ? origin - frame : frame - origin;
    memcpy(film->block + (size_t)t * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
    take_frame(film, t, image);
}

static enum status predict_row(struct film *film) {
    const struct rollouts_request *request = film->request;
    int origin = rollouts_origin(request) - rollouts_start(request);
    struct model_prediction prediction = {
        .examples = {.image = read_image, .context = request},
        .batch = 1,
        .first = request->backward ? origin - (request->frames - 1) : origin,
        .count = request->frames,
    };
    struct model_sink sink = {.image = take_predicted, .context = film};
    film->model->kind->video->predict(film->model, film->workspace, &prediction, &sink);
    rollouts_series_append(film->frames, film->block, request->frames);
    return rollouts_interrupted();
}

/* ---- the whole ---- */

static enum status write_energy_plot(struct film *film, const char *folder) {
    char *title = rollouts_title(film->request, "learned energy");
    int curves = film->rows < CURVES ? film->rows : CURVES;
    double size = isfinite(film->first_energy) ? fabs(film->first_energy) : 0.0;
    double limit = 1.25 * fmax(film->largest_change, 1e-6 * (1.0 + size));
    struct text *commands = &film->plot.commands;
    text_add(commands, "set title ");
    figure_add_literal(commands, "%s", title);
    text_add(commands,
             "\nset xlabel 'frames from the first'\nset ylabel 'H(t) − H(0)'\n"
             "set yrange [-%.3g:%.3g]\nset lmargin 12\nset rmargin 3\n%s\nplot ",
             limit, limit, curves > 1 ? "set key top left horizontal" : "unset key");
    for (int i = 0; i < curves; i++) {
        text_add(commands,
                 "%s'energy.dat' index %d using 1:3 with lines lw 1.8 dt %d lc 'black' title 'film %d'",
                 i == 0 ? "" : ", \\\n     ", i, i + 1, i);
    }
    text_add(commands, "\n");
    free(title);
    return figure_publish(&film->plot, folder, "", film->report);
}

static enum status make_rows(struct film *film) {
    bool latent = rollouts_film_is_latent(film->model->kind);
    enum status status = STATUS_OK;
    for (film->row = 0; film->row < film->rows && status == STATUS_OK; film->row++) {
        status = latent ? follow_row(film) : predict_row(film);
    }
    if (status == STATUS_OK && film->request->dataset != NULL) {
        status = dataset_status(film->request->dataset);
    }
    return status;
}

static enum status write_pictures(struct film *film, const char *folder) {
    enum status status = rollouts_pictures_write(&film->pictures, folder, film->report);
    return status == STATUS_OK && film->energy != NULL ? write_energy_plot(film, folder) : status;
}

static void begin_film(struct film *film) {
    const struct rollouts_request *request = film->request;
    bool latent = rollouts_film_is_latent(film->model->kind);
    film->rows = request->samples > 0 ? request->samples : 1;
    film->known = count_known(request);
    film->workspace = model_workspace_create();
    film->plot = (struct figure){.name = "energy", .width = 800, .height = 420};
    film->pictures = rollouts_pictures_create(request, film->rows, film->known);
    film->pictures.top_first = !simulator_has_discs(request->simulator);
    film->block = memory_alloc((size_t)(latent ? BLOCK : request->frames) * IMAGE_VALUES, sizeof(real));
    film->progress = progress_begin("rollout", 0, (long)film->rows * request->frames, request->quiet);
    hdf5_file_put_real(rollouts_file_attributes(film->file), "speed", request->speed);
    hdf5_file_put_integer(rollouts_file_attributes(film->file), "backward", request->backward);
    film->frames = rollouts_file_add(film->file, "frames", HDF5_FILE_REAL32, film->rows, request->frames, 3,
                                     (const int[]){IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS});
    rollouts_file_add_times(film->file, request);
    if (latent) {
        begin_latents(film);
    }
}

enum status rollouts_film_run(const struct rollouts_request *request, const char *folder,
                              struct figure_report *report) {
    struct film film = {.request = request, .model = request->model, .report = report};
    if (!rollouts_film_is_latent(request->model->kind) && request->frames > MOST_AT_ONCE) {
        return status_fail(STATUS_DATA, "--frames: %d, expected at most %d of %s, whose films are held whole",
                           request->frames, MOST_AT_ONCE, request->model->kind->name);
    }
    enum status status = rollouts_file_begin(&film.file, folder, request);
    if (status != STATUS_OK) {
        return status;
    }
    begin_film(&film);
    status = rollouts_file_end(film.file, make_rows(&film));
    progress_end(&film.progress);
    status = status == STATUS_OK ? write_pictures(&film, folder) : status;
    rollouts_pictures_free(&film.pictures);
    figure_clear(&film.plot);
    model_workspace_free(film.workspace);
    free(film.block);
    return status;
}
