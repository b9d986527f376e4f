# cradle curves: what is drawn of a run, its findings, and what is said of folders that are none.
. "$(dirname "$0")/cli.sh"
mkdir run begun empty

{
    echo '{"event":"start","step":0,"epoch":0,"epochs":6,"steps_per_epoch":2,"seconds":0}'
    for epoch in 1 2 3 4 5 6; do
        for half in 1 0; do
            step=$((2 * epoch - half))
            echo "{\"event\":\"step\",\"step\":$step,\"epoch\":$((epoch - 1)),\"loss\":$((20 / step)),\"accuracy\":0.$((step + 10)),\"lr\":0.1,\"seconds\":0}"
        done
        echo "{\"event\":\"epoch\",\"step\":$((2 * epoch)),\"epoch\":$epoch,\"loss\":$((12 / epoch)),\"accuracy\":0.${epoch}5,\"validation_loss\":$((14 - epoch)),\"validation_accuracy\":0.4,\"lr\":0.1,\"best\":true,\"seconds\":0}"
    done
    echo '{"event":"finding","step":9,"epoch":4,"check":"overfitting","severity":"warning","symptom":"only the training part gets better","evidence":"e","causes":["c"],"remedy":"r","seconds":0}'
    printf '{"event":"end","st'
} >run/events.jsonl
golden curves 0 curves run

sed '/"epoch":1/,$d' run/events.jsonl >begun/events.jsonl
works curves begun
grep -q 'training, each step' out || fault "curves of a run that has begun: $(cat out)"

sed 1q run/events.jsonl >empty/events.jsonl
expect 1 'cradle: empty/events.jsonl: no step has been made yet' curves empty
expect 1 'cradle: none/events.jsonl: cannot open: No such file or directory' curves none
echo '[1, 2]' >>empty/events.jsonl
expect 1 'cradle: empty/events.jsonl:2: expected an event (a JSON object with a known "event")' curves empty
rm -rf run begun empty
finish
