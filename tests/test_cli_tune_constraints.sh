# cradle tune with constraints between ranges: trainings, another program, the file of the study, bad input.
. "$(dirname "$0")/cli.sh"

cat >small.yaml <<'END'
data: {source: digits, limit: 200, validation: 0.3}
model:
  - dense: !int [4, 32]
  - relu
  - dense: !int [4, 32]
  - relu
  - dense: 10
train:
  optimizer: {sgd: {lr: !log [1e-2, 1, 0.1]}}
  batch: 16
  epochs: 1
tune:
  constraints:
    - model[0].dense > model[2].dense
    - lr <= batch / 32
END

# ------------------------------------------------------------------------------------------------------------ training
cradle tune small.yaml --trials 4
[ $code = 0 ] || fault "tune: exit status $code: $(cat out err)"
grep -q '^  model\[0\].dense > model\[2\].dense$' out && grep -q '^  lr <= batch / 32$' out || fault "not told: $(cat out)"
grep -q "^The file's own values break a constraint: trial 0 is the nearest point that was found$" out || fault "moved: $(cat out)"
[ "$(sed -n 's/^Trial [0-9]*: .*\[0\].dense \([0-9]*\), .*\[2\].dense \([0-9]*\), .*/\1 \2/p' out | awk '$1 > $2' | wc -l)" = 4 ] ||
    fault "a trial that breaks a constraint: $(cat out)"
[ "$(sed -n 's/^Trial .*lr \([0-9.]*\).*/\1/p' out | awk '$1 <= 0.5' | wc -l)" = 4 ] || fault "lr: $(cat out)"
grep -q "own values" out && ! grep -q "^The file's own values" out && fault "trial 0 is not the file's: $(cat out)"
cradle train runs/small-tune/best.yaml --run a
[ $code = 0 ] || fault "best.yaml with its section tune: $(cat err)"
cradle tune small.yaml --trials 2 --study b 'model[2].dense=8' 'model[0].dense=!int [4, 32, 16]'
[ $code = 0 ] && ! grep -q 'own values break' out || fault "a number in the place of a range: $(cat out err)"
[ "$(sed -n 's/^Trial .*dense \([0-9]*\), .*/\1/p' out | awk '$1 > 8' | wc -l)" = 2 ] || fault "above a number: $(cat out)"

# ------------------------------------------------------------------------------------------------- another program
cat >ranges.yaml <<'END'
low: !uniform [0, 10]
high: !uniform [0, 10]
tune:
  constraints: [low + 1 <= high]
END
for sampler in gp grid; do
    cradle tune --command 'awk "BEGIN { print {high} - {low} }"' --space ranges.yaml --minimize --study $sampler --sampler $sampler --trials 8
    [ $code = 0 ] || fault "$sampler: exit status $code: $(cat out err)"
    [ "$(sed -n 's/^Trial .*low \([0-9.e-]*\), high \([0-9.e-]*\).*/\1 \2/p' out | awk '$1 + 1 <= $2 + 1e-9' | wc -l)" = 8 ] ||
        fault "$sampler: $(cat out)"
done

python=python3
$python -c 'import optuna' 2>/dev/null || python=/usr/bin/python3
if $python -c 'import optuna' 2>/dev/null; then
    $python - gp/study.db >optuna 2>&1 <<'END' || fault "optuna: $(cat optuna)"
import sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="cradle", storage="sqlite:///" + sys.argv[1])
assert len(study.trials) == 8 and all(trial.params["low"] + 1 <= trial.params["high"] for trial in study.trials)
attributes = study._storage.get_study_system_attrs(study._study_id)
assert attributes["cradle:constraints"] == ["low + 1 <= high"], attributes
END
fi

# --------------------------------------------------------------------------------------------------------- bad input
sed 's/low + 1/lov + 1/' ranges.yaml >typo.yaml
expect 1 'cradle: typo.yaml:4:17: tune.constraints[0]: "lov + 1 <= high": lov is neither a search range nor a number of the file; did you mean low?' \
    tune --command 'echo {low}' --space typo.yaml
sed 's/low + 1/low + 11/' ranges.yaml >none.yaml
expect 1 'cradle: none.yaml:4:17: tune.constraints[0]: of 11000 points that were tried none keeps all constraints; "low + 11 <= high" was broken by the nearest' \
    tune --command 'echo {low}' --space none.yaml
expect 1 'cradle: small.yaml:14:7: tune.constraints[0]: "model[0].dense > model[2].dense": model[2].dense is neither a search range nor a number of the file; did you mean model[0].dense?' \
    tune small.yaml 'model=[dense: !int [4, 8]]'
finish
