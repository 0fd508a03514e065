# shellcheck shell=bash
# Sourced by benchmarks: measuring, medians, the table, the raw figures and the verdict.
# A benchmark sets `bench` (its name) before it sources this file.

results=bench-results
raw=$results/${bench:?set before sourcing}.runs
mkdir -p "$results"
: >"$raw"

# measure LABEL ROUND COMMAND… - runs a command and records its seconds, its peak memory and the
# seconds that cores worked for it. Peak memory is the high-water mark, by the kernel's own account,
# of all its processes that live at once.
measure() {
    local label=$1 round=$2 seconds kib user system peak cpu
    shift 2
    # What the run before left to be written must not be charged to this one.
    sync
    /usr/bin/time -q -f '%e %M %U %S' -o "$results/$bench.time" "$@" >"$results/$bench.log" 2>&1 &
    watch_memory $!
    if ! wait $!; then
        echo "'$label' failed:" >&2
        tail -n 30 "$results/$bench.log" >&2
        exit 1
    fi
    read -r seconds kib user system <"$results/$bench.time"
    # The largest process alone, where it came and went between two looks.
    [ "$peak" -ge "$kib" ] || peak=$kib
    cpu=$(awk -v user="$user" -v kernel="$system" 'BEGIN { print user + kernel }')
    printf '%s\t%s\t%s\t%s\t%s\n' "$label" "$round" "$seconds" "$peak" "$cpu" >>"$raw"
    printf '  round %s  %-28s %8s s  %8s KiB  %8s s of cores\n' "$round" "$label" "$seconds" "$peak" "$cpu"
}

# watch_memory PID - until the process ends, adds up the high-water marks of all below it; the
# highest sum is left in `peak`, in KiB.
watch_memory() {
    local sum
    peak=0
    while kill -0 "$1" 2>/dev/null; do
        sum=0
        add_children "$1"
        [ "$sum" -le "$peak" ] || peak=$sum
        sleep 0.2
    done
}

# add_children PID - adds the high-water marks of its children, and theirs, to `sum`. What ends
# meanwhile counts no more.
add_children() {
    local file child key value rest
    local -a children
    for file in /proc/"$1"/task/*/children; do
        children=()
        { read -r -a children <"$file"; } 2>/dev/null || true
        for child in "${children[@]}"; do
            while read -r key value rest; do
                [ "$key" != VmHWM: ] || sum=$((sum + value))
            done 2>/dev/null <"/proc/$child/status" || true
            add_children "$child"
        done
    done
}

# middle - the median of the numbers it reads.
middle() {
    sort -n | awk '{ value[NR] = $1 } END { middle = int((NR + 1) / 2); print NR % 2 ? value[middle] : (value[middle] + value[middle + 1]) / 2 }'
}

# median_seconds LABEL, peak_kib LABEL - of the runs recorded so far.
median_seconds() {
    awk -F '\t' -v label="$1" '$1 == label { print $3 }' "$raw" | middle
}
peak_kib() {
    awk -F '\t' -v label="$1" '$1 == label && $4 > peak { peak = $4 } END { print peak + 0 }' "$raw"
}

# median_cpu LABEL - the seconds that cores worked. median_ratio LABEL REFERENCE - how many times as
# fast as the reference, of the pairs of each round.
median_cpu() {
    awk -F '\t' -v label="$1" '$1 == label { print $5 }' "$raw" | middle
}
median_ratio() {
    awk -F '\t' -v label="$1" -v reference="$2" '
        $1 == label { mine[$2] = $3 } $1 == reference { theirs[$2] = $3 }
        END { for (round in mine) if (round in theirs) print theirs[round] / mine[round] }' "$raw" | middle
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

# holds EXPRESSION - whether a comparison of numbers is true.
holds() { awk "BEGIN { exit !($1) }"; }
# figure EXPRESSION - a number with two digits behind the point.
figure() { awk "BEGIN { printf \"%.2f\", $1 }"; }
# promise EXPRESSION TEXT - remembers what was missed.
promise() { holds "$1" || missed+=("$2"); }

# report_memory - what `weir backup` and `weir restore` took, also at four times the data (runs
# whose labels end in `, 4x`), beside what was promised.
LIMIT_MIB=128
report_memory() {
    local verb kib more
    for verb in backup restore; do
        kib=$(peak_kib "weir $verb")
        more=$(peak_kib "weir $verb, 4x")
        printf 'memory of %s: %.1f MiB, at four times the data %.1f MiB (%s promised, a tenth more)\n' \
            "$verb" "$(figure "$kib / 1024")" "$(figure "$more / 1024")" "$LIMIT_MIB"
        promise "$kib <= $LIMIT_MIB * 1024" "$verb took $((kib / 1024)) MiB of memory"
        promise "$more <= $kib * 1.1" "$verb took $((more / 1024)) MiB of memory at four times the data, $((kib / 1024)) MiB before"
    done
}

# report_masking - what masking `values` values cost `weir restore, masked`, beside what was promised.
report_masking() {
    local ratio cpu rate
    ratio=$(median_ratio "weir restore" "weir restore, masked")
    cpu=$(figure "$(median_cpu "weir restore, masked") - $(median_cpu "weir restore")")
    rate=$(awk -v values="$values" -v cpu="$cpu" 'BEGIN { printf "%.2f", (cpu > 0 ? values / cpu / 1e6 : 0) }')
    printf 'masking: %s values, the restore takes %.2f times as long (1.15 promised), %s s more of cores: %s million values a core and second (4)\n' \
        "$values" "$ratio" "$cpu" "$rate"
    promise "$ratio <= 1.15" "masking makes a restore $ratio times as long"
    promise "$rate >= 4" "$rate million values are masked in a second of a core"
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
            printf "%s    {\"what\": \"%s\", \"round\": %s, \"seconds\": %s, \"peak_kib\": %s, \"cpu_seconds\": %s}", (NR > 1 ? ",\n" : ""), $1, $2, $3, $4, $5
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
