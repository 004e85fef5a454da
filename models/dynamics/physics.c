/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/dynamics/physics.h"

#include <assert.h>
#include <string.h>

#include "engine/ops.h"
#include "models/dynamics/confinement.h"
#include "models/dynamics/mass_matrix.h"
#include "support/memory.h"

/* ---- the forms ---- */

/* K of v, which is p or dq/dt: a perceptron itself; or x^T B x / 2, where x is v or a perceptron of v and B
 * the identity or a matrix. */
struct kinetic_form {
    const char *name;
    bool is_net;           /* K is the output of a perceptron */
    bool embeds;           /* x is one */
    bool has_matrix, full; /* B is one, full or diagonal */
    bool depends;          /* on q as well */
};

static const struct kinetic_form forms[] = {
    {.name = "separable_net", .is_net = true},
    {.name = "dep_net", .is_net = true, .depends = true},
    {.name = "pure_quad"},
    {.name = "matrix_diag_quad", .has_matrix = true},
    {.name = "matrix_quad", .has_matrix = true, .full = true},
    {.name = "matrix_dep_diag_quad", .has_matrix = true, .depends = true},
    {.name = "matrix_dep_quad", .has_matrix = true, .full = true, .depends = true},
    {.name = "embed_quad", .embeds = true},
    {.name = "matrix_dep_diag_embed_quad", .embeds = true, .has_matrix = true, .depends = true},
    {.name = "matrix_dep_embed_quad", .embeds = true, .has_matrix = true, .full = true, .depends = true},
};
enum { FORMS = sizeof forms / sizeof *forms };

static const struct kinetic_form *form_find(const char *name) {
    const struct kinetic_form *form = forms;
    while (strcmp(form->name, name) != 0) {
        form++;
        assert(form < forms + FORMS);
    }
    return form;
}

size_t physics_kinetics(const char **out, size_t capacity) {
    size_t count = 0;
    for (; count < capacity && count < FORMS; count++) {
        out[count] = forms[count].name;
    }
    return count;
}

size_t physics_spaces(const char **out, size_t capacity) {
    static const char *const words[] = {"momentum", "velocity", NULL};
    return field_list_words(words, out, capacity);
}

size_t physics_mass_matrices(const char **out, size_t capacity) {
    static const char *const words[] = {"direct", "inverse", NULL};
    return field_list_words(words, out, capacity);
}

/* ---- parts ---- */

struct physics_parts {
    const struct kinetic_form *form;
    struct mlp potential;      /* V: [d] -> [1], */
    double confinement;        /* and w of w |q|^2 / 2 in it */
    struct mlp kinetic;        /* K, or x, where a perceptron is one of them */
    struct mass_matrix matrix; /* A, where there is one; */
    bool solves;               /* B is its inverse */
};

static struct physics_parts *declare_form(struct parameters *parameters, const void *settings, int width,
                                          const struct kinetic_form *form, bool solves) {
    const struct physics_settings *s = settings;
    struct physics_parts *parts = memory_alloc(1, sizeof *parts);
    int d = width / 2;
    parts->form = form;
    parts->solves = solves;
    parts->potential = mlp_declare(parameters, "potential", sequence_model_mlp(s, d, 1));
    parts->confinement = s->sequence.confinement;
    if (form->is_net || form->embeds) {
        struct mlp_shape net =
            sequence_model_mlp(s, form->is_net && form->depends ? 2 * d : d, form->is_net ? 1 : d);
        parts->kinetic = mlp_declare(parameters, form->is_net ? "kinetic" : "embedding", net);
    }
    if (form->has_matrix) {
        parts->matrix = mass_matrix_declare(parameters, sequence_model_mlp(s, d, 0), form->full,
                                            form->depends, s->mass_eps);
    }
    return parts;
}

static bool has_velocities(const struct physics_settings *settings) {
    return strcmp(settings->space, "velocity") == 0;
}

/* K is v^T M v / 2 of velocities and p^T M^-1 p / 2 of momenta. */
static void *declare(struct parameters *parameters, const void *settings, int width) {
    const struct physics_settings *s = settings;
    bool makes_mass = strcmp(s->mass_matrix, "direct") == 0;
    return declare_form(parameters, s, width, form_find(s->kinetic), makes_mass != has_velocities(s));
}

