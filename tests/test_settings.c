/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/experiment.h"
#include "experiments/settings.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/yaml_case.h"

/* The schema. */

static void every_default_is_allowed_and_reads_back(void) {
    struct settings settings;
    settings_default(&settings);
    struct text written = {0};
    for (size_t i = 0; i < settings_schema_count; i++) {
        text_clear(&written);
        setting_format(&written, &settings, &settings_schema[i]);
        CU_ASSERT_STRING_EQUAL(written.data, settings_schema[i].initial);
    }
    text_free(&written);
}

static void every_setting_says_what_it_is(void) {
    for (size_t i = 0; i < settings_schema_count; i++) {
        const struct setting *setting = &settings_schema[i];
        CU_ASSERT(strchr(setting->key, '.') != NULL && strlen(setting->help) > 0);
        CU_ASSERT(setting->type == SETTING_NAME || setting->minimum < setting->maximum);
        for (size_t j = 0; j < i; j++) {
            CU_ASSERT(strcmp(setting->key, settings_schema[j].key) != 0);
            CU_ASSERT(setting->offset != settings_schema[j].offset);
        }
    }
}

static void every_profile_row_is_a_valid_assignment(void) {
    for (size_t i = 0; i < settings_profiles_count; i++) {
        struct settings settings;
        settings_default(&settings);
        const char *const *row = settings_profiles[i].assignments;
        for (; *row != NULL; row++) {
            CU_ASSERT_EQUAL(settings_apply(&settings, *row), STATUS_OK);
        }
        CU_ASSERT_EQUAL(settings_apply_profile(&settings, settings_profiles[i].name), STATUS_OK);
    }
}

static void a_number_keeps_all_its_bits(void) {
    static const char *const values[] = {"0.1", "0.0003", "1e-06", "0.12345678901234566", "9.75"};
    const struct setting *setting = NULL;
    CU_ASSERT_EQUAL_FATAL(setting_find(&setting, "training.learning_rate"), STATUS_OK);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct settings settings;
        settings_default(&settings);
        CU_ASSERT_EQUAL(setting_assign(&settings, setting, values[i]), STATUS_OK);
        struct text written = {0};
        setting_format(&written, &settings, setting);
        CU_ASSERT(strtod(written.data, NULL) == strtod(values[i], NULL));
        text_free(&written);
    }
}

