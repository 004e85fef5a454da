/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/test_set.h"

const struct test_set_kind test_set_kinds[TEST_SETS] = {
    [TEST_SET_OWN] = {"", "", "", ""},
    [TEST_SET_LONG] = {"long", "long: ", ", on the long films", ", long films"},
    [TEST_SET_ENERGY] = {"shift_energy", "other energies: ",
                         ", on films with energies outside of the training's", ", other energies"},
    [TEST_SET_PARAMETERS] = {"shift_parameters", "other parameters: ",
                             ", on films with parameters outside of the training's", ", other parameters"},
    [TEST_SET_DT] = {"shift_dt", "other dt: ", ", on films with another time from frame to frame",
                     ", other dt"},
};
