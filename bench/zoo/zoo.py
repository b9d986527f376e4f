#!/usr/bin/env python3
"""The fault zoo: trainings that are healthy, and the same with one fault put in. What does the babysitter say?

    bench/zoo/zoo.py build/cradle --out build/zoo [--seeds 3] [--bases mlp,lenet] [--jobs 2] [--page docs/zoo.md]

A run counts as faulty by its outcome, not by the script: its best validation accuracy must lie below that of its healthy
twin (the base with the same seed) by more than 0.03 and three deviations. Of those it is asked whether a warning or fault
was told (detected), whether one of the first two causes is the one that was put in (cause), and whether the change that
was proposed, made and trained anew, gives back 80 % of the loss (remedy). Healthy runs, whose accuracy is that of their twin
by the same measure, must be silent but for notes.

Cases are halved by their name, never by seed: thresholds may be tuned on one half, the figures are of the other. Results
are kept in OUT/results.jsonl, so that a run that was stopped goes on. The data lie where CRADLE_DATA says.
"""
import argparse
import concurrent.futures
import hashlib
import json
import math
import os
import random
import statistics
import subprocess
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BASES = ["softmax", "mlp", "deep", "norm", "lenet", "vgg", "resnet"]
OPTIMIZER = {"softmax": "sgd", "mlp": "sgd", "deep": "adam", "norm": "sgd", "lenet": "adam", "vgg": "sgd", "resnet": "adam"}
RATE = {"softmax": 0.1, "mlp": 0.03, "deep": 0.002, "norm": 0.1, "lenet": 0.002, "vgg": 0.1, "resnet": 0.01}

DIGITS = ["softmax", "mlp", "deep", "norm"]  # bases on the digits, in batches of 32

# What varies among healthy runs: overrides of a base, each a case of its own; and the bases that are another training with
# it. Those from "batch 64" on were added when the thresholds had been set.
PLAIN = ["mlp", "deep", "lenet"]  # without batch norm
HIDDEN = PLAIN + ["norm"]
HEALTHY = {
    "as it is": [],
    "a third of the rate": ["RATE*0.33"],
    "twice the rate": ["RATE*2"],
    "batch 16": ["train.batch=16"],
    "batch 128": ["train.batch=128"],
    "cosine": (["train.schedule=cosine"], ["softmax", "mlp", "deep", "lenet"]),
    "warm-up": ["train.schedule={cosine: {warmup: 1}}"],
    "weight decay": ["train.optimizer.OPT.weight_decay=1e-4"],
    "label smoothing": ["train.loss.cross-entropy.label_smoothing=0.1"],
    "half the data": ["HALF"],
    "batch 64": (["train.batch=64"], DIGITS),
    "batch 256": ["train.batch=256", "RATE*2"],
    "batch 8, noisy": ["train.batch=8", "RATE*0.5"],
    "two batches an update": ["train.accumulate=2"],
    "the other optimizer": ["SWAP"],
    "adamw": ["train.optimizer={adamw: {lr: 0.002}}"],
    "rmsprop": ["train.optimizer={rmsprop: {lr: 0.001}}"],
    "gradient clipped at 1": ["train.clip={norm: 1}"],
    "one-cycle": ["train.schedule=one-cycle"],
    "rate falls in steps": ["train.schedule={step: {every: 4, gamma: 0.5}}"],
    "averaged weights": ["train.average={ema: {decay: 0.98}}"],
    "mixup": ["train.mix={mixup: 0.2}"],
    "shifted pictures": ["data.augment=[shift: 0.1]"],
    "a third held out": ["data.validation=0.33"],
    "class 3 is rare": (["RARE"], DIGITS),
    "batch norm added": (["ACT=batchnorm, relu"], PLAIN),
    "leaky relu": (["ACT=leaky-relu"], HIDDEN),
    "tanh": (["ACT=tanh"], ["mlp", "lenet", "norm"]),
    "a fifth dropped": (["DROP=0.2"], HIDDEN),
    "weights by he": (["INIT=he"], PLAIN),
}


