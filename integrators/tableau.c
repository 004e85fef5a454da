/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The explicit Runge-Kutta methods.
 */
#include "integrators/tableau.h"

#include "integrators/families.h"
#include "integrators/registry.h"

static const struct tableau euler = {.stages = 1, .b = {1.0}};

static const struct tableau rk2 = {.stages = 2, .a = {{0}, {0.5}}, .b = {0.0, 1.0}};

static const struct tableau heun = {.stages = 2, .a = {{0}, {1.0}}, .b = {0.5, 0.5}};

static const struct tableau rk4 = {
    .stages = 4,
    .a = {{0}, {0.5}, {0.0, 0.5}, {0.0, 0.0, 1.0}},
    .b = {1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0},
};

static const struct tableau rk4_38 = {
    .stages = 4,
    .a = {{0}, {1.0 / 3.0}, {-1.0 / 3.0, 1.0}, {1.0, -1.0, 1.0}},
    .b = {1.0 / 8.0, 3.0 / 8.0, 3.0 / 8.0, 1.0 / 8.0},
};

static const struct tableau dopri5 = {
    .stages = 6,
    .a = {{0},
          {1.0 / 5.0},
          {3.0 / 40.0, 9.0 / 40.0},
          {44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0},
          {19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0},
          {9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0}},
    .b = {35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0},
    .error_order = 5,
    .fsal = true,
    .error = {-71.0 / 57600.0, 0.0, 71.0 / 16695.0, -71.0 / 1920.0, 17253.0 / 339200.0, -22.0 / 525.0,
              1.0 / 40.0},
};

/* The weights of order 8 of RK8(7)13M, and those of its companion of order 7. */
#define B1 (14005451.0 / 335480064.0)
#define B6 (-59238493.0 / 1068277825.0)
#define B7 (181606767.0 / 758867731.0)
#define B8 (561292985.0 / 797845732.0)
#define B9 (-1041891430.0 / 1371343529.0)
#define B10 (760417239.0 / 1151165299.0)
#define B11 (118820643.0 / 751138087.0)
#define B12 (-528747749.0 / 2220607170.0)
#define B13 (1.0 / 4.0)

static const struct tableau dopri8 = {
    .stages = 13,
    .a = {{0},
          {1.0 / 18.0},
          {1.0 / 48.0, 1.0 / 16.0},
          {1.0 / 32.0, 0.0, 3.0 / 32.0},
          {5.0 / 16.0, 0.0, -75.0 / 64.0, 75.0 / 64.0},
          {3.0 / 80.0, 0.0, 0.0, 3.0 / 16.0, 3.0 / 20.0},
          {29443841.0 / 614563906.0, 0.0, 0.0, 77736538.0 / 692538347.0, -28693883.0 / 1125000000.0,
           23124283.0 / 1800000000.0},
          {16016141.0 / 946692911.0, 0.0, 0.0, 61564180.0 / 158732637.0, 22789713.0 / 633445777.0,
           545815736.0 / 2771057229.0, -180193667.0 / 1043307555.0},
          {39632708.0 / 573591083.0, 0.0, 0.0, -433636366.0 / 683701615.0, -421739975.0 / 2616292301.0,
           100302831.0 / 723423059.0, 790204164.0 / 839813087.0, 800635310.0 / 3783071287.0},
          {246121993.0 / 1340847787.0, 0.0, 0.0, -37695042795.0 / 15268766246.0, -309121744.0 / 1061227803.0,
           -12992083.0 / 490766935.0, 6005943493.0 / 2108947869.0, 393006217.0 / 1396673457.0,
           123872331.0 / 1001029789.0},
          {-1028468189.0 / 846180014.0, 0.0, 0.0, 8478235783.0 / 508512852.0, 1311729495.0 / 1432422823.0,
           -10304129995.0 / 1701304382.0, -48777925059.0 / 3047939560.0, 15336726248.0 / 1032824649.0,
           -45442868181.0 / 3398467696.0, 3065993473.0 / 597172653.0},
          {185892177.0 / 718116043.0, 0.0, 0.0, -3185094517.0 / 667107341.0, -477755414.0 / 1098053517.0,
           -703635378.0 / 230739211.0, 5731566787.0 / 1027545527.0, 5232866602.0 / 850066563.0,
           -4093664535.0 / 808688257.0, 3962137247.0 / 1805957418.0, 65686358.0 / 487910083.0},
          {403863854.0 / 491063109.0, 0.0, 0.0, -5068492393.0 / 434740067.0, -411421997.0 / 543043805.0,
           652783627.0 / 914296604.0, 11173962825.0 / 925320556.0, -13158990841.0 / 6184727034.0,
           3936647629.0 / 1978049680.0, -160528059.0 / 685178525.0, 248638103.0 / 1413531060.0}},
    .b = {B1, 0.0, 0.0, 0.0, 0.0, B6, B7, B8, B9, B10, B11, B12, B13},
    .error_order = 8,
    .error = {B1 - 13451932.0 / 455176623.0, 0.0, 0.0, 0.0, 0.0, B6 + 808719846.0 / 976000145.0,
              B7 - 1757004468.0 / 5645159321.0, B8 - 656045339.0 / 265891186.0,
              B9 + 3867574721.0 / 1518517206.0, B10 - 465885868.0 / 322736535.0,
              B11 - 53011238.0 / 667516719.0, B12 - 2.0 / 45.0, B13},
};

