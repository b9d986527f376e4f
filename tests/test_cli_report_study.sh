# cradle report of a study: by its folder, by its file, of Optuna's own, while it is empty or being searched; what is no
# study leaves no page.
. "$(dirname "$0")/cli.sh"
mkdir runs

cat >ranges.yaml <<'END'
lr: !log [1e-3, 1]
act: !choice [relu, elu]
END
cradle tune --command 'test {act} = relu && echo {lr}' --space ranges.yaml --study s --trials 12
[ $code = 0 ] && grep -qx '  cradle report s' out || fault "tune: does not say how to make a report: $(cat out err)"
best=$(sed -n 's/^Best: trial \([0-9]*\), .*/\1/p' out)

page() {
    [ "$(head -n 1 "$1")" = '<!doctype html>' ] && tail -n 1 "$1" | grep -q '</html>' || fault "$1: is no whole page"
    grep -q '"runs":\[\],"study":{' "$1" || fault "$1: has no study"
}
cradle report s
[ $code = 0 ] && [ ! -s err ] || fault "report: exit status $code: $(cat err)"
sed -n 1p out | grep -Eqx "s: 12 trials; best score [0-9.]+ in trial $best" || fault "report: $(cat out)"
sed -n 2p out | grep -Eqx 'The report lies in s/report.html \([0-9.]+ KiB\); open it in a web browser\.' || fault "report: $(cat out)"
page s/report.html
grep -q "\"best\":$best," s/report.html || fault "report: another winner than trial $best"
grep -q '"state":"failed","score":"nan","cause":"exit status 1' s/report.html || fault "report: no cause of a failure"
before=$(cksum <s/study.db)
cradle report s/study.db
[ $code = 0 ] && page s/study.html
cradle report s/ --out page.html
[ $code = 0 ] && page page.html
[ "$before" = "$(cksum <s/study.db)" ] || fault "a report changed the study"

# A study of Optuna's own: another name, no attributes of ours.
python=python3
$python -c 'import optuna' 2>/dev/null || python=/usr/bin/python3
if $python -c 'import optuna' 2>/dev/null; then
    $python - >log 2>&1 <<'END' || fault "optuna: $(cat log)"
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
def objective(trial):
    x = trial.suggest_float("x", 1e-4, 1, log=True)
    depth = trial.suggest_int("depth", 1, 5)
    kind = trial.suggest_categorical("kind", ["<b>a", None, 3])
    for step in range(3):
        trial.report(x + depth + step, step)
    if trial.number == 3:
        raise optuna.TrialPruned()
    return x + depth
study = optuna.create_study(study_name="theirs", storage="sqlite:///optuna.db", sampler=optuna.samplers.RandomSampler(seed=1))
study.optimize(objective, n_trials=12)
END
    cradle report optuna.db
    [ $code = 0 ] && grep -Eqx 'optuna.db: 12 trials; best score [0-9.]+ in trial [0-9]+' out || fault "of Optuna: $code $(cat out err)"
    page optuna.html
    grep -q '"name":"theirs","place":"optuna.db","own":false,"score":"score","maximize":false' optuna.html || fault "of Optuna: another study"
    grep -q '"labels":\["\\u003cb\\u003ea","null","3"\]' optuna.html || fault "of Optuna: other choices"
    grep -q '"number":3,"state":"pruned"' optuna.html || fault "of Optuna: trial 3 is not pruned"
    $python -c 'import optuna; optuna.create_study(study_name="more", storage="sqlite:///optuna.db")' 2>/dev/null
    expect 1 'cradle: optuna.db: has 2 studies, and it was not said which: theirs, more' report optuna.db
    cradle report optuna.db --name more
    [ $code = 0 ] && grep -qx 'optuna.db: 0 trials; none has a score yet' out || fault "an empty study: $code $(cat out err)"
    expect 1 'cradle: optuna.db: has no study mine; there is theirs, more' report optuna.db --name mine
    $python -c 'import optuna; optuna.create_study(study_name="two", directions=["minimize", "maximize"], storage="sqlite:///optuna.db")' 2>/dev/null
    expect 1 'cradle: optuna.db: the study has 2 objectives, expected one' report optuna.db --name two
fi

# What is no study.
mkdir none empty damaged
expect 1 'cradle: none: is no run: there is neither config.yaml nor events.jsonl in it' report none
: >empty/study.db
expect 1 'cradle: empty/study.db: is empty: there is no study in it' report empty
[ ! -e empty/report.html ] || fault "an empty file: a page was left"
echo 'this is text, and no database at all, whoever looks at it: 0123456789 0123456789 0123456789 0123456789' >text.db
expect 1 'cradle: text.db: is no SQLite database' report text.db
[ ! -e text.html ] || fault "a text: a page was left"
{ head -c 3000 s/study.db && printf '%090000d' 0; } >damaged/study.db
cradle report damaged
[ $code = 1 ] && grep -q '^cradle: damaged/study.db: the database is damaged (.*); `sqlite3 FILE .recover` may help$' err ||
    fault "a damaged study: $code $(cat out err)"
[ ! -e damaged/report.html ] || fault "a damaged study: a page was left"
expect 1 'cradle: s/study.db: the page would replace the study itself' report s --out s/study.db
expect 2 'cradle report: s: is a study, which has a page of its own: give it alone
Try: cradle report --help' report runs s --out page.html
expect 2 'cradle report: --range-test is of a run; s is a study
Try: cradle report --help' report s --range-test
expect 2 'cradle report: --quick is of a run; s is a study
Try: cradle report --help' report s --quick
expect 2 'cradle report: --name is of a study; runs is none
Try: cradle report --help' report runs --name x
finish
