#!/usr/bin/env bash
# Precision and recall of the detectors on labelled columns in four languages, and their speed.
#
# The columns are described in docs/detection.md. With --misses it prints what goes wrong in the
# tuning part; the held-out part is never looked at column by column.
set -euo pipefail
cd "$(dirname "$0")/../.."

exec cargo run --release --locked --quiet --package weir-detect --example bench -- "$@"
