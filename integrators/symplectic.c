/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Explicit symplectic compositions for H = T(p) + V(q), by their coefficients.
 * Hairer, Lubich, Wanner, "Geometric Numerical Integration", 2nd edition, Springer 2006, chapters I.1, II.4
 * and V.3.
 */
#include "integrators/families.h"
#include "integrators/registry.h"

/* The tables that follow a brace are kick and drift. Symmetric ones are given by their first half. */
#define COMPOSITION(title, text, source, ORDER, STAGES, REVERSIBLE, ...)                                     \
    const struct integrator title##_integrator = {                                                           \
        .name = #title,                                                                                      \
        .summary = text,                                                                                     \
        .reference = source,                                                                                 \
        .family = &composition_family,                                                                       \
        .order = ORDER,                                                                                      \
        .stages = STAGES,                                                                                    \
        .symplectic = true,                                                                                  \
        .reversible = REVERSIBLE,                                                                            \
        .needs_separable = true,                                                                             \
        .fixed = true,                                                                                       \
        __VA_ARGS__,                                                                                         \
    }

/* Chains of leapfrogs of lengths w_1 h, w_2 h, ..: the inner updates are as long as the leapfrogs, the outer
 * ones are half of one and half of the next. */
#define OUTER_3(a, b)                                                                                        \
    { (a) / 2, ((a) + (b)) / 2, ((a) + (b)) / 2, (a) / 2 }
#define INNER_3(a, b)                                                                                        \
    { a, b, a }
#define OUTER_5(a, b, c)                                                                                     \
    { (a) / 2, ((a) + (b)) / 2, ((b) + (c)) / 2, ((b) + (c)) / 2, ((a) + (b)) / 2, (a) / 2 }
#define INNER_5(a, b, c)                                                                                     \
    { a, b, c, b, a }
#define OUTER_7(a, b, c, d)                                                                                  \
    {                                                                                                        \
        (a) / 2, ((a) + (b)) / 2, ((b) + (c)) / 2, ((c) + (d)) / 2, ((c) + (d)) / 2, ((b) + (c)) / 2,        \
            ((a) + (b)) / 2, (a) / 2                                                                         \
    }
#define INNER_7(a, b, c, d)                                                                                  \
    { a, b, c, d, c, b, a }
#define SHIFTED_7(a, b, c, d)                                                                                \
    { 0.0, a, b, c, d, c, b, a }
#define OUTER_9(a, b, c, d, e)                                                                               \
    {                                                                                                        \
        (a) / 2, ((a) + (b)) / 2, ((b) + (c)) / 2, ((c) + (d)) / 2, ((d) + (e)) / 2, ((d) + (e)) / 2,        \
            ((c) + (d)) / 2, ((b) + (c)) / 2, ((a) + (b)) / 2, (a) / 2                                       \
    }
#define INNER_9(a, b, c, d, e)                                                                               \
    { a, b, c, d, e, d, c, b, a }
#define OUTER_15(a, b, c, d, e, f, g, h)                                                                     \
    {                                                                                                        \
        (a) / 2, ((a) + (b)) / 2, ((b) + (c)) / 2, ((c) + (d)) / 2, ((d) + (e)) / 2, ((e) + (f)) / 2,        \
            ((f) + (g)) / 2, ((g) + (h)) / 2, ((g) + (h)) / 2, ((f) + (g)) / 2, ((e) + (f)) / 2,             \
            ((d) + (e)) / 2, ((c) + (d)) / 2, ((b) + (c)) / 2, ((a) + (b)) / 2, (a) / 2                      \
    }
#define INNER_15(a, b, c, d, e, f, g, h)                                                                     \
    { a, b, c, d, e, f, g, h, g, f, e, d, c, b, a }
#define OUTER_17(a, b, c, d, e, f, g, h, i)                                                                  \
    {                                                                                                        \
        (a) / 2, ((a) + (b)) / 2, ((b) + (c)) / 2, ((c) + (d)) / 2, ((d) + (e)) / 2, ((e) + (f)) / 2,        \
            ((f) + (g)) / 2, ((g) + (h)) / 2, ((h) + (i)) / 2, ((h) + (i)) / 2, ((g) + (h)) / 2,             \
            ((f) + (g)) / 2, ((e) + (f)) / 2, ((d) + (e)) / 2, ((c) + (d)) / 2, ((b) + (c)) / 2,             \
            ((a) + (b)) / 2, (a) / 2                                                                         \
    }
#define INNER_17(a, b, c, d, e, f, g, h, i)                                                                  \
    { a, b, c, d, e, f, g, h, i, h, g, f, e, d, c, b, a }