static void wrong_assignments_are_refused_with_a_reason(void) {
    static const struct {
        const char *assignment;
        const char *reason;
    } cases[] = {
        {"training.steps", "'training.steps': expected key=value"},
        {"training.stepps=3", "unknown setting 'training.stepps', did you mean 'training.steps'?"},
        {"steps=3", "unknown setting 'steps'"},
        {"training.steps=nan", "training.steps: nan is not a finite number"},
        {"training.steps=1.5", "training.steps: '1.5' is not an integer"},
        {"training.steps=", "training.steps: '' is not an integer"},
        {"training.steps=0", "training.steps: 0 is out of range, allowed is 1 to 100000000"},
        {"training.steps=99999999999999999999", "training.steps: '99999999999999999999' is not an integer"},
        {"training.learning_rate=inf", "training.learning_rate: inf is not a finite number"},
        {"training.learning_rate=fast", "training.learning_rate: 'fast' is not a number"},
        {"training.learning_rate=-1", "training.learning_rate: -1 is out of range, allowed is 0 to 10"},
        {"dataset.dt=nan", "dataset.dt: nan is not a finite number"},
        {"dataset.seed=-1", "dataset.seed: -1 is out of range, allowed is 0 to 9007199254740992"},
        {"model.integrator=leapfrogg",
         "model.integrator: unknown integrator 'leapfrogg', did you mean 'leapfrog'?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings;
        settings_default(&settings);
        CU_ASSERT_EQUAL(settings_apply(&settings, cases[i].assignment), STATUS_USAGE);
        CU_ASSERT_STRING_EQUAL(status_detail(), cases[i].reason);
    }
}

static void the_difference_names_the_first_setting_that_differs(void) {
    struct settings a, b;
    settings_default(&a);
    settings_default(&b);
    CU_ASSERT_PTR_NULL(settings_difference(&a, &b, NULL));
    CU_ASSERT_EQUAL(settings_apply(&b, "training.learning_rate=0.0010000000000000002"), STATUS_OK);
    CU_ASSERT_EQUAL(settings_apply(&b, "evaluation.windows=1"), STATUS_OK);
    const struct setting *differing = settings_difference(&a, &b, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(differing);
    CU_ASSERT_STRING_EQUAL(differing->key, "training.learning_rate");
    differing = settings_difference(&a, &b, "training");
    CU_ASSERT_PTR_NOT_NULL_FATAL(differing);
    CU_ASSERT_STRING_EQUAL(differing->key, "evaluation.windows");
}

/* Experiment files. */

/* Reads `content` as the file NAME.yaml. */
static enum status read_content(struct experiment **out, const char *content) {
    char *path = yaml_write(content);
    enum status status = experiment_read(out, path);
    free(path);
    return status;
}

static const char GOOD[] = "# a comment\n"
                           "title: \"Springs: first\"\n"
                           "profile: smoke\n"
                           "environments: [mass_spring, pendulum]\n"
                           "models:\n"
                           "  - hgn++\n"
                           "  - rnn\n"
                           "seeds: [3, 1]\n"
                           "training: {steps: 7, learning_rate: 5e-4}\n"
                           "model:\n"
                           "  integrator: \"symplectic_euler\"\n"
                           "  hidden: 20\n"
                           "overrides:\n"
                           "  rnn:\n"
                           "    model:\n"
                           "      hidden: 30\n";

static void a_good_file_is_read_whole(void) {
    struct experiment *experiment = NULL;
    CU_ASSERT_EQUAL_FATAL(read_content(&experiment, GOOD), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(experiment->name, "case");
    CU_ASSERT_STRING_EQUAL(experiment->title, "Springs: first");
    CU_ASSERT(experiment->environment_count == 2 && experiment->model_count == 2);
    CU_ASSERT_STRING_EQUAL(experiment->environments[1]->name, "pendulum");
    CU_ASSERT_STRING_EQUAL(experiment->models[0]->name, "hgn++");
    CU_ASSERT(experiment->seed_count == 2 && experiment->seeds[0] == 3 && experiment->seeds[1] == 1);
    experiment_free(experiment);
}

static void later_settings_win_over_earlier_ones(void) {
    struct experiment *experiment = NULL;
    CU_ASSERT_EQUAL_FATAL(read_content(&experiment, GOOD), STATUS_OK);
    static const char *const assignments[] = {"training.steps=9"};
    struct settings hgn, rnn, smoke;
    settings_default(&smoke);
    CU_ASSERT_EQUAL(settings_apply_profile(&smoke, "smoke"), STATUS_OK);
    CU_ASSERT_EQUAL(experiment_settings(&hgn, experiment, experiment->models[0], NULL, 0), STATUS_OK);
    CU_ASSERT_EQUAL(experiment_settings(&rnn, experiment, experiment->models[1], assignments, 1), STATUS_OK);
    CU_ASSERT_EQUAL(hgn.model.latent, smoke.model.latent); /* profile */
    CU_ASSERT_EQUAL(hgn.training.steps, 7);                /* group of the file */
    CU_ASSERT_EQUAL(hgn.training.learning_rate, 5e-4);     /* group of the file */
    CU_ASSERT_STRING_EQUAL(hgn.model.integrator, "symplectic_euler");
    CU_ASSERT_EQUAL(hgn.model.hidden, 20);  /* overrides of others do not count */
    CU_ASSERT_EQUAL(rnn.model.hidden, 30);  /* override of this model */
    CU_ASSERT_EQUAL(rnn.training.steps, 9); /* command line */
    experiment_free(experiment);
}

#define TOP "environments: [pendulum]\nmodels: [rnn]\n"

static const struct yaml_mistake mistakes[] = {
    {"", "1:1", "the file is empty"},
    {"# nothing\n", "1:1", "the file is empty"},
    {"- a\n", "1:1", "expected the keys of an experiment, found a list"},
    {"hello\n", "1:1", "expected the keys of an experiment, found hello"},
    {TOP "sedes: [1]\n", "3:1", "unknown key 'sedes', did you mean 'seeds'?"},
    {TOP "trainig:\n  steps: 3\n", "3:1", "unknown key 'trainig', did you mean 'training'?"},
    {TOP "training:\n  stepps: 3\n", "4:3",
     "unknown setting 'training.stepps', did you mean 'training.steps'?"},
    {TOP "training:\n  steps: 3\n  batch: 2\n  steps: 4\n", "6:3", "duplicate key 'steps', first on line 4"},
    {TOP "models: [rnn]\n", "3:1", "duplicate key 'models', first on line 2"},
    {TOP "training:\n  steps: nan\n", "4:10", "training.steps: nan is not a finite number"},
    {TOP "training:\n  steps: .inf\n", "4:10", "training.steps: .inf is not a finite number"},
    {TOP "dataset: {dt: nan}\n", "3:15", "dataset.dt: nan is not a finite number"},
    {TOP "training:\n  steps: 0\n", "4:10", "training.steps: 0 is out of range, allowed is 1 to 100000000"},
    {TOP "training:\n  steps: 2.5\n", "4:10", "training.steps: '2.5' is not an integer"},
    {TOP "training:\n  steps: many\n", "4:10", "training.steps: 'many' is not an integer"},
    {TOP "training:\n  steps: \"100\"\n", "4:10",
     "training.steps: expected one integer, found the text \"100\""},
    {TOP "training:\n  steps: [1, 2]\n", "4:10", "training.steps: expected one integer, found a list"},
    {TOP "training:\n  steps:\n", "4:9", "training.steps: expected one integer, found nothing"},
    {TOP "training: 5\n", "3:11", "training: expected settings (name: value), found 5"},
    {TOP "model:\n  integrator: leapfrogg\n", "4:15",
     "model.integrator: unknown integrator 'leapfrogg', did you mean 'leapfrog'?"},
    {"environments: [pendulun]\nmodels: [rnn]\n", "1:16",
     "unknown environment 'pendulun', did you mean 'pendulum'?"},
    {"environments: [pendulum, pendulum]\nmodels: [rnn]\n", "1:26",
     "environments: 'pendulum' is listed twice"},
    {"environments: pendulum\nmodels: [rnn]\n", "1:15",
     "environments: expected a list [a, b], found pendulum"},
    {"environments: []\nmodels: [rnn]\n", "1:15",
     "environments: the list is empty, expected at least one entry"},
    {"environments: [[pendulum]]\nmodels: [rnn]\n", "1:16", "environments: expected a word, found a list"},
    {"environments: [pendulum]\nmodels: [rnn, hgn+]\n", "2:15",
     "unknown model 'hgn+', did you mean 'hgn++'?"},
    {"models: [rnn]\n", "1:1", "the key 'environments' is missing"},
    {"environments: [pendulum]\n", "1:1", "the key 'models' is missing"},
    {TOP "profile: quik\n", "3:10", "unknown profile 'quik', did you mean 'quick'?"},
    {TOP "title: [a]\n", "3:8", "title: expected a text, found a list"},
    {TOP "seeds: [1, x]\n", "3:12", "seeds: expected an integer, found x"},
    {TOP "seeds: [-1]\n", "3:9", "seeds: -1 is out of range, allowed is 0 to 9007199254740992"},
    {TOP "overrides:\n  rn:\n    model: {hidden: 3}\n", "4:3", "unknown model 'rn', did you mean 'rnn'?"},
    {TOP "overrides:\n  rnn:\n    modle: {hidden: 3}\n", "5:5",
     "unknown group 'modle', did you mean 'model'?"},
    {TOP "overrides:\n  rnn:\n    dataset: {train: 3}\n", "5:5",
     "dataset settings cannot differ between models: they share the data"},
    {TOP "overrides:\n  rnn:\n    model: {hidden: 0}\n", "5:21",
     "model.hidden: 0 is out of range, allowed is 1 to 4096"},
    {"environments: [pendulum, mass_spring]\nmodels: [rnn]\ndata_file: a.h5\n", "3:12",
     "data_file: one file cannot serve 2 environments"},
    {TOP "training: &t\n  steps: 3\n", "3:11", "anchors (&name) are not supported, write the value out"},
    {TOP "training: *t\n", "3:11", "aliases (*name) are not supported, write the value out"},
    {TOP "seeds: [!!int 3]\n", "3:9", "tags (!name) are not supported"},
    {TOP "? [a]\n: b\n", "3:3", "a key must be a word"},
    {TOP "---\na: b\n", "3:1", "a second document, expected the end of the file"},
};

static enum status read_experiment(const char *path) {
    struct experiment *experiment = NULL;
    return experiment_read(&experiment, path);
}

static void every_mistake_is_reported_where_it_is(void) {
    yaml_check_mistakes(mistakes, sizeof mistakes / sizeof *mistakes, read_experiment);
}

static void syntax_errors_have_a_place(void) {
    static const struct {
        const char *content;
        const char *place;
    } cases[] = {
        {"environments: [pendulum\nmodels: [rnn]\n", ":2:"},
        {"environments: [pendulum]\n models: [rnn]\n", ":2:"},
        {"title: \"open\nmodels: [rnn]\n", ":3:"},
        {"\tmodels: [rnn]\n", ":1:"},
        {"title: \xff\xfe\x01\n", ":1:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment *experiment = NULL;
        CU_ASSERT_EQUAL(read_content(&experiment, cases[i].content), STATUS_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), cases[i].place));
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "case.yaml"));
    }
}

