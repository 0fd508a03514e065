# shellcheck shell=bash
# Sourced by scripts: the few programs of the system that they need.

# found COMMAND - is it there? Debian keeps PostgreSQL's own programs out of PATH, a folder for each
# version, and servers where only root looks.
found() {
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null
}

# need COMMAND:PACKAGE… - sees that every command is there, installing its Debian package where
# that is allowed (root, or sudo without a password), and fails with one clear line where not.
need() {
    local pair missing=()
    for pair in "$@"; do
        found "${pair%%:*}" || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} -eq 0 ] && return 0

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "missing: ${missing[*]}. Install them, e.g.: sudo apt-get install ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo -n)
    fi
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "missing: ${missing[*]} (Debian's names). Install them with this system's package manager." >&2
        return 1
    fi
    echo "installing: ${missing[*]}"
    case " ${missing[*]} " in
        *" postgresql "*) no_main_cluster "${as_root[@]}" ;;
    esac
    "${as_root[@]}" apt-get update -qq
    # The variable is passed through env, since sudo drops it.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# no_main_cluster [SUDO…] - keeps Debian's package from making and starting a server that nobody
# asked for, unless this machine has its own rules for that.
no_main_cluster() {
    # shellcheck disable=SC2016 # for the shell that is started
    "$@" sh -euc '[ -e "$1" ] || { mkdir -p "$(dirname "$1")" && echo "create_main_cluster = false" >"$1"; }' \
        sh /etc/postgresql-common/createcluster.conf
}
