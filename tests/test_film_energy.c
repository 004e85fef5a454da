/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Energies of films whose energies are known: of all environments, and of films made to fool.
 */
#include <stdio.h>

#include "evaluation/film_energy.h"
#include "support/statistics.h"
#include "tests/film_case.h"

static struct film_energy measure(const struct film *film) {
    struct film_energy energy;
    film_energy_measure(&energy, film->simulator, &film->setup, film->dt, film->images, film->frames);
    return energy;
}

static double true_energy(const struct film *film, int frame) {
    return simulator_energy(film->simulator, film->setup.parameters, film_state(film, frame));
}

static double true_kinetic(const struct film *film, int frame) {
    double still[SIMULATOR_MAX_STATE] = {0.0};
    size_t d = (size_t)film->simulator->dynamics->state_size / 2;
    memcpy(still, film_state(film, frame), d * sizeof *still);
    return true_energy(film, frame) - simulator_energy(film->simulator, film->setup.parameters, still);
}

/* What energies are large or small against: what the environment says, or the deviation of the energy of 200
 * initial states. */
static double energy_unit(const struct simulator *simulator) {
    double energies[200];
    struct trajectory_setup setup = sample(simulator, 0);
    double scale = simulator_energy_scale(simulator, setup.parameters);
    for (uint64_t i = 0; i < 200; i++) {
        setup = sample(simulator, i);
        energies[i] = simulator_energy(simulator, setup.parameters, setup.state);
    }
    return isfinite(scale) ? scale : statistics_deviation(energies, 200);
}

/* Errors of the films of an environment in units of its energies: the median of all frames, the root mean
 * square and the largest of those whose uncertainty is below DOUBT, and the part of the frames that these
 * are. */
struct errors {
    double middle, square, worst, sure;
};

#define DOUBT 0.1
enum { FILMS = 4, FRAMES = 256 };

/* Adds the errors of a film to `all`; returns how many these are. */
static int add_errors(const struct film *film, const struct film_energy *energy, double *all,
                      struct errors *out) {
    double unit = energy_unit(film->simulator);
    int count = 0;
    for (int t = 0; t < FRAMES; t++) {
        bool inner = t >= energy->reach && t < FRAMES - energy->reach;
        CU_ASSERT_EQUAL(isfinite(energy->energy[t]), inner);
        CU_ASSERT_EQUAL(isfinite(energy->kinetic[t]), inner);
        CU_ASSERT_EQUAL(isfinite(energy->uncertainty[t]),
                        t > energy->reach && t < FRAMES - energy->reach - 1);
        if (inner) {
            double error = fabs(energy->energy[t] - true_energy(film, t)) / unit;
            bool sure = energy->uncertainty[t] < DOUBT * unit;
            all[count++] = error;
            out->square += sure ? error * error : 0.0;
            out->worst = fmax(out->worst, sure ? error : 0.0);
            out->sure += sure;
        }
    }
    return count;
}

static struct errors errors_of(const char *name) {
    static double all[FILMS * FRAMES];
    struct errors out = {0};
    int count = 0;
    for (uint64_t i = 0; i < FILMS; i++) {
        struct film film = film_make(name, i, FRAMES);
        struct film_energy energy = measure(&film);
        CU_ASSERT_EQUAL(energy.lost_frame, FRAMES);
        CU_ASSERT(energy.largest_violation < 0.02 * energy.pixel); /* 0.006 */
        count += add_errors(&film, &energy, &all[count], &out);
        film_energy_free(&energy);
        film_free(&film);
    }
    out.square = sqrt(out.square / out.sure);
    out.middle = statistics_median(all, (size_t)count);
    out.sure /= count;
    return out;
}

/* Bounds are about twice what is observed. */
static void energies_of_true_films_are_the_true_ones(void) {
    static const struct {
        const char *name;
        double middle, square, worst, sure;
    } cases[] = {
        {"mass_spring", 0.00028, 0.0008, 0.0044, 0.94},
        {"mass_spring_colors", 0.0007, 0.0018, 0.008, 0.94},
        {"mass_spring_colors_friction", 0.00046, 0.0012, 0.006, 0.94},
        {"pendulum", 0.00042, 0.001, 0.0048, 0.94},
        {"pendulum_colors", 0.0016, 0.008, 0.036, 0.94},
        {"pendulum_colors_friction", 0.0006, 0.002, 0.012, 0.94},
        {"double_pendulum", 0.0024, 0.012, 0.1, 0.89},
        {"double_pendulum_colors", 0.004, 0.01, 0.12, 0.68},
        {"double_pendulum_colors_friction", 0.0018, 0.007, 0.1, 0.89},
        {"two_body", 0.012, 0.018, 0.06, 0.94},
        {"two_body_colors", 0.0048, 0.009, 0.038, 0.94},
        {"three_body", 0.012, 0.02, 0.22, 0.91},
        {"molecular_dynamics_4", 0.006, 0.012, 0.1, 0.90},
        {"molecular_dynamics_16", 0.03, 0.042, 0.22, 0.67},
        {"mass_spring_long_trajectory", 0.00028, 0.0008, 0.0044, 0.94},
        {"mass_spring_colors_long_trajectory", 0.0007, 0.0018, 0.008, 0.94},
        {"pendulum_long_trajectory", 0.00042, 0.001, 0.0048, 0.94},
        {"pendulum_colors_long_trajectory", 0.0016, 0.008, 0.036, 0.94},
    };
    size_t count = 0;
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        CU_ASSERT_EQUAL(film_energy_exists(*entry), simulator_has_discs(*entry));
        count += film_energy_exists(*entry);
    }
    CU_ASSERT_EQUAL(count, sizeof cases / sizeof *cases);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct errors errors = errors_of(cases[i].name);
        CHECK_NEAR(errors.middle, 0.0, cases[i].middle);
        CHECK_NEAR(errors.square, 0.0, cases[i].square);
        CHECK_NEAR(errors.worst, 0.0, cases[i].worst);
        CU_ASSERT(errors.sure > cases[i].sure);
    }
}

