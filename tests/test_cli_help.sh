# Help on every level, the lists, the version, and wrong usage: what is said, and exit status 2.
. "$(dirname "$0")/cli.sh"

golden help 0
golden help 0 --help
golden help 0 -h
golden help 0 help
for command in check train curves report tune test ensemble predict export card data bench list completion help; do
    golden "help-$command" 0 help $command
    golden "help-$command" 0 $command --help
    golden "help-$command" 0 $command x --nonsense -h
done

golden list 0 list
# A new layer or option changes no file here: each is named, explained, and its options have type, default and help.
for kind in $("$CRADLE" list --names); do
    cradle list "$kind" --names
    [ $code = 0 ] && [ -s out ] || fault "list $kind --names: exit status $code"
    mv out names
    cradle list "$kind"
    sed -n 's/^\([a-z0-9-]*\): ..*/\1/p' out | diff names - || fault "list $kind: not the names of list $kind --names"
    odd=$(grep -v -E '^[a-z0-9-]+: .|^    [a-z0-9_]+ +[a-z].*, (default [^ ]+|required).*  [^ ]' out)
    [ -z "$odd" ] || fault "list $kind: unexpected lines: $odd"
done
# Each check has its part of the docs.
for check in $("$CRADLE" list checks --names); do
    grep -qx "### $check" "$CRADLE_SOURCE/docs/babysitter.md" || fault "docs/babysitter.md says nothing of $check"
done
cradle list layers
sed -n '/^maxpool/,/^avgpool/p' out | head -n 4 >actual
diff - actual <<'END' || fault "list layers: maxpool is told otherwise"
maxpool: the largest number of each window
    size     int 1..1024, default 2                      side of the window, pixels
    stride   int 0..1024 or size, default size           step between windows; size: as large as one
    padding  int -1..1024 or same, valid, default valid  border that does not count: same, valid (none) or pixels
END
[ "$("$CRADLE" --version)" = "cradle $(sed -n 's/^#define CR_VERSION "\(.*\)"/\1/p' "$CRADLE_SOURCE/include/cradle/base.h")" ] ||
    fault "--version says $("$CRADLE" --version)"

usage() {
    message=$1
    shift
    expect 2 "$message" "$@"
    [ ! -s out ] || fault "cradle $*: wrong usage, yet it printed: $(cat out)"
}

usage 'cradle: unknown command trian; did you mean train?
Try: cradle --help' trian
usage 'cradle: unknown command xyz (there are: check, train, curves, report, tune, test, ensemble, predict, export, card, data, bench, list, completion, help)
Try: cradle --help' xyz
usage 'cradle: unknown option --verson; did you mean --version?
Try: cradle --help' --verson
usage 'cradle train: unknown option --theads; did you mean --threads?
Try: cradle train --help' train --theads 2
usage 'cradle train: unknown option -x (there are: --help, --run, --resume, --folds, --teacher, --auto, --confirm, --jobs, --threads, --workers)
Try: cradle train --help' train -x
usage 'cradle train: unknown option --out; did you mean --run?
Try: cradle train --help' train --out=runs/x
usage 'cradle report: unknown option --output; did you mean --out?
Try: cradle report --help' report --output page.html
usage 'cradle train: unknown option --lr (there are: --help, --run, --resume, --folds, --teacher, --auto, --confirm, --jobs, --threads, --workers); what stands in the config is set without dashes, as in train.epochs=5
Try: cradle train --help' train --lr 0.1
usage 'cradle train: --threads needs a value: --threads N
Try: cradle train --help' train --threads
for number in 0 -1 1025 two 2.5 '' 99999999999999999999; do
    usage "cradle train: --threads $number: expected a whole number 1..1024
Try: cradle train --help" train "--threads=$number"
done
usage 'cradle train: --workers 300: expected a whole number 0..256
Try: cradle train --help' train --workers 300
usage 'cradle train: --run: expected DIR, found nothing
Try: cradle train --help' train --run=
usage 'cradle train: --run makes a new run and --resume goes on with one: choose
Try: cradle train --help' train --run a --resume b
usage "cradle train: train.epochs=3: --resume goes on with the run's own config and takes no other
Try: cradle train --help" train --resume a train.epochs=3
usage 'cradle train: b.yaml: one config file is enough, and a.yaml is there already
Try: cradle train --help' train a.yaml b.yaml
usage 'cradle test: RUN is missing
Try: cradle test --help' test
usage 'cradle test: c: two runs can be compared, not more; --ensemble puts them together
Try: cradle test --help' test a b c
usage 'cradle test: --json takes no value
Try: cradle test --help' test a --json=yes
usage 'cradle predict: INPUT is missing: a picture, a folder, an array (.npy), or - for the standard input; or --list FILE, or --test N
Try: cradle predict --help' predict a
usage 'cradle data: unknown action inf; did you mean info?
Try: cradle data --help' data inf digits
usage 'cradle data: SOURCE is missing
Try: cradle data --help' data info
usage 'cradle list: unknown name lyers; did you mean layers?
Try: cradle list --help' list lyers
usage 'cradle help: unknown command tset; did you mean test?
Try: cradle help --help' help tset
usage 'cradle completion: unknown shell zsh (there are: bash)
Try: cradle completion --help' completion zsh

# Behind -- nothing is an option.
expect 1 'cradle: --json: neither a folder nor a source that is known (`cradle list formats`)' data info -- --json

# A reader that goes away ends the output alone; a full disk is told.
"$CRADLE" list layers 2>err | head -c 1 >/dev/null
[ ! -s err ] || fault "a closed pipe: $(cat err)"
if [ -e /dev/full ]; then
    "$CRADLE" list layers >/dev/full 2>err
    code=$?
    [ $code = 1 ] || fault "/dev/full: exit status $code"
    [ "$(cat err)" = 'cradle: cannot write to the standard output: No space left on device' ] || fault "/dev/full: $(cat err)"
fi
finish
