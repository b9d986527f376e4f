#!/bin/sh
# Runs the benchmarks: each kernel; what the loader and decoding cost; then bench/peers, where PyTorch's program is there.
set -eu
cd "$(dirname "$0")/.."

echo "== kernels"
build/cradle bench --kernels --seconds 120

# Without their data the others go on.
echo "== the loader, against steps on a dozen batches in memory"
build/bench/pairs bench/peers/lenet5.yaml --b loader=off --steps 20 || echo "Going on without."
echo "== decoding JPEG, against pictures in memory"
folder='data.source={folder: {path: build/data/cifar10, size: 32}}'
build/bench/pairs bench/peers/resnet20.yaml --a "$folder" --a data.source.folder.memory=0 \
    --a data.source.folder.cache=0 --b "$folder" --steps 3 || echo "Going on without."
echo "== pictures from the cache, against pictures in memory"
build/bench/pairs bench/peers/resnet20.yaml --a "$folder" --b "$folder" --b data.source.folder.cache=0 --steps 3 ||
    echo "Going on without."

echo "== peers"
bench/peers/run.py || [ $? = 77 ]
bench/peers/inference.py || echo "Going on without."
