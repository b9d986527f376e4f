# A folder may include only from itself and from folders above it in the list below, in the public headers too. The
# program and the examples include <cradle/...> and the C library alone.
set -u

flow="base config kernels graph model data train experiment babysit evaluate tune export report"

# check ROOT: prints every include that runs against the flow and returns 1 where there is one.
check() {
    (
        cd "$1" || exit 2
        find src include cli examples -type f \( -name '*.[ch]' -o -name '*.def' \) 2>/dev/null | sort |
            xargs grep -nHE '^[[:space:]]*#[[:space:]]*include' /dev/null |
            awk -v flow="$flow" '
            function fails(why) { print row ": " why; bad = 1 }
            BEGIN { count = split(flow, names, " "); for (i = 1; i <= count; i++) place[names[i]] = i }
            {
                row = $0
                split($0, part, ":")
                file = part[1]
                match($0, /[<"][^>"]*[>"]/)
                quoted = substr($0, RSTART, 1) == "\""
                target = substr($0, RSTART + 1, RLENGTH - 2)
                split(file, at, "/")
                split(target, to, "/")
                head = to[1]
                sub(/\.h$/, "", head)
                public = to[1] == "cradle"
                if (public) { head = to[2]; sub(/\.h$/, "", head) }

                if (at[1] == "cli" || at[1] == "examples") {
                    if (quoted && !(at[1] == "cli" && target !~ /\//))
                        fails("only the public headers, <cradle/...>, may be included here")
                    if (!quoted && target ~ /^(yaml|cjson|cJSON|zlib|jpeglib|spng|Random123|omp)/)
                        fails("only <cradle/...> and the C library may be included here")
                    next
                }
                if (at[1] == "include") { own = at[3]; sub(/\.h$/, "", own) } else own = at[2]
                if (own == "cradle") next               # cradle.h includes them all
                if (!(own in place)) { fails("\"" own "\" is no folder of the house"); next }
                if (target ~ /\.\.\//) { fails("paths start at src/, not at \"..\""); next }
                if (at[1] == "include" && quoted) { fails("a public header may not include an internal one"); next }
                if (!quoted && !public) next            # a library or the C library
                if (public && head == "cradle") { fails("include the headers that are needed, not cradle.h"); next }
                if (head in place) {
                    if (place[head] > place[own]) fails(own " stands above " head " and may not include from it")
                } else if (target ~ /\//) {
                    if (system("test -e \"$(dirname " file ")/" target "\"") != 0) fails("\"" head "\" is no folder of the house")
                }
            }
            END { exit bad }'
    )
}

fail() {
    echo "$1"
    exit 1
}

# The check itself: a house with one fault of each kind, then one without.
mkdir -p planted/src/base planted/src/graph planted/src/train planted/include/cradle planted/cli planted/examples
echo '#include "train/trainer.h"' >planted/src/graph/early.c
echo '#include <cradle/graph.h>' >planted/include/cradle/base.h
echo '#include "base/arena.h"' >planted/include/cradle/train.h
echo '#include "../base/arena.h"' >planted/src/train/dots.c
echo '#include "base/arena.h"' >planted/cli/inside.c
echo '#include <cjson/cJSON.h>' >planted/examples/library.c
echo '#include <cradle/cradle.h>' >planted/src/base/all.c
found=$(check planted)
[ $? = 1 ] || fail "faults were planted and none was found"
[ "$(printf '%s\n' "$found" | wc -l)" = 7 ] || fail "seven faults were planted; found: $found"
printf '%s\n' "$found" | grep -q 'early.c:1:.*graph stands above train' || fail "unexpected words: $found"

rm -rf planted/src/*/*.c planted/include/cradle/* planted/cli/* planted/examples/*
echo '#include "base/arena.h"
#include "graph/ops.def"
#include <cradle/base.h>
#include <stdio.h>' >planted/src/train/good.c
echo '#include "cli.h"
#include <cradle/cradle.h>' >planted/cli/good.c
found=$(check planted) || fail "nothing was planted, yet found: $found"
rm -rf planted

check "$CRADLE_SOURCE" || fail "the includes above run against the flow: $flow"
