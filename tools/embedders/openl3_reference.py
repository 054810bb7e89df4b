"""What openl3 0.4.2 makes of seeded weights: the reference that Patch Pilot's OpenL3 is held to.

The published weights are not needed, and none are scored: the network is filled with random numbers by a fixed
seed, written as Keras writes weights, and read by ours from that file. `parity` does it at full size; `fixture`
takes a sixteenth of the channels, in the network that the official code builds all the same.

    python3 -m venv venv-openl3 && venv-openl3/bin/pip install -r requirements-openl3.txt
    venv-openl3/bin/python install_openl3.py
    venv-openl3/bin/python openl3_reference.py fixture ../../tests/networks/fixtures
    venv-openl3/bin/python openl3_reference.py parity --program ../../build/bench/bench_openl3
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[variable] = "1"  # read when the libraries are loaded
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

warnings.simplefilter("ignore")

import h5py
import numpy as np
import openl3
import openl3.models
import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.layers import Conv2D, Flatten, MaxPooling2D

FULL_WIDTH = 64
RATE = openl3.core.TARGET_SR
TOLERANCE = 1e-4
CONVOLUTIONS = 8


def sound(samples):
    """Noise of a linear congruential generator in two loudnesses: tests/networks/openl3_test.cpp makes it again."""
    state, out = 7, np.empty(samples, np.float32)
    for i in range(samples):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        gain = 0.5 if i % 12000 < 6000 else 0.0625
        out[i] = np.float32((state / 4294967296.0 - 0.5) * gain)
    return out


def network(width):
    """The official network up to its last convolution; of fewer channels where `width` is below 64."""
    narrow = lambda filters, *arguments, **named: Conv2D(filters * width // FULL_WIDTH, *arguments, **named)
    openl3.models.Conv2D = narrow
    try:
        return openl3.models._construct_mel256_audio_network(include_frontend=True)
    finally:
        openl3.models.Conv2D = Conv2D


def fill(model, seed):
    """Random weights that keep what passes through at about the same size."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        shapes = [weight.shape for weight in layer.get_weights()]
        if len(shapes) == 4:  # batch normalization: gamma, beta, mean, variance
            n = shapes[0]
            first = n == (1,)
            mean, spread = (-40, 400) if first else (0, 1)
            layer.set_weights([random.uniform(0.7, 1.3, n), random.normal(0, 0.2, n),
                               mean + random.normal(0, 0.2, n), spread * random.uniform(0.7, 1.3, n)])
        elif len(shapes) == 2:
            fan_in = np.prod(shapes[0][:3])
            layer.set_weights([random.normal(0, np.sqrt(2 / fan_in), shapes[0]), random.normal(0, 0.1, shapes[1])])


def embedder(model, size):
    """As `load_audio_embedding_model_from_path` ends it."""
    pooled = MaxPooling2D(pool_size=openl3.models.AUDIO_POOLING_SIZES["mel256"][size], padding="same")(model.output)
    ended = Model(inputs=model.input, outputs=Flatten()(pooled))
    ended.frontend = "kapre"
    return ended


def told(model):
    """The outputs that ours tells as well: the spectrogram, each convolution after its ReLU, the last as it is."""
    layers = model.layers
    first = next(i for i, layer in enumerate(layers) if layer.get_weights())
    convolutions = [layer for layer in layers if isinstance(layer, Conv2D)]
    outputs = {"spectrogram": layers[first].input}
    for layer in convolutions:
        ends = layers.index(layer) + (0 if layer is convolutions[-1] else 2)
        outputs[layer.name] = layers[ends].output
    return Model(inputs=model.input, outputs=list(outputs.values())), list(outputs)


def layer_outputs(model, samples):
    """Name to array, `frames x channels x bands x columns`, of the sound's frames."""
    probe, names = told(model)
    frames = openl3.core.preprocess_audio(samples, RATE, hop_size=0.1, center=True)
    return {name: np.transpose(out, (0, 3, 1, 2)) for name, out in zip(names, probe.predict(frames, verbose=0, batch_size=4))}


