/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "evaluation/latent_integrator.h"
#include "experiments/cell.h"
#include "problems/verification.h"
#include "support/interrupt.h"
#include "support/json_text.h"
#include "support/text.h"

static const struct option model_option = {
    "model", "FOLDER", "the latent integrator in the trained model of this run folder instead"};
static const struct option json_option = {"json", NULL, "print JSON"};

/* --- integrators of the registry --- */

static const struct {
    const char *label;
    int width;
} columns[VERIFICATION_CHECKS] = {
    [VERIFICATION_ORDER] = {"order (1)", 11},          [VERIFICATION_ORDER_SECOND] = {"order (2)", 11},
    [VERIFICATION_TOLERANCE] = {"tolerance", 11},      [VERIFICATION_REVERSIBILITY] = {"return", 11},
    [VERIFICATION_SYMPLECTICITY] = {"symplectic", 12}, [VERIFICATION_ENERGY] = {"energy", 11},
};

static void print_header(void) {
    (void)printf("Measured, and in brackets what the entry does not claim.\n"
                 "  order       of one step on henon_heiles_regular (1) and figure_eight (2)\n"
                 "  tolerance   decades by which the error falls over four decades of tolerance\n"
                 "  return      error of 200 steps there and back\n"
                 "  symplectic  max |J^T Omega J - Omega| of a step\n"
                 "  energy      growth of its error over 1e5 steps; its largest error where it is kept\n\n");
    (void)printf("%-20s %-6s", "integrator", "claim");
    for (int i = 0; i < VERIFICATION_CHECKS; i++) {
        (void)printf("%-*s", columns[i].width, columns[i].label);
    }
    (void)printf("verdict\n");
}

static void print_value(const struct verification_check *check, int width) {
    char cell[32];
    if (check->verdict == VERIFICATION_OMITTED) {
        (void)snprintf(cell, sizeof cell, "-");
    } else if (check->verdict == VERIFICATION_UNCLAIMED) {
        (void)snprintf(cell, sizeof cell, "(%.2g)", check->value);
    } else {
        (void)snprintf(cell, sizeof cell, "%.3g%s", check->value,
                       check->verdict == VERIFICATION_FAILED ? " !" : "");
    }
    (void)printf("%-*s", width, cell);
}

static void print_row(const struct verification *verification) {
    char claim[8];
    int order = verification->integrator->order;
    (void)snprintf(claim, sizeof claim, "%d", order);
    (void)printf("%-20s %-6s", verification->integrator->name, order == 0 ? "any" : claim);
    for (int i = 0; i < VERIFICATION_CHECKS; i++) {
        print_value(&verification->checks[i], columns[i].width);
    }
    (void)printf("%s\n", verification->passed ? "passed" : "FAILED");
    (void)fflush(stdout);
}

static void write_row(struct json_text *json, const struct verification *verification) {
    json_text_open(json, NULL, '{');
    json_text_string(json, "integrator", verification->integrator->name);
    json_text_integer(json, "order", verification->integrator->order);
    json_text_bool(json, "passed", verification->passed);
    json_text_open(json, "checks", '[');
    for (int i = 0; i < VERIFICATION_CHECKS; i++) {
        const struct verification_check *check = &verification->checks[i];
        json_text_open(json, NULL, '{');
        json_text_string(json, "name", check->name);
        json_text_string(json, "measure", check->measure);
        json_text_number(json, "value", check->value);
        json_text_string(json, "verdict", verification_verdict_name(check->verdict));
        json_text_close(json, '}');
    }
    json_text_close(json, ']');
    json_text_close(json, '}');
}

/* The integrators that are named, or all. */
static enum status select_integrators(const struct arguments *arguments, const struct integrator **out,
                                      size_t *count) {
    *count = arguments->positional_count;
    for (size_t i = 0; i < *count; i++) {
        if (integrator_get(&out[i], arguments->positional[i]) != STATUS_OK) {
            return STATUS_USAGE;
        }
    }
    while (arguments->positional_count == 0 && *count < ARGUMENTS_MAX && integrators[*count] != NULL) {
        out[*count] = integrators[*count];
        (*count)++;
    }
    return STATUS_OK;
}

static void complain(const struct verification *verification) {
    for (int i = 0; i < VERIFICATION_CHECKS; i++) {
        const struct verification_check *check = &verification->checks[i];
        if (check->verdict == VERIFICATION_FAILED) {
            char *line = text_format("%s: %s: %s is %.4g, expected %g to %g", verification->integrator->name,
                                     check->name, check->measure, check->value, check->low, check->high);
            commands_complain(line);
            free(line);
        }
    }
}

