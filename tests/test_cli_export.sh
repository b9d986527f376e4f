# cradle export: what is written, that a file stands for its run, and what is refused.
. "$(dirname "$0")/cli.sh"

# Every kind of parameter, one of them behind a flattened picture.
cat >small.yaml <<'EOF'
data: {source: digits, limit: 300}
model:
  - conv: 4
  - batchnorm
  - relu
  - residual: [conv: {filters: 6, stride: 2}, groupnorm: 2]
  - upconv: 3
  - flatten
  - batchnorm
  - prelu
  - dense: 12
  - maxout: 2
  - dense: 10
train: {optimizer: {sgd: {lr: 0.05}}, epochs: 1, batch: 50}
EOF
works train small.yaml
"$CRADLE" data info digits --sheet sheet.png >/dev/null

# -------------------------------------------------------------------------------------------------------- safetensors
answers() {
    "$CRADLE" predict "$1" sheet.png --top 10 --json
    "$CRADLE" test "$1" | sed 1d
}
answers runs/small >wanted
for layout in own torch; do
    expect 0 '' export runs/small --format safetensors --layout $layout --out $layout.safetensors
    grep -q '^  verified   read back, it answers 256 samples' out || fault "$layout: not verified: $(cat out)"
    answers $layout.safetensors | diff wanted - || fault "$layout.safetensors answers otherwise than the run"
done
expect 0 '' export torch.safetensors --format safetensors --out back.safetensors
cmp own.safetensors back.safetensors || fault "by PyTorch's layout and back the file is another"
expect 0 '' export runs/small --format safetensors
cmp own.safetensors runs/small/model.safetensors || fault "where nothing is named the file is another"
expect 1 'cradle: own.safetensors exists: name another file, or use --overwrite' \
    export runs/small --format safetensors --out own.safetensors
expect 0 '' export runs/small --format safetensors --out own.safetensors --overwrite
expect 1 'cradle: runs is a folder: name the file to write' export runs/small --format safetensors --out runs
expect 1 'cradle: runs/none/a: cannot write: No such file or directory' \
    export runs/small --format safetensors --out runs/none/a

# Without its data it is written, and said not to be verified.
mkdir moved && cp runs/small/best.safetensors moved
sed 's/^  source:.*/  source: {idx: {images: gone, labels: gone}}/' runs/small/config.yaml | sed '/^    digits/d' >moved/config.yaml
works export moved --format safetensors
grep -q '^  not verified: the file can be read back, but there are no samples: .*gone' out || fault "without data: $(cat out)"

# A damaged file is refused, whatever is done with it.
cp own.safetensors damaged.safetensors
printf '\377' | dd of=damaged.safetensors bs=1 seek=5000 conv=notrunc 2>/dev/null
cradle predict damaged.safetensors sheet.png
[ $code = 1 ] && grep -q 'was altered or damaged' err || fault "a damaged file: $(cat err)"

# ------------------------------------------------------------------------------------------------------------------ c
# Every layer that a source can hold, in few pictures; compiled without a warning by what compilers there are.
cat >many.yaml <<'EOF'
data: {source: digits, limit: 200}
model:
  - batchnorm
  - conv: {filters: 6, groups: 1}
  - batchnorm
  - elu
  - upsample: {scale: 2, mode: bilinear}
  - conv: {filters: 8, groups: 2, stride: 2}
  - leaky-relu
  - branch: {lists: [[avgpool: {size: 3, stride: 1, padding: same}, gelu], [groupnorm: 2, silu], []]}
  - upconv: {filters: 6, stride: 2}
  - softplus
  - maxpool: {size: 3, stride: 2, padding: 1}
  - residual: [conv: 6, groupnorm: 3, tanh]
  - selu
  - hard-swish
  - flatten
  - prelu
  - dropout: 0.5
  - dense: 20
  - maxout: 2
  - sigmoid
  - dense: 10
train: {epochs: 1}
EOF
expect 0 '' train many.yaml
for run in small many; do
    expect 0 '' export runs/$run --format c --out $run.c
    grep -q '^  verified   compiled and run' out || fault "$run.c: not verified: $(cat out)"
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        $compiler -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror -c $run.c -o $run.o || fault "$compiler: $run.c"
    done
done
# In 8 bits, of a network that has learned something: within half a point, at most 30 % as large.
cat >eight.yaml <<'EOF'
data: {source: digits}
model:
  - conv: 12
  - batchnorm
  - relu
  - branch: {lists: [[conv: 8, gelu], [maxpool: {size: 3, stride: 1, padding: same}]]}
  - residual: [conv: 20, batchnorm]
  - relu
  - avgpool: 2
  - dense: 96
  - maxout: 2
  - dense: 10
