#!/bin/sh
# Finds out what is missing on this machine, says the packages' names, and installs them with the system's package manager
# (apt-get, dnf, pacman or brew), as root or by sudo. Asks nothing. Where nothing is missing it takes no time.
#
# usage: scripts/setup.sh [--quiet] [GROUP...]
#
#   build    compiler, cmake, ninja, the libraries, cmocka (the default)
#   optional what some abilities need and the build goes without: NPZ archives, downloads
#   test     what some tests need besides: a C++ compiler, locales
#   thread   clang with its own OpenMP, for the thread sanitizer
#   data     zstd, to unpack archives
#   web      Node and npm, to build the page of reports anew
#   browser  Chromium besides, to look at reports in a test
#   peers    PyTorch, to make frozen results anew
#   search   Optuna, which reads our studies and is searched against
#   cross    a compiler and an emulator for 64-bit ARM
#   exports  what runs exported models in tests: a compiler and an emulator for 32-bit ARM, ONNX's checker, node
set -u

quiet=no
if [ "${1-}" = --quiet ]; then
    quiet=yes
    shift
fi
[ $# -gt 0 ] || set -- build

# ------------------------------------------------------------------------------------------------ what may be missing
has_program() {
    command -v "$1" >/dev/null 2>&1
}

# Some systems have a compiler without its C library's headers.
has_compiler() {
    has_program cc && printf '#include <stdio.h>\n' | cc -E - >/dev/null 2>&1
}

has_module() {
    has_program pkg-config && pkg-config --exists "$@" 2>/dev/null
}

has_spng() {
    has_module spng || has_module libspng
}

has_header() {
    for folder in /usr/include /usr/local/include /opt/homebrew/include; do
        [ -e "$folder/$1" ] && return 0
    done
    return 1
}

has_clang_openmp() {
    printf '#include <omp.h>\nint main(void) { return omp_get_num_threads() - 1; }\n' |
        clang -x c -fopenmp -fsanitize=thread - -o /dev/null 2>/dev/null
}

# The tests read and write numbers where the decimal point is a comma.
has_german() {
    [ -e /usr/share/i18n/locales/de_DE ] || locale -a 2>/dev/null | grep -q '^de_DE'
}

has_torch() {
    python3 -c 'import torch' 2>/dev/null || /usr/bin/python3 -c 'import torch' 2>/dev/null
}

has_optuna() {
    python3 -c 'import optuna' 2>/dev/null || /usr/bin/python3 -c 'import optuna' 2>/dev/null
}

has_onnx() {
    python3 -c 'import onnx' 2>/dev/null || /usr/bin/python3 -c 'import onnx' 2>/dev/null
}

has_pillow() {
    python3 -c 'import PIL' 2>/dev/null || /usr/bin/python3 -c 'import PIL' 2>/dev/null
}

# One line a need: group | what it is | how to see that it is there | apt-get | dnf | pacman | brew. "-": no package.
needs() {
    cat <<'END'
build | a C compiler | has_compiler | gcc libc6-dev | gcc | gcc | gcc
build | make | has_program make | make | make | make | make
build | CMake | has_program cmake | cmake | cmake | cmake | cmake
build | Ninja | has_program ninja | ninja-build | ninja-build | ninja | ninja
build | pkg-config | has_program pkg-config | pkg-config | pkgconf-pkg-config | pkgconf | pkgconf
build | libyaml | has_module yaml-0.1 | libyaml-dev | libyaml-devel | libyaml | libyaml
build | cJSON | has_module libcjson | libcjson-dev | cjson-devel | cjson | cjson
build | zlib | has_module zlib | zlib1g-dev | zlib-devel | zlib | zlib
build | libjpeg-turbo | has_module libjpeg | libjpeg-dev | libjpeg-turbo-devel | libjpeg-turbo | jpeg-turbo
build | libspng | has_spng | libspng-dev | libspng-devel | libspng | libspng
build | SQLite | has_module sqlite3 | libsqlite3-dev | sqlite-devel | sqlite | sqlite
build | Random123 | has_header Random123/philox.h | librandom123-dev | Random123-devel | - | -
build | cmocka | has_module cmocka | libcmocka-dev | libcmocka-devel | cmocka | cmocka
optional | libzip | has_module libzip | libzip-dev | libzip-devel | libzip | libzip
optional | libcurl | has_module libcurl | libcurl4-openssl-dev | libcurl-devel | curl | curl
test | locale definitions | has_german | locales | glibc-locale-source | glibc | -
test | a C++ compiler | has_program g++ | g++ | gcc-c++ | gcc | gcc
thread | clang | has_program clang | clang | clang compiler-rt | clang compiler-rt | llvm
thread | OpenMP for clang | has_clang_openmp | libomp-dev | libomp-devel | openmp | libomp
data | zstd | has_program zstd | zstd | zstd | zstd | zstd
web | Node | has_program node | nodejs | nodejs | nodejs | node
web | npm | has_program npm | npm | nodejs-npm | npm | node
browser | Node | has_program node | nodejs | nodejs | nodejs | node
browser | npm | has_program npm | npm | nodejs-npm | npm | node
browser | Chromium | has_program chromium | chromium | chromium | chromium | -
peers | PyTorch | has_torch | python3-torch | python3-torch | python-pytorch | pytorch
search | Optuna | has_optuna | python3-optuna | - | - | -
cross | a C compiler for 64-bit ARM | has_program aarch64-linux-gnu-gcc | gcc-aarch64-linux-gnu libc6-dev-arm64-cross | - | - | -
cross | QEMU for single programs | has_program qemu-aarch64 | qemu-user | qemu-user | qemu-user | -
exports | a C compiler for 32-bit ARM | has_program arm-none-eabi-gcc | gcc-arm-none-eabi libnewlib-arm-none-eabi | arm-none-eabi-gcc-cs arm-none-eabi-newlib | arm-none-eabi-gcc arm-none-eabi-newlib | arm-none-eabi-gcc
exports | ONNX's checker | has_onnx | python3-onnx | python3-onnx | - | -
exports | Pillow | has_pillow | python3-pil | python3-pillow | python-pillow | pillow
exports | node | has_program npm | nodejs npm | nodejs npm | nodejs npm | node
exports | QEMU for single programs | has_program qemu-arm | qemu-user | qemu-user | qemu-user | -
END
}

case $(uname -s) in
Darwin) manager=brew ;;
*)
    manager=none
    for candidate in apt-get dnf pacman; do
        if has_program "$candidate"; then
            manager=$candidate
            break
        fi
    done
    ;;
