#!/bin/sh
# An exported C source on 32-bit ARM: compiled for Cortex-M4 and M7, whose sizes are printed, and for Cortex-A9, on which
# QEMU runs it. It must answer as it does when compiled for this machine. 77 where the packages are missing.
set -u
cd "$(dirname "$0")/../../.." || exit 1
for program in arm-none-eabi-gcc qemu-arm cc; do
    command -v $program >/dev/null || {
        echo "SKIP: there is no $program (Debian: gcc-arm-none-eabi, libnewlib-arm-none-eabi, qemu-user, gcc)"
        exit 77
    }
done
cradle=$PWD/${CRADLE_BUILD:-build}/cradle
[ -x "$cradle" ] || {
    echo "there is no program at $cradle: make build"
    exit 1
}
place=$(mktemp -d) && trap 'rm -rf "$place"' EXIT && cd "$place" || exit 1

cat >net.yaml <<'EOF'
data: {source: digits}
model: [conv: 8, batchnorm, relu, maxpool: 2, residual: [conv: 8, batchnorm], elu, dense: 32, tanh, dense: 10]
train: {epochs: 2}
EOF
"$cradle" train net.yaml --run run >/dev/null || exit 1
cat >main.c <<'EOF'
#include <stdio.h>
#include "net.h"

/* Pictures drawn by a rule; the answers in the machine's own floats. */
int main(void)
{
    static unsigned char pixels[NET_HEIGHT * NET_WIDTH * NET_CHANNELS];
    float probabilities[NET_CLASSES];
    unsigned long state = 1;
    for (int picture = 0; picture < 50; picture++) {
        for (unsigned i = 0; i < sizeof pixels; i++) {
            state = (state * 1103515245 + 12345) & 0x7fffffff;
            pixels[i] = (unsigned char)(state >> 16);
        }
        net_predict(pixels, probabilities);
        for (int c = 0; c < NET_CLASSES; c++)
            printf("%.5f\n", (double)probabilities[c]);
    }
    return 0;
}
EOF
faults=0
for kind in float int8; do
    option=''
    [ $kind = float ] || option=--int8
    # shellcheck disable=SC2086 # no word or one
    "$cradle" export run --format c --out net.c --overwrite $option >/dev/null || exit 1
    for core in m4:fpv4-sp-d16 m7:fpv5-d16; do
        arm-none-eabi-gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -Os -mthumb -mcpu=cortex-${core%:*} -mfpu=${core#*:} \
            -mfloat-abi=hard -c net.c -o net.o || exit 1
        arm-none-eabi-size net.o | awk -v what="$kind on Cortex-${core%:*}" 'NR == 2 { print what ": " $1 " bytes of flash, " $3 " of memory" }'
    done
    cc -std=c99 -O2 main.c net.c -o here -lm && ./here >wanted || exit 1
    arm-none-eabi-gcc -std=c99 -O2 -mcpu=cortex-a9 -mfpu=neon -mfloat-abi=hard --specs=rdimon.specs main.c net.c -o there -lm ||
        exit 1
    qemu-arm -cpu cortex-a9 there >found || exit 1
    paste wanted found | awk -v what="$kind on Cortex-A9" '
        { d = $1 - $2; d = d < 0 ? -d : d; most = d > most ? d : most }
        END { printf "%s: %d probabilities, off by at most %g\n", what, NR, most; exit NR != 500 || most > 1e-4 }' ||
        faults=$((faults + 1))
done
exit $((faults > 0))
