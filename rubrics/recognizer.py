"""The trained recogniser of moves: MiniLM with low-rank changes, and for each move a head over the words that show it.

What the customer said before and the utterance go in as a pair. A head attends to the utterance's words (label-wise
attention, Mullenbach et al. 2018), so that one move in a long turn isn't averaged away, and adds what the rules found.
`make train` makes the weights; docs/decisions/0008 has the comparison that chose this.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from rubrics.embedding import SITES, Encoder, Floats, LowRank, Tokens, pair
from rubrics.moves import MOVES, recognize_moves
from rubrics.text import plain

WEIGHTS = Path(__file__).parent / "weights" / "moves.npz"
BEFORE_TOKENS = 40  # the end of what the customer said is what gets answered
WINDOW_TOKENS, STEP_TOKENS = 112, 80  # a monologue is read in overlapping windows, so that its cost grows only in step
_REMEMBERED = 4096  # utterances: a call and its grading ask for the same ones again
_ARRAYS = ("attend", "weigh", "bias", "rules", "least")


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights of the recogniser.

    `attend` and `weigh` have the shape (moves, WIDTH), `bias` and `least` (moves,), `rules` (rule_moves, moves). A move
    is made where its chance reaches `least`. `data` is the SHA-256 of the training data.
    """

    moves: tuple[str, ...]
    rule_moves: tuple[str, ...]
    attend: Floats
    weigh: Floats
    bias: Floats
    rules: Floats
    least: Floats
    changes: Mapping[str, LowRank]
    data: str = ""

    @classmethod
    def load(cls, path: Path) -> Heads:
        """Raises OSError where the file can't be read."""
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        floats = {name: value.astype(np.float32) for name, value in arrays.items() if value.dtype.kind == "f"}
        return cls(
            tuple(str(move) for move in arrays["moves"]),
            tuple(str(move) for move in arrays["rule_moves"]),
            **{name: floats[name] for name in _ARRAYS},
            changes={site: LowRank(floats[f"{site}.down"], floats[f"{site}.up"]) for site in SITES},
            data=str(arrays["data"]),
        )

    def save(self, path: Path) -> None:
        """As float16: half the size, and less than the seeds of two trainings differ by."""
        half = {name: getattr(self, name) for name in _ARRAYS}
        half |= {f"{site}.down": change.down for site, change in self.changes.items()}
        half |= {f"{site}.up": change.up for site, change in self.changes.items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            path,
            moves=np.array(self.moves),
            rule_moves=np.array(self.rule_moves),
            data=np.array(self.data),
            **{name: value.astype(np.float16) for name, value in half.items()},
        )


class MoveRecognizer:
    """Called as `recognize_moves` is. Remembers what it was asked; safe to use from several threads.

    The models are loaded by the first call.
    """

    def __init__(self, meaning: Path, weights: Path = WEIGHTS) -> None:
        """`meaning` is the folder of the embedding model MiniLM."""
        self._meaning, self._weights = meaning, weights
        self._loading = threading.Lock()
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._recognize)

    def __call__(self, text: str, before: str = "") -> tuple[str, ...]:
        """The ids of the moves that `text` makes, in the catalogue's order. Usable on partials; no words, no move."""
        return self._remembered(text, before)

    def chances(self, text: str, before: str = "") -> dict[str, float]:
        """How likely `text` makes each move, 0 to 1."""
        return dict(zip(self.heads.moves, self._chances(text, before).tolist(), strict=True))

    def warm(self) -> None:
        """Load the models now."""
        self("hello")

    @property
    def heads(self) -> Heads:
        return self._models[0]

    @cached_property
    def _loaded(self) -> tuple[Heads, Encoder]:
        heads = Heads.load(self._weights)
        return heads, Encoder(self._meaning, heads.changes)

    @property
    def _models(self) -> tuple[Heads, Encoder]:
        with self._loading:
            return self._loaded

    def _recognize(self, text: str, before: str) -> tuple[str, ...]:
        if not plain(text):
            return ()
        made = self._chances(text, before) >= self.heads.least
        found = {move for move, is_made in zip(self.heads.moves, made, strict=True) if is_made}
        return tuple(move for move in MOVES if move in found)

    def _chances(self, text: str, before: str) -> Floats:
        heads, encoder = self._models
        told = frozenset(recognize_moves(text, before))
        by_rules = np.array([move in told for move in heads.rule_moves], dtype=np.float32) @ heads.rules + heads.bias
        seen = [_shown(heads, encoder.states(tokens), tokens) for tokens in windows(encoder, text, before)]
        return np.asarray(1 / (1 + np.exp(-(np.max(seen, axis=0) + by_rules))), dtype=np.float32)


def windows(encoder: Encoder, text: str, before: str) -> Sequence[Tokens]:
    """The pairs to encode for one utterance; one, unless it is a monologue."""
    said, heard = encoder.ids(before)[-BEFORE_TOKENS:], encoder.ids(text)
    last = max(0, len(heard) - WINDOW_TOKENS)
    starts = [*range(0, last, STEP_TOKENS), last]
    return [pair(said, heard[start : start + WINDOW_TOKENS]) for start in starts]


def _shown(heads: Heads, states: Floats, tokens: Tokens) -> Floats:
    """How far the words show each move, shape (moves,)."""
    own = states[tokens.segments == 1]
    pull = own @ heads.attend.T
    share = np.exp(pull - pull.max(axis=0))
    share /= share.sum(axis=0)
    return np.asarray(((share.T @ own) * heads.weigh).sum(axis=1))
