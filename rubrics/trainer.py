"""Trains the recogniser of moves (`rubrics.recognizer`) from labelled utterances, in JAX; a few minutes an epoch.

MiniLM stays as it is; what is learned are low-rank changes to its linear maps (Hu et al. 2021), a head per move, and
what each rule's finding counts for. The same data, seed and machine give the same weights.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from rubrics.embedding import HEADS as ATTENTION_HEADS
from rubrics.embedding import LAYERS, SITES, WIDTH, Encoder, Floats, LowRank, Tokens
from rubrics.move_examples import Example
from rubrics.moves import CATALOGUE, TALK_OVER, recognize_moves
from rubrics.recognizer import Heads, windows

MOVES = tuple(move.id for move in CATALOGUE if move.id != TALK_OVER)

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. What each is good for was measured by cross-validation: docs/decisions/0008."""

    seed: int = 20261123
    rank: int = 8
    epochs: int = 8
    batch: int = 32
    rate_changes: float = 1e-3
    rate_heads: float = 3e-3
    decay: float = 0.01
    dropout: float = 0.1
    positive_weight: float = 2.0  # most moves are made by one utterance in fifty
    unpunctuated: float = 0.3  # share of utterances shown without punctuation, as recognisers write
    joined: float = 0.2  # share shown with another one behind: long turns make several moves
    masked: float = 0.05  # share of words hidden
    deaf: float = 0.2  # share of the rules' findings hidden, so that the heads don't lean on them
    least: float = 0.5


