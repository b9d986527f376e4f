#!/bin/sh
# Runs every benchmark that was built, one after the other; then bench/peers, where PyTorch's program is there.
set -eu
cd "$(dirname "$0")/.."

found=no
for program in build/bench/*; do
    if [ ! -f "$program" ] || [ ! -x "$program" ]; then
        continue
    fi
    found=yes
    echo "== $(basename "$program")"
    "$program"
done
if [ $found = no ]; then
    echo "bench: there is no program in bench/" >&2
    exit 1
fi
echo "== peers"
bench/peers/run.py || [ $? = 77 ]
