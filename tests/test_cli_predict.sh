# cradle predict: what it takes (files, folders, patterns, lists, the standard input, arrays), how it answers, and what it
# refuses.
. "$(dirname "$0")/cli.sh"

# The program with a file as its standard input.
cradle_with() {
    input=$1
    shift
    "$CRADLE" "$@" >out 2>err <"$input"
    code=$?
}

# An array of NumPy: type, shape; the numbers come from the standard input.
npy() {
    header="{'descr': '$1', 'fortran_order': False, 'shape': ($2), }"
    # shellcheck disable=SC2059 # the length is an escape of printf's
    printf "\223NUMPY\001\000\\$(printf %03o $((${#header} + 1)))\000$header\n"
    cat
}

works train --run run train.epochs=1
mkdir -p new/deep
cp "$CRADLE_SOURCE/examples/digit.png" new/a.png
cp new/a.png new/deep/b.png
cp new/a.png 'odd[1].png'
echo text >new/notes.txt

# ------------------------------------------------------------------------------------------------- what is to be answered
images() {
    sed -n 's/^{"image": "\([^"]*\)".*/\1/p' out | tr '\n' ' '
}
cradle predict run --jsonl new 'new/*.png' 'odd[1].png'
[ $code = 0 ] && [ "$(images)" = 'new/a.png new/deep/b.png new/a.png odd[1].png ' ] || fault "folder, pattern: $(cat out err)"
[ "$(sed 's/"image": "[^"]*"//' out | sort -u | wc -l)" = 1 ] || fault "the same picture, other answers: $(cat out)"
printf 'new/a.png\r\n\nnew/deep\nnothing.png\n' >list.txt
cradle predict run --jsonl --list list.txt
[ $code = 1 ] && [ "$(images)" = 'new/a.png new/deep/b.png nothing.png ' ] || fault "list: $(cat out err)"
mv out expected
cradle_with list.txt predict run --jsonl --list -
diff expected out || fault "the list on the standard input"
cradle_with new/a.png predict run --top 1 - new/a.png
[ $code = 0 ] && [ "$(sed -n 1p out)" = 'standard input' ] && [ "$(sed -n 2p out)" = "$(sed -n 4p out)" ] ||
    fault "a picture on the standard input: $(cat out err)"
cradle_with /dev/null predict run -
[ $code = 1 ] && [ "$(cat err)" = 'cradle: standard input: is empty' ] || fault "an empty standard input: $(cat err)"
expect 1 'cradle: no*.png: no file is called like this
cradle: empty: no JPEG or PNG in this folder (other files: 0)' predict run 'no*.png' $(mkdir empty && echo empty)

# -------------------------------------------------------------------------------------------------------------- arrays
bytes() {
    i=0
    while [ $i -lt "$1" ]; do
        # shellcheck disable=SC2059
        printf "\\$(printf %03o $((i * 29 % 256)))"
        i=$((i + 1))
    done
}
bytes 64 >one
cat one one | npy '|u1' '2, 8, 8, 1' >two.npy
npy '|u1' '8, 8' <one >single.npy
cat one one | npy '|u1' '2, 64' >rows.npy
cradle predict run --jsonl two.npy single.npy rows.npy
[ $code = 0 ] && [ "$(images)" = 'two.npy[0] two.npy[1] single.npy[0] rows.npy[0] rows.npy[1] ' ] || fault "arrays: $(cat out err)"
[ "$(sed 's/"image": "[^"]*"//' out | sort -u | wc -l)" = 1 ] || fault "the same sample, other answers: $(cat out)"
cradle_with two.npy predict run --jsonl -
[ $code = 0 ] && [ "$(images)" = 'standard input[0] standard input[1] ' ] || fault "an array on the standard input: $(cat out err)"
head -c 192 /dev/zero | npy '|u1' '1, 8, 8, 3' >colour.npy
head -c 49 /dev/zero | npy '|u1' '1, 7, 7' >small.npy
{ head -c 20 /dev/zero && printf '\000\000\300\177' && head -c 232 /dev/zero; } | npy '<f4' '1, 8, 8' >nan.npy
head -c 100 two.npy >cut.npy
expect 1 'cradle: colour.npy: is 1x8x8x3, but the network takes pictures of 8x8x1
cradle: small.npy: is 1x7x7, but the network takes pictures of 8x8x1
cradle: nan.npy: number [0, 0, 5] (from 0) is nan, expected a whole number 0..255 (type: bytes)
cradle: none.npy: cannot open: No such file or directory' predict run colour.npy small.npy nan.npy none.npy
cradle predict run cut.npy new/a.png
[ $code = 1 ] && grep -q '^cradle: cut.npy: ' err && grep -qx 'new/a.png' out || fault "an array that is cut off: $(cat out err)"

# A network for rows of numbers.
printf 'a,b,class\n' >table.csv
i=0
while [ $i -lt 40 ]; do echo "$i,$((i % 7)),$((i / 20))" && i=$((i + 1)); done >>table.csv
works train --run table train.epochs=1 'data={source: {csv: {path: table.csv, label: class}}}' 'model=[dense: 2]'
head -c 16 /dev/zero | npy '<f4' '2, 2' >numbers.npy
cradle predict table --jsonl numbers.npy
[ $code = 0 ] && [ "$(images)" = 'numbers.npy[0] numbers.npy[1] ' ] || fault "rows of numbers: $(cat out err)"
{ head -c 12 /dev/zero && printf '\000\000\300\177'; } | npy '<f4' '2, 2' >nan.npy
expect 1 'cradle: nan.npy: number [1, 1] (from 0) is nan, expected a finite number' predict table nan.npy
expect 1 'cradle: two.npy: is 2x8x8x1, but the network takes rows of 2' predict table two.npy

# -------------------------------------------------------------------------------------------------------- how it is told
cradle predict run new/a.png --sure 100
grep -q '  (unsure)$' out || fault "--sure 100: $(cat out)"
cradle predict run new/a.png --sure 0
grep -q unsure out && fault "--sure 0: $(cat out)"
cradle predict run --json --sure 100 new/a.png
grep -q '\], "unsure": true}$' out || fault "unsure in JSON: $(cat out)"
cp new/a.png 'a, "b".png'
cradle predict run --csv --top 2 'a, "b".png' nothing.png
sed -E 's/,[0-9],[0-9.e-]+,[01],/,C,P,U,/' out >actual
diff - actual <<'END' || fault "predict --csv"
image,rank,class,probability,unsure,error
"a, ""b"".png",1,C,P,U,
"a, ""b"".png",2,C,P,U,
nothing.png,,,,,nothing.png: cannot open: No such file or directory
END

# ------------------------------------------------------------------------------------------------- test-time augmentation
# The mean over views that lie in an array: itself and its mirror.
od -A n -t u1 -v -w8 one | awk '{for (i = 8; i > 0; i--) printf "%03o ", $i}' >mirrored
{ cat one && for code in $(cat mirrored); do printf "\\$code"; done; } | npy '|u1' '2, 8, 8' >views.npy
probability() {
    sed -n 's/.*"class": "3", "probability": \([0-9.e-]*\)}.*/\1/p' out
}
cradle predict run --jsonl --top 10 views.npy
probability >both
cradle predict run --jsonl --top 10 --tta flip single.npy
awk -v mean="$(probability)" '{sum += $1} END {d = sum / 2 - mean; exit !(NR == 2 && d < 1e-6 && d > -1e-6)}' both ||
    fault "--tta flip: $(probability) of $(cat both)"
cradle test run --tta flip,shift
[ $code = 0 ] && grep -q '^run on the test part of digits: 360 images, each in 6 views (flip,shift)$' out || fault "test --tta: $(cat out err)"
cradle test run --tta flip,shift --json
grep -q '"tta": "flip,shift", "views": 6' out || fault "test --tta --json: $(cat out err)"
expect 1 "cradle: unknown view 'flop'; did you mean flip? (cradle list views)" predict run --tta flop new/a.png
expect 1 'cradle: test-time augmentation is of pictures, and the network takes rows of 2 numbers' predict table --tta flip numbers.npy
expect 1 'cradle: test-time augmentation is of pictures, and the network takes rows of 2 numbers' test table --tta flip

# ---------------------------------------------------------------------------------------------------------------- usage
expect 2 'cradle predict: --json, --jsonl and --csv are three ways to print: choose one
Try: cradle predict --help' predict run --json --csv new
expect 2 'cradle predict: list.txt: --test takes its samples from the test part, and no files
Try: cradle predict --help' predict run --test 3 --list list.txt
: >empty.txt
expect 1 'cradle: empty.txt: names no picture' predict run --list empty.txt
expect 1 'cradle: nolist: cannot open: No such file or directory' predict run --list nolist
finish
