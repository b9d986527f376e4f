#!/bin/sh
# Exported ONNX files under other programs: the checker of the package onnx (Debian: python3-onnx), and onnxruntime (npm:
# onnxruntime-node, put into build/peers), whose probabilities must be within 1e-4 of those of the exported C source, for
# pictures drawn at random and networks of every kind of layer. 77 where a package is missing.
set -u
cd "$(dirname "$0")/../../.." || exit 1
here=$PWD/tests/peers/exports
cradle=$PWD/${CRADLE_BUILD:-build}/cradle
peers=$PWD/build/peers
export CRADLE_DATA="${CRADLE_DATA:-$PWD/build/data:$PWD/../shared/data}"
[ -x "$cradle" ] || {
    echo "there is no program at $cradle: make build"
    exit 1
}
for program in node npm; do
    command -v $program >/dev/null || {
        echo "SKIP: there is no $program (Debian: nodejs npm)"
        exit 77
    }
done
if [ ! -d "$peers/node_modules/onnxruntime-node" ]; then
    mkdir -p "$peers"
    (cd "$peers" && npm install --ignore-scripts --silent onnxruntime-node@1 >/dev/null 2>&1) || {
        echo "SKIP: npm cannot install onnxruntime-node here"
        exit 77
    }
fi
python=""
for candidate in python3 /usr/bin/python3; do
    $candidate -c 'import onnx' 2>/dev/null && python=$candidate
done
[ -n "$python" ] || echo "SKIP: the checker (Debian: python3-onnx)"
place=$(mktemp -d) && trap 'rm -rf "$place"' EXIT && cd "$place" || exit 1

faults=0
# try NAME SOURCE MODEL: trains for an epoch, exports, checks, runs, compares.
try() {
    printf 'data: {source: %s, limit: 600}\nmodel: %s\ntrain: {epochs: 1, optimizer: {sgd: {lr: 0.02}}}\n' "$2" "$3" >"$1.yaml"
    "$cradle" train "$1.yaml" --run "$1" >/dev/null && "$cradle" export "$1" --format onnx --out "$1.onnx" >/dev/null &&
        "$cradle" export "$1" --format c --out reference.c --overwrite >/dev/null || {
        faults=$((faults + 1))
        return
    }
    if [ -n "$python" ]; then
        $python -c 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)' "$1.onnx" || faults=$((faults + 1))
    fi
    NODE_PATH="$peers/node_modules" node "$here/run_onnx.js" "$1.onnx" pixels.bin probabilities.bin || faults=$((faults + 1))
    cc -O2 -w -I. -o reference "$here/run_c.c" reference.c -lm && ./reference <pixels.bin >wanted.bin || faults=$((faults + 1))
    python3 - "$1" <<'EOF' || faults=$((faults + 1))
import array, sys
found, wanted = array.array("f"), array.array("f")
found.frombytes(open("probabilities.bin", "rb").read())
wanted.frombytes(open("wanted.bin", "rb").read())
most = max(abs(a - b) for a, b in zip(found, wanted))
print("%s: %d probabilities, off by at most %.2g" % (sys.argv[1], len(found), most))
sys.exit(len(found) != len(wanted) or not most <= 1e-4)
EOF
}

try mlp mnist '[dense: 64, relu, dropout: 0.3, dense: 10]'
try lenet mnist '[conv: {filters: 6, kernel: 5}, tanh, maxpool: 2, conv: {filters: 16, kernel: 5, padding: valid}, batchnorm, relu, maxpool: 2, dense: 84, sigmoid, dense: 10]'
try vgg cifar10 '[conv: 8, batchnorm, relu, conv: 8, batchnorm, relu, maxpool: 2, conv: 16, batchnorm, relu, maxpool: 2, flatten, batchnorm, dense: 32, batchnorm, relu, dense: 10]'
try resnet cifar10 '[conv: 8, groupnorm: 2, relu, residual: [conv: {filters: 16, stride: 2}, groupnorm: 4, relu, conv: 16, groupnorm: 4], relu, globalpool, dense: 10]'
try maxout mnist '[conv: {filters: 8, stride: 2}, maxout: 2, conv: {filters: 9, groups: 1, stride: 2}, maxout: 3, dense: 30, maxout: 3, dense: 10]'
try shapes cifar10 '[conv: {filters: 6, groups: 3}, branch: {lists: [[avgpool: {size: 3, stride: 1, padding: same}], [maxpool: {size: 3, stride: 1, padding: 1}], []]}, conv: {filters: 4, stride: 2}, upconv: {filters: 3, stride: 3, kernel: 2}, upsample: {scale: 2, mode: bilinear}, avgpool: 4, upsample: 2, flatten, prelu, layernorm, dense: 10]'
for activation in leaky-relu elu selu gelu 'gelu: {approximate: tanh}' silu hard-swish softplus tanh sigmoid prelu linear; do
    name=$(echo "$activation" | tr -cd 'a-z-')
    try "$name" mnist "[conv: {filters: 4, stride: 2}, $activation, dense: 10]"
done
exit $((faults > 0))
