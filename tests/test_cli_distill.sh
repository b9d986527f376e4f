# Distillation: cradle train --teacher, what it refuses, and that a run's identity knows its teacher.
. "$(dirname "$0")/cli.sh"

for seed in 1 2; do
    works train --run run$seed train.epochs=2 train.seed=$seed
done
works ensemble 'both: of them' run1 run2

# A student of the ensemble; its teacher's name needs quotes in YAML.
works train --run student train.epochs=2 --teacher 'both: of them' 'data.augment=[crop: 1]'
grep -q 'taught by both: of them' out || fault "the header does not name the teacher: $(head -n 6 out)"
grep -q 'teacher: .both: of them' student/config.yaml || fault "config.yaml: $(grep distill student/config.yaml)"
cradle train --run alone train.epochs=2 'data.augment=[crop: 1]'
cmp -s student/best.safetensors alone/best.safetensors && fault "the teacher taught nothing"

# The same once more, in two goes and with other threads; then with a teacher of one run.
cradle train --run again train.epochs=2 --teacher 'both: of them' 'data.augment=[crop: 1]' --threads 1 --workers 0
cmp student/last.safetensors again/last.safetensors || fault "threads change a student"
works train --run single train.epochs=1 train.distill=run1

# Who has learned needs no teacher to answer, but to go on training.
mv 'both: of them' away
works test student
works export student --format safetensors
cradle train --resume student
[ $code = 1 ] && grep -q 'train.distill: both: of them: is no run' err || fault "to resume without the teacher: $(cat err)"
cradle ensemble 'both: of them' run1 run1/last.safetensors
cradle train --resume student
[ $code = 1 ] && grep -q 'student' err || fault "to resume with another teacher: $code: $(cat err)"

# Refused before anything is written.
expect 1 'cradle: command line: train.distill: nothing: is no run: there is no config.yaml in it' train --run x --teacher nothing
expect 1 'cradle: command line: train.distill: run1 takes pictures of 8x8x1, but folder pictures has pictures of 6x6x1: it cannot teach on them' \
    train --run x --teacher run1 $(for class in cat dog; do
        mkdir -p pictures/$class
        for i in 1 2 3 4 5 6; do cp "$CRADLE_SOURCE/examples/digit.png" pictures/$class/$i.png; done
    done) 'data.source={folder: {path: pictures, size: 6, channels: 1}}' 'model=[dense: 2]'
expect 1 'cradle: command line: train.distill: run1 knows 10 classes, but folder pictures has 2' \
    train --run x --teacher run1 'data.source={folder: {path: pictures, size: 8, channels: 1}}' 'model=[dense: 2]'
printf 'a,y\n1,2\n2,4\n3,6\n4,8\n5,9\n6,12\n' >numbers.csv
cat >numbers.yaml <<'END'
data: {source: {csv: {path: numbers.csv, targets: [y]}}, validation: 0}
model: [dense: 1]
train: {loss: mse, epochs: 1}
END
works train numbers.yaml --run numbers
expect 1 'cradle: command line: train.distill: numbers answers with numbers: a teacher must answer with one class out of many' \
    train --run x --teacher numbers
cradle train numbers.yaml --run x --teacher run1
[ $code = 1 ] && grep -q 'train.distill: run1 takes pictures of 8x8x1, but csv' err || fault "a student of numbers: $(cat err)"
cradle train --run x --teacher run1 train.loss=sigmoid-cross-entropy
[ $code = 1 ] && grep -q "a teacher's answers (train.distill) need a loss of classes: cross-entropy or hinge" err ||
    fault "a student with another loss: $(cat err)"
cradle train --run x --teacher run1 train.distill.weight=2
[ $code = 1 ] && grep -q 'train.distill.weight' err || fault "a weight of 2: $(cat err)"
expect 2 'cradle train: --teacher is part of a run from its beginning (train.distill in its config.yaml)
Try: cradle train --help' train --resume student --teacher run1
[ ! -e x ] || fault "a refused training left its folder"
finish
