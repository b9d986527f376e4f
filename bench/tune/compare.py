#!/usr/bin/env python3
"""Searches the functions and tables of bench/tune with Cradle's samplers and with Optuna's, and prints the mean regret.

    make bench                      # or: cmake --build build --target bench_tune
    apt-get install python3-optuna  # 3.1.0 on Debian 12
    bench/tune/compare.py [--seeds 20] [--trials 100] [--build build] [--only SAMPLER,...] [--functions NAME,...]

One sampler after the other, function by function, with the seeds 1, 2, ...; a seed also moves the function's smallest
value, and where a range of a table begins. Cradle begins there or in the middle of every range, Optuna with its own
draws. At the end: average ranks by mean regret, and over all pairs of searches of the same function and seed how often
`auto` was the better one, with the sign test's p. What was searched is kept in build/tune-compare.json, and not
searched again.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import warnings

MARKS = (10, 20, 50, 100)
CRADLE = ("auto", "random", "sobol", "tpe")


def optuna_samplers(optuna):
    return {
        "optuna random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
        "optuna tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
        "optuna multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
        "optuna cma-es": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    }


def marks(found, trials):
    """The best regret at each mark, from (trial, regret) in order."""
    return [min((regret for trial, regret in found if trial <= mark), default=math.inf)
            for mark in MARKS if mark <= trials]


def run_cradle(program, sampler, function, seed, trials):
    output = subprocess.run([program, "run", sampler, function, str(seed), str(trials)],
                            check=True, capture_output=True, text=True).stdout.split("\n")
    return marks([(int(a), float(b)) for a, b in (line.split() for line in output if line and line[0] != "m")], trials)


def suggest(trial, dimensions):
    values = []
    for i, (kind, *rest) in enumerate(dimensions):
        parent, branch = int(rest[-2]), int(rest[-1])
        name = f"x{i}"
        if parent >= 0 and values[parent] != branch:
            values.append(float("nan"))
        elif kind == "choice":
            values.append(trial.suggest_categorical(name, list(range(int(rest[0])))))
        elif kind.endswith("int"):
            values.append(trial.suggest_int(name, int(float(rest[0])), int(float(rest[1])), log=kind == "logint"))
        else:
            values.append(trial.suggest_float(name, float(rest[0]), float(rest[1]), log=kind == "logfloat"))
    return values


def run_optuna(optuna, program, make, function, seed, trials):
    space = subprocess.run([program, "space", function], check=True, capture_output=True, text=True).stdout
    dimensions = [line.split() for line in space.strip().split("\n")]
    server = subprocess.Popen([program, "serve", function, str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, bufsize=1)

    def objective(trial):
        server.stdin.write(" ".join(repr(float(value)) for value in suggest(trial, dimensions)) + "\n")
        return float(server.stdout.readline())

    study = optuna.create_study(sampler=make(seed))
    study.optimize(objective, n_trials=trials)
    server.stdin.close()
    server.wait()
    return marks([(trial.number + 1, trial.value) for trial in study.trials if trial.value is not None], trials)


def ranks(rows):
    """Of each row's means at a mark: 1 for the smallest, shared by ties."""
    return [sum(other < own for other in rows) + (sum(other == own for other in rows) + 1) / 2 for own in rows]


def sign_test(better, worse):
    """The chance of a split at least as uneven if each side were as likely (two-sided, exact)."""
    count, most = better + worse, max(better, worse)
    tail = sum(math.comb(count, k) for k in range(most, count + 1))
    return min(1, 2 * tail / 2 ** count) if count else 1


def kept(path, run, key, cache):
    if key not in cache:
        cache[key] = run()
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps([key, cache[key]]) + "\n")
    return cache[key]


def read_cache(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return dict(map(json.loads, file))


def runners(arguments, program):
    """What searches with a sampler: of (function, seed) to the regrets at the marks."""
    wanted = [name for name in arguments.only.split(",") if name]
    runs = {name: lambda function, seed, name=name: run_cradle(program, name, function, seed, arguments.trials)
            for name in wanted or CRADLE if not name.startswith("optuna")}
    if wanted and not any(name.startswith("optuna") for name in wanted):
        return runs
    import optuna
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for name, make in optuna_samplers(optuna).items():
        if not wanted or name in wanted:
            runs[name] = lambda function, seed, make=make: run_optuna(optuna, program, make, function, seed,
                                                                      arguments.trials)
    return runs


def tell_ranks(title, functions, runs, means, used):
    places = {name: [[] for _ in used] for name in runs}
    for function in functions:
        for i in range(len(used)):
            for name, place in zip(runs, ranks([means[function][name][i] for name in runs])):
                places[name][i].append(place)
    print(f"\n{title:24}" + "".join(f"{mark:>12}" for mark in used))
    for name in runs:
        print(f"{name:24}" + "".join(f"{statistics.mean(places[name][i]):12.2f}" for i in range(len(used))))


def tell_pairs(results, functions, runs, used, seeds):
    """How often auto's regret was smaller and larger than another's, and the chance of that."""
    print(f"\n{'auto against':24}" + "".join(f"{mark:>22}" for mark in used))
    for name in runs:
        if name == "auto":
            continue
        line = f"{name:24}"
        for i in range(len(used)):
            pairs = [(results["auto"][f, s][i], results[name][f, s][i]) for f in functions for s in seeds]
            better, worse = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
            line += f"{better:>8} : {worse:<3} p {sign_test(better, worse):<6.1g}"
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--build", default="build")
    parser.add_argument("--only", default="", help="samplers, separated by commas")
    parser.add_argument("--functions", default="", help="functions and tables, separated by commas")
    arguments = parser.parse_args()
    program, path = f"{arguments.build}/bench/tune", f"{arguments.build}/tune-compare.json"
    runs = runners(arguments, program)
    functions = [name for name in arguments.functions.split(",") if name] or subprocess.run(
        [program, "list"], check=True, capture_output=True, text=True).stdout.split()
    used = [mark for mark in MARKS if mark <= arguments.trials]
    seeds = range(1, arguments.seeds + 1)
    cache, means, results = read_cache(path), {}, {name: {} for name in runs}
    for function in functions:
        print(f"\n{function:24}" + "".join(f"{mark:>12}" for mark in used))
        means[function] = {}
        for name, run in runs.items():
            for seed in seeds:
                results[name][function, seed] = kept(path, lambda f=function, s=seed, r=run: r(f, s),
                                                     f"{name} {function} {seed} {arguments.trials}", cache)
            means[function][name] = [statistics.mean(results[name][function, seed][i] for seed in seeds)
                                     for i in range(len(used))]
            print(f"{name:24}" + "".join(f"{value:12.4g}" for value in means[function][name]), flush=True)
    tables = [function for function in functions if function.startswith("digits")]
    groups = {"average rank": functions}
    if 0 < len(tables) < len(functions):
        groups = {"rank among functions": [f for f in functions if f not in tables], "rank among trainings": tables,
                  "average rank": functions}
    for title, group in groups.items():
        tell_ranks(title, group, runs, means, used)
    if "auto" in runs:
        tell_pairs(results, functions, runs, used, seeds)


if __name__ == "__main__":
    main()
