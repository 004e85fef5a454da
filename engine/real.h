/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The number type of the engine. float32 in the program; the whole engine and the models are compiled a
 * second time in double precision (HAMBENCH_DOUBLE) for the gradient tests, where finite differences need the
 * digits.
 */
#ifndef HAMBENCH_ENGINE_REAL_H
#define HAMBENCH_ENGINE_REAL_H

#ifdef HAMBENCH_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
