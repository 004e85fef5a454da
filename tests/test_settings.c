/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/experiment.h"
#include "experiments/settings.h"
#include "models/model_registry.h"
#include "models/video_settings.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/yaml_case.h"

/* The settings of every kind of model. */

static void each_kind(void (*check)(const struct model_kind *kind, struct settings *settings)) {
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        struct settings settings;
        settings_create(&settings, *kind);
        check(*kind, &settings);
        settings_clear(&settings);
    }
}

static void check_rows(const struct model_kind *kind, struct settings *settings) {
    (void)kind;
    struct text written = {0};
    for (size_t i = 0; i < settings->count; i++) {
        const struct schema *schema = settings->sections[i].schema;
        for (size_t j = 0; j < schema->count; j++) {
            const struct field *field = &schema->fields[j];
            CU_ASSERT(strlen(field->help) > 0 && field->unit != NULL);
            CU_ASSERT(field->type == FIELD_NAME || field->minimum < field->maximum);
            CU_ASSERT(schema_find(schema, field->name) == field);
            text_clear(&written);
            field_format(&written, settings->sections[i].values, field);
            CU_ASSERT_STRING_EQUAL(written.data, field->initial);
        }
    }
    text_free(&written);
}

static void every_setting_says_what_it_is_and_has_an_allowed_default(void) {
    each_kind(check_rows);
}

static void check_profiles(const struct model_kind *kind, struct settings *settings) {
    for (size_t i = 0; i < settings_profile_count; i++) {
        settings_apply_profile(settings, settings_profiles[i].name);
        CU_ASSERT_EQUAL(model_check(kind, settings_model(settings)), STATUS_OK);
    }
}

static void every_profile_makes_a_sound_model(void) {
    each_kind(check_profiles);
}

/* A setting of one kind is no business of others. */
static void kinds_have_only_the_settings_that_they_read(void) {
    struct settings settings;
    settings_create(&settings, model_kind_find("copy_last"));
    CU_ASSERT_PTR_NULL(settings_find(&settings, "model", "channels", NULL));
    CU_ASSERT_PTR_NULL(settings_find(&settings, "training", "steps", NULL));
    CU_ASSERT_PTR_NOT_NULL(settings_find(&settings, "model", "inference_frames", NULL));
    settings_clear(&settings);
    settings_create(&settings, model_kind_find("rnn"));
    CU_ASSERT_PTR_NULL(settings_find(&settings, "model", "beta", NULL));
    CU_ASSERT_PTR_NULL(settings_find(&settings, "model", "integrator", NULL));
    settings_clear(&settings);
}

static void profiles_have_values_of_their_own_for_a_kind(void) {
    struct settings rnn, hgn;
    settings_create(&rnn, model_kind_find("rnn"));
    settings_create(&hgn, model_kind_find("hgn++"));
    settings_apply_profile(&rnn, "quick");
    settings_apply_profile(&hgn, "quick");
    CU_ASSERT_EQUAL(settings_training(&rnn)->steps, 2000);
    CU_ASSERT_EQUAL(settings_training(&hgn)->steps, 3000);
    settings_clear(&rnn);
    settings_clear(&hgn);
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
        {"dataset.dt=nan", "dataset.dt: nan is not a finite number"},
        {"model.hidden=0", "model.hidden: 0 is out of range, allowed is 1 to 4096"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings;
        settings_create(&settings, model_kind_find("hgn++"));
        CU_ASSERT_EQUAL(settings_apply(&settings, cases[i].assignment), STATUS_USAGE);
        CU_ASSERT_STRING_EQUAL(status_detail(), cases[i].reason);
        settings_clear(&settings);
    }
}

/* Experiment files. */

