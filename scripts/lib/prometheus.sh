# shellcheck shell=bash
# Sourced by scripts: Prometheus, its promtool and the Pushgateway, which tests start.

# prometheus - sees that they are there, and on PATH. Debian's packages are unpacked, not installed:
# installing them would start servers that nobody asked for.
prometheus() {
    local folder=$PWD/target/tools/prometheus unpacked
    if [ ! -x "$folder/usr/bin/prometheus-pushgateway" ]; then
        unpacked=$(mktemp -d)
        echo "fetching Prometheus and the Pushgateway"
        (cd "$unpacked" && apt-get download -qq prometheus prometheus-pushgateway)
        mkdir -p "$folder"
        for package in "$unpacked"/*.deb; do
            dpkg-deb -x "$package" "$folder"
        done
        rm -rf "$unpacked"
    fi
    PATH=$PATH:$folder/usr/bin
    export PATH
}
