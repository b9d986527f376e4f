#!/usr/bin/env python3
"""Searches the functions of bench/tune.c with Cradle's samplers and with Optuna's, and prints the mean regret.

    make bench                      # or: cmake --build build --target bench_tune
    apt-get install python3-optuna  # 3.1.0 on Debian 12
    bench/tune/compare.py [--seeds 20] [--trials 100] [--build build] [--only NAME,...]

One sampler after the other, function by function, with the seeds 1, 2, ...; a seed also moves the function's smallest
value. Cradle begins with the middle of every range, Optuna with its own draws.
"""
import argparse
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
    return [min(regret for trial, regret in found if trial <= mark) for mark in MARKS if mark <= trials]


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
    return marks([(trial.number + 1, trial.value) for trial in study.trials], trials)


def ranks(rows):
    """Of each row's means at a mark: 1 for the smallest, shared by ties."""
    return [sum(other < own for other in rows) + (sum(other == own for other in rows) + 1) / 2 for own in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--build", default="build")
    parser.add_argument("--only", default="", help="samplers, separated by commas")
    arguments = parser.parse_args()
    program = f"{arguments.build}/bench/tune"
    wanted = [name for name in arguments.only.split(",") if name]
    runs = {name: lambda function, seed, name=name: run_cradle(program, name, function, seed, arguments.trials)
            for name in CRADLE}
    if not wanted or any(name.startswith("optuna") for name in wanted):
        import optuna
        warnings.simplefilter("ignore")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        for name, make in optuna_samplers(optuna).items():
            runs[name] = lambda function, seed, make=make: run_optuna(optuna, program, make, function, seed,
                                                                      arguments.trials)
    if wanted:
        runs = {name: runs.get(name) or (lambda function, seed, name=name: run_cradle(
            program, name, function, seed, arguments.trials)) for name in wanted}
    functions = subprocess.run([program, "list"], check=True, capture_output=True, text=True).stdout.split()
    used = [mark for mark in MARKS if mark <= arguments.trials]
    places = {name: [[] for _ in used] for name in runs}
    for function in functions:
        print(f"\n{function:20}" + "".join(f"{mark:>12}" for mark in used))
        means = {}
        for name, run in runs.items():
            found = [run(function, seed) for seed in range(1, arguments.seeds + 1)]
            means[name] = [statistics.mean(row[i] for row in found) for i in range(len(used))]
            print(f"{name:20}" + "".join(f"{value:12.4g}" for value in means[name]), flush=True)
        for i in range(len(used)):
            for name, place in zip(means, ranks([means[name][i] for name in means])):
                places[name][i].append(place)
    print(f"\n{'average rank':20}" + "".join(f"{mark:>12}" for mark in used))
    for name in runs:
        print(f"{name:20}" + "".join(f"{statistics.mean(places[name][i]):12.2f}" for i in range(len(used))))


if __name__ == "__main__":
    main()
