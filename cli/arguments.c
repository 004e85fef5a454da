/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/arguments.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "support/text.h"

static const struct option help_option = {"help", NULL, "show this help and exit"};

/* Options that have a letter as well. A letter means the same to every command. */
static const struct {
    char letter;
    const char *name;
} letters[] = {{'h', "help"}, {'o', "out"}, {'q', "quiet"}, {'t', "threads"}};
enum { LETTERS = sizeof letters / sizeof *letters };

/* The letter of the option of that name, 0 where it has none. */
static char letter_of(const char *name) {
    for (size_t i = 0; i < LETTERS; i++) {
        if (strcmp(letters[i].name, name) == 0) {
            return letters[i].letter;
        }
    }
    return 0;
}

static enum status find_option(const struct option **out, const struct command *command, const char *name,
                               size_t length) {
    const char *names[ARGUMENTS_MAX] = {NULL};
    size_t count = 0;
    for (const struct option *const *option = command->options; *option != NULL; option++) {
        names[count++] = (*option)->name;
        if (strlen((*option)->name) == length && strncmp((*option)->name, name, length) == 0) {
            *out = *option;
            return STATUS_OK;
        }
    }
    names[count] = help_option.name;
    if (strlen(help_option.name) == length && strncmp(help_option.name, name, length) == 0) {
        *out = &help_option;
        return STATUS_OK;
    }
    char word[64];
    (void)snprintf(word, sizeof word, "%.*s", (int)length, name);
    const char *closest = text_closest(word, names);
    return closest == NULL
               ? status_fail(STATUS_USAGE, "unknown option '--%s' (try 'hambench %s --help')", word,
                             command->name)
               : status_fail(STATUS_USAGE, "unknown option '--%s', did you mean '--%s'?", word, closest);
}

/* The command's option of that letter; the help among them. */
static const struct option *find_letter(const struct command *command, char letter) {
    for (const struct option *const *option = command->options; *option != NULL; option++) {
        if (letter_of((*option)->name) == letter) {
            return *option;
        }
    }
    return letter_of(help_option.name) == letter ? &help_option : NULL;
}

static enum status add_option(struct arguments *out, const struct option *option, const char *value) {
    if (option == &help_option) {
        out->help = true;
        return STATUS_OK;
    }
    /* An empty folder would be the root of the file system. */
    if (value != NULL && *value == '\0') {
        return status_fail(STATUS_USAGE, "--%s: the value is empty, expected %s", option->name,
                           option->value);
    }
    if (out->option_count == ARGUMENTS_MAX) {
        return status_fail(STATUS_USAGE, "too many options, expected at most %d", ARGUMENTS_MAX);
    }
    out->options[out->option_count++] = (struct given_option){.option = option, .value = value};
    return STATUS_OK;
}

/* Reads the word "-qt4" at strings[*index]: switches, and at most one option with a value, which is the rest
 * of the word or the next string; moves *index to it then. */
static enum status parse_letters(struct arguments *out, int *index, int count, char *const *strings) {
    enum status status = STATUS_OK;
    for (const char *letter = strings[*index] + 1; *letter != '\0' && status == STATUS_OK; letter++) {
        const struct option *option = find_letter(out->command, *letter);
        if (option == NULL) {
            return status_fail(STATUS_USAGE, "unknown option '-%.*s' (try 'hambench %s --help')",
                               (int)text_character_length(letter), letter, out->command->name);
        }
        if (option->value == NULL) {
            status = add_option(out, option, NULL);
            continue;
        }
        if (letter[1] == '\0' && *index + 1 == count) {
            return status_fail(STATUS_USAGE, "option '-%c' needs a value: -%c %s", *letter, *letter,
                               option->value);
        }
        return add_option(out, option, letter[1] == '\0' ? strings[++*index] : letter + 1);
    }
    return status;
}

/* Reads the option in strings[*index]; moves *index to its value when that is a string of its own. */
static enum status parse_option(struct arguments *out, int *index, int count, char *const *strings) {
    const char *name = strings[*index] + 2;
    size_t length = strcspn(name, "=");
    const struct option *option = NULL;
    enum status status = find_option(&option, out->command, name, length);
    if (status != STATUS_OK) {
        return status;
    }
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    if (option->value == NULL && value != NULL) {
        return status_fail(STATUS_USAGE, "option '--%s' takes no value", option->name);
    }
    if (option->value != NULL && value == NULL) {
        if (*index + 1 == count) {
            return status_fail(STATUS_USAGE, "option '--%s' needs a value: --%s %s", option->name,
                               option->name, option->value);
        }
        value = strings[++*index];
    }
    return add_option(out, option, value);
}

