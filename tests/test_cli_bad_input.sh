# Whatever a user may get wrong in files, folders and configs: what is said, exit status 1, and no run folder left behind.
. "$(dirname "$0")/cli.sh"
mkdir idx

# No run may come of it, and no epoch: everything is checked before.
refuses() {
    message=$1
    shift
    expect 1 "cradle: $message" train "$@" --run runs/bad --threads 1
    [ ! -s out ] || fault "cradle train $*: refused, yet it printed: $(cat out)"
    [ ! -e runs ] || [ -z "$(ls -A runs)" ] || fault "cradle train $*: refused, yet there is $(ls -A runs)"
}

# --------------------------------------------------------------------------------------------------------- config files
refuses 'nothing.yaml: cannot open: No such file or directory' nothing.yaml
refuses 'idx: is a folder, not a file' idx

# says CONFIG MESSAGE: the config as a file a.yaml.
says() {
    printf '%s\n' "$1" >a.yaml
    refuses "$2" a.yaml
}
says 'data: {source: digits}
model: [dense: 10]
train: {epoch: 3}' 'a.yaml:3:9: train.epoch: unknown key; did you mean epochs?'
says 'model: [dense: 10, softmax]' 'a.yaml:1:20: model[1]: softmax is no layer: it is part of the loss (cross-entropy) and of what a network answers; leave it out'
says 'model: [dnse: 10]' 'a.yaml:1:9: model[0].dnse: unknown layer dnse; did you mean dense?'
says 'model: [dense: ten]' 'a.yaml:1:16: model[0].dense: expected a whole number (int 1..16777216), found "ten"'
says 'model: [dropout: 1.5, dense: 10]' 'a.yaml:1:18: model[0].dropout: 1.5 is out of range (float 0..0.99)'
says 'model: [dense: 10]
train: {optimizer: {sdg: {lr: 1}}}' 'a.yaml:2:21: train.optimizer.sdg: unknown optimizer sdg; did you mean sgd?'
says 'model: [dense: 10]
data: {source: mnits}' 'a.yaml:2:16: data.source: unknown format mnits; did you mean mnist?'
says 'model: [dense: 10]
train: {optimizer: {sgd: {lr: !log [1e-4, 1]}}}' \
    'a.yaml:2:31: train.optimizer.sgd.lr: is a search range (!log): use cradle tune, or give one value'
says 'model: [dense: 10
train: 3' "a.yaml:2:6: did not find expected ',' or ']' (while parsing a flow sequence from line 1)"

# Shapes that do not fit: which layer, what it got, what to do.
says 'model:
  - conv: {filters: 3, kernel: 20, padding: valid}
  - dense: 10' \
    'a.yaml:2:5: model[0] (conv): window 20x20 is larger than its input 8x8x1: use a smaller window, padding: same, or fewer layers that shrink the picture before it'
says 'model: [dense: 7]' \
    'a.yaml:1:9: model[0] (dense): the model ends with 7 outputs, but the data have 10 classes: end it with dense: 10'

# ------------------------------------------------------------------------------------------------------------ overrides
refuses 'command line: train.epohcs: unknown key; did you mean epochs?' train.epohcs=3
refuses 'command line: train.epochs: expected a whole number (int 1..1000000), found "x"' train.epochs=x
refuses 'command line: train.epochs: -1 is out of range (int 1..1000000)' train.epochs=-1
refuses 'command line: model[99].dense: model has 12 elements, counted from 0; there is no [99]' 'model[99].dense=3'
refuses "command line: =3: no path before =; an override is path=value, as in train.epochs=10" =3

# ----------------------------------------------------------------------------------------------------------------- IDX
# number N: 4 bytes, the largest first.
number() {
    printf "\\$(printf %o $(($1 / 16777216 % 256)))\\$(printf %o $(($1 / 65536 % 256)))"
    printf "\\$(printf %o $(($1 / 256 % 256)))\\$(printf %o $(($1 % 256)))"
}
images() {
    number 2051
    number 3
    number 2
    number 2
    printf '%s' "$1"
}
labels() {
    number 2049
    number 3
    printf "$1"
}
images abcdefghijkl >idx/images
labels '\0\1\0' >idx/labels
idx() {
    refuses "command line: data.source: $3" "data={source: {idx: {images: $1, labels: $2, classes: 2}}}"
}
idx idx/nothing idx/labels 'idx/nothing: cannot open: No such file or directory'
: >idx/empty
idx idx/empty idx/labels 'idx/empty: the file is empty, expected IDX'
images abcdefghijk >idx/cut
idx idx/cut idx/labels \
    'idx/cut: cut off: the header announces 3 pictures of 2x2 (12 bytes), but only 11 bytes follow'
images abcdefghijklm >idx/long
idx idx/long idx/labels 'idx/long: goes on behind the 3 pictures of 2x2 that the header announces (12 bytes)'
(number 2051 && number 2147483647 && number 60000 && number 60000) >idx/huge
idx idx/huge idx/labels 'idx/huge: announces pictures of 60000x60000, expected sides of 1..16384'
labels '\0\1\2' >idx/far
idx idx/images idx/far 'idx/far: label 2 of item 2 (from 0) is out of range 0..1'
idx idx/labels idx/images 'idx/labels: holds labels, expected pictures: are the two files swapped?'
if [ "$(id -u)" != 0 ]; then
    images abcdefghijkl >idx/locked
    chmod 0 idx/locked
    idx idx/locked idx/labels 'idx/locked: cannot open: Permission denied'
fi

