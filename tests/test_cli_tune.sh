# cradle tune: a search from the command line, and going on after a kill; the same trials with any number of jobs; what
# is said of bad input.
. "$(dirname "$0")/cli.sh"

cat >small.yaml <<'END'
data: {source: digits, limit: 200, validation: 0.3}
model: [dense: !int [8, 32, 16], relu, dense: 10]
train:
  optimizer: !choice [{sgd: {lr: !log [1e-2, 1, 0.1]}}, {adam: {lr: !log [1e-4, 1e-1]}}]
  epochs: 2
END

# ------------------------------------------------------------------------------------------------------- one search
works tune small.yaml --trials 5
grep -q '^small.yaml: searches for the largest validation accuracy in runs/small-tune$' out || fault "tune: $(head -n 1 out)"
grep -q '^sampler gp (up to 400 trials, 4 dimensions); 5 trials, 1 at once$' out || fault "tune: no sampler: $(cat out)"
[ "$(grep -c '^Trial [0-4]: 0\.[0-9]*, [0-9]* s, dense [0-9]*, optimizer [a-z]*, ' out)" = 5 ] || fault "tune: $(cat out)"
grep -q '^Trial 0: .*, dense 16, optimizer sgd, sgd.lr 0.1, best$' out || fault "tune: the first trial: $(cat out)"
best=$(sed -n 's/^Best: trial \([0-9]*\), validation accuracy 0\.[0-9]* *.*/\1/p' out)
[ -n "$best" ] || fault "tune: no winner: $(cat out)"
grep -q '!' runs/small-tune/best.yaml && fault "best.yaml has tags: $(cat runs/small-tune/best.yaml)"
works train runs/small-tune/best.yaml --run a
for file in best.safetensors last.safetensors; do
    cmp -s a/$file "runs/small-tune/trials/000$best/$file" || fault "best.yaml trains other weights than trial $best: $file"
done

# The same command again does nothing twice; more trials go on.
cradle tune small.yaml --trials 5
[ $code = 0 ] && ! grep -q '^Trial' out || fault "tune again: $(cat out err)"
cradle tune small.yaml --trials 6
[ "$(grep -c '^Trial 5: ' out)" = 1 ] && [ "$(grep -c '^Trial' out)" = 1 ] || fault "a sixth trial: $(cat out err)"

# ----------------------------------------------------------------------------------------- the same with any number of jobs
told() { # the trials as the program tells them, without their times and in their order
    sed -n -E 's/^(Trial [0-9]+: [^,]*), [^,]* s,/\1,/p' "$1" | sed 's/, best$//' | sort -n -k 2
}
cradle tune small.yaml --study a1 --trials 8 --deterministic
told out >one
cradle tune small.yaml --study a3 --trials 8 --deterministic -j 3
told out >three
[ "$(wc -l <one)" = 8 ] || fault "8 trials: $(cat one)"
cmp -s one three || fault "one job and three: $(diff one three)"

# ---------------------------------------------------------------------------------------------------------- killed
# At any instant: what follows has the same trials as a search that nobody disturbed.
for pause in 0.3 0.8; do
    setsid "$CRADLE" tune small.yaml --study "k$pause" --trials 8 --deterministic -j 2 train.epochs=2 >killed 2>&1 &
    group=$!
    sleep $pause
    kill -9 -- "-$group" 2>/dev/null
    wait $group 2>/dev/null
    works tune small.yaml --study "k$pause" --trials 8 --deterministic -j 2
    cat killed out >both
    told both >again
    cmp -s one again || sort -u -n -k 2 again | cmp -s one - || fault "after a kill at $pause s: $(diff one again)"
done

# ------------------------------------------------------------------------------------------------------------ Optuna
if python3 -c 'import optuna' 2>/dev/null || /usr/bin/python3 -c 'import optuna' 2>/dev/null; then
    python=python3
    $python -c 'import optuna' 2>/dev/null || python=/usr/bin/python3
    $python - a1/study.db >optuna 2>&1 <<'END' || fault "optuna: $(cat optuna)"
import sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="cradle", storage="sqlite:///" + sys.argv[1])
assert len(study.trials) == 8 and study.direction == optuna.study.StudyDirection.MAXIMIZE
assert study.trials[0].params["train.optimizer.sgd.lr"] == 0.1 and len(study.trials[0].intermediate_values) == 2
def objective(trial):
    trial.suggest_int("model[0].dense", 8, 32)
    if trial.suggest_categorical("train.optimizer", ["sgd", "adam"]) == "sgd":
        trial.suggest_float("train.optimizer.sgd.lr", 1e-2, 1, log=True)
    else:
        trial.suggest_float("train.optimizer.adam.lr", 1e-4, 1e-1, log=True)
    return 0.5
study.optimize(objective, n_trials=2)
END
    cradle tune small.yaml --study a1 --trials 11
    [ $code = 0 ] && grep -q '^Trial 10: ' out && grep -q '^Goes on after 10 trials$' out ||
        fault "after two trials of Optuna's: $(cat out err)"
fi

# ------------------------------------------------------------------------------------------------- failures of trials
cradle tune small.yaml --study d --trials 2 model='[dense: 10]' train.loss=mse 'train.optimizer={sgd: {lr: !log [100, 1000]}}'
[ $code = 0 ] && grep -q '^Trial 0: diverged, ' out && grep -q '^No trial has a score yet.$' out || fault "diverged: $(cat out err)"
cradle tune small.yaml --study dead --trials 1 train.epochs=4 train.batch=8 'train.optimizer={sgd: {lr: !log [1e-9, 1e-8]}}'
grep -q '^Trial 0: failed, ' out && grep -q '^        not-learning: it began at [0-9.]* and is [0-9.]* .* steps$' out ||
    fault "a trial that learns nothing: $(cat out err)"
# One that only begins slowly is complete: the babysitter's word after its first epoch is not the last one.
cat >slow.yaml <<'END'
data: {source: digits, limit: 800, validation: 0.25}
model: [dense: 32, sigmoid, dense: 32, sigmoid, dense: 10]
train: {optimizer: {sgd: {lr: !log [0.0099, 0.0101, 0.01]}}, schedule: {linear: {warmup: 7}}, batch: 4, epochs: 8}
END
cradle tune slow.yaml --trials 1 --threads 1
grep -q '"check":"not-learning"' runs/slow-tune/trials/0000/events.jsonl || fault "slow.yaml gives no cause to doubt"
[ $code = 0 ] && grep -q '^Trial 0: 0\.[4-9]' out || fault "a trial that begins slowly: $(cat out err)"
cradle tune slow.yaml --trials 1 --threads 1 --study slower train.optimizer.sgd.lr='!log [1e-7, 1e-6]'
grep -q '^Trial 0: failed, ' out && [ "$(grep -c '"event":"epoch"' slower/trials/0000/events.jsonl)" = 4 ] ||
    fault "a trial that learns nothing in half of its epochs: $(cat out err)"
cradle tune small.yaml --study d2 --trials 3 --objective loss --pruner 'median: {trials: 1, warmup: 0}' train.epochs=4
[ $code = 0 ] && grep -q 'smallest validation loss' out || fault "loss: $(cat out err)"
expect 1 'cradle: trial 0: data.validation: a search compares by a validation part, and there is none: set 0.1 or so' \
    tune small.yaml --study e --trials 3 data.validation=0

# ------------------------------------------------------------------------------------------------------------- folds
cradle train small.yaml 'model[0].dense=16' train.optimizer=sgd --folds 3
[ $code = 0 ] && [ "$(grep -c '^Fold [0-2]: validation accuracy 0\.[0-9]*, loss [0-9.]*, epoch [12]$' out)" = 3 ] ||
    fault "folds: $(cat out err)"
