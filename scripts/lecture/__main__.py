#!/usr/bin/env python3
"""The lecture: trains the experiments of examples/lecture, draws their pictures and fills the marked places of the pages.

    scripts/lecture.py build/cradle --out build/lecture [NAME ...]    one or all, resumable; writes docs/lecture
    scripts/lecture.py build/cradle --out build/lecture --quick       a taste of each: few pictures, one epoch; writes no page
    scripts/lecture.py --check                                        do the pages say what docs/lecture/results say?

A page is written by hand but for what stands between <!-- table --> and <!-- end -->, and likewise verdict: every number
of an outcome is one that was written here, from OUT/NAME/summary.json, which is kept as docs/lecture/results/NAME.json.
"""
import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/lecture"
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"]

# ------------------------------------------------------------------------------------------------------------ outcomes


class Outcome:
    """The groups of a summary, found by their place on the axes."""

    def __init__(self, summary):
        self.groups = summary["groups"]
        self.runs = summary["runs"]

    def group(self, *places):
        for group in self.groups:
            if all(place in group["at"].values() for place in places):
                return group
        raise KeyError(places)

    def accuracy(self, *places):
        return number(self.group(*places)["last_accuracy"]["mean"])

    def deviation(self, *places):
        return number(self.group(*places)["last_accuracy"]["deviation"])

    def gap(self, *places):
        return number(self.group(*places)["last_training_accuracy"]["mean"]) - self.accuracy(*places)

    def best(self, prefix):
        return max(number(g["last_accuracy"]["mean"]) for g in self.groups
                   if any(p == prefix or p.startswith(prefix + "=") for p in g["at"].values()))

    def spread(self, *places):
        """Largest less smallest accuracy of the groups at these places."""
        means = [number(g["last_accuracy"]["mean"]) for g in self.groups if all(p in g["at"].values() for p in places)]
        return max(means) - min(means)

    def learned(self, prefix):
        """How many groups whose place begins so end above one half."""
        return sum(number(g["last_accuracy"]["mean"]) > 0.5 for g in self.groups
                   if any(p.startswith(prefix) for p in g["at"].values()))


def number(value):
    return float(value)  # "nan" stands as a string


def batch_range(o, norm):
    return [o.accuracy(norm, f"batch-{b}") for b in (32, 16, 8, 4, 2)]


# What each experiment claims, as conditions on its outcome.
CLAIMS = {
    "01-classifiers": [
        ("two layers are better than one", lambda o: o.accuracy("two-layer") > o.accuracy("linear")),
        ("convolutions are better than both", lambda o: o.accuracy("convolutional") > o.accuracy("two-layer"))],
    "02-linear-layers": [
        ("five linear layers are within 2 points of one", lambda o:
         abs(o.accuracy("five-linear") - o.accuracy("softmax")) < 0.02),
        ("tanh and ReLU between them are better than both", lambda o: min(o.accuracy("five-tanh"), o.accuracy(
            "five-relu")) > max(o.accuracy("five-linear"), o.accuracy("softmax")))],
    "03-activations": [
        ("ReLU is better than sigmoid, on both data and at both depths", lambda o: all(o.accuracy(d, f"relu-{n}") >
         o.accuracy(d, f"sigmoid-{n}") for d in ("mnist", "cifar10") for n in (2, 8))),
        ("eight layers of sigmoid do not train", lambda o: max(o.accuracy(d, "sigmoid-8") for d in ("mnist", "cifar10"))
         < 0.2)],
    "04-scaling": [
        ("at its own best rate, standardised is at least as good as raw", lambda o: max(
            o.accuracy("channel", f"lr={r}") for r in RATES_4) >= max(o.accuracy("raw", f"lr={r}") for r in RATES_4)),
        ("the best rate of raw pixels is lower", lambda o: best_rate(o, "raw") < best_rate(o, "channel"))],
    "05-augmentation": [
        ("the gap shrinks", lambda o: o.gap("flip-crop") < o.gap("none")),
        ("the validation accuracy grows", lambda o: o.accuracy("flip-crop") > o.accuracy("none"))],
    "06-initialisation": [
        ("zeros do not train", lambda o: max(o.accuracy("tanh-zeros"), o.accuracy("relu-zeros")) < 0.2),
        ("with tanh, xavier is better than small and large normal numbers", lambda o: o.accuracy("tanh-xavier") >= max(
            o.accuracy("tanh-small-normal"), o.accuracy("tanh-large-normal"))),
        ("with ReLU, he is better than small and large normal numbers", lambda o: o.accuracy("relu-he") >= max(
            o.accuracy("relu-small-normal"), o.accuracy("relu-large-normal")))],
    "07-batchnorm": [
        ("more pairs of rate and first weights train (above one half) with batch normalisation than without",
         lambda o: o.learned("batchnorm-") > o.learned("plain-"))],
    "08-batch-size": [
        ("the error of batch normalisation at batch 2 is worse than at batch 32 by 5 points or 1.3 times", lambda o:
         o.accuracy("batchnorm", "batch-32") - o.accuracy("batchnorm", "batch-2") > 0.05 or
         (1 - o.accuracy("batchnorm", "batch-2")) > 1.3 * (1 - o.accuracy("batchnorm", "batch-32"))),
        ("that of group normalisation stays within 3 points, or within overlapping deviations", lambda o:
         max(batch_range(o, "groupnorm")) - min(batch_range(o, "groupnorm")) < 0.03 or
         overlap(o, "groupnorm"))],
    "09-learning-rate": [
        ("the good rate ends best", lambda o: o.accuracy("good") > max(o.accuracy(r) for r in ("very-high", "high",
                                                                                              "low"))),
        ("the very high one learns nothing", lambda o: o.accuracy("very-high") < 0.2)],
    "10-fitting": [
        ("more data close the gap", lambda o: o.gap("more-data") < o.gap("overfitting")),
        ("regularisation makes it smaller", lambda o: min(o.gap(c) for c in ("dropout", "weight-decay", "augmentation"))
         < o.gap("overfitting")),
        ("the small network has next to no gap, and a wider one is better", lambda o: o.gap("underfitting") < o.gap(
            "overfitting") and o.accuracy("wider") > o.accuracy("underfitting"))],
    "11-optimizers": [
        ("at their own best rates momentum and adam are better than plain descent", lambda o: min(
            o.best("momentum"), o.best("adam")) > o.best("sgd"))],
}
RATES_4 = ("1e-4", "1e-3", "1e-2", "1e-1")