/* The form of lgn, whatever the settings say of others. */
static void *declare_lagrangian(struct parameters *parameters, const void *settings, int width) {
    return declare_form(parameters, settings, width, form_find("matrix_dep_quad"), false);
}

/* ---- energies ---- */

/* B x; `value` is that of the matrix at the same rows. */
static struct tensor *apply_matrix(const struct physics_parts *parts, const struct mass_matrix_value *value,
                                   struct tensor *x) {
    return parts->solves ? mass_matrix_solve(value, x) : mass_matrix_multiply(value, x);
}

/* The same with the matrix at q; q may be anything of that shape where the form does not depend on it. */
static struct tensor *apply_form(const struct physics_parts *parts, struct tensor *const *leaves,
                                 struct tensor *q, struct tensor *x) {
    if (!parts->form->has_matrix) {
        return x;
    }
    struct mass_matrix_value value = mass_matrix_at(&parts->matrix, leaves, q, NULL);
    return apply_matrix(parts, &value, x);
}

/* K, [B][1] */
static struct tensor *kinetic_energy(const struct physics_parts *parts, struct tensor *const *leaves,
                                     struct tensor *q, struct tensor *v) {
    if (parts->form->is_net) {
        struct tensor *both[] = {q, v};
        return mlp_apply(&parts->kinetic, leaves, parts->form->depends ? tensor_concatenate(both, 2, 1) : v);
    }
    struct tensor *x = parts->form->embeds ? mlp_apply(&parts->kinetic, leaves, v) : v;
    struct tensor *twice = tensor_multiply(x, apply_form(parts, leaves, q, x));
    return tensor_scale(tensor_row_sums(twice), (real)0.5);
}

/* V, [B][1] */
static struct tensor *potential_energy(const struct physics_parts *parts, struct tensor *const *leaves,
                                       struct tensor *q) {
    return confinement_add(mlp_apply(&parts->potential, leaves, q), q, parts->confinement);
}

/* K + V, which is H of momenta, and v dL/dv - L of velocities, where K is quadratic: [B][1] */
static struct tensor *energy(const void *description, struct tensor *const *leaves, struct tensor *states) {
    const struct physics_parts *parts = description;
    int d = states->shape[1] / 2;
    struct tensor *q = tensor_slice(states, 1, 0, d), *v = tensor_slice(states, 1, d, d);
    return tensor_add(kinetic_energy(parts, leaves, q, v), potential_energy(parts, leaves, q));
}

/* The gradient of the sum of y * seed (NULL: ones) by x. */
static struct tensor *gradient_of(struct tensor *y, struct tensor *seed, struct tensor *x) {
    struct tensor *gradient;
    tape_gradient(y, seed, &x, 1, &gradient);
    return gradient;
}

static struct tensor *potential_slope(const void *description, struct tensor *const *leaves,
                                      struct tensor *q) {
    const struct physics_parts *parts = description;
    return gradient_of(potential_energy(parts, leaves, q), NULL, q);
}

/* ---- momentum space ---- */

/* dK/dp where K does not depend on q. */
static struct tensor *velocity_of(const void *description, struct tensor *const *leaves, struct tensor *p) {
    const struct physics_parts *parts = description;
    if (parts->form->is_net) {
        return gradient_of(mlp_apply(&parts->kinetic, leaves, p), NULL, p);
    }
    if (parts->form->embeds) {
        struct tensor *x = mlp_apply(&parts->kinetic, leaves, p);
        return gradient_of(x, x, p);
    }
    return apply_form(parts, leaves, p, p);
}

static struct tensor *hamiltonian_field(const void *description, struct tensor *const *leaves,
                                        struct tensor *z) {
    int d = z->shape[1] / 2;
    struct tensor *gradient = gradient_of(energy(description, leaves, z), NULL, z);
    struct tensor *rates[] = {tensor_slice(gradient, 1, d, d),
                              tensor_scale(tensor_slice(gradient, 1, 0, d), -1)};
    return tensor_concatenate(rates, 2, 1);
}

