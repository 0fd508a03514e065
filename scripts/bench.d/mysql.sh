#!/usr/bin/env bash
# Backup and restore of a 1 GB MariaDB database, beside mariadb-dump, mydumper and myloader.
#
# WEIR_BENCH_MIB=128 makes it smaller, for a quick look, and WEIR_BENCH_PAIRS=1 runs fewer pairs.
# It needs about twenty times the size of the database on the disk of target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
bench=mysql
# shellcheck source=scripts/lib/bench.sh
. scripts/lib/bench.sh
# shellcheck source=scripts/bench.d/mysql/server.sh
. scripts/bench.d/mysql/server.sh
# shellcheck source=scripts/bench.d/mysql/figures.sh
. scripts/bench.d/mysql/figures.sh

MIB=${WEIR_BENCH_MIB:-1024}
ROUNDS=${WEIR_BENCH_PAIRS:-5}
folder=$PWD/target/bench/mysql

need mariadbd:mariadb-server mydumper:mydumper setpriv:util-linux gzip:gzip /usr/bin/time:time

mkdir -p "$folder"
free_mib=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free_mib" -lt $((MIB * 20)) ]; then
    echo "bench mysql needs $((MIB * 20)) MiB free in $folder, there are $free_mib" >&2
    exit 1
fi
echo "building weir (release)"
cargo build --release --locked --quiet --package weir
weir=${CARGO_TARGET_DIR:-$PWD/target}/release/weir

rm -rf "$folder/run" && mkdir -p "$folder/run"
trap stop_server EXIT
start_server "$folder/server"
cp scripts/bench.d/mysql/rules.yaml "$folder/run/"
cat >"$folder/run/weir.yaml" <<YAML
weir: 1
environments:
  production: {store: store/production}
  staging: {store: store/staging, upstream: production}
  sanitised: {store: store/sanitised, upstream: production, data: sanitised, masking_key: {file: masking-key}}
defaults:
  mysql: {url: "mysql://$server_user@/{environment}?socket=$server_socket"}
apps:
  app: {engine: mysql, database: shop, schedule: by-hand, in: {sanitised: {sanitise: rules.yaml}}}
YAML
echo 'the key of a bench, which protects nothing' >"$folder/run/masking-key"

# generate MIB - the database that is copied.
generate() {
    echo "making a database of about $1 MiB"
    fresh production
    { echo "SET @mib = $1;" && cat scripts/bench.d/mysql/generate.sql; } | client production
}

# Every run begins with nothing left to be written by the run before.
timed() { settle && measure "$@"; }
run_weir() { timed "$1" "$2" "$weir" --config "$folder/run/weir.yaml" "${@:3}"; }
run_shell() { timed "$1" "$2" bash -euo pipefail -c "$3"; }

stock="--no-defaults --socket=$server_socket --user=$server_user"
backup_weir() { rm -rf "$folder/run/store" && run_weir "weir backup" "$1" backup production/app; }
backup_dump() {
    run_shell "mariadb-dump | gzip -1" "$1" "mariadb-dump $stock --single-transaction --routines --events \
        production | gzip -1 >'$folder/run/production.sql.gz'"
}
backup_mydumper() {
    rm -rf "$folder/run/mydumper"
    run_shell "mydumper -t2 -c" "$1" "mydumper --socket=$server_socket --user=$server_user --database=production \
        --threads=2 --compress --rows=500000 --triggers --routines --events --outputdir='$folder/run/mydumper'"
}
restore_weir() { run_weir "weir restore" "$1" restore staging/app; }
restore_masked() { run_weir "weir restore, masked" "$1" restore sanitised/app; }
restore_client() {
    fresh compared
    run_shell "gzip -d | mariadb" "$1" "gzip -dc '$folder/run/production.sql.gz' | mariadb $stock compared"
}
restore_myloader() {
    fresh compared
    run_shell "myloader -t2" "$1" "myloader --socket=$server_socket --user=$server_user --database=compared \
        --threads=2 --directory='$folder/run/mydumper' --overwrite-tables --enable-binlog"
}

generate "$MIB"
size_mib=$(size_of production)
contents production >/dev/null # the first reader must not pay for a cold cache
for round in $(seq "$ROUNDS"); do
    # The order turns from round to round, so that no side always follows the other.
    if [ $((round % 2)) -eq 1 ]; then
        for run in backup_weir backup_dump backup_mydumper restore_weir restore_client restore_myloader restore_masked; do
            "$run" "$round"
        done
    else
        for run in backup_mydumper backup_dump backup_weir restore_masked restore_myloader restore_client restore_weir; do
            "$run" "$round"
        done
    fi
done
missed=()
[ "$(contents staging)" = "$(contents production)" ] || missed+=("the restored database differs from its source")
values=$(masked_values)
stored_sizes

# Memory is what it was, whatever there is to copy.
for leftover in compared staging sanitised production; do
    query "DROP DATABASE IF EXISTS $leftover"
done
rm -rf "$folder/run/mydumper" "$folder"/run/*.gz
generate $((MIB * 4))
rm -rf "$folder/run/store"
run_weir "weir backup, 4x" 1 backup production/app
run_weir "weir restore, 4x" 1 restore staging/app

report
rm -rf "$folder/run"
verdict "$size_mib" "${missed[@]}"
