"""Shards of examples, and the dataset over them."""

import pickle

import numpy as np
import pytest

from conftest import InterruptOnce


@pytest.fixture()
def shard(pp, voice, tmp_path):
    file = tmp_path / "voice.shard"
    patches = voice.space.draw(seed=1, count=20)
    columns = {"mel": ("uint8", 6), "envelope": ("float16", 4), "level": ("float32", 1)}
    with pp.ShardWriter(file, voice.space, columns) as writer:
        for i, patch in enumerate(patches):
            writer.append(patch, pp.Note(48 + i, velocity=90, length=0.5),
                          {"mel": np.full((2, 3), i, np.uint8), "envelope": np.full(4, i / 2, np.float16),
                           "level": np.array([-i], np.float32)},
                          onset=0.25, family=i // 4)
    return file, patches


def test_examples_are_written_and_read(pp, voice, shard):
    file, patches = shard
    shards = pp.Shards([file])
    assert len(shards) == 20 and shards.space == voice.space.fingerprint and shards.parameters == len(voice.space)
    assert shards.columns == {"mel": ("uint8", 6), "envelope": ("float16", 4), "level": ("float32", 1)}
    read = shards.read([3, 5])
    assert np.array_equal(read["values"], patches[[3, 5]])
    assert list(read["midi"]) == [51, 53] and list(read["velocity"]) == [90, 90]
    assert list(read["length"]) == [0.5, 0.5] and list(read["onset"]) == [0.25, 0.25]
    assert list(read["number"]) == [3, 5] and list(read["family"]) == [0, 1]
    assert read["mel"].dtype == np.uint8 and (read["mel"][1] == 5).all()
    assert read["envelope"].dtype == np.float16 and (read["envelope"][0] == 1.5).all()
    assert list(read["level"][:, 0]) == [-3, -5]
    with pytest.raises(IndexError):
        shards.read([20])


def test_a_writer_goes_on_and_refuses_what_does_not_fit(pp, voice, shard):
    file, patches = shard
    columns = pp.Shards([file]).columns
    with pp.ShardWriter(file, voice.space, columns) as writer:
        assert len(writer) == 20
        with pytest.raises(pp.UsageError, match="lacks column"):
            writer.append(patches[0], 60, {})
        good = {"mel": np.zeros(6, np.uint8), "envelope": np.zeros(4, np.float16), "level": np.zeros(1, np.float32)}
        with pytest.raises(pp.UsageError, match="'mel' holds 6 values of uint8, not 6 of float64"):
            writer.append(patches[0], 60, {**good, "mel": np.zeros(6)})
        with pytest.raises(pp.UsageError, match="ascend"):
            writer.append(patches[0], 60, good, number=3)
        writer.append(patches[0], 60, good)
    assert list(pp.Shards([file]).read([20])["number"]) == [20]
    with pytest.raises(pp.InputError):
        pp.ShardWriter(file, voice.space, {"other": ("uint8", 2)})
    with pytest.raises(pp.InputError, match="missing"):
        pp.Shards([file.parent / "missing.shard"])


def test_a_dataset_indexes_splits_and_pickles(pp, voice, shard):
    file, patches = shard
    dataset = pp.ShardDataset(file, space=voice.space, shapes={"mel": (2, 3)})
    assert len(dataset) == 20
    example = dataset[-1]
    assert example["mel"].shape == (2, 3) and example["midi"] == 67
    assert example["vector"].shape == (voice.space.width,) and example["mask"].shape == example["vector"].shape
    assert np.array_equal(dataset.batch([1, 2])["values"], patches[[1, 2]])
    assert [one["number"] for one in dataset.__getitems__([4, 2])] == [4, 2]
    with pytest.raises(IndexError):
        dataset[20]
    training, validation = dataset.split(0.4, seed=1)
    assert len(training) + len(validation) == 20 and len(validation) > 0
    families = [{int(part[i]["family"]) for i in range(len(part))} for part in (training, validation)]
    assert not families[0] & families[1]
    again = pickle.loads(pickle.dumps(validation))
    assert np.array_equal(again[0]["vector"], validation[0]["vector"])
    with pytest.raises(ValueError, match="another parameter space"):
        pp.ShardDataset(file, space=pp.Space("jx10"))


@pytest.fixture()
def dataset_folder(pp, voice, tmp_path):
    folder = tmp_path / "dataset"
    told = []
    assert pp.build_dataset(voice, folder, 12, on_progress=lambda done, count: told.append(count)) == 12
    assert set(told) <= {12}
    return folder


def test_a_dataset_is_built_and_read(pp, voice, dataset_folder):
    about = pp.read_dataset(dataset_folder)
    assert about["space"].fingerprint == voice.space.fingerprint and about["protocol"] == "usual"
    dataset = pp.ShardDataset(dataset_folder, inputs=True)
    assert len(dataset) == 12
    example = dataset[3]
    assert example["picture"].dtype == np.uint8 and example["picture"].ndim == 2 and example["modulation"].ndim == 3
    assert example["vector"].shape == (voice.space.width,)
    assert example["input_picture"].dtype == example["input_globals"].dtype == np.float32
    training, _ = dataset.split(0.3)
    again = pickle.loads(pickle.dumps(training))
    assert np.array_equal(again[1]["input_picture"], training[1]["input_picture"])
    assert pp.build_dataset(voice, dataset_folder, 15) == 15
    assert np.array_equal(pp.ShardDataset(dataset_folder)[3]["values"], example["values"])
    with pytest.raises(pp.InputError, match="seed"):
        pp.build_dataset(voice, dataset_folder, 20, seed=2)
    with pytest.raises(pp.UsageError, match="protocol"):
        pp.build_dataset(voice, dataset_folder / "other", 20, protocol="none such")


def test_a_network_takes_a_sound_as_it_takes_an_example(pp, voice, dataset_folder):
    """An example is the sound that its patch makes, as far as it was listened to."""
    example = pp.ShardDataset(dataset_folder, inputs=True)[0]
    note = pp.Note(int(example["midi"]), velocity=int(example["velocity"]), length=float(example["length"]))
    sound = voice.render(example["values"], note, seconds=4 - float(example["onset"]))
    picture, rest = pp.network_input(sound, note)
    assert np.array_equal(picture, example["input_picture"])
    assert np.allclose(rest, example["input_globals"], atol=1e-5)  # the length above is a 32-bit float


def test_other_shards_hold_no_inputs(pp, shard):
    with pytest.raises(pp.UsageError, match="build_dataset"):
        pp.Shards([shard[0]]).network_inputs([0])


def test_ctrl_c_while_a_dataset_is_built_keeps_what_was_done(pp, jx10, tmp_path):
    interrupt = InterruptOnce(0)
    with pytest.raises(KeyboardInterrupt):
        pp.build_dataset(jx10, tmp_path / "d", 100_000, on_progress=lambda done, count: interrupt(done))
    assert 0 < len(pp.ShardDataset(tmp_path / "d")) < 100_000


def test_pytorch_loads_it(pp, voice, shard):
    torch = pytest.importorskip("torch")
    dataset = pp.ShardDataset(shard[0], space=voice.space)
    batches = list(torch.utils.data.DataLoader(dataset, batch_size=8, num_workers=1))
    assert [len(batch["values"]) for batch in batches] == [8, 8, 4]
    assert batches[0]["vector"].dtype == torch.float32
