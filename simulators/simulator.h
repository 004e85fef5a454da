/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The environments: physical systems that are simulated exactly and seen as small images.
 *
 * A `struct dynamics` is a system's equations, its way of drawing initial states and its picture, once per
 * system. A `struct simulator` is one environment: a system with ranges of parameters, friction and colours,
 * found by name in simulators/registry.c. mass_spring and mass_spring_colors share their dynamics.
 *
 * States of Hamiltonian systems are x = (q_1 .. q_d, p_1 .. p_d): all positions, then all momenta. Units are
 * those of the environment (dimensionless; angles in radians). Everything is double precision.
 *
 * Source of all numbers: the DeepMind Hamiltonian Dynamics Suite (Botev, Jaegle, Wirnsberger, Hennes,
 * Higgins, "Which priors matter? Benchmarking models for learning latent dynamics", NeurIPS 2021 Datasets and
 * Benchmarks).
 */
#ifndef HAMBENCH_SIMULATORS_SIMULATOR_H
#define HAMBENCH_SIMULATORS_SIMULATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "support/image.h"
#include "support/random.h"
#include "support/status.h"

/* Room for every system; a system with more needs a larger number here and nothing else. */
enum {
    SIMULATOR_MAX_PARAMETERS = 12, /* by name */
    SIMULATOR_MAX_VALUES = 64,     /* numbers of all parameters */
    SIMULATOR_MAX_OPTIONS = 6,
    SIMULATOR_MAX_INVARIANTS = 6,
    SIMULATOR_MAX_STATE = 64,
    SIMULATOR_MAX_BODIES = 16,
    SIMULATOR_MAX_CHANGES = 5, /* parameters of which a shifted set has other ranges */
};

/* Images are those of support/image.h; their rows grow with y. */

/* One number, or several of a kind, that are drawn for each trajectory and stay constant along it:
 * independently and uniformly from [low, high], unless the dynamics draw them otherwise within these bounds.
 */
struct simulator_parameter {
    const char *name; /* as in the file: "m" */
    const char *meaning;
    double low;
    double high;
    int width; /* how many, stored as (n, width); 0 for one number, stored as (n) */
};

/* A number of the method by which an environment is simulated, the same for all trajectories of a file and
 * recorded there: the length of an equilibration. */
struct simulator_option {
    const char *name; /* as in the file: "nvt_steps" */
    const char *meaning;
    double value; /* of the published protocol */
    double quick; /* cheaper, good enough for most uses */
    double low;   /* bounds of what may be asked for */
    double high;
};

/* How a set of trajectories lies outside of what an environment's training sets hold (simulators/shift.h). */
enum simulator_shift {
    SIMULATOR_SHIFT_NONE,
    SIMULATOR_SHIFT_ENERGY,     /* initial states beyond those of training */
    SIMULATOR_SHIFT_PARAMETERS, /* parameters outside of their ranges */
    SIMULATOR_SHIFT_DT,         /* more time from frame to frame */
    SIMULATOR_SHIFTS,
};

/* The range of one parameter in a shifted set. */
struct simulator_range {
    const char *parameter;
    double low;
    double high;
};

/* What a shifted set has otherwise than the training sets of its environment; 0 for what stays as it is. */
struct simulator_change {
    double radius_low, radius_high;
    struct simulator_range ranges[SIMULATOR_MAX_CHANGES]; /* ended by one without a name */
    int frames;
    double dt; /* of SIMULATOR_SHIFT_DT, where it cannot be 1.5 times that of training */
};

/* What is asked of an environment: the same for all trajectories of a file. */
struct simulator_plan {
    const struct simulator *simulator;
    int frames;                            /* T, t = 0 included */
    double dt;                             /* from one frame to the next */
    double options[SIMULATOR_MAX_OPTIONS]; /* in the order of simulator->options */
};

/* A quantity that stays constant along a trajectory. */
struct simulator_invariant {
    const char *name; /* as in the file: "energy"; the energy comes first where there is one */
    const char *meaning;
    double (*value)(const double *parameters, const double *state);
    double tolerance; /* largest |I(t) - I(0)| along a trajectory of default length that is accepted */
};

/* What is drawn at random for one trajectory. */
struct trajectory_setup {
    double parameters[SIMULATOR_MAX_VALUES]; /* in the order of simulator->parameters */
    double state[SIMULATOR_MAX_STATE];       /* at t = 0 */
    double offset[2];                        /* added to every position on the canvas, (x, y) */
    int color_index[SIMULATOR_MAX_BODIES];   /* of each body, 0 .. colors-1 */
    int rejected;                            /* draws within the setup that did not fit and were made again */
};

