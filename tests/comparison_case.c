/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/comparison_case.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/file.h"
#include "tests/harness.h"
#include "tests/yaml_case.h"

struct comparison *comparison_of(const char *content, const char *assignment) {
    struct comparison *comparison = NULL;
    char *path = yaml_write(content);
    enum status status = comparison_read(&comparison, path, &assignment, assignment != NULL);
    free(path);
    if (status != STATUS_OK) {
        (void)printf("\n%s\n", status_detail());
    }
    CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
    return comparison;
}

char *fresh_folder(const char *name) {
    char *folder = file_join(test_folder(), name);
    CU_ASSERT_EQUAL_FATAL(file_make_directory(folder), STATUS_OK);
    return folder;
}
