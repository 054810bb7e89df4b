"""Times the Python package's metrics beside librosa, dtw-python and NumPy on one pair of 4 s stereo sounds, in turn, and
prints a table. Processor time of one thread each, the median over the runs. The environment is
that of make_fixtures.py, with the package beside it (`make python`):

    PYTHONPATH=../../build/python venv/bin/python python_speed.py [--runs 15]
"""
import argparse
import pathlib
import statistics
import tempfile
import time

import speed  # first, as it keeps NumPy to one thread
import numpy as np
import reference
import soundfile
from patchpilot import metrics


def timed(function, *arguments):
    begin = time.process_time()
    function(*arguments)
    return time.process_time() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        a, b = (soundfile.read(file, dtype="float32")[0].T.copy() for file in speed.write_pair(pathlib.Path(folder)))
    ruler = metrics.Ruler(b)
    pairs = {
        "mss(a, b)": (lambda: metrics.mss(a, b), lambda: reference.mss(a, b)),
        "wmfcc(a, b)": (lambda: metrics.wmfcc(a, b), lambda: reference.wmfcc(a, b)),
        "sot(a, b)": (lambda: metrics.sot(a, b), lambda: reference.sot(a, b)),
        "rms(a, b)": (lambda: metrics.rms(a, b), lambda: reference.rms(a, b)),
        "distances(a, b)": (lambda: metrics.distances(a, b), lambda: speed.reference_all(a, b)),
        "Ruler(b)(a)": (lambda: ruler(a), lambda: speed.reference_all(a, b)),
    }
    print("| | patchpilot.metrics | librosa, dtw-python | faster by |\n| --- | --- | --- | --- |")
    for name, (ours, theirs) in pairs.items():
        times = [(timed(ours), timed(theirs)) for _ in range(options.runs + 1)][1:]  # the first one loads and compiles
        own, other = (statistics.median(one) for one in zip(*times))
        ratio = statistics.median(their / our for our, their in times)
        print(f"| `{name}` | {1e3 * own:.2f} ms | {1e3 * other:.1f} ms | {ratio:.1f} x |")


if __name__ == "__main__":
    main()
