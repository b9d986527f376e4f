# cradle train, test and predict where the output is no terminal: what is printed, where runs go, signals, resuming.
. "$(dirname "$0")/cli.sh"

# A small network, so that this test takes seconds.
cat >small.yaml <<'END'
data: {source: digits, limit: 400}
model: [dense: 16, relu, dense: 10]
train: {optimizer: {sgd: {lr: 0.1}}, epochs: 3, batch: 50}
END

# What depends on the machine: times, and the rounding of its instruction set.
mask() {
    sed -E -e 's/[0-9.]+ KiB$/N KiB/' -e 's/[0-9]+\.[0-9]+(e[-+][0-9]+)?/N/g' -e 's/^Trained in [^;]*; best: epoch [0-9]+/Trained in T; best: epoch N/' \
        -e 's/[0-9]+ right, [0-9]+ wrong/N right, N wrong/' -e '/^[0-9] /s/ +([0-9]+|\.|N|-)/ N/g' -e '/  taken for  /d'
}
filter=mask
golden train-plain 0 train small.yaml --threads 1
golden train-no-validation 0 train small.yaml data.validation=0 train.epochs=1 --run other/two --threads 1
[ "$(echo runs/* other/*)" = "runs/small other/two" ] || fault "the runs lie in $(echo runs/* other/*)"

# A name that is taken gets a number; the same network whatever the folder, threads and workers are called.
cradle train small.yaml --threads 2 --workers 0
[ $code = 0 ] && [ -d runs/small-2 ] || fault "there is no runs/small-2: $(cat err)"
cmp -s runs/small/last.safetensors runs/small-2/last.safetensors || fault "threads and workers made another network"
cradle train small.yaml
[ $code = 0 ] && [ -d runs/small-3 ] || fault "there is no runs/small-3: $(cat err)"
expect 1 'cradle: runs/small exists: choose another --run, or go on with --resume runs/small' train small.yaml --run runs/small
[ ! -s out ] || fault "an error, yet it printed: $(cat out)"
golden train-finished 0 train --resume runs/small

# Without a file: the built-in recipe, which is the example.
cradle train train.epochs=1 data.limit=200
[ $code = 0 ] && [ -d runs/digits ] || fault "there is no runs/digits: $(cat err)"
cradle train "$CRADLE_SOURCE/examples/digits.yaml" train.epochs=1 data.limit=200
cmp -s runs/digits/last.safetensors runs/digits-2/last.safetensors || fault "examples/digits.yaml is not the built-in recipe"

# It acts: a rate that is far too high is lowered, from the beginning; what was done stands in the log.
cradle train small.yaml train.optimizer.sgd.lr=1000 --auto --run other/auto
[ $code = 0 ] && grep -q '^auto: back to the beginning with train.optimizer.sgd.lr: 1000 -> ' out || fault "train --auto: $(cat out err)"
grep -q '"event":"change",.*"back":true' other/auto/events.jsonl || fault "train --auto: no change in the log"
grep -q 'It diverged' out && fault "train --auto: $(cat out)"
cradle train small.yaml train.optimizer.sgd.lr=1000 --confirm --run other/confirm
[ $code = 0 ] && grep -q '^  confirmed in 300 steps from the beginning' out && grep -q '^It diverged' out || fault "train --confirm: $(cat out err)"
expect 2 'cradle train: --auto is part of a run from its beginning (babysit.auto in its config.yaml)
Try: cradle train --help' train --resume runs/small --auto
expect 2 'cradle train: --auto makes the changes that it confirms: leave out --confirm
Try: cradle train --help' train small.yaml --auto --confirm

