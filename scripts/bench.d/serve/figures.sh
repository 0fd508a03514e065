# shellcheck shell=bash
# Sourced by the bench: what is made of the times, and what was promised.

# Milliseconds of the server for the matrix; MiB of a server that idles.
LIMIT_MS=200
LIMIT_IDLE_MIB=64
MATRIX=(/ /api/v1/overview /metrics)

# ninety_fifth LABEL - the 95th percentile of its seconds.
ninety_fifth() {
    awk -F '\t' -v label="$1" '$1 == label { print $3 }' "$raw" | sort -n |
        awk '{ value[NR] = $1 } END { rank = int(NR * 0.95 + 0.999999); print value[rank] }'
}
milliseconds() { awk "BEGIN { printf \"%.1f\", $1 * 1000 }"; }
seconds_of() { median_seconds "$1"; }
mib_of() { figure "$(peak_kib "$1") / 1024"; }

# compare - what the page is beside: the same bytes from a file, and what finds the newest runs
# where nothing keeps them in order.
compare() {
    mkdir -p "$folder/file"
    python3 -c 'import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())' \
        "http://$address/" >"$folder/file/page.html"
    local port number
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    python3 -m http.server --bind 127.0.0.1 --directory "$folder/file" --protocol HTTP/1.1 "$port" >"$folder/file/log" 2>&1 &
    file_server=$!
    for number in $(seq 100); do
        python3 "$tools/ask.py" "127.0.0.1:$port" /page.html 1 >"$folder/file/log" 2>&1 && break
        sleep 0.1
    done
    ask "python3 -m http.server" /page.html "127.0.0.1:$port"
    record "python3 -m http.server: resident" 1 0 "$(python3 "$tools/watch.py" resident "$file_server" | cut -d ' ' -f 1)"
    kill "$file_server"
    wait "$file_server" 2>/dev/null || true
    for number in 1 2 3; do
        local began=$EPOCHREALTIME
        find "$folder"/large/store/*/_weir/runs -name started.json | awk -F / '{ print $(NF - 1), $0 }' | sort -r |
            awk 'NR <= 100 { print $2 }' | xargs cat >"$folder/file/found"
        record "find | sort | head -n 100" "$number" "$(figure6 "$EPOCHREALTIME - $began")"
        began=$EPOCHREALTIME
        "$weir" --config "$folder/large/weir.yaml" status >"$folder/file/status" 2>&1 || true
        record "weir status" "$number" "$(figure6 "$EPOCHREALTIME - $began")"
    done
}
figure6() { awk "BEGIN { printf \"%.6f\", $1 }"; }

# line LABEL [NAME] - how long a page takes.
line() {
    printf '%-34s %10s %10s %10s %10s\n' "${2:-$1}" "$(milliseconds "$(median_seconds "$1")")" \
        "$(milliseconds "$(ninety_fifth "$1")")" "$(milliseconds "$(median_seconds "$1, whole")")" \
        "$((${bytes[$1]} / 1024))"
}

# report - the tables, and every promise beside what came of it.
report() {
    local path fleet
    printf '\n%s jobs and %s runs, %s MiB; %s requests each over one connection, in ms: until the answer began (the server made it), until it was whole.\n' \
        "$((APPS * 5))" "$runs" "$size_mib" "$REQUESTS"
    printf '%-34s %10s %10s %10s %10s\n' "" "median" "95th" "whole" "KiB"
    for path in "${paths[@]}"; do line "$path"; done
    line "python3 -m http.server" "the first as a file, by python3"
    printf '%-34s %10s\n' "find | sort | head -n 100" "$(milliseconds "$(median_seconds "find | sort | head -n 100")")"
    printf '%-34s %10s\n' "weir status, by itself" "$(milliseconds "$(median_seconds "weir status")")"
    printf '\n%-34s %10s %10s %10s %10s %10s %10s\n' "" "answers s" "read s" "idle MiB" "most" "ever" "cores %"
    for fleet in small large; do
        printf '%-34s %10s %10s %10s %10s %10s %10s\n' "weir serve, $fleet fleet" \
            "$(seconds_of "$fleet: the page answers")" "$(seconds_of "$fleet: the records are read")" \
            "$(mib_of "$fleet: idle")" "$(mib_of "$fleet: idle, most")" "$(mib_of "$fleet: ever")" \
            "$(figure "100 * $(median_cpu "$fleet: idle") / $IDLE")"
    done
    printf '%-34s %10s %10s %10s %10s %10s\n' "after the requests" "" "" "$(mib_of "large: after the requests")" "" "$(mib_of "large: ever, after the requests")"
    printf '%-34s %10s %10s %10s\n\n' "python3 -m http.server" "" "" "$(mib_of "python3 -m http.server: resident")"
    promises
}

promises() {
    local path ms fleet kib
    for path in "${MATRIX[@]}"; do
        ms=$(milliseconds "$(ninety_fifth "$path")")
        printf 'matrix, %s: %s ms for 95 of 100 (%s promised)\n' "$path" "$ms" "$LIMIT_MS"
        promise "$ms <= $LIMIT_MS" "$path takes $ms ms"
    done
    ms=$(milliseconds "$(median_seconds /runs)")
    local scan
    scan=$(milliseconds "$(median_seconds "find | sort | head -n 100")")
    printf 'the newest 100 runs: %s ms, a scan of all takes %s ms (no scan promised)\n' "$ms" "$scan"
    promise "$ms < $scan" "the newest runs take $ms ms, a scan of all $scan"
    for fleet in small large; do
        kib=$(peak_kib "$fleet: idle, most")
        printf 'memory of the %s fleet while idle: %s MiB at most (%s promised)\n' "$fleet" "$(figure "$kib / 1024")" "$LIMIT_IDLE_MIB"
        promise "$kib <= $LIMIT_IDLE_MIB * 1024" "the $fleet fleet idles at $((kib / 1024)) MiB"
    done
}
