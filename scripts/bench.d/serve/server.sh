# shellcheck shell=bash
# Sourced by the bench: a `weir serve` that is started, watched and asked.

# start_server FLEET - sets server and address, and records how long it took to answer.
start_server() {
    local page records
    read -r server address page records < <(python3 "$tools/watch.py" start "$folder/$1/serve.log" \
        "$weir" --config "$folder/$1/weir.yaml") || {
        tail -n 30 "$folder/$1/serve.log" >&2
        exit 1
    }
    record "$1: the page answers" 1 "$page"
    record "$1: the records are read" 1 "$records"
}

stop_server() {
    [ -n "${server:-}" ] || return 0
    kill "$server" 2>/dev/null || true
    while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
    server=
}

# record LABEL ROUND SECONDS [KIB [CPU]] - a figure for the tables and the raw figures.
record() { printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-0}" "${5:-0}" >>"$raw"; }

# idle FLEET - starts its server, lets it settle, and watches it while nobody asks for anything.
# Memory at the end, the most meanwhile and the most ever are three figures.
idle() {
    local now most ever cpu again
    start_server "$1"
    echo "watching $1 for $IDLE s"
    read -r now most ever cpu again < <(python3 "$tools/watch.py" idle "$server" "$address" "$IDLE")
    if [ "$again" != again ]; then
        echo "$1: the records were not read while it was watched: watch it for longer" >&2
        exit 1
    fi
    record "$1: idle" 1 "$IDLE" "$now" "$cpu"
    record "$1: idle, most" 1 "$IDLE" "$most" "$cpu"
    record "$1: ever" 1 "$IDLE" "$ever" "$cpu"
}

# ask LABEL PATH [ADDRESS] - asks for a page, and records the server's time of each answer; the
# bytes of the last are left in `bytes`.
declare -A bytes
ask() {
    local number=0 first whole size
    while read -r first whole size; do
        number=$((number + 1))
        record "$1" "$number" "$first"
        record "$1, whole" "$number" "$whole"
        bytes[$1]=$size
    done < <(python3 "$tools/ask.py" "${3:-$address}" "$2" "$REQUESTS")
    if [ "$number" -ne "$REQUESTS" ]; then
        echo "$2 was not answered $REQUESTS times" >&2
        exit 1
    fi
}

# told PATH EXPRESSION - what Python makes of the JSON at a path.
told() {
    python3 -c "import json, sys, urllib.request
it = json.load(urllib.request.urlopen(sys.argv[1]))
print($2)" "http://$address$1"
}
