"""What words mean, as numbers: MiniLM's forward pass in numpy, from its published safetensors.

A six-layer BERT encoder (Wang et al. 2020, all-MiniLM-L6-v2): post-norm layers, 12 heads, GELU. No torch, no graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Floats = NDArray[np.float32]

LAYERS, HEADS, WIDTH = 6, 12, 384
MOST_TOKENS = 128  # all-MiniLM-L6-v2 was trained on no more
_EPSILON = np.float32(1e-12)


SITES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
"""The linear maps of a layer."""
CLS, SEP = 101, 102  # the vocabulary's marks for the beginning and for the end of a part


@dataclass(frozen=True, slots=True)
class Tokens:
    """One input of the encoder: ids and segments (0 first part, 1 second), each of shape (tokens,)."""

    ids: NDArray[np.int64]
    segments: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LowRank:
    """A change to a linear map, one per layer (Hu et al. 2021): `down` (LAYERS, in, rank), `up` (LAYERS, rank, out)."""

    down: Floats
    up: Floats


class Encoder:
    """Safe to use from several threads: nothing changes once it is made."""

    def __init__(self, folder: Path, changes: Mapping[str, LowRank] | None = None) -> None:
        """`folder` holds `model.safetensors` and `tokenizer.json`; `changes` are added to the maps of `SITES`.

        Raises OSError where the files can't be read.
        """
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.weights: dict[str, Floats] = {
            name: tensor
            for name, tensor in load_file(folder / "model.safetensors").items()
            if tensor.dtype == np.float32 and not name.startswith("pooler")
        }
        for site, change in (changes or {}).items():
            for layer in range(LAYERS):
                name = f"encoder.layer.{layer}.{site}.weight"
                self.weights[name] = self.weights[name] + (change.down[layer] @ change.up[layer]).T

    def ids(self, text: str) -> list[int]:
        """The text's word pieces, without marks."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def states(self, tokens: Tokens) -> Floats:
        """The last layer's state of each token, shape (tokens, WIDTH)."""
        w = self.weights
        x = (
            w["embeddings.word_embeddings.weight"][tokens.ids]
            + w["embeddings.position_embeddings.weight"][: len(tokens.ids)]
            + w["embeddings.token_type_embeddings.weight"][tokens.segments]
        )
        x = _norm(x, w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"])
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}.")
        return x

    def embed(self, text: str) -> Floats:
        """The meaning of a text: its tokens' mean, of length 1; shape (WIDTH,)."""
        mean = self.states(one(self.ids(text))).mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def _layer(self, x: Floats, name: str) -> Floats:
        w = self.weights
        count = len(x)

        def linear(part: str, value: Floats) -> Floats:
            return np.asarray(value @ w[f"{name}{part}.weight"].T + w[f"{name}{part}.bias"])

        query, key, value = (
            linear(f"attention.self.{part}", x).reshape(count, HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        attention = _softmax(query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(WIDTH // HEADS)))
        mixed = (attention @ value).transpose(1, 0, 2).reshape(count, WIDTH)
        x = _norm(
            x + linear("attention.output.dense", mixed),
            w[f"{name}attention.output.LayerNorm.weight"],
            w[f"{name}attention.output.LayerNorm.bias"],
        )
        wide = _gelu(linear("intermediate.dense", x))
        return _norm(
            x + linear("output.dense", wide), w[f"{name}output.LayerNorm.weight"], w[f"{name}output.LayerNorm.bias"]
        )


def one(ids: Sequence[int]) -> Tokens:
    """A single text, cut to what the model was trained on."""
    marked = [CLS, *ids[: MOST_TOKENS - 2], SEP]
    return Tokens(np.array(marked), np.zeros(len(marked), dtype=np.int64))


def pair(first: Sequence[int], second: Sequence[int]) -> Tokens:
    """Two texts, the second read in the light of the first."""
    head, tail = [CLS, *first, SEP], [*second, SEP]
    return Tokens(np.array([*head, *tail]), np.array([0] * len(head) + [1] * len(tail)))


def _norm(x: Floats, weight: Floats, bias: Floats) -> Floats:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
    return np.asarray(centred / spread * weight + bias)


def _softmax(x: Floats) -> Floats:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _gelu(x: Floats) -> Floats:
    """GELU by its tanh approximation (Hendrycks & Gimpel 2016), within 0.001 of the exact one."""
    return np.asarray(0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x))))
