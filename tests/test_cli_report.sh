# cradle report: of one run, of several, of what is damaged or not there; nothing half-written.
. "$(dirname "$0")/cli.sh"
mkdir runs

cat >net.yaml <<'END'
data: {source: digits, limit: 300, validation: 0.2}
model: [dense: 10]
train: {optimizer: {sgd: {lr: 0.05}}, epochs: 1, batch: 50}
END
for seed in 1 2; do
    works train net.yaml --run runs/$seed train.seed=$seed
done
grep -qx '  cradle report runs/2' out || fault "train does not say how to make a report: $(cat out)"

# page FILE: a whole one, whose data hold no tag.
page() {
    [ "$(head -n 1 "$1")" = '<!doctype html>' ] || fault "$1: is no page"
    tail -n 1 "$1" | grep -q '</html>' || fault "$1: is not whole"
    [ "$(grep -o '<script' "$1" | wc -l)" = 2 ] || fault "$1: not two scripts"
    grep -q "default-src 'none'; script-src 'sha256-" "$1" || fault "$1: has no policy"
}

works report runs/1
[ ! -s err ] || fault "report: said $(cat err)"
page runs/1/report.html
sed -n 1p out | grep -Eqx 'runs/1: Finished after 1 of 1 epochs; best validation accuracy 0\.[0-9]{4} in epoch 1' || fault "report: $(cat out)"
sed -n 2p out | grep -Eqx 'The report lies in runs/1/report.html \([0-9.]+ KiB\); open it in a web browser\.' || fault "report: $(cat out)"
for part in summary starts steps epochs config settings network filters evaluation samples speed; do
    grep -q "\"$part\":" runs/1/report.html || fault "report: has no $part"
done
grep -q '"range":' runs/1/report.html && fault "report: has a range test that nobody asked for"

works report runs/1 runs/2 --out page.html --quick
page page.html
grep -q '"evaluation":' page.html && fault "report --quick: opened data"
[ "$(grep -o '"name":"[12]","folder":"runs/[12]"' page.html | wc -l)" = 2 ] || fault "report on two: has not both"

# Weights that hardly moved; augmented pictures.
cradle train net.yaml --run runs/still train.optimizer.sgd.lr=1e-9 train.optimizer.sgd.weight_decay=0 'data.augment=[rotate: 20]'
works report runs/still
grep -Eq '"moved":[0-9.]+e-[0-9]+,"first":.*,"change":' runs/still/report.html || fault "report: the weights moved"
grep -q '"augmented":{"columns":12,"rows":10,' runs/still/report.html || fault "report: has no augmented pictures"
grep -q '"moved":0\.[0-9]*,"first"' runs/1/report.html || fault "report: the weights did not move"

cradle report runs/1 --range-test --out page.html
grep -q '"range":{"rate":\[1e-6,' page.html || fault "report --range-test: has none"

# Killed in the middle of a line; without data; without weights.
cp -r runs/1 runs/killed
printf '{"event":"step","st' >>runs/killed/events.jsonl
works report runs/killed --quick
lines=$(wc -l <runs/killed/events.jsonl)
[ "$(cat err)" = "cradle: warning: runs/killed/events.jsonl:$((lines + 1)): the last line is not whole (the run was killed, or is still being written); left out" ] ||
    fault "killed: said $(cat err)"