def best_rate(o, scaling):
    return float(max(RATES_4, key=lambda r: o.accuracy(scaling, f"lr={r}")))


def overlap(o, norm):
    low = max(o.accuracy(norm, f"batch-{b}") - o.deviation(norm, f"batch-{b}") for b in (32, 16, 8, 4, 2))
    high = min(o.accuracy(norm, f"batch-{b}") + o.deviation(norm, f"batch-{b}") for b in (32, 16, 8, 4, 2))
    return low <= high


# --------------------------------------------------------------------------------------------------------------- pages


def percent(spread):
    mean, deviation = number(spread["mean"]), number(spread["deviation"])
    if math.isnan(mean):
        return "-"
    return f"{100 * mean:.1f}" if math.isnan(deviation) else f"{100 * mean:.1f} ± {100 * deviation:.1f}"


def table(summary):
    axes = list(summary["groups"][0]["at"])
    lines = ["| " + " | ".join(axes + ["runs", "validation accuracy, %", "training accuracy, %", "seconds a run"]) + " |",
             "|" + "---|" * (len(axes) + 4)]
    for group in summary["groups"]:
        cells = [f"`{group['at'][axis]}`" for axis in axes]
        cells += [str(group["ended"]), percent(group["last_accuracy"]), percent(group["last_training_accuracy"]),
                  f"{number(group['seconds']['mean']):.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def verdict(name, summary):
    outcome = Outcome(summary)
    return "\n".join(f"- {text}: **{'holds' if holds(outcome) else 'does not hold here'}**"
                     for text, holds in CLAIMS[name])


def fill(text, name, summary):
    for mark, content in (("table", table(summary)), ("verdict", verdict(name, summary))):
        pattern = re.compile(rf"<!-- {mark} -->.*?<!-- end -->", re.S)
        if len(pattern.findall(text)) != 1:
            sys.exit(f"docs/lecture/{name}.md: expected <!-- {mark} --> ... <!-- end --> once")
        text = pattern.sub(lambda _: f"<!-- {mark} -->\n{content}\n<!-- end -->", text)
    return text


def check():
    faults = 0
    for name in CLAIMS:
        kept = PAGES / "results" / f"{name}.json"
        text = (PAGES / f"{name}.md").read_text()
        if not kept.exists():
            if "<!-- table -->\nNot run yet.\n<!-- end -->" not in text:
                faults += 1
                print(f"docs/lecture/{name}.md: has a table, but there is no results/{name}.json")
        elif fill(text, name, json.loads(kept.read_text())) != text:
            faults += 1
            print(f"docs/lecture/{name}.md: is not what results/{name}.json says: run scripts/lecture.py")
    return 1 if faults else 0


# ------------------------------------------------------------------------------------------------------------- pictures


def curves(folder, summary, measure):
    """A line a group: the measure's mean over its runs, epoch by epoch, from their event logs."""
    lines = {}
    for run in summary["runs"]:
        values = []
        for line in (folder / run["name"] / "events.jsonl").read_text().splitlines():
            event = json.loads(line)
            if event["event"] == "epoch":
                values.append(number(event[measure]))
        group = ", ".join(p for p in run["at"].values() if not p.startswith(("seed=", "fold=")))
        lines.setdefault(group, []).append(values)
    return {name: [sum(at) / len(at) for at in zip(*runs)] for name, runs in lines.items()}


def svg(lines, title):
    """A chart of lines over epochs; names stand to the right, in the order of where the lines end."""
    width, height, left, top, right, bottom = 760, 400, 60, 30, 220, 40
    values = [v for line in lines.values() for v in line if math.isfinite(v)]
    low, high = min(values + [0]), max(values + [1e-9])
    epochs = max(len(line) for line in lines.values())

    def at(index, value):
        x = left + (width - left - right) * (index / max(epochs - 1, 1))
        return x, top + (height - top - bottom) * (1 - (value - low) / (high - low))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
           f'font-size="12"><rect width="{width}" height="{height}" fill="#fff"/>'
           f'<text x="{left}" y="18" font-weight="bold">{title}</text>']
    for i in range(6):
        value = low + (high - low) * i / 5
        y = at(0, value)[1]
        out.append(f'<path d="M{left} {y:.1f}H{width - right}" stroke="#ddd"/>'
                   f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>')
    out.append(f'<text x="{left}" y="{height - 14}">epoch 1</text>'
               f'<text x="{width - right}" y="{height - 14}" text-anchor="end">{epochs}</text>')
    order = sorted(lines, key=lambda n: -lines[n][-1] if math.isfinite(lines[n][-1]) else math.inf)
    step = min(18, (height - top - 10) / max(len(order), 1))
    for i, name in enumerate(order):
        colour = COLOURS[i % len(COLOURS)]
        dash = "" if i < len(COLOURS) else f' stroke-dasharray="{2 + 2 * (i // len(COLOURS))} 3"'
        points = " ".join("%.1f,%.1f" % at(e, v) for e, v in enumerate(lines[name]) if math.isfinite(v))
        y = top + 10 + step * i
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>'
                   f'<path d="M{width - right + 10} {y - 4:.1f}h16" stroke="{colour}" stroke-width="2"{dash}/>'
                   f'<text x="{width - right + 30}" y="{y:.1f}" font-size="{min(12, step):.1f}">{name}</text>')
    return "\n".join(out) + "\n</svg>\n"