def rate(factor):
    return ["RATE*%g" % factor]


# Each fault: overrides, the bases that it fits, and what names it: checks, or a word of the change's path or the causes.
FAULTS = {
    "rate 30 times too high": (rate(30), BASES, ["rate is", "rate was", "or was, too high"]),
    "rate 1000 times too high": (rate(1000), BASES, ["rate is", "or was, too high"]),
    "rate 1000 times too low": (rate(1e-3), BASES, ["rate is too low"]),
    "rate 10000 times too low": (rate(1e-4), BASES, ["rate is too low"]),
    "weights begin at 0": (["INIT=zeros"], ["mlp", "deep", "lenet"], ["initial-weights", "first weights"]),
    "weights begin far too large": (["INIT={normal: 3}"], ["mlp", "deep", "lenet"],
                                    ["initial-weights", "first weights", "initial-loss"]),
    "weights begin far too small": (["INIT={normal: 1e-4}"], ["deep", "lenet"],
                                    ["initial-weights", "first weights", "vanishing"]),
    "sigmoid in a deep network": (["ACT=sigmoid"], ["deep"], ["vanishing", "let little through"]),
    "weight decay of 1": (["train.optimizer.OPT.weight_decay=1"], ["softmax", "mlp", "norm", "vgg"],
                          ["weight-decay", "weight decay"]),
    "labels at random": (["LABELS=1.0"], DIGITS, ["labels"]),
    "40 % of the labels wrong": (["LABELS=0.4"], ["softmax", "mlp", "norm"], ["labels"]),
    "a class labelled as another": (["CLASS"], ["softmax", "mlp", "norm"], ["labels", "class-failure", "balance"]),
    "batches of 2 with batch norm": (["train.batch=2"], ["norm", "resnet"], ["norm-batch", "too small for batch norm"]),
    "dropout of 0.95": (["DROP=0.95"], ["mlp", "lenet"], ["dropout", "holds it back"]),
    "a layer of one unit": (["NARROW"], ["mlp", "deep"], ["too small or too simple", "underfitting"]),
    "20 samples a class and long": (["FEW"], ["mlp", "lenet"], ["overfitting", "few samples", "overtraining"]),
    "gradient clipped to nothing": (["train.clip={norm: 1e-5}"], ["softmax", "mlp", "norm"],
                                    ["rate is too low", "clip"]),
    "one epoch at a low rate": (["train.epochs=1", "RATE*0.1"], ["mlp", "lenet"],
                                ["too early", "rate is too low", "slow"]),
}


def wilson(hits, count, z=1.96):
    if count == 0:
        return (0.0, 1.0)
    p = hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return (max(middle - half, 0.0), min(middle + half, 1.0))


def base_text(base):
    with open(os.path.join(HERE, "bases", base + ".yaml")) as file:
        return file.read()


def digits_with(out, source, share=0.0, merge=False, rare=False, seed=0):
    """The digits as CSV with labels changed: a share at random, or most of class 3 as 8; or with few of class 3."""
    path = os.path.join(out, "digits-%g-%d-%d-%d.csv" % (share, merge, rare, seed))
    draw = random.Random(seed)
    rows = [",".join("p%d" % i for i in range(64)) + ",label\n"]
    with open(source) as file:
        for line in file:
            fields = line.strip().split(",")
            if len(fields) != 65 or not fields[0].strip().isdigit():
                continue
            label = fields[-1]
            if share and draw.random() < share:
                label = str(draw.randrange(10))
            if rare and label == "3" and draw.random() < 0.75:
                continue
            if merge and label == "3" and draw.random() < 0.9:
                label = "8"
            rows.append(",".join(fields[:-1]) + "," + label + "\n")
    with tempfile.NamedTemporaryFile("w", dir=out, delete=False) as copy:  # another job may read the file at this moment
        copy.writelines(rows)
    os.replace(copy.name, path)
    return path


