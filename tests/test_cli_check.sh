# cradle check: verdict, findings and exit status, as text and as JSON.
. "$(dirname "$0")/cli.sh"

cat >good.yaml <<'END'
model: [conv: 8, relu, maxpool: 2, dense: 10]
train: {optimizer: {sgd: {lr: 0.05}}}
END
works check good.yaml
[ "$(head -n 1 out)" = "good.yaml: ready to train" ] || fault "check good.yaml: $(head -n 1 out)"
before=$(sed -n '/^## Before/,/^## In the/s/^### //p' "$CRADLE_SOURCE/docs/babysitter.md")
for check in $before; do
    grep -qE "^  (passed |skipped)  $check " out || fault "check good.yaml: no word of $check: $(cat out)"
done

cradle check good.yaml train.optimizer.sgd.lr=40
[ $code = 1 ] || fault "a rate of 40: exit status $code"
[ "$(head -n 1 out)" = "good.yaml: not ready: 1 fault" ] || fault "a rate of 40: $(cat out)"
grep -q '^fault: the learning rate 40 is too high  (learning-rate)$' out || fault "a rate of 40: $(cat out)"
grep -q '^  change    train.optimizer.sgd.lr: 40 -> 0' out || fault "a rate of 40: no change: $(cat out)"

cradle check good.yaml --quick 'model[0]={conv: {filters: 8, init: zeros}}'
[ $code = 1 ] || fault "zeros: exit status $code"
grep -q '^fault: all weights of conv1.weight begin equal  (initial-weights)$' out || fault "zeros: $(cat out)"
grep -q overfit out && fault "--quick trains"

cradle check good.yaml --json train.optimizer.sgd.lr=40
[ $code = 1 ] || fault "--json: exit status $code"
grep -q '^{"file": "good.yaml", "faults": 1, "warnings": 0, "checks": \[$' out || fault "--json: $(head -n 1 out)"
grep -q '{"check": "learning-rate", "outcome": "found", "severity": "fault", "symptom": "the learning rate 40 is too high", "evidence": "..*", "causes": \["..*"\], "remedy": "..*", "change": {"path": "train.optimizer.sgd.lr", "from": "40", "to": "0' out ||
    fault "--json: $(cat out)"
[ "$(grep -c '"outcome": "passed", "text": ".' out)" = 12 ] || fault "--json: $(cat out)"

cat >bad.yaml <<'END'
data: {limit: 600}
model: [dense: 32, relu, dense: 10]
train: {optimizer: {sgd: {lr: 0.1}}, epochs: 12, batch: 32}
END
works train bad.yaml --run runs/good
grep -qE '^(fault|warning): ' out && fault "a good training: $(grep -E '^(fault|warning)' out)"
works check runs/good
[ "$(head -n 1 out)" = "runs/good: nothing is wrong with this run" ] || fault "check runs/good: $(cat out)"

cradle train bad.yaml train.optimizer.sgd.lr=1e-6 --run runs/bad
grep -qF 'fault: nothing is learned: the loss stays where it began; try train.optimizer.sgd.lr: 1e-06 -> 0.00' out || fault "a low rate: $(cat out)"
grep -q '^  cradle check runs/bad$' out || fault "a low rate: $(tail -n 8 out)"
grep -q '^{"event":"finding","step":[0-9]*,"epoch":[0-9]*,"check":"not-learning","severity":"fault",' runs/bad/events.jsonl || fault "a low rate: no event"
cradle check runs/bad
[ $code = 1 ] || fault "check runs/bad: exit status $code"
[ "$(head -n 1 out)" = "runs/bad: 1 fault" ] || fault "check runs/bad: $(cat out)"
grep -q '^  cause     the learning rate is too low' out || fault "check runs/bad: $(cat out)"
cradle check runs/bad --json
grep -q '^{"file": "runs/bad", "faults": 1, "warnings": 0, "checks": \[$' out || fault "check runs/bad --json: $(cat out)"

cradle check runs/bad --quick
[ $code = 2 ] || fault "check RUN --quick: exit status $code"
grep -qx 'cradle check: runs/bad is a folder: of a run the events are read again, as they are' err || fault "check RUN --quick: $(cat err)"
mkdir -p empty
expect 1 'cradle: empty: is no run: there is no config.yaml in it' check empty
echo 'no event' >>runs/bad/events.jsonl
lines=$(wc -l <runs/bad/events.jsonl)
expect 1 "cradle: runs/bad/events.jsonl:$lines: expected an event (a JSON object with a known \"event\")" check runs/bad
sed '$a babysit: {checks: {overfiting: off}}' bad.yaml >typo.yaml
expect 1 'cradle: typo.yaml:4:20: babysit.checks.overfiting: unknown key; did you mean overfitting?' train typo.yaml
[ ! -e runs/typo ] || fault "a typo left a run"
rm -r runs empty

expect 1 'cradle: none.yaml: cannot open: No such file or directory' check none.yaml
expect 1 'cradle: command line: train.epohcs: unknown key; did you mean epochs?' check good.yaml train.epohcs=1
[ -z "$(ls runs 2>/dev/null)" ] || fault "check left a run"
finish
