"""Methods of Python's in the tables of `eval`."""

import csv
import io

import numpy as np
import pytest

from conftest import InterruptOnce


@pytest.fixture()
def targets(pp, jx10, tmp_path):
    folder = tmp_path / "targets"
    assert pp.make_targets(jx10, folder, count=2, seconds=0.5, lengths=(0.2, 0.4)) == 2
    return folder


def test_targets_say_how_they_were_made(pp, jx10, targets, tmp_path):
    entries = pp.read_targets(targets)
    assert len(entries) == 2
    for entry in entries:
        note = entry["note"]
        assert 48 <= note.midi <= 72 and 0.2 <= note.length <= 0.4 and entry["onset"] == 0
        patch = [entry["parameters"][key] for key in jx10.space.keys]
        sound = pp.read_sound(entry["file"])
        assert np.abs(jx10.render(patch, note, seconds=0.5) - sound).max() < 1e-3
    with pytest.raises(pp.InputError):
        pp.read_targets(tmp_path)


def test_targets_are_made_of_presets(pp, jx10, tmp_path):
    presets = tmp_path / "presets"
    presets.mkdir()
    for seed in (3, 5):
        jx10.save_preset(jx10.space.draw(seed=seed), presets / f"{seed}.lv2")
    told = []
    made = pp.make_targets(jx10, tmp_path / "targets", presets=presets, seconds=0.5,
                           on_progress=lambda done, count: told.append(done))
    assert made == len(pp.read_targets(tmp_path / "targets")) == len(told)
    assert all(entry["preset"] for entry in pp.read_targets(tmp_path / "targets"))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(pp.InputError, match="no presets"):
        pp.make_targets(jx10, tmp_path / "none", presets=empty)
    with pytest.raises(pp.UsageError, match="least and the greatest"):
        pp.make_targets(jx10, tmp_path / "none", notes=(72, 48))
    assert not (tmp_path / "none").exists()


def test_ctrl_c_while_targets_are_made_leaves_nothing(pp, jx10, tmp_path):
    interrupt = InterruptOnce(2)
    with pytest.raises(KeyboardInterrupt):
        pp.make_targets(jx10, tmp_path / "targets", count=100_000, seconds=0.5,
                        on_progress=lambda done, count: interrupt(done))
    assert not (tmp_path / "targets").exists()


def test_a_registered_method_stands_in_the_table(pp, targets, small_library, tmp_path):
    made = []

    def make(context):
        made.append(context.seed)
        space = context.engines[0].space
        return lambda target, count: space.draw(seed=17, count=count)

    pp.register_method("drawn-again", make, help="draws with a seed of its own")
    assert pp.methods()["drawn-again"] == "draws with a seed of its own"
    energy = pp.Metric("energy", lambda a, b: float(abs((a**2).mean() - (b**2).mean())))
    told = []
    evaluation = pp.evaluate(targets, tmp_path / "out", methods=["drawn-again", "random+refine"],
                             libraries=[small_library.file], renders=[4], metrics=[energy], lanes=1, seed=5,
                             on_progress=lambda done, count: told.append((done, count)))
    assert evaluation.finished and set(made) == {5}
    rows = [row for row in evaluation.results if row["row"].startswith("drawn-again")]
    assert len(rows) == 2 and all(row["found"] and row["renders"] == 4 for row in rows)
    assert all(np.isfinite(row[name]) for row in rows for name in ("mss", "wmfcc", "sot", "rms", "energy"))
    assert "drawn-again" in evaluation.summary and (tmp_path / "out" / "report.html").exists()
    assert "energy" in next(csv.reader(io.StringIO(evaluation.csv)))
    assert told[-1][0] == told[-1][1] == len(evaluation.results)


def test_a_stopped_evaluation_goes_on(pp, targets, small_library, tmp_path):
    arguments = {"methods": ["random"], "libraries": [small_library.file], "renders": [4], "lanes": 1}
    interrupt = InterruptOnce(1)
    with pytest.raises(KeyboardInterrupt):
        pp.evaluate(targets, tmp_path / "out", on_progress=lambda done, count: interrupt(done), **arguments)
    assert pp.evaluate(targets, tmp_path / "out", **arguments).finished


def test_wrong_evaluations_are_told(pp, targets, small_library, tmp_path):
    with pytest.raises(pp.UsageError, match="no method 'none such'"):
        pp.evaluate(targets, tmp_path / "out", methods=["none such"], libraries=[small_library.file])
    with pytest.raises(pp.UsageError, match="libraries is empty"):
        pp.evaluate(targets, tmp_path / "out", methods=["random"], libraries=[])
    with pytest.raises(pp.UsageError, match="letters, digits"):
        pp.register_method("no good", lambda context: None)
    with pytest.raises(pp.InputError):
        pp.evaluate(tmp_path / "missing", tmp_path / "out", methods=["random"], libraries=[small_library.file])
