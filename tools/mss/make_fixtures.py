"""Writes tests/features/fixtures/mss.json: what librosa 0.10 makes of a few sounds.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make_fixtures.py ../../tests/features/fixtures/mss.json

The sounds are formulas that tests/features/mss_test.cpp computes again, so the file holds numbers only.
"""
import json
import sys

import librosa
import numpy as np

RATE = 44100
SCALES = [(441, 220, 32), (1102, 441, 64), (4410, 2205, 128)]  # window, hop, mels


def channel(frames, hz=0.0, amplitude=0.0, half_life_s=1.0, noise=0.0, seed=0):
    """A decaying sine plus noise of a linear congruential generator, in double, rounded to float32."""
    t = np.arange(frames) / RATE
    tone = amplitude * np.exp2(-t / half_life_s) * np.sin(2 * np.pi * hz * t)
    states = np.empty(frames)
    state = seed
    for i in range(frames):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        states[i] = state / 4294967296.0 - 0.5
    return (tone + noise * states).astype(np.float32)


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
PAIRS = [("tone", "noisy"), ("tone", "bright"), ("noisy", "bright"), ("tone", "left only"), ("faint", "tone"),
         ("faint", "quiet"), ("quiet", "noisy"), ("silence", "tone"), ("silence", "silence"), ("silence", "faint"),
         ("short a", "short b"), ("one sample", "one silent sample"), ("one sample", "one sample"),
         ("long a", "long b")]


def spectra(sound):
    return [librosa.power_to_db(librosa.feature.melspectrogram(y=sound, sr=RATE, n_fft=window, hop_length=hop,
                                                               n_mels=mels, pad_mode="constant"), ref=np.max)
            for window, hop, mels in SCALES]


def mss(a, b):
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


def main():
    tables = {name: spectra(np.stack([channel(frames, **left), channel(frames, **right)]))
              for name, (frames, left, right) in SOUNDS.items()}
    fixture = {
        "made_by": f"tools/mss/make_fixtures.py, librosa {librosa.__version__}, numpy {np.__version__}",
        "sounds": {name: {"frames": frames, "left": left, "right": right} for name, (frames, left, right) in SOUNDS.items()},
        "mss": [{"a": a, "b": b, "value": mss(tables[a], tables[b])} for a, b in PAIRS],
        "points": [point for name in SOUNDS for point in some_points(name, tables[name])],
        "filters": list(filter_rows()),
    }
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(fixture, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
