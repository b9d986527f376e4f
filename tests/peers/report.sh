#!/bin/sh
# Opens reports in a headless Chromium (tests/peers/report/check.mjs) and holds what they show against the runs' own
# event logs, and a study's against its database: no error, no request, true numbers. Pictures of the pages stay in
# build/report. The page is built anew, too.
#
# usage: tests/peers/report.sh [--check]
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
work=$root/build/report
cradle=$root/build/cradle

sh scripts/setup.sh --quiet browser || {
    echo "SKIP: Node and Chromium cannot be installed here (Debian: nodejs npm chromium)"
    exit 77
}
[ -x "$cradle" ] || make build
for folder in web tests/peers/report; do
    (cd $folder && npm ci --no-audit --no-fund --silent) || {
        echo "SKIP: the packages of $folder cannot be fetched"
        exit 77
    }
done
CRADLE_SOURCE=$root sh -c 'mkdir -p "$0" && cd "$0" && sh "$CRADLE_SOURCE/tests/test_web.sh"' "$work"

rm -rf "$work"/runs "$work"/study "$work"/*study "$work"/pictures "$work"/many "$work"/*.html
mkdir -p "$work"
cd "$work"
node "$root/tests/peers/report/make.mjs" .
quiet() {
    "$@" >>log 2>&1 || {
        cat log
        exit 1
    }
}
# Small networks, on machines that may be busy: more threads would wait for each other.
train() {
    quiet "$cradle" train --threads 1 --workers 0 "$@"
}
report() {
    quiet "$cradle" report --threads 1 --workers 0 "$@"
}
: >log
for seed in 1 2 3; do
    train --run runs/seed$seed train.epochs=6 train.seed=$seed
done
train --run runs/slow train.epochs=6 train.optimizer.sgd.lr=0.002
train --run runs/one train.epochs=1
train --run runs/epochs train.epochs=200
train --run runs/diverged train.epochs=2 train.optimizer.sgd.lr=1000 'model=[dense: 32, dense: 32, dense: 32, dense: 10]'
train hostile.yaml --run runs/hostile
train many.yaml --run runs/many
# Killed while it trained, with half a line at the end of its log.
"$cradle" train --threads 1 --workers 0 --run runs/killed train.epochs=2000 >>log 2>&1 &
while [ "$(cat runs/killed/events.jsonl 2>/dev/null | grep -c '"event":"epoch"')" -lt 5 ]; do sleep 0.1; done
kill -KILL $! && wait $! 2>/dev/null || :
printf '{"event":"step","step":99,"lo' >>runs/killed/events.jsonl
train series.yaml --run runs/series
# Reports while a run goes on, of which the last is kept; and the same run without them.
train --run runs/calm train.epochs=150
"$cradle" train --threads 1 --workers 0 --run runs/running train.epochs=150 >>log 2>&1 &
while [ "$(cat runs/running/events.jsonl 2>/dev/null | wc -l)" -lt 50 ]; do sleep 0.1; done
while kill -0 $! 2>/dev/null; do
    report runs/running --quick --out next.html
    grep -q '"state":"unended"' next.html && mv next.html running.html
done
wait $!
# What can be read of it is shown: logs that are cut off, empty, gone, of another program, and full of malice.
for bad in truncated empty missing foreign wicked; do cp -r runs/one runs/$bad; done
head -c 3000 runs/one/events.jsonl >runs/truncated/events.jsonl
head -c 100 runs/one/best.safetensors >runs/truncated/best.safetensors
: >runs/empty/events.jsonl
rm runs/missing/events.jsonl runs/missing/*.safetensors
head -c 3000 runs/one/best.safetensors >runs/foreign/events.jsonl
printf '{\n' >runs/foreign/config.yaml
cp wicked.jsonl runs/wicked/events.jsonl
for bad in truncated empty missing foreign wicked; do
    report runs/$bad
done
report runs/series --quick
for run in seed1 one epochs killed diverged hostile many; do
    report runs/$run --range-test
done
report runs/long --quick
quiet "$cradle" tune study.yaml --study study --trials 40 -j 2 --pruner 'median: {trials: 4, warmup: 1}'
report study
quiet "$cradle" tune --command 'echo {name}: no score >&2; echo 1; exit {code}' --space hostile-study.yaml --study '<b>study' --trials 12
report '<b>study' --out hostile-study.html
# The study as JSON, read by nothing of ours.
python3 - study/study.db >study.json <<'END'
import json, sqlite3, sys
ask = sqlite3.connect(sys.argv[1]).execute
trials = [{"state": state, "score": score, "reports": ask("SELECT intermediate_value FROM trial_intermediate_values WHERE trial_id = ? ORDER BY step", (key,)).fetchall(),
           "values": dict(ask("SELECT param_name, param_value FROM trial_params WHERE trial_id = ?", (key,)).fetchall())}
          for key, state, score in ask("SELECT t.trial_id, t.state, v.value FROM trials t LEFT JOIN trial_values v ON v.trial_id = t.trial_id ORDER BY t.trial_id").fetchall()]
json.dump(trials, sys.stdout)
END
report runs/seed1 runs/seed2 runs/seed3 runs/slow runs/one --out several.html
echo '<!doctype html><main>empty</main>' >empty.html # how long the browser itself takes here
node "$root/tests/peers/report/check.mjs" .