/* A chain of N leapfrogs that begin with the momentum, or with the position. */
#define CHAIN(N, ...) .kick = OUTER_##N(__VA_ARGS__), .drift = INNER_##N(__VA_ARGS__)

#define HLW "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), "

COMPOSITION(symplectic_euler, "symplectic Euler, position first", HLW "I.1.2", 1, 2, false,
            .kick = {0.0, 1.0}, .drift = {1.0, 0.0});
COMPOSITION(symplectic_euler_p, "symplectic Euler, momentum first", HLW "I.1.2", 1, 1, false, .kick = {1.0},
            .drift = {1.0});
COMPOSITION(leapfrog, "leapfrog (Stoermer-Verlet), kick-drift-kick", HLW "I.1.4", 2, 2, true,
            .kick = {0.5, 0.5}, .drift = {1.0, 0.0});
COMPOSITION(leapfrog_q, "leapfrog (Stoermer-Verlet), drift-kick-drift", HLW "I.1.4", 2, 2, true,
            .kick = {0.0, 1.0}, .drift = {0.5, 0.5});

COMPOSITION(ruth3, "Ruth's method of order 3, momentum first",
            "Ruth, A canonical integration technique, IEEE Trans. Nucl. Sci. 30 (1983) 2669-2671", 3, 3,
            false, .kick = {7.0 / 24.0, 3.0 / 4.0, -1.0 / 24.0}, .drift = {2.0 / 3.0, -2.0 / 3.0, 1.0});

/* 1 / (2 - 2^(1/3)): the length of the two outer leapfrogs; the middle one goes back by 2^(1/3) of it. */
#define TRIPLE 1.3512071919596576

COMPOSITION(ruth4, "fourth order by three leapfrogs, position first (Forest-Ruth)",
            "Forest, Ruth, Fourth-order symplectic integration, Physica D 43 (1990) 105-117", 4, 4, true,
            .kick = {0.0, TRIPLE, 1.0 - 2.0 * TRIPLE, TRIPLE}, .drift = OUTER_3(TRIPLE, 1.0 - 2.0 * TRIPLE));

#define YOSHIDA                                                                                              \
    "Yoshida, Construction of higher order symplectic integrators, Phys. Lett. A 150 (1990) 262-268"

COMPOSITION(yoshida4, "fourth order by three leapfrogs, momentum first (triple jump)", YOSHIDA, 4, 4, true,
            CHAIN(3, TRIPLE, 1.0 - 2.0 * TRIPLE));

COMPOSITION(
    mclachlan_atela4, "optimal fourth order with 4 stages, for T quadratic in p (order 3 otherwise)",
    "McLachlan, Atela, The accuracy of symplectic integrators, Nonlinearity 5 (1992) 541-562", 4, 4, false,
    .kick = {0.1344961992774310892, -0.2248198030794208058, 0.7563200005156682911, 0.3340036032863214255},
    .drift = {0.5153528374311229364, -0.085782019412973646, 0.4415830236164665242, 0.1288461583653841854});

/* The values in the middle make the sums 1. */
#define SYM4_C 0.0792036964311957, 0.353172906049774, -0.0420650803577195
#define SYM4_C_MIDDLE (1.0 - 2.0 * (0.0792036964311957 + 0.353172906049774 - 0.0420650803577195))
#define SYM4_D_MIDDLE (0.5 - (0.209515106613362 - 0.143851773179818))

#define BLANES_MOAN                                                                                          \
    "Blanes, Moan, Practical symplectic partitioned Runge-Kutta and Runge-Kutta-Nystroem methods, "          \
    "J. Comput. Appl. Math. 142 (2002) 313-330"

COMPOSITION(sym4, "fourth order, 6 stages (Blanes-Moan), momentum first", BLANES_MOAN, 4, 7, true,
            .kick = {SYM4_C, SYM4_C_MIDDLE, -0.0420650803577195, 0.353172906049774, 0.0792036964311957},
            .drift = {0.209515106613362, -0.143851773179818, SYM4_D_MIDDLE, SYM4_D_MIDDLE, -0.143851773179818,
                      0.209515106613362});

#define SYM6_C_MIDDLE                                                                                        \
    (1.0 - 2.0 * (0.0502627644003922 + 0.413514300428344 + 0.0450798897943977 - 0.188054853819569 +          \
                  0.541960678450780))
#define SYM6_D_MIDDLE (0.5 - (0.148816447901042 - 0.132385865767784 + 0.067307604692185 + 0.432666402578175))

