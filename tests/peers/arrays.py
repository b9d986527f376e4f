#!/usr/bin/python3
"""Arrays and tables that NumPy writes, read by Cradle: mean, deviation and range of every column must agree.

    arrays.py [--check]     77 where NumPy or the program (build/cradle, or CRADLE) is missing
"""
import os
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError:
    print("SKIP: NumPy is missing (Debian: python3-numpy)")
    sys.exit(77)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("CRADLE", os.path.join(ROOT, "build", "cradle"))
TYPES = "?", "<i1", "<u2", ">u2", "<i4", ">i4", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"
COLUMNS, ROWS = 5, 40


def told(source):
    """The numbers of each column that `cradle data info` tells."""
    lines = subprocess.run([PROGRAM, "data", "info", source], capture_output=True, text=True, check=True).stdout
    rows = lines.split("column ")[1].splitlines()[1:COLUMNS + 1]
    return [[float(word) for word in row.split()[1:]] for row in rows]


def compare(name, source, x):
    x = x.astype("f4").astype("f8")
    right = [[f(x[:, c]) for f in (numpy.mean, numpy.std, numpy.min, numpy.max)] for c in range(COLUMNS)]
    if numpy.allclose(told(source), right, rtol=2e-5, atol=1e-5):
        return 0
    print(f"{name}: Cradle tells {told(source)}, NumPy {right}")
    return 1


def main():
    if not os.path.exists(PROGRAM):
        print(f"SKIP: there is no program at {PROGRAM}")
        return 77
    random, faults = numpy.random.default_rng(1), 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        y = numpy.arange(ROWS) % 3
        for dtype in TYPES:
            for order in "CF":
                x = numpy.array(random.normal(50, 20, (ROWS, COLUMNS)).clip(0, 100), dtype=dtype, order=order)
                numpy.save("x.npy", x)
                numpy.save("y.npy", y)
                numpy.savez("stored.npz", x_train=x, y_train=y)
                numpy.savez_compressed("deflated.npz", x, y)
                numpy.savetxt("x.csv", numpy.column_stack([x.astype("f8"), y]), delimiter=",", fmt="%.10g")
                for source in ("{npy: {x: x.npy, y: y.npy}}", "{npz: stored.npz}", "{npz: deflated.npz}",
                               "{csv: x.csv}"):
                    faults += compare(f"{dtype} {order} {source}", source, x)
    print("arrays:", "as NumPy wrote them" if faults == 0 else f"{faults} differ")
    return faults > 0


sys.exit(main())
