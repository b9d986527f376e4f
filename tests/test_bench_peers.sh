# bench/peers: the files describe the networks that they should, and run.py compares, with a stand-in for the peer.
. "$(dirname "$0")/cli.sh"
peers=$CRADLE_SOURCE/bench/peers

# Operations of the products of a training step, of one image; of ResNet-20 with its projections.
while read -r file parameters flops; do
    cradle bench "$peers/$file.yaml" --batch 2 --seconds 0 --json
    [ $code = 0 ] || fault "$file: exit status $code: $(cat err)"
    grep -q "\"parameters\": $parameters," out || fault "$file: not $parameters parameters: $(head -n 1 out)"
    grep -q "\"product_flops\": $((2 * flops))," out || fault "$file: not $flops operations: $(grep product_flops out)"
done <<'END'
softmax 7850 31360
mlp 669706 3209216
lenet5 61706 2263920
lenet32 582026 24680448
vgg 307946 230154240
resnet20 272474 243994368
resnet9 6573120 2272032768
END

[ -x /usr/bin/python3 ] || {
    echo "SKIP: there is no /usr/bin/python3 here"
    exit 77
}
cat >peer.py <<'END'
import sys
print(sys.argv[1], 1000000 if 'trace' in sys.argv else 500000, 0.1, 200, 'threads=' + sys.argv[2])
END
run() {
    /usr/bin/python3 "$peers/run.py" --cradle "$CRADLE" "$@" >out 2>err
    code=$?
}
run softmax-b100 --peer peer.py --rounds 2 --seconds 0 --threads 1 --blas . --json all.json
[ $code = 0 ] || fault "run.py: exit status $code: $(cat err)"
grep -Eq '^softmax-b100 +[0-9.]+ +1000000 +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+ +200 +[0-9.]+  tuned, traced$' out ||
    fault "run.py: $(cat out)"
/usr/bin/python3 - all.json <<'END' || fault "run.py --json: $(cat all.json)"
import json, sys
all = json.load(open(sys.argv[1]))
one = all['results'][0]
ours = sorted(one['our_rounds'])
assert all['threads'] == 1 and len(all['results']) == 1 and len(ours) == 2
assert one['settings'] == {'default': 500000, 'tuned': 500000, 'tuned, traced': 1000000}
assert abs(one['ratio'] - (ours[0] + ours[1]) / 2 / 1000000) < 1e-9
assert one['ratio_least'] <= one['ratio_median'] <= one['ratio_most']
assert abs(one['memory_ratio'] - one['memory'] / one['peer_memory']) < 1e-9
assert one['bar'] == 2.5 and one['reached'] == (one['ratio'] >= 2.5)
assert abs(one['memory_bar'] - 1 / 3) < 1e-9 and one['memory_reached'] == (one['memory_ratio'] <= 1 / 3)
END

# The verdicts: a peer far slower and larger, one far faster and smaller; bars by workload and threads.
verdict() {
    echo "print('x', $1, 0.1, $2)" >peer.py
    run "$3" --peer peer.py --rounds 1 --trials 1 --seconds 0 --threads "$4" --blas .
    [ $code = 0 ] && grep -Eq "^$3 +$5\$" out || fault "$3 with $4 threads: not '$5' in: $(cat out err)"
}
verdict 1e-6 1e6 mlp-b64 2 'speed reached .* of at least 2\.00\); memory reached \(0\.00 of at most 0\.33\)'
verdict 1e12 1e-3 mlp-b64 1 'speed missed \(0\.00 of at least 1\.70\); memory missed .* of at most 0\.33\)'
verdict 1e12 1e6 softmax-b100 3 'speed no bar for these threads; memory reached .*'
/usr/bin/python3 -B - "$peers" <<'END' || fault "run.py: bars that are not those asked for"
import sys
sys.path.insert(0, sys.argv[1])
from run import WORKLOADS, bars
names = [workload[0] for workload in WORKLOADS]
assert [bars(name, 2)[0] for name in names] == [2.5, 2, 1.7, 2.5, 1.4, 1.7, 1.5, 1.7]
assert [bars(name, 1)[0] for name in names] == [2.5, 1.7, 1.5, 2.5, 1.25, 1.7, 1.5, 1.7]
assert [bars(name, 2)[1] for name in names] == [1 / 3] * 7 + [1 / 2]
END
run softmax-b100 --peer peer.py --threads 0
[ $code = 2 ] && grep -q -e '--threads: at least 1' err || fault "no threads: $(cat err)"

run --peer nowhere.py
[ $code = 77 ] && grep -q '^SKIP: there is no nowhere.py: name the PyTorch program' out || fault "without a peer: $(cat out err)"
echo 'import nothing' >peer.py
run softmax-b100 --peer peer.py
[ $code = 1 ] && grep -q "No module named 'nothing'" err || fault "a peer that fails: $(cat out err)"
echo "raise ImportError(\"No module named 'torch'\")" >peer.py
run softmax-b100 --peer peer.py
[ $code = 77 ] && grep -q '^SKIP: .* has no PyTorch' out || fault "a peer without PyTorch: $(cat out err)"
run nonsense
[ $code = 2 ] && grep -q 'unknown workload nonsense (there are: softmax-b100, ' err || fault "an unknown workload: $(cat err)"

finish
