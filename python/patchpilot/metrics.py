"""The four metrics of the Surge XT inversion benchmark (arXiv 2506.07199) for pairs of sounds: MSS, wMFCC, SOT and RMS.

They compute what librosa 0.10 and dtw-python compute, faster. A sound is an array `(samples,)` or
`(channels, samples)` with one or two channels, at 44.1 kHz; one channel counts as two equal ones. All functions
release the GIL, and raise ValueError for other shapes, samples that are not finite, and, but for `wmfcc`, sounds of
different lengths.
"""

from __future__ import annotations

from typing import Dict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .lib import _metrics

__all__ = ["SAMPLE_RATE", "NAMES", "mss", "wmfcc", "sot", "rms", "distances", "log_mel", "Ruler"]

#: The rate of all sounds, in Hz.
SAMPLE_RATE = 44100

#: The names of the metrics. All are distances but `rms`, which is a similarity.
NAMES = ("mss", "wmfcc", "sot", "rms")


def mss(a: ArrayLike, b: ArrayLike) -> float:
    """Multi-scale spectral distance in dB, 0 for equal sounds: the mean absolute difference of log-mel spectrograms of
    10, 25 and 100 ms windows, each in dB below the loudest value of its own sound."""
    return _metrics.mss(a, b)


def wmfcc(a: ArrayLike, b: ArrayLike) -> float:
    """Distance of 20 mel-frequency cepstral coefficients by dynamic time warping, 0 for equal sounds: timbre, whatever
    its tempo. The sounds may differ in length."""
    return _metrics.wmfcc(a, b)


def sot(a: ArrayLike, b: ArrayLike) -> float:
    """Spectral optimal transport, 0 to 1, 0 for equal sounds: how far energy must move along the frequency axis, as a
    share of the axis, the mean over frames."""
    return _metrics.sot(a, b)


def rms(a: ArrayLike, b: ArrayLike) -> float:
    """Similarity of the RMS envelopes, 0 to 1, 1 for equal sounds, whatever their levels: the cosine of the angle
    between them. Two silences are equal (1); silence and a sound have nothing in common (0)."""
    return _metrics.rms(a, b)


def distances(a: ArrayLike, b: ArrayLike) -> Dict[str, float]:
    """All four by their names. Faster than one after the other, because they share spectra."""
    return _metrics.distances(a, b)


def log_mel(sound: ArrayLike, scale: int = 1) -> NDArray[np.float32]:
    """A log-mel spectrogram of MSS: float32, `(channels, bands, frames)`, in dB below the loudest value, at least -80.

    scale: 0 (windows of 10 ms, hops of 5 ms, 32 bands), 1 (25 ms, 10 ms, 64 bands) or 2 (100 ms, 50 ms, 128 bands).
    """
    return _metrics.log_mel(sound, scale)


class Ruler:
    """Measures many sounds against one target, whose features are computed once. Safe to use from several threads."""

    def __init__(self, target: ArrayLike) -> None:
        self._target = _metrics.PreparedTarget(target)

    def __call__(self, sound: ArrayLike) -> Dict[str, float]:
        """All four metrics of a sound of the target's length, by their names."""
        return self._target.measure(sound)

    def mss(self, sound: ArrayLike) -> float:
        """MSS alone, which is several times faster than all four."""
        return self._target.mss(sound)