# ------------------------------------------------------------------------------------------------------------- pictures
"$CRADLE" data info digits --sheet sheet.png >/dev/null
folder() {
    message=$1
    shift
    refuses "$message" "data={source: {folder: {path: pictures, size: 8$*}}}" 'model=[dense: 2]'
}
folder 'command line: data.source: pictures: cannot open: No such file or directory; expected a folder with one folder a class'
mkdir -p pictures/cat
cp sheet.png pictures/cat/1.png
folder 'command line: data.source: pictures: holds one class folder only (cat), expected two or more'
mkdir pictures/dog
rm pictures/cat/1.png
folder 'command line: data.source: pictures: no JPEG or PNG in its 2 class folders (other files: 0)'
for i in 1 2 3; do
    cp sheet.png pictures/cat/$i.png
    cp sheet.png pictures/dog/$i.jpg # a wrong name does no harm
done
head -c 200 sheet.png >pictures/cat/cut.png
: >pictures/dog/zero.jpg
# A picture of 60,000 x 60,000 pixels in 33 bytes and some.
(printf '\211PNG\r\n\032\n' && number 13 && printf IHDR && number 60000 && number 60000 && printf '\10\2\0\0\0' && number 0) >pictures/dog/bomb.png
bomb='pictures/dog/bomb.png: announces 60000x60000 pixels, more than the 180 million that are allowed'
folder "warning: pictures/cat/cut.png: damaged PNG: end of stream
cradle: warning: $bomb
cradle: warning: pictures/dog/zero.jpg: the file is empty
cradle: command line: data.source: pictures: 3 of 9 pictures are damaged, more than the 2 that \`damaged\` lets pass \
(repair or remove them, or raise it): pictures/cat/cut.png: damaged PNG: end of stream; $bomb; pictures/dog/zero.jpg: \
the file is empty" ', damaged: 2'
works train "data={source: {folder: {path: pictures, size: 8}}}" 'model=[dense: 2]' train.epochs=1 --run runs/pictures
diff - err <<END || fault "damaged pictures were named otherwise"
cradle: warning: pictures/cat/cut.png: damaged PNG: end of stream (skipped)
cradle: warning: $bomb (skipped)
cradle: warning: pictures/dog/zero.jpg: the file is empty (skipped)
END
rm -rf runs

# ----------------------------------------------------------------------------------------------------------- run folders
cat >small.yaml <<'END'
data: {source: digits, limit: 200}
model: [dense: 16, relu, dense: 10]
train: {epochs: 2}
END
cradle train small.yaml --run runs/a
cradle train small.yaml 'model[0].dense=8' --run runs/b
refuses_run() {
    message=$1
    shift
    cradle "$@"
    sed -i.bak 's/would have [0-9]* bytes/would have N bytes/' err
    [ $code = 1 ] && [ "$(cat err)" = "cradle: $message" ] || fault "cradle $*: exit status $code: $(cat err)"
}
refuses_run 'runs/a exists: choose another --run, or go on with --resume runs/a' train small.yaml --run runs/a
refuses_run 'small.yaml: cannot make the folder: small.yaml is a file' train small.yaml --run small.yaml/x
refuses_run 'idx: is no run: there is no config.yaml in it' train --resume idx

cp runs/a/last.safetensors good
cp runs/b/last.safetensors runs/a/
refuses_run 'runs/a/last.safetensors: is of another model: dense1.weight is 64x8 in the file and 64x16 in the model' \
    train --resume runs/a
head -c 1000 good >runs/a/last.safetensors
refuses_run 'runs/a/last.safetensors: truncated, or no safetensors file: its header would have N bytes, the file has 1000' train --resume runs/a
cp good runs/a/last.safetensors
printf x | dd of=runs/a/last.safetensors bs=1 seek=3000 conv=notrunc 2>/dev/null
cradle train --resume runs/a
[ $code = 1 ] && grep -Eq '^cradle: runs/a/last.safetensors: was altered or damaged: its checksum is [0-9a-f]{8}, not [0-9a-f]{8}$' err ||
    fault "an altered checkpoint: exit status $code: $(cat err)"
cp runs/b/best.safetensors runs/a/best.safetensors
for command in 'test runs/a' 'predict runs/a sheet.png'; do
    # shellcheck disable=SC2086 # a list of words
    refuses_run 'runs/a/best.safetensors: is of another model: dense1.weight is 64x8 in the file and 64x16 in the model' $command
done
head -c 100 runs/b/best.safetensors >cut && mv cut runs/b/best.safetensors
refuses_run 'runs/b/best.safetensors: truncated, or no safetensors file: its header would have N bytes, the file has 100' test runs/b

# ------------------------------------------------------------------------------------------------------------ full disk
# The limit of a file's size stands for a disk that is full: nothing more can be written. Not with LLVM's OpenMP, which
# the thread sanitizer needs: it begins with a file of its own in memory, which the limit cuts off, too.
rm -f status
(
    case "${CRADLE_SANITIZE-}" in *thread*) echo "skipped under the thread sanitizer: a full disk" >&2; exit 0 ;; esac
    trap '' XFSZ
    ulimit -f 10 2>/dev/null || exit 0
    "$CRADLE" train small.yaml babysit.observe=off --run runs/full >out 2>err
    echo $? >status
)
if [ -s status ]; then
    [ "$(cat status)" = 1 ] || fault "a full disk: exit status $(cat status)"
    diff - err <<'END' || fault "a full disk was told otherwise"
cradle: runs/full/best.safetensors: cannot write: File too large
To go on once this is put right:
  cradle train --resume runs/full
END
    [ "$(ls runs/full | grep -vcE '^(config.yaml|events.jsonl|lock)$')" = 0 ] || fault "a full disk left $(ls runs/full)"
    works train --resume runs/full
    "$CRADLE" train small.yaml babysit.observe=off --run runs/whole >/dev/null
    cmp -s runs/full/last.safetensors runs/whole/last.safetensors || fault "a full disk changed the network"
fi
finish
