# cradle check: verdict, findings and exit status, as text and as JSON.
. "$(dirname "$0")/cli.sh"

cat >good.yaml <<'END'
model: [conv: 8, relu, maxpool: 2, dense: 10]
train: {optimizer: {sgd: {lr: 0.05}}}
END
cradle check good.yaml
[ $code = 0 ] || fault "check good.yaml: exit status $code: $(cat out err)"
[ "$(head -n 1 out)" = "good.yaml: ready to train" ] || fault "check good.yaml: $(head -n 1 out)"
for check in $("$CRADLE" list checks --names); do
    grep -q "^  passed   $check " out || fault "check good.yaml: no word of $check: $(cat out)"
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

expect 1 'cradle: none.yaml: cannot open: No such file or directory' check none.yaml
expect 1 'cradle: command line: train.epohcs: unknown key; did you mean epochs?' check good.yaml train.epohcs=1
[ -z "$(ls runs 2>/dev/null)" ] || fault "check left a run"
finish
