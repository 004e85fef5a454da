/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/yaml_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"

char *yaml_write(const char *content) {
    char *path = file_join(test_folder(), "case.yaml");
    CHECK_OK_FATAL(file_write(path, content, strlen(content)));
    return path;
}

void yaml_check_mistakes(const struct yaml_mistake *mistakes, size_t count,
                         enum status (*read)(const char *path)) {
    for (size_t i = 0; i < count; i++) {
        char *path = yaml_write(mistakes[i].content);
        CU_ASSERT_EQUAL(read(path), STATUS_DATA);
        char *expected = text_format("%s:%s: %s", path, mistakes[i].place, mistakes[i].reason);
        if (strcmp(status_detail(), expected) != 0) {
            (void)printf("\nfound    %s\nexpected %s\n", status_detail(), expected);
            CU_FAIL("another message");
        }
        free(expected);
        free(path);
    }
}
