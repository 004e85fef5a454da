/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/test_set.h"

const struct test_set_kind test_set_kinds[TEST_SETS] = {
    [TEST_SET_OWN] = {"", "", "", "", "plots/"},
    [TEST_SET_LONG] = {"long", "long: ", ", on the long films", ", long films", "plots/long/"},
    [TEST_SET_ENERGY] = {"shift_energy", "other energies: ",
                         ", on films with energies outside of the training's", ", other energies", NULL},
    [TEST_SET_PARAMETERS] = {"shift_parameters",
                             "other parameters: ", ", on films with parameters outside of the training's",
                             ", other parameters", NULL},
    [TEST_SET_DT] = {"shift_dt", "other dt: ", ", on films with another time from frame to frame",
                     ", other dt", NULL},
};