# ------------------------------------------------------------------------------------------------------------ the runs


def duration(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def train(program, name, out, quick):
    command = [program, "train", str(ROOT / f"examples/lecture/{name}.yaml"), "-j", "2", "--workers", "0", "--run",
               str(out / name)]
    if quick:
        command += ["data.limit=300", "train.epochs=1"]
    return subprocess.run(command).returncode


def publish(name, out):
    text = (out / name / "summary.json").read_text()
    summary = json.loads(text)
    (PAGES / "results").mkdir(exist_ok=True)
    (PAGES / "results" / f"{name}.json").write_text(json.dumps(summary, indent=1) + "\n")
    measure, title = (("train_loss", "loss on the training part") if name == "09-learning-rate" else
                      ("validation_accuracy", "validation accuracy"))
    (PAGES / f"{name}.svg").write_text(svg(curves(out / name, summary, measure), f"{title}, mean over the seeds"))
    page = PAGES / f"{name}.md"
    page.write_text(fill(page.read_text(), name, summary))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("names", nargs="*", metavar="NAME", help="as 08-batch-size; default: all")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/lecture")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        return check()
    if not options.program:
        parser.error("the program is missing, as in build/cradle")
    names = options.names or list(CLAIMS)
    unknown = [name for name in names if name not in CLAIMS]
    if unknown:
        parser.error(f"{unknown[0]}: there is no such experiment; there are {', '.join(CLAIMS)}")
    out = options.out / "quick" if options.quick else options.out
    out.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    for done, name in enumerate(names):
        passed = time.monotonic() - begun
        left = f", about {duration(passed / done * (len(names) - done))} left" if done else ""
        print(f"--- {name}: {done + 1} of {len(names)}{left}", flush=True)
        code = train(options.program, name, out, options.quick)
        if code != 0:
            return code
        if not options.quick:
            publish(name, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
