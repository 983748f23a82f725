"""What a grade was made with, as a fingerprint: another judge, model or prompt makes another one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import rubrics
from rubrics.grade import METHOD
from rubrics.moves import Recognize, recognize_moves
from rubrics.recognizer import WEIGHTS

_JUDGE = Path(rubrics.__file__).parent


@dataclass(frozen=True, slots=True)
class Method:
    """`judge` names the way of judging, `judge_hash` is of its program; `models` are those that it asks, each with its
    weights' hash; `prompts_hash` is of what it asks them, empty where no language model judges.
    """

    judge: str
    judge_hash: str
    models: Mapping[str, str] = field(default_factory=dict)
    prompts_hash: str = ""

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def method_of(recognize: Recognize) -> Method:
    """The method of this program with this recogniser of moves."""
    models = {} if recognize is recognize_moves else {"moves": _hash_of(WEIGHTS)}
    return Method(METHOD, _judge_hash(), models)


@cache
def _judge_hash() -> str:
    """Of all code that judges and its figures: a name for the method would have to be thought of at every change."""
    found = hashlib.sha256()
    for path in sorted([*_JUDGE.glob("*.py"), *_JUDGE.glob("weights/*.json")]):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


@cache
def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
