"""Rendering, with the built-in synthesizer and mda's JX10."""

import _thread
import pathlib
import threading

import numpy as np
import pytest


def test_five_lines_from_a_plugin_to_an_array(pp, only_mda):
    engine = pp.Engine("mda JX10", workers=1)  # by the name of the plug-in, not of a space
    sound = engine.render(notes=48, seconds=0.5)
    assert sound.shape == (2, 22050) and sound.dtype == np.float32
    assert np.abs(sound).max() > 0.01


def test_a_batch_has_a_row_for_each_patch(voice):
    patches = voice.space.draw(seed=1, count=3)
    sounds = voice.render(patches, 60, seconds=0.25)
    assert sounds.shape == (3, 2, 11025)
    assert np.array_equal(sounds[1], voice.render(patches[1], 60, seconds=0.25))
    assert np.array_equal(sounds, voice.render(list(patches), [60, 60, 60], seconds=0.25))


def test_one_patch_plays_several_notes(pp, voice):
    sounds = voice.render(None, [48, pp.Note(60, velocity=40, length=0.1)], length=0.2, seconds=0.25)
    assert sounds.shape == (2, 2, 11025)
    assert np.array_equal(sounds[0], voice.render(None, 48, length=0.2, seconds=0.25))
    assert np.array_equal(sounds[1], voice.render(None, 60, velocity=40, length=0.1, seconds=0.25))


def test_a_dict_is_laid_over_the_engines_own_values(voice):
    values = voice.defaults
    values[voice.space.index("cutoff")] = 0.9
    assert np.array_equal(voice.render({"cutoff": 0.9}, seconds=0.1), voice.render(values, seconds=0.1))


@pytest.mark.parametrize("arguments, message", [
    ({"patches": [0.5]}, "12 values"),
    ({"patches": {"no such": 0.5}}, "no parameter 'no such'"),
    ({"patches": {"cutoff": 1.5}}, "'cutoff' is 1.5"),
    ({"patches": {"cutoff": float("nan")}}, "'cutoff' is nan"),
    ({"patches": object()}, "a patch is"),
    ({"notes": 128}, "0 to 127, not 128"),
    ({"velocity": 0}, "1 to 127, not 0"),
    ({"length": 0}, "not 0"),
    ({"seconds": 0}, "not 0"),
    ({"on_error": "ignore"}, "'raise' or 'nan'"),
    ({"patches": [None, None], "notes": [60, 61, 62]}, "2 patches and 3 notes"),
])
def test_wrong_arguments_are_told(pp, voice, arguments, message):
    with pytest.raises(pp.UsageError, match=message) as told:
        voice.render(**arguments)
    assert isinstance(told.value, ValueError) and told.value.code == 2


def test_a_failed_render_raises_or_is_nan(pp, voice, jx10, tmp_path):
    preset = tmp_path / "one.lv2"
    jx10.save_preset(jx10.space.draw(), preset)
    with pytest.raises(pp.PluginError, match="1 of 2 renders failed"):
        voice.render([None, jx10.patch(preset)], seconds=0.1)
    sounds = voice.render([None, jx10.patch(preset)], seconds=0.1, on_error="nan")
    assert np.isfinite(sounds[0]).all() and np.isnan(sounds[1]).all()


def test_a_plugin_renders_the_same_patch_the_same_way(jx10):
    patches = jx10.space.draw(seed=5, count=4)
    sounds = jx10.render(patches, [40, 50, 60, 70], seconds=0.5)
    assert np.array_equal(sounds[2], jx10.render(patches[2], 60, seconds=0.5))
    assert not np.array_equal(sounds[0], sounds[1])


def test_a_render_may_be_longer_than_the_first(jx10):
    assert jx10.render(notes=60, seconds=6).shape == (2, 6 * 44100)


def test_a_preset_is_saved_and_read(pp, jx10, tmp_path):
    values = jx10.space.draw(seed=3)
    file = tmp_path / "sound.lv2"
    jx10.save_preset(values, file, name="Sound")
    patch = jx10.patch(file)
    assert patch.is_preset and patch.values is None and len(patch.state) > 0
    assert pp.mss(jx10.render(file, seconds=0.5), jx10.render(values, seconds=0.5)) < 0.05
    assert jx10.values(patch) == pytest.approx(values, abs=1e-3)
    with pytest.raises(pp.UsageError):
        jx10.save_preset(values, file)
    assert "Recipe" in jx10.recipe(values)