rm runs/killed/*.safetensors
works report runs/killed
grep -q 'the network: left out: runs/killed: has no weights yet' err || fault "without weights: said $(cat err)"
page runs/killed/report.html

# Empty, foreign, truncated, hostile files: each is named with its line, and the rest is shown.
tell() { # CASE PATTERN
    [ $code = 0 ] || fault "$1: exit status $code: $(cat err)"
    grep -Eq "$2" err || fault "$1: said $(cat err)"
    page runs/bad/report.html
}
bad() {
    rm -rf runs/bad && cp -r runs/1 runs/bad
}
bad && : >runs/bad/events.jsonl && cradle report runs/bad --quick
[ $code = 0 ] || fault "an empty log: exit status $code: $(cat err)"
page runs/bad/report.html
bad && rm runs/bad/events.jsonl && cradle report runs/bad --quick
tell "no log" 'runs/bad/events.jsonl: '
bad && sed -i '3s/.*/no JSON/; 4s/.*/[1, 2]/; 5s/.*/{"event":"step","step":"three"}/' runs/bad/events.jsonl && cradle report runs/bad --quick
tell "a damaged log" 'runs/bad/events.jsonl:3: '
grep -q 'runs/bad/events.jsonl:4: ' err || fault "a damaged log: said $(cat err)"
bad && head -c 3000 /dev/urandom >runs/bad/events.jsonl && cradle report runs/bad --quick
tell "a foreign log" 'runs/bad/events.jsonl:1: '
bad && printf 'model: [\n' >runs/bad/config.yaml && cradle report runs/bad --quick
tell "a damaged config" 'runs/bad/config.yaml:[0-9]+'
bad && head -c 100 runs/1/best.safetensors >runs/bad/best.safetensors && cradle report runs/bad --quick
tell "cut off weights" 'runs/bad/best.safetensors: '
bad && rm runs/bad/*.safetensors && mkdir runs/bad/best.safetensors runs/bad/last.safetensors && cradle report runs/bad --quick
tell "folders in place of files" 'runs/bad'

# While the run goes on; it is not disturbed.
"$CRADLE" train net.yaml --run runs/on train.epochs=4000 >/dev/null 2>&1 &
for wait in $(seq 100); do
    sleep 0.1
    [ "$(cat runs/on/events.jsonl 2>/dev/null | wc -l)" -lt 20 ] || break
done
for time in 1 2 3; do
    works report runs/on --quick
    page runs/on/report.html
    grep -q '"state":"unended"' runs/on/report.html || fault "a run that goes on is told to have ended"
done
kill -INT $!
wait $! || [ $? = 130 ] || fault "the run was disturbed by reports: exit status $?"

# A folder of runs, as a file with `runs` makes it, is compared without more words.
cat >series.yaml <<'END'
data: {source: digits, limit: 300, validation: 0.2}
model: [dense: 10]
train: {optimizer: {sgd: {lr: 0.05}}, epochs: 1, batch: 50}
runs: {train.optimizer.sgd.lr: [0.1, 0.01], train.seed: [1, 2]}
END
cradle train series.yaml
[ $code = 0 ] || fault "a series: exit status $code: $(cat err)"
cradle report runs/series --quick
[ $code = 0 ] || fault "report on a series: exit status $code: $(cat err)"
page runs/series/report.html
[ "$(grep -c '^runs/series/lr=0\.[01]*-seed=[12]: Finished' out)" = 4 ] || fault "report on a series: said $(cat out)"

# What is proposed is tried; what was done by itself is told.
cradle train net.yaml --run runs/wild --auto train.epochs=8 train.optimizer.sgd.lr=300
cradle report runs/wild --confirm
[ $code = 0 ] || fault "report --confirm: exit status $code: $(cat err)"
grep -q '"confirmations":\[{"check":"[a-z-]*","path":"train.optimizer.sgd.lr","to":"[0-9.]*","confirmed":true,' runs/wild/report.html ||
    fault "report --confirm: no change is confirmed"
grep -q '"changes":\[{"event":"change",' runs/wild/report.html || fault "report: has not what --auto did"
expect 2 'cradle report: --quick computes nothing, --confirm does
Try: cradle report --help' report runs/1 --quick --confirm

mkdir foreign
expect 1 'cradle: foreign: is no run: there is neither config.yaml nor events.jsonl in it' report foreign
[ ! -e foreign/report.html ] || fault "a foreign folder: a page was left in it"
expect 1 'cradle: killed: there is no such folder; did you mean runs/killed?' report killed
expect 1 'cradle: runs/kiled: there is no such folder; did you mean runs/killed?' report runs/kiled
expect 1 'cradle: nowhere: there is no such folder' report nowhere
expect 1 'cradle: runs/1: is there twice' report runs/1 runs/1 --out twice.html
[ ! -e twice.html ] || fault "twice: a page was left"
expect 2 'cradle report: several runs need --out FILE: the page to write
Try: cradle report --help' report runs/1 runs/2
if [ -e /dev/full ]; then
    mkdir -p closed/page.html
    cradle report runs/1 --quick --out closed/page.html
    [ $code = 1 ] || fault "a folder in the place of the page: exit status $code"
    [ "$(ls closed)" = page.html ] || fault "a folder in the place of the page: left $(ls closed)"
fi
finish
