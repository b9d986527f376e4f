# cradle data info: presets, folders, maps; what it says of balance and duplicates; the contact sheet; packs.
. "$(dirname "$0")/cli.sh"

golden data-digits 0 data info digits
golden data-digits 0 data info digits --workers 0 --threads 1
expect 0 '' data info digits --sheet sheet.png
grep -q '^The first images of each class: sheet.png$' out || fault "--sheet: $(cat out)"
[ "$(head -c 4 sheet.png | tail -c 3)" = PNG ] || fault "sheet.png is no PNG"

# Three pictures, one of them there three times, once under another class.
mkdir -p "it's here/train/cat" "it's here/train/dog" "it's here/test/dog"
"$CRADLE" data info '{digits: {}}' --sheet other.png >/dev/null
cp sheet.png "it's here/train/cat/a.png"
cp sheet.png "it's here/train/cat/b.png"
cp sheet.png "it's here/train/dog/c.png"
head -c 300 sheet.png >"it's here/train/dog/cut.png"
cp sheet.png "it's here/test/dog/d.png"
golden data-folder 0 data info "it's here"
golden data-folder-map 0 data info "{folder: {path: \"it's here/train\", size: 8, channels: 1}}"

expect 1 'cradle: mnits: neither a folder nor a source that is known (`cradle list formats`); did you mean mnist?' data info mnits
expect 1 'cradle: command line: source.digits.size: unknown key; there are no options here' data info '{digits: {size: 3}}'
expect 1 "cradle: command line: source: did not find expected ',' or '}' (while parsing a flow mapping)" data info '{folder'
expect 1 'cradle: nowhere/x.png: cannot write: No such file or directory' data info digits --sheet nowhere/x.png
# The sheet of a config file: written whole, with a row a picture; wrong use.
digits="$CRADLE_SOURCE/examples/digits.yaml"
cradle data sheet "$digits" seen.png 'data.augment=[rotate: 20, crop: 1]' --count 3
[ $code = 0 ] && [ ! -s err ] || fault "data sheet: exit status $code: $(cat err)"
grep -q '^3 pictures of the training part, each as it is and then as in 9 epochs: seen.png$' out || fault "data sheet: $(cat out)"
[ "$(head -c 24 seen.png | tail -c 8 | od -An -tu1 | tr -s ' ')" = ' 0 0 1 98 0 0 0 104' ] || fault "seen.png is of another size"
cradle data sheet "$digits" plain.png train.mix=0.2
[ "$(tail -n 2 out)" = 'There is no data.augment: they are the same in every epoch.
Each batch is mixed by train.mix afterwards, which is not shown.' ] || fault "data sheet without augmentation: $(cat out)"
expect 1 'cradle: command line: data.augment[0]: unknown augmentation flap; did you mean flip?' data sheet "$digits" seen.png 'data.augment=[flap]'
expect 1 'cradle: nowhere/x.png: cannot write: No such file or directory' data sheet "$digits" nowhere/x.png
expect 2 'cradle data: OUT is missing: the PNG file to write
Try: cradle data --help' data sheet "$digits"
expect 2 'cradle data: unexpected argument x.png
Try: cradle data --help' data info digits x.png
expect 2 'cradle data: --count is of data sheet
Try: cradle data --help' data info digits --count 3

# A source and a config's source as packs, which say the same; wrong use.
cradle data pack digits packed
[ $code = 0 ] && [ "$(cat out)" = "# 1437 samples to train, 360 to test
data:
  source: {pack: 'packed'}" ] || fault "data pack: exit status $code: $(cat out err)"
"$CRADLE" data info digits | tail -n +2 >straight
"$CRADLE" data info '{pack: packed}' | tail -n +2 >mapped
cmp straight mapped || fault 'data info differs between digits and their pack'
expect 0 '' data pack "$digits" again data.source=digits
cmp packed/test.pack again/test.pack || fault 'the packs of the source and of the config differ'
expect 1 'cradle: x=1: values are changed of a config file, and digits is none' data pack digits packed x=1
expect 1 'cradle: err: cannot make the folder' data pack digits err
expect 2 'cradle data: OUT is missing: the folder to make
Try: cradle data --help' data pack digits
head -c 5000 again/train.pack >packed/train.pack
expect 1 'cradle: command line: source: packed/train.pack: is damaged: it is not as long as its head says; remove it and make it anew' data info '{pack: packed}'
expect 1 'cradle: command line: source: nowhere: is no folder, expected one that `cradle data pack` made' data info '{pack: nowhere}'

CRADLE_DATA=/nowhere
export CRADLE_DATA
expect 1 'cradle: command line: source: mnist: not found in /nowhere; set CRADLE_DATA to the folders that hold it, with : between' data info mnist
finish
