"""Sessions, libraries, and methods, metrics and searchers that are written in Python."""

import json
import os
import subprocess
import threading

import numpy as np
import pytest

from conftest import InterruptOnce


def test_random_patches_are_ranked_and_refined(pp, voice, target):
    told = []
    session = pp.match(target, engines=[voice], proposals=20, refine=True, renders=200, on_progress=told.append)
    costs = [candidate.distance for candidate in session.candidates]
    assert costs == sorted(costs) and 0 < len(session.best) <= 5
    best = session.best[0]
    assert best.distance == costs[0] and best.values.shape == (len(voice.space),)
    assert pp.mss(best.sound, target.sound) == pytest.approx(best.mss, abs=1e-3)
    assert np.array_equal(best.sound, voice.render(best.patch, target.note, length=best.length or target.length,
                                                   seconds=target.seconds))
    assert {progress.stage for progress in told} == {"ranking", "refining"}
    curve = [progress.distance for progress in session.curve]
    assert curve == sorted(curve, reverse=True) and curve[-1] == pytest.approx(costs[0])
    assert max(progress.renders for progress in told) <= 220


def test_the_same_seed_gives_the_same_match(pp, target):
    def run():
        session = pp.match(target, engines=[pp.Engine("voice")], proposals=10, refine=True, renders=60, seed=3)
        return [candidate.distance for candidate in session.candidates]

    assert run() == run()


def test_refine_begins_at_given_patches(pp, voice, target):
    starts = voice.space.draw(seed=8, count=4)
    session = pp.refine(target, starts, voice, renders=100)
    first = session.curve[0].distance
    assert session.candidates[0].distance <= first


class Follower:
    """Draws at random at first, then near the nearest patch that it has observed."""

    rounds = 3

    def __init__(self, space):
        self.space, self.best, self.drawn, self.observed = space, None, 0, 0

    def propose(self, target, count):
        patches = self.space.draw(seed=7, count=count, first=self.drawn)
        self.drawn += count
        if self.best is None:
            return patches
        keep = np.arange(patches.size).reshape(patches.shape) % 4 != 0
        return np.where(keep, self.best.values, patches)

    def observe(self, candidates):
        self.observed += 1
        if candidates and (self.best is None or candidates[0].distance < self.best.distance):
            self.best = candidates[0]


def test_a_method_in_python_learns_from_what_is_rendered(pp, voice, target):
    follower = Follower(voice.space)
    session = pp.Session(target, engines=[voice], methods=[follower], proposals=30)
    session.rank()
    assert follower.observed == 3 and len(session.candidates) == 30
    assert session.candidates[0].distance == follower.best.distance
    assert all("Follower" in candidate.origin for candidate in session.candidates)


def test_a_function_is_a_method_and_methods_are_pooled(pp, voice, target):
    def defaults(target, count):
        yield pp.Proposal(voice.defaults, origin="the default")

    session = pp.Session(target, engines=[voice], methods=[defaults, "random"], proposals=11)
    session.rank()
    origins = [candidate.origin for candidate in session.candidates]
    assert len(origins) == 11 and origins.count("the default") == 1


def test_an_error_in_a_method_comes_through(pp, voice, target):
    def broken(target, count):
        raise RuntimeError("no idea")

    with pytest.raises(RuntimeError, match="no idea"):
        pp.Session(target, engines=[voice], methods=[broken]).rank()

    def told(progress):
        raise RuntimeError("not wanted")

    with pytest.raises(RuntimeError, match="not wanted"):
        pp.Session(target, engines=[voice], methods=["random"]).rank(told)


def test_a_method_may_render(pp, voice, target):
    def best_of_two(target, count):
        patches = voice.space.draw(seed=4, count=2)
        sounds = voice.render(patches, target.note, length=target.length, seconds=target.seconds)
        return [patches[np.argmin([pp.mss(sound, target.sound) for sound in sounds])]]

    session = pp.Session(target, engines=[voice], methods=[best_of_two], proposals=1, top=1)
    session.rank()
    assert len(session.candidates) == 1


def level(sound):
    return 10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-12)


