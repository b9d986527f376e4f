"""The pages: what stands between <!-- table -->, <!-- verdict --> or <!-- times --> and <!-- end --> is written here,
from the kept outcomes; the rest by hand."""
import json
import re

from claims import CLAIMS, judge
from outcomes import Outcome, accuracy, collect, diverged, number, percent
from pictures import PICTURES, WATCHED

# Tables with the labels of one axis as columns.
ACROSS = {"03-activations": "times", "04-scaling": "lr", "06-initialisation": "activation", "07-batchnorm": "lr",
          "08-batch-size": "batch"}
ERRORS = ("08-batch-size",)  # told as errors, like its source
COSTS = ("01-classifiers", "02-linear-layers")  # where the time of a training belongs to the claim

# -------------------------------------------------------------------------------------------------------------- tables


def row(cells):
    return "| " + " | ".join(cells) + " |"


def markdown(head, rows):
    return "\n".join([row(head), "|" + "---|" * len(head)] + [row(r) for r in rows])


def mean(spread, error=False):
    value, deviation = percent(spread["mean"]), percent(spread["deviation"])
    return f"{100 - value if error else value:.1f} ± {deviation:.1f}"


def cell(group, error=False):
    if diverged(group):
        return "diverged"
    some = f", {group['diverged']} of {group['runs']} diverged" if group["diverged"] else ""
    return mean(group["last_accuracy"], error) + some


def down(outcome, costs):
    """A row a group, on both parts."""
    axes = list(outcome.groups[0]["at"])
    rows = []
    for group in outcome.groups:
        gap = percent(group["last_training_accuracy"]["mean"]) - accuracy(group)
        rows.append([f"`{group['at'][axis]}`" for axis in axes] + [
            cell(group), mean(group["last_training_accuracy"]), f"{round(gap, 1) + 0:.1f}"])
        if costs:
            rows[-1].append(f"{number(group['seconds']['mean']):.1f}")
    head = axes + ["validation accuracy, %", "training accuracy, %", "gap, points"]
    return markdown(head + (["seconds a run"] if costs else []), rows)


def across(outcome, axis, error):
    rows = {}
    for group in outcome.groups:
        place = tuple(f"`{label}`" for a, label in group["at"].items() if a != axis)
        rows.setdefault(place, []).append(cell(group, error))
    head = [a for a in outcome.groups[0]["at"] if a != axis] + [f"`{label}`" for label in outcome.labels(axis)]
    what = "validation error, %" if error else "validation accuracy, %"
    return f"{what}:\n\n" + markdown(head, [list(place) + cells for place, cells in rows.items()])


def by_rate(outcome):
    """A row an optimizer, with its best rate."""
    rows = []
    for name, rates in outcome.by_rate().items():
        best = max(rates, key=lambda rate: accuracy(rates[rate]))
        rest = [f"{rate}: {accuracy(group):.1f}" for rate, group in rates.items() if rate != best]
        rows.append([f"`{name}`", best, cell(rates[best]), ", ".join(rest)])
    return markdown(["optimizer", "its best rate", "validation accuracy, %", "at the other rates"], rows)


def table(name, outcome):
    if name == "11-optimizers":
        return by_rate(outcome)
    return across(outcome, ACROSS[name], name in ERRORS) if name in ACROSS else down(outcome, name in COSTS)


def duration(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def times(outcomes):
    rows = [[f"[{name}]({name}.md)", str(len(o.runs)), duration(o.seconds)] for name, o in outcomes.items()]
    total = ["**together**", str(sum(len(o.runs) for o in outcomes.values())),
             duration(sum(o.seconds for o in outcomes.values()))]
    return markdown(["experiment", "trainings", "minutes"], rows + [total])


# --------------------------------------------------------------------------------------------------------------- pages


def fill(file, text, parts):
    for mark, content in parts.items():
        pattern = re.compile(rf"<!-- {mark} -->.*?<!-- end -->", re.S)
        if len(pattern.findall(text)) != 1:
            raise SystemExit(f"{file}: expected <!-- {mark} --> ... <!-- end --> once")
        text = pattern.sub(lambda _: f"<!-- {mark} -->\n{content}\n<!-- end -->", text)
    return text


def load(pages, name):
    kept = pages / "results" / f"{name}.json"
    return Outcome(json.loads(kept.read_text())) if kept.exists() else None


def written(pages):
    """Each file that is written from the kept outcomes, with what must stand in it."""
    outcomes = {name: load(pages, name) for name in CLAIMS}
    files = {}
    for name, outcome in outcomes.items():
        page = pages / f"{name}.md"
        parts = {"table": "Not run yet: `make lecture`", "verdict": ""}
        if outcome:
            parts = {"table": table(name, outcome), "verdict": judge(name, outcome)}
            files[pages / f"{name}.svg"] = PICTURES[name](outcome)
        files[page] = fill(page, page.read_text(), parts)
    index = pages / "README.md"
    told = {name: outcome for name, outcome in outcomes.items() if outcome}
    files[index] = fill(index, index.read_text(), {"times": times(told)})
    return files


def publish(pages, name, folder, seconds):
    """Keeps the outcome and writes the pages anew."""
    (pages / "results").mkdir(exist_ok=True)
    kept = collect(folder, seconds, WATCHED.get(name))
    (pages / "results" / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n")
    for file, text in written(pages).items():
        file.write_text(text)


def check(pages):
    wrong = [file for file, text in written(pages).items() if not file.exists() or file.read_text() != text]
    for file in wrong:
        print(f"{file}: is not what the kept results say: scripts/lecture writes it")
    return 1 if wrong else 0
