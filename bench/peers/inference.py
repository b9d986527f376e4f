#!/usr/bin/python3
"""Cradle, PyTorch and onnxruntime in turn: pictures a second of inference, one at a time and in batches.

For each network: a run is trained for a moment and exported as ONNX; then rounds of one call of build/bench/inference,
one of PyTorch's program (--infer, traced, in its two layouts) and one of onnx_speed.js. Told are the medians, and the
ratio of ours to the fastest round of each peer; a ratio of at least 1 says that ours is as fast or faster.
"""
import argparse
import os
import statistics
import subprocess
import sys

from run import HERE, MALLOC, PYTHON, ROOT, call

# name, height, width, channels of a picture
NETWORKS = (
    ('lenet5', 28, 28, 1),
    ('resnet20', 32, 32, 3),
)
BATCHES = (1, 128)
BARS = {1: (3.0, 1.0), 128: (1.5, None)}  # of PyTorch, of onnxruntime


def prepare(options, name):
    """A run of the network and its ONNX file; the weights do not matter for the speed."""
    run = os.path.join(options.work, name)
    model = run + '.onnx'
    if not os.path.exists(run):
        call([options.cradle, 'train', os.path.join(HERE, name + '.yaml'), '--run', run, 'train.epochs=1',
              'data.limit=600'], {})
    if not os.path.exists(model):
        call([options.cradle, 'export', run, '--format', 'onnx', '--out', model], {})
    return run, model


def rate(words):
    return float(words.split()[1])


def run_ours(options, run, batch):
    return rate(call([options.bench, run, str(batch), str(options.threads), str(options.seconds)], {}))


def run_torch(options, name, batch, layout):
    return rate(call([PYTHON, options.peer, name, str(options.threads), str(batch), '--seconds', str(options.seconds),
                      '--infer', '--jit', 'trace', '--layout', layout], MALLOC))


def run_onnx(options, model, sides, batch):
    return rate(call(['node', os.path.join(HERE, 'onnx_speed.js'), model, *map(str, sides), str(batch),
                      str(options.threads), str(options.seconds)],
                     {'NODE_PATH': os.path.join(options.onnx, 'node_modules')}))


def measure(options, name, sides, batch):
    run, model = prepare(options, name)
    rounds = {'cradle': [], 'torch': [], 'onnx': []}
    for _ in range(options.rounds):
        rounds['cradle'].append(run_ours(options, run, batch))
        if options.peer:
            rounds['torch'].append(max(run_torch(options, name, batch, layout)
                                       for layout in ('contiguous', 'channels_last')))
        if options.onnx:
            rounds['onnx'].append(run_onnx(options, model, sides, batch))
    return rounds


def tell(name, batch, rounds):
    ours = statistics.median(rounds['cradle'])
    line = '%-9s %5d %11.1f %9.3f' % (name, batch, ours, 1e3 * batch / ours)
    for peer, bar in zip(('torch', 'onnx'), BARS[batch]):
        if not rounds[peer]:
            line += '%36s' % '-'
            continue
        ratios = [our / their for our, their in zip(rounds['cradle'], rounds[peer])]
        ratio = ours / max(rounds[peer])
        word = '' if bar is None else ' reached' if ratio >= bar else ' missed'
        line += ' %11.1f %5.2f (%5.2f-%5.2f)%-8s' % (max(rounds[peer]), ratio, min(ratios), max(ratios), word)
    print(line, flush=True)


def install(folder):
    """The folder where onnxruntime-node is, or None."""
    if os.path.isdir(os.path.join(folder, 'node_modules', 'onnxruntime-node')):
        return folder
    os.makedirs(folder, exist_ok=True)
    try:
        done = subprocess.run(['npm', 'install', '--ignore-scripts', '--silent', 'onnxruntime-node@1'], cwd=folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    return folder if done.returncode == 0 else None


def parse():
    build = os.path.join(ROOT, 'build')
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('network', nargs='*', metavar='NETWORK', help='lenet5, resnet20; default: both')
    parser.add_argument('--batch', type=int, choices=BATCHES, help='default: both')
    parser.add_argument('--peer', default=os.environ.get('PEER_BENCH') or
                        os.path.join(ROOT, '..', 'shared', 'bench', 'torch_bench.py'),
                        help='the PyTorch program (default: PEER_BENCH, else ../shared/bench/torch_bench.py)')
    parser.add_argument('--cradle', default=os.path.join(build, 'cradle'), help='default: build/cradle')
    parser.add_argument('--bench', default=os.path.join(build, 'bench', 'inference'),
                        help='default: build/bench/inference')
    parser.add_argument('--work', default=os.path.join(build, 'peers', 'inference'), help='folder for runs and models')
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--seconds', type=float, default=1, help='a call')
    options = parser.parse_args()
    wrong = [name for name in options.network if name not in [network[0] for network in NETWORKS]]
    if wrong:
        parser.error('unknown network %s (there are: lenet5, resnet20)' % wrong[0])
    if options.rounds < 1 or options.threads < 1:
        parser.error('--rounds and --threads: at least 1')
    return options


def main():
    options = parse()
    os.makedirs(options.work, exist_ok=True)
    options.onnx = install(os.path.join(ROOT, 'build', 'peers'))
    if not options.onnx:
        print('Note: npm cannot install onnxruntime-node here; going on without it')
    if not os.path.exists(options.peer):
        print('Note: there is no %s: name the PyTorch program by --peer or PEER_BENCH' % options.peer)
        options.peer = None
    print('Inference, pictures a second, %d threads, %d rounds of %g s: the median of ours and its milliseconds a call;\n'
          'of each peer its best round, the ratio of ours to it, and the least and greatest ratio within a round.' %
          (options.threads, options.rounds, options.seconds))
    print('%-9s %5s %11s %9s %36s %36s' % ('', 'batch', 'cradle', 'ms', 'PyTorch', 'onnxruntime'))
    for name, *sides in NETWORKS:
        for batch in BATCHES:
            if (not options.network or name in options.network) and options.batch in (None, batch):
                tell(name, batch, measure(options, name, sides, batch))
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit('inference.py: %s' % error)
