# `make data` (scripts/data.sh): finds the archive by CRADLE_DATA, unpacks it whole or not at all, and only once.
set -u

fail() {
    echo "$1"
    exit 1
}

if ! command -v zstd >/dev/null; then
    echo "SKIP: no zstd here"
    exit 77
fi
here=$(pwd)
rm -rf data
mkdir -p data/in/train/cat data/in/test/cat data/second
echo picture >data/in/train/cat/0000.jpg
tar -cf - -C data/in train test | zstd -q >data/second/cifar10-jpg.tar.zst

script=$CRADLE_SOURCE/scripts/data.sh
export CRADLE_DATA="$here/data/first:$here/data/second"
out=$(sh "$script" "$here/data/out/cifar10" 2>&1) || fail "could not unpack: $out"
[ "$(cat data/out/cifar10/train/cat/0000.jpg)" = picture ] || fail "the picture did not arrive"
[ "$(ls -A data/out)" = cifar10 ] || fail "something was left over: $(ls -A data/out)"
out=$(sh "$script" "$here/data/out/cifar10" 2>&1) || fail "the second time failed: $out"
[ "$out" = "$here/data/out/cifar10 is there already." ] || fail "unexpected words: $out"

# An archive that is cut short, or holds something else, leaves nothing behind.
head -c 60 data/second/cifar10-jpg.tar.zst >data/cut && mv data/cut data/second/cifar10-jpg.tar.zst
out=$(sh "$script" "$here/data/cut/cifar10" 2>&1) && fail "a truncated archive was taken"
[ -z "$(ls -A data/cut)" ] || fail "a truncated archive left: $(ls -A data/cut)"
tar -cf - -C data/in train | zstd -q >data/second/cifar10-jpg.tar.zst
out=$(sh "$script" "$here/data/other/cifar10" 2>&1) && fail "an archive without test/ was taken"
printf '%s\n' "$out" | grep -q "has no folder 'test'; expected train/CLASS/\*.jpg" || fail "unexpected words: $out"
[ -z "$(ls -A data/other)" ] || fail "an archive without test/ left: $(ls -A data/other)"

CRADLE_DATA=$here/nowhere
out=$(sh "$script" "$here/data/none/cifar10" 2>&1) && fail "an archive was found where there is none"
[ "$out" = "data: cifar10-jpg.tar.zst lies in none of $here/nowhere; set CRADLE_DATA to the folder that holds it" ] ||
    fail "unexpected words: $out"
rm -rf data
