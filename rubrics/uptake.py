"""How far a reply builds on what the other said (uptake, Demszky et al. 2021): a ridge over features of the pair.

The features are what conversation analysts name as signs of uptake: words taken over, the rarer the more telling;
meaning kept; a question about it; against a mere token ("okay") or a change of topic.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rubrics.embedding import Encoder, Floats
from rubrics.pairs import builds_on, echoes
from rubrics.questions import questions
from rubrics.text import content, plain, tokens

Pair = tuple[str, str]
"""What the other said, and the reply to it."""

_TOKEN = re.compile(r"^(?:okay|right|yeah|yes|good|mhm|alright|great|excellent|thank you|no)\b")
_THAT = re.compile(r"\b(?:so|because|that|you (?:said|say|are saying|mean|got|think)|what do you mean|why|how)\b")


@dataclass(frozen=True, slots=True)
class Rarity:
    """How telling a word is: inverse document frequency over the texts seen."""

    count: int
    seen: Counter[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Rarity:
        return cls(len(texts), Counter(word for text in texts for word in set(tokens(text))))

    def sum(self, words: set[str]) -> float:
        return float(sum(np.log((1 + self.count) / (1 + self.seen[word])) for word in words))


def surface(pair: Pair, rarity: Rarity) -> Floats:
    """What can be read off the words: shape (features,)."""
    other, reply = pair
    said, told = set(tokens(other)), set(tokens(reply))
    shared, matter = said & told, content(other) & content(reply)
    asked = questions(reply)
    words = len(tokens(reply))
    return np.array(
        [
            np.log1p(words),
            np.log1p(len(tokens(other))),
            np.log1p(len(shared)),
            np.log1p(rarity.sum(shared)),
            rarity.sum(shared) / (1 + rarity.sum(said)),
            rarity.sum(shared) / (1 + rarity.sum(told)),
            len(matter) / (1 + len(content(other))),
            np.log1p(len(matter)),
            bool(matter),
            np.log1p(len(content(reply))),
            len(asked) > 0,
            sum(question.kind == "open" for question in asked),
            reply.rstrip().endswith("?"),
            builds_on(other, reply),
            echoes(other, reply) is not None,
            bool(_TOKEN.search(plain(reply))),
            bool(_TOKEN.search(plain(reply))) and words <= 3,
            len(_THAT.findall(plain(reply))),
            "?" in other,
        ],
        dtype=np.float32,
    )


def meaning(pair: Pair, encoder: Encoder) -> Floats:
    """Both embeddings multiplied, the reply's own, and their likeness: shape (2 * WIDTH + 1,)."""
    other, reply = encoder.embed(pair[0]), encoder.embed(pair[1])
    return np.concatenate([other * reply, reply, [other @ reply]]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Ridge:
    """Linear regression with an L2 penalty (Hoerl & Kennard 1970) over standardised features."""

    centre: Floats
    spread: Floats
    weights: Floats
    mean: float

    @classmethod
    def fit(cls, features: Floats, target: Floats, penalty: Floats) -> Ridge:
        """`features` (n, d), `target` (n,), `penalty` (d,): what each feature's weight costs."""
        centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
        x, mean = (features - centre) / spread, float(target.mean())
        scaled = x / np.sqrt(penalty)
        dual = np.linalg.solve(scaled @ scaled.T + np.eye(len(x)), target - mean)
        return cls(centre, spread, (scaled.T @ dual) / np.sqrt(penalty), mean)

    def predict(self, features: Floats) -> Floats:
        return np.asarray((features - self.centre) / self.spread @ self.weights + self.mean, dtype=np.float32)
