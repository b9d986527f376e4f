# cradle data get: what is wrong is told, nothing half is left, what is there is not fetched again.
. "$(dirname "$0")/cli.sh"
expect 1 'cradle: mnits: no set that can be fetched (mnist, fashion-mnist, kmnist, cifar10, cifar100); did you mean mnist?' data get mnits

# Files that are there need no net.
mkdir -p data/kmnist data/cifar100
for name in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
    : >data/kmnist/$name-ubyte.gz
done
: >data/cifar100/train.bin
expect 0 '' data get kmnist --into data
[ "$(cat out)" = "data:
  source: {mnist: {path: data/kmnist}}" ] || fault "get kmnist: $(cat out)"
expect 0 '' data get cifar100 --into data
[ "$(cat out)" = "data:
  source: {cifar100: {path: data/cifar100}}" ] || fault "get cifar100: $(cat out)"

if command -v python3 >/dev/null; then
    echo hello >served
    python3 "$CRADLE_SOURCE/tests/mirror.py" served $$ >port 2>/dev/null &
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -s port ] && break
        sleep 0.5
    done
    mirror=http://127.0.0.1:$(cat port)
    cradle data get mnist --into data --mirror "$mirror/good"
    case $(cat err) in
    *'made without libcurl'*) ;;
    *)
        [ $code = 1 ] || fault "get mnist: exit status $code"
        [ "$(cat err)" = "cradle: train-images-idx3-ubyte.gz could not be fetched: $mirror/good/train-images-idx3-ubyte.gz: has the MD5 digest b1946ac92492d2347c6235b4d2611184, expected f68b3c2dcbeaaa9fbdd348bbdeb94873" ] ||
            fault "get mnist: $(cat err)"
        [ -z "$(ls data/mnist)" ] || fault "get mnist left $(ls data/mnist)"
        expect 1 "cradle: cifar-10-binary.tar.gz could not be fetched: $mirror/none/cifar-10-binary.tar.gz: the server answers 404" data get cifar10 --into data --mirror "$mirror/none"
        ;;
    esac
fi
finish