/* A disc on the canvas, before the offset. */
struct simulator_disc {
    double x, y, radius;
};

struct simulator;

/* Coordinates in which a system is integrated, where those of its state would lose precision. */
struct simulator_chart {
    int size;
    void (*enter)(const double *state, double *z);
    void (*leave)(const double *z, double *state);
    void (*field)(const double *parameters, const double *z, double *dz_dt);
};

/* Kinds of motion that a system has, told apart by its start: errors are reported for each. */
enum { SIMULATOR_MAX_GROUPS = 4 };
struct simulator_groups {
    const char *names[SIMULATOR_MAX_GROUPS + 1]; /* ended by NULL */
    const char *rule;                            /* how they are told apart */
    int (*find)(const double *parameters, const double *state);
};

struct dynamics {
    /* For `hambench list` and the documentation, Markdown without line breaks. */
    const char *title;     /* "mass on a spring" */
    const char *page;      /* in docs/environments/, without ".md" */
    const char *equation;  /* H, or what takes its place */
    const char *motion;    /* the equations of motion */
    const char *state;     /* what the components are */
    const char *start;     /* distribution of the initial states */
    const char *picture;   /* what is drawn where */
    const char *conserved; /* without friction */

    /* Goes up when the same request gives other data than before, so that files made before are known to be
     * stale. Changed numbers of an environment are noticed without it. */
    int version;

    int state_size; /* D; 2 d where there are momenta */
    /* The numbers of a state that determine the others, half of them positions or what takes their place;
     * NULL: no number is determined by others. */
    const int *independent;
    int independent_count;
    int bodies;    /* discs in the picture, 0 for systems that draw something else */
    bool wraps;    /* the canvas is a periodic space: what leaves it comes in on the other side */
    bool top_down; /* row 0 of the image is its top; otherwise rows grow with the height y */

    struct simulator_invariant invariants[SIMULATOR_MAX_INVARIANTS]; /* ended by one without a name */

    /* Draws the parameters that are not independent and uniform, after those that are; NULL for none. Counts
     * in `rejected` the draws that did not fit. */
    void (*sample_parameters)(const struct simulator *simulator, struct random_stream *random,
                              double *parameters, int *rejected);

    /* Initial state, given the parameters. */
    void (*sample_state)(const struct simulator *simulator, const double *parameters,
                         struct random_stream *random, double *state);

    /* Whether an initial state lies beyond those that the environment draws for training, in energy or in
     * what takes its place; others are drawn again for SIMULATOR_SHIFT_ENERGY. NULL where the range of its
     * initial radius, or of a parameter, is enough for that. `beyond_rule` says what is asked for. */
    bool (*is_beyond)(const struct simulator *trained, const double *parameters, const double *state);
    const char *beyond_rule;

    /* Brings the sampled state to where trajectories begin, which may take long: equilibration. NULL for
     * systems whose trajectories begin where they are sampled. STATUS_INTERRUPTED. */
    enum status (*prepare)(const struct simulator_plan *plan, const double *parameters,
                           struct random_stream *random, double *state);

    /* How many trajectories are cut, one behind the other, from the run that begins at a prepared state. NULL
     * for one. */
    int (*pieces)(const struct simulator_plan *plan);

    /* Whether the plan can be carried out; NULL for any. STATUS_DATA. */
    enum status (*check_plan)(const struct simulator_plan *plan);

    /* Image offset of environments with `random_offset`, whose canvas has room for shifts of `reach` to each
     * side; NULL for independent shifts in both directions. */
    void (*sample_offset)(double reach, struct random_stream *random, double offset[2]);

    /* The Hamiltonian; NULL for a system that has none. */
    double (*energy)(const double *parameters, const double *state);

    const struct simulator_groups *groups; /* NULL: all motion is of one kind */

    /* What a change of the energy is large or small against, where the spread over trajectories is not:
     * pieces of one long run all have its energy, and a file may hold few runs. NULL for systems whose
     * trajectories are drawn one by one. `energy_unit` says what it is. */
    double (*energy_scale)(const double *parameters);
    const char *energy_unit;

    /* The conservative vector field: (dH/dp, -dH/dq) where there is an energy. NULL where the state alone
     * does not determine it; then `follow` gives it. */
    void (*field)(const double *parameters, const double *state, double *dx_dt);

