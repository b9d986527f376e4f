#!/bin/sh
# Trains a network on handwritten digits, tests it on digits it has not seen, asks it what is on a picture, and says where
# to look next.
set -eu
cd "$(dirname "$0")/.."

run=build/demo
rm -rf "$run"
build/cradle train --run "$run"
echo
build/cradle test "$run"
echo
build/cradle predict "$run" examples/digit.png

echo
echo "The run lies in $run: config.yaml (every option), events.jsonl (what happened), best.safetensors (the network)."
build/cradle report "$run"
echo "For pictures of your own see examples/pictures.yaml; for all commands, build/cradle --help."
