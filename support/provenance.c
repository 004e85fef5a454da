/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/provenance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "config.h"
#include "revision.h"
#include "support/effort.h"
#include "support/memory.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *provenance_version(void) {
    return PACKAGE_VERSION;
}

const char *provenance_revision(void) {
    return BUILD_REVISION;
}

static const char *kernels = "none"; /* no calculation of the engine yet */

void provenance_set_kernels(const char *name) {
    kernels = name;
}

/* The processor's name as Linux gives it, or the architecture where /proc does not say. */
static void read_processor(char *out, size_t size) {
    struct utsname system = {0};
    (void)uname(&system);
    (void)snprintf(out, size, "%s", system.machine);
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (file == NULL) {
        return;
    }
    char line[256];
    while (fgets(line, sizeof line, file) != NULL) {
        char *value = strstr(line, ": ");
        if (value != NULL && strncmp(line, "model name", strlen("model name")) == 0) {
            value[strcspn(value, "\n")] = '\0';
            (void)snprintf(out, size, "%s", value + 2);
            break;
        }
    }
    (void)fclose(file);
}

static void read_system(char *out, size_t size) {
    struct utsname system = {0};
    (void)uname(&system);
    (void)snprintf(out, size, "%s %s %s", system.sysname, system.release, system.machine);
}

/* BUILD_LIBRARIES is "gsl 2.7.1, hdf5 1.10.8, ". */
static void add_libraries(struct json_text *json) {
    char *list = memory_copy_string(BUILD_LIBRARIES);
    char *rest = NULL;
    json_text_open(json, "libraries", '{');
    for (char *entry = strtok_r(list, ",", &rest); entry != NULL; entry = strtok_r(NULL, ",", &rest)) {
        char name[64];
        char version[64];
        if (sscanf(entry, "%63s %63s", name, version) == 2) {
            json_text_string(json, name, version);
        }
    }
    json_text_close(json, '}');
    free(list);
}

void provenance_add_json(struct json_text *json) {
    char processor[128];
    char system[256];
    read_processor(processor, sizeof processor);
    read_system(system, sizeof system);
    json_text_string(json, "program", PACKAGE_NAME);
    json_text_string(json, "version", PACKAGE_VERSION);
    json_text_string(json, "revision", BUILD_REVISION);
    json_text_string(json, "compiler", COMPILER);
    json_text_string(json, "flags", BUILD_FLAGS);
    json_text_string(json, "engine_flags", BUILD_ENGINE_FLAGS);
    json_text_string(json, "kernels", kernels);
    json_text_string(json, "simulator_flags", BUILD_SIMULATOR_FLAGS);
    add_libraries(json);
    json_text_string(json, "processor", processor);
    json_text_integer(json, "processors", effort_processors());
    json_text_string(json, "system", system);
}

void provenance_add_text(struct text *out) {
    char processor[128];
    read_processor(processor, sizeof processor);
    text_add(out, "%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
    text_add(out, "  revision   %s\n", BUILD_REVISION);
    text_add(out, "  compiler   %s\n", COMPILER);
    text_add(out, "  flags      %s\n", BUILD_FLAGS);
    text_add(out, "  engine     %s\n", BUILD_ENGINE_FLAGS);
    text_add(out, "  kernels    %s\n", kernels);
    text_add(out, "  libraries  %.*s\n", (int)(strlen(BUILD_LIBRARIES) - 1), BUILD_LIBRARIES);
    text_add(out, "  processor  %s, %d to use\n", processor, effort_processors());
}