def with_layers(text, init=None, act=None, drop=None, narrow=False):
    """A base's text with the hidden layers changed."""
    import re
    if init:
        text = re.sub(r"dense: (\d+)", r"dense: {units: \1, init: %s}" % init, text)
        text = re.sub(r"conv: \{filters: (\d+), kernel: 5\}", r"conv: {filters: \1, kernel: 5, init: %s}" % init, text)
    if act:
        text = text.replace("relu", act)
    if drop:
        text = text.replace("relu,", "relu, dropout: %s," % drop, 3).replace("relu]}", "relu, dropout: %s]}" % drop)
    if narrow:
        text = text.replace("dense: 64, relu, dense: 10", "dense: 1, tanh, dense: 10").replace(
            "- dense: 10\n", "- dense: 1\n- tanh\n- dense: 10\n")
    return text


def prepare(args, base, changes, seed):
    """The config's text and the overrides of a case."""
    text, overrides = base_text(base), ["train.seed=%d" % seed, "data.split_seed=%d" % seed]
    for change in changes:
        word, _, value = change.partition("=")
        if change.startswith("RATE*"):
            overrides.append("train.optimizer.%s.lr=%g" % (OPTIMIZER[base], RATE[base] * float(change[5:])))
        elif change == "HALF":
            text = text.replace("limit: 3000", "limit: 1500").replace("source: digits", "source: digits, limit: 900")
        elif change == "FEW":
            text = text.replace("limit: 3000", "limit: 250").replace("source: digits", "source: digits, limit: 250")
            overrides.append("train.epochs=80")
        elif word == "LABELS":
            overrides.append("data.source=" + csv(digits_with(args.out, args.digits, share=float(value), seed=seed)))
        elif change == "SWAP":
            overrides.append("train.optimizer={adam: {lr: 0.002}}" if OPTIMIZER[base] == "sgd" else
                             "train.optimizer={sgd: {lr: 0.05, momentum: 0.9}}")
        elif word == "RARE":
            overrides.append("data.source=" + csv(digits_with(args.out, args.digits, rare=True, seed=seed)))
        elif word == "CLASS":
            overrides.append("data.source=" + csv(digits_with(args.out, args.digits, merge=True, seed=seed)))
        elif word == "INIT":
            text = with_layers(text, init=value)
        elif word == "ACT":
            text = with_layers(text, act=value)
        elif word == "DROP":
            text = with_layers(text, drop=value)
        elif word == "NARROW":
            text = with_layers(text, narrow=True)
        else:
            overrides.append(change.replace("OPT", OPTIMIZER[base]))
    return text, overrides


def csv(path):
    return "{csv: {path: %s, label: label, shape: [8, 8]}}" % path


def train(args, text, overrides):
    """Trains; what was found and the best validation accuracy."""
    with tempfile.TemporaryDirectory(dir=args.out) as place:
        return train_in(place, args, text, overrides)