def test_a_metric_in_python_is_an_objective(pp, voice, target):
    metric = pp.Metric("level", lambda a, b: abs(level(a) - level(b)), unit="dB")
    session = pp.match(target, engines=[voice], proposals=20, refine=True, renders=200, objective=metric)
    nearest = min(abs(level(c.sound) - level(target.sound)) for c in session.candidates if c.sound is not None)
    assert nearest < 0.2 and session.candidates[0].distance == pytest.approx(nearest, abs=1e-6)
    with pytest.raises(pp.UsageError, match="finite"):
        pp.match(target, engines=[voice], refine=True, renders=60, objective=lambda a, b: float("nan"))
    with pytest.raises(pp.UsageError, match="already"):
        pp.match(target, engines=[voice], objective=pp.mss)
    with pytest.raises(pp.UsageError, match="no objective 'none such'"):
        pp.match(target, engines=[voice], objective="none such")


def test_objectives_have_names_and_weights(pp, voice, target):
    by = {name: pp.match(target, engines=[voice], proposals=20, objective=name) for name in ("mss", "mss=3,rms=1.5")}
    ranked = [candidate.mss for candidate in by["mss"].candidates]
    assert ranked == sorted(ranked)
    best = by["mss=3,rms=1.5"].candidates[0]
    assert best.distance > 0 and best.sound is not None


def test_methods_propose_and_nothing_is_rendered(pp, voice, target):
    session = pp.Session(target, engines=[voice], methods=["random"])
    proposals = session.propose(7)
    assert len(proposals) == 7 and not session.candidates and not session.curve
    assert all(isinstance(proposal, pp.Proposal) for proposal in proposals)
    assert voice.render([proposal.patch for proposal in proposals], seconds=0.1).shape == (7, 2, 4410)
    with pytest.raises(pp.UsageError, match="at least 1"):
        session.propose(0)


def test_a_proposal_may_be_played_with_another_note(pp, voice, target):
    def octave_below(target, count):
        return [pp.Proposal(voice.defaults, note=target.note - 12, length=0.1)]

    session = pp.Session(target, engines=[voice], methods=[octave_below], proposals=1, top=1)
    session.rank()
    candidate = session.candidates[0]
    assert candidate.note == 45 and candidate.length == 0.1
    assert np.array_equal(candidate.sound, voice.render(voice.defaults, 45, length=0.1, seconds=target.seconds))


def test_networks_need_a_model(pp, voice, target, tmp_path):
    with pytest.raises(pp.InputError, match="no flow model for voice"):
        pp.match(target, engines=[voice], methods=["flow"])
    with pytest.raises(pp.InputError, match="missing.safetensors"):
        pp.match(target, engines=[voice], models=[tmp_path / "missing.safetensors"])


@pytest.mark.skipif(not os.path.exists(os.environ.get("PATCHPILOT", "")), reason="PATCHPILOT names no program")
def test_a_trained_network_answers(pp, jx10, tmp_path):
    data, model = tmp_path / "data", tmp_path / "my-regression.safetensors"
    pp.build_dataset(jx10, data, 150)
    trained = subprocess.run([os.environ["PATCHPILOT"], "train", "regression", "--data", data, "--out", model,
                              "--steps", "2", "--workers", "1"], capture_output=True, text=True)
    if trained.returncode == 5 and "LibTorch" in trained.stderr:
        pytest.skip("built without networks")
    assert trained.returncode == 0, trained.stderr
    sound = jx10.render(jx10.space.draw(seed=6), 60, length=0.5, seconds=1.0)
    target = pp.Target(sound, note=60, length=0.5, begins_with_note=True)
    answers = pp.Session(target, engines=[jx10], methods=["regression"], models=[model]).propose(4)
    assert answers and all(answer.origin.startswith("my-regression, answer") for answer in answers)
    session = pp.match(target, engines=[jx10], models=[model], proposals=4)  # the usual methods: networks that fit
    assert [candidate.origin for candidate in session.candidates if "my-regression" in candidate.origin]


class Climber:
    """Moves the best patch a little."""

    def __init__(self, candidates):
        self.best, self.cost = candidates[0].values, candidates[0].distance
        self.random = np.random.default_rng(1)
        self.asked = []

    def ask(self, most):
        moves = self.random.normal(0, 0.05, (min(most, 8), self.best.size))
        self.asked = np.clip(self.best + moves, 0, 1).astype(np.float32)
        return self.asked

    def tell(self, outcomes):
        for values, outcome in zip(self.asked, outcomes):
            if outcome is not None and outcome.distance < self.cost:
                self.best, self.cost = values, outcome.distance


