#!/usr/bin/python3
"""Cradle and PyTorch in turn: images a second of a training step, data in memory.

For each workload: first the peer in each of its settings, twice, for its speed may change from call to call; then
rounds of one call of `cradle bench` and one of the peer in the setting that was fastest. The ratio is our median to the
peer's best round; its spread is that of the ratios within each round, whose two calls met the same machine.

The peer is a program called as PROGRAM WORKLOAD THREADS BATCH --seconds S [--layout channels_last] [--jit trace]
[--bf16], which prints "WORKLOAD IMAGES_PER_SECOND MS_PER_STEP PEAK_MB ...".
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON = '/usr/bin/python3'  # Debian's, which has Debian's PyTorch

# name, file, the peer's name of it, batch
WORKLOADS = (
    ('softmax-b100', 'softmax', 'softmax', 100),
    ('mlp-b64', 'mlp', 'mlp', 64),
    ('mlp-b128', 'mlp', 'mlp', 128),
    ('lenet5-b100', 'lenet5', 'lenet5', 100),
    ('lenet32-b100', 'lenet32', 'lenet32', 100),
    ('vgg-b128', 'vgg', 'vgg', 128),
    ('resnet20-b128', 'resnet20', 'resnet20', 128),
    ('resnet9-b128', 'resnet9', 'resnet9', 128),
)
DENSE = ('softmax', 'mlp')

# What is asked for: times the peer's speed with two threads, and where it is something else with one; and the share of
# the memory of the peer's process that ours may have.
BARS = {'softmax-b100': 2.5, 'mlp-b64': 2.0, 'mlp-b128': 1.7, 'lenet5-b100': 2.5, 'lenet32-b100': 1.4, 'vgg-b128': 1.7,
        'resnet20-b128': 1.5, 'resnet9-b128': 1.7}
BARS_ONE = {'mlp-b64': 1.7, 'mlp-b128': 1.5, 'lenet32-b100': 1.25}
MEMORY_BARS = {'resnet9-b128': 1 / 2}
MEMORY_BAR = 1 / 3

# Memory that was freed stays with the process: no page is touched for the first time twice.
MALLOC = {'MALLOC_MMAP_THRESHOLD_': '4294967296', 'MALLOC_TRIM_THRESHOLD_': '8589934592',
          'MALLOC_TOP_PAD_': '268435456'}
LAST = ('--layout', 'channels_last')
TRACE = ('--jit', 'trace')


def settings(workload, blas):
    """Of the peer: name, environment, options."""
    tuned = dict(MALLOC)
    if blas:
        tuned['LD_LIBRARY_PATH'] = blas
    found = [('default', {}, ()), ('tuned', tuned, ())]
    if workload in DENSE:
        return found + [('tuned, traced', tuned, TRACE)]
    return found + [('tuned, channels last', tuned, LAST), ('tuned, channels last, traced', tuned, LAST + TRACE)]


def call(command, environment):
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)
    if done.returncode != 0:
        raise RuntimeError('%s: exit status %d: %s' % (' '.join(command), done.returncode, done.stderr.strip()[-500:]))
    return done.stdout


def run_ours(options, file, batch):
    """Images a second, bytes that the process had at most."""
    out = json.loads(call([options.cradle, 'bench', os.path.join(HERE, file + '.yaml'), '--threads',
                           str(options.threads), '--batch', str(batch), '--seconds', str(options.seconds), '--json'],
                          {}))
    return out['training']['images_per_second'], out['process_memory']


def run_peer(options, workload, batch, setting, more=()):
    words = call([PYTHON, options.peer, workload, str(options.threads), str(batch), '--seconds', str(options.seconds),
                  *setting[2], *more], setting[1]).split()
    return float(words[1]), float(words[3]) * 2**20


def bars(name, threads):
    """The least ratio of speeds (None for another number of threads than one or two), the most of memory."""
    speed = BARS if threads == 2 else {**BARS, **BARS_ONE} if threads == 1 else {}
    return speed.get(name), MEMORY_BARS.get(name, MEMORY_BAR)


def judge(result, threads):
    """Adds the bars and whether they are reached."""
    speed, memory = bars(result['workload'], threads)
    result['memory_ratio'] = result['memory'] / result['peer_memory']
    result.update(bar=speed, memory_bar=memory, memory_reached=result['memory_ratio'] <= memory,
                  reached=None if speed is None else result['ratio'] >= speed)


def measure(options, name, file, workload, batch):
    possible = settings(workload, options.blas)
    trials = [[run_peer(options, workload, batch, setting)[0] for _ in range(options.trials)] for setting in possible]
    first = [max(rates) for rates in trials]
    best = first.index(max(first))
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(run_ours(options, file, batch))
        theirs.append(run_peer(options, workload, batch, possible[best]))
    our_rates, their_rates = [rate for rate, _ in ours], [rate for rate, _ in theirs]
    ratios = [our / their for our, their in zip(our_rates, their_rates)]
    their_best = max(their_rates + first)
    result = {'workload': name, 'ours': statistics.median(our_rates), 'peer': their_best,
              'ratio': statistics.median(our_rates) / their_best, 'ratio_least': min(ratios),
              'ratio_median': statistics.median(ratios), 'ratio_most': max(ratios),
              'memory': max(bytes for _, bytes in ours), 'peer_memory': min(bytes for _, bytes in theirs),
              'setting': possible[best][0], 'our_rounds': our_rates, 'peer_rounds': their_rates,
              'settings': {setting[0]: rate for setting, rate in zip(possible, first)}}
    if options.bf16:
        result['peer_bf16'] = max(run_peer(options, workload, batch, setting, ('--bf16',))[0]
                                  for setting in possible[1:])
    judge(result, options.threads)
    return result


def number(value):
    return '%.0f' % value if value >= 1000 else '%.1f' % value


def tell(result):
    bf16 = '  bf16: %s' % number(result['peer_bf16']) if 'peer_bf16' in result else ''
    print('%-14s %10s %10s %7.2f  %5.2f %5.2f %5.2f  %6.0f %6.0f %5.2f  %s%s' % (
        result['workload'], number(result['ours']), number(result['peer']), result['ratio'], result['ratio_least'],
        result['ratio_median'], result['ratio_most'], result['memory'] / 2**20, result['peer_memory'] / 2**20,
        result['memory_ratio'], result['setting'], bf16), flush=True)


def verdict(result):
    def word(reached):
        return 'reached' if reached else 'missed'
    speed = 'no bar for these threads' if result['bar'] is None else '%s (%.2f of at least %.2f)' % (
        word(result['reached']), result['ratio'], result['bar'])
    print('%-14s speed %s; memory %s (%.2f of at most %.2f)' % (
        result['workload'], speed, word(result['memory_reached']), result['memory_ratio'], result['memory_bar']))


def parse():
    names = [workload[0] for workload in WORKLOADS]
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('workload', nargs='*', metavar='WORKLOAD', help='of %s; default: all' % ', '.join(names))
    parser.add_argument('--peer', default=os.environ.get('PEER_BENCH') or
                        os.path.join(ROOT, '..', 'shared', 'bench', 'torch_bench.py'),
                        help='the PyTorch program (default: PEER_BENCH, else ../shared/bench/torch_bench.py)')
    parser.add_argument('--cradle', default=os.path.join(ROOT, 'build', 'cradle'), help='default: build/cradle')
    parser.add_argument('--blas', default=next(iter(glob.glob('/usr/lib/*/openblas-openmp')), None),
                        help="folder of OpenBLAS's OpenMP build (Debian: libopenblas0-openmp)")
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--trials', type=int, default=2, help="of each of the peer's settings, to find the fastest")
    parser.add_argument('--seconds', type=int, default=4, help='a call')
    parser.add_argument('--bf16', action='store_true', help="also the peer's bfloat16, which is told beside")
    parser.add_argument('--json', metavar='FILE', help='also all numbers')
    options = parser.parse_args()
    wrong = [name for name in options.workload if name not in names]
    if wrong:
        parser.error('unknown workload %s (there are: %s)' % (wrong[0], ', '.join(names)))
    if options.rounds < 1 or options.trials < 1:
        parser.error('--rounds and --trials: at least 1')
    if options.threads < 1:
        parser.error('--threads: at least 1')
    return options


def main():
    options = parse()
    if not os.path.exists(options.peer):
        print('SKIP: there is no %s: name the PyTorch program by --peer or PEER_BENCH' % options.peer)
        return 77
    if not options.blas:
        print("Note: without OpenBLAS's OpenMP build the peer is slower than it could be (Debian: libopenblas0-openmp)")
    print('Training, images/s, %d threads, %d rounds of %d s. The ratio is our median to the best of the peer;\n'
          'then the least, median and greatest ratio within a round; then MiB, and ours to the peer\'s.' %
          (options.threads, options.rounds, options.seconds))
    print('%-14s %10s %10s %7s  %5s %5s %5s  %6s %6s %5s  %s' % (
        '', 'cradle', 'pytorch', 'ratio', 'least', 'med', 'most', 'cradle', 'peer', 'ratio', "the peer's setting"),
          flush=True)
    results = []
    for workload in WORKLOADS:
        if not options.workload or workload[0] in options.workload:
            results.append(measure(options, *workload))
            tell(results[-1])
    print()
    for result in results:
        verdict(result)
    if options.json:
        with open(options.json, 'w') as file:
            json.dump({'threads': options.threads, 'results': results}, file, indent=1)
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except RuntimeError as error:
        if "No module named 'torch'" in str(error):
            print('SKIP: %s has no PyTorch (Debian: python3-torch)' % PYTHON)
            sys.exit(77)
        sys.exit('run.py: %s' % error)
