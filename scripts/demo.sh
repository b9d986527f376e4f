#!/bin/sh
# Trains a network on handwritten digits, tests it on digits it has not seen, and says where to look next.
set -eu
cd "$(dirname "$0")/.."

run=build/demo
rm -rf "$run"
build/cradle train --run "$run"
build/cradle test "$run"

echo
echo "The run lies in $run: config.yaml (every option), events.jsonl (what happened), best.safetensors (the network)."
if [ -f "$run/report.html" ]; then
    echo "Its report: $run/report.html"
fi
echo "Next: build/cradle --help, or your own pictures: examples/pictures.yaml"