def test_a_searcher_in_python_goes_on_from_the_candidates(pp, voice, target):
    session = pp.match(target, engines=[voice], proposals=20)
    before = session.candidates[0].distance
    climber = Climber(session.candidates)
    session.search(climber, renders=100)
    assert session.candidates[0].distance == climber.cost < before
    assert session.curve[-1].stage == "searching" and session.curve[-1].renders <= 120
    with pytest.raises(pp.UsageError, match="ask"):
        session.search(object(), renders=10)


def test_ctrl_c_leaves_what_was_found(pp, voice, target):
    session = pp.Session(target, engines=[voice], methods=["random"], proposals=10, refines=True)
    session.rank()

    interrupt = InterruptOnce(40)
    with pytest.raises(KeyboardInterrupt):
        session.refine(renders=1_000_000, on_progress=lambda progress: interrupt(progress.renders))
    assert session.candidates and session.candidates[0].distance <= session.curve[0].distance
    with pytest.raises(pp.UsageError, match="interrupted"):
        session.refine(renders=10)


def test_one_session_is_stopped_and_another_goes_on(pp, target):
    def run(renders, on_progress=None):
        session = pp.Session(target, engines=[pp.Engine("voice")], methods=["random"], proposals=10, refines=True)
        session.rank()
        session.refine(renders=renders, on_progress=on_progress)
        return [candidate.distance for candidate in session.candidates]

    alone = run(200)
    results = []
    thread = threading.Thread(target=lambda: results.append(run(200)))
    thread.start()
    interrupt = InterruptOnce(40)
    with pytest.raises(KeyboardInterrupt):
        run(1_000_000, lambda progress: interrupt(progress.renders))
    thread.join()
    assert results == [alone]


def test_wrong_sessions_are_told(pp, voice, target):
    with pytest.raises(pp.UsageError, match="nothing to match with"):
        pp.match(target)
    with pytest.raises(pp.UsageError, match="no method 'none such'"):
        pp.match(target, engines=[voice], methods=["none such"])
    with pytest.raises(pp.UsageError, match="needs a library"):
        pp.match(target, engines=[voice], methods=["retrieval"])
    with pytest.raises(TypeError, match="note"):
        pp.match(target, engines=[voice], note=60)


def test_a_library_is_built_read_and_searched(pp, jx10, small_library):
    library = small_library
    assert len(library) == 30 and library.embedders == ["mel-envelope"] and library.notes == [60]
    ids, values = library.values()
    assert values.shape == (30, len(jx10.space)) and list(ids) == library.ids()
    assert np.array_equal(library.patch(int(ids[0])).values, values[0])
    vectors, patches, notes = library.embeddings()
    assert vectors.shape == (30, pp.Embedder().dimension) and set(notes) == {60}
    kept = library.audio(int(ids[4]), 60)
    again = jx10.render(values[4], 60, length=0.5, seconds=1.0)
    assert kept.shape == again.shape and np.abs(kept - again).max() < 1e-5
    found = library.nearest(pp.Embedder().embed(again), 3)
    assert found[0][:2] == (ids[4], 60) and len(found) == 3
    assert pp.build_library(jx10, library.file, 32, embedder="mel-envelope", seconds=1.0, length=0.5,
                            workers=1).ids()[:30] == list(ids)
    with pytest.raises(pp.InputError):
        pp.build_library(jx10, library.file, 40, notes=[48], seconds=1.0, length=0.5)
    with pytest.raises(pp.InputError, match="missing.db"):
        pp.Library("/nowhere/missing.db")


def test_retrieval_finds_a_patch_of_its_library(pp, jx10, small_library, tmp_path):
    ids, values = small_library.values()
    sound = jx10.render(values[7], 60, length=0.5, seconds=1.0)
    session = pp.match(sound, libraries=[small_library.file], proposals=10, workers=1, note=60, length=0.5,
                       begins_with_note=True)
    assert session.candidates[0].distance == pytest.approx(0, abs=1e-2)
    assert np.allclose(session.candidates[0].values, values[7])
    document = json.loads(session.save(tmp_path / "results"))
    assert document["objective"] == "balanced" and document["candidates"][0]["distance"] < 0.01
    assert (tmp_path / "results" / "01.lv2").exists()


def test_ctrl_c_while_a_library_is_built_keeps_what_was_done(pp, jx10, tmp_path):
    file = tmp_path / "stopped.db"
    interrupt = InterruptOnce(20)
    with pytest.raises(KeyboardInterrupt):
        pp.build_library(jx10, file, 100_000, embedder="mel-envelope", seconds=0.5, workers=1,
                         on_progress=lambda done, count: interrupt(done))
    assert 20 < len(pp.Library(file)) < 100_000
