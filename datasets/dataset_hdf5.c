/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_hdf5.h"

#include <assert.h>
#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "integrators/gsl_solver.h"
#include "support/file.h"
#include "support/json.h"
#include "support/memory.h"
#include "support/text.h"

static const char *const SPLIT_NAMES[DATASET_SPLITS] = {"train", "test"};

/* Deflate level; 1 is as good as 6 on these images and five times faster. */
enum { DEFLATE_LEVEL = 1 };

/* Rows of one chunk of a dataset with one row per trajectory. */
enum { COLUMN_CHUNK = 1024 };

/* frames x rows x columns x colours and the trajectory in front */
enum { MAX_RANK = 5 };

/* HDF5 prints its error stack on standard error unless told not to, for each thread; every public function
 * tells it. */
static void silence_hdf5(void) {
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* A file that cannot be closed (its last bytes cannot be written) leaves HDF5 1.10 with a dangling entry, on
 * which its exit handler crashes. Every file is closed explicitly, so the handler is not needed; HDF5 takes
 * this only before its first call. */
__attribute__((constructor)) static void keep_hdf5_from_exit(void) {
    (void)H5dont_atexit();
}

/* --- writing ------------------------------------------------------------------------------------------- */

enum series { SERIES_X, SERIES_DX_DT, SERIES_DX_DT_FULL, SERIES_IMAGE, SERIES_COUNT };

/* What is stored once per trajectory is kept until the end: a few numbers each. */
struct split_writer {
    hid_t group;
    hid_t series[SERIES_COUNT];
    double *parameters; /* [parameters][n] */
    double *offset;     /* [n][2] */
    int64_t *colors;    /* [n][bodies] */
    double *energy_error;
};

struct dataset_writer {
    const struct simulator *simulator;
    struct dataset_info info;
    char *path;
    hid_t file;
    hid_t text_type;
    struct split_writer splits[DATASET_SPLITS];
    bool failed;
    char reason[256]; /* of the first failure */
};

/* Takes the reason of the system out of HDF5's error stack: the innermost entries carry it as
 * "... errno = 28, ...". */
static herr_t find_reason(unsigned depth, const H5E_error2_t *error, void *context) {
    (void)depth;
    struct dataset_writer *writer = context;
    const char *found = error->desc == NULL ? NULL : strstr(error->desc, "errno = ");
    if (found != NULL) {
        int number = (int)strtol(found + strlen("errno = "), NULL, 10);
        (void)snprintf(writer->reason, sizeof writer->reason, "%s", strerror(number));
        return 1;
    }
    if (writer->reason[0] == '\0' && error->desc != NULL) {
        (void)snprintf(writer->reason, sizeof writer->reason, "%s", error->desc);
    }
    return 0;
}

/* Every HDF5 call of the writer goes through here. After the first failure the later ones may fail as they
 * like: only the first is reported, when the public function ends. */
static hid_t check(struct dataset_writer *writer, hid_t result) {
    if (result < 0 && !writer->failed) {
        writer->failed = true;
        (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, find_reason, writer);
    }
    return result;
}

static enum status writer_status(const struct dataset_writer *writer) {
    if (writer->failed) {
        return status_fail(STATUS_IO, "%s: cannot write: %s", writer->path, writer->reason);
    }
    return STATUS_OK;
}

static void write_attribute(struct dataset_writer *writer, const char *name, hid_t stored, hid_t given,
                            const void *value) {
    hid_t space = check(writer, H5Screate(H5S_SCALAR));
    hid_t attribute = check(writer, H5Acreate2(writer->file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT));
    check(writer, H5Awrite(attribute, given, value));
    check(writer, H5Aclose(attribute));
    check(writer, H5Sclose(space));
}

static void write_text(struct dataset_writer *writer, const char *name, const char *value) {
    write_attribute(writer, name, writer->text_type, writer->text_type, &value);
}

static void write_integer(struct dataset_writer *writer, const char *name, int64_t value) {
    write_attribute(writer, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

static void write_number(struct dataset_writer *writer, const char *name, double value) {
    write_attribute(writer, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

/* The request as JSON: what to ask for to get the same file again. */
static void write_config(struct dataset_writer *writer) {
    const struct dataset_info *info = &writer->info;
    struct text text = {0};
    struct json json = {.out = &text};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "environment", info->environment);
    json_write_integer(&json, "train", info->trajectories[DATASET_TRAIN]);
    json_write_integer(&json, "test", info->trajectories[DATASET_TEST]);
    json_write_integer(&json, "frames", info->frames);
    json_write_number(&json, "dt", info->dt);
    json_write_integer(&json, "seed", (int64_t)info->seed);
    json_write_close(&json, '}');
    write_text(writer, "config", text.data);
    text_free(&text);
}

static void write_attributes(struct dataset_writer *writer) {
    const struct simulator *simulator = writer->simulator;
    const struct dataset_info *info = &writer->info;
    bool closed_form = simulator->dynamics->solution != NULL && simulator->friction == 0.0;
    write_text(writer, "format", DATASET_FORMAT);
    write_integer(writer, "format_version", DATASET_FORMAT_VERSION);
    write_text(writer, "environment", info->environment);
    write_text(writer, "generator", info->generator);
    write_attribute(writer, "seed", H5T_STD_U64LE, H5T_NATIVE_UINT64, &info->seed);
    write_integer(writer, "frames", info->frames);
    write_number(writer, "dt", info->dt);
    write_text(writer, "integrator", closed_form ? "closed form" : GSL_SOLVER_NAME);
    write_number(writer, "tolerance", closed_form ? 0.0 : GSL_SOLVER_TOLERANCE);
    write_number(writer, "friction", simulator->friction);
    write_integer(writer, "colors", simulator->colors);
    write_number(writer, "canvas", simulator_canvas(simulator));
    write_config(writer);
}

/* A dataset whose first dimension counts trajectories, under `parent`. An empty one has no chunks and hence
 * no filters. */
static hid_t create_dataset(struct dataset_writer *writer, hid_t parent, const char *name, hid_t type,
                            int rank, const hsize_t *size, const hsize_t *chunk) {
    hid_t space = check(writer, H5Screate_simple(rank, size, NULL));
    hid_t list = check(writer, H5Pcreate(H5P_DATASET_CREATE));
    check(writer, H5Pset_obj_track_times(list, false)); /* equal data, equal bytes */
    if (size[0] > 0) {
        check(writer, H5Pset_chunk(list, rank, chunk));
        check(writer, H5Pset_shuffle(list));
        check(writer, H5Pset_deflate(list, DEFLATE_LEVEL));
        check(writer, H5Pset_fletcher32(list));
    }
    hid_t dataset = check(writer, H5Dcreate2(parent, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT));
    check(writer, H5Pclose(list));
    check(writer, H5Sclose(space));
    return dataset;
}

/* One row per trajectory. `width` 0 gives shape (n), otherwise (n, width). */
static void write_column(struct dataset_writer *writer, enum dataset_split split, hid_t parent,
                         const char *name, int width, hid_t stored, hid_t given, const void *values) {
    hsize_t count = (hsize_t)writer->info.trajectories[split];
    hsize_t size[2] = {count, (hsize_t)width};
    hsize_t chunk[2] = {count < COLUMN_CHUNK ? count : COLUMN_CHUNK, (hsize_t)width};
    hid_t dataset = create_dataset(writer, parent, name, stored, width == 0 ? 1 : 2, size, chunk);
    if (count > 0) {
        check(writer, H5Dwrite(dataset, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    }
    check(writer, H5Dclose(dataset));
}

static hid_t create_group(struct dataset_writer *writer, hid_t parent, const char *name) {
    hid_t list = check(writer, H5Pcreate(H5P_GROUP_CREATE));
    check(writer, H5Pset_obj_track_times(list, false));
    hid_t group = check(writer, H5Gcreate2(parent, name, H5P_DEFAULT, list, H5P_DEFAULT));
    check(writer, H5Pclose(list));
    return group;
}

static hid_t create_series(struct dataset_writer *writer, enum dataset_split split, const char *name,
                           bool image) {
    const struct dataset_info *info = &writer->info;
    int chunk_frames = info->frames < DATASET_CHUNK_FRAMES ? info->frames : DATASET_CHUNK_FRAMES;
    hsize_t size[MAX_RANK] = {(hsize_t)info->trajectories[split], (hsize_t)info->frames,
                              (hsize_t)info->state_size};
    if (image) {
        size[2] = size[3] = FRAME_SIDE;
        size[4] = FRAME_CHANNELS;
    }
    hsize_t chunk[MAX_RANK] = {1, (hsize_t)chunk_frames, size[2], size[3], size[4]};
    return create_dataset(writer, writer->splits[split].group, name, image ? H5T_STD_U8LE : H5T_IEEE_F64LE,
                          image ? 5 : 3, size, chunk);
}

static void create_split(struct dataset_writer *writer, enum dataset_split split) {
    struct split_writer *data = &writer->splits[split];
    size_t count = (size_t)writer->info.trajectories[split];
    size_t parameters = (size_t)simulator_parameter_count(writer->simulator);
    data->group = create_group(writer, writer->file, SPLIT_NAMES[split]);
    data->series[SERIES_X] = create_series(writer, split, "x", false);
    data->series[SERIES_DX_DT] = create_series(writer, split, "dx_dt", false);
    if (writer->simulator->friction != 0.0) {
        data->series[SERIES_DX_DT_FULL] = create_series(writer, split, "dx_dt_full", false);
    }
    data->series[SERIES_IMAGE] = create_series(writer, split, "image", true);
    data->parameters = memory_alloc(count * parameters + 1, sizeof *data->parameters);
    data->offset = memory_alloc(count * 2 + 1, sizeof *data->offset);
    data->colors =
        memory_alloc(count * (size_t)writer->simulator->dynamics->bodies + 1, sizeof *data->colors);
    data->energy_error = memory_alloc(count + 1, sizeof *data->energy_error);
}

static hid_t create_text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    (void)H5Tset_size(type, H5T_VARIABLE);
    (void)H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

enum status dataset_writer_create(struct dataset_writer **out, const char *path,
                                  const struct simulator *simulator, const struct dataset_info *info) {
    silence_hdf5();
    struct dataset_writer *writer = memory_alloc(1, sizeof *writer);
    writer->simulator = simulator;
    writer->info = *info;
    writer->path = memory_copy_string(path);
    writer->text_type = create_text_type();
    hid_t list = check(writer, H5Pcreate(H5P_FILE_CREATE));
    check(writer, H5Pset_obj_track_times(list, false));
    writer->file = check(writer, H5Fcreate(path, H5F_ACC_TRUNC, list, H5P_DEFAULT));
    check(writer, H5Pclose(list));
    if (!writer->failed) {
        write_attributes(writer);
        create_split(writer, DATASET_TRAIN);
        create_split(writer, DATASET_TEST);
    }
    enum status status = writer_status(writer);
    if (status != STATUS_OK) {
        dataset_writer_abandon(writer);
        return status;
    }
    *out = writer;
    return STATUS_OK;
}

/* Writes row `index` of a series: all frames of one trajectory. */
static void put_series(struct dataset_writer *writer, hid_t dataset, int index, hid_t given,
                       const void *values) {
    hsize_t size[MAX_RANK] = {0}, start[MAX_RANK] = {(hsize_t)index};
    hid_t space = check(writer, H5Dget_space(dataset));
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    size[0] = 1;
    hid_t memory = check(writer, H5Screate_simple(rank, size, NULL));
    check(writer, H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL));
    check(writer, H5Dwrite(dataset, given, memory, space, H5P_DEFAULT, values));
    check(writer, H5Sclose(memory));
    check(writer, H5Sclose(space));
}

/* Keeps what has one row per trajectory for the end. */
static void keep_columns(struct dataset_writer *writer, enum dataset_split split, int index,
                         const struct dataset_record *record) {
    struct split_writer *data = &writer->splits[split];
    int count = writer->info.trajectories[split], bodies = writer->simulator->dynamics->bodies;
    for (int i = 0; i < simulator_parameter_count(writer->simulator); i++) {
        data->parameters[(size_t)i * (size_t)count + (size_t)index] = record->setup->parameters[i];
    }
    memcpy(&data->offset[2 * (size_t)index], record->setup->offset, sizeof record->setup->offset);
    for (int i = 0; i < bodies; i++) {
        data->colors[(size_t)index * (size_t)bodies + (size_t)i] = record->setup->color_index[i];
    }
    data->energy_error[index] = record->energy_error;
}

enum status dataset_writer_put(struct dataset_writer *writer, enum dataset_split split, int index,
                               const struct dataset_record *record) {
    assert(index >= 0 && index < writer->info.trajectories[split]);
    silence_hdf5();
    struct split_writer *data = &writer->splits[split];
    put_series(writer, data->series[SERIES_X], index, H5T_NATIVE_DOUBLE, record->x);
    put_series(writer, data->series[SERIES_DX_DT], index, H5T_NATIVE_DOUBLE, record->dx_dt);
    if (record->dx_dt_full != NULL) {
        put_series(writer, data->series[SERIES_DX_DT_FULL], index, H5T_NATIVE_DOUBLE, record->dx_dt_full);
    }
    put_series(writer, data->series[SERIES_IMAGE], index, H5T_NATIVE_UINT8, record->images);
    keep_columns(writer, split, index, record);
    return writer_status(writer);
}

static void write_columns(struct dataset_writer *writer, enum dataset_split split) {
    const struct simulator *simulator = writer->simulator;
    struct split_writer *data = &writer->splits[split];
    size_t count = (size_t)writer->info.trajectories[split];
    hid_t other = create_group(writer, data->group, "other");
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        write_column(writer, split, other, simulator->parameters[i].name, 0, H5T_IEEE_F64LE,
                     H5T_NATIVE_DOUBLE, &data->parameters[(size_t)i * count]);
    }
    write_column(writer, split, other, "offset", 2, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, data->offset);
    write_column(writer, split, other, "color_index", simulator->dynamics->bodies, H5T_STD_I64LE,
                 H5T_NATIVE_INT64, data->colors);
    write_column(writer, split, data->group, "energy_error", 0, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                 data->energy_error);
    check(writer, H5Gclose(other));
}

static double max_energy_error(const struct dataset_writer *writer) {
    double largest = 0.0;
    for (int split = 0; split < DATASET_SPLITS; split++) {
        for (int i = 0; i < writer->info.trajectories[split]; i++) {
            double error = writer->splits[split].energy_error[i];
            largest = error <= largest ? largest : error; /* a nan stays */
        }
    }
    return largest;
}

/* After a failed write HDF5 still holds data that it will try to write on closing. On a full disk an empty
 * file makes room for that: then it closes in good order. */
static void make_room(struct dataset_writer *writer) {
    if (writer->failed && writer->file > 0) {
        (void)truncate(writer->path, 0);
    }
}

static void close_writer(struct dataset_writer *writer) {
    make_room(writer);
    for (int split = 0; split < DATASET_SPLITS; split++) {
        struct split_writer *data = &writer->splits[split];
        for (int i = 0; i < SERIES_COUNT; i++) {
            if (data->series[i] > 0) {
                check(writer, H5Dclose(data->series[i]));
            }
        }
        if (data->group > 0) {
            check(writer, H5Gclose(data->group));
        }
        free(data->parameters);
        free(data->offset);
        free(data->colors);
        free(data->energy_error);
    }
    check(writer, H5Tclose(writer->text_type));
    if (writer->file > 0) {
        check(writer, H5Fclose(writer->file));
    }
}

static void free_writer(struct dataset_writer *writer) {
    free(writer->path);
    free(writer);
}

enum status dataset_writer_finish(struct dataset_writer *writer) {
    silence_hdf5();
    write_columns(writer, DATASET_TRAIN);
    write_columns(writer, DATASET_TEST);
    write_number(writer, "max_energy_error", max_energy_error(writer));
    check(writer, H5Fflush(writer->file, H5F_SCOPE_GLOBAL));
    if (!writer->failed) {
        write_integer(writer, "complete", 1);
    }
    close_writer(writer);
    enum status status = writer_status(writer);
    free_writer(writer);
    return status;
}

void dataset_writer_abandon(struct dataset_writer *writer) {
    close_writer(writer);
    free_writer(writer);
}

/* --- reading ------------------------------------------------------------------------------------------- */

struct reader {
    const char *path;
    hid_t file;
};

/* Reads an attribute of the root that is one number of the wanted class. */
static enum status read_number(const struct reader *reader, const char *name, hid_t wanted, void *out) {
    hid_t attribute = H5Aopen(reader->file, name, H5P_DEFAULT);
    if (attribute < 0) {
        return status_fail(STATUS_DATA, "%s: attribute '%s' is missing", reader->path, name);
    }
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    enum status status = STATUS_OK;
    if (H5Tget_class(type) != H5Tget_class(wanted) || H5Sget_simple_extent_npoints(space) != 1 ||
        H5Aread(attribute, wanted, out) < 0) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is not one %s", reader->path, name,
                             H5Tget_class(wanted) == H5T_FLOAT ? "real number" : "integer");
    }
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    return status;
}

/* Reads a text attribute of the root, cut to `size`. */
static enum status read_text(const struct reader *reader, const char *name, char *out, size_t size) {
    hid_t attribute = H5Aopen(reader->file, name, H5P_DEFAULT);
    if (attribute < 0) {
        return status_fail(STATUS_DATA, "%s: attribute '%s' is missing", reader->path, name);
    }
    hid_t type = H5Aget_type(attribute);
    hid_t wanted = create_text_type();
    char *value = NULL;
    enum status status = STATUS_OK;
    if (H5Tis_variable_str(type) <= 0 || H5Aread(attribute, wanted, &value) < 0 || value == NULL) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is not a text", reader->path, name);
    } else {
        (void)snprintf(out, size, "%s", value);
        (void)H5free_memory(value);
    }
    (void)H5Tclose(wanted);
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    return status;
}

/* "(3, 256, 2)" */
static void format_shape(char *out, size_t size, int rank, const hsize_t *dimensions) {
    struct text text = {0};
    text_add(&text, "(");
    for (int i = 0; i < rank; i++) {
        text_add(&text, "%s%llu", i == 0 ? "" : ", ", (unsigned long long)dimensions[i]);
    }
    text_add(&text, ")");
    (void)snprintf(out, size, "%s", text.data);
    text_free(&text);
}

/* Opens a dataset and checks element type and shape; the caller closes `*out`. */
static enum status open_dataset(const struct reader *reader, const char *name, hid_t wanted, int rank,
                                const hsize_t *size, hid_t *out) {
    hid_t dataset = H5Dopen2(reader->file, name, H5P_DEFAULT);
    if (dataset < 0) {
        return status_fail(STATUS_DATA, "%s: dataset '%s' is missing", reader->path, name);
    }
    hid_t type = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    hsize_t found[H5S_MAX_RANK] = {0};
    int found_rank = H5Sget_simple_extent_dims(space, found, NULL);
    enum status status = STATUS_OK;
    if (H5Tequal(type, wanted) <= 0) {
        status =
            status_fail(STATUS_DATA, "%s: %s has elements of another type than expected (%s)", reader->path,
                        name, H5Tget_class(wanted) == H5T_FLOAT ? "64-bit real" : "8-bit unsigned integer");
    } else if (found_rank != rank || memcmp(found, size, (size_t)rank * sizeof *size) != 0) {
        char is[128], expected[128];
        format_shape(is, sizeof is, found_rank, found);
        format_shape(expected, sizeof expected, rank, size);
        status =
            status_fail(STATUS_DATA, "%s: %s has shape %s, expected %s", reader->path, name, is, expected);
    }
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    if (status != STATUS_OK) {
        (void)H5Dclose(dataset);
        return status;
    }
    *out = dataset;
    return STATUS_OK;
}

/* Reads a dataset of exactly this type and shape into newly allocated `*out`. */
static enum status read_dataset(const struct reader *reader, enum dataset_split split, const char *name,
                                hid_t wanted, int rank, const hsize_t *size, void **out) {
    char full_name[128];
    (void)snprintf(full_name, sizeof full_name, "%s/%s", SPLIT_NAMES[split], name);
    hid_t dataset = H5I_INVALID_HID;
    enum status status = open_dataset(reader, full_name, wanted, rank, size, &dataset);
    if (status != STATUS_OK) {
        return status;
    }
    size_t values = 1;
    for (int i = 0; i < rank; i++) {
        values *= (size_t)size[i];
    }
    *out = memory_alloc(values + 1, H5Tget_size(wanted));
    if (values > 0 && H5Dread(dataset, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, *out) < 0) {
        status =
            status_fail(STATUS_DATA, "%s: %s cannot be read: the data are damaged", reader->path, full_name);
    }
    (void)H5Dclose(dataset);
    return status;
}

/* The number of trajectories of a split is the first dimension of its states. */
static enum status read_count(const struct reader *reader, enum dataset_split split, int *out) {
    char name[32];
    (void)snprintf(name, sizeof name, "%s/x", SPLIT_NAMES[split]);
    hid_t dataset = H5Dopen2(reader->file, name, H5P_DEFAULT);
    if (dataset < 0) {
        return status_fail(STATUS_DATA, "%s: dataset '%s' is missing", reader->path, name);
    }
    hid_t space = H5Dget_space(dataset);
    hsize_t size[H5S_MAX_RANK] = {0};
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    (void)H5Sclose(space);
    (void)H5Dclose(dataset);
    if (rank < 1 || size[0] > INT32_MAX) {
        return status_fail(STATUS_DATA, "%s: %s does not count trajectories", reader->path, name);
    }
    *out = (int)size[0];
    return STATUS_OK;
}

/* Fills parameters [n][P] from the columns other/<parameter>. */
static enum status read_parameters(const struct reader *reader, enum dataset_split split,
                                   struct dataset *out) {
    size_t width = (size_t)simulator_parameter_count(out->simulator);
    size_t count = (size_t)out->info.trajectories[split];
    double *parameters = memory_alloc(count * width + 1, sizeof *parameters);
    out->splits[split].parameters = parameters;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < width && status == STATUS_OK; i++) {
        char name[64];
        hsize_t size[1] = {count};
        void *column = NULL;
        (void)snprintf(name, sizeof name, "other/%s", out->simulator->parameters[i].name);
        status = read_dataset(reader, split, name, H5T_IEEE_F64LE, 1, size, &column);
        for (size_t row = 0; row < count && status == STATUS_OK; row++) {
            parameters[row * width + i] = ((const double *)column)[row];
        }
        free(column);
    }
    return status;
}