def test_missing_synths_and_files_are_told(pp, voice, only_mda, tmp_path):
    with pytest.raises(pp.PluginError, match="no instrument 'No Such Synth'"):
        pp.Engine("No Such Synth")
    with pytest.raises(pp.InputError):
        pp.Engine(tmp_path / "missing.toml")
    with pytest.raises(pp.UsageError):
        voice.save_preset(None, tmp_path / "a.lv2")


def test_the_gil_is_released_and_an_engine_renders_for_one_thread_at_a_time(pp, voice):
    """Were the GIL held, this thread could not see that the other one renders."""
    patches = voice.space.draw(count=60)
    started = threading.Event()

    def render():
        started.set()
        voice.render(patches, seconds=2)

    thread = threading.Thread(target=render)
    thread.start()
    started.wait()
    refused = False
    while thread.is_alive() and not refused:
        try:
            voice.render(seconds=0.01)
        except pp.UsageError as error:
            refused = "another thread" in str(error)
    thread.join()
    assert refused


def test_ctrl_c_stops_a_render(voice):
    patches = np.tile(voice.space.draw(), (4000, 1))
    threading.Timer(0.05, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        voice.render(patches, seconds=0.1)


def test_spaces_draw_encode_and_decode(pp):
    space = pp.Space("jx10")
    patches = space.draw(seed=2, count=5)
    assert patches.shape == (5, len(space)) and patches.dtype == np.float32
    assert np.array_equal(patches[3], space.draw(seed=2, first=3))
    assert not np.array_equal(patches, space.draw(seed=3, count=5))
    vectors = space.encode(patches)
    assert vectors.shape == (5, space.width)
    assert np.allclose(space.decode(vectors), patches, atol=1e-5)
    assert np.array_equal(space.encode(patches[0]), vectors[0])
    assert set(np.unique(space.mask(patches))) <= {0.0, 1.0}
    assert space.keys[space.index(space.keys[4])] == space.keys[4]
    with pytest.raises(KeyError, match="nothing"):
        space.index("nothing")
    assert pp.Space.parse(space.toml).fingerprint == space.fingerprint
    assert {"jx10", "dx10", "surge-simple", "surge-full"} <= set(pp.spaces())
    kinds = {parameter.kind for parameter in space.parameters}
    assert kinds <= {"continuous", "stepped", "categorical"}


def test_sounds_are_written_and_read(pp, voice, tmp_path):
    sound = voice.render(notes=57, length=0.2, seconds=0.5)
    pp.write_sound(tmp_path / "a.wav", sound)
    assert np.array_equal(pp.read_sound(tmp_path / "a.wav"), sound)
    target = pp.read_target(str(tmp_path / "a.wav"))
    assert target.note == 57 and target.sound.shape[0] == 2
    assert pathlib.Path(target.file).name == "a.wav"
    with pytest.raises(pp.InputError, match="missing.wav"):
        pp.read_target(tmp_path / "missing.wav")


def test_a_target_of_an_array_is_analysed(pp, voice):
    sound = voice.render(notes=57, length=0.3, seconds=1)
    found = pp.Target(sound)
    assert found.note == 57 and found.note_open and found.length_open
    told = pp.Target(sound, note=45, length=0.5, begins_with_note=True)
    assert told.note == 45 and told.length == 0.5 and not told.note_open and not told.length_open
    assert np.array_equal(told.sound, sound)
    assert pp.Target(sound[0], start=0.1, duration=0.2, begins_with_note=True).seconds == pytest.approx(0.2)
    with pytest.raises(pp.InputError, match="silent"):
        pp.Target(np.zeros(44100))
    with pytest.raises(pp.UsageError, match="beyond its end"):
        pp.Target(sound, start=2)


def test_embedders_turn_sounds_into_vectors(pp, voice):
    embedder = pp.Embedder()
    sounds = voice.render(voice.space.draw(count=3), seconds=0.5)
    vectors = embedder.embed(sounds)
    assert vectors.shape == (3, embedder.dimension)
    assert np.array_equal(vectors[1], embedder.embed(sounds[1]))
    assert "mel-envelope" in pp.embedders()
    with pytest.raises(pp.InputError):
        pp.Embedder("none such")
