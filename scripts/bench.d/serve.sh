#!/usr/bin/env bash
# `weir serve` with 500 jobs and 100,000 runs: its pages, its memory and its time while idle.
#
# WEIR_BENCH_APPS=10 (each is in five environments) and WEIR_BENCH_DAYS=20 make the fleet smaller,
# WEIR_BENCH_REQUESTS=10 asks less often, WEIR_BENCH_IDLE=20 watches it for fewer seconds. As it is
# the fleet needs 4 GiB and 700,000 files on the disk of target/; WEIR_BENCH_KEEP=1 leaves it there,
# and takes it as it is if it is there: its jobs fall due eight hours after it was made.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
bench=serve
# shellcheck source=scripts/lib/bench.sh
. scripts/lib/bench.sh
# shellcheck source=scripts/bench.d/serve/server.sh
. scripts/bench.d/serve/server.sh
# shellcheck source=scripts/bench.d/serve/figures.sh
. scripts/bench.d/serve/figures.sh

APPS=${WEIR_BENCH_APPS:-100}
DAYS=${WEIR_BENCH_DAYS:-200}
REQUESTS=${WEIR_BENCH_REQUESTS:-50}
IDLE=${WEIR_BENCH_IDLE:-90}
folder=$PWD/target/bench/serve
tools=$PWD/scripts/bench.d/serve

need python3:python3
free_mib=$(df -Pm "$PWD" | awk 'NR == 2 { print $4 }')
if [ "$free_mib" -lt 6144 ]; then
    echo "bench serve needs 6144 MiB free in $PWD/target, there are $free_mib" >&2
    exit 1
fi
echo "building weir (release)"
cargo build --release --locked --quiet --package weir
weir=${CARGO_TARGET_DIR:-$PWD/target}/release/weir
trap stop_server EXIT

# make_fleet NAME APPS DAYS - a fleet in five environments, each job run once by Weir itself; its
# past is made of that.
make_fleet() {
    [ -z "${WEIR_BENCH_KEEP:-}" ] || [ ! -f "$folder/$1/made" ] || return 0
    echo "making the fleet $1: $(($2 * 5)) jobs"
    rm -rf "${folder:?}/$1" && mkdir -p "$folder/$1"
    python3 "$tools/fleet.py" configure "$folder/$1" "$2"
    for environment in production staging integration training preview; do
        "$weir" --config "$folder/$1/weir.yaml" run "$environment" >"$results/$bench.log" 2>&1 || {
            tail -n 30 "$results/$bench.log" >&2
            exit 1
        }
    done
    python3 "$tools/fleet.py" history "$folder/$1" "$3"
    touch "$folder/$1/made"
}

make_fleet small 1 5
make_fleet large "$APPS" "$DAYS"
runs=$((APPS * 5 * DAYS))
size_mib=$(du -sm "$folder/large/store" | cut -f 1)

idle small
stop_server
idle large
a_run=$(told "/api/v1/runs?limit=1" "it['runs'][0]['run']")
a_backup=$(told "/api/v1/backups?environment=production" "'/'.join(it['backups'][0][part] for part in ('environment', 'instance', 'folder'))")
paths=(/ /api/v1/overview /metrics /tonight /runs /api/v1/runs "/runs?environment=staging"
    "/runs/$a_run" "/backups?environment=production" "/backups/$a_backup")
for path in "${paths[@]}"; do ask "$path" "$path"; done
read -r now ever < <(python3 "$tools/watch.py" resident "$server")
record "large: after the requests" 1 0 "$now"
record "large: ever, after the requests" 1 0 "$ever"
compare
stop_server

missed=()
report
[ -n "${WEIR_BENCH_KEEP:-}" ] || rm -rf "$folder"
verdict "$size_mib" "${missed[@]}"
