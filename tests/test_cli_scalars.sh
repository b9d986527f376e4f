# What was logged for other programs: event files of TensorBoard, written during a training and after it, and CSV; held
# against the event log by protobuf and checksums of Python's (tests/event_file.py).
. "$(dirname "$0")/cli.sh"
mkdir runs

python=
for found in python3 /usr/bin/python3; do
    $found -c 'import google.protobuf' 2>/dev/null && python=$found
done
holds() { # RUN FILE [--live]
    [ -z "$python" ] || "$python" -B "$CRADLE_SOURCE/tests/event_file.py" "$@" >held 2>&1 || fault "$2: $(tail -n 3 held)"
}

cat >net.yaml <<'END'
data: {source: digits, limit: 400, validation: 0.2}
model: [conv: {filters: 4, kernel: 3}, relu, dense: 10]
train: {optimizer: {sgd: {lr: 0.05}}, epochs: 2, batch: 40, checkpoint: 3}
END
board=events.out.tfevents.0.cradle

works train net.yaml --run runs/plain
[ ! -e runs/plain/$board ] || fault "an event file that nobody asked for"
works export runs/plain --format tensorboard
grep -q '^  events  *[0-9]* scalars, [0-9]* histograms, 1 pictures' out || fault "export: $(cat out)"
holds runs/plain runs/plain/$board
cradle export runs/plain --format tensorboard
[ $code = 1 ] || fault "export again: exit status $code"
grep -q "runs/plain/$board exists, from the training or from an export: --overwrite" err || fault "export again: $(cat err)"
cradle export runs/plain --format tensorboard --out other.tfevents
cmp -s runs/plain/$board other.tfevents || fault "two exports differ"

works train net.yaml --run runs/live train.tensorboard=true
holds runs/live runs/live/$board --live
cmp -s runs/plain/last.safetensors runs/live/last.safetensors || fault "the event file changed the training"

# Killed: what lies behind the checkpoint is cut off, as is half a record; nothing is there twice.
"$CRADLE" train net.yaml --run runs/killed train.tensorboard=true train.epochs=3000 >/dev/null 2>&1 &
for wait in $(seq 100); do
    sleep 0.1
    [ "$(cat runs/killed/events.jsonl 2>/dev/null | wc -l)" -lt 40 ] || break
done
kill -9 $!
wait $! 2>/dev/null
printf '\100\0\0\0\0\0\0\0half a record' >>runs/killed/$board
"$CRADLE" train --resume runs/killed >/dev/null 2>&1 &
sleep 1
kill -INT $!
wait $! 2>/dev/null
grep -q "\"resumed\":true" runs/killed/events.jsonl || fault "killed: it did not go on"
holds runs/killed runs/killed/$board --live

# The table has every number of the log.
works export runs/plain --format csv --out plain.csv
rows=$(grep -cE '"event":"(step|epoch|observe)"' runs/plain/events.jsonl)
[ "$(wc -l <plain.csv)" = $((rows + 1)) ] || fault "csv: $(wc -l <plain.csv) lines, expected $((rows + 1))"
head -n 1 plain.csv | grep -q '^event,step,epoch,seconds,step/loss,step/accuracy,step/lr,step/images_per_second,' || fault "csv: $(head -n 1 plain.csv)"
if [ -n "$python" ]; then
    "$python" - plain.csv runs/plain/events.jsonl >held 2>&1 <<'END' || fault "csv: $(tail -n 3 held)"
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1])))
events = [event for event in map(json.loads, open(sys.argv[2])) if event["event"] in ("step", "epoch", "observe")]
for row, event in zip(rows, events, strict=True):
    assert row["event"] == event["event"] and int(row["step"]) == event["step"] and int(row["epoch"]) == event["epoch"]
    if event["event"] == "step":
        assert float(row["step/loss"]) == event["loss"] and row["epoch/loss"] == ""
    if event["event"] == "epoch":
        assert float(row["validation/accuracy"]) == event["validation_accuracy"] and row["step/loss"] == ""
    if event["event"] == "observe":
        assert all(float(row[f"weights/{w['name']}/update"]) == w["update"] for w in event["weights"])
END
fi

# A damaged log is named, and nothing is left.
cp -r runs/plain runs/damaged
rm runs/damaged/$board
printf 'no event\n' >>runs/damaged/events.jsonl
lines=$(wc -l <runs/damaged/events.jsonl)
for format in csv tensorboard; do
    cradle export runs/damaged --format $format
    [ $code = 1 ] || fault "$format, damaged: exit status $code"
    grep -q "runs/damaged/events.jsonl:$lines: expected an event" err || fault "$format, damaged: $(cat err)"
    cradle export nowhere --format $format
    [ $code = 1 ] || fault "$format of nothing: exit status $code"
    grep -q 'nowhere' err || fault "$format of nothing: $(cat err)"
done
[ ! -e runs/damaged/$board ] && [ ! -e runs/damaged/scalars.csv ] || fault "damaged: a file was left"
# No weights yet: the numbers are there.
rm runs/plain/*.safetensors
works export runs/plain --format tensorboard --out bare.tfevents
grep -q 'the filters: left out: runs/plain: has no weights yet' err || fault "without weights: $(cat err)"

finish
[ -n "$python" ] || {
    echo "SKIP: there is no protobuf for Python here (Debian: python3-protobuf): files were written, but not read"
    exit 77
}
