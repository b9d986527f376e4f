#!/bin/sh
# What an activation costs over relu: a step of ResNet-20 with each of those named (all that work number by number
# without) against the same with relu, in turn (bench/pairs.c). activations.sh [NAME...]; PAIRS says how many pairs.
set -eu
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- leaky-relu elu selu sigmoid tanh softplus gelu silu hard-swish

# network NAME: as bench/peers/resnet20.yaml, on one line.
network() {
    block() {
        echo "residual: [conv: {filters: $2$3}, batchnorm, $1, conv: {filters: $2}, batchnorm], $1"
    }
    blocks=
    for filters in 16 32 64; do
        first=
        [ "$filters" = 16 ] || first=', stride: 2'
        blocks="$blocks, $(block "$1" $filters "$first"), $(block "$1" $filters ''), $(block "$1" $filters '')"
    done
    echo "model=[conv: {filters: 16}, batchnorm, $1$blocks, globalpool, dense: 10]"
}

for name in "$@"; do
    echo "== $name"
    build/bench/pairs bench/peers/resnet20.yaml --a "$(network "$name")" --b "$(network relu)" --a loader=off \
        --b loader=off --steps 1 --skip 1 --pairs "${PAIRS:-50}" | sed 's/model=.*globalpool, dense: 10\]//'
done
