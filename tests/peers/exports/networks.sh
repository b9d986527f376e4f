#!/bin/sh
# Networks of every kind, trained briefly and exported in every format: MLP, LeNet, VGG with batch norm, ResNet with group
# norm, maxout, every activation. On 1,000 test pictures of MNIST and 200 of CIFAR-10 probabilities must be those of `cradle
# predict` to 1e-4: of the C source compiled, of the ONNX file under onnxruntime (npm: onnxruntime-node, put into
# build/peers), of the safetensors file in PyTorch. The ONNX file must please the checker of the package onnx. In 8 bits
# the C source may lose half a point of accuracy, and its constants be 30 % as large. 77 where nothing can be compared.
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
# python MODULE: the first Python that has it.
python() {
    for candidate in /usr/bin/python3 python3; do
        $candidate -c "import $1" 2>/dev/null && echo "$candidate" && return
    done
}
any=$(python json) torch=$(python torch) checker=$(python onnx) pictures=$(python PIL)
[ -n "$any" ] || {
    echo "SKIP: there is no python3 (Debian: python3)"
    exit 77
}
if [ ! -d "$peers/node_modules/onnxruntime-node" ] && command -v npm >/dev/null; then
    mkdir -p "$peers"
    (cd "$peers" && npm install --ignore-scripts --silent onnxruntime-node@1 >/dev/null 2>&1)
fi
runtime=''
[ ! -d "$peers/node_modules/onnxruntime-node" ] || runtime=yes
[ -n "$torch" ] || echo "SKIP: PyTorch (Debian: python3-torch)"
[ -n "$checker" ] || echo "SKIP: ONNX's checker (Debian: python3-onnx)"
[ -n "$runtime" ] || echo "SKIP: onnxruntime (Debian: nodejs npm; npm: onnxruntime-node)"
place=$(mktemp -d) && trap 'rm -rf "$place"' EXIT && cd "$place" || exit 1

faults=0
fault() {
    echo "$1"
    faults=$((faults + 1))
}

# try NAME SET MODEL [int8|few]: trains on a part of the set, exports, runs, compares.
try() {
    name=$1 set=$2 limit=3000
    [ "${4-}" != few ] || limit=500
    [ -d "$set" ] || return
    printf 'data: {source: %s, limit: %d}\nmodel: %s\ntrain: {epochs: 2, optimizer: {sgd: {lr: 0.05, momentum: 0.9}}}\n' "$set" "$limit" "$3" >net.yaml
    rm -rf run
    "$cradle" train net.yaml --run run >/dev/null || {
        fault "$name cannot be trained"
        return
    }
    "$cradle" predict run "$set"/*.png --top 10 --json >wanted.json || fault "$name: cradle predict"
    "$cradle" export run --format c --out reference.c --overwrite >/dev/null &&
        cc -std=c99 -O2 -w -I. -o reference "$here/run_c.c" reference.c -lm && ./reference <"$set/pixels.bin" >found.bin &&
        "$any" "$here/compare.py" "$name in C" wanted.json found.bin || fault "$name: C"
    "$cradle" export run --format onnx --out net.onnx --overwrite >out && grep -q '^  verified' out || fault "$name: ONNX: $(cat out)"
    if [ -n "$checker" ]; then
        $checker -c 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)' net.onnx ||
            fault "$name: ONNX's checker"
    fi
    if [ -n "$runtime" ]; then
        NODE_PATH="$peers/node_modules" node "$here/run_onnx.js" net.onnx "$set/pixels.bin" found.bin &&
            "$any" "$here/compare.py" "$name in onnxruntime" wanted.json found.bin || fault "$name: onnxruntime"
    fi
    if [ -n "$torch" ] && [ "$name" != shapes ]; then
        "$cradle" export run --format safetensors --layout torch --out net.safetensors --overwrite >/dev/null &&
            $torch "$here/run_twin.py" "$name" net.safetensors "$set/pixels.bin" found.bin &&
            "$any" "$here/compare.py" "$name in PyTorch" wanted.json found.bin || fault "$name: PyTorch"
    fi
    [ "${4-}" = int8 ] || return
    "$cradle" export run --format c --int8 --out eight.c --overwrite >out || fault "$name in 8 bits"
    awk -v name="$name" '$1 == "constants" { share = $4 } $1 == "accuracy" { found = $2; sub(/\)/, "", $5); wanted = $5 }
        END { printf "%s in 8 bits: %s %% as large, accuracy %s (in float %s)\n", name, share, found, wanted
              exit !(share > 20 && share <= 30 && found >= wanted - 0.005) }' out || fault "$name in 8 bits: $(cat out)"
}

"$any" "$here/pictures.py" mnist 1000 mnist || rm -rf mnist
"${pictures:-$any}" "$here/pictures.py" cifar10 200 cifar10 || rm -rf cifar10
[ -d mnist ] || [ -d cifar10 ] || exit 77
try mlp mnist '[dense: 128, relu, dropout: 0.3, dense: 10]' int8
try lenet mnist '[conv: {filters: 12, kernel: 5}, tanh, maxpool: 2, conv: {filters: 32, kernel: 5, padding: valid}, relu, maxpool: 2, dense: 84, sigmoid, dense: 10]' int8
try maxout mnist '[conv: 16, maxout: 2, maxpool: 2, conv: 24, maxout: 3, maxpool: 2, dense: 90, maxout: 3, dense: 10]' int8
try vgg cifar10 '[conv: 32, batchnorm, relu, conv: 32, batchnorm, relu, maxpool: 2, conv: 64, batchnorm, relu, maxpool: 2, conv: 64, batchnorm, relu, maxpool: 2, dense: 64, batchnorm, relu, dense: 10]' int8
try resnet cifar10 '[conv: 16, groupnorm: 4, relu, residual: [conv: {filters: 32, stride: 2}, groupnorm: 8, relu, conv: 32, groupnorm: 8], relu, globalpool, dense: 10]'
try shapes cifar10 '[conv: {filters: 6, groups: 3}, branch: {lists: [[avgpool: {size: 3, stride: 1, padding: same}], [maxpool: {size: 3, stride: 1, padding: 1}], []]}, conv: {filters: 4, stride: 2}, upconv: {filters: 3, stride: 3, kernel: 2}, upsample: {scale: 2, mode: bilinear}, avgpool: 4, upsample: 2, squeeze-excite: 1, flatten, prelu, layernorm, dense: 10]'
# As many as the library knows: its list must have no other.
known='relu leaky-relu prelu elu selu gelu silu hard-swish softplus tanh sigmoid linear'
for layer in $("$cradle" list layers --names | grep -E 'elu$|swish|soft|tanh|sigmoid|linear|silu'); do
    case " $known " in *" $layer "*) ;; *) fault "the activation $layer is tried by nobody" ;; esac
done
for activation in $known 'gelu: {approximate: tanh}'; do
    name=$(echo "$activation" | tr -cd 'a-z-' | sed 's/geluapproximatetanh/gelutanh/')
    try "$name" mnist "[conv: 8, maxpool: 4, $activation, dense: 10]" few
done
exit $((faults > 0))
