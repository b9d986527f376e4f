#!/bin/sh
# Unpacks the libraries that Cradle needs for 64-bit ARM into build/sysroot-aarch64, for the preset `aarch64`
# (cmake/aarch64.cmake). apt-get works in a folder of its own with the sources of this system: what is installed here
# stays as it is, and nobody needs to be root. Exits with 77 where that is not possible.
set -u
cd "$(dirname "$0")/.." || exit 1
root=build/sysroot-aarch64
packages='libyaml-dev libyaml-0-2 libcjson-dev libcjson1 zlib1g-dev zlib1g libjpeg62-turbo-dev libjpeg62-turbo
    libspng-dev libspng0 libsqlite3-dev libsqlite3-0 libcmocka-dev libcmocka0 librandom123-dev'

[ ! -e $root/complete ] || exit 0
for program in apt-get dpkg-deb; do
    command -v $program >/dev/null 2>&1 || {
        echo "SKIP: the libraries for ARM are taken from Debian's packages, and there is no $program here"
        exit 77
    }
done

rm -rf $root
mkdir -p $root/apt/state/lists/partial $root/apt/cache/archives/partial || exit 1
: >$root/apt/status
apt="$PWD/$root/apt"
get() {
    apt-get -q -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
        -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)" "$@" </dev/null
}
# shellcheck disable=SC2086 # a list of words
if ! { get update && cd "$apt/cache" && get download $packages; } >"$apt/log" 2>&1; then
    tail -n 5 "$apt/log"
    echo "SKIP: apt-get cannot fetch for arm64:" $packages
    exit 77
fi
cd - >/dev/null || exit 1
for package in "$apt"/cache/*.deb; do
    dpkg-deb -x "$package" $root || exit 1
done
# Links from the root of the file system would lead to this machine's libraries.
libraries=usr/lib/aarch64-linux-gnu
[ ! -d $root/lib ] || { cp -a $root/lib/. $root/usr/lib/ && rm -rf $root/lib; } || exit 1
find $root/$libraries -lname '/*' | while read -r link; do
    ln -sf "$(basename "$(readlink "$link")")" "$link"
done
rm -rf "$apt"
: >$root/complete
