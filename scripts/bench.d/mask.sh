#!/usr/bin/env bash
# Masking: each transformer by itself, six columns on a restore, and a clean backup of a backup.
#
# WEIR_BENCH_MIB=64 makes the database smaller, for a quick look, and WEIR_BENCH_PAIRS=1 runs fewer
# pairs. It needs about ten times the size of the database on the disk of target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
bench=mask
# shellcheck source=scripts/lib/bench.sh
. scripts/lib/bench.sh
# shellcheck source=scripts/bench.d/postgres/server.sh
. scripts/bench.d/postgres/server.sh

MIB=${WEIR_BENCH_MIB:-512}
ROUNDS=${WEIR_BENCH_PAIRS:-5}
# What a core must mask in a second, in millions of values.
COMMON="email name username phone postcode number date uuid token"
FLOOR=4
folder=$PWD/target/bench/mask

need initdb:postgresql setpriv:util-linux gzip:gzip zstd:zstd /usr/bin/time:time

mkdir -p "$folder"
free_mib=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free_mib" -lt $((MIB * 10)) ]; then
    echo "bench mask needs $((MIB * 10)) MiB free in $folder, there are $free_mib" >&2
    exit 1
fi
echo "building weir (release)"
cargo build --release --locked --quiet --package weir
weir=${CARGO_TARGET_DIR:-$PWD/target}/release/weir
cargo bench --locked --quiet --package weir-mask --bench transformers | tee "$folder/transformers.txt"

rm -rf "$folder/run" && mkdir -p "$folder/run"
trap stop_server EXIT
start_server "$folder/server"
cp scripts/bench.d/mask/rules.yaml "$folder/run/"
echo 'the key of a bench, which protects nothing' >"$folder/run/masking-key"
cat >"$folder/run/weir.yaml" <<YAML
weir: 1
environments:
  production:
    store: store/production
    clean: {store: store/clean}
    masking_key: {file: masking-key}
  staging: {store: store/staging, upstream: production}
  sanitised: {store: store/sanitised, upstream: production, masking_key: {file: masking-key}}
defaults:
  postgres: {url: "postgres://weir@/{environment}?host=$PGHOST&port=$PGPORT"}
apps:
  app:
    engine: postgres
    database: shop
    schedule: by-hand
    sanitise: rules.yaml
    in:
      production: {jobs: {main: {operations: [backup]}, publish: {operations: [publish]}}}
      staging: {sanitise: {}}
YAML

echo "making a database of about $MIB MiB"
fresh production
psql -qX -v mib="$MIB" -d production -f scripts/bench.d/mask/generate.sql
size_mib=$(($(sql postgres "SELECT pg_database_size('production')") / 1048576))
values=$(sql production "SELECT 6 * count(*) FROM people")
run_weir() { measure "$1" "$2" "$weir" --config "$folder/run/weir.yaml" "${@:3}"; }

run_weir "weir backup" 0 run production/app/main
stored=$(find "$folder/run/store/production" -name toc.dat* -printf '%h\n' | head -n 1)
mapfile -t parts < <(find "$stored" -name '*.gz' -o -name '*.zst' | sort)

# What a rewrite cannot do without: every part decompressed and compressed again with the same
# codec and level, as many at a time as there are cores.
recompress() {
    rm -rf "$folder/run/again" && mkdir -p "$folder/run/again"
    printf '%s\n' "${parts[@]}" | measure "gzip -d | gzip -1" "$1" xargs -P "$(nproc)" -I{} sh -c \
        'gzip -dc {} | gzip -1 >'"$folder"'/run/again/"$(basename {})"'
}
publish() {
    rm -rf "$folder/run/store/clean"
    run_weir "weir publish" "$1" run production/app/publish
}
restore() { run_weir "weir restore" "$1" restore staging/app; }
restore_masked() { run_weir "weir restore, masked" "$1" restore sanitised/app; }

for round in $(seq "$ROUNDS"); do
    # The order turns from round to round, so that no side always follows the other.
    if [ $((round % 2)) -eq 1 ]; then
        restore "$round"; restore_masked "$round"; recompress "$round"; publish "$round"
    else
        publish "$round"; recompress "$round"; restore_masked "$round"; restore "$round"
    fi
done

missed=()
printf '\n%s MiB of PostgreSQL, a table of 20 columns with 6 masked and one that is kept, medians of %s pairs.\n' "$size_mib" "$ROUNDS"
table "$size_mib" "gzip -d | gzip -1" "gzip -d | gzip -1" "weir publish"
table "$size_mib" "weir restore" "weir restore" "weir restore, masked"
ratio=$(median_ratio "weir publish" "gzip -d | gzip -1")
printf 'a clean backup of a backup is made %s times as fast as it is recompressed (0.6 promised)\n' "$(figure "$ratio")"
promise "$ratio >= 0.6" "a clean backup is made only $(figure "$ratio") times as fast as recompressing"
report_masking
for label in "weir publish" "weir restore, masked"; do
    kib=$(peak_kib "$label")
    printf 'memory of %s: %s MiB (%s promised)\n' "$label" "$((kib / 1024))" "$LIMIT_MIB"
    promise "$kib <= $LIMIT_MIB * 1024" "$label took $((kib / 1024)) MiB of memory"
done
for name in $COMMON; do
    rate=$(awk -v name="$name" '$1 == name { print $3 }' "$folder/transformers.txt")
    promise "${rate:-0} >= $FLOOR" "$name masks ${rate:-no} million values a second and core, not $FLOOR"
done
rm -rf "$folder/run"
verdict "$size_mib" "${missed[@]}"
