#!/usr/bin/env python3
"""Do trainings by different ways of convolutions end differently?

Trains bench/ways.yaml by each way (CRADLE_CONV) from the same seeds, on a part of MNIST and of CIFAR-10, and compares
the losses at the end, of training and of validation, with those of the direct way: the mean of the differences, seed by
seed, and the interval that holds 95 % of it (Student's t). Ways differ in rounding alone, so that 0 should lie in it,
and the differences should be no larger than those between seeds.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
WAYS = ('direct', 'winograd', 'lanes')
DATA = ('mnist', 'cifar10')
LOSSES = ('loss', 'validation_loss')
# Of Student's t, both sides together 5 %, by degrees of freedom (1 to 10; beyond, the normal distribution's is close).
QUANTILES = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


def train(options, way, data, seed, folder):
    """The last epoch's event."""
    run = os.path.join(folder, '%s-%s-%d' % (data, way, seed))
    done = subprocess.run([options.cradle, 'train', os.path.join(HERE, 'ways.yaml'), 'data.source=' + data,
                           'train.seed=%d' % seed, 'data.limit=%d' % options.limit, '--run', run],
                          env={**os.environ, 'CRADLE_CONV': way}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          universal_newlines=True)
    if done.returncode != 0:
        sys.exit('ways.py: %s' % done.stderr.strip())
    with open(os.path.join(run, 'events.jsonl')) as file:
        return [event for event in map(json.loads, file) if event['event'] == 'epoch'][-1]


def interval(differences):
    """Mean, and half the width of its interval."""
    count = len(differences)
    quantile = QUANTILES[count - 2] if count - 2 < len(QUANTILES) else 2.2
    return statistics.mean(differences), quantile * statistics.stdev(differences) / math.sqrt(count)


def compare(data, results):
    """Prints a row for each way but the first and each loss; whether all of them hold 0."""
    same = True
    for way in WAYS[1:]:
        for loss in LOSSES:
            first = [event[loss] for event in results[WAYS[0]]]
            mean, half = interval([event[loss] - one for event, one in zip(results[way], first)])
            holds = abs(mean) <= half
            same = same and holds
            print('%-8s %-9s %-16s %9.5f %9.5f   %9.5f to %9.5f  %s' % (
                data, way, loss, statistics.mean(first), statistics.stdev(first), mean - half, mean + half,
                'the same' if holds else 'differs'), flush=True)
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--cradle', default=os.path.join(os.path.dirname(HERE), 'build', 'cradle'))
    parser.add_argument('--seeds', type=int, default=5)
    parser.add_argument('--limit', type=int, default=4000, help='samples of each set')
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error('--seeds: at least 2')
    print('%-8s %-9s %-16s %9s %9s   %s' % ('data', 'way', 'loss', 'direct', 'deviation', '95 % of the difference to it'))
    same = True
    with tempfile.TemporaryDirectory() as folder:
        for data in DATA:
            results = {way: [train(options, way, data, seed, folder) for seed in range(1, options.seeds + 1)]
                       for way in WAYS}
            same = compare(data, results) and same
    return 0 if same else 1


if __name__ == '__main__':
    sys.exit(main())
