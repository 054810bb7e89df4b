"""Times our metrics beside librosa, dtw-python and NumPy, on one pair of 4 s stereo sounds, in turn, and prints
the table of docs/benchmarks.md. Processor time of one thread each, the median over the runs: other programs on
the machine disturb it less than wall time. Needs `make bench`; the environment is that of make_fixtures.py.

    venv/bin/python speed.py [A.wav B.wav] [--runs 15] [--program ../../build/bench/bench_metrics]
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"  # read when NumPy is loaded

import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
import reference
import soundfile

HERE = pathlib.Path(__file__).parent
JOBS = ("mss-pair", "mss-render", "all-pair", "all-render", "mss-fftw", "all-fftw", "mss-batch-fft", "all-batch-fft")


def write_pair(folder):
    """Two plucks of three sawtooth partials over noise, by fixed seeds."""
    t = np.arange(4 * reference.RATE) / reference.RATE
    for name, hz, seed in (("a.wav", 110.0, 1), ("b.wav", 123.0, 2)):
        random = np.random.default_rng(seed)
        channels = [np.exp2(-t * 2) * sum(np.sin(2 * np.pi * k * hz * detune * t) / k for k in (1, 2, 3)) * 0.3
                    + 0.02 * random.standard_normal(t.size) for detune in (1, 1.003)]
        soundfile.write(folder / name, np.stack(channels, axis=1).astype(np.float32), reference.RATE, subtype="FLOAT")
    return folder / "a.wav", folder / "b.wav"


def reference_all(a, b):
    return reference.mss(a, b), reference.wmfcc(a, b), reference.sot(a, b), reference.rms(a, b)


def timed(function, *arguments):
    begin = time.process_time()
    values = function(*arguments)
    return time.process_time() - begin, values


def ask(program, job):
    program.stdin.write(job + "\n")
    program.stdin.flush()
    taken, *values = map(float, program.stdout.readline().split())
    return taken, values


def measure(program, a, b, runs):
    times = {name: [] for name in JOBS + ("mss-reference", "all-reference")}
    for run in range(runs + 1):  # the first one loads and compiles
        for job in JOBS:
            taken, values = ask(program, job)
            if run > 0:
                times[job].append(taken)
            if job == "all-render":
                ours = values
        for name, function in (("mss-reference", reference.mss), ("all-reference", reference_all)):
            taken, theirs = timed(function, a, b)
            if run > 0:
                times[name].append(taken)
    return times, ours, theirs


def print_tables(times, ours, theirs):
    def ratio(other, job):
        return statistics.median(t / own for t, own in zip(times[other], times[job]))

    def row(what, job):
        metric = job.split("-")[0]
        shares = [f"{1 / ratio(f'{metric}-{ffts}', job):.2f}" if job.endswith("render") else "" for ffts in ("fftw", "batch-fft")]
        print(f"| {what} | {1e3 * statistics.median(times[job]):.2f} ms "
              f"| {1e3 * statistics.median(times[metric + '-reference']):.1f} ms | {ratio(metric + '-reference', job):.1f} x "
              f"| {shares[0]} | {shares[1]} |")

    print("| metric | ours | librosa, dtw-python | faster by | against FFTW's bare FFTs | against our own bare FFTs |")
    print("| --- | --- | --- | --- | --- | --- |")
    row("MSS, pair", "mss-pair")
    row("MSS, render against a prepared target", "mss-render")
    row("all four, pair", "all-pair")
    row("all four, render against a prepared target", "all-render")
    print("\n| | MSS | wMFCC | SOT | RMS |\n| --- | --- | --- | --- | --- |")
    print("| ours |", " | ".join(f"{value:.6f}" for value in ours), "|")
    print("| librosa, dtw-python |", " | ".join(f"{value:.6f}" for value in theirs), "|")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("sounds", nargs="*", help="two sound files, stereo, 44.1 kHz; none: two that are made here")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--program", default=HERE / "../../build/bench/bench_metrics")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = options.sounds or write_pair(pathlib.Path(folder))
        a, b = (soundfile.read(file, dtype="float32")[0].T for file in files)
        program = subprocess.Popen([options.program, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print_tables(*measure(program, a, b, options.runs))
        program.stdin.close()
        program.wait()


if __name__ == "__main__":
    main()
