# Keeps a PostgreSQL server for as long as its standard input is open: for as long as its owner
# lives, however that ends. Then neither a process nor a file of it is left.
#   sh keep.sh PROGRAMS PORT…     spare ports are for when somebody else takes one meanwhile
# Says `ready FOLDER PORT` once the server answers, or what went wrong.
set -u
programs=$1
shift
exec 2>&1
# The owner may be gone before it is told anything.
trap '' PIPE
umask 077

# A server refuses to run as root.
unprivileged() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
    user=$(id -un postgres 2>/dev/null) || user=nobody
    group=$(id -g "$user")
    unprivileged() { setpriv --reuid "$user" --regid "$group" --clear-groups -- "$@"; }
fi

reachable() {
    cp -RP "$(dirname "$programs")" programs && chown -R "$user" programs || return
    programs=$folder/programs/$(basename "$programs")
}

start() {
    head -c 18 /dev/urandom | base64 >password
    [ -z "${user:-}" ] || chown -R "$user" . || return
    # Programs may lie where only their owner gets in.
    unprivileged test -x "$programs/initdb" || reachable || return
    unprivileged "$programs/initdb" --pgdata data --username weir --pwfile password \
        --auth-local trust --auth-host scram-sha-256 --encoding UTF8 --locale C.UTF-8 \
        --no-sync --no-instructions || return
    # What would make it durable is off: its data die with it.
    cat >>data/postgresql.conf <<SETTINGS || return
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder'
timezone = 'UTC'
max_connections = 100
max_prepared_transactions = 10
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = logical
max_wal_size = 1GB
SETTINGS
    for port in "$@"; do
        unprivileged "$programs/pg_ctl" start --silent --wait --pgdata data --log server.log \
            --options "-p $port" && return
    done
    cat server.log
    return 1
}

folder=$(mktemp -d "${TMPDIR:-/tmp}/weir-postgres.XXXXXXXX") && cd "$folder" || exit
if start "$@" </dev/null >start.log 2>&1; then
    echo "ready $folder $port"
else
    cat start.log
    exec </dev/null
fi
# The owner reads to the end of what is said.
exec >/dev/null 2>&1
cat
unprivileged "$programs/pg_ctl" stop --silent --wait --mode immediate --pgdata data
cd / && rm -rf "$folder"
