/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that can be named on a command line or in an experiment file, printed from the tables that
 * define it.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "comparisons/comparison.h"
#include "experiments/describe_models.h"
#include "experiments/experiment.h"
#include "experiments/settings.h"
#include "integrators/stepper.h"
#include "models/model.h"
#include "models/model_registry.h"
#include "problems/problem.h"
#include "simulators/describe.h"
#include "simulators/shift.h"
#include "simulators/simulator.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

static const struct option long_option = {"long", NULL, "more about each entry"};
static const struct option markdown_option = {"markdown", NULL,
                                              "environments, models or settings as Markdown"};

static void print_row(const char *name, const char *summary) {
    (void)printf("  %-28s  %s\n", name, summary);
}

static void print_detail(const char *label, const char *value) {
    if (value != NULL && *value != '\0') {
        (void)printf("      %-10s %s\n", label, value);
    }
}

static void print_shifts(const struct simulator *simulator) {
    for (int shift = SIMULATOR_SHIFT_NONE + 1; shift < SIMULATOR_SHIFTS; shift++) {
        struct text line = {0};
        text_add(&line, "%s: ", simulator_shift_names[shift]);
        simulator_shift_describe(&line, simulator, (enum simulator_shift)shift);
        print_detail(shift == SIMULATOR_SHIFT_NONE + 1 ? "shifts" : "", line.data);
        text_free(&line);
    }
}

static void print_environment_details(const struct simulator *simulator) {
    print_detail("equations", simulator->dynamics->equation);
    print_detail("motion", simulator->dynamics->motion);
    print_detail("state", simulator->dynamics->state);
    print_detail("conserved", simulator->dynamics->conserved);
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        const struct simulator_parameter *parameter = &simulator->parameters[i];
        char *line = parameter->low == parameter->high
                         ? text_format("%s = %g, %s", parameter->name, parameter->low, parameter->meaning)
                         : text_format("%s = %g to %g, %s", parameter->name, parameter->low, parameter->high,
                                       parameter->meaning);
        print_detail(i == 0 ? "parameters" : "", line);
        free(line);
    }
    if (simulator->lyapunov > 0.0) {
        char *line =
            text_format("Lyapunov exponent %g: errors grow by e in %.3g, %.3g frames", simulator->lyapunov,
                        1.0 / simulator->lyapunov, 1.0 / (simulator->lyapunov * simulator->dt));
        print_detail("chaotic", line);
        free(line);
    }
    print_detail("start", simulator->dynamics->start);
    print_detail("picture", simulator->dynamics->picture);
    print_shifts(simulator);
    print_detail("source", simulator->reference);
}

/* The tables of the documentation, each behind a comment that says where it belongs. */
static void print_environments_markdown(void) {
    struct text pages = {0};
    text_add(&pages, "<!-- environments -->\n");
    describe_index(&pages);
    for (const struct simulator *const *simulator = simulators; *simulator != NULL; simulator++) {
        char *header = text_format("<!-- environments/%s -->\n", (*simulator)->dynamics->page);
        if (strstr(pages.data, header) == NULL) {
            text_add(&pages, "%s", header);
            describe_page(&pages, (*simulator)->dynamics->page);
        }
        free(header);
    }
    (void)fputs(pages.data, stdout);
    text_free(&pages);
}

static void print_environments(const struct arguments *arguments) {
    if (arguments_has(arguments, &markdown_option)) {
        print_environments_markdown();
        return;
    }
    for (const struct simulator *const *simulator = simulators; *simulator != NULL; simulator++) {
        print_row((*simulator)->name, (*simulator)->summary);
        if (arguments_has(arguments, &long_option)) {
            print_environment_details(*simulator);
        }
    }
}

/* Prints what `add` says of the kind behind the label. */
static void print_described(const char *label, const struct model_kind *kind,
                            void (*add)(struct text *out, const struct model_kind *kind)) {
    struct text value = {0};
    add(&value, kind);
    print_detail(label, value.data);
    text_free(&value);
}

static void print_model(const struct model_kind *kind, const struct arguments *arguments) {
    print_row(kind->name, kind->summary);
    print_described("can", kind, describe_models_abilities);
    print_described("parameters", kind, describe_models_parameters);
    if (arguments_has(arguments, &long_option)) {
        print_described("stepped by", kind, describe_models_integrators);
        print_detail("source", kind->reference);
    }
}

