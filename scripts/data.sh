#!/bin/sh
# Unpacks the CIFAR-10 pictures into build/data/cifar10 (train/CLASS/*.jpg, test/CLASS/*.jpg) from the archive
# cifar10-jpg.tar.zst in one of CRADLE_DATA's folders. All or nothing: a folder that is there is complete.
set -eu
cd "$(dirname "$0")/.."

archive_name=cifar10-jpg.tar.zst
folders=${CRADLE_DATA:-build/data:../shared/data}
target=${1:-build/data/cifar10}

if [ -d "$target" ]; then
    echo "$target is there already."
    exit 0
fi

archive=''
rest=$folders:
while [ -n "$rest" ]; do
    folder=${rest%%:*}
    rest=${rest#*:}
    if [ -n "$folder" ] && [ -f "$folder/$archive_name" ]; then
        archive=$folder/$archive_name
        break
    fi
done
if [ -z "$archive" ]; then
    echo "data: $archive_name lies in none of $folders; set CRADLE_DATA to the folder that holds it" >&2
    exit 1
fi

sh scripts/setup.sh --quiet data
parent=$(dirname "$target")
mkdir -p "$parent"
part=$(mktemp -d "$parent/.unpacking-XXXXXX")
trap 'rm -rf "$part"' EXIT
trap 'exit 130' INT TERM HUP

echo "Unpacking $archive ..."
zstd -q -dc "$archive" >"$part/archive.tar"
mkdir "$part/cifar10"
tar -xf "$part/archive.tar" -C "$part/cifar10"
for folder in train test; do
    if [ ! -d "$part/cifar10/$folder" ]; then
        echo "data: $archive has no folder '$folder'; expected train/CLASS/*.jpg and test/CLASS/*.jpg" >&2
        exit 1
    fi
done
chmod 755 "$part/cifar10"
mv "$part/cifar10" "$target"
echo "$target is ready."
