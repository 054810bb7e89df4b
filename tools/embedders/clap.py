"""CLAP beside the official implementation (transformers), on seeded random weights: the published ones cannot be
had on every machine, and a wrong layer shows with any.

    python3 -m venv venv-clap && venv-clap/bin/pip install -r requirements-clap.txt
    venv-clap/bin/python clap.py make FOLDER [--shape htsat-unfused | larger-music | reduced]
    venv-clap/bin/python clap.py compare FOLDER [--program ../../build/bench/bench_clap]
    venv-clap/bin/python clap.py speed FOLDER [--program ../../build/bench/bench_clap] [--runs 9]
    venv-clap/bin/python clap.py fixtures ../../tests/networks/fixtures/clap

`make` writes a folder as Hugging Face publishes it: config.json, preprocessor_config.json, model.safetensors,
vocab.json, merges.txt and tokenizer.json, in the shape of laion/clap-htsat-unfused, of laion/larger_clap_music, or a
small one. Its vocabulary is trained on this project's licence. `compare` runs both on the same sounds and texts,
prints how far each layer is off, and fails beyond 1e-4 relative. `speed` takes both by turns, on one thread,
processor time. `fixtures` writes what the tests compare with.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read when PyTorch is loaded

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import ByteLevelBPETokenizer
from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, RobertaTokenizer, RobertaTokenizerFast

HERE = pathlib.Path(__file__).resolve().parent
LICENCE = HERE / "../../LICENSE"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
TOLERANCE = 1e-4

SHAPES = {
    "htsat-unfused": {"audio": {}, "text": {}, "projection": 512, "hearing": {"frequency_min": 50}, "tokens": 4000},
    "larger-music": {"audio": {"patch_embeds_hidden_size": 128, "hidden_size": 1024, "depths": [2, 2, 12, 2]}, "text": {},
                     "projection": 512, "hearing": {"frequency_min": 50}, "tokens": 4000},
    "reduced": {"audio": {"num_mel_bins": 16, "spec_size": 64, "window_size": 4, "patch_embeds_hidden_size": 8, "hidden_size": 32,
                          "depths": [2, 2, 2], "num_attention_heads": [2, 2, 4]},
                "text": {"vocab_size": 340, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
                         "intermediate_size": 32, "max_position_embeddings": 130},
                "projection": 24,
                "hearing": {"feature_size": 16, "sampling_rate": 8000, "max_length_s": 1, "hop_length": 32, "fft_window_size": 128,
                            "frequency_min": 50, "frequency_max": 3800},
                "tokens": 340},
}

TEXTS = ["warm analog brass stab", "a bass", "", " ", "  two spaces  and a trailing one ", "It's what they've said: we'll see, I'd bet",
         "Q. 1984's MKS-80 & Jupiter-8 (12 voices!) at 440.5 Hz", "tabs\tand\nlines\r\n", "détuné, größer, Ωmega ½ ②", "シンセサイザー 合成器 신디사이저",
         "🎹🎶 e\u0301 no\u00a0break\u2003em\u3000wide", "CamelCase_and-dashes...?!", "the the the the", "don't DON'T 'tis"]


def random_weights(model, seed):
    """Weights of a size that a trained network has, so that every layer counts and no sum is lost in another."""
    generator = torch.Generator().manual_seed(seed)

    def normal(shape, deviation, mean=0.0):
        return mean + deviation * torch.randn(shape, generator=generator)

    with torch.no_grad():
        for name, value in model.named_parameters():
            if "embeddings." in name and value.dim() == 2:
                value.copy_(normal(value.shape, 0.5))
            elif value.dim() >= 2:
                value.copy_(normal(value.shape, 1 / math.sqrt(value[0].numel()) if "table" not in name else 0.5))
            elif value.dim() == 1:
                value.copy_(normal(value.shape, 0.2, 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0))
        norm = model.audio_model.audio_encoder.batch_norm
        norm.running_mean.copy_(normal(norm.running_mean.shape, 5, -35))
        norm.running_var.copy_(normal(norm.running_var.shape, 20, 300))


def make(folder, shape, seed):
    folder.mkdir(parents=True, exist_ok=True)
    wanted = SHAPES[shape]
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator([LICENCE.read_text()], vocab_size=wanted["tokens"], special_tokens=SPECIAL, show_progress=False)
    trained.save_model(str(folder))
    RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt")).backend_tokenizer.save(str(folder / "tokenizer.json"))
    config = ClapConfig(audio_config=wanted["audio"], text_config=wanted["text"], projection_dim=wanted["projection"])
    model = ClapModel(config).eval()
    random_weights(model, seed)
    config.save_pretrained(folder)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors", {"format": "pt"})
    ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad", **wanted["hearing"]).save_pretrained(folder)


class Official:
    def __init__(self, folder):
        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        self.model = ClapModel.from_pretrained(folder).eval()
        self.extractor = ClapFeatureExtractor.from_pretrained(folder)
        self.tokenizer = RobertaTokenizer.from_pretrained(folder)
        self.fast = RobertaTokenizerFast.from_pretrained(folder)

    def features(self, sound):
        """frames x bands; of a longer sound its beginning, where the official one takes a part by chance."""
        cut = sound[:self.extractor.nb_max_samples]
        return self.extractor(cut, sampling_rate=self.extractor.sampling_rate, return_tensors="pt")["input_features"].float()

    def watched(self, modules, run):
        """What each of the modules gives, rows x channels, by its name."""
        found = {}

        def keep(name):
            return lambda module, inputs, output: found.__setitem__(name, (output[0] if isinstance(output, tuple) else output)[0].numpy().copy())

        handles = [module.register_forward_hook(keep(name)) for name, module in modules.items()]
        result = run()
        for handle in handles:
            handle.remove()
        return found, result[0].numpy()

    def sound(self, sound):
        features = self.features(sound)
        encoder = self.model.audio_model.audio_encoder
        modules = {"patch_embed": encoder.patch_embed, "norm": encoder.norm}
        for s, stage in enumerate(encoder.layers):
            modules[f"layers.{s}"] = stage
            modules.update({f"layers.{s}.blocks.{b}": block for b, block in enumerate(stage.blocks)})
        layers, vector = self.watched(modules, lambda: self.model.get_audio_features(features))
        parts = []
        for name, rows in layers.items():
            if ".blocks." in name and int(name.split(".")[1]) < 2:
                rows = rows.astype(np.float64)
                parts += [part / np.linalg.norm(part) for part in (rows.mean(0), rows.std(0))]
        return {"mel": features[0, 0].numpy(), **layers, "embedding": vector, "style": np.concatenate(parts) / math.sqrt(len(parts))}

    def tokens(self, text):
        slow, fast = self.tokenizer(text)["input_ids"], self.fast(text)["input_ids"]
        assert slow == fast, (text, slow, fast)
        return slow

    def text(self, text):
        model = self.model.text_model
        modules = {"embeddings": model.embeddings, **{f"encoder.layer.{i}": layer for i, layer in enumerate(model.encoder.layer)}}
        layers, vector = self.watched(modules, lambda: self.model.get_text_features(torch.tensor([self.tokens(text)])))
        return {**layers, "embedding": vector}


def sounds(rate, longest):
    """Plucks, noise and clicks: shorter than a third of what the model hears, about half of it, all of it, and more."""
    random = np.random.default_rng(7)
    made = {}
    for name, seconds, hz in (("short", 0.21, 220.0), ("half", 0.4, 110.0), ("most", 0.93, 330.0), ("whole", 1.0, 55.0), ("longer", 1.3, 440.0)):
        t = np.arange(int(round(seconds * longest * rate))) / rate
        tone = sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 9) if k * hz < 0.45 * rate) * np.exp2(-t / longest * 4)
        made[name] = (0.4 * tone + 0.003 * random.standard_normal(t.size)).astype(np.float32)
    made["pure"] = (0.5 * np.sin(2 * np.pi * 0.11 * rate * np.arange(int(0.4 * longest * rate)) / rate)).astype(np.float32)
    made["click"] = np.eye(1, 1000, 10, dtype=np.float32)[0]
    made["silence"] = np.zeros(int(0.2 * longest * rate), np.float32)
    return made


class Ours:
    """The program bench_clap, which is asked line by line."""

    def __init__(self, program, folder):
        self.process = subprocess.Popen([program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write("\t".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer:
            sys.exit("bench_clap stopped")
        return answer

    def layers(self, out):
        return {path.stem: np.fromfile(path, np.float32) for path in out.glob("*.f32")}


def off(ours, theirs):
    theirs = theirs.astype(np.float64).ravel()
    if ours.shape != theirs.shape:
        return math.inf
    return float(np.max(np.abs(ours - theirs)) / max(np.max(np.abs(theirs)), 1e-30))


def compare(folder, program):
    official, ours = Official(folder), Ours(program, folder)
    worst = {}

    def note(kind, mine, theirs):
        for name, value in theirs.items():
            key = f"{kind} {name}"
            worst[key] = max(worst.get(key, 0), off(mine[name], value) if name in mine else math.inf)

    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name, sound in sounds(official.extractor.sampling_rate, official.extractor.max_length_s).items():
            sound.tofile(scratch / "sound.f32")
            out = scratch / name
            out.mkdir()
            ours.ask("sound", scratch / "sound.f32", out)
            note("sound", ours.layers(out), official.sound(sound))
        for i, text in enumerate(TEXTS):
            (scratch / "text.txt").write_bytes(text.encode())
            out = scratch / f"text{i}"
            out.mkdir()
            tokens = [int(token) for token in ours.ask("text", scratch / "text.txt", out)]
            if tokens != official.tokens(text):
                sys.exit(f"tokens of {text!r}: {tokens}, official {official.tokens(text)}")
            note("text", ours.layers(out), official.text(text))
    for name, value in worst.items():
        print(f"{name:32} {value:.1e}")
    print(f"tokens of {len(TEXTS)} texts are equal; the worst layer is off by {max(worst.values()):.1e} relative")
    if max(worst.values()) > TOLERANCE:
        sys.exit(f"beyond {TOLERANCE:g}")


def timed(function, *arguments):
    begin = time.process_time()
    value = function(*arguments)
    return time.process_time() - begin, value


def speed(folder, program, runs):
    official, ours = Official(folder), Ours(program, folder)
    sound = sounds(official.extractor.sampling_rate, official.extractor.max_length_s)["half"]
    rows = {"front end": ([], []), "audio tower": ([], []), "whole": ([], [])}
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch) / "sound.f32"
        sound.tofile(file)
        for run in range(runs + 1):
            front, tower = map(float, ours.ask("time", file))
            their_front, features = timed(official.features, sound)
            their_tower, _ = timed(official.model.get_audio_features, features)
            if run > 0:  # the first one allocates
                for name, mine, theirs in (("front end", front, their_front), ("audio tower", tower, their_tower),
                                           ("whole", front + tower, their_front + their_tower)):
                    rows[name][0].append(mine)
                    rows[name][1].append(theirs)
    print("| one core, processor time, median | ours | transformers | ours / theirs |\n| --- | --- | --- | --- |")
    for name, (mine, theirs) in rows.items():
        a, b = statistics.median(mine), statistics.median(theirs)
        print(f"| {name} | {1000 * a:.0f} ms | {1000 * b:.0f} ms | {a / b:.2f} |")


def fixtures(folder):
    make(folder, "reduced", 1)
    for unused in folder.glob("*_map.json"):
        unused.unlink()
    official = Official(folder)
    tensors = {}
    for name, sound in sounds(official.extractor.sampling_rate, official.extractor.max_length_s).items():
        tensors[f"{name}/sound"] = sound
        # Every layer for one sound, the ends of all.
        wanted = official.sound(sound)
        tensors.update({f"{name}/{layer}": value for layer, value in wanted.items() if name == "half" or layer in ("mel", "embedding", "style")})
    texts = []
    for i, text in enumerate(TEXTS):
        texts.append({"text": text, "tokens": official.tokens(text)})
        tensors.update({f"text{i}/{layer}": value for layer, value in official.text(text).items() if i == 0 or layer == "embedding"})
    save_file({name: torch.tensor(np.asarray(value, np.float32)) for name, value in tensors.items()}, folder / "expected.safetensors")
    (folder / "texts.json").write_text(json.dumps(texts, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["make", "compare", "speed", "fixtures"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--shape", choices=SHAPES, default="htsat-unfused")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--program", default=HERE / "../../build/bench/bench_clap")
    options = parser.parse_args()
    if options.task == "make":
        make(options.folder, options.shape, options.seed)
    elif options.task == "compare":
        compare(options.folder, options.program)
    elif options.task == "speed":
        speed(options.folder, options.program, options.runs)
    else:
        fixtures(options.folder)


main()
