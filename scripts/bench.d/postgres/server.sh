# shellcheck shell=bash
# Sourced by the bench: a PostgreSQL server of its own, as the tests have, with the settings of a
# production server. It ends with the bench, however that ends.

# start_server FOLDER - sets PGHOST, PGPORT and PGUSER, and `programs`, the folder of its clients.
start_server() {
    local ready
    programs=$(dirname "$(find /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)")
    [ "$programs" != . ] || programs=$(dirname "$(command -v initdb)")
    mkdir -p "$1"
    # Its standard input is open for as long as this shell lives; what is sent to the whole group, as
    # Ctrl-C is, must not keep it from tidying up.
    coproc KEEPER { TMPDIR=$1 exec setsid sh crates/testkit/src/postgres/keep.sh "$programs" $((20000 + $$ % 20000)) $((40000 + $$ % 20000)); }
    keeper=$KEEPER_PID keeper_input=${KEEPER[1]}
    read -r -u "${KEEPER[0]}" ready PGHOST PGPORT
    if [ "$ready" != ready ]; then
        echo "PostgreSQL of $programs did not start: $ready $PGHOST $PGPORT" >&2
        exit 1
    fi
    export PGHOST PGPORT PGUSER=weir PGDATABASE=postgres PATH="$programs:$PATH"
    export PGOPTIONS="-c client_min_messages=warning"
    psql -qX -v ON_ERROR_STOP=1 -f scripts/bench.d/postgres/settings.sql
    (cd "$PGHOST" && as_owner data pg_ctl restart --silent --wait --pgdata data --log server.log >restart.log)
}

# as_owner PATH COMMAND… - runs a command as whoever owns a file.
as_owner() {
    local owner
    owner=$(stat -c %U "$1")
    shift
    if [ "$owner" = "$(id -un)" ]; then
        "$@"
    else
        setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups -- "$@"
    fi
}

# stop_server - and removes every file of it.
stop_server() {
    [ -n "${keeper:-}" ] || return 0
    exec {keeper_input}>&-
    wait "$keeper" || true
}

# sql DATABASE STATEMENT - runs SQL, prints the rows.
sql() {
    psql -qXAt -v ON_ERROR_STOP=1 -d "$1" -c "$2"
}

# fresh DATABASE… - makes each database anew, empty.
fresh() {
    local name
    for name in "$@"; do
        sql postgres "DROP DATABASE IF EXISTS $name WITH (FORCE)"
        sql postgres "CREATE DATABASE $name TEMPLATE template0"
    done
}

# contents DATABASE - a line that differs where rows do.
contents() {
    sql "$1" "SELECT 'people', count(*), sum(hashtextextended(p::text, 0)) FROM people p
        UNION ALL SELECT 'documents', count(*), sum(hashtextextended(d::text, 0)) FROM documents d
        UNION ALL SELECT 'orders', count(*), sum(hashtextextended(o::text, 0)) FROM orders o
        UNION ALL SELECT 'order_lines', count(*), sum(hashtextextended(l::text, 0)) FROM order_lines l"
}
