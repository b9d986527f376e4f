# Regression, several answers at once, and networks that reconstruct their input: trained, tested and asked.
. "$(dirname "$0")/cli.sh"

# y = 3 a - b + 1, up to a little noise; big and odd are yes or no.
table() {
    awk -v first="$1" -v last="$2" 'BEGIN {
        print "a,b,y,big,odd"
        for (i = first; i < last; i++) {
            a = sin(i * 1.7); b = cos(i * 2.3)
            print a "," b "," 3 * a - b + 1 + 0.01 * sin(i * 9.1) "," (a + b > 0) "," (a - b > 0.2)
        }
    }'
}
table 0 400 >train.csv
table 400 500 >test.csv
cat >numbers.yaml <<'END'
data: {source: {csv: {path: train.csv, test: test.csv, targets: y, ignore: [big, odd]}}, validation: 0.2}
model: [dense: 16, tanh, dense: 1]
train: {loss: mse, optimizer: {adam: {lr: 0.03}}, epochs: 30, batch: 32}
END
cat >answers.yaml <<'END'
data: {source: {csv: {path: train.csv, test: test.csv, targets: [big, odd], ignore: y}}, validation: 0.2}
model: [dense: 16, tanh, dense: 2]
train: {loss: sigmoid-cross-entropy, optimizer: {adam: {lr: 0.03}}, epochs: 20, batch: 32}
END
cat >pictures.yaml <<'END'
data: {source: digits, limit: 400, standardize: none}
model: [conv: {filters: 8, stride: 2}, relu, upconv: 8, relu, conv: 1]
train: {target: input, loss: sigmoid-cross-entropy, optimizer: {adam: {lr: 0.01}}, epochs: 3, batch: 32}
END
within() { awk "BEGIN { exit !($2 <= $1 + 0 && $1 + 0 <= $3) }" || fault "$4: $1 is not within $2 and $3: $(cat out)"; }

# -------------------------------------------------------------------------------------------------------------- numbers
works train numbers.yaml
grep -Eq '^Finished epoch 30 / 30: .*  r2 0\.9[0-9]*  mae [0-9.]+  rmse [0-9.]+$' out && grep -q '; best: epoch [0-9]*, validation r2 0\.9' out ||
    fault "train numbers.yaml tells other metrics: $(cat out)"
cradle test runs/numbers
[ $code = 0 ] && grep -Eq '^r2 +0\.9[0-9]+$' out && grep -Eq '^mae +[0-9.]+$' out && grep -Eq '^rmse +[0-9.]+$' out ||
    fault "test runs/numbers: $(cat out err)"
head -n 1 out | grep -qx 'runs/numbers on the test part of csv test.csv: 100 samples' || fault "$(head -n 1 out)"
cradle test runs/numbers --json
within "$(value r2)" 0.95 1 r2
within "$(value mae)" 0 0.4 mae
grep -q 'confusion\|"right"' out && fault "numbers are neither right nor wrong: $(cat out)"
expect 1 'cradle: only probabilities are calibrated, and this network answers with numbers' test runs/numbers --calibrate
expect 1 'cradle: networks are compared by right and wrong answers, and numbers have none' test runs/numbers runs/numbers
cradle predict runs/numbers --test 2
[ $code = 0 ] && [ "$(wc -l <out)" = 4 ] && [ "$(grep -Ec '^ +-?[0-9.]+  y$' out)" = 2 ] && grep -qx 'test.csv:2' out ||
    fault "predict runs/numbers: $(cat out err)"
cradle predict runs/numbers --test 1 --json
grep -Eq '^  \{"image": "test.csv:2", "numbers": \{"y": -?[0-9.]+\}\}$' out || fault "predict --json: $(cat out err)"
expect 1 'cradle: test.csv: the network was trained on rows of numbers, and has no use for pictures: give it an array (.npy), or --test N' \
    predict runs/numbers test.csv

# -------------------------------------------------------------------------------------------------------------- answers
works train answers.yaml
cradle test runs/answers
[ $code = 0 ] && grep -Eq '^hamming +[0-9.]+ %$' out && grep -Eq '^subset-accuracy +[0-9.]+ %  \(95 %: ' out &&
    grep -Eq '^f1-micro +[0-9.]+ %$' out && grep -Eq '^ +[0-9]+ +[0-9.]+ +[0-9.]+ +[0-9.]+  odd$' out ||
    fault "test runs/answers: $(cat out err)"
cradle test runs/answers --json
within "$(value hamming)" 0.9 1 hamming
within "$(value subset_accuracy)" "$(value low)" "$(value high)" subset-accuracy
cradle test runs/answers --calibrate
[ $code = 0 ] && [ -s runs/answers/calibration.json ] || fault "test runs/answers --calibrate: $(cat out err)"
cradle predict runs/answers --test 40
[ $code = 0 ] && grep -Eq '^ +[0-9.]+ %  (big|odd)$' out && grep -qx '  none of 2 labels is above 50 %' out ||
    fault "predict runs/answers: $(cat out err)"
cradle predict runs/answers --test 40 --json
grep -Eq '"labels": \[\{"label": "(big|odd)", "probability": [0-9.]+\}' out && grep -q '"labels": \[\]' out ||
    fault "predict --json: $(cat out err)"

# ------------------------------------------------------------------------------------------------------- reconstruction
works train pictures.yaml
cradle test runs/pictures --json
within "$(value r2)" 0.6 1 r2
cradle predict runs/pictures --test 30 --out pictures.png
[ $code = 0 ] && [ "$(grep -Ec '^ +[0-9.]+ %  off \(root mean square\)$' out)" = 30 ] || fault "predict: $(cat out err)"
# A row of 20 pictures and one of the 10 left, each with what became of them below; 8 pixels are shown as 32.
size=$(od -A n -t u1 -j 16 -N 8 pictures.png | tr -s ' ')
[ "$size" = ' 0 0 2 170 0 0 0 138' ] || fault "pictures.png is of another size:$size"
cradle predict runs/pictures pictures.png --json
grep -Eq '"difference": 0\.[0-9]+' out || fault "predict --json of a reconstruction: $(cat out err)"
expect 1 'cradle: --out draws what a network makes of its input (train.target: input), and this one answers with something else' \
    predict runs/numbers --test 1 --out pictures.png
expect 1 'cradle: command line: train.loss: with train.target: input the loss must be of numbers: mse, huber, or sigmoid-cross-entropy' \
    train pictures.yaml train.loss=hinge
cradle train pictures.yaml data.standardize=channel
[ $code = 1 ] && grep -q 'train.loss: it needs targets from 0 to 1, and the input is not: set data.standardize: none' err ||
    fault "sigmoid of standardized pictures: $code: $(cat err)"
cradle train pictures.yaml 'model[4].conv=3'
[ $code = 1 ] && grep -q 'model\[4\] (conv): the model ends with 8x8x3, but with train.target: input it must end with' err ||
    fault "an output of another size than the input: $code: $(cat err)"

# ---------------------------------------------------------------------------------------------------------------- usage
expect 2 'cradle predict: a.png: --test takes its samples from the test part, and no files
Try: cradle predict --help' predict runs/pictures a.png --test 2
rm -rf runs
finish
