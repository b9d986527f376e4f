# The completion script, sourced and asked: words before the cursor in, words that may stand there out.
. "$(dirname "$0")/cli.sh"

if ! command -v bash >/dev/null; then
    echo "SKIP: no bash here"
    exit 77
fi
mkdir -p 'place/runs/one two' place/examples && touch place/examples/a.yaml
cat >ask.sh <<'END'
eval "$("$CRADLE" completion bash)"
cd place
while read -r -a COMP_WORDS; do
    [ "${COMP_WORDS[-1]}" != _ ] || COMP_WORDS[-1]=''
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _cradle
    printf '%s:' "${COMP_WORDS[@]}"
    printf ' <%s>' "${COMPREPLY[@]}"
    echo
done
END
bash ask.sh >actual 2>errors <<'END'
cradle _
cradle tr
cradle --v
cradle train --r
cradle train exam
cradle train --run r
cradle train --threads 2 exam
cradle train --threads _
cradle test runs/o
cradle test runs --j
cradle predict runs examples/a
cradle predict runs --top 3 --json x examples/a
cradle data _
cradle data info mn
cradle data info r
cradle data info digits --sheet exam
cradle data get m
cradle data --into runs get kmn
cradle data sheet exam
cradle data pack digits r
cradle list lay
cradle list layers --
cradle help comp
cradle completion _
cradle nonsense _
END
[ ! -s errors ] || fault "the script failed: $(cat errors)"
cat >expected <<'END'
cradle:: <check> <train> <curves> <report> <tune> <test> <ensemble> <predict> <export> <card> <data> <bench> <list> <completion> <help>
cradle:tr: <train>
cradle:--v: <--version>
cradle:train:--r: <--run> <--resume>
cradle:train:exam: <examples>
cradle:train:--run:r: <runs>
cradle:train:--threads:2:exam: <examples>
cradle:train:--threads:: <>
cradle:test:runs/o: <runs/one two>
cradle:test:runs:--j: <--json>
cradle:predict:runs:examples/a: <examples/a.yaml>
cradle:predict:runs:--top:3:--json:x:examples/a: <examples/a.yaml>
cradle:data:: <info> <sheet> <get> <pack>
cradle:data:info:mn: <mnist>
cradle:data:info:r: <runs>
cradle:data:info:digits:--sheet:exam: <examples>
cradle:data:get:m: <mnist>
cradle:data:--into:runs:get:kmn: <kmnist>
cradle:data:sheet:exam: <examples>
cradle:data:pack:digits:r: <runs>
cradle:list:lay: <layers> <layernorm> <layer-order>
cradle:list:layers:--: <--names> <--help>
cradle:help:comp: <completion>
cradle:completion:: <bash>
cradle:nonsense:: <>
END
diff -u expected actual || fault "the completions differ"
# All that it names is really there: every option that it offers is taken.
bash -n ask.sh && "$CRADLE" completion bash | bash -n || fault "the script is no bash"
finish
