/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/metrics_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/file.h"
#include "support/json_text.h"

enum status metrics_log_truncate(const char *path, int step) {
    if (!file_exists(path)) {
        return STATUS_OK;
    }
    struct text content = {0};
    enum status status = file_read(&content, path);
    size_t kept = 0;
    /* Lines are in order of their steps; one without an end was cut while it was written. */
    while (status == STATUS_OK && kept < content.length) {
        const char *line = content.data + kept;
        const char *end = memchr(line, '\n', content.length - kept);
        int found;
        if (end == NULL || sscanf(line, "{\"step\": %d", &found) != 1 || found > step) {
            break;
        }
        kept = (size_t)(end + 1 - content.data);
    }
    if (status == STATUS_OK && kept < content.length) {
        status = file_write(path, content.data, kept);
    }
    text_free(&content);
    return status;
}

enum status metrics_log_append(const char *path, const struct training_figures *figures, double seconds) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_integer(&json, "step", figures->step);
    json_text_number(&json, "loss", figures->loss);
    json_text_number(&json, "mse", figures->mse);
    json_text_number(&json, "kl", figures->kl);
    json_text_number(&json, "learning_rate", figures->learning_rate);
    json_text_number(&json, "gradient_norm", figures->gradient_norm);
    json_text_integer(&json, "horizon", figures->horizon);
    json_text_number(&json, "seconds", seconds);
    json_text_close(&json, '}');
    text_add(&text, "\n");
    enum status status = STATUS_OK;
    FILE *file = fopen(path, "ab");
    bool written = file != NULL && fwrite(text.data, 1, text.length, file) == text.length;
    if (file != NULL) {
        written = fclose(file) == 0 && written;
    }
    if (!written) {
        status = status_fail(STATUS_IO, "%s: cannot append: %s", path, strerror(errno));
    }
    text_free(&text);
    return status;
}
