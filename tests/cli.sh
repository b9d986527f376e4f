# Help for the tests of the program; sourced. Each test runs in an empty folder of its own, with CRADLE (the program),
# CRADLE_SOURCE and CRADLE_DATA set.
#
#   golden NAME STATUS ARGUMENT...    runs the program; what it prints (standard error behind standard output) and its exit
#                                     status must be those of tests/golden/NAME.txt. With CRADLE_GOLDEN=update that file is
#                                     written instead: look at the difference before it is kept.
#   expect STATUS MESSAGE ARGUMENT... runs the program; MESSAGE must be all of its standard error
#   works ARGUMENT...                 runs the program, which must end well; its words are in the files out and err
#   value NAME                        what it said, as JSON, of the first NAME
#
# Where `filter` names a function, what is printed goes through it before it is compared.
set -u

unset NO_COLOR COLUMNS
export LC_ALL=C TERM=xterm
faults=0
case $PWD in */scratch/*) rm -rf ./* ;; esac # what a run before has left
[ -x "$CRADLE" ] || {
    echo "there is no program at $CRADLE"
    exit 1
}

fault() {
    echo "$1"
    faults=$((faults + 1))
}

# Runs the program; leaves its words in out and err, its exit status in code.
cradle() {
    "$CRADLE" "$@" >out 2>err </dev/null
    code=$?
}

# What this machine calls its instruction set, threads and folders has no place in a golden file.
plain() {
    cat out err | sed -E -e "s#$CRADLE_SOURCE#SOURCE#g" -e 's/[0-9]+ threads?, [a-z0-9]+$/N threads, CPU/' | ${filter:-cat}
}

golden() {
    name=$1 expected=$2
    shift 2
    cradle "$@"
    [ $code = "$expected" ] || fault "cradle $*: exit status $code, expected $expected: $(cat err)"
    if [ "${CRADLE_GOLDEN-}" = update ]; then
        plain >"$CRADLE_SOURCE/tests/golden/$name.txt"
        return
    fi
    plain >actual
    diff -u "$CRADLE_SOURCE/tests/golden/$name.txt" actual || fault "cradle $*: differs from tests/golden/$name.txt"
}

expect() {
    expected=$1 message=$2
    shift 2
    cradle "$@"
    [ $code = "$expected" ] || fault "cradle $*: exit status $code, expected $expected"
    [ "$(cat err)" = "$message" ] || fault "cradle $*:
  said:     $(cat err)
  expected: $message"
}

works() {
    cradle "$@"
    [ $code = 0 ] || fault "cradle $*: exit status $code: $(cat out err)"
}

value() {
    sed -n "s/.*\"$1\": \"\{0,1\}\([^\",}]*\).*/\1/p" out | head -n 1
}

finish() {
    [ $faults = 0 ] || {
        echo "$faults faults"
        exit 1
    }
}
