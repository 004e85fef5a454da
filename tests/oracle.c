/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"
#include "tests/model_case.h"

/* Numbers in [-1, 1) without pattern: the 32-bit finaliser of MurmurHash3 of the index. */
static double scatter(size_t i) {
    uint32_t h = (uint32_t)i * 0x9E3779B1u;
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    return (double)(h ^ (h >> 16)) / 2147483648.0 - 1.0;
}

/* As make_oracle.py, by index in the whole block. */
static void fill_parameters(struct parameters *parameters) {
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        double scale = p->rank > 1 ? 2.2 / sqrt((double)p->size / p->shape[p->rank - 1]) : 0.1;
        for (size_t j = p->offset; j < p->offset + p->size; j++) {
            parameters->values[j] = (real)(scale * scatter(j));
        }
    }
}

struct oracle_trial oracle_trial_create(const struct model_kind *kind, const char *const *assignments) {
    struct oracle_trial trial = {.workspace = model_workspace_create()};
    void *settings = model_case_settings(kind, assignments);
    CU_ASSERT_EQUAL_FATAL(model_check(kind, settings), STATUS_OK);
    model_create(&trial.model, kind, settings, ORACLE_SEED);
    free(settings);
    fill_parameters(trial.model->parameters);
    int length = window_plan_of(kind, trial.model->settings).length;
    size_t count = (size_t)ORACLE_BATCH * (size_t)length * IMAGE_VALUES;
    trial.images = memory_alloc(count, sizeof(real));
    for (size_t j = 0; j < count; j++) {
        trial.images[j] = (real)(0.5 + 0.4 * sin(0.013 * (double)j + 0.5 * (double)(j % 7)));
    }
    trial.windows = (struct window_array){trial.images, length};
    trial.gradient = memory_alloc(trial.model->parameters->size, sizeof(real));
    return trial;
}

void oracle_trial_free(struct oracle_trial *trial) {
    model_free(trial->model);
    model_workspace_free(trial->workspace);
    free(trial->images);
    free(trial->gradient);
}

static void read_state(const void *context, int sequence, int frame, double *out) {
    (void)context;
    for (int i = 0; i < ORACLE_STATE; i++) {
        out[i] = sin(1.0 + 2.0 * (double)(sequence * ORACLE_STATE + i) + 0.1 * frame);
    }
}

static void read_rate(const void *context, int sequence, int frame, double *out) {
    (void)context;
    for (int i = 0; i < ORACLE_STATE; i++) {
        out[i] = cos(1.0 + 2.0 * (double)(sequence * ORACLE_STATE + i) + 0.1 * frame);
    }
}

double oracle_trial_loss(struct oracle_trial *trial, int horizon, const int *decoded, int decoded_count) {
    struct random_stream random = random_stream(ORACLE_SEED, "latent", 3, 1);
    struct model_examples examples = window_array_examples(&trial->windows);
    examples.state = read_state;
    examples.derivative = read_rate;
    examples.state_size = ORACLE_STATE;
    examples.frame_time = 0.1;
    struct model_batch batch = {
        .size = ORACLE_BATCH,
        .examples = examples,
        .horizon = horizon,
        .random = &random,
        .decoded = decoded,
        .decoded_count = decoded_count,
    };
    trial->model->kind->loss(trial->model, trial->workspace, &batch, 1, trial->gradient, &trial->step);
    return trial->step.figures[0];
}

/* A step this small keeps the differences from crossing the kinks of the leaky ReLUs, of which thousands of
 * pixels have some near zero; what is left is rounding. Observed: 5.5e-6 of the largest gradient,
 * 7.7e-6 of the LSTM's, whose gradients are small. */
static const double STEP = 1e-8, TOLERANCE = 2e-5;

void oracle_trial_check_gradient(struct oracle_trial *trial, double (*value)(void *context), void *context) {
    struct parameters *parameters = trial->model->parameters;
    memset(trial->gradient, 0, parameters->size * sizeof(real));
    (void)value(context);
    real *gradient = memory_alloc(parameters->size, sizeof(real));
    memcpy(gradient, trial->gradient, parameters->size * sizeof(real));
    double largest = 0.0, worst = 0.0;
    for (size_t i = 0; i < parameters->size; i++) {
        largest = fmax(largest, fabs((double)gradient[i]));
    }
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        double error = gradcheck_error(value, context, parameters->values + p->offset, p->size,
                                       p->size / 2 + 1, gradient + p->offset, STEP);
        worst = gradcheck_worst(worst, error / largest);
    }
    printf("\n    largest error: %.2g of the largest gradient ", worst);
    CU_ASSERT(worst < TOLERANCE);
    free(gradient);
}

/* Moves to the line "model NAME ..." of the oracle file and reads its numbers. */
static bool find_oracle(FILE *file, const char *name, size_t *size, double out[3]) {
    char line[256], found[64];
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "model %63s %zu %lf %lf %lf", found, size, &out[0], &out[1], &out[2]) == 5 &&
            strcmp(found, name) == 0) {
            return true;
        }
    }
    return false;
}

static void compare_parameter(const struct oracle_trial *trial, const struct parameter *p, FILE *file,
                              double tolerance) {
    char name[64];
    double dot = 0.0, norm = 0.0, expected_dot, expected_norm;
    CU_ASSERT_FATAL(fscanf(file, "%63s %lf %lf", name, &expected_dot, &expected_norm) == 3);
    CU_ASSERT_STRING_EQUAL(name, p->name);
    for (size_t j = 0; j < p->size; j++) {
        double g = (double)trial->gradient[p->offset + j];
        dot += g * cos((double)j);
        norm += g * g;
    }
    CHECK_NEAR(dot, expected_dot, tolerance * expected_norm);
    CHECK_NEAR(sqrt(norm), expected_norm, tolerance * expected_norm);
}

void oracle_trial_compare(const struct oracle_trial *trial, const char *name, double tolerance) {
    const struct parameters *parameters = trial->model->parameters;
    FILE *file = fopen(test_data(name), "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    size_t size = 0;
    double expected[3];
    CU_ASSERT_FATAL(find_oracle(file, trial->model->kind->name, &size, expected));
    CU_ASSERT_FATAL(size == parameters->size);
    for (int i = 0; i < trial->model->kind->figure_count && i < 3;
         i++) { /* the first three, if there are as many */
        CHECK_NEAR(trial->step.figures[i], expected[i], tolerance * fabs(expected[i]));
    }
    for (int i = 0; i < parameters->count; i++) {
        compare_parameter(trial, &parameters->list[i], file, tolerance);
    }
    (void)fclose(file);
}
