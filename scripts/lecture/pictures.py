"""The picture of each experiment, from its kept outcome."""
import math

import chart
from chart import Line, Panel
from outcomes import accuracy, number, percent

# --------------------------------------------------------------------------------------------------- what lines are of


def by_epoch(group, name, measure="validation_accuracy", dashed=False, scale=lambda v: 100 * v):
    return Line(name, [scale(number(value)) for value in group["curves"][measure]], dashed=dashed)


def results(name, groups, scale=lambda v: v):
    """At the end of the training, with deviations."""
    groups = list(groups)
    return Line(name, [scale(accuracy(g)) for g in groups], [percent(g["last_accuracy"]["deviation"]) for g in groups])


def by_label(outcome, axis, name, *labels, scale=lambda v: v):
    """The results over the labels of an axis."""
    return results(name, [outcome.group(label, *labels) for label in outcome.labels(axis)], scale)


def epochs(lines):
    return ["epoch 1", str(max(len(line.values) for line in lines))]


def curves(title, lines):
    return Panel(title, lines, epochs(lines))


def bare(label):
    return label.split("=")[-1]


# ------------------------------------------------------------------------------------------------------------ pictures


def one_panel(axis, low):
    def picture(outcome):
        lines = [by_epoch(outcome.group(label), label) for label in outcome.labels(axis)]
        return chart.chart("Validation accuracy, %, mean over the seeds", [curves("", lines)], low, 100, height=280)
    return picture


def both_parts(axis, low, columns):
    """A panel a case, with the accuracies on both parts."""
    def picture(outcome):
        panels = []
        for label in outcome.labels(axis):
            group = outcome.group(label)
            training = by_epoch(group, "training", "train_accuracy", dashed=True)
            panels.append(curves(label, [training, by_epoch(group, "validation")]))
        return chart.chart("Accuracy on both parts, %, mean over the seeds", panels, low, 100, columns, height=150)
    return picture


def over_rates(rows, columns):
    """Results over the learning rate: a line a label of `rows`, a panel a label of `columns`."""
    def picture(outcome):
        rates = [bare(label) for label in outcome.labels("lr")]
        panels = []
        for panel in outcome.labels(columns) if columns else [None]:
            labels = [panel] if panel else []
            lines = [by_label(outcome, "lr", row, row, *labels) for row in outcome.labels(rows)]
            panels.append(Panel(panel or "", lines, rates))
        return chart.chart("Validation accuracy, %, over the learning rate", panels, 0, 100)
    return picture


def activations(outcome):
    panels = []
    for data in outcome.labels("data"):
        for depth in outcome.labels("times"):
            lines = [by_epoch(outcome.group(data, depth, name), name) for name in outcome.labels("activation")]
            panels.append(curves(f"{data}, {bare(depth)} hidden layers", lines))
    return chart.chart("Validation accuracy, %, mean over the seeds", panels, 0, 100, columns=2, height=170)


def batches(outcome):
    """The three pictures of the source: the curves of both norms, and the error at the end."""
    panels = [curves(norm, [by_epoch(outcome.group(norm, batch), batch, scale=lambda v: 100 - 100 * v)
                            for batch in outcome.labels("batch")]) for norm in outcome.labels("norm")]
    panels.append(Panel("at the end", [by_label(outcome, "batch", norm, norm, scale=lambda v: 100 - v)
                                       for norm in outcome.labels("norm")],
                        [label.removeprefix("batch-") for label in outcome.labels("batch")]))
    values = [v for panel in panels for line in panel.lines for v in line.values]
    return chart.chart("Validation error, %, over the epochs and over the size of the batch", panels,
                       10 * math.floor(min(values) / 10), 10 * math.ceil(max(values) / 10), height=240)


def losses(outcome):
    lines = [by_epoch(outcome.group(rate), rate, "train_loss", scale=lambda v: v) for rate in outcome.labels("rate")]
    return chart.chart("Loss on the training part, mean over the seeds", [curves("", lines)], 0, 2.6, height=280)


def optimizers(outcome):
    """Over the rate in its logarithm, for the rates of all optimizers differ."""
    low, high = 1e-4, 1
    lines = []
    for name, rates in outcome.by_rate().items():
        places = [math.log(float(rate) / low) / math.log(high / low) for rate in rates]
        lines.append(results(name, rates.values())._replace(places=places))
    return chart.chart("Validation accuracy, %, over the learning rate; cut off at 60", [
        Panel("", lines, ["1e-4", "1e-3", "1e-2", "1e-1", "1"])], 60, 100, height=300)


# ---------------------------------------------------------------------------------------------------------- histograms


BINS, ZERO = 64, 32  # of a histogram in the event log, and the bin of 0 where bins go by size


def shares(spread):
    """The height of each bin, 0..1; the log leaves out empty bins at both ends. Where bins go by size that of 0 is cut
    off, for half of what a ReLU gives stands there."""
    bins = [0] * spread["first"] + spread["bins"]
    bins += [0] * (BINS - len(bins))
    most = max(bins)
    if "low" not in spread:
        most = max(bins[:ZERO] + bins[ZERO + 1:]) or most
    return [min(count / most, 1) for count in bins]


def histogram(spread, x, y, width, height, colour):
    step = width / BINS
    bars = "".join(f"M{x + i * step:.1f} {y + height:.1f}v-{height * share:.1f}h{step:.1f}V{y + height:.1f}"
                   for i, share in enumerate(shares(spread)) if share > 0.005)
    return [f'<path d="M{x:.1f} {y + height:.1f}h{width:.1f}" stroke="#bbb"/>', f'<path d="{bars}" fill="{colour}"/>']


def layers(outcome):
    """A row for each activation and init, a column a layer."""
    left, top, wide, high = 130, 52, 62, 44
    out, y = [], top
    for i, group in enumerate(outcome.groups):
        activation, weights = group["at"]["activation"], group["at"]["weights"]
        out.append(chart.text(12, y + high - 8, f"{activation}, {weights}"))
        for column, layer in enumerate(group["histograms"]):
            if i == 0:
                out.append(chart.text(left + column * wide, top - 12, f"layer {column + 1}", ' font-size="11"'))
            out += histogram(layer["spread"], left + column * wide, y, wide - 8, high - 10,
                             chart.COLOURS[outcome.labels("activation").index(activation)])
        y += high
    return chart.document(y + 8, "What ten layers give at the first step", out)


WATCHED = {"06-initialisation": "activation"}  # the axis whose labels are the kinds of layers in the histograms

PICTURES = {
    "01-classifiers": one_panel("classifier", 80),
    "02-linear-layers": one_panel("network", 80),
    "03-activations": activations,
    "04-scaling": over_rates("standardize", None),
    "05-augmentation": both_parts("augmentation", 20, 3),
    "06-initialisation": layers,
    "07-batchnorm": over_rates("weights", "norm"),
    "08-batch-size": batches,
    "09-learning-rate": losses,
    "10-fitting": both_parts("case", 20, 4),
    "11-optimizers": optimizers,
}
