"""What came out of an experiment: read from its run folders, kept as a file, and asked for numbers.

A kept outcome, docs/lecture/results/NAME.json, is the summary.json of the runs with what the pages need besides: the
seconds that all took together, the curves of each group (the mean over its seeds, epoch by epoch) and, where they are
asked for, the histograms of what the layers gave at the first step. "nan" stands as a string.
"""
import json
import math

MEASURES = ("validation_accuracy", "train_accuracy", "train_loss")


def number(value):
    return float(value)  # "nan" is one, too


def plain(value):
    """As it stands in a file."""
    return round(value, 5) if math.isfinite(value) else "nan"


# ------------------------------------------------------------------------------------------------------------- to keep


def events(folder, run):
    with open(folder / run["name"] / "events.jsonl") as log:
        return [json.loads(line) for line in log]


def curves(logs):
    """Of runs that differ by their seed: each measure's mean after each epoch."""
    epochs = [[e for e in log if e["event"] == "epoch"] for log in logs]
    means = {}
    for measure in MEASURES:
        lines = [[number(e[measure]) for e in run] for run in epochs]
        means[measure] = [plain(sum(at) / len(at)) for at in zip(*lines)]
    return means


def histograms(log, op):
    """Of the outputs of every layer of that kind in the first step that was looked at."""
    first = next(e for e in log if e["event"] == "observe")
    units = [u for u in first["units"] if u["layer"].rstrip("0123456789") == op]
    return [{key: u[key] for key in ("layer", "deviation", "saturated", "spread") if key in u} for u in units]


def collect(folder, seconds, watched=None):
    """The outcome of the runs in a folder. `watched`: the axis whose labels name the layers to be drawn."""
    outcome = json.loads((folder / "summary.json").read_text())
    outcome = {"seconds": round(seconds, 1), **outcome}
    for group in outcome["groups"]:
        logs = [events(folder, run) for run in outcome["runs"] if group["at"].items() <= run["at"].items()]
        group["curves"] = curves(logs)
        if watched:
            group["histograms"] = histograms(logs[0], group["at"][watched])
    return outcome


# -------------------------------------------------------------------------------------------------------------- to ask


class Outcome:
    """Groups are found by their labels on the axes, in any order; what is told is in percent."""

    def __init__(self, kept):
        self.groups = kept["groups"]
        self.runs = kept["runs"]
        self.seconds = kept["seconds"]

    def all(self, *labels):
        return [g for g in self.groups if set(labels) <= set(g["at"].values())]

    def group(self, *labels):
        found = self.all(*labels)
        if len(found) != 1:
            raise KeyError(f"{labels}: {len(found)} groups")
        return found[0]

    def labels(self, axis):
        return list(dict.fromkeys(g["at"][axis] for g in self.groups))

    def accuracy(self, *labels):
        return accuracy(self.group(*labels))

    def deviation(self, *labels):
        return percent(self.group(*labels)["last_accuracy"]["deviation"])

    def error(self, *labels):
        return 100 - self.accuracy(*labels)

    def gap(self, *labels):
        """Training less validation accuracy, in points."""
        return percent(self.group(*labels)["last_training_accuracy"]["mean"]) - self.accuracy(*labels)

    def accuracies(self, *labels):
        return [accuracy(group) for group in self.all(*labels)]

    def by_rate(self):
        """Where labels are OPTIMIZER=RATE: the rates of each optimizer as texts, with their groups."""
        found = {}
        for group in self.groups:
            name, rate = group["at"]["optimizer"].split("=")
            found.setdefault(name, {})[rate] = group
        return found


def percent(value):
    return 100 * number(value)


def accuracy(group):
    return percent(group["last_accuracy"]["mean"])


def diverged(group):
    """Whether no run of it came to an end with numbers."""
    return group["diverged"] == group["runs"]
