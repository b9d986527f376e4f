# Installs into a folder of its own and builds against it as others would: by pkg-config, by find_package, from C++. Only
# cr_* symbols may be visible in the shared library.
set -u

fail() {
    echo "$1"
    exit 1
}

# Runs a command and shows what it said only where it fails.
quietly() {
    "$@" >quietly.log 2>&1 || {
        cat quietly.log
        fail "failed: $*"
    }
}

if [ -n "$CRADLE_SANITIZE" ]; then
    echo "SKIP: programs of others know nothing of sanitizers"
    exit 77
fi

here=$(pwd)
prefix=$here/root/usr
rm -rf root moved build examples
quietly cmake --install "$CRADLE_BUILD" --prefix "$prefix"

# Nothing may depend on where it was installed: it is moved once.
mv root moved
prefix=$here/moved/usr
library=$(dirname "$(find "$prefix" -name libcradle.a)")
config=$(dirname "$(find "$prefix" -name cradleConfig.cmake)")
[ -f "$library/pkgconfig/cradle.pc" ] || fail "cradle.pc was not installed"
for file in "$prefix/include/cradle/cradle.h" "$prefix/bin/cradle" "$prefix/share/doc/cradle/NOTICE" \
    "$prefix/share/doc/cradle/LICENSE" "$prefix/share/bash-completion/completions/cradle"; do
    [ -f "$file" ] || fail "$file was not installed"
done
export PKG_CONFIG_PATH="$library/pkgconfig"
export LD_LIBRARY_PATH="$library"

# -------------------------------------------------------------------------------------------------- visible symbols
shared=$library/libcradle.so
[ -f "$shared" ] || shared=$library/libcradle.dylib
case $shared in
*.so) visible=$(nm -D --defined-only "$shared") ;;
*) visible=$(nm -gU "$shared") ;;
esac
visible=$(printf '%s\n' "$visible" | awk 'NF >= 3 { print $3 }')
printf '%s\n' "$visible" | grep -q '^_*cr_version$' || fail "cr_version is not visible in the shared library"
others=$(printf '%s\n' "$visible" | grep -v '^_*cr_')
[ -z "$others" ] || fail "visible besides cr_*: $others"

# --------------------------------------------------------------------------------------------------------- versions
version=$(sed -n 's/^#define CR_VERSION "\(.*\)"/\1/p' "$prefix/include/cradle/base.h")
[ "$(pkg-config --modversion cradle)" = "$version" ] || fail "cradle.pc says $(pkg-config --modversion cradle), not $version"
[ "$("$prefix/bin/cradle" --version)" = "cradle $version" ] ||
    fail "the program says '$("$prefix/bin/cradle" --version)', not 'cradle $version'"

# ------------------------------------------------------------------------------------ the examples, in three ways each
compiler=${CC:-cc}
mkdir -p build examples
names=''
for source in "$CRADLE_SOURCE"/examples/*.c; do
    [ -f "$source" ] || continue
    name=$(basename "$source" .c)
    names="$names $name"
    # shellcheck disable=SC2046 # lists of flags
    quietly "$compiler" -std=c17 -Wall -Wextra -Werror "$source" $(pkg-config --cflags --libs cradle) -o "build/$name-shared"
    # shellcheck disable=SC2046
    quietly "$compiler" -std=c17 "$source" $(pkg-config --cflags cradle) "$library/libcradle.a" \
        $(pkg-config --static --libs cradle | sed 's/-lcradle//') -o "build/$name-static"
done
if [ -z "$names" ]; then
    # Without examples there is still the version to ask for.
    names=' version'
    mkdir -p own
    printf '#include <cradle/cradle.h>\n#include <stdio.h>\nint main(void) { return puts(cr_version()) < 0; }\n' >own/version.c
    # shellcheck disable=SC2046
    quietly "$compiler" -std=c17 own/version.c $(pkg-config --cflags --libs cradle) -o build/version-shared
    sources=$here/own
else
    sources=$CRADLE_SOURCE/examples
fi

cat >examples/CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.20)
project(outside C)
find_package(cradle $version REQUIRED)
foreach(name$names)
    add_executable(\${name}-shared "$sources/\${name}.c")
    target_link_libraries(\${name}-shared PRIVATE cradle::cradle)
    add_executable(\${name}-static "$sources/\${name}.c")
    target_link_libraries(\${name}-static PRIVATE cradle::static)
endforeach()
END
quietly cmake -S examples -B build/outside -G Ninja "-Dcradle_DIR=$config"
quietly cmake --build build/outside
# A version that is not here is refused.
sed -i.bak "s/find_package(cradle $version/find_package(cradle 99.0/" examples/CMakeLists.txt
if cmake -S examples -B build/refused -G Ninja "-Dcradle_DIR=$config" >/dev/null 2>&1; then
    fail "find_package took version $version for 99.0"
fi

# Every build runs, each in a folder of its own; but for one that needs a model, which the tests of exports run.
for name in $names; do
    [ "$name" != 03_embedded_model ] || continue
    for program in "build/$name-shared" "build/$name-static" "build/outside/$name-shared" "build/outside/$name-static"; do
        [ -x "$program" ] || continue
        mkdir -p run
        (cd run && quietly "$here/$program") || exit 1
        rm -rf run
    done
done

# --------------------------------------------------------------------------------------------------------------- C++
if command -v g++ >/dev/null; then
    echo '#include <cradle/cradle.h>' >build/plus.cpp
    # shellcheck disable=SC2046
    quietly g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only build/plus.cpp $(pkg-config --cflags cradle)
else
    echo "the header was not tried as C++: no g++ here"
fi
rm -rf moved build examples own quietly.log