def train(
    examples: Sequence[Example], meaning: Path, recipe: Recipe, report: Callable[[str], None] = lambda line: None
) -> Heads:
    """Learn from the examples; `meaning` is MiniLM's folder, `report` is told about each epoch."""
    encoder = Encoder(meaning)
    frozen = _stacked(encoder)
    rng = np.random.default_rng(recipe.seed)
    params = _first(rng, recipe)
    moments = (jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params))
    step = jax.jit(_step(frozen, recipe))
    findings = np.array([_findings(example) for example in examples])
    steps = recipe.epochs * -(-len(examples) // recipe.batch)
    key, done = jax.random.key(recipe.seed), 0
    for epoch in range(recipe.epochs):
        losses = []
        for batch in _batches(encoder, examples, findings, rng, recipe):
            done += 1
            key, dice = jax.random.split(key)
            rate = min(1.0, done / 40) * max(0.02, 1 - done / steps)
            params, moments, loss = step(params, moments, batch, dice, float(done), rate)
            losses.append(float(loss))
        report(f"epoch {epoch + 1} of {recipe.epochs}: loss {np.mean(losses):.4f}")
    learned = jax.tree.map(np.asarray, params)
    return Heads(
        moves=MOVES,
        rule_moves=MOVES,
        **{name: learned[name] for name in ("attend", "weigh", "bias", "rules")},
        least=np.full(len(MOVES), recipe.least, dtype=np.float32),
        changes={site: LowRank(learned[f"{site}.down"], learned[f"{site}.up"]) for site in SITES},
    )


# What is shown.


def _findings(example: Example) -> Floats:
    found = frozenset(recognize_moves(example.text, example.before))
    return np.array([move in found for move in MOVES], dtype=np.float32)


def _labels(example: Example) -> Floats:
    return np.array([move in example.moves for move in MOVES], dtype=np.float32)


def _unpunctuated(text: str) -> str:
    return re.sub(r"[.,!?;:\"“”—–-]+", " ", text)


_MASK, _MARKS = 103, (101, 102)  # in MiniLM's vocabulary
_LENGTH_STEP = 16  # batches are padded to multiples of this: few shapes to compile


def _batches(
    encoder: Encoder, examples: Sequence[Example], findings: Floats, rng: np.random.Generator, recipe: Recipe
) -> Iterator[dict[str, NDArray[Any]]]:
    """One epoch, shuffled, varied, with utterances of like length together."""
    shown: list[tuple[Tokens, Floats, Floats]] = []
    for place, example in enumerate(examples):
        found, labels = findings[place], _labels(example)
        if rng.random() < recipe.unpunctuated:
            example = replace(example, text=_unpunctuated(example.text), before=_unpunctuated(example.before))
        if rng.random() < recipe.joined:
            other = int(rng.integers(len(examples)))
            if not examples[other].before:
                example = replace(example, text=f"{example.text} {examples[other].text}")
                found, labels = np.maximum(found, findings[other]), np.maximum(labels, _labels(examples[other]))
        found = found * (rng.random(len(MOVES)) >= recipe.deaf)
        shown.append((_masked(windows(encoder, example.text, example.before)[0], rng, recipe), found, labels))
    lengths = np.array([len(tokens.ids) for tokens, _, _ in shown])
    order = np.argsort(lengths + rng.normal(scale=3, size=len(shown)), kind="stable")
    starts = list(range(0, len(order), recipe.batch))
    rng.shuffle(starts)
    for start in starts:
        places = np.resize(order[start : start + recipe.batch], recipe.batch)
        yield _padded([shown[place] for place in places])


def _masked(tokens: Tokens, rng: np.random.Generator, recipe: Recipe) -> Tokens:
    hidden = (rng.random(len(tokens.ids)) < recipe.masked) & ~np.isin(tokens.ids, _MARKS)
    return Tokens(np.where(hidden, _MASK, tokens.ids), tokens.segments)


def _padded(shown: Sequence[tuple[Tokens, Floats, Floats]]) -> dict[str, NDArray[Any]]:
    width = -(-max(len(tokens.ids) for tokens, _, _ in shown) // _LENGTH_STEP) * _LENGTH_STEP
    ids, segments, real = (np.zeros((len(shown), width), dtype=np.int32) for _ in range(3))
    for row, (tokens, _, _) in enumerate(shown):
        count = len(tokens.ids)
        ids[row, :count], segments[row, :count], real[row, :count] = tokens.ids, tokens.segments, 1
    found, labels = (np.array([item[part] for item in shown], dtype=np.float32) for part in (1, 2))
    return {"ids": ids, "segments": segments, "real": real, "found": found, "labels": labels}


def as_batch(encoder: Encoder, examples: Sequence[Example]) -> dict[str, NDArray[Any]]:
    """These examples as they are."""
    return _padded(
        [
            (windows(encoder, example.text, example.before)[0], _findings(example), _labels(example))
            for example in examples
        ]
    )


def logits(encoder: Encoder, params: Params, batch: dict[str, NDArray[Any]]) -> Floats:
    """What the training sees, without dropout; shape (batch, moves)."""
    return np.asarray(_logits(_stacked(encoder), params, batch, jax.random.key(0), 0.0))


# What is learned.


def _first(rng: np.random.Generator, recipe: Recipe) -> Params:
    """No change to the model, heads that weigh all words alike, rules taken at their word."""
    count = len(MOVES)
    params: Params = {
        "attend": jnp.zeros((count, WIDTH)),
        "weigh": jnp.asarray(rng.normal(scale=0.01, size=(count, WIDTH)), jnp.float32),
        "bias": jnp.full(count, -3.0),
        "rules": jnp.eye(count),
    }
    for site in SITES:
        wide_in = 4 * WIDTH if site == "output.dense" else WIDTH
        wide_out = 4 * WIDTH if site == "intermediate.dense" else WIDTH
        down = rng.normal(scale=wide_in**-0.5, size=(LAYERS, wide_in, recipe.rank))
        params[f"{site}.down"] = jnp.asarray(down, jnp.float32)
        params[f"{site}.up"] = jnp.zeros((LAYERS, recipe.rank, wide_out))
    return params


def _stacked(encoder: Encoder) -> Params:
    """The frozen weights, those of the layers stacked: one compiled layer serves for all."""
    layered: Params = {}
    for name in [name for name in encoder.weights if name.startswith("encoder.layer.0.")]:
        part = name.removeprefix("encoder.layer.0.")
        layered[part] = jnp.stack([encoder.weights[f"encoder.layer.{layer}.{part}"] for layer in range(LAYERS)])
    rest = {name: jnp.asarray(weight) for name, weight in encoder.weights.items() if not name.startswith("encoder.")}
    return {**rest, "layers": layered}


def _logits(frozen: Params, params: Params, batch: Params, dice: Any, dropout: float) -> Any:
    """`rubrics.embedding` and `rubrics.recognizer` again, for a batch and with dropout; shape (batch, moves)."""
    ids, own = batch["ids"], batch["segments"] * batch["real"]
    x = (
        frozen["embeddings.word_embeddings.weight"][ids]
        + frozen["embeddings.position_embeddings.weight"][: ids.shape[1]]
        + frozen["embeddings.token_type_embeddings.weight"][batch["segments"]]
    )
    x = _norm(x, frozen, "embeddings.LayerNorm")
    padding = jnp.where(batch["real"] > 0, 0.0, -1e9)[:, None, None, :]

    def dropped(value: Any, key: Any) -> Any:
        return value * jax.random.bernoulli(key, 1 - dropout, value.shape) / (1 - dropout)

    def layer(x: Any, given: tuple[Params, Params, Any]) -> tuple[Any, None]:
        weights, change, key = given
        first, second = jax.random.split(key)

        def linear(site: str, value: Any) -> Any:
            straight = value @ weights[f"{site}.weight"].T + weights[f"{site}.bias"]
            return straight + value @ change[f"{site}.down"] @ change[f"{site}.up"]

        def split(value: Any) -> Any:
            return value.reshape(*value.shape[:2], ATTENTION_HEADS, -1).transpose(0, 2, 1, 3)

        query, key_, value = (split(linear(f"attention.self.{part}", x)) for part in ("query", "key", "value"))
        scores = query @ key_.transpose(0, 1, 3, 2) / np.sqrt(WIDTH // ATTENTION_HEADS) + padding
        mixed = (jax.nn.softmax(scores) @ value).transpose(0, 2, 1, 3).reshape(x.shape)
        x = _norm(x + dropped(linear("attention.output.dense", mixed), first), weights, "attention.output.LayerNorm")
        wide = jax.nn.gelu(linear("intermediate.dense", x))
        return _norm(x + dropped(linear("output.dense", wide), second), weights, "output.LayerNorm"), None

    change = {name: value for name, value in params.items() if "." in name}
    inner, last = jax.random.split(dice)
    x, _ = jax.lax.scan(layer, x, (frozen["layers"], change, jax.random.split(inner, LAYERS)), unroll=LAYERS)
    x = dropped(x, last)
    pull = jnp.einsum("bnd,md->bmn", x, params["attend"])
    share = jax.nn.softmax(jnp.where(own[:, None, :] > 0, pull, -1e9))
    shown = jnp.einsum("bmn,bnd,md->bm", share, x, params["weigh"])
    return shown + batch["found"] @ params["rules"] + params["bias"]


def _norm(x: Any, weights: Params, name: str) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    spread = jnp.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-12)
    return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _step(frozen: Params, recipe: Recipe) -> Callable[..., Any]:
    """One step of AdamW (Loshchilov & Hutter 2019) on the clipped gradient of a weighted cross-entropy."""

    def loss_of(params: Params, batch: Params, dice: Any) -> Any:
        logits = _logits(frozen, params, batch, dice, recipe.dropout)
        made, unmade = jax.nn.softplus(-logits), jax.nn.softplus(logits)
        labels = batch["labels"]
        return (recipe.positive_weight * labels * made + (1 - labels) * unmade).sum(axis=1).mean()

    def step(params: Params, moments: Any, batch: Params, dice: Any, count: float, rate: float) -> Any:
        loss, slopes = jax.value_and_grad(loss_of)(params, batch, dice)
        size = jnp.sqrt(sum(jnp.sum(slope * slope) for slope in jax.tree.leaves(slopes)))
        slopes = jax.tree.map(lambda slope: slope * jnp.minimum(1.0, 5.0 / size), slopes)
        means = jax.tree.map(lambda mean, slope: 0.9 * mean + 0.1 * slope, moments[0], slopes)
        squares = jax.tree.map(lambda square, slope: 0.98 * square + 0.02 * slope * slope, moments[1], slopes)
        updated = {}
        for name, value in params.items():
            change = "." in name
            by = means[name] / (1 - 0.9**count) / (jnp.sqrt(squares[name] / (1 - 0.98**count)) + 1e-8)
            shrink = 0.0 if change else recipe.decay * value
            updated[name] = value - rate * (recipe.rate_changes if change else recipe.rate_heads) * (by + shrink)
        return updated, (means, squares), loss

    return step