train: {epochs: 6, optimizer: {sgd: {lr: 0.05, momentum: 0.9}}}
EOF
expect 0 '' train eight.yaml
expect 0 '' export runs/eight --format c --out eight.c --int8
awk '$1 == "constants" { share = $4 } $1 == "accuracy" { found = $2; sub(/\)/, "", $5); wanted = $5 }
    END { exit !(share > 20 && share <= 30 && wanted > 0.9 && found >= wanted - 0.005) }' out || fault "8 bits: $(cat out)"
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    $compiler -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror -c eight.c -o eight.o || fault "$compiler: eight.c"
done
expect 0 '' export runs/eight --format c --out eight2.c --int8 --weights eight.bin
grep -q '^  verified   compiled and run' out || fault "eight2.c: not verified: $(cat out)"
expect 1 'cradle: groupnorm1: groupnorm has no form in 8 bits here: export without --int8' \
    export runs/small --format c --out small8.c --int8
[ ! -e small8.c ] || fault "an export that failed left a file"

expect 0 '' export runs/many --format c --out apart.c --weights apart.bin
grep -q '^  verified   compiled and run' out || fault "apart.c: not verified: $(cat out)"
[ "$(wc -c <apart.c)" -lt "$(wc -c <many.c)" ] && [ -s apart.bin ] || fault "weights are no file of their own"
CC=/nowhere/cc cradle export runs/small --format c --out blind.c
grep -q '^  not verified: there is no C compiler /nowhere/cc' out || fault "without a compiler: $(cat out err)"
expect 1 "cradle: small.o: a C source's name ends in .c" export runs/small --format c --out small.o --overwrite
expect 1 'cradle: the format c has no option layout' export runs/small --format c --out layout.c --layout torch
expect 1 'cradle: the format safetensors has no option weights' \
    export runs/small --format safetensors --out a.safetensors --weights b

# --------------------------------------------------------------------------------------------------------------- onnx
for run in small many; do
    expect 0 '' export runs/$run --format onnx --out $run.onnx
    grep -q '^  verified   read back and run, probabilities differ by at most [0-9.e-]* on 256 samples' out || fault "$run.onnx: $(cat out)"
done
expect 0 '' export moved --format onnx
grep -q '^  not verified: the file can be read back, but there are no samples: .*gone' out || fault "onnx without data: $(cat out)"

# tell NAME DATA MODEL TRAIN FORMAT...: what is done to the input, and networks that answer with something else than a class.
tell() {
    printf 'data: {source: digits, limit: 200, %s}\nmodel: %s\ntrain: {epochs: 1%s}\n' "$2" "$3" "$4" >"$1.yaml"
    told=$1
    shift 4
    expect 0 '' train "$told.yaml"
    for format in "$@"; do
        # shellcheck disable=SC2086 # no word or one
        expect 0 '' export "runs/$told" --out "told.${format%% *}" --overwrite --format $format
        grep -q '^  verified   ' out || fault "$told as $format: $(cat out)"
    done
}
tell pixel 'standardize: pixel' '[conv: 4, relu, dense: 10]' '' onnx c 'c --int8'
tell zca 'standardize: image, whiten: zca' '[conv: 4, batchnorm, relu, dense: 10]' '' onnx c
tell pca 'whiten: {pca: {components: 20}}' '[dense: 10]' '' onnx safetensors
tell numbers 'standardize: none' '[conv: 4, relu, conv: 1]' ', target: input, loss: sigmoid-cross-entropy' onnx safetensors 'c --int8'
cc -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror -c told.c -o told.o || fault "an autoencoder in 8 bits"
# Flattened pictures lie in another order in ONNX; what mixes their numbers, or adds others to them, must not.
tell order 'standardize: none' '[conv: 2, flatten, residual: [dense: 128], branch: {lists: [[maxout: 2], []]}, dense: 10]' '' onnx
for python in python3 /usr/bin/python3; do
    $python -c 'import onnx' 2>/dev/null || continue
    $python -c 'import onnx, sys
for path in sys.argv[1:]:
    onnx.checker.check_model(onnx.load(path), full_check=True)' small.onnx many.onnx || fault "ONNX's checker"
done

# ------------------------------------------------------------------------------------------------------ inside programs
# The examples: the same model by the library and by its exported source say the same of the same picture.
expect 0 '' train "$CRADLE_SOURCE/examples/digits.yaml" train.epochs=2 --run runs/digits
expect 0 '' export runs/digits --format c --out digits.c
expect 0 '' export runs/digits --format safetensors --out digits.safetensors
# Row 81 of the built-in digits is what examples/digit.png shows; their levels are 0..16.
sed -n 82p "$CRADLE_SOURCE/src/data/digits.csv" | tr ',' '\n' | head -n 64 | awk '{ print int($1 * 255 / 16 + 0.5) }' >picture.txt
cc -I. -o by_source "$CRADLE_SOURCE/examples/embedded/digits_main.c" digits.c -lm && ./by_source <picture.txt >by_source.txt ||
    fault "examples/embedded/digits_main.c"
