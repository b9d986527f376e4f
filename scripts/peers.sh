#!/bin/sh
# Makes the frozen results of other programs anew and compares: every tests/peers/*.py and *.sh, called with --check.
# Such a script exits with 0 where old and new agree, 77 where it cannot run here, else it says what differs.
set -u
cd "$(dirname "$0")/.." || exit 1

if ! sh scripts/setup.sh --quiet peers; then
    echo "SKIP: PyTorch cannot be installed here (Debian: python3-torch)"
    exit 0
fi
# The system's PyTorch may belong to another Python than the first in PATH.
python=python3
python3 -c 'import torch' 2>/dev/null || python=/usr/bin/python3

passed=0 failed=0 skipped=0
for script in tests/peers/*.py tests/peers/*.sh; do
    [ -f "$script" ] || continue
    case $script in
    *.py) $python "$script" --check ;;
    *) sh "$script" --check ;;
    esac
    case $? in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *)
        failed=$((failed + 1))
        echo "$script: differs from what is frozen" >&2
        ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
