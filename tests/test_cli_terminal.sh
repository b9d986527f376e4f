# What a training looks like on a terminal (by script(1), which gives one): tables, the line that is painted anew, colours
# and how to turn them off, widths, ASCII.
. "$(dirname "$0")/cli.sh"

if ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    echo "SKIP: no script(1) of util-linux here"
    exit 77
fi
cat >small.yaml <<'END'
data: {source: digits, limit: 400}
model: [residual: {layers: [conv: 4, relu, conv: 2]}, relu, dense: 10]
train: {optimizer: {sgd: {lr: 0.1}}, epochs: 2, batch: 50}
END
escape=$(printf '\033')

# Runs a shell command on a terminal; all that came to it is in `seen`, lines and repaints alike on lines of their own.
on_terminal() {
    rm -rf runs/t
    script -qec "$1" /dev/null </dev/null >raw
    tr '\r' '\n' <raw | sed "s/$escape\[K//" | grep -v '^$' >seen
}
has() {
    grep -q -- "$1" seen || fault "$2: not seen: $1 in
$(cat -v seen)"
}
has_not() {
    ! grep -q -- "$1" seen || fault "$2: seen: $1 in
$(cat -v seen)"
}

export LC_ALL=C.UTF-8 COLUMNS=100
on_terminal "'$CRADLE' train small.yaml --run runs/t --threads 1"
has "^$escape\[1mData$escape\[0m   digits: 360 to train, 40 to validate; 8x8x1, 10 classes" colours
has '^epoch 1/2 [━─]*  *[0-9]* %  loss [0-9.]*  [0-9.]*\( k\)\{0,1\} images/s  [0-9:]*\( s\)\{0,1\} left' 'the painted line'
has 'Trained in [0-9:]*\( s\)\{0,1\}; best: epoch [12], validation accuracy 0\.' 'the last words'
has '^  *1/2  *[0-9.]\{6,7\}  *[01]\.[0-9]\{4\}  *[01]\.[0-9]\{4\}        0\.1  *[0-9.]*\( k\)\{0,1\}  best$' 'a row'
has_not 'Finished epoch' 'a terminal'
sed "s/$escape\[[0-9;]*[mK]//g" seen | grep -v '^epoch ' |
    sed -E -e 's/[0-9]+ threads?, [a-z0-9]+$/N threads, CPU/' -e 's/ +[0-9]+(\.[0-9]+)?( k)?( bytes| KiB| MiB)? to train$/ N to train/' \
        -e 's|^ +([12])/2 .*|      \1/2 ...|' -e 's/^Trained in [^;]*; best: epoch [0-9], validation accuracy .*/Trained in T/' >actual
if [ "${CRADLE_GOLDEN-}" = update ]; then
    cp actual "$CRADLE_SOURCE/tests/golden/terminal.txt"
else
    diff -u "$CRADLE_SOURCE/tests/golden/terminal.txt" actual || fault "the terminal differs from tests/golden/terminal.txt"
fi

on_terminal "NO_COLOR=1 '$CRADLE' train small.yaml --run runs/t --threads 1"
has '^Data   digits' NO_COLOR
has '^epoch 1/2 ' NO_COLOR
has_not "$escape\[[0-9;]*m" NO_COLOR

on_terminal "LC_ALL=C '$CRADLE' train small.yaml --run runs/t --threads 1"
has '^epoch 1/2 [=-]* ' ASCII
LC_ALL=C grep -q "[$(printf '\200')-$(printf '\377')]" seen && fault "bytes that are no ASCII in the locale C"

on_terminal "COLUMNS=40 '$CRADLE' train small.yaml --run runs/t --threads 1"
sed 's/[━─]/-/g' seen | grep '^epoch 1/2 ' >lines
awk 'length($0) > 39 { bad = 1 } END { exit bad || NR == 0 }' lines || fault "too wide for 40 columns: $(cat lines)"

on_terminal "TERM=dumb '$CRADLE' train small.yaml --run runs/t --threads 1"
has '^Data   digits' TERM=dumb
has_not "$escape" TERM=dumb
has_not '^epoch 1/2 ' TERM=dumb

# The standard output in a file: plain lines there, and the painted line still on the terminal.
on_terminal "'$CRADLE' train small.yaml --run runs/t --threads 1 >file"
has '^epoch 1/2 ' 'a file'
has_not 'Data' 'a file'
grep -q '^Finished epoch 2 / 2: cost ' file && ! grep -q "$escape" file || fault "the file: $(cat -v file)"

# Ctrl-C, typed.
on_terminal "(sleep 1; kill -INT \$\$) & exec '$CRADLE' train small.yaml train.epochs=100000 --run runs/t --threads 1"
has '^Stopped after step [0-9]*. To go on:' Ctrl-C
has '^  cradle train --resume runs/t' Ctrl-C
rm -rf runs
finish