#define RUNGE_KUTTA(title, text, ORDER, STAGES, ADAPTIVE, source)                                            \
    const struct integrator title##_integrator = {                                                           \
        .name = #title,                                                                                      \
        .summary = text,                                                                                     \
        .reference = source,                                                                                 \
        .family = &explicit_family,                                                                          \
        .order = ORDER,                                                                                      \
        .stages = STAGES,                                                                                    \
        .adaptive = ADAPTIVE,                                                                                \
        .fixed = true,                                                                                       \
        .method = &(title),                                                                                  \
    }

#define HNW "Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), "

RUNGE_KUTTA(euler, "Euler, explicit", 1, 1, false, HNW "II.1");
RUNGE_KUTTA(rk2, "explicit midpoint rule (Runge)", 2, 2, false, HNW "II.1");
RUNGE_KUTTA(heun, "improved Euler (Heun), explicit trapezoidal rule", 2, 2, false, HNW "II.1");
RUNGE_KUTTA(rk4, "classical Runge-Kutta method", 4, 4, false, HNW "table II.1.2");
RUNGE_KUTTA(rk4_38, "Kutta's 3/8 rule", 4, 4, false, HNW "table II.1.2");
RUNGE_KUTTA(
    dopri5, "Dormand-Prince 5(4)", 5, 6, true,
    "Dormand, Prince, A family of embedded Runge-Kutta formulae, J. Comput. Appl. Math. 6 (1980) 19-26");
RUNGE_KUTTA(
    dopri8, "Prince-Dormand 8(7)13M", 8, 13, true,
    "Prince, Dormand, High order embedded Runge-Kutta formulae, J. Comput. Appl. Math. 7 (1981) 67-75");

#define PROJECTED(title, base, text, ORDER, STAGES)                                                          \
    const struct integrator title##_integrator = {                                                           \
        .name = #title,                                                                                      \
        .summary = text,                                                                                     \
        .reference = "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), IV.4",                 \
        .family = &projection_family,                                                                        \
        .order = ORDER,                                                                                      \
        .stages = STAGES,                                                                                    \
        .keeps_energy = true,                                                                                \
        .fixed = true,                                                                                       \
        .method = &(base),                                                                                   \
    }

PROJECTED(rk4_projected, rk4, "classical Runge-Kutta, projected onto the initial energy", 4, 4);
PROJECTED(dopri5_projected, dopri5, "Dormand-Prince 5, projected onto the initial energy", 5, 6);
