/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an op costs beside its arithmetic: a chain of additions of single numbers, forward and back.
 */
#include "bench/bench.h"
#include "engine/ops.h"

enum { OPS = 10000 };

static const real one = 1;

static struct tensor *chain(struct tensor *x) {
    for (int i = 0; i < OPS; i++) {
        x = tensor_scale(x, (real)0.5);
    }
    return x;
}

static void record(void *context) {
    tape_clear(context);
    (void)chain(tape_leaf(context, 0, NULL, &one));
}

static void record_and_walk_back(void *context) {
    tape_clear(context);
    struct tensor *leaf = tape_leaf(context, 0, NULL, &one);
    (void)tape_backward(chain(leaf), NULL, leaf);
}

static enum status run(const struct bench_request *request) {
    struct tape *tape = tape_create();
    static void (*const works[])(void *) = {record, record_and_walk_back};
    static const char *const names[] = {"recording an op on a single number", "recording and walking back"};
    for (int i = 0; i < 2; i++) {
        struct bench_times times = bench_measure(works[i], tape, request->seconds / 10);
        request->report(request->context, &(struct bench_line){
                                              .benchmark = "engine",
                                              .name = names[i],
                                              .threads = 1,
                                              .times = times,
                                              .rate = 1e-6 * OPS * (i + 1) / times.median,
                                              .unit = "million ops/s",
                                          });
    }
    tape_free(tape);
    return STATUS_OK;
}

const struct benchmark engine_benchmark = {
    .name = "engine",
    .summary = "cost of an op beside its arithmetic",
    .run = run,
};
