#!/bin/sh
# Weights to PyTorch and back: what `cradle export --layout torch` writes is loaded there, strictly, and answers alike;
# what PyTorch saves of an nn.Sequential with random weights is loaded by train.init_from, and answers alike. 77 where
# PyTorch is missing.
set -u
cd "$(dirname "$0")/../../.." || exit 1
here=$PWD/tests/peers/exports
cradle=$PWD/${CRADLE_BUILD:-build}/cradle
python=''
for candidate in /usr/bin/python3 python3; do
    $candidate -c 'import torch' 2>/dev/null && python=$candidate
done
[ -n "$python" ] || {
    echo "SKIP: PyTorch cannot be found (Debian: python3-torch)"
    exit 77
}
[ -x "$cradle" ] || {
    echo "there is no program at $cradle: make build"
    exit 1
}
place=$(mktemp -d) && trap 'rm -rf "$place"' EXIT && cd "$place" || exit 1
cat >net.yaml <<'EOF'
data: {source: digits}
model: [conv: 6, batchnorm, relu, conv: {filters: 8, groups: 2}, groupnorm: 4, prelu, upconv: 3, maxpool: 2, flatten, batchnorm, dense: 20, tanh, dense: 10]
train: {epochs: 1}
EOF
"$cradle" train net.yaml --run first >/dev/null && "$cradle" export first --format safetensors --layout torch --out to.safetensors >/dev/null || exit 1
$python "$here/run_torch.py" pictures || exit 1
"$cradle" predict first picture*.png --top 10 --json >first.json || exit 1
$python "$here/run_torch.py" load to.safetensors first.json || exit 1

# Back, with other weights: all layers but the last frozen, and a rate that changes no float.
$python "$here/run_torch.py" save from.safetensors || exit 1
"$cradle" train net.yaml train.init_from=from.safetensors 'train.freeze=[conv*, batchnorm*, groupnorm*, prelu*, upconv*, dense1]' \
    'train.optimizer={sgd: {lr: 1e-12}}' --run second >/dev/null || exit 1
"$cradle" export second --format safetensors --layout torch --out second.safetensors >/dev/null || exit 1
"$cradle" predict second picture*.png --top 10 --json >second.json || exit 1
$python "$here/run_torch.py" answer from.safetensors second.safetensors second.json
