# shellcheck shell=bash
# Sourced by scripts: Prometheus, its promtool and the Pushgateway, which tests start.

# prometheus - sees that they are there, and on PATH. Debian's packages are unpacked, not installed:
# installing them would start servers that nobody asked for.
prometheus() {
    local folder=$PWD/target/tools/prometheus unpacked package
    if [ ! -x "$folder/usr/bin/prometheus-pushgateway" ]; then
        if ! command -v apt-get >/dev/null 2>&1; then
            echo "missing: prometheus, promtool and prometheus-pushgateway (Debian's names). Put them on PATH." >&2
            return 0
        fi
        unpacked=$(mktemp -d)
        echo "fetching Prometheus and the Pushgateway"
        if ! prometheus_packages "$unpacked" 2>/dev/null; then
            # A machine that has just been made knows of no package yet.
            if [ "$(id -u)" -eq 0 ]; then apt-get update -qq; else sudo -n apt-get update -qq; fi
            prometheus_packages "$unpacked"
        fi
        mkdir -p "$folder"
        for package in "$unpacked"/*.deb; do
            dpkg-deb -x "$package" "$folder"
        done
        rm -rf "$unpacked"
    fi
    PATH=$PATH:$folder/usr/bin
    export PATH
}

# prometheus_packages FOLDER - downloads them there.
prometheus_packages() {
    (cd "$1" && apt-get download -qq prometheus prometheus-pushgateway)
}