static enum status verify_registry(const struct arguments *arguments) {
    const struct integrator *selected[ARGUMENTS_MAX];
    struct text text = {0};
    struct json_text json = {.out = &text};
    bool as_json = arguments_has(arguments, &json_option), passed = true;
    size_t count;
    enum status status = select_integrators(arguments, selected, &count);
    if (status != STATUS_OK) {
        return status;
    }
    if (!as_json) {
        print_header();
    }
    json_text_open(&json, NULL, '[');
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct verification verification;
        status = interrupt_requested() ? status_fail(STATUS_INTERRUPTED, "interrupted")
                                       : verification_run(&verification, selected[i]);
        if (status == STATUS_OK) {
            as_json ? write_row(&json, &verification) : print_row(&verification);
            complain(&verification);
            passed = passed && verification.passed;
        }
    }
    json_text_close(&json, ']');
    if (as_json && status == STATUS_OK) {
        (void)printf("%s\n", text.data);
    }
    text_free(&text);
    return status != STATUS_OK || passed ? status : status_fail(STATUS_CELLS_FAILED, "%s", "");
}

/* --- the integrator in a model --- */

static void print_latent(const struct latent_integrator *latent, const char *folder) {
    char *line = text_format("%s: %s, latent step %g, %d states of the prior", folder,
                             latent->integrator->name, latent->step, latent->sequences);
    commands_print_line(line);
    free(line);
    (void)printf("  return error   %-12.4g of a window there and back: %s\n", latent->return_error,
                 !latent->integrator->reversible ? "not claimed"
                 : latent->returns               ? "passed"
                                                 : "FAILED");
    if (isnan(latent->order)) {
        (void)printf("  order          hidden by single precision\n");
    } else {
        (void)printf("  order          %-12.4g claimed %d: %s\n", latent->order, latent->integrator->order,
                     latent->has_order ? "passed" : "FAILED");
    }
    (void)printf("  energy error   %-12.4g over the first tenth of %d steps, relative to the spread of H\n",
                 latent->energy_early, latent->steps);
    (void)printf("                 %-12.4g over the last tenth: %s\n", latent->energy_late,
                 latent->bounded ? "bounded" : "FAILED, it grows");
    if (latent->lost > 0) {
        (void)printf("  lost           %d states became infinite: the learned H does not hold them\n",
                     latent->lost);
    }
}

static void print_latent_json(const struct latent_integrator *latent, const char *folder) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "folder", folder);
    json_text_string(&json, "integrator", latent->integrator->name);
    json_text_number(&json, "step", latent->step);
    json_text_integer(&json, "states", latent->sequences);
    json_text_integer(&json, "steps", latent->steps);
    json_text_integer(&json, "lost", latent->lost);
    json_text_number(&json, "return_error", latent->return_error);
    json_text_number(&json, "order", latent->order);
    json_text_number(&json, "energy_error_early", latent->energy_early);
    json_text_number(&json, "energy_error_late", latent->energy_late);
    json_text_bool(&json, "passed", latent->passed);
    json_text_close(&json, '}');
    (void)printf("%s\n", text.data);
    text_free(&text);
}

/* The model that is evaluated: with the running average of its parameters where there is one. */
static enum status load(struct model **out, const struct cell *cell) {
    int steps;
    return cell->model->latent != NULL
               ? cell_load(out, &steps, cell)
               : status_fail(STATUS_DATA, "%s: %s has no latent Hamiltonian that an integrator follows",
                             cell->folder, cell->model->name);
}

static enum status verify_model(const struct arguments *arguments, const char *folder) {
    struct cell cell;
    struct model *model = NULL;
    struct latent_integrator latent;
    enum status status = cell_read(&cell, folder);
    if (status == STATUS_OK) {
        status = load(&model, &cell);
    }
    if (status == STATUS_OK) {
        status = latent_integrator_check(&latent, model);
    }
    if (status == STATUS_OK) {
        (arguments_has(arguments, &json_option) ? print_latent_json : print_latent)(&latent, folder);
        status = latent.passed ? STATUS_OK
                               : status_fail(STATUS_CELLS_FAILED, "%s: the latent integrator fails", folder);
    }
    model_free(model);
    cell_clear(&cell);
    return status;
}

static enum status verify(const struct arguments *arguments) {
    const char *folder = arguments_value(arguments, &model_option);
    if (folder == NULL) {
        return verify_registry(arguments);
    }
    if (arguments->positional_count > 0) {
        return status_fail(STATUS_USAGE, "--model names the integrator itself: unexpected argument '%s'",
                           arguments->positional[0]);
    }
    return verify_model(arguments, folder);
}

static const struct option *const options[] = {&model_option, &json_option, NULL};

const struct command verify_integrators_command = {
    .name = "verify-integrators",
    .usage = "[NAME]...",
    .summary = "measure whether integrators are what they claim",
    .description =
        "Measures order, reversibility, symplecticity and energy of the integrators named, or of\n"
        "all, and compares with what their entries claim. Exit status 1 when one is not what it\n"
        "claims. With --model, looks at the integrator inside a trained model in the same way: at\n"
        "the unroll of its learned Hamiltonian.\n",
    .options = options,
    .least = 0,
    .most = ARGUMENTS_MAX,
    .run = verify,
};
