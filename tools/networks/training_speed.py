"""A training step of "flow-mlp" beside the same network in PyTorch, on one thread of this machine, by turns: processor
time, so that other work on the machine matters little.

    training_speed.py [--program ../../build/bench/bench_proposal_training] [--rounds 5] [--steps 4]

Needs PyTorch from 1.13 on (Debian: python3-torch) and prints sounds a second of both, and the median of their ratios.
Both have AdamW, a moving average of the weights, 256 sounds a step and four draws of time and noise a sound.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read when PyTorch is loaded

import argparse
import math
import pathlib
import re
import statistics
import subprocess
import time

import torch
from torch import nn
from torch.nn.functional import gelu, silu

HERE = pathlib.Path(__file__).resolve().parent
# As bench/proposal_training.cpp has them.
FRAMES, BANDS, GLOBALS, VECTOR, ROWS = 100, 176, 120, 28, 256
TOKENS, TOKEN_WIDTH, ENCODING, GLOBALS_HIDDEN, MIXER_BLOCKS = 20, 160, 512, 256, 2
HIDDEN, LAYERS, TIME_FEATURES, TIME_VALUES, DRAWS, DROP = 384, 5, 64, 128, 4, 0.1


class MixerBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.token_norm, self.value_norm = nn.LayerNorm(TOKEN_WIDTH), nn.LayerNorm(TOKEN_WIDTH)
        self.token_first, self.token_second = nn.Linear(TOKENS, 2 * TOKENS), nn.Linear(2 * TOKENS, TOKENS)
        self.value_first, self.value_second = nn.Linear(TOKEN_WIDTH, 2 * TOKEN_WIDTH), nn.Linear(2 * TOKEN_WIDTH, TOKEN_WIDTH)

    def forward(self, x):
        rows = x.shape[0] // TOKENS
        across = self.token_norm(x).reshape(rows, TOKENS, TOKEN_WIDTH).transpose(1, 2).reshape(-1, TOKENS)
        mixed = self.token_second(gelu(self.token_first(across)))
        x = x + mixed.reshape(rows, TOKEN_WIDTH, TOKENS).transpose(1, 2).reshape(-1, TOKEN_WIDTH)
        return x + self.value_second(gelu(self.value_first(self.value_norm(x))))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(FRAMES // TOKENS * BANDS, TOKEN_WIDTH)
        self.blocks = nn.ModuleList(MixerBlock() for _ in range(MIXER_BLOCKS))
        self.out_norm, self.norm = nn.LayerNorm(TOKEN_WIDTH), nn.LayerNorm(ENCODING)
        self.out = nn.Linear(TOKENS * TOKEN_WIDTH, ENCODING)
        self.globals_first, self.globals_second = nn.Linear(GLOBALS, GLOBALS_HIDDEN), nn.Linear(GLOBALS_HIDDEN, ENCODING)

    def forward(self, picture, told):
        rows = picture.shape[0]
        x = self.first(picture.reshape(rows * TOKENS, -1))
        for block in self.blocks:
            x = block(x)
        seen = self.out(self.out_norm(x).reshape(rows, -1))
        return self.norm(gelu(seen + self.globals_second(gelu(self.globals_first(told)))))


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(VECTOR, HIDDEN)
        self.in_condition = nn.Linear(ENCODING, 2 * LAYERS * HIDDEN)
        self.in_time, self.from_time = nn.Linear(TIME_FEATURES, TIME_VALUES), nn.Linear(TIME_VALUES, 2 * LAYERS * HIDDEN)
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN, elementwise_affine=False) for _ in range(LAYERS))
        self.firsts = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in range(LAYERS))
        self.seconds = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in range(LAYERS))
        self.out_norm, self.out = nn.LayerNorm(HIDDEN), nn.Linear(HIDDEN, VECTOR)
        self.register_buffer("frequencies", torch.logspace(0, 3, TIME_FEATURES // 2))

    def forward(self, x, moment, condition):
        angles = moment.unsqueeze(-1) * self.frequencies
        features = torch.cat([angles.sin(), angles.cos()], -1)
        told = self.in_condition(condition).unsqueeze(1) + self.from_time(silu(self.in_time(features)))
        told = told.reshape(*told.shape[:2], LAYERS, 2, HIDDEN)
        h = self.first(x)
        for i in range(LAYERS):
            inner = torch.addcmul(told[:, :, i, 1], self.norms[i](h), told[:, :, i, 0] + 1)
            h = h + self.seconds[i](gelu(self.firsts[i](inner)))
        return self.out(self.out_norm(h))


class Flow(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.field = Encoder(), Field()
        self.no_sound = nn.Parameter(torch.zeros(1, ENCODING))

    def loss(self, picture, told, vector, mask):
        condition = self.encoder(picture, told)
        condition = torch.where(torch.rand(ROWS, 1) < DROP, self.no_sound, condition)
        wanted = vector.unsqueeze(1)
        noise = torch.randn(ROWS, DRAWS, VECTOR)
        moment = torch.sigmoid(torch.randn(ROWS, DRAWS))
        velocity = wanted - noise
        found = self.field(torch.addcmul(noise, velocity, moment.unsqueeze(2)), moment, condition)
        mask = mask.unsqueeze(1)
        return ((found - velocity) ** 2 * mask).sum() / (mask.sum() * DRAWS)


class Theirs:
    def __init__(self):
        torch.set_num_threads(1)
        torch.manual_seed(1)
        self.flow = Flow()
        self.optimizer = torch.optim.AdamW(self.flow.parameters(), lr=1.5e-3, betas=(0.9, 0.99), weight_decay=0.05)
        self.average = [parameter.detach().clone() for parameter in self.flow.parameters()]
        self.batch = (torch.rand(ROWS, FRAMES, BANDS) * 2 - 1, torch.rand(ROWS, GLOBALS) * 2 - 1,
                      torch.rand(ROWS, VECTOR) * 2 - 1, torch.ones(ROWS, VECTOR))
        self.step()

    def step(self):
        loss = self.flow.loss(*self.batch)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            for average, parameter in zip(self.average, self.flow.parameters()):
                average.lerp_(parameter, 0.01)
        return float(loss)

    def rate(self, steps):
        begin = time.process_time()
        for _ in range(steps):
            self.step()
        return steps * ROWS / (time.process_time() - begin)


def our_rate(program, steps):
    out = subprocess.run([program, "flow-mlp", str(steps)], check=True, capture_output=True, text=True).stdout
    return float(re.search(r"flow-mlp: (\d+) sounds/s", out).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(HERE / "../../build/bench/bench_proposal_training"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4)
    arguments = parser.parse_args()
    theirs = Theirs()
    weights = sum(math.prod(parameter.shape) for parameter in theirs.flow.parameters())
    print(f"PyTorch {torch.__version__}, {weights / 1e6:.1f} million weights, {ROWS} sounds a step")
    ratios = []
    for number in range(arguments.rounds):
        ours, other = our_rate(arguments.program, arguments.steps), theirs.rate(arguments.steps)
        ratios.append(other / ours)
        print(f"round {number + 1}: ours {ours:.0f} sounds/s, PyTorch {other:.0f} sounds/s")
    print(f"time of ours by that of PyTorch, median of {arguments.rounds}: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
