#!/bin/sh
# Prints a checksum of all that web/dist/report.html is built from, so that a test without Node sees when it is stale.
set -eu
cd "$(dirname "$0")"
LC_ALL=C
export LC_ALL
for file in build.mjs package.json package-lock.json src/*; do
    printf '%s ' "$file"
    cksum <"$file"
done | cksum | tr ' ' -