def train_in(place, args, text, overrides):
    folder, config = os.path.join(place, "run"), os.path.join(place, "case.yaml")
    with open(config, "w") as file:
        file.write(text)
    began = time.time()
    done = subprocess.run([args.cradle, "train", config, "--run", folder, "--threads", "1", *overrides], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("%s: %s" % (" ".join(overrides), done.stderr))
    result = {"findings": [], "accuracy": 0.0, "seconds": time.time() - began, "observing": 0.0}
    with open(os.path.join(folder, "events.jsonl")) as file:
        for line in file:
            event = json.loads(line)
            if event["event"] == "finding":
                result["findings"].append({key: event.get(key) for key in
                                           ("check", "severity", "causes", "remedy", "change", "more", "step", "epoch")})
            elif event["event"] == "epoch" and isinstance(event.get("validation_accuracy"), float):
                result["accuracy"] = max(result["accuracy"], event["validation_accuracy"])
                result["samples"] = sum(event.get("answers", {}).get("count", [0]))
            elif event["event"] == "end":
                result["observing"], result["steps"] = event.get("observing", 0.0), event["step"]
    return result


def alarms(result):
    return [f for f in result["findings"] if f["severity"] != "note"]


def names_it(finding, words):
    text = " ".join([finding["check"], *finding["causes"][:2], (finding["change"] or {}).get("path", "")])
    return any(word in text for word in words)


def half_of(case):
    return "quoted" if hashlib.sha256(case.encode()).digest()[0] % 2 else "tuned"


def suffers(result, twin):
    n = max(result.get("samples", 100), 1)
    noise = math.sqrt(2 * twin * (1 - twin) / n + 1e-4 / n)
    return result["accuracy"] < twin - max(0.03, 3 * noise)


class Zoo:
    def __init__(self, args):
        self.args, self.path, self.done, self.lock = args, os.path.join(args.out, "results.jsonl"), {}, threading.Lock()
        if os.path.exists(self.path):
            with open(self.path) as file:
                for line in file:
                    record = json.loads(line)
                    self.done[record["case"], record["seed"]] = record

    def run(self, kind, base, name, changes, words, seed):
        case = "%s: %s" % (base, name)
        if (case, seed) in self.done:
            return self.done[case, seed]
        text, overrides = prepare(self.args, base, changes, seed)
        record = {"case": case, "kind": kind, "fault": name, "base": base, "seed": seed, "half": half_of(case),
                  **train(self.args, text, overrides)}
        if kind == "fault":
            self.judge(record, text, overrides, words)
        with self.lock, open(self.path, "a") as file:
            file.write(json.dumps(record) + "\n")
            self.done[case, seed] = record
        return record

    def twin(self, record):
        return self.run("healthy", record["base"], "as it is", [], None, record["seed"])["accuracy"]

    def judge(self, record, text, overrides, words):
        twin = self.twin(record)
        record["twin"], record["suffered"] = twin, suffers(record, twin)
        told = alarms(record)
        record["cause"] = any(names_it(f, words) for f in told)
        record["recovered"] = None
        changes = next(([f["change"], *(f["more"] or [])] for f in told if f["change"]), None)
        if record["suffered"] and changes:
            again = train(self.args, text, overrides + ["%s=%s" % (c["path"], c["to"]) for c in changes])
            record["recovered"] = (again["accuracy"] - record["accuracy"]) / max(twin - record["accuracy"], 1e-9)


def share(hits, count):
    low, high = wilson(hits, count)
    return "%d of %d, %.0f %% (%.0f to %.0f)" % (hits, count, 100 * hits / max(count, 1), 100 * low, 100 * high)


def counts(faulty):
    """How many there are, were detected, with the right cause, with a remedy that helps."""
    return "%d | %d | %d | %d" % (len(faulty), sum(bool(alarms(r)) for r in faulty), sum(r["cause"] for r in faulty),
                                  sum((r["recovered"] or 0) >= 0.8 for r in faulty))


def report(records):
    lines = []
    for half in ("quoted", "tuned"):
        here = [r for r in records if r["half"] == half]
        if not here:
            continue
        meant = [r for r in here if r["kind"] == "healthy"]
        healthy = [r for r in meant if not r["suffered"]]
        faulty = [r for r in here if r["kind"] == "fault" and r["suffered"]]
        lines += ["", "## The %s half" % half, "", "| | |", "|---|---|",
                  "| healthy runs with a warning or fault | %s |" %
                  share(sum(bool(alarms(r)) for r in healthy), len(healthy)),
                  "| meant to be healthy, but worse than their twins: left out | %d, of which %d were told |" %
                  (len(meant) - len(healthy), sum(bool(alarms(r)) for r in meant if r["suffered"])),
                  "| faulty runs (by outcome) that were detected | %s |" %
                  share(sum(bool(alarms(r)) for r in faulty), len(faulty)),
                  "| with the right cause among the first two | %s |" % share(sum(r["cause"] for r in faulty), len(faulty)),
                  "| whose proposed change gave back 80 %% of the loss | %s |" %
                  share(sum((r["recovered"] or 0) >= 0.8 for r in faulty), len(faulty)),
                  "| share of a run's time that observation took, in the median | %.1f %% |" %
                  (100 * statistics.median(r["observing"] for r in here)), ""]
    lines += ["## By base", "", "| base | healthy runs | with a warning or fault | faulty runs | detected | right cause | remedy |",
              "|---|---|---|---|---|---|---|"]
    for base in BASES:
        good = [r for r in records if r["base"] == base and r["kind"] == "healthy" and not r["suffered"]]
        bad = [r for r in records if r["base"] == base and r["kind"] == "fault" and r["suffered"]]
        if good or bad:
            lines.append("| %s | %d | %d | %s |" % (base, len(good), sum(bool(alarms(r)) for r in good), counts(bad)))
    lines += ["", "## By fault", "", "| fault | runs | suffered | detected | right cause | remedy | epochs until told |",
              "|---|---|---|---|---|---|---|"]
    for fault in FAULTS:
        here = [r for r in records if r["kind"] == "fault" and r["fault"] == fault]
        bad = [r for r in here if r["suffered"]]
        first = sorted(alarms(r)[0]["epoch"] for r in bad if alarms(r))
        lines.append("| %s | %d | %s | %s |" %
                     (fault, len(here), counts(bad), first[len(first) // 2] if first else ""))
    return "\n".join(lines) + "\n"


NOTES = """
These figures are of the bases %s: %d runs, %s; `make zoo` makes them anew with all bases and seeds.
Two things flatter them: the checks on dropout, clipping and weight decay, and how far a rate is changed, were made after a
first run whose cases of both halves had been looked at. One does the opposite: wrong labels cannot be undone by a change of
the config, so their remedy counts as missed.
"""


def notes(records):
    seeds = ", ".join("%d of seed %d" % (sum(r["seed"] == s for r in records), s) for s in sorted({r["seed"] for r in records}))
    return NOTES % (", ".join(b for b in BASES if any(r["base"] == b for r in records)), len(records), seeds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cradle")
    parser.add_argument("--out", required=True, help="folder for results and runs")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--bases", default=",".join(BASES))
    parser.add_argument("--digits", default=os.path.join(HERE, "../../src/data/digits.csv"))
    parser.add_argument("--half", choices=["quoted", "tuned"], help="only the cases of this half")
    parser.add_argument("--jobs", type=int, default=2, help="trainings side by side, of one thread each")
    parser.add_argument("--page", help="writes the figures there")
    parser.add_argument("--done", action="store_true", help="trains nothing: the figures of what was run so far")
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    bases = args.bases.split(",")
    cases = [("healthy", base, name, changes, None) for name, (changes, fits) in
             ((n, v if isinstance(v, tuple) else (v, BASES)) for n, v in HEALTHY.items())
             for base in bases if base in fits]
    cases += [("fault", base, name, changes, words) for name, (changes, fits, words) in FAULTS.items()
              for base in fits if base in bases]
    cases = [case for case in cases if args.half in (None, half_of("%s: %s" % case[1:3]))]
    zoo, began, records = Zoo(args), time.time(), []
    jobs = [(case, seed) for seed in range(1, args.seeds + 1) for case in cases]
    if args.done:
        jobs = [(case, seed) for case, seed in jobs if ("%s: %s" % case[1:3], seed) in zoo.done]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        # Twins first: the others are compared with them.
        list(pool.map(lambda twin: zoo.run("healthy", twin[0], "as it is", [], None, twin[1]),
                      sorted({(case[1], seed) for case, seed in jobs})))
        for record in pool.map(lambda job: zoo.run(*job[0], job[1]), jobs):
            records.append(record)
            if record["kind"] == "healthy":
                record["suffered"] = suffers(record, zoo.twin(record))
            told = ", ".join(f["check"] for f in alarms(record)) or "silent"
            left = (time.time() - began) / len(records) * (len(jobs) - len(records))
            print("%d/%d  %s (seed %d): %.3f, %s; %.0f min left" %
                  (len(records), len(jobs), record["case"], record["seed"], record["accuracy"], told, left / 60), flush=True)
    text = report(records)
    print(text)
    if args.page:
        with open(args.page, "w") as file:
            file.write("# The fault zoo\n\n" + __doc__.split("\n\n", 1)[1] + notes(records) + text)


if __name__ == "__main__":
    main()