COMPOSITION(sym6, "sixth order, 10 stages (Blanes-Moan), momentum first", BLANES_MOAN, 6, 11, true,
            .kick = {0.0502627644003922, 0.413514300428344, 0.0450798897943977, -0.188054853819569,
                     0.541960678450780, SYM6_C_MIDDLE, 0.541960678450780, -0.188054853819569,
                     0.0450798897943977, 0.413514300428344, 0.0502627644003922},
            .drift = {0.148816447901042, -0.132385865767784, 0.067307604692185, 0.432666402578175,
                      SYM6_D_MIDDLE, SYM6_D_MIDDLE, 0.432666402578175, 0.067307604692185, -0.132385865767784,
                      0.148816447901042});

/* Weights of chains of leapfrogs; the last one is the middle. */
#define SO4 0.28, 0.62546642846767004501, (1.0 - 2.0 * (0.28 + 0.62546642846767004501))
#define SO6                                                                                                  \
    0.78451361047755726382, 0.23557321335935813368, -1.17767998417887100695,                                 \
        (1.0 - 2.0 * (0.78451361047755726382 + 0.23557321335935813368 - 1.17767998417887100695))
#define SO8                                                                                                  \
    0.74167036435061295345, -0.40910082580003159400, 0.19075471029623837995, -0.57386247111608226666,        \
        0.29906418130365592384, 0.33462491824529818378, 0.31529309239676659663,                              \
        (1.0 - 2.0 * (0.74167036435061295345 - 0.40910082580003159400 + 0.19075471029623837995 -             \
                      0.57386247111608226666 + 0.29906418130365592384 + 0.33462491824529818378 +             \
                      0.31529309239676659663))
#define KAHAN_LI6                                                                                            \
    0.39216144400731413928, 0.33259913678935943860, -0.70624617255763935981, 0.08221359629355080023,         \
        (1.0 - 2.0 * (0.39216144400731413928 + 0.33259913678935943860 - 0.70624617255763935981 +             \
                      0.08221359629355080023))
#define KAHAN_LI8                                                                                            \
    0.13020248308889008088, 0.56116298177510838456, -0.38947496264484728641, 0.15884190655515560090,         \
        -0.39590389413323757734, 0.18453964097831570709, 0.25837438768632204729, 0.29501172360931029887,     \
        (1.0 - 2.0 * (0.13020248308889008088 + 0.56116298177510838456 - 0.38947496264484728641 +             \
                      0.15884190655515560090 - 0.39590389413323757734 + 0.18453964097831570709 +             \
                      0.25837438768632204729 + 0.29501172360931029887))
#define YOSHIDA8                                                                                             \
    0.914844246229740, 0.253693336566229, -1.44485223686048, -0.158240635368243, 1.93813913762276,           \
        -1.96061023297549, 0.102799849391985,                                                                \
        (1.0 - 2.0 * (0.914844246229740 + 0.253693336566229 - 1.44485223686048 - 0.158240635368243 +         \
                      1.93813913762276 - 1.96061023297549 + 0.102799849391985))

/* The macro that builds a table counts its arguments after the weights are expanded. */
#define EXPAND(N, ...) CHAIN(N, __VA_ARGS__)
#define EXPAND_Q(N, ...) .kick = SHIFTED_##N(__VA_ARGS__), .drift = OUTER_##N(__VA_ARGS__)

#define KAHAN_LI "Kahan, Li, Composition constants for raising the orders, Math. Comput. 66 (1997) 1089-1099"

COMPOSITION(
    so4, "fourth order by 5 leapfrogs, momentum first",
    "McLachlan, On the numerical integration of ordinary differential equations by symmetric composition "
    "methods, SIAM J. Sci. Comput. 16 (1995) 151-168",
    4, 6, true, EXPAND(5, SO4));
COMPOSITION(so6, "sixth order by 7 leapfrogs (Yoshida's solution A), momentum first", HLW "V.3.2 (3.11)", 6,
            8, true, EXPAND(7, SO6));
COMPOSITION(so8, "eighth order by 15 leapfrogs (Suzuki-Umeno), momentum first", HLW "V.3.2 (3.12)", 8, 16,
            true, EXPAND(15, SO8));
COMPOSITION(kahan_li6, "sixth order by 9 leapfrogs (Kahan-Li), momentum first", KAHAN_LI, 6, 10, true,
            EXPAND(9, KAHAN_LI6));
COMPOSITION(kahan_li8, "eighth order by 17 leapfrogs (Kahan-Li), momentum first", KAHAN_LI, 8, 18, true,
            EXPAND(17, KAHAN_LI8));
COMPOSITION(yoshida6, "sixth order by 7 leapfrogs (Yoshida's solution A), position first", YOSHIDA, 6, 8,
            true, EXPAND_Q(7, SO6));
COMPOSITION(yoshida8, "eighth order by 15 leapfrogs (Yoshida's solution D), momentum first", YOSHIDA, 8, 16,
            true, EXPAND(15, YOSHIDA8));