# ----------------------------------------------------------------------------------------------------------------- test
golden test-human 0 test runs/small
works test runs/small --json
grep -Eqx '\{"run": "runs/small", "data": "digits", "count": 360, "accuracy": 0\.[0-9]+, "top5": [01](\.[0-9]+)?, "f1": 0\.[0-9]+, "loss": [0-9.]+, "tests": 2, "right": [0-9]+, .*, "confusion": \[\[.*\]\]\}' out || fault "test --json: $(cat out)"
# Calibrated probabilities are likelier, and the answers are the same.
loss=$(value loss) right=$(value right)
cradle test runs/small --calibrate --json
[ $code = 0 ] && [ "$(value right)" = "$right" ] && awk "BEGIN { exit !($(value loss) < $loss) }" ||
    fault "test --calibrate: $code, $right right with $loss before, $(value right) with $(value loss) after: $(cat err)"
cradle test runs/small runs/small-2
[ $code = 0 ] && grep -qx "McNemar's test: p = 1 exact, 1 with the mid-p correction: the difference may well be chance." out ||
    fault "the same network twice: $(cat out err)"
cradle test runs/small runs/small-2 --json
[ $code = 0 ] && grep -q '"comparison": {"both": [0-9]*, "first": 0, "second": 0, "neither": [0-9]*, "p_exact": 1, "p_mid": 1}}$' out ||
    fault "test of two runs --json: $(cat out err)"
expect 2 'cradle test: runs/small-3: two runs can be compared, not more; --ensemble puts them together
Try: cradle test --help' test runs/small runs/small-2 runs/small-3
grep -q 'This is test' out && fault "a warning at the fourth test: $(cat out)"
cradle test runs/small && cradle test runs/small
grep -q '^This is test 7 of runs/small on these data' out || fault "no warning at the seventh test: $(cat out)"
expect 1 'cradle: nowhere: is no run: there is no config.yaml in it' test nowhere

# -------------------------------------------------------------------------------------------------------------- predict
"$CRADLE" data info digits --sheet sheet.png >/dev/null
expect 0 '' predict runs/small sheet.png --sure 0
[ "$(sed 1d out | wc -l)" = 3 ] && [ "$(head -n 1 out)" = sheet.png ] || fault "predict: $(cat out)"
sed 1d out | grep -Evq '^  [ 0-9]{3}\.[0-9]{2} %  [0-9]$' && fault "predict: $(cat out)"
expect 0 '' predict runs/small sheet.png --top 100
[ "$(wc -l <out)" = 11 ] || fault "predict --top 100 of 10 classes: $(cat out)"
awk 'NR > 1 { if (NR > 2 && $1 > last) bad = 1; last = $1; sum += $1 } END { exit bad || sum < 99.9 || sum > 100.1 }' out ||
    fault "probabilities do not fall, or their sum is not 1: $(cat out)"

# Bad pictures are named, the others are answered, in order; more than a batch of them.
: >empty.png
head -c 150 sheet.png >cut.png
expect 1 'cradle: nothing.png: cannot open: No such file or directory
cradle: empty.png: the file is empty
cradle: small.yaml: is neither a JPEG nor a PNG' predict runs/small nothing.png sheet.png empty.png small.yaml sheet.png --top 1
[ "$(grep -c '^sheet.png$' out)" = 2 ] && [ "$(wc -l <out)" = 4 ] || fault "predict with bad pictures: $(cat out)"
cradle predict runs/small cut.png
[ $code = 1 ] && grep -q '^cradle: cut.png: ' err || fault "a truncated PNG: $code: $(cat err)"
cradle predict runs/small --json nothing.png sheet.png --top 2 --sure 0
[ $code = 1 ] || fault "predict --json with a bad picture: exit status $code"
sed -E 's/0\.[0-9]+(e-[0-9]+)?/N/; s/"class": "[0-9]"/"class": C/g; s/(probability": )[-0-9.e]+/\1N/g' out >actual
diff - actual <<'END' || fault "predict --json"
[
  {"image": "nothing.png", "error": "nothing.png: cannot open: No such file or directory"},
  {"image": "sheet.png", "top": [{"class": C, "probability": N}, {"class": C, "probability": N}]}
]
END
many=$(i=0; while [ $i -lt 70 ]; do echo sheet.png; i=$((i + 1)); done)
for workers in 0 3; do
    # shellcheck disable=SC2086 # a list of names
    cradle predict runs/small --top 1 --workers $workers $many small.yaml sheet.png
    [ $code = 1 ] && [ "$(sort -u out | wc -l)" = 2 ] && [ "$(wc -l <out)" = 142 ] || fault "predict of 71 pictures: $(sort -u out)"