    /* Brings positions that have moved less than half of a period out of their range back into it: periodic
     * images. NULL for positions without periods. */
    void (*wrap)(const double *parameters, double *state);

    /* The states come from one of these three, or, when all are NULL, from the reference solver and `field`:
     * a closed form without friction, */
    void (*solution)(const double *parameters, const double *initial, double time, double *state);
    /* the reference solver in other coordinates, */
    const struct simulator_chart *chart;
    /* a method of the system's own, which fills states [T][D] and, where `field` is NULL, dx_dt [T][D]. What
     * it does depends on the setup and the plan only. */
    void (*follow)(const struct simulator_plan *plan, const struct trajectory_setup *setup, double *states,
                   double *dx_dt);
    const char *method; /* the name of that method */

    /* Half-size of the canvas that holds all discs of the environment, before it is extended for offsets. */
    double (*half_size)(const struct simulator *simulator);

    /* Where the bodies are: `discs` [bodies]. NULL for systems that draw something else. */
    void (*place)(const double *parameters, const double *state, struct simulator_disc *discs);

    /* The way back from `place`: the positions `q` [state_size / 2] of the state whose bodies are at `discs`
     * [bodies], of which only x and y are read. Angles come within (-pi, pi], periodic places as they are.
     * Discs where no state puts them give those of a state near by, never an error. NULL for systems that
     * draw something else; without it the energy of a film is not known. */
    void (*positions)(const double *parameters, const struct simulator_disc *discs, double *q);

    /* By how much any of the positions may grow without a change of the picture: 2 pi for angles, the box of
     * a periodic space. NULL where a position is seen as it is. */
    double (*period)(const double *parameters);

    /* Over this time to each side, in the units of dt, the positions move as polynomials of degree 4 do: how
     * far velocities may be read off a film at once, which dampens the errors of single frames
     * (evaluation/film_energy.h). 0: over two frames only. */
    double smooth_time;

    /* The image of a state. Systems of discs share render_discs_draw. */
    void (*draw)(const struct simulator *simulator, const struct trajectory_setup *setup, const double *state,
                 uint8_t image[IMAGE_VALUES]);
};

struct simulator {
    const char *name;    /* as in file names and experiment files: "pendulum_colors" */
    const char *summary; /* one line for `hambench list environments` */
    const char *reference;
    const struct dynamics *dynamics;
    struct simulator_parameter parameters[SIMULATOR_MAX_PARAMETERS]; /* ended by one without a name */
    struct simulator_option options[SIMULATOR_MAX_OPTIONS];          /* ended by one without a name */

    /* What is generated unless asked otherwise. */
    double dt;
    int frames;
    int train; /* trajectories; 0 for sets that only test */
    int test;

    double radius_low, radius_high; /* range of the initial radius */
    bool radius_by_area;            /* uniform over the annulus area; otherwise uniform in the radius */
    double friction;                /* lambda: dp/dt = -dH/dq - lambda dH/dp */
    int colors;                     /* hues to choose from */
    bool colors_in_order;           /* body i has colour i; otherwise distinct colours are drawn */
    bool random_offset;             /* larger canvas, picture shifted at random */
    bool may_leave_canvas;          /* trajectories that do are drawn again */

    /* The largest Lyapunov exponent, 1/time, the mean over trajectories as measured by `hambench lyapunov`
     * (docs/environments.md has the commands and the intervals); 0 where disturbances of most trajectories
     * don't grow exponentially. Describes the motion and decides nothing: no file depends on it. */
    double lyapunov;

    struct simulator_change changes[SIMULATOR_SHIFTS]; /* of each shift, by its number */

    /* Of a shifted set (simulator_shifted): which shift, and the environment that is trained on, whose canvas
     * and offsets the pictures have. SIMULATOR_SHIFT_NONE and NULL in all tables. */
    enum simulator_shift shift;
    const struct simulator *trained;
};

/* Trajectories of a dataset unless asked otherwise, and of the sets that test long predictions. */
#define SIMULATOR_DEFAULTS .frames = 256, .train = 500, .test = 200
#define SIMULATOR_LONG_DEFAULTS .frames = 1000, .train = 0, .test = 100

/* All environments, ended by NULL. */
extern const struct simulator *const simulators[];

/* The environment of that name, or NULL. */
const struct simulator *simulator_find(const char *name);

/* How many parameters have a name, and how many numbers they are. */
int simulator_parameter_count(const struct simulator *simulator);
int simulator_value_count(const struct simulator *simulator);

