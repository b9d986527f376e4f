# Four searches on one study, and processes of theirs killed at random: every trial has one end, none is lost, and the
# file stays whole. CHAOS_TRIALS says how many trials (make test-peers: 100), CHAOS_SEED which processes are killed.
. "$(dirname "$0")/cli.sh"
command -v python3 >/dev/null || {
    echo "SKIP: without Python nothing can look into the study"
    exit 77
}
trials=${CHAOS_TRIALS:-16} chaos=${CHAOS_SEED:-7} kills=0

cat >ranges.yaml <<'END'
lr: !log [1e-3, 1]
momentum: !uniform [0, 0.95]
END
cat >prog.sh <<'END'
sleep 0.1
echo "{\"step\": 1, \"score\": $1}"
echo "$1"
END

search() { # a search in a process group of its own, by its number
    setsid "$CRADLE" tune --command 'sh prog.sh {lr} {momentum}' --space ranges.yaml --study study --trials $trials \
        --sampler random --minimize >>study.log 2>&1 &
    echo $! >pid.$1
}

ended() { # how many trials have a row
    sed -n 's/^Trial \([0-9]*\): .*/\1/p' study.log | sort -u | wc -l
}

draw() { # drawn: 0 to $1 - 1
    chaos=$(((chaos * 1103515245 + 12345) % 2147483648))
    drawn=$((chaos / 65536 % $1))
}

for i in 1 2 3 4; do
    search $i
done
# Either the worker alone, in whose place its search makes another, or a whole search, which is begun anew.
while [ "$(ended)" -lt $((trials * 3 / 4)) ] && [ $kills -lt $trials ]; do
    draw 4
    number=$((drawn + 1))
    victim=$(cat pid.$number)
    draw 2
    if [ $drawn = 0 ]; then
        worker=$(ps -e -o pid= -o ppid= | awk -v parent="$victim" '$2 == parent { print $1 }')
        [ -z "$worker" ] || kill -9 "$worker" 2>/dev/null
    else
        kill -9 -- "-$victim" 2>/dev/null
        search $number
    fi
    kills=$((kills + 1))
    sleep 0.2
done
wait
[ $kills -ge 3 ] || fault "only $kills processes were killed"
works tune --command 'sh prog.sh {lr} {momentum}' --space ranges.yaml --study study --trials $trials --sampler random --minimize

python3 - $trials >seen 2>&1 <<'END' || fault "the study: $(cat seen study.log)"
import sqlite3, sys
trials = int(sys.argv[1])
db = sqlite3.connect("study/study.db")
def ask(sql):
    return db.execute(sql).fetchall()
assert ask("PRAGMA integrity_check") == [("ok",)]
assert ask("SELECT number FROM trials ORDER BY trial_id") == [(n,) for n in range(trials)], "numbers"
assert ask("SELECT state, count(*) FROM trials GROUP BY state") == [("COMPLETE", trials)], ask("SELECT number, state FROM trials")
values = ask("SELECT v.value, p.param_value FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id "
             "JOIN trial_values v ON v.trial_id = t.trial_id WHERE p.param_name = 'lr'")
assert len(values) == trials and len({lr for _, lr in values}) == trials, "scores"
assert all(abs(score - lr) < 1e-12 for score, lr in values), values
END

python=python3
$python -c 'import optuna' 2>/dev/null || python=/usr/bin/python3
if $python -c 'import optuna' 2>/dev/null; then
    $python - $trials >seen 2>&1 <<'END' || fault "optuna: $(cat seen)"
import sys, optuna
study = optuna.load_study(study_name="cradle", storage="sqlite:///study/study.db")
assert [trial.number for trial in study.trials] == list(range(int(sys.argv[1])))
assert study.best_value == min(trial.params["lr"] for trial in study.trials)
END
else
    echo "Optuna is not here to read the study (Debian: python3-optuna)"
fi
echo "$kills processes were killed in $trials trials"
finish