done

# -------------------------------------------------------------------------------------------------------------- signals
# Starts a training that would take minutes, waits for the second epoch's line, and sends a signal.
stopped() {
    signal=$1 expected=$2
    rm -rf runs/long
    "$CRADLE" train small.yaml train.epochs=100000 --run runs/long --threads 1 >out 2>err </dev/null &
    process=$!
    waited=0
    while ! grep -q '^Finished epoch 2 ' out && [ $waited -lt 300 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    kill -"$signal" $process
    wait $process
    code=$?
    [ $code = "$expected" ] || fault "SIG$signal: exit status $code, expected $expected: $(cat err)"
    tail -n 2 out | sed 's/step [0-9]*/step N/' >actual
    diff - actual <<'END' || fault "SIG$signal: other last words"
Stopped after step N. To go on:
  cradle train --resume runs/long
END
    [ ! -s err ] || fault "SIG$signal: $(cat err)"
}
stopped INT 130
stopped TERM 143
step=$(sed -n 's/^Stopped after step \([0-9]*\).*/\1/p' out)
expect 1 "cradle: runs/nowhere: is no run: there is no config.yaml in it" train --resume runs/nowhere

# It goes on where it stopped. (Its config says 100,000 epochs: stopped again.)
"$CRADLE" train --resume runs/long --threads 1 >out 2>err </dev/null &
process=$!
waited=0
while ! grep -q '^Finished epoch' out && [ $waited -lt 300 ]; do
    sleep 0.1
    waited=$((waited + 1))
done
# Meanwhile a second process is refused.
cradle_out=$("$CRADLE" train --resume runs/long 2>&1)
[ $? = 1 ] && [ "$cradle_out" = "cradle: runs/long is being trained by process $process" ] || fault "a second process: $cradle_out"
kill -INT $process
wait $process
grep -q "^Goes on at step $step, in epoch" out || fault "resumed elsewhere than at step $step: $(head -n 6 out)"

# ------------------------------------------------------------------------------------------------ output that goes away
rm -rf runs/pipe
("$CRADLE" train small.yaml --run runs/pipe 2>err; echo $? >status) | head -n 1 >/dev/null
[ "$(cat status)" = 0 ] && [ ! -s err ] || fault "a reader went away: $(cat status) $(cat err)"
cmp -s runs/small/last.safetensors runs/pipe/last.safetensors || fault "a reader went away, and the training with it"

# --------------------------------------------------------------------------------------------------------------- locale
mkdir -p locale
if localedef -i de_DE -f UTF-8 locale/de_DE.UTF-8 2>/dev/null; then
    export LOCPATH=$PWD/locale LC_ALL=de_DE.UTF-8
    rm -rf runs/german
    cradle train small.yaml train.optimizer.sgd.lr=0.1 --run runs/german --threads 1
    grep -q '^Finished epoch 3 / 3: cost 0\.[0-9]\{6\}, train: 0\.[0-9]\{6\}, val 0\.[0-9]\{6\}, lr 1\.000000e-01$' out ||
        fault "numbers in German: $(cat out err)"
    cmp -s runs/small/last.safetensors runs/german/last.safetensors || fault "numbers were read in German"
    cradle test runs/german --json
    grep -q '"accuracy": 0\.' out || fault "test --json in German: $(cat out err)"
else
    echo "numbers in German were not tried: no locale here"
fi
rm -rf runs other locale
finish