static const struct latent_dynamics separable_hamiltonian = {
    .declare = declare, .velocity = velocity_of, .slope = potential_slope, .energy = energy};
static const struct latent_dynamics general_hamiltonian = {
    .declare = declare, .field = hamiltonian_field, .energy = energy};

/* ---- velocity space, K = v^T M v / 2 ---- */

static struct tensor *same(const void *description, struct tensor *const *leaves, struct tensor *v) {
    (void)description;
    (void)leaves;
    return v;
}

/* M^-1 dV/dq with a constant mass: q'' depends on q alone, so steps may be split as those of momenta. */
static struct tensor *deceleration(const void *description, struct tensor *const *leaves, struct tensor *q) {
    const struct physics_parts *parts = description;
    struct tensor *slope = potential_slope(description, leaves, q);
    if (!parts->form->has_matrix) {
        return slope;
    }
    struct mass_matrix_value value = mass_matrix_at(&parts->matrix, leaves, q, NULL);
    return parts->solves ? mass_matrix_multiply(&value, slope) : mass_matrix_solve(&value, slope);
}

/* The Euler-Lagrange equation M q'' = dK/dq - dV/dq - M' v, M' = dM/dt, with r the gradient of x^T A(q) x / 2
 * at fixed x.
 *
 * A is M:       x = v,        dK/dq = r,                     q'' = A^-1 (r - dV/dq - A' v).
 * A is M^-1:    x = A^-1 v,   dK/dq = -r, M' v = -M A' x,    q'' = A (-r - dV/dq) + A' x. */
static struct tensor *lagrangian_field(const void *description, struct tensor *const *leaves,
                                       struct tensor *z) {
    const struct physics_parts *parts = description;
    int d = z->shape[1] / 2;
    struct tensor *q = tensor_slice(z, 1, 0, d), *v = tensor_slice(z, 1, d, d);
    struct tensor *slope = potential_slope(description, leaves, q);
    struct mass_matrix_value value = mass_matrix_at(&parts->matrix, leaves, q, v);
    struct tensor *x = parts->solves ? mass_matrix_solve(&value, v) : v;
    struct tensor *turning = mass_matrix_multiply_rate(&value, x);
    struct tensor *kinetic_slope = mass_matrix_slope(&value, x);
    struct tensor *acceleration;
    if (parts->solves) {
        struct tensor *force = tensor_scale(tensor_add(kinetic_slope, slope), -1);
        acceleration = tensor_add(mass_matrix_multiply(&value, force), turning);
    } else {
        struct tensor *force = tensor_subtract(tensor_subtract(kinetic_slope, slope), turning);
        acceleration = mass_matrix_solve(&value, force);
    }
    return tensor_concatenate((struct tensor *[]){v, acceleration}, 2, 1);
}

static const struct latent_dynamics separable_lagrangian = {
    .declare = declare, .velocity = same, .slope = deceleration, .energy = energy};
static const struct latent_dynamics general_lagrangian = {
    .declare = declare, .field = lagrangian_field, .energy = energy};
const struct latent_dynamics lagrangian_dynamics = {
    .declare = declare_lagrangian, .field = lagrangian_field, .energy = energy};

/* ---- by settings ---- */

const struct latent_dynamics *physics_choose(const void *settings) {
    const struct physics_settings *s = settings;
    bool depends = form_find(s->kinetic)->depends;
    if (has_velocities(s)) {
        return depends ? &general_lagrangian : &separable_lagrangian;
    }
    return depends ? &general_hamiltonian : &separable_hamiltonian;
}

enum status physics_check(const void *settings) {
    const struct physics_settings *s = settings;
    const struct kinetic_form *form = form_find(s->kinetic);
    if (has_velocities(s) && (form->is_net || form->embeds)) {
        return status_fail(STATUS_DATA,
                           "model.kinetic: %s is not quadratic: in velocity space the acceleration needs the "
                           "inverse of its second derivative, which may be singular; take a *_quad form "
                           "without embedding, or model.space momentum",
                           s->kinetic);
    }
    return sequence_model_check_smooth(settings);
}
