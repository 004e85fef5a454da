/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "cli/commands.h"
#include "experiments/experiment.h"
#include "support/json_text.h"
#include "support/provenance.h"

static const struct option json_option = {"json", NULL, "one JSON object a line"};
static const struct option model_option = {"model", "NAME",
                                           "a training step of this model only (with --set: hgn++)"};
static const struct option profile_option = {"profile", "NAME", "a training step with these settings only"};
static const struct option seconds_option = {"seconds", "N", "time for each measurement (default: 4)"};

static void print_json(const struct bench_line *line) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "benchmark", line->benchmark);
    json_text_string(&json, "name", line->name);
    json_text_integer(&json, "threads", line->threads);
    json_text_number(&json, "median_s", line->times.median);
    json_text_number(&json, "fastest_s", line->times.fastest);
    json_text_number(&json, "slowest_s", line->times.slowest);
    json_text_integer(&json, "repetitions", line->times.repetitions);
    json_text_number(&json, "rate", line->rate);
    json_text_string(&json, "unit", line->unit);
    if (line->ceiling > 0.0) {
        json_text_number(&json, "sgemm", line->ceiling);
    }
    json_text_number(&json, "peak_mib", line->times.peak_mib);
    if (line->work > 0.0) {
        json_text_number(&json, "mac", line->work);
        json_text_number(&json, "scratch_mib", line->scratch_mib);
    }
    json_text_close(&json, '}');
    (void)puts(text.data);
    text_free(&text);
}

static void print_row(const struct bench_line *line) {
    char share[32] = "", work[64] = "";
    if (line->ceiling > 0.0) {
        (void)snprintf(share, sizeof share, "%.2f x sgemm", line->rate / line->ceiling);
    }
    if (line->work > 0.0) {
        (void)snprintf(work, sizeof work, "  %.4g GMAC, %.0f MiB of scratch", 1e-9 * line->work,
                       line->scratch_mib);
    }
    printf("%-11s %-58s %2d %10.3f ms (%.3f .. %.3f) %10.4g %-14s %5.0f MiB  %s%s\n", line->benchmark,
           line->name, line->threads, 1e3 * line->times.median, 1e3 * line->times.fastest,
           1e3 * line->times.slowest, line->rate, line->unit, line->times.peak_mib, share, work);
}

static void report(void *context, const struct bench_line *line) {
    if (*(const bool *)context) {
        print_json(line);
    } else {
        print_row(line);
    }
    (void)fflush(stdout);
}

/* The settings of --profile and --set; `*given` says whether there were any. */
static enum status read_settings(const struct arguments *arguments, const struct model_kind *kind,
                                 struct settings *out, bool *given) {
    const char *values[ARGUMENTS_MAX];
    size_t count = arguments_values(arguments, &set_option, values);
    const char *profile = arguments_value(arguments, &profile_option);
    *given = count > 0 || profile != NULL;
    settings_create(out, kind);
    enum status status = profile == NULL ? STATUS_OK : settings_check_profile(profile);
    if (status == STATUS_OK) {
        settings_apply_profile(out, profile == NULL ? SETTINGS_PROFILE : profile);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = settings_apply(out, values[i]);
    }
    return status == STATUS_OK ? STATUS_OK : STATUS_USAGE;
}

/* The benchmarks named, or all of them. */
static enum status choose(const struct arguments *arguments, const struct benchmark **out, size_t *count) {
    *count = 0;
    for (size_t i = 0; i < arguments->positional_count; i++) {
        const char *names[ARGUMENTS_MAX] = {NULL};
        for (size_t j = 0; benchmarks[j] != NULL; j++) {
            names[j] = benchmarks[j]->name;
        }
        const struct benchmark *found = benchmark_find(arguments->positional[i]);
        if (found == NULL) {
            return status_unknown(STATUS_USAGE, "benchmark", arguments->positional[i], names);
        }
        out[(*count)++] = found;
    }
    for (size_t i = 0; arguments->positional_count == 0 && benchmarks[i] != NULL; i++) {
        out[(*count)++] = benchmarks[i];
    }
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments) {
    const struct benchmark *chosen[ARGUMENTS_MAX];
    size_t count;
    struct settings settings = {0};
    const struct model_kind *kind = NULL;
    const char *model = arguments_value(arguments, &model_option);
    bool has_settings = false, json = arguments_has(arguments, &json_option);
    int threads = 1;
    int64_t seconds = 4;
    enum status status = choose(arguments, chosen, &count);
    if (status == STATUS_OK && experiment_find_model(&kind, model == NULL ? "hgn++" : model) != STATUS_OK) {
        status = STATUS_USAGE;
    }
    if (status == STATUS_OK) {
        status = read_settings(arguments, kind, &settings, &has_settings);
        has_settings = has_settings || model != NULL;
    }
    if (status == STATUS_OK) {
        status = commands_threads(arguments, &threads);
    }
    if (status == STATUS_OK) {
        status = arguments_integer(arguments, &seconds_option, 1, 3600, &seconds);
    }
    if (status == STATUS_OK && has_settings && (count != 1 || strcmp(chosen[0]->name, "training") != 0)) {
        status =
            status_fail(STATUS_USAGE, "--model, --profile and --set are for the benchmark 'training' alone");
    }
    struct bench_request request = {
        .kind = has_settings ? kind : NULL,
        .settings = &settings,
        .threads = threads,
        .seconds = (double)seconds,
        .report = report,
        .context = &json,
    };
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = chosen[i]->run(&request);
    }
    settings_clear(&settings);
    return status;
}

static const struct option *const options[] = {
    &json_option, &model_option, &profile_option, &set_option, &seconds_option, &threads_option, NULL,
};

const struct command bench_command = {
    .name = "bench",
    .usage = "[BENCHMARK]...",
    .summary = "measure speed and memory on this machine",
    .description = "Runs the named benchmarks, or all: kernels, engine, training, rollout, generation,\n"
                   "evaluation. Times are medians with the fastest and the slowest repetition; rates\n"
                   "stand beside a large matrix product measured in the same run.\n",
    .options = options,
    .least = 0,
    .most = 8,
    .run = run,
};
