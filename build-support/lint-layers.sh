#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint-layers.sh: fails when an include points up the layers, or when a foreign library is included outside
# the file that keeps it from the rest. Run in the source folder.
set -eu

sh build-support/sources.sh | xargs awk '
BEGIN {
    # folder: what it may include besides itself
    layer["support"] = ""
    layer["drawing"] = "support"
    layer["engine"] = "support"
    layer["integrators"] = "support"
    layer["results"] = "support"
    layer["simulators"] = "integrators support"
    layer["problems"] = "simulators integrators support"
    layer["datasets"] = "simulators integrators support"
    layer["portraits"] = "datasets drawing simulators integrators support"
    layer["models"] = "engine integrators support"
    layer["baselines"] = "models engine integrators support"
    layer["training"] = "baselines models datasets simulators integrators engine support"
    layer["evaluation"] = "training results drawing " layer["training"]
    layer["diagnosis"] = "evaluation " layer["evaluation"]
    layer["rollouts"] = "drawing " layer["training"]
    layer["sweep"] = "support"
    layer["experiments"] = "sweep evaluation portraits " layer["evaluation"]
    layer["bench"] = "experiments problems " layer["experiments"]
    layer["comparisons"] = "experiments problems " layer["experiments"]
    layer["cli"] = "bench comparisons diagnosis rollouts " layer["bench"]
    layer["tests"] = "cli " layer["cli"]

    # header: the files, as a pattern, that may include it; tests look at what libraries wrote
    foreign["dnnl"] = "^engine/kernel_dnnl(_version\\.h|\\.c)$"
    foreign["hdf5"] = "^(support/hdf5_file[a-z_]*\\.[ch]|tests/.*)$"
    foreign["libdeflate"] = "^datasets/chunk\\.c$"
    foreign["openssl"] = "^support/sha256\\.c$"
    foreign["yaml"] = "^support/document_yaml\\.c$"
    foreign["cairo"] = "^drawing/picture\\.c$"
    foreign["gif"] = "^(drawing/gif\\.c|tests/.*)$"
    foreign["jansson"] = "^(evaluation/.*|training/metrics_log\\.c|sweep/store\\.c|tests/.*)$"
    foreign["gsl"] = "^(integrators|problems)/gsl_[a-z0-9_]*\\.[ch]$|^support/statistics\\.c$|^(tests/.*)$"
    foreign["cvode"] = foreign["arkode"] = foreign["nvector"] = foreign["sunlinsol"] = foreign["sunmatrix"] = foreign["sunnonlinsol"] = "^integrators/sundials\\.c$"
    foreign["CUnit"] = "^tests/"
}

function complain(message) {
    print FILENAME ":" FNR ": " message
    failed = 1
}

/^#include "/ {
    split($2, part, "\"")
    name = part[2]
    if (name == "config.h" || name == "revision.h")
        next
    target = name
    if (!sub(/\/.*/, "", target)) {
        complain("\"" name "\": an include names its folder")
        next
    }
    folder = FILENAME
    sub(/\/.*/, "", folder)
    if (target != folder && index(" " layer[folder] " ", " " target " ") == 0)
        complain(folder "/ must not include " target "/ (" name ")")
}

/^#include </ {
    name = $2
    gsub(/[<>]/, "", name)
    library = name
    sub(/[.\/].*/, "", library)
    sub(/_.*/, "", library)
    if (library in foreign && FILENAME !~ foreign[library])
        complain("<" name "> belongs in " foreign[library])
}

END { exit failed }
'
echo 'lint-layers: clean'