cp out first
cradle train small.yaml 'model[0].dense=16' train.optimizer=sgd --folds 3
[ "$(grep '^Fold\|^  val' first)" = "$(grep '^Fold\|^  val' out)" ] && ! grep -q '^Finished' out || fault "folds again: $(cat out err)"
cradle tune small.yaml --study h --trials 3 --folds 3 --pruner 'paired: {folds: 3}'
[ $code = 0 ] && [ -d h/trials/0002/fold-2 ] && grep -q '^Trial 2: ' out || fault "a search over folds: $(cat out err)"
# The mean of the first trial is that of train --folds with the same values.
cradle train small.yaml 'model[0].dense=16' 'train.optimizer={sgd: {lr: 0.1}}' --folds 3 --run m
mean=$(sed -n 's/^  validation accuracy *\(0\.[0-9]*\),.*/\1/p' out)
cradle tune small.yaml --study h --trials 3 --folds 3
echo "$mean $(sed -n 's/.*own values: \(0\.[0-9]*\)).*/\1/p; s/^Best: trial 0, validation accuracy \(0\.[0-9]*\).*/\1/p' out)" |
    awk '{ exit !($1 - $2 < 0.0001 && $2 - $1 < 0.0001) }' || fault "means of folds: $mean, $(cat out)"