/* One picture all the time: no velocity whatever, and the energy of the place. Observed 4e-11, which is where
 * the fits of the first frames end, and 0.001 units. */
static void a_frozen_film_has_the_energy_of_its_place(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if (!film_energy_exists(*entry)) {
            continue;
        }
        struct film film = film_make((*entry)->name, 7, 40);
        for (int t = 1; t < 40; t++) {
            memcpy(film_image(&film, t), film_image(&film, 0), IMAGE_VALUES);
        }
        struct film_energy energy = measure(&film);
        double place = true_energy(&film, 0) - true_kinetic(&film, 0), unit = energy_unit(*entry);
        for (int t = energy.reach; t < 40 - energy.reach; t++) {
            CHECK_NEAR(energy.kinetic[t] / unit, 0.0, 1e-9);
            CHECK_NEAR(energy.energy[t] / unit, place / unit, 5e-3);
        }
        film_energy_free(&energy);
        film_free(&film);
    }
}

static double sum_of_kinetic(const struct film *film) {
    struct film_energy energy = measure(film);
    double sum = 0.0;
    for (int t = energy.reach; t < film->frames - energy.reach; t++) {
        sum += energy.kinetic[t] / (film->frames - 2 * energy.reach);
    }
    film_energy_free(&energy);
    return sum;
}

/* Every other frame of a film, shown as if it were the film: the same places, twice the speed. Its mean
 * kinetic energy is four times as large as the mean over the frames that it shows. Observed: 3.94 to 4.00,
 * the less the faster the motion is between frames. */
static void a_film_at_double_speed_has_four_times_the_kinetic_energy(void) {
    static const char *const names[] = {"mass_spring", "mass_spring_colors", "pendulum", "two_body"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct film film = film_make(names[i], i, 201);
        double mean = 0.0;
        struct film_energy slow = measure(&film);
        int reach = slow.reach;
        film_energy_free(&slow);
        for (int t = 0; t < 100; t++) {
            memmove(film_image(&film, t), film_image(&film, 2 * t), IMAGE_VALUES);
        }
        for (int t = reach; t < 100 - reach; t++) {
            mean += true_kinetic(&film, 2 * t) / (100 - 2 * reach);
        }
        film.frames = 100;
        CHECK_NEAR(sum_of_kinetic(&film) / mean, 4.0, 0.1);
        film_free(&film);
    }
}

/* Observed: the same to 4e-4 of the unit. */
static void a_film_that_runs_backwards_has_the_same_energies(void) {
    static const char *const names[] = {"pendulum_colors", "double_pendulum", "molecular_dynamics_4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct film film = film_make(names[i], i, 100);
        double unit = energy_unit(film.simulator);
        struct film_energy forwards = measure(&film);
        for (int t = 0; t < 50; t++) {
            uint8_t swap[IMAGE_VALUES];
            memcpy(swap, film_image(&film, t), IMAGE_VALUES);
            memcpy(film_image(&film, t), film_image(&film, 99 - t), IMAGE_VALUES);
            memcpy(film_image(&film, 99 - t), swap, IMAGE_VALUES);
        }
        struct film_energy backwards = measure(&film);
        for (int t = forwards.reach; t < 100 - forwards.reach; t++) {
            CHECK_NEAR(backwards.energy[99 - t] / unit, forwards.energy[t] / unit, 2e-3);
        }
        film_energy_free(&forwards);
        film_energy_free(&backwards);
        film_free(&film);
    }
}

/* What friction takes between the first and the last frames is what it took in truth. Observed 0.2 % off. */
static void friction_takes_the_energy_that_it_took(void) {
    static const char *const names[] = {"mass_spring_colors_friction", "pendulum_colors_friction"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct film film = film_make(names[i], i, 256);
        struct film_energy energy = measure(&film);
        int first = energy.reach, last = 255 - energy.reach;
        double fallen = true_energy(&film, first) - true_energy(&film, last);
        CU_ASSERT(fallen > 0.2 * energy_unit(film.simulator));
        CHECK_NEAR((energy.energy[first] - energy.energy[last]) / fallen, 1.0, 0.005);
        film_energy_free(&energy);
        film_free(&film);
    }
}

