# shellcheck shell=bash
# Sourced by scripts: the few programs of the system that they need.

# need COMMAND:PACKAGE… - sees that every command is there, installing its Debian package where
# that is allowed (root, or sudo without a password), and fails with one clear line where not.
need() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair#*:}")
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
    "${as_root[@]}" apt-get update -qq
    # The variable is passed through env, since sudo drops it.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
