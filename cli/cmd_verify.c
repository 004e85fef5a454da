/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "datasets/verify.h"

static const struct option sample_option = {
    "sample", "N", "trajectories of each split to simulate and draw again (default: 8)"};

static void print_difference(void *context, const char *line) {
    (void)context;
    commands_print_line(line);
}

static void print_sound(const struct verify_request *request, const struct verify_result *result) {
    char *line =
        result->rounded > 0
            ? text_format(
                  "%s: sound, but rounded otherwise: %ld trajectories and images that were made again "
                  "differ, by at most %.1e of the largest value; the file was made with another library, "
                  "compiler or version",
                  request->path, result->rounded, result->rounding)
            : text_format("%s: sound: %ld trajectories with %ld fingerprints; %ld trajectories simulated and "
                          "%ld images drawn again",
                          request->path, result->trajectories, result->fingerprints, result->simulated,
                          result->drawn);
    commands_print_line(line);
    free(line);
}

static enum status verify(const struct arguments *arguments) {
    int64_t sample = 8;
    enum status status = arguments_integer(arguments, &sample_option, 0, INT32_MAX, &sample);
    if (status != STATUS_OK) {
        return status;
    }
    struct verify_request request = {
        .path = arguments->positional[0],
        .sample = (int)sample,
        .effort = {.threads = 1,
                   .quiet = arguments_has(arguments, &quiet_option),
                   .report = print_difference},
    };
    struct verify_result result;
    status = dataset_verify(&result, &request);
    if (status == STATUS_OK) {
        print_sound(&request, &result);
    }
    return status;
}

static const struct option *const options[] = {&sample_option, &quiet_option, NULL};

const struct command verify_command = {
    .name = "verify",
    .usage = "FILE",
    .summary = "check a dataset",
    .description =
        "Checks the dataset FILE: its structure, the SHA-256 fingerprints of all values, the\n"
        "conserved quantities of all trajectories, and what simulating and drawing a sample of them\n"
        "again gives. Prints what differs: where, what was found and what was expected. A file that\n"
        "was made with another library or compiler may differ by rounding: that is said, and the file\n"
        "is sound.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = verify,
};
