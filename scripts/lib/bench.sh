# shellcheck shell=bash
# Sourced by benchmarks: measuring, medians, the table, the raw figures and the verdict.
# A benchmark sets `bench` (its name) before it sources this file.

results=bench-results
raw=$results/${bench:?set before sourcing}.runs
mkdir -p "$results"
: >"$raw"

# measure LABEL ROUND COMMAND… - runs a command and records its seconds and its peak memory: the
# high-water mark of the largest process of it, by the kernel's own account.
measure() {
    local label=$1 round=$2 seconds kib
    shift 2
    # What the run before left to be written must not be charged to this one.
    sync
    if ! /usr/bin/time -q -f '%e %M' -o "$results/$bench.time" "$@" >"$results/$bench.log" 2>&1; then
        echo "'$label' failed:" >&2
        tail -n 30 "$results/$bench.log" >&2
        exit 1
    fi
    read -r seconds kib <"$results/$bench.time"
    printf '%s\t%s\t%s\t%s\n' "$label" "$round" "$seconds" "$kib" >>"$raw"
    printf '  round %s  %-28s %8s s  %8s KiB\n' "$round" "$label" "$seconds" "$kib"
}

# median_seconds LABEL, peak_kib LABEL - of the runs recorded so far.
median_seconds() {
    awk -F '\t' -v label="$1" '$1 == label { print $3 }' "$raw" | sort -n |
        awk '{ value[NR] = $1 } END { middle = int((NR + 1) / 2); print NR % 2 ? value[middle] : (value[middle] + value[middle + 1]) / 2 }'
}
peak_kib() {
    awk -F '\t' -v label="$1" '$1 == label && $4 > peak { peak = $4 } END { print peak + 0 }' "$raw"
}

# table MIB REFERENCE LABEL… - medians, throughput, and the ratio of throughput to the reference.
table() {
    local mib=$1 reference=$2 base label
    shift 2
    base=$(median_seconds "$reference")
    printf '%-28s %10s %12s %10s %14s\n' "" "median s" "MiB/s" "ratio" "peak MiB"
    for label in "$@"; do
        awk -v label="$label" -v seconds="$(median_seconds "$label")" -v mib="$mib" \
            -v base="$base" -v kib="$(peak_kib "$label")" 'BEGIN {
                if (seconds == 0) seconds = 0.01
                printf "%-28s %10.2f %12.1f %10.2f %14.1f\n", label, seconds, mib / seconds, base / seconds, kib / 1024
            }'
    done
}

# verdict MIB MISSED… - writes the raw figures and ends the benchmark: met unless anything is
# named as missed.
verdict() {
    local mib=$1 word=met
    shift
    [ $# -eq 0 ] || word=missed
    {
        printf '{\n  "bench": "%s",\n  "verdict": "%s",\n  "mib": %s,\n' "$bench" "$word" "$mib"
        printf '  "commit": "%s",\n' "$(git describe --always --dirty 2>/dev/null || echo unknown)"
        printf '  "cores": %s,\n  "kernel": "%s",\n  "runs": [\n' "$(nproc)" "$(uname -r)"
        awk -F '\t' '{
            printf "%s    {\"what\": \"%s\", \"round\": %s, \"seconds\": %s, \"peak_kib\": %s}", (NR > 1 ? ",\n" : ""), $1, $2, $3, $4
        } END { print "" }' "$raw"
        printf '  ]\n}\n'
    } >"$results/$bench.json"
    rm -f "$raw" "$results/$bench.time" "$results/$bench.log"
    echo "raw figures: $results/$bench.json"
    if [ "$word" = met ]; then
        echo "bench $bench: met"
        exit 0
    fi
    local IFS=';'
    echo "bench $bench: missed: $*"
    exit 1
}