# ------------------------------------------------------------------------------------------------- another program
cat >ranges.yaml <<'END'
lr: !log [1e-3, 1]
act: !choice [relu, "two words"]
END
cat >prog.sh <<'END'
echo '{"step": 1, "score": 0.2}'
[ "$2" = relu ] || { echo "no such thing: $2" >&2; exit 3; }
[ -z "${3-}" ] || { echo "$3"; exit; }
awk "BEGIN { print -(log($1) + 2)^2 }"
END
works tune --command 'sh prog.sh {lr} {act}' --space ranges.yaml --trials 12
grep -q '^Trial 0: -2.11376, [0-9]* s, lr 0.0316228, act relu, best$' out || fault "command: $(cat out)"
grep -q '^        exit status 3: no such thing: two words$' out || fault "command that fails: $(cat out)"
awk '/^Best: trial/ { sub(",", "", $3); found = $5 > -0.2 } END { exit !found }' out || fault "command: no good lr: $(cat out)"
[ "$(cat runs/ranges-tune/trials/0000/out)" = '{"step": 1, "score": 0.2}
-2.11376' ] || fault "what the command printed: $(cat runs/ranges-tune/trials/0000/out)"
cradle tune --command 'sh prog.sh {lr} relu none' --space ranges.yaml --study n --trials 1
grep -q '^        the last line is no score: "none"$' out || fault "no score: $(cat out)"
cradle tune --command "sh prog.sh {lr} relu '{\"score\": {lr}}'" --minimize --space ranges.yaml --study o --trials 4
grep -q '^Trial 0: 0.0316228, ' out || fault "JSON: $(cat out)"
cradle tune --command 'kill -9 $$; echo {lr}' --space ranges.yaml --study p --trials 2
grep -q '^        crashed (signal 9)$' out || fault "a crash: $(cat out)"
expect 1 'cradle: the command has {lrr}, and no search range is called so (the first is lr)' \
    tune --command 'sh prog.sh {lrr}' --space ranges.yaml --study q
cradle tune --command 'nosuch-program {lr}' --space ranges.yaml --study q --trials 9
[ $code = 1 ] && grep -q 'the command was not found: .*nosuch-program' err || fault "command not found: $code $(cat out err)"
cradle tune --command './ranges.yaml {lr}' --space ranges.yaml --study q --trials 9
[ $code = 1 ] && grep -q 'the command cannot be run: .*ranges.yaml' err || fault "no program: $code $(cat out err)"
cradle tune --command 'echo {lr}; echo nan' --space ranges.yaml --study t --trials 1
grep -q '^        the last line is no score: "nan"$' out || fault "no number: $(cat out)"
cradle tune --command 'true {lr}' --space ranges.yaml --study t --trials 2
grep -q '^        it printed no score$' out || fault "nothing printed: $(cat out)"
expect 2 'cradle tune: --objective, --folds and --refit are of trainings, not of a --command
Try: cradle tune --help' tune --command 'x {lr}' --space ranges.yaml --refit

# ---------------------------------------------------------------------------------- the end of a range, and once more
cradle tune --command 'echo {lr}' --space ranges.yaml --study r --trials 14
grep -q '^lr: the best value lies at the upper end of its range, 0.001 to 1: ' out || fault "end of a range: $(cat out)"
grep -q '^  lr  *[0-9.]*  *mattered *[0-9]* %$' out || fault "what mattered: $(cat out)"
cradle tune --command 'echo {lr}' --space ranges.yaml --study r --trials 18 --widen
grep -q '^lr: the range now ends at 31.6, not 1$' out || fault "--widen: $(cat out)"
cradle tune small.yaml --trials 6 --refit
[ $code = 0 ] && [ -f runs/small-tune/refit/last.safetensors ] || fault "--refit: $(cat out err)"
grep -q '^  validation: 0$' runs/small-tune/refit/config.yaml || fault "--refit validates"

# --------------------------------------------------------------------------------------------------------- bad input
expect 1 'cradle: small.yaml: there is nothing to search: give a value a range, as in lr: !log [1e-4, 1]' \
    tune small.yaml 'model[0].dense=16' 'train.optimizer=sgd'
expect 1 'cradle: command line: model[0].dense: an empty search range: 4 is not below 2' \
    tune small.yaml 'model[0].dense=!int [4, 2]'
expect 1 'cradle: command line: train.epochs: expected a whole number (int 1..1000000), found "2.25"; it is a value of a search range' \
    tune small.yaml 'train.epochs=!uniform [1.5, 3]'
expect 1 'cradle: command line: train.batch: 0 is out of range (int 1..1000000); it is a value of a search range' \
    tune small.yaml 'train.batch=!int [0, 8]'
expect 1 'cradle: command line: babysit.auto: is for a single training: of several that are compared none may go on otherwise than it says' \
    tune small.yaml babysit.auto=true
expect 1 'cradle: small.yaml:4:14: train.optimizer: is a search range (!choice): use cradle tune, or give one value' \
    train small.yaml
expect 1 "cradle: a1/study.db: is the study of another space: its trials have model[0].dense, for which there is no search \
range here; begin another study" tune small.yaml --study a1 'model[0].dense=16'
expect 1 'cradle: sampler:2:3: sampler: unknown sampler tpee; did you mean tpe?' tune small.yaml --study f --sampler tpee
mkdir -p g
echo 'this is no database, but long enough to be looked at as one: 0123456789 0123456789 0123456789' >g/study.db
expect 1 'cradle: g/study.db: is no SQLite database' tune small.yaml --study g
mkdir -p u
{ head -c 3000 a1/study.db && printf '%09000d' 0; } >u/study.db
cradle tune small.yaml --study u
[ $code = 1 ] && grep -q '^cradle: u/study.db: the database is damaged (.*); `sqlite3 FILE .recover` may help$' err ||
    fault "a damaged study: $code $(cat out err)"
expect 1 'cradle: command line: train.optimizer: a logarithmic search range must lie above 0, found 0; !uniform has no such limit' \
    tune small.yaml 'train.optimizer=!log [0, 1]'
cradle tune small.yaml train.loss='!uniform [0, 1]'
[ $code = 1 ] && grep -q '^cradle: command line: train.loss: unknown loss 0.5; .*; it is a value of a search range$' err ||
    fault "a range where no number fits: $code $(cat out err)"
expect 2 'cradle tune: --pruner paired compares folds: give --folds N too
Try: cradle tune --help' tune small.yaml --pruner paired
expect 2 'cradle tune: --objective speed: expected accuracy or loss
Try: cradle tune --help' tune small.yaml --objective speed
expect 2 'cradle tune: --jobs 0: expected a whole number 1..256
Try: cradle tune --help' tune small.yaml -j 0
finish
