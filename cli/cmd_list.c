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
#include "experiments/experiment.h"
#include "experiments/settings.h"
#include "integrators/stepper.h"
#include "models/model.h"
#include "problems/problem.h"
#include "simulators/describe.h"
#include "simulators/simulator.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"
#include "training/model_registry.h"

static const struct option long_option = {"long", NULL, "more about each entry"};
static const struct option markdown_option = {"markdown", NULL,
                                              "environments or settings as Markdown tables"};

static void print_row(const char *name, const char *summary) {
    (void)printf("  %-28s  %s\n", name, summary);
}

static void print_detail(const char *label, const char *value) {
    if (value != NULL && *value != '\0') {
        (void)printf("      %-10s %s\n", label, value);
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
    print_detail("start", simulator->dynamics->start);
    print_detail("picture", simulator->dynamics->picture);
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

static void print_models(const struct arguments *arguments) {
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        print_row((*kind)->name, (*kind)->summary);
        if (arguments_has(arguments, &long_option)) {
            print_detail("source", (*kind)->reference);
        }
    }
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

static void print_settings_text(const struct arguments *arguments) {
    struct text range = {0};
    for (size_t i = 0; i < settings_schema_count; i++) {
        const struct setting *setting = &settings_schema[i];
        (void)printf("  %-32s  %-8s  %s\n", setting->key, setting->initial, setting->help);
        if (arguments_has(arguments, &long_option)) {
            text_clear(&range);
            setting_format_range(&range, setting);
            print_detail("allowed", range.data);
            print_detail("unit", setting->unit);
        }
    }
    text_free(&range);
}

/* One row of the reference table: the setting and its value in each profile. */
static void print_settings_row(const struct setting *setting, const struct settings *profiles) {
    struct text cell = {0};
    setting_format_range(&cell, setting);
    (void)printf("| `%s` | %s | %s | %s |", setting->key, setting_type_name(setting), cell.data,
                 setting->unit);
    for (size_t i = 0; i < settings_profiles_count; i++) {
        text_clear(&cell);
        setting_format(&cell, &profiles[i], setting);
        (void)printf(" %s |", cell.data);
    }
    (void)printf(" %s |\n", setting->help);
    text_free(&cell);
}

static void print_settings_markdown(void) {
    struct settings *profiles = memory_alloc(settings_profiles_count, sizeof *profiles);
    (void)printf("| setting | type | allowed | unit |");
    for (size_t i = 0; i < settings_profiles_count; i++) {
        settings_default(&profiles[i]);
        (void)settings_apply_profile(&profiles[i], settings_profiles[i].name);
        (void)printf(" %s |", settings_profiles[i].name);
    }
    (void)printf(" meaning |\n| --- | --- | --- | --- |");
    for (size_t i = 0; i < settings_profiles_count; i++) {
        (void)printf(" --- |");
    }
    (void)printf(" --- |\n");
    for (size_t i = 0; i < settings_schema_count; i++) {
        print_settings_row(&settings_schema[i], profiles);
    }
    free(profiles);
}

static void print_settings(const struct arguments *arguments) {
    if (arguments_has(arguments, &markdown_option)) {
        print_settings_markdown();
    } else {
        print_settings_text(arguments);
    }
}

static void print_profiles(const struct arguments *arguments) {
    for (size_t i = 0; i < settings_profiles_count; i++) {
        print_row(settings_profiles[i].name, settings_profiles[i].summary);
        const char *const *row = settings_profiles[i].assignments;
        for (; arguments_has(arguments, &long_option) && *row != NULL; row++) {
            print_detail("", *row);
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
    } else if (experiment_read(&experiment, path) == STATUS_OK) {
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
    void (*print)(const struct arguments *arguments);
} lists[] = {
    {"environments", print_environments}, {"models", print_models},     {"integrators", print_integrators},
    {"problems", print_problems},         {"settings", print_settings}, {"profiles", print_profiles},
    {"experiments", print_experiments},   {"commands", print_commands},
};
enum { LISTS = sizeof lists / sizeof *lists };

static enum status list(const struct arguments *arguments) {
    const char *names[LISTS + 1] = {NULL};
    const char *wanted = arguments->positional_count > 0 ? arguments->positional[0] : NULL;
    for (size_t i = 0; i < LISTS; i++) {
        names[i] = lists[i].name;
        if (wanted == NULL) {
            (void)printf("%s%s:\n", i == 0 ? "" : "\n", lists[i].name);
            lists[i].print(arguments);
        } else if (strcmp(lists[i].name, wanted) == 0) {
            lists[i].print(arguments);
            return STATUS_OK;
        }
    }
    return wanted == NULL ? STATUS_OK : status_unknown(STATUS_USAGE, "list", wanted, names);
}

static const struct option *const options[] = {&long_option, &markdown_option, NULL};

const struct command list_command = {
    .name = "list",
    .usage = "[WHAT]",
    .summary = "show what there is: environments, models, settings, ...",
    .description = "Shows one of the lists environments, models, integrators, problems, settings,\n"
                   "profiles, experiments and commands, or all of them.\n",
    .options = options,
    .least = 0,
    .most = 1,
    .run = list,
};
