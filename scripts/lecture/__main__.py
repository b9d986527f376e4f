#!/usr/bin/env python3
"""The lecture: trains the experiments of examples/lecture, draws their pictures and fills in the pages.

    python3 scripts/lecture build/cradle [NAME ...]    one or all, resumable; writes docs/lecture
    python3 scripts/lecture build/cradle --quick       a taste of each: few pictures, one epoch; pages in OUT/quick
    python3 scripts/lecture --check                    do the pages say what docs/lecture/results say?
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # the source folder stays as it is
import pages  # noqa: E402
from claims import CLAIMS  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
QUICK = ["data.limit=300", "train.epochs=1"]


def wait_for(process):
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the program has heard it too: it keeps its state and ends
            pass


def train(program, name, folder, quick):
    """The exit status, and the seconds that the experiment has taken in all, however often it was stopped."""
    file = ROOT / f"examples/lecture/{name}.yaml"
    command = [program, "train", str(file), "-j", "2", "--workers", "0", "--run", str(folder)]
    summary, clock = folder / "summary.json", folder / "seconds.txt"
    before = summary.read_bytes() if summary.exists() else None
    spent = float(clock.read_text()) if clock.exists() else 0
    begun = time.monotonic()
    code = wait_for(subprocess.Popen(command + (QUICK if quick else [])))
    if folder.exists() and (before is None or summary.read_bytes() != before):  # else there was nothing left to do
        spent += time.monotonic() - begun
        clock.write_text(f"{spent:.1f}\n")
    return code, spent


def choose_pages(options, out):
    """A quick lecture has pages of its own, for its numbers say nothing."""
    if options.pages or not options.quick:
        return options.pages or ROOT / "docs/lecture"
    copy = out / "pages"
    if not copy.exists():
        shutil.copytree(ROOT / "docs/lecture", copy)
    return copy


def shares(names, quick):
    """Of the whole time, by experiment: the seconds of the kept results, or where it is quick the number of runs."""
    outcomes = [pages.load(ROOT / "docs/lecture", name) for name in names]
    return [1 if not outcome else len(outcome.runs) if quick else outcome.seconds for outcome in outcomes]


def run(options, names):
    out = options.out / "quick" if options.quick else options.out
    out.mkdir(parents=True, exist_ok=True)
    written = choose_pages(options, out)
    share = shares(names, options.quick)
    begun = time.monotonic()
    for done, name in enumerate(names):
        rest = (time.monotonic() - begun) / (sum(share[:done]) or 1) * sum(share[done:])
        left = f", about {pages.duration(rest)} left" if done else ""
        print(f"--- {name}: {done + 1} of {len(names)}{left}", flush=True)
        code, seconds = train(options.program, name, out / name, options.quick)
        if code != 0:
            return code
        pages.publish(written, name, out / name, seconds)
    took = pages.duration(time.monotonic() - begun)
    print(f"--- {len(names)} of {len(names)} in {took} minutes; the pages lie in {written}")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="lecture", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("names", nargs="*", metavar="NAME", help="as 08-batch-size; default: all")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/lecture", help="where the runs lie")
    parser.add_argument("--pages", type=pathlib.Path, help="another folder of pages than docs/lecture")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_intermixed_args()
    if options.check:
        return pages.check(options.pages or ROOT / "docs/lecture")
    if not options.program:
        parser.error("the program is missing, as in build/cradle")
    unknown = [name for name in options.names if name not in CLAIMS]
    if unknown:
        parser.error(f"{unknown[0]}: there is no such experiment; there are {', '.join(CLAIMS)}")
    return run(options, options.names or list(CLAIMS))


if __name__ == "__main__":
    sys.exit(main())