/* Reads `content` as the file NAME.yaml. */
static enum status read_content(struct experiment **out, const char *content) {
    char *path = yaml_write(content);
    enum status status = experiment_read(out, path, NULL, 0);
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
                           "  - {name: rnn wide, kind: rnn, model: {hidden: 30}, training: {steps: 8}}\n"
                           "  - copy_last\n"
                           "seeds: [3, 1]\n"
                           "training: {steps: 7, learning_rate: 5e-4}\n"
                           "model:\n"
                           "  integrator: \"symplectic_euler\"\n"
                           "  hidden: 20\n";

static void a_good_file_is_read_whole(void) {
    struct experiment *experiment = NULL;
    CU_ASSERT_EQUAL_FATAL(read_content(&experiment, GOOD), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(experiment->name, "case");
    CU_ASSERT_STRING_EQUAL(experiment->title, "Springs: first");
    CU_ASSERT(experiment->environment_count == 2 && experiment->variant_count == 4);
    CU_ASSERT_STRING_EQUAL(experiment->environments[1]->name, "pendulum");
    CU_ASSERT_STRING_EQUAL(experiment->variants[0].name, "hgn++");
    CU_ASSERT_STRING_EQUAL(experiment->variants[2].name, "rnn wide");
    CU_ASSERT_STRING_EQUAL(experiment->variants[2].kind->name, "rnn");
    CU_ASSERT(experiment->seed_count == 2 && experiment->seeds[0] == 3 && experiment->seeds[1] == 1);
    experiment_free(experiment);
}

static struct settings settings_of(const struct experiment *experiment, size_t variant) {
    struct settings settings;
    experiment_settings(&settings, experiment, variant);
    return settings;
}

static const struct video_settings *video_of(const struct settings *settings) {
    return settings_model(settings);
}

static const char *text_of(const struct settings *settings, const char *name) {
    void *values = NULL;
    const struct field *field = settings_find(settings, "model", name, &values);
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    return (const char *)values + field->offset;
}

static void later_settings_win_over_earlier_ones(void) {
    struct experiment *experiment = NULL;
    char *path = yaml_write(GOOD);
    static const char *const assignments[] = {"training.batch=4", "model.latent=6"};
    CU_ASSERT_EQUAL_FATAL(experiment_read(&experiment, path, assignments, 2), STATUS_OK);
    struct settings hgn = settings_of(experiment, 0), rnn = settings_of(experiment, 1);
    struct settings wide = settings_of(experiment, 2), copy = settings_of(experiment, 3);
    CU_ASSERT_EQUAL(settings_training(&hgn)->warmup_steps, 4);               /* profile */
    CU_ASSERT_EQUAL(settings_training(&hgn)->steps, 7);                      /* group of the file */
    CU_ASSERT_EQUAL(settings_training(&hgn)->learning_rate, 5e-4);           /* group of the file */
    CU_ASSERT_STRING_EQUAL(text_of(&hgn, "integrator"), "symplectic_euler"); /* of those that have one */
    CU_ASSERT_EQUAL(video_of(&rnn)->hidden, 20);         /* values of other variants do not count */
    CU_ASSERT_EQUAL(video_of(&wide)->hidden, 30);        /* of this variant */
    CU_ASSERT_EQUAL(settings_training(&wide)->steps, 8); /* of this variant */
    CU_ASSERT_EQUAL(settings_training(&wide)->batch, 4); /* command line */
    CU_ASSERT_EQUAL(video_of(&wide)->latent, 6);         /* command line */
    CU_ASSERT_PTR_NULL(settings_training(&copy));        /* nothing to train */
    CU_ASSERT_EQUAL(video_of(&copy)->target_frames, 20); /* profile */
    settings_clear(&hgn);
    settings_clear(&rnn);
    settings_clear(&wide);
    settings_clear(&copy);
    experiment_free(experiment);
    free(path);
}

static void the_command_line_changes_lists_too(void) {
    struct experiment *experiment = NULL;
    char *path = yaml_write(GOOD);
    static const char *const assignments[] = {"environments=[two_body]", "seeds=[5, 6, 7]",
                                              "models=[rnn, {name: x, kind: rnn, model: {hidden: 9}}]",
                                              "profile=quick", "title=other"};
    CU_ASSERT_EQUAL_FATAL(experiment_read(&experiment, path, assignments, 5), STATUS_OK);
    CU_ASSERT(experiment->environment_count == 1 && experiment->seed_count == 3);
    CU_ASSERT_EQUAL_FATAL(experiment->variant_count, 2);
    struct settings settings = settings_of(experiment, 1);
    CU_ASSERT_EQUAL(video_of(&settings)->hidden, 9);
    CU_ASSERT_EQUAL(video_of(&settings)->channels, 16);
    CU_ASSERT_STRING_EQUAL(experiment->title, "other");
    settings_clear(&settings);
    experiment_free(experiment);
    free(path);
}

static void wrong_command_lines_are_refused(void) {
    static const struct {
        const char *assignment, *reason;
    } cases[] = {
        {"model.beta=-1", "model.beta: -1 is out of range, allowed is 0 to 1000"},
        {"training.steps=[1, 2]", "training.steps: expected one integer, found a list"},
        {"model.betta=1", "unknown setting 'model.betta', did you mean 'model.beta'?"},
        {"models=[hgn+]", "unknown model 'hgn+', did you mean 'hgn++'?"},
        {"sedes=[1]", "unknown key 'sedes', did you mean 'seeds'?"},
        {"seeds=3", "seeds: expected a list [a, b], found 3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment *experiment = NULL;
        char *path = yaml_write("environments: [pendulum]\nmodels: [rnn, hgn++]\n");
        CU_ASSERT_EQUAL(experiment_read(&experiment, path, &cases[i].assignment, 1), STATUS_USAGE);
        CU_ASSERT_STRING_EQUAL(status_detail(), cases[i].reason);
        free(path);
    }
}

#define ONE "environments: [pendulum]\n"
#define TOP ONE "models: [rnn]\n"

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
    {ONE "models: [hgn++]\nmodel:\n  integrator: leapfrogg\n", "4:15",
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
    {TOP "seeds: [1, 2, 01]\n", "3:8", "seeds: 1 is listed twice"},
    {TOP "seeds: [-1]\n", "3:9", "seeds: -1 is out of range, allowed is 0 to 9007199254740992"},
    {ONE "models: [rnn, rnn]\n", "2:15", "models: 'rnn' is listed twice; give one of them a name"},
    {ONE "models: [{kind: mean_imag}]\n", "2:17", "unknown model 'mean_imag', did you mean 'mean_image'?"},
    {ONE "models: [{name: copylast}]\n", "2:17", "unknown model 'copylast', did you mean 'copy_last'?"},
    {ONE "models: [{model: {hidden: 3}}]\n", "2:10", "models: expected a kind, or a name that is one"},
    {ONE "models: [{name: ../x, kind: rnn}]\n", "2:17",
     "models: the name '../x' cannot be a folder's: expected 1 to 64 printable ASCII characters without '/', "
     "not beginning with '.' or a blank"},
    {ONE "models:\n  - kind: rnn\n    modle: {hidden: 3}\n", "4:5",
     "unknown key of a model 'modle', did you mean 'model'?"},
    {ONE "models:\n  - kind: rnn\n    dataset: {train: 3}\n", "4:5",
     "dataset settings cannot differ between models: they share the data"},
    {ONE "models:\n  - kind: rnn\n    model: {hidden: 0}\n", "4:21",
     "model.hidden: 0 is out of range, allowed is 1 to 4096"},
    {ONE "models:\n  - kind: rnn\n    model: {beta: 1}\n", "4:13", "model.beta: rnn has no such setting"},
    {ONE "models: [[rnn]]\n", "2:10", "models: expected a word or {name, kind, settings}, found a list"},
    {ONE "models: []\n", "2:9", "models: expected a list [a, b] of at least one, found an empty one"},
    {TOP "training: &t\n  steps: 3\n", "3:11", "anchors (&name) are not supported, write the value out"},
    {TOP "training: *t\n", "3:11", "aliases (*name) are not supported, write the value out"},
    {TOP "seeds: [!!int 3]\n", "3:9", "tags (!name) are not supported"},
    {TOP "? [a]\n: b\n", "3:3", "a key must be a word"},
    {TOP "---\na: b\n", "3:1", "a second document, expected the end of the file"},
};

static enum status read_experiment(const char *path) {
    struct experiment *experiment = NULL;
    return experiment_read(&experiment, path, NULL, 0);
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
    CU_ASSERT_EQUAL(experiment_read(&experiment, test_folder(), NULL, 0), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is a directory"));
    CU_ASSERT_EQUAL(experiment_read(&experiment, "/nowhere/x.yaml", NULL, 0), STATUS_IO);
    CU_ASSERT_STRING_EQUAL(status_detail(), "/nowhere/x.yaml: No such file or directory");
}

static void the_written_settings_read_back_equal(void) {
    struct settings settings;
    settings_create(&settings, model_kind_find("hgn++"));
    settings_apply_profile(&settings, "paper");
    CU_ASSERT_EQUAL(settings_apply(&settings, "model.time_step=0.1000000000000001"), STATUS_OK);
    CU_ASSERT_EQUAL(settings_apply(&settings, "model.integrator=symplectic_euler"), STATUS_OK);
    struct text text = {0};
    text_add(&text, ONE "models: [hgn++]\n");
    settings_add_yaml(&text, &settings);
    struct experiment *experiment = NULL;
    CU_ASSERT_EQUAL_FATAL(read_content(&experiment, text.data), STATUS_OK);
    struct settings again = settings_of(experiment, 0);
    struct text second = {0};
    text_add(&second, ONE "models: [hgn++]\n");
    settings_add_yaml(&second, &again);
    CU_ASSERT_STRING_EQUAL(second.data, text.data);
    text_free(&second);
    settings_clear(&settings);
    settings_clear(&again);
    experiment_free(experiment);
    text_free(&text);
}

static void the_experiments_that_come_along_are_valid(void) {
    static const char *const names[] = {"quick", "smoke", "paper", "zoo", "densities", "states", "table"};
    const char *source = getenv("srcdir");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = text_format("%s/experiments/%s.yaml", source == NULL ? "." : source, names[i]);
        struct experiment *experiment = NULL;
        CU_ASSERT_EQUAL(experiment_read(&experiment, path, NULL, 0), STATUS_OK);
        for (size_t j = 0; experiment != NULL && j < experiment->variant_count; j++) {
            struct settings settings = settings_of(experiment, j);
            CU_ASSERT_EQUAL(model_check(experiment->variants[j].kind, settings_model(&settings)), STATUS_OK);
            settings_clear(&settings);
        }
        experiment_free(experiment);
        free(path);
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_setting_says_what_it_is_and_has_an_allowed_default),
        TEST(every_profile_makes_a_sound_model),
        TEST(kinds_have_only_the_settings_that_they_read),
        TEST(profiles_have_values_of_their_own_for_a_kind),
        TEST(wrong_assignments_are_refused_with_a_reason),
        TEST(a_good_file_is_read_whole),
        TEST(later_settings_win_over_earlier_ones),
        TEST(the_command_line_changes_lists_too),
        TEST(wrong_command_lines_are_refused),
        TEST(every_mistake_is_reported_where_it_is),
        TEST(syntax_errors_have_a_place),
        TEST(deep_nesting_is_refused_and_not_followed),
        TEST(what_is_no_file_is_an_io_error),
        TEST(the_written_settings_read_back_equal),
        TEST(the_experiments_that_come_along_are_valid),
    };
    return tests_run("settings", tests, sizeof tests / sizeof *tests);
}
