# shellcheck shell=bash
# Sourced by scripts: a browser and what drives it, for the tests of the page.
#
# Chromium is Debian's. Playwright drives it and axe-core looks for what keeps people out; both are
# packages of npm without dependencies, pinned by their digests, in target/tools/browser.

# browser - sees that they are there, and tells the tests where: WEIR_BROWSER is the folder,
# WEIR_CHROMIUM the program.
browser() {
    local folder=$PWD/target/tools/browser
    need chromium:chromium node:nodejs npm:npm
    browser_package playwright-core 1.60.0 8b1df81ba75e90a41eb5c996350ea7ecc1c915ea643ec55138f91c949c5a25bf
    browser_package axe-core 4.14.1 e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
    WEIR_CHROMIUM=$(command -v chromium)
    export WEIR_BROWSER=$folder WEIR_CHROMIUM
}

# browser_package NAME VERSION DIGEST
browser_package() {
    local into=$folder/node_modules/$1 unpacked
    grep -qs "\"version\": \"$2\"" "$into/package.json" && return 0
    mkdir -p "$folder/node_modules"
    unpacked=$(mktemp -d -p "$folder")
    echo "fetching $1"
    npm pack --silent --pack-destination "$unpacked" "$1@$2" >/dev/null
    echo "$3  $(echo "$unpacked"/*.tgz)" | sha256sum --check --quiet
    tar -xzf "$unpacked"/*.tgz -C "$unpacked" --no-same-owner
    rm -rf "$into"
    mv "$unpacked/package" "$into"
    rm -rf "$unpacked"
}
