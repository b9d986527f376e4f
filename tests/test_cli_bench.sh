# cradle bench: the keys of its JSON, sums that agree, data that need not be there, bad usage.
. "$(dirname "$0")/cli.sh"

cat >net.yaml <<'EOF'
data: {source: mnist}
model: [conv: {filters: 4, kernel: 5, stride: 2}, relu, maxpool: 2, dense: 10]
train: {optimizer: {sgd: {lr: 0.01}}, batch: 20}
EOF


# MNIST's shape is known without its files.
CRADLE_DATA=/nowhere cradle bench net.yaml --seconds 0 --threads 1 --json
[ $code = 0 ] || fault "bench --json: exit status $code: $(cat err)"
[ ! -s err ] || fault "bench --json: said: $(cat err)"
for key in file input classes batch parameters cpu threads peak_flops bandwidth setup_seconds parameters_memory \
    process_memory training images_per_second seconds forward backward update product_flops memory inference steps layer op \
    pass kernel way flops product bytes; do
    grep -q "\"$key\": " out || fault "bench --json: no key $key"
done
grep -q '"input": \[28, 28, 1\], "classes": 10, "batch": 20, "parameters": 2074,' out || fault "bench --json: $(head -n 1 out)"
[ "$(value threads)" = 1 ] || fault "bench --threads 1: $(value threads) threads"
awk '
    function number(key) {
        return match($0, "\"" key "\": [^,}]*") ? substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 4) + 0 : -1
    }
    function near(a, b) { return a > 0.999999 * b && a < 1.000001 * b }
    function fails(why) { print why; bad = 1 }
    /"training"/ {
        for (i = 1; i <= split("forward backward update", pass); i++) expected[pass[i]] = number(pass[i])
        flops = number("product_flops")
        if (!near(number("images_per_second") * number("seconds"), 20)) fails("images a second: " $0)
    }
    /"layer"/ {
        match($0, /"pass": "[a-z]*/)
        sum[substr($0, RSTART + 9, RLENGTH - 9)] += number("seconds")
        products += /"product": true/ ? number("flops") : 0
        kernels[++count] = $0
        if (number("bytes") < 1 || number("flops") < 1) fails("nothing done: " $0)
    }
    END {
        for (i in pass) if (!near(sum[pass[i]], expected[pass[i]])) fails(pass[i] ": " sum[pass[i]] ", not " expected[pass[i]])
        # 14 x 14 x 4 x 25 and 7 x 7 x 4 x 10 multiply-adds, two each; forward twice, backward three times, of 20 images
        if (products != flops || flops != 20 * 2 * (2 * 19600 + 3 * 1960)) fails("operations in products: " products ", " flops)
        if (count < 8 || kernels[count] !~ /"op": "sgd", "pass": "update"/) fails("the last of " count " steps: " kernels[count])
        exit bad
    }' out >faults || fault "bench --json: $(cat faults)"

# The table has the same steps.
steps=$(grep -c '"layer"' out)
works bench net.yaml --seconds 0 --threads 2 --batch 7 'model[0].conv.filters=2'
head -n 1 out | grep -qx 'net.yaml: 28x28x1, 10 classes, 1.0 k parameters, batch 7' || fault "bench: $(head -n 1 out)"
sed -n 2p out | grep -Eqx '2 threads, [a-z0-9]+: [0-9.]+ GFLOP/s at most, memory [0-9.]+ GB/s' || fault "bench: $(sed -n 2p out)"
[ "$(sed -n '/^layer /,/^$/p' out | wc -l)" = $((steps + 2)) ] || fault "bench: not $steps steps: $(cat out)"
for row in forward backward update all Training: Inference: Memory: Setup:; do
    grep -q "^$row " out || fault "bench: no row $row"
done

# Lean training computes what a norm wrote again and needs less memory.
for lean in false true; do
    cradle bench net.yaml 'model=[conv: 16, batchnorm, relu, conv: 16, batchnorm, relu, globalpool, dense: 10]' \
        train.lean=$lean --seconds 0 --json
    grep -c '"kernel": "batchnorm_apply"' out >again.$lean
    sed -n 's/.*"training".*"memory": \([0-9]*\).*/\1/p' out >memory.$lean
done
[ "$(cat again.false)$(cat again.true)" = 01 ] || fault "bench: train.lean: batchnorm_apply $(cat again.false), $(cat again.true)"
[ "$(cat memory.true)" -lt "$(cat memory.false)" ] || fault "bench: train.lean: memory $(cat memory.false), $(cat memory.true)"

# The shape of other data is looked up in them.
cradle bench net.yaml data.source=digits --seconds 0 --json
grep -q '"input": \[8, 8, 1\]' out || fault "bench of digits: $(head -n 1 out)"
expect 1 "cradle: command line: data.source: nowhere: cannot open: No such file or directory; expected a folder with one folder a class" \
    bench net.yaml 'data.source={folder: {path: nowhere, size: 8}}'
expect 1 'cradle: missing.yaml: cannot open: No such file or directory' bench missing.yaml

expect 2 "cradle bench: FILE is missing
Try: cradle bench --help" bench
expect 2 "cradle bench: other.yaml: one config file is enough, and net.yaml is there already
Try: cradle bench --help" bench net.yaml other.yaml
expect 2 "cradle bench: --batch 0: expected a whole number 1..16777216
Try: cradle bench --help" bench net.yaml --batch 0
expect 2 "cradle bench: --seconds x: expected a whole number 0..3600
Try: cradle bench --help" bench net.yaml --seconds x

# The kernels themselves, by instruction set.
works bench --kernels dense_forward --seconds 0 --threads 1
grep -Eq '^kernel +shape +ref' out || fault "bench --kernels: no head: $(cat out)"
[ "$(grep -c '^dense_forward, ' out)" = 7 ] || fault "bench --kernels dense_forward: $(cat out)"
works bench --kernels conv_forward --seconds 0 --json
grep -q '"kernel": "conv_forward", "way": "winograd[^"]*", "shape": "16->16 3x3 @32", "product": true, "ref": [1-9]' out ||
    fault "bench --kernels --json: $(cat out)"
[ "$(grep -c '"kernel": "conv_forward"' out)" = "$(grep -c '"kernel"' out)" ] || fault "bench --kernels conv_forward: $(cat out)"
cradle bench --kernels nothing --seconds 0
[ $code = 1 ] && [ ! -s out ] || fault "bench --kernels nothing: exit status $code: $(cat out)"
grep -q "^cradle: no kernel's name has 'nothing' in it; there are: dense_forward, " err || fault "bench --kernels nothing: $(cat err)"
expect 2 "cradle bench: add: with --kernels one name is enough, and relu is there already
Try: cradle bench --help" bench --kernels relu add

# A way of convolutions can be forced, where they have it; with none, the plan says which it chose.
if [ "${CRADLE_CPU-}" != ref ]; then
    cat >wide.yaml <<'END'
data: {source: cifar10}
model: [conv: 32, relu, conv: 32, relu, dense: 10]
train: {batch: 8}
END
    for way in direct winograd; do
        CRADLE_CONV=$way cradle bench wide.yaml --seconds 0 --json
        [ $code = 0 ] || fault "CRADLE_CONV=$way: exit status $code: $(cat err)"
        [ "$(grep -c "\"kernel\": \"conv_[a-z_]*\", \"way\": \"$way" out)" = 5 ] || fault "CRADLE_CONV=$way: $(cat out)"
    done
    CRADLE_CONV=auto cradle bench wide.yaml --seconds 0 --json
    grep '"kernel": "conv_' out | grep -qv '"way": "[a-z]' && fault "a convolution without a way: $(cat out)"
fi
message=$(CRADLE_CONV=winogrd "$CRADLE" bench wide.yaml 2>&1) && fault "CRADLE_CONV=winogrd is taken"
[ "$message" = 'cradle: CRADLE_CONV=winogrd: unknown way; did you mean winograd? (auto, direct, winograd, lanes)' ] ||
    fault "CRADLE_CONV=winogrd: $message"
finish
