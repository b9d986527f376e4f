# The recipes in examples/: each one trains, and the digits reach the accuracy that is promised, whatever the seed. (How far
# the others come is in docs/figures.md.)
. "$(dirname "$0")/cli.sh"

at_least() {
    run=$1 least=$2
    cradle test "$run" --json
    accuracy=$(sed -n 's/.*"count": [0-9]*, "accuracy": \([0-9.]*\),.*/\1/p' out)
    awk "BEGIN { exit !(\"$accuracy\" != \"\" && $accuracy >= $least) }" || fault "$run: accuracy '$accuracy', expected $least"
}

seeds='1 2 3 4 5'
[ -z "${CRADLE_SANITIZE-}" ] || seeds=1
for seed in $seeds; do
    works train "$CRADLE_SOURCE/examples/digits.yaml" train.seed="$seed" --run "runs/digits-$seed"
    at_least "runs/digits-$seed" 0.97
done

# Pictures of two classes (the same in both: only that it trains is of interest).
"$CRADLE" data info digits --sheet sheet.png >/dev/null
for class in one two; do
    mkdir -p pictures/$class
    for i in 1 2 3 4 5 6; do
        cp sheet.png pictures/$class/$i.png
    done
done
works train "$CRADLE_SOURCE/examples/pictures.yaml" data.source.folder.path=pictures train.epochs=1

# Where its data are: one epoch on a few of them.
recipe() {
    cradle train "$CRADLE_SOURCE/examples/$1" data.limit=200 train.epochs=1 --run "runs/$1"
    if grep -q ': not found in ' err; then
        echo "$1 was not tried: its data are not in CRADLE_DATA"
    elif [ $code != 0 ]; then
        fault "$1: exit status $code: $(cat err)"
    fi
}
if [ -z "${CRADLE_SANITIZE-}" ]; then
    recipe mnist-linear.yaml
    recipe mnist-mlp.yaml
    recipe mnist-lenet.yaml
    recipe cifar-resnet.yaml
    recipe cifar-fast.yaml
fi
rm -rf runs pictures
finish