/* Numbers of parameter `index`, at least 1, and where they begin among all numbers. */
int simulator_parameter_width(const struct simulator *simulator, int index);
int simulator_parameter_first(const struct simulator *simulator, int index);

int simulator_option_count(const struct simulator *simulator);
int simulator_invariant_count(const struct simulator *simulator);

/* Frames and dt as they are unless asked otherwise, options of the published protocol; simulator_plan_quick
 * sets the cheaper ones. */
struct simulator_plan simulator_plan_default(const struct simulator *simulator);
void simulator_plan_quick(struct simulator_plan *plan);

/* Whether the environment can be simulated so. STATUS_DATA. */
enum status simulator_plan_check(const struct simulator_plan *plan);

/* Trajectories 0 .. k-1, k .. 2k-1, ... are each cut from one run: a thread that makes them one after the
 * other with one runner makes the run only once. 1 for most environments. */
int simulator_plan_pieces(const struct simulator_plan *plan);

/* The method and tolerance by which states are computed, for the file: "GSL rk8pd"; 0 for exact methods. */
const char *simulator_method(const struct simulator *simulator);
double simulator_tolerance(const struct simulator *simulator);

bool simulator_has_energy(const struct simulator *simulator);

/* Whether the picture shows discs, and setups hence have an offset and colours. */
bool simulator_has_discs(const struct simulator *simulator);

/* The Hamiltonian of a state; nan for a system that has none. */
double simulator_energy(const struct simulator *simulator, const double *parameters, const double *state);

/* What energy differences of a trajectory are to be compared with, in the units of simulator_energy: the
 * system's own scale, nan where it is the standard deviation of the energy over the trajectories at hand. The
 * latter needs trajectories that are drawn independently, some ten at least. */
double simulator_energy_scale(const struct simulator *simulator, const double *parameters);

/* The conservative field, without friction: what datasets store as dx_dt. Only for systems with a field. */
void simulator_field(const struct simulator *simulator, const double *parameters, const double *state,
                     double *dx_dt);

/* The field that the trajectory follows: with friction where the environment has it. */
void simulator_full_field(const struct simulator *simulator, const double *parameters, const double *state,
                          double *dx_dt);

/* lambda |dH/dp|^2, the rate at which friction takes energy. */
double simulator_dissipation(const struct simulator *simulator, const double *parameters,
                             const double *state);

/* The coordinates in which a system is integrated, those of its chart or the state itself: how many there
 * are, from a state to them and back. */
int simulator_coordinate_count(const struct simulator *simulator);
void simulator_enter(const struct simulator *simulator, const double *state, double *z);
void simulator_leave(const struct simulator *simulator, const double *z, double *state);

/* Half-size F of the canvas [-F, F]^2 that the image shows; 0 where there are no discs. */
double simulator_canvas(const struct simulator *simulator);

/* Whether the centres of all bodies are on the un-extended canvas (bounds included), before the offset. */
bool simulator_on_canvas(const struct simulator *simulator, const double *parameters, const double *state);

/* Draws parameters and initial state; simulator_sample_look draws offset and colours, later on the same
 * stream. */
void simulator_sample(const struct simulator *simulator, struct random_stream *random,
                      struct trajectory_setup *setup);
void simulator_sample_look(const struct simulator *simulator, struct random_stream *random,
                           struct trajectory_setup *setup);

/* The positions q [state_size / 2] of which `discs` are the picture, and the largest distance of a disc from
 * where these positions put it: 0 for a picture of the system, more where a constraint is violated (a
 * pendulum's disc off its circle). Only for systems with dynamics->positions; shifts by a period count as 0.
 */
double simulator_positions(const struct simulator *simulator, const double *parameters,
                           const struct simulator_disc *discs, double *q);

/* Turns the velocities dq/dt [state_size / 2] at the positions that `state` holds into its momenta. For
 * Hamiltonians whose dH/dp is linear in p; false where it does not determine the momenta (they are nan). */
bool simulator_momenta(const struct simulator *simulator, const double *parameters, const double *velocity,
                       double *state);

/* The image of a state along the trajectory of `setup`. */
void simulator_draw(const struct simulator *simulator, const struct trajectory_setup *setup,
                    const double *state, uint8_t image[IMAGE_VALUES]);

/* A point of the annulus of the environment: direction uniform, radius as `radius_by_area` says. */
void simulator_sample_annulus(const struct simulator *simulator, struct random_stream *random,
                              double point[2]);

#endif
