#!/bin/sh
# Compares with what is not ours:
#
#   PyTorch   makes the frozen results anew, every tests/peers/*.py, called with --check: such a script exits with 0
#             where old and new agree, 77 where it cannot run here, else it says what differs
#   others    every tests/peers/*.sh, likewise: reports in a browser, a search that is killed
#   NEON      builds for 64-bit ARM and runs the tests of kernels and ops under QEMU
#   exports   has what `cradle export` writes run by others
#
# A part whose packages cannot be installed is skipped, with their names. Exits with 1 where anything failed.
set -u
cd "$(dirname "$0")/.." || exit 1

passed=0 failed=0 skipped=0 faults=''
# count NAME STATUS
count() {
    case $2 in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *)
        failed=$((failed + 1))
        faults="$faults $1"
        ;;
    esac
}

torch() {
    if ! sh scripts/setup.sh --quiet peers; then
        echo "SKIP: PyTorch cannot be installed here (Debian: python3-torch)"
        count PyTorch 77
        return
    fi
    # The system's PyTorch may belong to another Python than the first in PATH.
    python=python3
    python3 -c 'import torch' 2>/dev/null || python=/usr/bin/python3
    for script in tests/peers/*.py; do
        $python "$script" --check
        count "$script" $?
    done
}

others() {
    for script in tests/peers/*.sh; do
        sh "$script" --check
        count "$script" $?
    done
}

neon() {
    if ! sh scripts/setup.sh --quiet build cross; then
        echo "SKIP: 64-bit ARM cannot be built for here (Debian: gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user)"
        count NEON 77
        return
    fi
    sh scripts/sysroot.sh
    status=$?
    if [ $status != 0 ]; then
        count NEON $status
        return
    fi
    tests='test_kernels test_kernels_activations test_kernels_dropout test_kernels_moments test_ops'
    # shellcheck disable=SC2086 # a list of words
    if ! cmake --preset aarch64 --log-level=WARNING >/dev/null || ! cmake --build build/aarch64 --target $tests; then
        count 'NEON (build)' 1
        return
    fi
    for name in $tests; do
        ctest --test-dir build/aarch64 --output-on-failure --no-tests=error -R "^$name\$"
        count "NEON $name" $?
    done
}

# What `cradle export` writes, run by others: tests/peers/exports/*.sh, which say themselves what they need.
exports() {
    sh scripts/setup.sh --quiet build exports || true
    cmake --preset release --log-level=WARNING >/dev/null && cmake --build build --target cradle || {
        count 'exports (build)' 1
        return
    }
    for script in tests/peers/exports/*.sh; do
        sh "$script"
        count "$script" $?
    done
}

torch
others
neon
exports
echo "$passed passed, $failed failed, $skipped skipped${faults:+; failed:$faults}"
[ $failed = 0 ]
