# Every C file stands as clang-format 14 would lay it out (other versions lay out differently).
set -u

formatter=''
for candidate in clang-format-14 clang-format; do
    case $("$candidate" --version 2>/dev/null) in
    *" version 14."*)
        formatter=$candidate
        break
        ;;
    esac
done
if [ -z "$formatter" ]; then
    echo "SKIP: no clang-format 14 here (Debian: clang-format-14)"
    exit 77
fi

cd "$CRADLE_SOURCE" || exit 1
if printf 'int  planted ;\n' | "$formatter" --dry-run -Werror --assume-filename=src/planted.c 2>/dev/null; then
    echo "clang-format did not notice a fault that was planted"
    exit 1
fi
files=$(find src include cli tests examples bench -name '*.[ch]')
# shellcheck disable=SC2086 # no file of ours has a space in its name
if ! "$formatter" --dry-run -Werror $files; then
    echo "make it right with: $formatter -i FILE..."
    exit 1
fi
