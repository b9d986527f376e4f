# The pages of docs/lecture say what their kept results say, and every experiment is a file that the program takes.
. "$(dirname "$0")/cli.sh"
command -v python3 >/dev/null || exit 77

python3 "$CRADLE_SOURCE/scripts/lecture.py" --check || fault 'pages and results differ'

# Each file of several runs is read, and all its runs are checked, before a place to write that there is not ends it.
: >file
for experiment in "$CRADLE_SOURCE"/examples/lecture/*.yaml; do
    grep -q '^runs:' "$experiment" || continue
    expect 1 'cradle: file/none: cannot make the folder: Not a directory' train "$experiment" --run file/none
done
finish
