# cradle check RUN --labels: of the digits with one label in ten changed, those are named.
. "$(dirname "$0")/cli.sh"

# Every tenth of the digits as the next class, with the lines of those in `changed`; the header is line 1.
awk -F, 'BEGIN { OFS = ","; for (i = 0; i < 64; i++) printf "p%d,", i; print "label" }
    /^ *[0-9]/ && NF == 65 { line++; if (line % 10 == 0) { $65 = ($65 + 1) % 10; print line + 1 >"changed" } print }
' "$CRADLE_SOURCE/src/data/digits.csv" >digits.csv
cat >noisy.yaml <<'END'
data: {source: {csv: {path: digits.csv, label: label, shape: [8, 8]}}, validation: 0.3}
model: [dense: 32, relu, dense: 10]
train: {optimizer: {sgd: {lr: 0.05, momentum: 0.9}}, epochs: 12, batch: 32}
END
cradle train noisy.yaml --run run
[ $code = 0 ] || fault "train: $(cat err)"

cradle check run --labels 1000 --json
[ $code = 0 ] || fault "--labels --json: exit status $code: $(cat out err)"
sed -n 's/.*"name": "digits.csv:\([0-9]*\)", "held_out": \(true\|false\),.*/\1 \2/p' out >named
# How many of those that are named on the standard input were changed.
changed() {
    while read -r line part; do grep -qx "$line" changed && echo "$part"; done | wc -l
}
held=$(grep -c true named) right=$(grep true named | changed)
[ "$held" -gt 40 ] && [ $((right * 10)) -ge $((held * 8)) ] || fault "of $held that were held out $right were changed"
right=$(changed <named)
[ "$right" -gt 89 ] || fault "of 179 that were changed $right were named"

cradle check run --labels 5
[ $code = 0 ] || fault "--labels: exit status $code"
grep -qx 'labels that are probably wrong' out || fault "--labels: $(cat out)"
grep -qE '^  [0-9]+ of the 5[0-9]+ that were held out \([0-9.]+ %\)$' out || fault "--labels: $(cat out)"
[ "$(grep -cE '^  digits.csv:[0-9]+ +[0-9] +0\.[0-9]{4}  [0-9] +[01]\.[0-9]{4}(  held out)?$' out)" = 5 ] || fault "--labels: $(cat out)"

# A network that knows nothing doubts nothing.
cradle train noisy.yaml --run stupid train.optimizer.sgd.lr=1e-9 train.epochs=1
cradle check stupid --labels 5
grep -qE '^  the 5[0-9]+ that were held out: the network knows too little of them to judge \(accuracy 0\.[0-9]+\)$' out ||
    fault "a network that knows nothing: $(cat out)"

# What has no classes, no network, or is no run.
cradle train noisy.yaml --run same 'model=[dense: 8, relu, dense: 64]' train.target=input train.loss=mse train.epochs=1
cradle check same --labels 5
[ $code = 1 ] && grep -qx 'cradle: labels can be doubted where a network tells classes, one of a sample' err || fault "no classes: $(cat out err)"
expect 2 "cradle check: --labels asks the network of a run: give the folder of one
Try: cradle check --help" check noisy.yaml --labels 5
expect 2 "cradle check: --labels 0: expected a whole number 1..1000000
Try: cradle check --help" check run --labels 0
mv digits.csv away.csv
cradle check run --labels 5
[ $code = 1 ] && grep -q '^cradle: .*digits.csv: cannot open: No such file or directory$' err || fault "no data: $(cat err)"
finish