static enum status read_split(const struct reader *reader, enum dataset_split split, struct dataset *out) {
    struct dataset_split_data *data = &out->splits[split];
    enum status status = read_count(reader, split, &out->info.trajectories[split]);
    if (status != STATUS_OK) {
        return status;
    }
    hsize_t count = (hsize_t)out->info.trajectories[split], frames = (hsize_t)out->info.frames;
    hsize_t states[] = {count, frames, (hsize_t)out->info.state_size};
    hsize_t images[] = {count, frames, FRAME_SIDE, FRAME_SIDE, FRAME_CHANNELS};
    void *values = NULL;
    status = read_dataset(reader, split, "x", H5T_IEEE_F64LE, 3, states, &values);
    data->states = values;
    if (status == STATUS_OK) {
        status = read_parameters(reader, split, out);
    }
    if (status == STATUS_OK) {
        values = NULL;
        status = read_dataset(reader, split, "image", H5T_STD_U8LE, 5, images, &values);
        data->images = values;
    }
    return status;
}

/* Whether the file is one of ours, of this version, and was finished. */
static enum status check_format(const struct reader *reader) {
    char format[64];
    int64_t version = 0, complete = 0;
    if (read_text(reader, "format", format, sizeof format) != STATUS_OK) {
        return status_fail(STATUS_DATA, "%s: is an HDF5 file, but no dataset (attribute 'format' is missing)",
                           reader->path);
    }
    if (strcmp(format, DATASET_FORMAT) != 0) {
        return status_fail(STATUS_DATA, "%s: has format '%s', expected '%s'", reader->path, format,
                           DATASET_FORMAT);
    }
    enum status status = read_number(reader, "format_version", H5T_NATIVE_INT64, &version);
    if (status == STATUS_OK && version != DATASET_FORMAT_VERSION) {
        status = status_fail(STATUS_DATA, "%s: has format version %lld, this program reads version %d",
                             reader->path, (long long)version, DATASET_FORMAT_VERSION);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (read_number(reader, "complete", H5T_NATIVE_INT64, &complete) != STATUS_OK || complete != 1) {
        return status_fail(STATUS_DATA, "%s: is incomplete: writing it was not finished", reader->path);
    }
    return STATUS_OK;
}

static enum status read_info(const struct reader *reader, struct dataset *out) {
    struct dataset_info *info = &out->info;
    int64_t frames = 0;
    enum status status = read_text(reader, "environment", info->environment, sizeof info->environment);
    if (status == STATUS_OK) {
        status = read_text(reader, "generator", info->generator, sizeof info->generator);
    }
    if (status == STATUS_OK) {
        status = read_number(reader, "seed", H5T_NATIVE_UINT64, &info->seed);
    }
    if (status == STATUS_OK) {
        status = read_number(reader, "frames", H5T_NATIVE_INT64, &frames);
    }
    if (status == STATUS_OK) {
        status = read_number(reader, "dt", H5T_NATIVE_DOUBLE, &info->dt);
    }
    if (status != STATUS_OK) {
        return status;
    }
    out->simulator = simulator_find(info->environment);
    if (out->simulator == NULL) {
        return status_fail(STATUS_DATA, "%s: is of environment '%s', which this program does not know",
                           reader->path, info->environment);
    }
    if (frames < 1 || frames > INT32_MAX || !isfinite(info->dt) || info->dt <= 0.0) {
        return status_fail(STATUS_DATA, "%s: has %lld frames, %g apart; both must be positive", reader->path,
                           (long long)frames, info->dt);
    }
    info->frames = (int)frames;
    info->state_size = out->simulator->dynamics->state_size;
    return STATUS_OK;
}

static enum status read_file(const struct reader *reader, struct dataset *out) {
    enum status status = check_format(reader);
    if (status == STATUS_OK) {
        status = read_info(reader, out);
    }
    for (int split = 0; split < DATASET_SPLITS && status == STATUS_OK; split++) {
        status = read_split(reader, (enum dataset_split)split, out);
    }
    return status;
}

enum status dataset_hdf5_read(struct dataset *out, const char *path) {
    silence_hdf5();
    enum status status = file_check_readable(path);
    if (status != STATUS_OK) {
        return status;
    }
    if (H5Fis_hdf5(path) <= 0) {
        return status_fail(STATUS_DATA, "%s: is not an HDF5 file", path);
    }
    struct reader reader = {.path = path, .file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT)};
    if (reader.file < 0) {
        return status_fail(STATUS_DATA, "%s: is truncated or damaged", path);
    }
    status = read_file(&reader, out);
    (void)H5Fclose(reader.file);
    return status;
}
