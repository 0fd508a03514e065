# shellcheck shell=bash
# Sourced by the bench: a MariaDB server of its own, as the tests have, with the settings of a
# production server. It ends with the bench, however that ends.

# Durable, with memory for the work, the same for every tool. What is not here is MariaDB's default.
SETTINGS=(
    --innodb-buffer-pool-size=1G --innodb-log-file-size=1G --innodb-flush-log-at-trx-commit=1
    --innodb-flush-method=O_DIRECT --innodb-doublewrite=ON --innodb-io-capacity=4000 --innodb-io-capacity-max=20000
    --sync-binlog=0 --max-allowed-packet=64M
)

# start_server FOLDER - sets server_user and server_socket.
start_server() {
    local ready port place
    mkdir -p "$1"
    # Its standard input is open for as long as this shell lives; what is sent to the whole group, as
    # Ctrl-C is, must not keep it from tidying up.
    coproc KEEPER {
        TMPDIR=$1 exec setsid sh crates/testkit/src/mariadb/keep.sh "$(PATH=$PATH:/usr/sbin command -v mariadbd)" '' \
            $((20000 + $$ % 20000)) $((40000 + $$ % 20000)) -- "${SETTINGS[@]}"
    }
    keeper=$KEEPER_PID keeper_input=${KEEPER[1]}
    read -r -u "${KEEPER[0]}" ready server_user port place
    if [ "$ready" != ready ]; then
        echo "MariaDB did not start: $ready $server_user $port $place" >&2
        exit 1
    fi
    server_socket=$place/socket
}

# stop_server - and removes every file of it.
stop_server() {
    [ -n "${keeper:-}" ] || return 0
    exec {keeper_input}>&-
    wait "$keeper" || true
}

# client [DATABASE] - runs the SQL that it reads, prints the rows.
client() {
    mariadb --no-defaults --socket="$server_socket" --user="$server_user" --batch --skip-column-names "$@"
}

# query STATEMENT - runs SQL, prints the rows.
query() { client -e "$1"; }

# fresh DATABASE… - makes each database anew, empty.
fresh() {
    local name
    for name in "$@"; do
        query "DROP DATABASE IF EXISTS $name; CREATE DATABASE $name CHARACTER SET utf8mb4"
    done
}

# settle - waits until nothing of the run before is left to be written, and drops old logs.
settle() {
    local dirty deadline=$((SECONDS + 120))
    query "PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY; SET GLOBAL innodb_max_dirty_pages_pct = 0"
    while dirty=$(query "SHOW STATUS LIKE 'Innodb_buffer_pool_pages_dirty'" | cut -f2) && [ "$dirty" -gt 100 ]; do
        [ "$SECONDS" -lt "$deadline" ] || break
        sleep 0.2
    done
    query "SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT"
}

# size_of DATABASE - in MiB.
size_of() {
    query "SELECT CEIL(SUM(DATA_LENGTH + INDEX_LENGTH) / 1048576) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '$1'"
}

# contents DATABASE - a line for each table that differs where rows do.
contents() {
    client "$1" <<<"CHECKSUM TABLE people, documents, orders, order_lines" | sed 's/^[^.]*\.//'
}