/* The table and the pages of the documentation, each behind a comment that says where it belongs. */
static void print_models_markdown(void) {
    struct text pages = {0};
    text_add(&pages, "<!-- models -->\n");
    describe_models_index(&pages);
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        char *name = describe_models_page_name(*kind);
        text_add(&pages, "<!-- models/%s -->\n", name);
        describe_models_page(&pages, *kind);
        free(name);
    }
    (void)fputs(pages.data, stdout);
    text_free(&pages);
}

static void print_models(const struct arguments *arguments) {
    if (arguments_has(arguments, &markdown_option)) {
        print_models_markdown();
        return;
    }
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        print_model(*kind, arguments);
    }
}

/* One model: its rows, or its page. */
static void print_one_model(const struct model_kind *kind, const struct arguments *arguments) {
    struct text page = {0};
    if (!arguments_has(arguments, &markdown_option)) {
        print_model(kind, arguments);
        return;
    }
    describe_models_page(&page, kind);
    (void)fputs(page.data, stdout);
    text_free(&page);
}

static void print_integrator_details(const struct integrator *integrator) {
    char *order = integrator->order == 0
                      ? memory_copy_string("chosen by the method")
                      : text_format("%d, %d stages a step", integrator->order, integrator->stages);
    char *traits = text_format(
        "%s%s%s%s%s%s", integrator->family->name, integrator->symplectic ? ", symplectic" : "",
        integrator->reversible ? ", reversible" : "", integrator->keeps_energy ? ", keeps the energy" : "",
        integrator->needs_separable ? ", needs H = T(p) + V(q)" : "",
        integrator->adaptive && integrator->fixed ? ", fixed steps or a tolerance"
        : integrator->adaptive                    ? ", by a tolerance only"
                                                  : ", fixed steps");
    print_detail("order", order);
    print_detail("kind", traits);
    print_detail("source", integrator->reference);
    free(order);
    free(traits);
}

static void print_integrators(const struct arguments *arguments) {
    for (const struct integrator *const *integrator = integrators; *integrator != NULL; integrator++) {
        print_row((*integrator)->name, (*integrator)->summary);
        if (arguments_has(arguments, &long_option)) {
            print_integrator_details(*integrator);
        }
    }
}

static void print_problem_details(const struct problem *problem) {
    char *period = text_format("%.6g %ss%s", problem->period, problem->unit,
                               problem->chaotic ? ", chaotic: errors grow exponentially" : "");
    const char *exact = problem->solution != NULL ? "in closed form" : NULL;
    print_detail("equations", problem->equation);
    print_detail("period", period);
    print_detail("solution", exact);
    print_detail("obstacle", problem->system.not_hamiltonian);
    if (problem->system.not_hamiltonian == NULL && !system_is_separable(&problem->system)) {
        print_detail("obstacle", "H is not separable");
    }
    print_detail("source", problem->reference);
    free(period);
}

static void print_problems(const struct arguments *arguments) {
    const char **names = problem_names();
    for (const char **name = names; *name != NULL; name++) {
        struct problem *problem = NULL;
        if (problem_create(&problem, *name) == STATUS_OK) {
            print_row(problem->name, problem->summary);
            if (arguments_has(arguments, &long_option)) {
                print_problem_details(problem);
            }
        }
        problem_free(problem);
    }
    free(names);
}

/* ---- settings ---- */

static void print_field(const struct schema *schema, const struct field *field,
                        const struct arguments *arguments) {
    char *key = text_format("%s.%s", schema->group, field->name);
    (void)printf("  %-32s  %-8s  %s\n", key, field->initial, field->help);
    free(key);
    if (arguments_has(arguments, &long_option)) {
        struct text range = {0};
        field_format_range(&range, field);
        print_detail("allowed", range.data);
        print_detail("unit", field->unit);
        text_free(&range);
    }
}

static void add_markdown_head(struct text *out) {
    text_add(out, "| setting | type | allowed | unit |");
    for (size_t i = 0; i < settings_profile_count; i++) {
        text_add(out, " %s |", settings_profiles[i].name);
    }
    text_add(out, " meaning |\n| --- | --- | --- | --- |");
    for (size_t i = 0; i < settings_profile_count; i++) {
        text_add(out, " --- |");
    }
    text_add(out, " --- |\n");
}