/* Until m frames before a disc dissolves; nothing after. */
static void energies_end_where_a_disc_is_lost(void) {
    enum { K = 50 };
    struct film film = film_make("double_pendulum", 0, 100);
    for (int t = K; t < 100; t++) {
        film_fade(&film, t, 1, 0.0);
    }
    struct film_energy energy = measure(&film);
    CU_ASSERT_EQUAL(energy.lost_frame, K);
    CU_ASSERT_EQUAL(energy.lost_disc, 1);
    for (int t = 0; t < 100; t++) {
        CU_ASSERT_EQUAL(isfinite(energy.energy[t]), t >= energy.reach && t + energy.reach < K);
        CU_ASSERT_EQUAL(isfinite(energy.violation[t]), t < K);
    }
    film_energy_free(&energy);
    film_free(&film);
}

/* A disc that is out of sight for two frames has no energy there, but around them. Observed error 0.002. */
static void energies_go_on_behind_a_gap(void) {
    struct film film = film_make("mass_spring", 3, 100);
    double unit = energy_unit(film.simulator);
    film_fade(&film, 40, 0, 0.0);
    film_fade(&film, 41, 0, 0.0);
    struct film_energy energy = measure(&film);
    CU_ASSERT_EQUAL(energy.lost_frame, 100);
    for (int t = energy.reach; t < 100 - energy.reach; t++) {
        bool gone = t == 40 || t == 41;
        CU_ASSERT_EQUAL(isfinite(energy.energy[t]), !gone);
        if (!gone) {
            CHECK_NEAR(energy.energy[t] / unit, true_energy(&film, t) / unit, 0.005);
        }
    }
    film_energy_free(&energy);
    film_free(&film);
}

/* A pendulum drawn on a shorter rod: the disc is off its circle by the difference, and its angle is as it
 * was. The energies are those of that angle. Observed 1.3e-4 and 0.001. */
static void a_disc_off_its_rod_is_told_of(void) {
    struct film film = film_make("pendulum", 2, 60);
    film.setup.parameters[2] = 0.9;
    for (int t = 0; t < 60; t++) {
        film_draw(&film, t);
    }
    film.setup.parameters[2] = 1.0;
    struct film_energy energy = measure(&film);
    CHECK_NEAR(energy.largest_violation, 0.1, 1e-3);
    for (int t = energy.reach; t < 60 - energy.reach; t++) {
        CHECK_NEAR(energy.violation[t], 0.1, 1e-3);
        CHECK_NEAR(energy.energy[t], true_energy(&film, t), 0.005);
    }
    film_energy_free(&energy);
    film_free(&film);
}

/* Films too short for a velocity, and films of nothing. */
static void films_without_velocities_have_no_energy(void) {
    for (int frames = 1; frames <= 8; frames++) {
        struct film film = film_make("pendulum", 2, 8);
        film.frames = frames;
        struct film_energy energy = measure(&film);
        CU_ASSERT_EQUAL(energy.lost_frame, frames);
        for (int t = 0; t < frames; t++) {
            CU_ASSERT(isnan(energy.energy[t]) && isnan(energy.kinetic[t]));
        }
        film_energy_free(&energy);
        memset(film.images, 90, (size_t)frames * IMAGE_VALUES);
        energy = measure(&film);
        CU_ASSERT_EQUAL(energy.lost_frame, 0);
        CU_ASSERT_EQUAL(energy.largest_violation, 0.0);
        CU_ASSERT(isnan(energy.energy[0]) && isnan(energy.violation[0]));
        film_energy_free(&energy);
        film_free(&film);
    }
}

static void the_same_film_gives_the_same_bits(void) {
    enum { COPIES = 6 };
    struct film film = film_make("molecular_dynamics_4", 0, 60);
    struct film_energy first = measure(&film), energies[COPIES];
#pragma omp parallel for num_threads(3) schedule(dynamic)
    for (int i = 0; i < COPIES; i++) {
        energies[i] = measure(&film);
    }
    for (int i = 0; i < COPIES; i++) {
        CU_ASSERT_EQUAL(memcmp(energies[i].energy, first.energy, 60 * sizeof(double)), 0);
        CU_ASSERT_EQUAL(memcmp(energies[i].kinetic, first.kinetic, 60 * sizeof(double)), 0);
        film_energy_free(&energies[i]);
    }
    film_energy_free(&first);
    film_free(&film);
}

int main(void) {
    static const struct test tests[] = {
        TEST(energies_of_true_films_are_the_true_ones),
        TEST(a_frozen_film_has_the_energy_of_its_place),
        TEST(a_film_at_double_speed_has_four_times_the_kinetic_energy),
        TEST(a_film_that_runs_backwards_has_the_same_energies),
        TEST(friction_takes_the_energy_that_it_took),
        TEST(energies_end_where_a_disc_is_lost),
        TEST(energies_go_on_behind_a_gap),
        TEST(a_disc_off_its_rod_is_told_of),
        TEST(films_without_velocities_have_no_energy),
        TEST(the_same_film_gives_the_same_bits),
    };
    return tests_run("film_energy", tests, sizeof tests / sizeof *tests);
}