esac

# Sets `what` (names for people) and `packages` to what the groups in "$@" lack, `homeless` to what has no package here.
look() {
    what='' packages='' homeless=''
    while IFS='|' read -r group name check apt dnf pacman brew; do
        case " $* " in
        *" ${group% } "*) ;;
        *) continue ;;
        esac
        # shellcheck disable=SC2086 # the check is a command with its arguments
        $check && continue
        what="$what,$name"
        case $manager in
        apt-get) package=$apt ;;
        dnf) package=$dnf ;;
        pacman) package=$pacman ;;
        brew) package=$brew ;;
        *) package='' ;;
        esac
        case $package in
        ' - ' | ' -') homeless="$homeless$name" ;;
        *) packages="$packages$package" ;;
        esac
    done <<END
$(needs)
END
    what=$(printf '%s' "${what#,}" | tr -s ' ' | sed 's/^ //; s/ ,/,/g; s/ $//')
    packages=$(printf '%s' "$packages" | tr -s ' ' | sed 's/^ //; s/ $//')
}

for group in "$@"; do
    case $group in
    build | optional | test | thread | data | web | browser | peers | search | cross | exports) ;;
    *)
        echo "setup: there is no group '$group'; there are build, optional, test, thread, data, web, browser, peers," \
            "search, cross and exports" >&2
        exit 2
        ;;
    esac
done

look "$@"
if [ -z "$what" ]; then
    [ $quiet = yes ] || echo "Nothing is missing."
    exit 0
fi

# ---------------------------------------------------------------------------------------------------------- to install
echo "Missing: $what"
if [ $manager = none ]; then
    echo "setup: this system has none of apt-get, dnf, pacman and brew, so please install these by hand" >&2
    exit 1
fi
if [ -n "$homeless" ]; then
    echo "setup: $manager has no package of$homeless" >&2
    case $homeless in
    *Random123*)
        echo "setup: Random123 is header files only: get it from https://github.com/DEShawResearch/random123 and copy its" \
             "include/Random123 to /usr/local/include" >&2
        ;;
    esac
    [ -n "$packages" ] || exit 1
fi
echo "Packages: $packages"

as_root=''
if [ "$manager" != brew ] && [ "$(id -u)" != 0 ]; then
    if ! has_program sudo; then
        echo "setup: neither root nor sudo: as root, run '$manager install $packages'" | sed 's/pacman install/pacman -S/' >&2
        exit 1
    fi
    as_root=sudo
    # Without a terminal nobody can type a password.
    [ -t 0 ] || as_root='sudo -n'
fi

# shellcheck disable=SC2086 # both are lists of words
install() {
    case $manager in
    apt-get)
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages </dev/null
        ;;
    dnf) $as_root dnf install -y $packages </dev/null ;;
    pacman) $as_root pacman -S --noconfirm --needed $packages </dev/null ;;
    brew) brew install $packages </dev/null ;;
    esac
}

if ! install; then
    echo "setup: $manager could not install $packages; what it said stands above" >&2
    exit 1
fi
look "$@"
if [ -n "$what" ]; then
    echo "setup: still missing after the installation: $what" >&2
    exit 1
fi
echo "Installed."
