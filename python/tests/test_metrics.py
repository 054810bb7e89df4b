"""The metrics against the values of librosa 0.10 and dtw-python (tests/features/fixtures)."""

import json
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest

from conftest import tone

FIXTURES = pathlib.Path(__file__).parents[2] / "tests" / "features" / "fixtures"


def channel(frames, formula):
    """As tools/metrics/make_fixtures.py makes it."""
    state = formula.get("seed", 0)
    begin = formula.get("begin", 0)
    count = min(frames - begin, formula.get("end", frames))
    states = np.empty(count)
    for i in range(count if formula.get("noise", 0) else 0):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        states[i] = state / 4294967296.0 - 0.5
    if not formula.get("noise", 0):
        states[:] = 0
    t = np.arange(count) / 44100
    sound = formula.get("amplitude", 0.0) * np.exp2(-t / formula.get("half_life_s", 1.0)) * np.sin(
        2 * np.pi * formula.get("hz", 0.0) * t)
    result = np.zeros(frames, np.float32)
    result[begin:begin + count] = sound + formula.get("noise", 0.0) * states
    return result


@pytest.fixture(scope="module")
def fixture():
    return json.loads((FIXTURES / "metrics.json").read_text())


@pytest.fixture(scope="module")
def sounds(fixture):
    made = {}

    def sound(name):
        if name not in made:
            formula = fixture["sounds"][name]
            made[name] = np.stack([channel(formula["frames"], formula[side]) for side in ("left", "right")])
        return made[name]

    return sound


def test_pairs_are_as_librosa_and_dtw_have_them(pp, fixture, sounds):
    for pair in fixture["pairs"]:
        a, b = sounds(pair["a"]), sounds(pair["b"])
        ours = pp.distances(a, b)
        for name in pp.metrics.NAMES:
            if pair[name] is None:
                continue
            assert ours[name] == pytest.approx(pair[name], rel=2e-4, abs=2e-4), (pair["a"], pair["b"], name)
            assert getattr(pp.metrics, name)(a, b) == pytest.approx(ours[name], rel=1e-6, abs=1e-6)


def test_wmfcc_takes_sounds_of_two_lengths(pp, fixture, sounds):
    for pair in fixture["unequal_lengths"]:
        assert pp.wmfcc(sounds(pair["a"]), sounds(pair["b"])) == pytest.approx(pair["wmfcc"], rel=2e-4, abs=2e-4)


def test_equal_sounds_are_perfect(pp):
    a = tone(440)
    assert pp.distances(a, a) == {"mss": 0, "wmfcc": 0, "sot": 0, "rms": pytest.approx(1)}


def test_one_channel_is_two_equal_ones(pp):
    a, b = tone(440), tone(450)
    assert pp.distances(a, b) == pp.distances(np.stack([a, a]), np.stack([b, b]))


def test_a_ruler_measures_as_the_functions_do(pp):
    target, sounds = tone(440), [tone(hz) for hz in (220, 445, 880)]
    ruler = pp.Ruler(target)
    for sound in sounds:
        assert ruler(sound) == pp.distances(sound, target)
        assert ruler.mss(sound) == pp.mss(sound, target)


def test_log_mel_has_channels_bands_and_frames(pp):
    shapes = [pp.metrics.log_mel(np.stack([tone(440)] * 2), scale).shape for scale in (0, 1, 2)]
    assert [shape[:2] for shape in shapes] == [(2, 32), (2, 64), (2, 128)]
    mel = pp.metrics.log_mel(tone(440))
    assert mel.dtype == np.float32 and mel.max() == 0 and mel.min() >= -80


@pytest.mark.parametrize("bad, message", [
    (np.zeros((3, 100)), "one or two channels"),
    (np.zeros((2, 0)), "no samples"),
    (np.array([0.0, np.nan, 0.0]), "sample 1 of the sound is not finite"),
    (np.zeros(100), "22050 and 100 samples"),
])
def test_bad_sounds_are_told(pp, bad, message):
    with pytest.raises(ValueError, match=message):
        pp.mss(tone(440), bad)


def test_other_dtypes_and_layouts_are_converted(pp):
    a, b = np.stack([tone(440), tone(660)]), np.stack([tone(450), tone(650)])
    assert pp.mss(a.astype(np.float64), b.T.copy().T) == pp.mss(a, b)


def test_threads_measure_at_a_time_and_agree(pp):
    a, b = tone(440), tone(450)
    expected = pp.distances(a, b)
    results = [None] * 4
    threads = [threading.Thread(target=lambda i=i: results.__setitem__(i, pp.distances(a, b))) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_metrics_need_none_of_the_rest(pp):
    """Neither the large module nor a worker is loaded for them."""
    folder = pathlib.Path(pp.__file__).parent / "lib"
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import _metrics; print(_metrics.mss([0.5] * 99, [0.5] * 99))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == 0
