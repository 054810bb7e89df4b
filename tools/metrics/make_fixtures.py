"""Writes tests/features/fixtures/mss.json and metrics.json: what librosa 0.10, dtw-python and NumPy make of a
few sounds.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make_fixtures.py ../../tests/features/fixtures

The sounds are formulas that tests/features/fixture_sounds.h computes again, so the files hold numbers only.
"""
import importlib.metadata
import json
import math
import pathlib
import sys

import dtw
import librosa
import numpy as np
import reference
from reference import RATE, SCALES


def channel(frames, hz=0.0, amplitude=0.0, half_life_s=1.0, noise=0.0, seed=0, end=None, begin=0):
    """A decaying sine plus noise of a linear congruential generator, in double, rounded to float32; zeros from
    frame `end` on; all of it `begin` frames later, after zeros, and cut at `frames`."""
    t = np.arange(frames) / RATE
    tone = amplitude * np.exp2(-t / half_life_s) * np.sin(2 * np.pi * hz * t)
    states = np.empty(frames)
    state = seed
    for i in range(frames):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        states[i] = state / 4294967296.0 - 0.5
    result = (tone + noise * states).astype(np.float32)
    result[len(result) if end is None else end:] = 0
    return np.concatenate([np.zeros(begin, np.float32), result])[:frames]


SOUNDS = {
    "tone": (44100, {"hz": 440.0, "amplitude": 0.5, "half_life_s": 0.2}, {"hz": 441.5, "amplitude": 0.4, "half_life_s": 0.3}),
    "noisy": (44100, {"hz": 220.0, "amplitude": 0.3, "half_life_s": 9.0, "noise": 0.1, "seed": 1}, {"noise": 0.2, "seed": 2}),
    "bright": (44100, {"hz": 5000.0, "amplitude": 0.9, "half_life_s": 0.05, "noise": 0.001, "seed": 3},
               {"hz": 5000.0, "amplitude": 0.9, "half_life_s": 0.05, "noise": 0.001, "seed": 3}),
    "left only": (44100, {"hz": 330.0, "amplitude": 0.7, "half_life_s": 0.5}, {}),
    "faint": (44100, {"hz": 440.0, "amplitude": 2e-6, "half_life_s": 5.0}, {"noise": 1e-6, "seed": 4}),
    "quiet": (44100, {"hz": 440.0, "amplitude": 3e-4, "half_life_s": 1.0}, {"noise": 2e-4, "seed": 5}),
    "silence": (44100, {}, {}),
    "short a": (300, {"hz": 1000.0, "amplitude": 0.5, "half_life_s": 1.0}, {"noise": 0.5, "seed": 6}),
    "short b": (300, {"noise": 0.5, "seed": 7}, {"hz": 3000.0, "amplitude": 0.5, "half_life_s": 1.0}),
    "one sample": (1, {"noise": 1.0, "seed": 8}, {"noise": 1.0, "seed": 9}),
    "one silent sample": (1, {}, {}),
    "long a": (176400, {"hz": 110.0, "amplitude": 0.6, "half_life_s": 0.7, "noise": 0.01, "seed": 10},
               {"hz": 111.0, "amplitude": 0.6, "half_life_s": 0.7, "noise": 0.02, "seed": 11}),
    "long b": (176400, {"hz": 123.0, "amplitude": 0.2, "half_life_s": 3.0, "noise": 0.003, "seed": 12},
               {"hz": 700.0, "amplitude": 0.6, "half_life_s": 0.4, "noise": 0.0, "seed": 13}),
}
MSS_PAIRS = [("tone", "noisy"), ("tone", "bright"), ("noisy", "bright"), ("tone", "left only"), ("faint", "tone"),
             ("faint", "quiet"), ("quiet", "noisy"), ("silence", "tone"), ("silence", "silence"), ("silence", "faint"),
             ("short a", "short b"), ("one sample", "one silent sample"), ("one sample", "one sample"),
             ("long a", "long b")]