static enum status check_count(const struct arguments *arguments) {
    const struct command *command = arguments->command;
    size_t count = arguments->positional_count;
    if (count >= command->least && count <= command->most) {
        return STATUS_OK;
    }
    if (count > command->most) {
        return status_fail(STATUS_USAGE, "unexpected argument '%s' (usage: hambench %s%s%s [OPTION]...)",
                           arguments->positional[command->most], command->name,
                           *command->usage == '\0' ? "" : " ", command->usage);
    }
    return status_fail(STATUS_USAGE, "missing argument (usage: hambench %s %s [OPTION]...)", command->name,
                       command->usage);
}

static enum status add_positional(struct arguments *out, const char *string) {
    if (out->positional_count == ARGUMENTS_MAX) {
        return status_fail(STATUS_USAGE, "too many arguments, expected at most %d", ARGUMENTS_MAX);
    }
    if (*string == '\0') {
        return status_fail(STATUS_USAGE, "argument %zu is empty (usage: hambench %s%s%s [OPTION]...)",
                           out->positional_count + 1, out->command->name,
                           *out->command->usage == '\0' ? "" : " ", out->command->usage);
    }
    out->positional[out->positional_count++] = string;
    return STATUS_OK;
}

enum status arguments_parse(struct arguments *out, const struct command *command, int count,
                            char *const *strings) {
    *out = (struct arguments){.command = command};
    bool only_positional = false;
    enum status status = STATUS_OK;
    for (int i = 0; i < count && status == STATUS_OK && !out->help; i++) {
        const char *string = strings[i];
        if (only_positional || string[0] != '-' || string[1] == '\0') {
            status = add_positional(out, string);
        } else if (strcmp(string, "--") == 0) {
            only_positional = true;
        } else if (string[1] == '-') {
            status = parse_option(out, &i, count, strings);
        } else {
            status = parse_letters(out, &i, count, strings);
        }
    }
    return status == STATUS_OK && !out->help ? check_count(out) : status;
}

const char *arguments_value(const struct arguments *arguments, const struct option *option) {
    for (size_t i = arguments->option_count; i > 0; i--) {
        if (arguments->options[i - 1].option == option) {
            return arguments->options[i - 1].value;
        }
    }
    return NULL;
}

bool arguments_has(const struct arguments *arguments, const struct option *option) {
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (arguments->options[i].option == option) {
            return true;
        }
    }
    return false;
}

size_t arguments_values(const struct arguments *arguments, const struct option *option, const char **out) {
    size_t count = 0;
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (arguments->options[i].option == option) {
            out[count++] = arguments->options[i].value;
        }
    }
    return count;
}

enum status arguments_integer(const struct arguments *arguments, const struct option *option, int64_t minimum,
                              int64_t maximum, int64_t *out) {
    const char *value = arguments_value(arguments, option);
    if (value == NULL) {
        return STATUS_OK;
    }
    int64_t number;
    if (!text_parse_integer(value, &number)) {
        return status_fail(STATUS_USAGE, "--%s: '%s' is not an integer", option->name, value);
    }
    if (number < minimum || number > maximum) {
        return status_fail(STATUS_USAGE, "--%s: %s is out of range, allowed is %" PRId64 " to %" PRId64,
                           option->name, value, minimum, maximum);
    }
    *out = number;
    return STATUS_OK;
}

enum status arguments_positive(const struct arguments *arguments, const struct option *option, double *out) {
    const char *value = arguments_value(arguments, option);
    if (value == NULL) {
        return STATUS_OK;
    }
    double number;
    if (!text_parse_double(value, &number)) {
        return status_fail(STATUS_USAGE, "--%s: '%s' is not a finite number", option->name, value);
    }
    if (number <= 0.0) {
        return status_fail(STATUS_USAGE, "--%s: %s must be above 0", option->name, value);
    }
    *out = number;
    return STATUS_OK;
}

/* "-o, --out FOLDER", released with `free`. */
static char *format_option(const struct option *option) {
    char letter[] = "-x, ";
    letter[1] = letter_of(option->name);
    return text_format("%4s--%s%s%s", letter[1] == 0 ? "" : letter, option->name,
                       option->value == NULL ? "" : " ", option->value == NULL ? "" : option->value);
}

static size_t option_width(const struct option *option) {
    char *left = format_option(option);
    size_t width = strlen(left);
    free(left);
    return width;
}

static void print_option(FILE *stream, const struct option *option, size_t width) {
    char *left = format_option(option);
    (void)fprintf(stream, "  %-*s  %s\n", (int)width, left, option->help);
    free(left);
}

void arguments_print_help(FILE *stream, const struct command *command) {
    (void)fprintf(stream, "Usage: hambench %s%s%s [OPTION]...\n\n%s\nOptions:\n", command->name,
                  *command->usage == '\0' ? "" : " ", command->usage, command->description);
    size_t width = option_width(&help_option);
    for (const struct option *const *option = command->options; *option != NULL; option++) {
        size_t own = option_width(*option);
        width = own > width ? own : width;
    }
    for (const struct option *const *option = command->options; *option != NULL; option++) {
        print_option(stream, *option, width);
    }
    print_option(stream, &help_option, width);
}
