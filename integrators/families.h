/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The families of methods, each in its own file; the entry of an integrator names one of them.
 */
#ifndef HAMBENCH_INTEGRATORS_FAMILIES_H
#define HAMBENCH_INTEGRATORS_FAMILIES_H

#include "integrators/stepper.h"

extern const struct integrator_family composition_family; /* kick and drift; composition.c */
extern const struct integrator_family explicit_family;    /* method: struct tableau; explicit.c */
extern const struct integrator_family projection_family;  /* method: struct tableau; projection.c */
extern const struct integrator_family implicit_family;    /* method: struct collocation; implicit.c */
extern const struct integrator_family gsl_family;         /* method: a GSL step type; gsl_steppers.c */
extern const struct integrator_family sundials_family;    /* sundials.c, where the library is there */

#endif