/* A row: the setting and its value in each profile. */
static void add_markdown_row(struct text *out, const struct schema *schema, const struct field *field,
                             const struct settings *profiles) {
    text_add(out, "| `%s.%s` | %s | ", schema->group, field->name, field_type_name(field));
    field_format_range(out, field);
    text_add(out, " | %s |", field->unit);
    for (size_t i = 0; i < settings_profile_count; i++) {
        text_add(out, " ");
        field_format(out, settings_values(&profiles[i], schema), field);
        text_add(out, " |");
    }
    text_add(out, " %s |\n", field->help);
}

/* One table of the settings of some schemas, as they are with models of `kind` (NULL: of any). */
static void print_markdown(const struct schema *const *schemas, size_t count, const struct model_kind *kind) {
    struct settings *profiles = memory_alloc(settings_profile_count, sizeof *profiles);
    for (size_t i = 0; i < settings_profile_count; i++) {
        settings_create(&profiles[i], kind);
        settings_apply_profile(&profiles[i], settings_profiles[i].name);
    }
    struct text out = {0};
    add_markdown_head(&out);
    for (size_t s = 0; s < count; s++) {
        for (size_t f = 0; f < schemas[s]->count; f++) {
            add_markdown_row(&out, schemas[s], &schemas[s]->fields[f], profiles);
        }
    }
    (void)fputs(out.data, stdout);
    text_free(&out);
    for (size_t i = 0; i < settings_profile_count; i++) {
        settings_clear(&profiles[i]);
    }
    free(profiles);
}

static void print_schemas(const struct schema *const *schemas, size_t count, const struct model_kind *kind,
                          const struct arguments *arguments) {
    if (arguments_has(arguments, &markdown_option)) {
        print_markdown(schemas, count, kind);
        return;
    }
    for (size_t s = 0; s < count; s++) {
        for (size_t f = 0; f < schemas[s]->count; f++) {
            print_field(schemas[s], &schemas[s]->fields[f], arguments);
        }
    }
}

/* Values of other groups that a profile has for models of this kind: "quick: training.steps=2000". */
static void print_other_values(const struct model_kind *kind) {
    for (size_t i = 0; i < settings_profile_count; i++) {
        const char *before = settings_profiles[i].name, *separator = ": ";
        const char *const *row = schema_profile(kind->settings->profiles, settings_profiles[i].name);
        for (; *row != NULL; row++) {
            if (strncmp(*row, "model.", 6) != 0) {
                (void)printf("%s%s%s%s", *separator == ':' ? "\n" : "", before, separator, *row);
                before = "";
                separator = ", ";
            }
        }
        (void)printf(*before == '\0' ? "\n" : "");
    }
}

static void print_common_settings(const struct arguments *arguments) {
    const struct schema *schemas[SETTINGS_MAX_SECTIONS];
    struct settings settings;
    settings_create(&settings, NULL);
    for (size_t i = 0; i < settings.count; i++) {
        schemas[i] = settings.sections[i].schema;
    }
    print_schemas(schemas, settings.count, NULL, arguments);
    settings_clear(&settings);
}

static void print_kind_settings(const struct model_kind *kind, const struct arguments *arguments) {
    print_schemas(&kind->settings, 1, kind, arguments);
    print_other_values(kind);
}

/* What cells of all models have, then the settings of each kind of model. */
static void print_settings(const struct arguments *arguments) {
    print_common_settings(arguments);
    bool markdown = arguments_has(arguments, &markdown_option);
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        (void)printf(markdown ? "\n### Of %s\n\n" : "\n  of %s:\n", (*kind)->name);
        print_kind_settings(*kind, arguments);
    }
}

/* The assignments of a profile in one schema, behind the owner's name. */
static void print_profile_rows(const char *owner, const struct schema *schema, const char *profile) {
    const char *const *row = schema_profile(schema->profiles, profile);
    for (; *row != NULL; row++) {
        print_detail(owner, *row);
    }
}

static void print_profiles(const struct arguments *arguments) {
    for (size_t i = 0; i < settings_profile_count; i++) {
        const char *name = settings_profiles[i].name;
        print_row(name, settings_profiles[i].summary);
        if (!arguments_has(arguments, &long_option)) {
            continue;
        }
        struct settings settings;
        settings_create(&settings, NULL);
        for (size_t s = 0; s < settings.count; s++) {
            print_profile_rows("all", settings.sections[s].schema, name);
        }
        settings_clear(&settings);
        for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
            print_profile_rows((*kind)->name, (*kind)->settings, name);
        }
    }
}