# What averaging the channels cancels out, what ends before the file does, and what fades below all floors.
MORE_SOUNDS = SOUNDS | {
    "opposed": (44100, {"hz": 440.0, "amplitude": 0.5, "noise": 0.05, "seed": 14},
                {"hz": 440.0, "amplitude": -0.5, "noise": -0.05, "seed": 14}),
    "nearly opposed": (44100, {"hz": 440.0, "amplitude": 0.5, "noise": 0.05, "seed": 14},
                       {"hz": 440.0, "amplitude": -0.4999, "noise": -0.05, "seed": 14}),
    "ends": (44100, {"hz": 300.0, "amplitude": 0.9, "noise": 0.02, "seed": 15, "end": 20000},
             {"hz": 301.0, "amplitude": 0.9, "noise": 0.02, "seed": 16, "end": 30000}),
    "fades": (44100, {"hz": 700.0, "amplitude": 0.9, "half_life_s": 0.02}, {"hz": 500.0, "amplitude": 0.5, "half_life_s": 0.03}),
    "late a": (176400, {"hz": 220.0, "amplitude": 0.4, "half_life_s": 0.5, "begin": 60000},
               {"hz": 221.0, "amplitude": 0.4, "half_life_s": 0.5, "noise": 0.01, "seed": 22, "begin": 60000}),
    "late b": (176400, {"hz": 330.0, "amplitude": 0.5, "half_life_s": 0.3, "end": 40000, "begin": 61000},
               {"hz": 331.0, "amplitude": 0.5, "half_life_s": 0.3, "noise": 0.01, "seed": 23, "end": 40000, "begin": 61000}),
    "very late": (176400, {"hz": 440.0, "amplitude": 0.5, "begin": 170000}, {"noise": 0.3, "seed": 24, "begin": 170000}),
    "441 samples": (441, {"noise": 0.3, "seed": 17}, {"hz": 2000.0, "amplitude": 0.5}),
    "442 samples a": (442, {"noise": 0.3, "seed": 18}, {"hz": 2000.0, "amplitude": 0.5}),
    "442 samples b": (442, {"hz": 700.0, "amplitude": 0.5}, {"noise": 0.1, "seed": 19}),
    "another sample": (1, {"noise": 0.6, "seed": 20}, {"noise": 0.9, "seed": 21}),
}
METRIC_PAIRS = MSS_PAIRS + [
    ("tone", "opposed"), ("opposed", "nearly opposed"), ("nearly opposed", "noisy"), ("ends", "tone"), ("ends", "silence"),
    ("fades", "ends"), ("fades", "bright"), ("442 samples a", "442 samples b"), ("one sample", "another sample"),
    ("silence", "opposed"), ("late a", "late b"), ("late a", "long a"), ("late b", "very late"), ("very late", "long b"),
    ("late a", "late a")]
WARPED_PAIRS = [("tone", "long a"), ("long b", "ends"), ("tone", "442 samples b")]


def stereo(frames, left, right):
    return np.stack([channel(frames, **left), channel(frames, **right)])


def mss_of(a, b):
    return float(np.mean([np.mean(np.abs(p.astype(np.float64) - q)) for p, q in zip(a, b)]))


def some_points(name, tables):
    """A few values of each scale, spread over channels, bands and frames."""
    for scale, table in enumerate(tables):
        channels, bands, frames = table.shape
        for i in range(8):
            where = (i % channels, (i * 37 + 5) % bands, (i * i * 13) % frames)
            yield {"sound": name, "scale": scale, "channel": where[0], "band": where[1], "frame": where[2],
                   "db": float(table[where])}


def filter_rows():
    for window, _, mels in SCALES:
        weights = librosa.filters.mel(sr=RATE, n_fft=window, n_mels=mels)
        for band in (0, 1, mels // 2, mels - 1):
            row = weights[band].astype(np.float64)
            yield {"window": window, "mels": mels, "band": band, "sum": float(row.sum()), "peak_bin": int(row.argmax()),
                   "peak": float(row.max()), "nonzero": int(np.count_nonzero(row))}


def formulas(sounds):
    return {name: {"frames": frames, "left": left, "right": right} for name, (frames, left, right) in sounds.items()}


def mss_fixture():
    tables = {name: reference.mel_spectra(stereo(*sound)) for name, sound in SOUNDS.items()}
    return {
        "made_by": f"tools/metrics/make_fixtures.py, librosa {librosa.__version__}, numpy {np.__version__}",
        "sounds": formulas(SOUNDS),
        "mss": [{"a": a, "b": b, "value": mss_of(tables[a], tables[b])} for a, b in MSS_PAIRS],
        "points": [point for name in SOUNDS for point in some_points(name, tables[name])],
        "filters": list(filter_rows()),
    }


def published_wmfcc(a, b):
    """As the published code calls dtw-python, with a function for the distance of two frames."""
    return float(dtw.dtw(reference.mfcc(a).T, reference.mfcc(b).T, dist_method=lambda p, q: np.mean(np.abs(p - q)),
                         distance_only=True).normalizedDistance)


def metrics_of(name_a, name_b, sounds):
    a, b = sounds[name_a], sounds[name_b]
    similarity = reference.rms(a, b)
    return {"a": name_a, "b": name_b, "mss": reference.mss(a, b), "wmfcc": published_wmfcc(a, b), "sot": reference.sot(a, b),
            "rms": None if math.isnan(similarity) else similarity}


def some_mfccs(name, sound):
    table = reference.mfcc(sound)
    for i in range(6):
        where = ((i * 7) % 40, (i * i * 17) % table.shape[1])
        yield {"sound": name, "channel": where[0] // 20, "coefficient": where[0] % 20, "frame": where[1],
               "value": float(table[where])}


def metrics_fixture():
    sounds = {name: stereo(*sound) for name, sound in MORE_SOUNDS.items()}
    return {
        "made_by": f"tools/metrics/make_fixtures.py, librosa {librosa.__version__}, numpy {np.__version__}, "
                   f"dtw-python {importlib.metadata.version('dtw-python')}",
        "sounds": formulas(MORE_SOUNDS),
        "pairs": [metrics_of(a, b, sounds) for a, b in METRIC_PAIRS],
        "unequal_lengths": [{"a": a, "b": b, "wmfcc": published_wmfcc(sounds[a], sounds[b])} for a, b in WARPED_PAIRS],
        "mfcc": [point for name, sound in sounds.items() for point in some_mfccs(name, sound)],
    }


def write(path, fixture):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(fixture, file, indent=1, allow_nan=False)
        file.write("\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    write(folder / "mss.json", mss_fixture())
    write(folder / "metrics.json", metrics_fixture())


if __name__ == "__main__":
    main()
