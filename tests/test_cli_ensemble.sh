# Ensembles: joined for one test, kept as one model, and what does not fit together.
. "$(dirname "$0")/cli.sh"

for seed in 1 2 3; do
    works train --run run$seed train.epochs=1 train.seed=$seed
done

# An accuracy out of the JSON of a test.
accuracy() {
    sed -n 's/.*"data"[^}]*"accuracy": \([0-9.]*\), "f1.*/\1/p; s/.*"data"[^}]*"accuracy": \([0-9.]*\), "top5.*/\1/p' out | head -n 1
}

for rule in mean vote stack greedy; do
    works test run1 run2 run3 --ensemble=$rule --json
    grep -q "\"rule\": \"$rule\", \"members\": \[{\"run\": \"run1\"" out || fault "$rule: no members in $(cat out)"
    together=$(accuracy)
    works ensemble out-$rule run1 run2 run3 --rule $rule
    grep -q "^McNemar's test" out || fault "ensemble --rule $rule: no comparison"
    grep -q "^rule: $rule" out-$rule/ensemble.yaml || fault "$(cat out-$rule/ensemble.yaml)"
    cradle test out-$rule --json
    [ -n "$together" ] && [ "$(accuracy)" = "$together" ] || fault "$rule: $together in one test, $(accuracy) as one model"
done
cradle test run1 run2 run3 --ensemble
grep -q -e '--calibrate' out && fault "an ensemble cannot be calibrated, yet it is proposed: $(cat out)"
grep -q '^Against the best of them' out || fault "test --ensemble without a rule: $(cat out err)"

# It needs nothing of its members, and answers as one; twice the same member is that member.
cradle ensemble twins run1 run1
cradle predict run1 "$CRADLE_SOURCE/examples/digit.png"
mv out alone
cradle predict twins "$CRADLE_SOURCE/examples/digit.png"
diff alone out || fault "twins answer otherwise than one of them"
mkdir away && mv run2 run3 away
cradle predict out-mean "$CRADLE_SOURCE/examples/digit.png"
[ $code = 0 ] && [ "$(wc -l <out)" = 4 ] || fault "predict out-mean: $(cat out err)"
mv away/* .
cradle test out-mean run1
grep -q '^McNemar' out || fault "test of an ensemble and a run: $(cat out err)"

# Checkpoints in the folder of a run are members too.
works ensemble of-one run1/best.safetensors run1/last.safetensors

# Snapshots of one run, at the end of each wave of a cosine.
cradle train --run waves train.epochs=4 train.keep=2 'train.schedule={cosine: {restart: 2}}'
[ "$(cd waves && echo snapshot-*)" = 'snapshot-2.safetensors snapshot-4.safetensors' ] || fault "snapshots: $(ls waves)"
works test waves/snapshot-2.safetensors waves/snapshot-4.safetensors --ensemble

# What does not fit together.
cradle train --run other train.epochs=1 data.split_seed=9
cradle train --run whole train.epochs=1 data.validation=0
expect 1 'cradle: the members do not all hold out the same samples, so that some were trained on what the weights of stack would be fitted on: take mean or vote' \
    ensemble x run1 other --rule stack
expect 1 'cradle: whole holds out no validation part (data.validation is 0), and the weights of greedy are fitted on one: take mean or vote' \
    ensemble x whole run1 --rule greedy
cradle ensemble fine run1 other
grep -q 'do not all hold out the same samples' out || fault "mean of other parts: $(cat out err)"
expect 1 'cradle: out-mean exists: choose another name for the ensemble' ensemble out-mean run1 run2
expect 1 'cradle: out-mean is an ensemble itself: name its members, out-mean/member-1.safetensors and so on' \
    ensemble x out-mean run1
expect 1 'cradle: nothing: is no run: there is no config.yaml in it' ensemble x run1 nothing
expect 1 'cradle: out-mean is an ensemble: its members are calibrated (--calibrate) before they are put together' \
    test out-mean --calibrate
[ ! -e x ] && [ -z "$(ls | grep part)" ] || fault "something was left behind: $(ls)"

# Two classes, of pictures with another size; the same classes as each other, but other data.
for class in cat dog; do
    mkdir -p pictures/$class more/$class
    for i in 1 2 3 4 5 6; do cp "$CRADLE_SOURCE/examples/digit.png" pictures/$class/$i.png; done
    cp pictures/$class/[1-4].png more/$class
done
# NAME FOLDER SIDE
train_on() {
    works train --run "$1" train.epochs=1 data.validation=0.5 "data.source={folder: {path: $2, size: $3, channels: 1}}" 'model=[dense: 2]'
}
train_on large pictures 9
train_on small pictures 8
train_on fewer more 8
printf 'a,y\n1,2\n2,4\n3,6\n4,8\n5,9\n6,12\n' >numbers.csv
works train --run numbers train.epochs=1 train.loss=mse 'data.source={csv: {path: numbers.csv, targets: [y]}}' 'model=[dense: 1]'
expect 1 'cradle: large takes pictures of 9x9x1, but run1 takes pictures of 8x8x1: they cannot answer together' ensemble x run1 large
expect 1 'cradle: small knows 2 classes, but run1 knows 10: they cannot answer together' ensemble x run1 small
cradle ensemble x small fewer
[ $code = 1 ] && grep -q '^cradle: fewer was trained on other data than small (folder more, 8 samples): ' err || fault "other data: $(cat err)"
expect 1 'cradle: numbers answers with numbers: only networks that answer with one class out of many can be combined' ensemble x numbers numbers

# An altered folder.
cp -r out-mean hurt
sed -i 's/weights: .*/weights: [0.5, 0.1, 0.1]/' hurt/ensemble.yaml
expect 1 'cradle: hurt/ensemble.yaml: 3 weights with a sum of 0.7: expected one a member, sum 1' test hurt
sed -i 's/weights: .*/weights: [0.5, 0.5]/; s/rule: .*/rule: meen/' hurt/ensemble.yaml
expect 1 'cradle: hurt/ensemble.yaml: rule is meen: expected mean, vote, stack or greedy' test hurt
rm out-vote/member-2.safetensors
cradle test out-vote
[ $code = 1 ] && grep -q member-2.safetensors err || fault "a member is missing: $(cat err)"

# Wrong usage.
expect 2 'cradle test: unknown ensemble meen; did you mean mean?
Try: cradle test --help' test run1 run2 --ensemble=meen
expect 2 'cradle test: --ensemble puts several runs together, and run1 is one
Try: cradle test --help' test run1 --ensemble
expect 2 'cradle ensemble: run1: an ensemble needs two runs or more
Try: cradle ensemble --help' ensemble x run1
finish
