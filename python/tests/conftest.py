"""The tests use the built-in synthesizer and mda's JX10, and touch nothing outside of their own folders."""

import _thread
import os
import signal

import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory):
    """Caches, data and configuration of the user's are not seen."""
    home = tmp_path_factory.mktemp("home")
    names = ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    before = {name: os.environ.get(name) for name in names}
    os.environ["HOME"] = str(home)
    for name in names[1:]:
        os.environ.pop(name, None)
    yield home
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_raises():
    """A shell without job control starts what it runs in the background with SIGINT ignored, and then `interrupt_main`
    does nothing: a test that interrupts would not end."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def pp(own_home):
    import patchpilot

    return patchpilot


@pytest.fixture()
def only_mda(monkeypatch, tmp_path):
    """Of the plug-ins that are installed, those of mda alone are found, so that a scan is short."""
    folder = tmp_path / "lv2"
    folder.mkdir()
    (folder / "mda.lv2").symlink_to("/usr/lib/lv2/mda.lv2")
    monkeypatch.setenv("LV2_PATH", str(folder))
    monkeypatch.setenv("VST3_PATH", str(tmp_path))


@pytest.fixture()
def voice(pp):
    return pp.Engine("voice")


@pytest.fixture(scope="session")
def jx10(pp):
    return pp.Engine("jx10", workers=1)


@pytest.fixture()
def target(pp, voice):
    """A sound of a patch that the built-in synthesizer draws."""
    sound = voice.render(voice.space.draw(seed=99, first=2), 57, length=0.2, seconds=0.4)
    return pp.Target(sound, note=57, length=0.2, begins_with_note=True)


@pytest.fixture(scope="session")
def small_library(pp, jx10, tmp_path_factory):
    return pp.build_library(
        jx10, tmp_path_factory.mktemp("library") / "jx10.db", 30, embedder="mel-envelope", seconds=1.0, length=0.5,
        keep_audio=True, workers=1)


class InterruptOnce:
    """Presses Ctrl-C, once, when it is told that a count was passed."""

    def __init__(self, after):
        self.after, self.done = after, False

    def __call__(self, count):
        if count > self.after and not self.done:
            self.done = True
            _thread.interrupt_main()


def tone(hz, seconds=0.5, level=0.5):
    t = np.arange(int(seconds * 44100)) / 44100
    return (level * np.sin(2 * np.pi * hz * t)).astype(np.float32)