if [ -e "$CRADLE_BUILD/libcradle.so" ] && [ -z "${CRADLE_SANITIZE-}" ]; then
    cc -I"$CRADLE_SOURCE/include" -o by_library "$CRADLE_SOURCE/examples/03_embedded_model.c" -L"$CRADLE_BUILD" -lcradle \
        -Wl,-rpath,"$CRADLE_BUILD" && ./by_library digits.safetensors "$CRADLE_SOURCE/examples/digit.png" >by_library.txt ||
        fault "examples/03_embedded_model.c"
    diff by_library.txt by_source.txt || fault "the two examples differ"
fi
grep -Eq '^7  0\.[0-9]{4}$' by_source.txt || fault "the example says $(cat by_source.txt)"

# ----------------------------------------------------------------------------------------------------------------- card
expect 0 '' card runs/digits --out runs/digits/card.md
for words in '^# Model card: digits$' '^| takes | pictures of 8x8 pixels, 1 channel' '^| accuracy | 0\.[0-9]*' \
    '^On digits.s test part, 360 samples' '^- It is weakest on `' 'licence of the data'; do
    grep -q "$words" runs/digits/card.md || fault "the card has no $words"
done
expect 0 '' card moved
grep -q '^Not measured: idx has no test part' out || fault "a card without data: $(cat out)"
for format in safetensors onnx; do
    expect 0 '' export runs/digits --format $format --out carded.$format
    grep -q 'Model card: digits' carded.$format || fault "carded.$format has no card"
done

# --------------------------------------------------------------------------------------------------------- fine-tuning
# All layers but the last stay as they are in the file.
cat >compare.py <<'EOF'
import json, struct, sys
def read(path):
    data = open(path, "rb").read()
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:begin])
    return {k: data[begin + v["data_offsets"][0]:begin + v["data_offsets"][1]] for k, v in header.items() if k[0] != "_"}
old, new = read(sys.argv[1]), read(sys.argv[2])
sys.exit(not all((old[k] == new[k]) == (k[:6] != "dense2") for k in old))
EOF
expect 0 '' train small.yaml train.init_from=torch.safetensors --run runs/tuned \
    'train.freeze=[conv*, batchnorm*, groupnorm*, residual*, upconv*, prelu*, dense1]'
expect 0 '' export runs/tuned --format safetensors --layout torch --out tuned.safetensors
if command -v python3 >/dev/null; then
    python3 compare.py torch.safetensors tuned.safetensors || fault "frozen layers changed, or the head did not"
fi
expect 0 '' train --resume runs/tuned

sed 's/dense: 10/dense: 7/; s/digits/{folder: {path: pictures, size: 8, channels: 1}}/' small.yaml >seven.yaml
for class in a b c d e f g; do
    mkdir -p pictures/$class
    cp "$CRADLE_SOURCE/examples/digit.png" pictures/$class/1.png
    cp "$CRADLE_SOURCE/examples/digit.png" pictures/$class/2.png
done
expect 1 'cradle: command line: train.init_from: runs/small/best.safetensors: is of another model: dense2.weight is 6x10 in the file and 6x7 in the model; `head: new` begins the last layer anew' \
    train seven.yaml train.init_from=runs/small data.limit=0 --run runs/seven
expect 0 '' train seven.yaml 'train.init_from={path: runs/small, head: new}' data.validation=0 data.limit=0 --run runs/seven
expect 1 'cradle: command line: train.freeze: batchnorm1 is frozen, but conv1 before it is not: freeze that too, or neither' \
    train small.yaml 'train.freeze=[batchnorm1]'
# Many ways lead through so many residuals; each value is looked at once.
cat >deep.yaml <<'EOF'
data: {source: digits, limit: 100}
model: [conv: 4, repeat: {times: 60, layers: [{residual: [conv: 4, batchnorm]}]}, dense: 10]
train: {epochs: 1, freeze: ['conv*', 'batchnorm*']}
EOF
expect 1 'cradle: command line: train.init_from: nowhere: cannot open: No such file or directory' \
    train deep.yaml train.init_from=nowhere
expect 1 'cradle: command line: train.freeze[0]: no layer is called convolution1; the first are conv1, batchnorm1' \
    train small.yaml 'train.freeze=[convolution1]'

# -------------------------------------------------------------------------------------------------------------- usage
expect 2 'cradle export: which format? --format NAME; cradle list exports has them
Try: cradle export --help' export runs/small
expect 1 'cradle: nowhere: is no run: there is no config.yaml in it' export nowhere --format safetensors

cat >mixed.yaml <<'EOF'
data: {source: digits, limit: 300}
model: [flatten, maxout: 2, dense: 10]
train: {epochs: 1}
EOF
cradle train mixed.yaml
expect 1 "cradle: maxout1: PyTorch flattens pictures in another order, which maxout behind flatten does not allow: put dense before it, or use --layout own" \
    export runs/mixed --format safetensors --layout torch --out mixed.safetensors
[ ! -e mixed.safetensors ] || fault "an export that failed left a file"
finish
