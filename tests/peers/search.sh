#!/bin/sh
# A search of 100 trials whose processes are killed at random, and whose study Optuna reads (tests/test_cli_chaos.sh).
#
# usage: tests/peers/search.sh [--check]
set -eu
cd "$(dirname "$0")/../.."
CRADLE_SOURCE=$PWD CRADLE=$PWD/build/cradle CHAOS_TRIALS=100
export CRADLE_SOURCE CRADLE CHAOS_TRIALS

sh scripts/setup.sh --quiet search || {
    echo "SKIP: Optuna cannot be installed here (Debian: python3-optuna)"
    exit 77
}
[ -x "$CRADLE" ] || make build
mkdir -p build/scratch/search
cd build/scratch/search
sh "$CRADLE_SOURCE/tests/test_cli_chaos.sh"