static void deep_nesting_is_refused_and_not_followed(void) {
    struct text text = {0};
    text_add(&text, TOP "seeds: ");
    for (int i = 0; i < 100000; i++) {
        text_add(&text, "[");
    }
    struct experiment *experiment = NULL;
    CU_ASSERT_EQUAL(read_content(&experiment, text.data), STATUS_DATA);
    text_free(&text);
}

static void what_is_no_file_is_an_io_error(void) {
    struct experiment *experiment = NULL;
    CU_ASSERT_EQUAL(experiment_read(&experiment, test_folder()), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is a directory"));
    CU_ASSERT_EQUAL(experiment_read(&experiment, "/nowhere/x.yaml"), STATUS_IO);
    CU_ASSERT_STRING_EQUAL(status_detail(), "/nowhere/x.yaml: No such file or directory");
}

static void the_written_settings_read_back_equal(void) {
    struct settings settings, again;
    settings_default(&settings);
    CU_ASSERT_EQUAL(settings_apply_profile(&settings, "paper"), STATUS_OK);
    CU_ASSERT_EQUAL(settings_apply(&settings, "model.time_step=0.1000000000000001"), STATUS_OK);
    CU_ASSERT_EQUAL(settings_apply(&settings, "model.integrator=symplectic_euler"), STATUS_OK);
    struct text text = {0};
    text_add(&text, TOP);
    settings_add_yaml(&text, &settings);
    struct experiment *experiment = NULL;
    CU_ASSERT_EQUAL_FATAL(read_content(&experiment, text.data), STATUS_OK);
    CU_ASSERT_EQUAL(experiment_settings(&again, experiment, experiment->models[0], NULL, 0), STATUS_OK);
    CU_ASSERT_PTR_NULL(settings_difference(&settings, &again, NULL));
    experiment_free(experiment);
    text_free(&text);
}

static void the_experiments_that_come_along_are_valid(void) {
    static const char *const names[] = {"quick", "smoke", "paper"};
    const char *source = getenv("srcdir");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = text_format("%s/experiments/%s.yaml", source == NULL ? "." : source, names[i]);
        struct experiment *experiment = NULL;
        CU_ASSERT_EQUAL(experiment_read(&experiment, path), STATUS_OK);
        for (size_t j = 0; experiment != NULL && j < experiment->model_count; j++) {
            struct settings settings;
            CU_ASSERT_EQUAL(experiment_settings(&settings, experiment, experiment->models[j], NULL, 0),
                            STATUS_OK);
            CU_ASSERT_EQUAL(model_settings_check(experiment->models[j], &settings.model), STATUS_OK);
        }
        experiment_free(experiment);
        free(path);
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_default_is_allowed_and_reads_back),
        TEST(every_setting_says_what_it_is),
        TEST(every_profile_row_is_a_valid_assignment),
        TEST(a_number_keeps_all_its_bits),
        TEST(wrong_assignments_are_refused_with_a_reason),
        TEST(the_difference_names_the_first_setting_that_differs),
        TEST(a_good_file_is_read_whole),
        TEST(later_settings_win_over_earlier_ones),
        TEST(every_mistake_is_reported_where_it_is),
        TEST(syntax_errors_have_a_place),
        TEST(deep_nesting_is_refused_and_not_followed),
        TEST(what_is_no_file_is_an_io_error),
        TEST(the_written_settings_read_back_equal),
        TEST(the_experiments_that_come_along_are_valid),
    };
    return tests_run("settings", tests, sizeof tests / sizeof *tests);
}
