# The pages of docs/lecture say what their kept results say, every experiment is a file that the program takes, and one is
# gone through to its page.
. "$(dirname "$0")/cli.sh"
command -v python3 >/dev/null || exit 77

lecture() {
    python3 "$CRADLE_SOURCE/scripts/lecture" "$@" >out 2>err </dev/null
    code=$?
}

lecture --check
[ $code = 0 ] || fault "pages and results differ: $(cat out err)"

# Each file of several runs is read, and all its runs are checked, before a place to write that there is not ends it.
: >file
for experiment in "$CRADLE_SOURCE"/examples/lecture/*.yaml; do
    grep -q '^runs:' "$experiment" || continue
    expect 1 'cradle: file/none: cannot make the folder: Not a directory' train "$experiment" --run file/none
done

lecture "$CRADLE" 01-clasifiers
[ $code = 2 ] && grep -q '01-clasifiers: there is no such experiment; there are 01-classifiers, ' err || fault "a typo: $(cat err)"

# A quick one, with pages of its own.
if ! "$CRADLE" data info mnist >/dev/null 2>&1; then
    echo 'MNIST is not there: no experiment is run'
    finish
    exit 0
fi
page=quick/pages/01-classifiers.md
lecture "$CRADLE" 01-classifiers --quick --out .
[ $code = 0 ] && [ "$(grep -c '^| `[a-z-]*` | [0-9.]* ± ' $page)" = 3 ] || fault "a quick experiment: $(cat out err)"
! cmp -s $page "$CRADLE_SOURCE/docs/lecture/01-classifiers.md" || fault 'the quick page has the numbers of the whole one'
[ "$(grep -c '<polyline points="[0-9]' quick/pages/01-classifiers.svg)" = 3 ] || fault 'a picture without its lines'
lecture --check --pages quick/pages
[ $code = 0 ] || fault "what was just written differs: $(cat out err)"

# Once more: nothing is trained, and nothing changes.
cp -r quick/pages before
lecture "$CRADLE" 01-classifiers --quick --out .
[ $code = 0 ] && diff -r before quick/pages || fault "again: $(cat err)"

# A number that nobody measured, and a result that is gone.
sed -i 's/^| `linear` | [0-9.]*/| `linear` | 99.9/' $page
lecture --check --pages quick/pages
[ $code = 1 ] && grep -q '01-classifiers.md: is not what the kept results say' out || fault "a changed page: $(cat out err)"
rm quick/pages/results/01-classifiers.json
lecture --check --pages quick/pages
[ $code = 1 ] && grep -q '01-classifiers.md: is not what the kept results say' out || fault "a result is gone: $(cat out err)"
finish
