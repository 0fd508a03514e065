# Keeps a MariaDB server for as long as its standard input is open: for as long as its owner
# lives, however that ends. Then neither a process nor a file of it is left.
#   sh keep.sh SERVER FILES PORT… -- SETTING…
# FILES is a folder with the certificate that the server shows, or empty; spare ports are for when
# somebody else takes one meanwhile. Says `ready USER PORT FOLDER` once the server answers, or what
# went wrong.
set -u
server=$1 files=$2
shift 2
ports=
while [ "$1" != -- ]; do
    ports="$ports $1"
    shift
done
shift
exec 2>&1
# The owner may be gone before it is told anything.
trap '' PIPE
umask 077

# A server should not run as root. Words of their own: what is run through them keeps its id.
as=
owner=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    user=$(id -un mysql 2>/dev/null) || user=nobody
    group=$(id -g "$user")
    as="setpriv --reuid $user --regid $group --clear-groups --"
fi

# Whoever runs the tests enters through the socket, by name and without a password; by TCP one is
# asked for.
users() {
    for name in weir guest; do
        echo "CREATE USER $name@'127.0.0.1' IDENTIFIED BY '$(cat password)';"
    done
    echo "GRANT ALL ON *.* TO weir@'127.0.0.1' WITH GRANT OPTION;"
}

answers() {
    mariadb-admin --no-defaults --socket "$folder/socket" --silent ping
}

start() {
    head -c 18 /dev/urandom | base64 >password
    users >users.sql
    if [ -n "$files" ]; then
        cp "$files"/* . || return
        set -- --ssl-cert="$folder/server.crt" --ssl-key="$folder/server.key" \
            --ssl-ca="$folder/root.crt" "$@"
    fi
    [ -z "$as" ] || chown -R "$user" . || return
    $as mariadb-install-db --no-defaults --datadir="$folder/data" --skip-test-db \
        --auth-root-authentication-method=socket --auth-root-socket-user="$owner" \
        --innodb-log-file-size=32M --innodb-flush-method=nosync || return
    for port in $ports; do
        # What would make it durable is off: its data die with it.
        $as "$server" --no-defaults --datadir="$folder/data" --socket="$folder/socket" \
            --pid-file="$folder/pid" --init-file="$folder/users.sql" \
            --bind-address=127.0.0.1 --port="$port" --skip-name-resolve \
            --server-id=1 --log-bin=binlog --binlog-format=ROW --sync-binlog=0 --event-scheduler=ON \
            --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=OFF \
            --innodb-log-file-size=32M --innodb-buffer-pool-size=64M --key-buffer-size=1M \
            --aria-pagecache-buffer-size=8M --max-connections=200 \
            --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci \
            "$@" >>server.log 2>&1 &
        pid=$!
        while kill -0 "$pid" 2>/dev/null; do
            answers >/dev/null 2>&1 && return
            sleep 0.02
        done
    done
    cat server.log
    return 1
}

pid=
folder=$(mktemp -d "${TMPDIR:-/tmp}/weir-mariadb.XXXXXXXX") && cd "$folder" || exit
# Where the server's user may write.
export TMPDIR="$folder"
if start "$@" </dev/null >start.log 2>&1; then
    echo "ready $owner $port $folder"
else
    cat start.log
    exec </dev/null
fi
# The owner reads to the end of what is said.
exec >/dev/null 2>&1
cat
[ -z "$pid" ] || kill -KILL "$pid"
wait
cd / && rm -rf "$folder"
