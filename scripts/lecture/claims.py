"""What each experiment claims: a sentence and two numbers of its outcome, the first of which must be above (or below)
the second. A claim that does not hold is told as such in its page."""
import operator

from outcomes import accuracy, diverged

DATA, DEPTHS, BATCHES = ("mnist", "cifar10"), ("times=2", "times=8"), (32, 16, 8, 4, 2)
SIGNS = {">": operator.gt, "<": operator.lt}


def lead(o, data, depth):
    """Of ReLU over sigmoid."""
    return o.accuracy(data, "relu", depth) - o.accuracy(data, "sigmoid", depth)


def best_rate(o, scaling):
    return float(max(o.labels("lr"), key=lambda rate: o.accuracy(scaling, rate)).removeprefix("lr="))


def trained(o, label):
    """How many of these groups end above one half."""
    return sum(not diverged(group) and accuracy(group) > 50 for group in o.all(label))


def best_normal(o, activation):
    return max(o.accuracy(activation, weights) for weights in ("small-normal", "large-normal"))


def spread(o, norm):
    errors = [o.error(norm, f"batch-{b}") for b in BATCHES]
    return max(errors) - min(errors)


def best_of(o, optimizer):
    return max(accuracy(group) for group in o.by_rate()[optimizer].values())


def spread_of_bests(o):
    bests = [best_of(o, optimizer) for optimizer in o.by_rate()]
    return max(bests) - min(bests)


def spread_of_rates(o):
    """From the best rate of an optimizer to its worst, the mean over the optimizers."""
    spreads = [best_of(o, name) - min(accuracy(g) for g in rates.values()) for name, rates in o.by_rate().items()]
    return sum(spreads) / len(spreads)


