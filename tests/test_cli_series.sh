# Several runs of one file: their names and configs, going on, the summaries, mistakes.
. "$(dirname "$0")/cli.sh"

cat >series.yaml <<'END'
data: {source: digits, validation: 0.2, limit: 200}
model:
  - dense: 16
  - relu
  - dense: 10
train: {optimizer: {sgd: {lr: 0.1}}, epochs: 2}
babysit: {preflight: false}
runs:
  model[1]: [relu, tanh]
  size:
    small: {}
    large: {'model[0].dense': 32, train.epochs: 3}
  train.seed: [1, 2]
END

cradle train series.yaml -j 2
[ $code = 0 ] && [ "$(grep -c '^\[[1-8]/8\] .*: validation accuracy 0\.' out)" = 8 ] || fault "train: $(cat out err)"
grep -q '^tanh *large *2  0\.[0-9]* +- 0\.[0-9]* ' out || fault "table: $(cat out)"
grep -q 'dense: 32' runs/series/tanh-large-seed=2/config.yaml && grep -q 'epochs: 3' runs/series/tanh-large-seed=2/config.yaml &&
    grep -q 'seed: 2' runs/series/tanh-large-seed=2/config.yaml && grep -q -- '- tanh' runs/series/tanh-large-seed=2/config.yaml ||
    fault "config: $(cat runs/series/tanh-large-seed=2/config.yaml)"
[ "$(wc -l <runs/series/summary.csv)" = 9 ] || fault "csv: $(cat runs/series/summary.csv)"
grep -q '"at":{"model\[1\]":"tanh","size":"large"},"runs":2,"ended":2' runs/series/summary.json || fault "json"

# The same bits side by side and one after the other, and as one run of its own.
cradle train series.yaml --run b
cmp -s b/relu-small-seed=2/best.safetensors runs/series/relu-small-seed=2/best.safetensors || fault 'results depend on -j'
sed '/^runs:/,$d' series.yaml >one.yaml
cradle train one.yaml train.seed=2 --run c
cmp -s c/best.safetensors b/relu-small-seed=2/best.safetensors || fault 'a run of a series is not the run by itself'

# Finished runs stay, the one that is missing is made anew, with the same numbers.
cp runs/series/summary.csv before.csv
rm -r runs/series/relu-large-seed=1
touch -d 2001-01-01 runs/series/tanh-small-seed=1/last.safetensors
cradle train series.yaml
[ $code = 0 ] && [ "$(cut -d, -f1-14 before.csv)" = "$(cut -d, -f1-14 runs/series/summary.csv)" ] || fault "again: $(cat out err)"
[ before.csv -nt runs/series/tanh-small-seed=1/last.safetensors ] || fault 'a finished run was made anew'

# Another config than that of the folder.
sed 's/lr: 0.1/lr: 0.2/' series.yaml >other.yaml
expect 1 "cradle: runs/series/relu-small-seed=1: its config.yaml says something else than the config given: go on without one, or begin a new run" \
    train other.yaml --run runs/series

# Mistakes, by their place.
wrong() {
    message=$1
    { cat one.yaml; printf 'runs:\n%b' "$2"; } >wrong.yaml
    expect 1 "cradle: wrong.yaml:$message" train wrong.yaml --run d
    [ ! -e d ] || fault "$2: a folder is there"
}
wrong '9:2: runs: expected a map of axes, as in train.seed: [1, 2, 3]' ' [1, 2]'
wrong '9:17: runs.train.epochs: expected a list of values for this path, or a map of named runs' '  train.epochs: 3\n'
wrong '9:17: runs.train.epochs: is empty: there is nothing to run' '  train.epochs: []\n'
wrong '9:21: train.epochs: expected a whole number (int 1..1000000), found "x"' '  train.epochs: [1, x]\n'
wrong '9:23: model[7]: model has 3 elements, counted from 0; there is no [7]' '  a: {b: {"model[7]": relu}}\n'
wrong '9:18: babysit.auto: is for a single training: of several that are compared none may go on otherwise than it says' \
    '  babysit.auto: [true]\n'
expect 1 'cradle: command line: babysit.auto: is for a single training: of several that are compared none may go on otherwise than it says' \
    train one.yaml babysit.auto=true --folds 3 --run d
expect 2 "cradle train: --confirm is for a single training, and here are several
Try: cradle train --help" train series.yaml --confirm
wrong '9:49: data.augment[0].crop.padding: expected a whole number (int 0..4096), found "x"' '  a: {b: {}, c: {data.augment: [crop: {padding: x}]}}\n'
wrong "9:34: train.schedule: cosine: a warmup of 2 epochs leaves nothing of the training's 2" '  a: {b: {}, c: {train.schedule: {cosine: {warmup: 2}}}}\n'
expect 1 'cradle: series.yaml:9:3: runs: several runs are for cradle train alone; take this section out to have one' check series.yaml
finish
