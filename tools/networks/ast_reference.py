"""What transformers' ASTModel computes on seeded random weights, layer by layer: the fixture that the tests of the
Audio Spectrogram Transformer compare with.

    python3 -m venv --system-site-packages venv-ast && venv-ast/bin/pip install -r requirements-ast.txt
    venv-ast/bin/python ast_reference.py ../../tests/networks/fixtures/ast.safetensors

The file holds the weights by the names of src/networks/ast_encoder.cpp ("weight.NAME"), two pictures ("picture", rows x
frames x bands), and what each layer gives ("layer.0" are the tokens; the last is the mean of the two learnt tokens).
"""
import argparse

import torch
from safetensors.torch import save_file
from transformers import ASTConfig, ASTModel

FRAMES, BANDS, WIDTH, LAYERS, HEADS, MLP = 36, 26, 24, 3, 3, 40


def make(path):
    torch.manual_seed(1)
    model = ASTModel(ASTConfig(hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=MLP,
                               hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, patch_size=16, frequency_stride=10,
                               time_stride=10, max_length=FRAMES, num_mel_bins=BANDS)).eval()
    with torch.no_grad():
        for parameter in model.parameters():  # as drawn, norms do nothing and biases are 0: a fault would not show
            parameter.copy_(torch.randn_like(parameter) * 0.2 + (1.0 if parameter.dim() == 1 else 0.0))
        picture = torch.randn(2, FRAMES, BANDS)
        answer = model(picture, output_hidden_states=True)
    states = {name: value.detach() for name, value in model.state_dict().items()}
    weights = {"learnt": torch.cat([states["embeddings.cls_token"], states["embeddings.distillation_token"]], 1),
               "positions": states["embeddings.position_embeddings"],
               "patches.weight": states["embeddings.patch_embeddings.projection.weight"].reshape(WIDTH, -1),
               "patches.bias": states["embeddings.patch_embeddings.projection.bias"],
               "norm.weight": states["layernorm.weight"], "norm.bias": states["layernorm.bias"]}
    for i in range(LAYERS):
        for kind in ("weight", "bias"):
            theirs = f"encoder.layer.{i}."
            weights[f"layer{i}.in.{kind}"] = torch.cat(
                [states[f"{theirs}attention.attention.{part}.{kind}"] for part in ("query", "key", "value")])
            for own, name in (("before", "layernorm_before"), ("after", "layernorm_after"), ("out", "attention.output.dense"),
                              ("first", "intermediate.dense"), ("second", "output.dense")):
                weights[f"layer{i}.{own}.{kind}"] = states[f"{theirs}{name}.{kind}"]
    tensors = {"weight." + name: value for name, value in weights.items()}
    tensors["picture"] = picture
    for i, state in enumerate(answer.hidden_states):
        tensors[f"layer.{i}"] = state
    tensors[f"layer.{LAYERS + 1}"] = answer.pooler_output
    save_file({name: value.contiguous().float() for name, value in tensors.items()}, path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    make(parser.parse_args().file)