CLAIMS = {
    "01-classifiers": [
        ("two layers are better than one", lambda o: (o.accuracy("two-layer"), ">", o.accuracy("linear"))),
        ("convolutions are better than both", lambda o: (o.accuracy("convolutional"), ">", o.accuracy("two-layer")))],
    "02-linear-layers": [
        ("five linear layers are within 2 points of one", lambda o: (
            abs(o.accuracy("five-linear") - o.accuracy("softmax")), "<", 2)),
        ("five with tanh are better than both", lambda o: (
            o.accuracy("five-tanh"), ">", max(o.accuracy("five-linear"), o.accuracy("softmax")))),
        ("so are five with ReLU", lambda o: (
            o.accuracy("five-relu"), ">", max(o.accuracy("five-linear"), o.accuracy("softmax"))))],
    "03-activations": [
        ("ReLU is better than sigmoid on both data and at all depths; the least lead, in points", lambda o: (
            min(lead(o, data, depth) for data in DATA for depth in DEPTHS), ">", 0)),
        ("its lead is larger with eight layers than with two, on MNIST", lambda o: (
            lead(o, "mnist", "times=8"), ">", lead(o, "mnist", "times=2"))),
        ("and on CIFAR-10", lambda o: (lead(o, "cifar10", "times=8"), ">", lead(o, "cifar10", "times=2"))),
        ("eight layers of sigmoid learn nothing: the better of the two, where guessing is near 10", lambda o: (
            max(o.accuracy(data, "sigmoid", "times=8") for data in DATA), "<", 12))],
    "04-scaling": [
        ("divided by 255 is better than raw, each at its best rate", lambda o: (
            max(o.accuracies("none")), ">", max(o.accuracies("raw")))),
        ("standardised is better than raw, each at its best rate", lambda o: (
            max(o.accuracies("channel")), ">", max(o.accuracies("raw")))),
        ("standardised is better than divided by 255, each at its best rate", lambda o: (
            max(o.accuracies("channel")), ">", max(o.accuracies("none")))),
        ("standardised learns faster than divided by 255 at the low rate of 1e-3", lambda o: (
            o.accuracy("channel", "lr=1e-3"), ">", o.accuracy("none", "lr=1e-3"))),
        ("the best rate of raw pixels is lower than that of standardised ones", lambda o: (
            best_rate(o, "raw"), "<", best_rate(o, "channel")))],
    "05-augmentation": [
        ("the gap with flips is smaller than with nothing, in points", lambda o: (o.gap("flip"), "<", o.gap("none"))),
        ("and smaller still with crops", lambda o: (o.gap("flip-crop"), "<", o.gap("flip"))),
        ("the validation accuracy with both is better than with nothing", lambda o: (
            o.accuracy("flip-crop"), ">", o.accuracy("none")))],
    "06-initialisation": [
        ("zeros learn nothing: the better of both", lambda o: (max(o.accuracies("zeros")), "<", 12)),
        ("with tanh, xavier is better than small and large normal numbers", lambda o: (
            o.accuracy("tanh", "xavier"), ">", best_normal(o, "tanh"))),
        ("with ReLU, he is better than small and large normal numbers", lambda o: (
            o.accuracy("relu", "he"), ">", best_normal(o, "relu"))),
        ("with ReLU, he is better than xavier", lambda o: (
            o.accuracy("relu", "he"), ">", o.accuracy("relu", "xavier")))],
    "07-batchnorm": [
        ("of twelve pairs of rate and first weights more end above 50 % with batch normalisation than without",
         lambda o: (trained(o, "batchnorm"), ">", trained(o, "plain"))),
        ("at the rate 1 the best first weights train with it and not without", lambda o: (
            max(o.accuracies("batchnorm", "lr=1")), ">", max(o.accuracies("plain", "lr=1"))))],
    "08-batch-size": [
        ("the error with batch normalisation is more than 5 points higher at batch 2 than at batch 32", lambda o: (
            o.error("batchnorm", "batch-2") - o.error("batchnorm", "batch-32"), ">", 5)),
        ("that with group normalisation stays within 3 points over all batches", lambda o: (
            spread(o, "groupnorm"), "<", 3))],
    "09-learning-rate": [
        ("the good rate ends better than the high one", lambda o: (o.accuracy("good"), ">", o.accuracy("high"))),
        ("and than the low one", lambda o: (o.accuracy("good"), ">", o.accuracy("low"))),
        ("the very high one learns nothing, where guessing is near 10", lambda o: (o.accuracy("very-high"), "<", 12))],
    "10-fitting": [
        ("more data make the gap smaller, in points", lambda o: (o.gap("more-data"), "<", o.gap("overfitting"))),
        ("so does dropout", lambda o: (o.gap("dropout"), "<", o.gap("overfitting"))),
        ("so does weight decay", lambda o: (o.gap("weight-decay"), "<", o.gap("overfitting"))),
        ("so does augmentation", lambda o: (o.gap("augmentation"), "<", o.gap("overfitting"))),
        ("all four raise the validation accuracy; the least of them", lambda o: (
            min(o.accuracy(c) for c in ("more-data", "dropout", "weight-decay", "augmentation")), ">",
            o.accuracy("overfitting"))),
        ("the network that underfits has next to no gap, in points", lambda o: (o.gap("underfitting"), "<", 3)),
        ("a wider one is better", lambda o: (o.accuracy("wider"), ">", o.accuracy("underfitting")))],
    "11-optimizers": [
        ("at their own best rates momentum is better than plain descent", lambda o: (
            best_of(o, "momentum"), ">", best_of(o, "sgd"))),
        ("so is adam", lambda o: (best_of(o, "adam"), ">", best_of(o, "sgd"))),
        ("from the best optimizer to the worst, each at its best rate, it is less far than from the best of four rates "
         "to the worst (the mean over the optimizers), in points", lambda o: (
             spread_of_bests(o), "<", spread_of_rates(o)))],
}


def judge(name, outcome):
    """A line for each claim."""
    lines = []
    for text, numbers in CLAIMS[name]:
        left, sign, right = numbers(outcome)
        shown = [f"{round(side, 3):.3g}" for side in (left, right)]
        if shown[0] == shown[1]:
            shown = [f"{side:.4g}" for side in (left, right)]
        holds = SIGNS[sign](left, right)
        lines.append(f"- {text} ({shown[0]} {sign} {shown[1]}): **{'holds' if holds else 'does not hold here'}**")
    return "\n".join(lines)
