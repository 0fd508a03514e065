#!/usr/bin/env bash
# Peak memory of backing up and restoring a 2 GiB SQLite database, beside sqlite3 and zstd.
#
# WEIR_BENCH_MIB=256 makes it smaller, for a quick look. It needs about seven times the size of
# the database on the disk of target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
bench=memory
# shellcheck source=scripts/lib/bench.sh
. scripts/lib/bench.sh

MIB=${WEIR_BENCH_MIB:-2048}
LIMIT_MIB=128
ROUNDS=3
folder=$PWD/target/bench/memory
source_db=$folder/source-v1-$MIB.db
shell_sql=".backup '$folder/dump.db'"

need sqlite3:sqlite3 zstd:zstd /usr/bin/time:time

# The same bytes on every machine: text that compresses, and hashes that do not, about 1 KiB a
# row, in one pass with no journal.
generate() {
    rm -f "$source_db" "$source_db.new"
    sqlite3 "$source_db.new" >/dev/null <<SQL
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE editions(id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, image BLOB NOT NULL);
BEGIN;
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $MIB * 1000)
INSERT INTO editions
SELECT i, 'Edition ' || i || ' of document ' || (i % 40009),
       replace(hex(zeroblob(5)), '00', printf('Paragraph %d says what paragraph %d left out, at length. ', i * 7919 % 1000003, i * 31 % 9973))
           || hex(sha3(i || 'a', 512)),
       CAST(sha3(i || 'b', 512) || sha3(i || 'c', 512) || sha3(i || 'd', 512) || sha3(i || 'e', 512) || sha3(i || 'f', 512) || sha3(i || 'g', 512) AS BLOB)
FROM n;
CREATE INDEX editions_by_title ON editions(title);
COMMIT;
SQL
    mv "$source_db.new" "$source_db"
}

contents() {
    sqlite3 -readonly "$1" "SELECT count(*), sum(length(title)), sum(length(body)), sum(length(image)) FROM editions"
}

mkdir -p "$folder"
free_mib=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
if [ "$free_mib" -lt $((MIB * 8)) ]; then
    echo "bench memory needs $((MIB * 8)) MiB free in $folder, there are $free_mib" >&2
    exit 1
fi
echo "building weir (release)"
cargo build --release --locked --quiet --package weir
weir=${CARGO_TARGET_DIR:-$PWD/target}/release/weir
[ -f "$source_db" ] || { echo "making a database of $MIB MiB" && generate; }
size_mib=$(($(stat -c %s "$source_db") / 1048576))

# A fixture that any run starts from: an upstream with data, a downstream with an older copy.
rm -rf "$folder/run" && mkdir -p "$folder/run/scratch"
cp "$source_db" "$folder/run/production.db"
cp "$source_db" "$folder/run/staging.db"
cp "$source_db" "$folder/shell.db"
cat >"$folder/run/weir.yaml" <<YAML
weir: 1
environments:
  production: {store: store/production}
  staging: {store: store/staging, upstream: production}
defaults:
  sqlite: {url: "sqlite://$folder/run/{environment}.db"}
apps:
  app: {engine: sqlite, database: editions, schedule: by-hand}
YAML
# Scratch files belong on the disk that is measured, not on one that is memory.
export TMPDIR=$folder/run/scratch

run_weir() { measure "$1" "$2" "$weir" --config "$folder/run/weir.yaml" "${@:3}"; }
run_shell() { measure "$1" "$2" bash -euo pipefail -c "$3"; }
backup_weir() { rm -rf "$folder/run/store" && run_weir "weir backup" "$1" backup production/app; }
backup_zstd() {
    rm -f "$folder"/dump.db*
    run_shell "sqlite3 .backup, zstd -3" "$1" "sqlite3 '$source_db' \"$shell_sql\" && zstd -3 -q '$folder/dump.db' -o '$folder/dump.db.zst'"
}
backup_threads() {
    rm -f "$folder"/dump.db*
    run_shell "sqlite3 .backup, zstd -3 -T2" "$1" "sqlite3 '$source_db' \"$shell_sql\" && zstd -3 -T2 -q '$folder/dump.db' -o '$folder/dump.db.zst'"
}
restore_weir() { run_weir "weir restore" "$1" restore staging/app; }
restore_shell() {
    rm -f "$folder/dump.db"
    run_shell "zstd -d, sqlite3 .restore" "$1" "zstd -d -q '$folder/dump.db.zst' -o '$folder/dump.db' && sqlite3 '$folder/shell.db' \".restore '$folder/dump.db'\""
}

cat "$source_db" >/dev/null # the first reader must not pay for a cold cache
for round in $(seq "$ROUNDS"); do
    # The order turns from round to round, so that no side always follows the other.
    if [ $((round % 2)) -eq 1 ]; then
        backup_weir "$round"; backup_zstd "$round"; backup_threads "$round"
        restore_weir "$round"; restore_shell "$round"
    else
        backup_threads "$round"; backup_zstd "$round"; backup_weir "$round"
        restore_shell "$round"; restore_weir "$round"
    fi
done

missed=()
[ "$(contents "$folder/run/staging.db")" = "$(contents "$source_db")" ] || missed+=("the restored database differs from its source")
for label in "weir backup" "weir restore"; do
    kib=$(peak_kib "$label")
    [ "$kib" -le $((LIMIT_MIB * 1024)) ] || missed+=("$label took $((kib / 1024)) MiB of memory, the limit is $LIMIT_MIB")
done

printf '\n%s MiB of SQLite, medians of %s rounds; ratio: throughput against the shell with one thread.\n' "$size_mib" "$ROUNDS"
echo "Weir also proves every row and page and syncs what it stores; the shell lines do neither."
table "$size_mib" "sqlite3 .backup, zstd -3" "weir backup" "sqlite3 .backup, zstd -3" "sqlite3 .backup, zstd -3 -T2"
table "$size_mib" "zstd -d, sqlite3 .restore" "weir restore" "zstd -d, sqlite3 .restore"
printf 'limit of memory: %s MiB\n' "$LIMIT_MIB"
rm -rf "$folder/run" "$folder/shell.db" "$folder"/dump.db*
verdict "$size_mib" "${missed[@]}"
