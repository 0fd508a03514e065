#!/usr/bin/env bash
# Backup and restore of a 1.5 GB PostgreSQL database, beside pg_dump, pg_restore and pgcopydb.
#
# WEIR_BENCH_MIB=128 makes it smaller, for a quick look, and WEIR_BENCH_PAIRS=1 runs fewer pairs.
# It needs about twenty times the size of the database on the disk of target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
bench=postgres
# shellcheck source=scripts/lib/bench.sh
. scripts/lib/bench.sh
# shellcheck source=scripts/bench.d/postgres/server.sh
. scripts/bench.d/postgres/server.sh
# shellcheck source=scripts/bench.d/postgres/figures.sh
. scripts/bench.d/postgres/figures.sh

MIB=${WEIR_BENCH_MIB:-1536}
ROUNDS=${WEIR_BENCH_PAIRS:-5}
folder=$PWD/target/bench/postgres

need initdb:postgresql setpriv:util-linux /usr/bin/time:time
# Nothing but a comparison is lost without it.
parallel_tools=("pg_restore -j2")
if need pgcopydb:pgcopydb; then
    parallel_tools+=("pgcopydb clone")
else
    echo "pgcopydb cannot be installed here: it is left out"
fi

mkdir -p "$folder"
free_mib=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free_mib" -lt $((MIB * 20)) ]; then
    echo "bench postgres needs $((MIB * 20)) MiB free in $folder, there are $free_mib" >&2
    exit 1
fi
echo "building weir (release)"
cargo build --release --locked --quiet --package weir
weir=${CARGO_TARGET_DIR:-$PWD/target}/release/weir

rm -rf "$folder/run" && mkdir -p "$folder/run"
trap stop_server EXIT
start_server "$folder/server"
cp scripts/bench.d/postgres/rules.yaml "$folder/run/"
cat >"$folder/run/weir.yaml" <<YAML
weir: 1
environments:
  production: {store: store/production}
  staging: {store: store/staging, upstream: production}
  sanitised: {store: store/sanitised, upstream: production, data: sanitised, masking_key: {file: masking-key}}
defaults:
  postgres: {url: "postgres://weir@/{environment}?host=$PGHOST&port=$PGPORT"}
apps:
  app: {engine: postgres, database: shop, schedule: by-hand, in: {sanitised: {sanitise: rules.yaml}}}
YAML
echo 'the key of a bench, which protects nothing' >"$folder/run/masking-key"

# generate MIB - the database that is copied.
generate() {
    echo "making a database of about $1 MiB"
    fresh production
    psql -qX -v mib="$1" -d production -f scripts/bench.d/postgres/generate.sql
}

# Every run begins with nothing left to be written by the run before.
timed() { sql postgres CHECKPOINT && measure "$@"; }
run_weir() { timed "$1" "$2" "$weir" --config "$folder/run/weir.yaml" "${@:3}"; }
run_shell() { timed "$1" "$2" bash -euo pipefail -c "$3"; }

backup_weir() { rm -rf "$folder/run/store" && run_weir "weir backup" "$1" backup production/app; }
backup_custom() { run_shell "pg_dump -Fc -Z1 | cat" "$1" "pg_dump -Fc -Z1 production | cat >'$folder/run/custom.dump'"; }
backup_directory() {
    rm -rf "$folder/run/directory.dump"
    run_shell "pg_dump -Fd -j2 -Z1" "$1" "pg_dump -Fd -j2 -Z1 -f '$folder/run/directory.dump' production"
}
restore_weir() { run_weir "weir restore" "$1" restore staging/app; }
restore_masked() { run_weir "weir restore, masked" "$1" restore sanitised/app; }
restore_psql() {
    fresh compared
    run_shell "pg_restore -f - | psql" "$1" "pg_restore -f - '$folder/run/custom.dump' | psql -qX -v ON_ERROR_STOP=1 -d compared"
}
restore_directory() {
    fresh compared
    run_shell "pg_restore -j2" "$1" "pg_restore -j2 -d compared '$folder/run/directory.dump'"
}
restore_copydb() {
    [ ${#parallel_tools[@]} -gt 1 ] || return 0
    fresh compared
    rm -rf "$folder/run/pgcopydb"
    run_shell "pgcopydb clone" "$1" "pgcopydb clone --dir '$folder/run/pgcopydb' --table-jobs 2 --index-jobs 2 \
        --source 'dbname=production' --target 'dbname=compared'"
}
# What no restore can be faster than: the rows of one table, then its longest index.
restore_critical() {
    fresh compared
    pg_restore --section=pre-data -d compared "$folder/run/directory.dump"
    run_shell "rows of documents" "$1" "pg_restore --data-only --table=documents -f - '$folder/run/directory.dump' | psql -qX -v ON_ERROR_STOP=1 -d compared"
    run_shell "its longest index" "$1" "psql -qX -d compared -c 'CREATE INDEX documents_details ON documents USING gin (details)'"
}

generate "$MIB"
size_mib=$(($(sql postgres "SELECT pg_database_size('production')") / 1048576))
sql production "SELECT count(*) FROM documents" >/dev/null # the first reader must not pay for a cold cache
for round in $(seq "$ROUNDS"); do
    # The order turns from round to round, so that no side always follows the other.
    if [ $((round % 2)) -eq 1 ]; then
        for run in backup_weir backup_custom backup_directory restore_weir restore_psql restore_directory restore_copydb restore_masked restore_critical; do
            "$run" "$round"
        done
    else
        for run in backup_directory backup_custom backup_weir restore_critical restore_masked restore_copydb restore_directory restore_psql restore_weir; do
            "$run" "$round"
        done
    fi
done
missed=()
[ "$(contents staging)" = "$(contents production)" ] || missed+=("the restored database differs from its source")
values=$(masked_values)
stored_sizes

# Memory is what it was, whatever there is to copy.
sql postgres "DROP DATABASE compared"
for leftover in $(sql postgres "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"); do
    sql postgres "DROP DATABASE \"$leftover\""
done
rm -rf "$folder"/run/*.dump
generate $((MIB * 4))
rm -rf "$folder/run/store"
run_weir "weir backup, 4x" 1 backup production/app
run_weir "weir restore, 4x" 1 restore staging/app

report
rm -rf "$folder/run"
verdict "$size_mib" "${missed[@]}"
