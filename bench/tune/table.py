#!/usr/bin/env python3
"""Makes the tables that bench/tune searches: every combination of the values of a file, trained over three folds.

    bench/tune/table.py [--build build] [--jobs 2] NAME...      (digits-dense, digits-optimizer, digits-conv)

Trains bench/tune/NAME.yaml by `cradle tune --sampler grid` in build/tables/NAME and writes bench/tune/NAME.csv: the values,
then the means over the folds of the best validation accuracy and of the smallest validation loss. Some 1500 cross-
validations in ten minutes on two cores. A search that was stopped goes on.
"""
import argparse
import csv
import json
import os
import sqlite3
import statistics
import subprocess

FOLDS = 3
MOST = 1000


def parameters(database):
    """The names of all dimensions in their order, and of each complete or failed trial: (number, failed, values)."""
    connection = sqlite3.connect(database)
    (space,), = connection.execute("SELECT value_json FROM study_system_attributes WHERE key = 'cradle:space'")
    trials = []
    for trial, number, state in connection.execute("SELECT trial_id, number, state FROM trials ORDER BY number"):
        values = {}
        for name, value, text in connection.execute(
                "SELECT param_name, param_value, distribution_json FROM trial_params WHERE trial_id = ?", (trial,)):
            distribution = json.loads(text)
            choices = distribution["attributes"].get("choices")
            values[name] = choices[int(value)] if choices else value
        trials.append((number, state == "FAIL", values))
    return list(json.loads(space)), trials


def score(run):
    """The best accuracy and the smallest loss of the validation part, of a run's epochs."""
    with open(os.path.join(run, "events.jsonl"), encoding="utf-8") as log:
        epochs = [event for event in map(json.loads, log) if event["event"] == "epoch"]
    return max(event["validation_accuracy"] for event in epochs), min(event["validation_loss"] for event in epochs)


def write(name, study):
    names, trials = parameters(os.path.join(study, "study.db"))
    rows = []
    for number, failed, values in trials:
        row = [values.get(name, "-") for name in names]
        if failed:
            rows.append(row + ["", ""])
            continue
        folds = [score(os.path.join(study, "trials", f"{number:04}", f"fold-{fold}")) for fold in range(FOLDS)]
        rows.append(row + [f"{statistics.mean(column):.5f}" for column in zip(*folds)])
    rows.sort(key=lambda row: [(isinstance(cell, str), cell) for cell in row[:len(names)]])
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".csv")
    with open(path + ".part", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([names + ["accuracy", "loss"]] + rows)
    os.replace(path + ".part", path)
    print(f"{path}: {len(rows)} trainings, {sum(failed for _, failed, _ in trials)} of them diverged")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="+", metavar="NAME")
    arguments = parser.parse_args()
    for name in arguments.names:
        file = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".yaml")
        study = os.path.join(arguments.build, "tables", name)
        subprocess.run([os.path.join(arguments.build, "cradle"), "tune", file, "--sampler", "grid", "--folds", str(FOLDS),
                        "--trials", str(MOST), "-j", str(arguments.jobs), "--study", study], check=True)
        write(name, study)


if __name__ == "__main__":
    main()
