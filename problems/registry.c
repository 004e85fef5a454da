/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems/registry.h"

#define PROBLEM_ADDRESS(name) &name##_problem,

const struct problem *const problems[] = {PROBLEM_LIST(PROBLEM_ADDRESS) NULL};
