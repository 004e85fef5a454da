/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help for loops that the compiler turns into vector instructions. Results do not depend on the width of the
 * vectors: every element goes through the same operations in the same order, and none are fused.
 */
#ifndef HAMBENCH_SIMULATORS_VECTOR_H
#define HAMBENCH_SIMULATORS_VECTOR_H

/* A function so marked is compiled for several generations of processors; the one that runs is chosen when
 * the program starts. (The sanitizers cannot start through such a choice, clang 14 does not know the names.)
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTOR_CLONES
#endif

/* What such a function calls becomes a part of it, so that it is compiled for the same processor. */
#define VECTOR_PART static inline __attribute__((always_inline))

#endif