def vectors(model, samples):
    return openl3.get_audio_embedding(samples, RATE, model=model, hop_size=0.1, center=True, verbose=False)[0]


def write_fixture(folder):
    folder.mkdir(parents=True, exist_ok=True)
    model = network(4)
    fill(model, 11)
    model.save_weights(folder / "openl3.h5")
    samples = sound(RATE * 6 // 10)
    layers = {}
    for name, out in layer_outputs(model, samples).items():
        flat = out.reshape(-1)
        step = max(1, flat.size // 200)
        layers[name] = {"shape": list(out.shape), "step": step, "largest": float(np.abs(flat).max()),
                        "values": [float(f"{v:.9g}") for v in flat[::step]]}
    document = {"made_by": f"openl3 {openl3.__version__}, tensorflow {tf.__version__}, by tools/embedders/openl3_reference.py",
                "samples": samples.size, "layers": layers,
                "vectors": {str(size * 4 // FULL_WIDTH): [[float(f"{v:.9g}") for v in row] for row in vectors(embedder(model, size), samples)]
                            for size in (512, 6144)}}
    (folder / "openl3.json").write_text(json.dumps(document) + "\n")


def furthest(ours, reference):
    """The largest difference, relative to the largest value."""
    return float(np.abs(ours - reference).max() / np.abs(reference).max())


def ask(program, *arguments):
    return json.loads(subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout)


def parity(program, runs):
    worst = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = network(FULL_WIDTH)
        fill(model, 12)
        model.save_weights(folder / "weights.h5")
        samples = sound(RATE)
        samples.tofile(folder / "sound.f32")
        ask(program, "layers", folder / "weights.h5", folder / "sound.f32", folder)
        for layer, reference in layer_outputs(model, samples).items():
            ours = np.fromfile(folder / f"{layer}.f32", np.float32).reshape(reference.shape)
            worst = max(worst, furthest(ours, reference))
            print(f"{layer:24} {str(reference.shape):22} {furthest(ours, reference):.1e}")
        for size in (512, 6144):
            reference = vectors(embedder(model, size), samples)
            ask(program, "vectors", folder / "weights.h5", folder / "sound.f32", folder, size)
            ours = np.fromfile(folder / "vectors.f32", np.float32).reshape(reference.shape)
            worst = max(worst, furthest(ours, reference))
            print(f"{f'vectors of {size}':24} {str(reference.shape):22} {furthest(ours, reference):.1e}")
        if runs > 0:
            speed(program, folder, embedder(model, 512), runs)
    print(f"largest difference {worst:.1e} of the largest value; allowed {TOLERANCE:.0e}")
    return worst <= TOLERANCE


def speed(program, folder, model, runs):
    """Processor time of one sound of 4 s at 48 kHz, one thread each, in turn; the model is loaded before."""
    sound(4 * RATE).tofile(folder / "sound.f32")
    samples = np.fromfile(folder / "sound.f32", np.float32)
    vectors(model, samples)
    theirs, ours = [], []
    for _ in range(runs):
        begin = time.process_time()
        vectors(model, samples)
        theirs.append(time.process_time() - begin)
        ours.append(ask(program, "time", folder / "weights.h5", folder / "sound.f32", folder)["seconds"])
    print(f"4 s: openl3 {statistics.median(theirs):.2f} s, ours {statistics.median(ours):.2f} s of processor time, "
          f"{statistics.median(ours) / statistics.median(theirs):.2f} times (median of {runs})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fixture").add_argument("folder", type=pathlib.Path)
    check = commands.add_parser("parity")
    check.add_argument("--program", default=pathlib.Path(__file__).parent / "../../build/bench/bench_openl3", type=pathlib.Path)
    check.add_argument("--runs", type=int, default=3, help="how often speed is measured; 0: not at all")
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if arguments.command == "fixture":
        return write_fixture(arguments.folder)
    sys.exit(0 if parity(arguments.program, arguments.runs) else 1)


if __name__ == "__main__":
    main()
