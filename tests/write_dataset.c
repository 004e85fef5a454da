/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * write_dataset ENVIRONMENT FILE TRAIN TEST FRAMES THREADS [VALIDATION [SHIFT]]: makes a dataset, for tests
 * that read it with another program.
 */
#include <stdio.h>
#include <stdlib.h>

#include "datasets/generate.h"
#include "simulators/shift.h"
#include "support/interrupt.h"

int main(int count, char **arguments) {
    const struct simulator *simulator = count >= 7 && count <= 9 ? simulator_find(arguments[1]) : NULL;
    if (simulator != NULL && count == 9) {
        simulator = simulator_shifted(simulator, simulator_shift_find(arguments[8]));
    }
    if (simulator == NULL) {
        (void)fprintf(
            stderr, "usage: write_dataset ENVIRONMENT FILE TRAIN TEST FRAMES THREADS [VALIDATION [SHIFT]]\n");
        return STATUS_USAGE;
    }
    interrupt_install();
    struct generate_request request = {
        .simulator = simulator,
        .path = arguments[2],
        .train = (int)strtol(arguments[3], NULL, 10),
        .test = (int)strtol(arguments[4], NULL, 10),
        .validation = count > 7 ? (int)strtol(arguments[7], NULL, 10) : 0,
        .frames = (int)strtol(arguments[5], NULL, 10),
        .dt = simulator->dt,
        .seed = 1,
        .effort = {.threads = (int)strtol(arguments[6], NULL, 10), .quiet = true},
    };
    enum status status = dataset_generate(&request);
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "write_dataset: %s\n", status_detail());
    }
    return (int)status;
}