static int is_experiment(const struct dirent *entry) {
    const char *ending = strrchr(entry->d_name, '.');
    return ending != NULL && strcmp(ending, ".yaml") == 0;
}

/* A file is an experiment with models, or a comparison of integrators. */
static void print_experiment(const char *path) {
    struct experiment *experiment = NULL;
    struct comparison *comparison = NULL;
    if (comparison_read(&comparison, path, NULL, 0) == STATUS_OK) {
        print_row(path, comparison->title);
    } else if (experiment_read(&experiment, path, NULL, 0) == STATUS_OK) {
        print_row(path, experiment->title);
    } else {
        print_row(path, status_detail());
    }
    experiment_free(experiment);
    comparison_free(comparison);
}

static void print_experiments_of(const char *folder) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_experiment, alphasort);
    for (int i = 0; i < count; i++) {
        char *path = file_join(folder, entries[i]->d_name);
        print_experiment(path);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

static void print_experiments(const struct arguments *arguments) {
    (void)arguments;
    print_experiments_of("experiments");
    print_experiments_of(PKGDATADIR "/experiments");
}

static void print_commands(const struct arguments *arguments) {
    (void)arguments;
    for (const struct command *const *command = commands; *command != NULL; command++) {
        print_row((*command)->name, (*command)->summary);
    }
}

static const struct list {
    const char *name;
    bool has_markdown;
    void (*print)(const struct arguments *arguments);
    /* What there is to say of one kind of model; NULL: nothing. */
    void (*print_kind)(const struct model_kind *kind, const struct arguments *arguments);
} lists[] = {
    {"environments", true, print_environments, NULL},        {"models", true, print_models, print_one_model},
    {"integrators", false, print_integrators, NULL},         {"problems", false, print_problems, NULL},
    {"settings", true, print_settings, print_kind_settings}, {"profiles", false, print_profiles, NULL},
    {"experiments", false, print_experiments, NULL},         {"commands", false, print_commands, NULL},
};
enum { LISTS = sizeof lists / sizeof *lists };

static const struct list *find_list(const char *name) {
    for (size_t i = 0; i < LISTS; i++) {
        if (strcmp(lists[i].name, name) == 0) {
            return &lists[i];
        }
    }
    return NULL;
}

static enum status print_list(const struct list *wanted, const struct arguments *arguments) {
    const struct model_kind *kind = NULL;
    if (!wanted->has_markdown && arguments_has(arguments, &markdown_option)) {
        return status_fail(STATUS_USAGE, "--markdown: there is none of %s", wanted->name);
    }
    if (arguments->positional_count == 1) {
        wanted->print(arguments);
        return STATUS_OK;
    }
    if (wanted->print_kind == NULL) {
        return status_fail(STATUS_USAGE, "list %s: expected nothing behind it, found '%s'", wanted->name,
                           arguments->positional[1]);
    }
    if (experiment_find_model(&kind, arguments->positional[1]) != STATUS_OK) {
        return STATUS_USAGE;
    }
    wanted->print_kind(kind, arguments);
    return STATUS_OK;
}

static enum status list(const struct arguments *arguments) {
    const char *names[LISTS + 1] = {NULL};
    for (size_t i = 0; i < LISTS; i++) {
        names[i] = lists[i].name;
    }
    if (arguments->positional_count > 0) {
        const struct list *wanted = find_list(arguments->positional[0]);
        return wanted == NULL ? status_unknown(STATUS_USAGE, "list", arguments->positional[0], names)
                              : print_list(wanted, arguments);
    }
    if (arguments_has(arguments, &markdown_option)) {
        return status_fail(STATUS_USAGE, "--markdown: say of which list: environments, models or settings");
    }
    for (size_t i = 0; i < LISTS; i++) {
        (void)printf("%s%s:\n", i == 0 ? "" : "\n", lists[i].name);
        lists[i].print(arguments);
    }
    return STATUS_OK;
}

static const struct option *const options[] = {&long_option, &markdown_option, NULL};

const struct command list_command = {
    .name = "list",
    .usage = "[WHAT [MODEL]]",
    .summary = "show what there is: environments, models, settings, ...",
    .description = "Shows one of the lists environments, models, integrators, problems, settings,\n"
                   "profiles, experiments and commands, or all of them; `models MODEL` that one alone,\n"
                   "`settings MODEL` those that it reads.\n",
    .options = options,
    .least = 0,
    .most = 2,
    .run = list,
};
