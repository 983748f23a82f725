"""A draft scenario out of a skeleton that is sound by itself and what a language model wrote for some of its fields.

Ids, gates, rules, moves, the persona and the rubric are never the model's: it words, within a schema and these bounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from personas.yaml_text import LibraryError

_FOLDER = Path(__file__).parent
_LONGEST = 240  # characters of a line
_HEADER_LINES = 1
_ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override)\b.{0,40}\b(above|previous|prior|instructions?|rules?|prompt|everything)\b"
    r"|\byou are now\b|\bsystem prompt\b|^\s*(system|assistant|user)\s*:|\bset\s+\w+\s*:|</?material>",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{5,}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_GROUP = re.compile(r"(facts|objections|opening|learner_brief)\[(\d+)\]")

Check = Callable[[str], Sequence[LibraryError]]


def without_orders(text: str) -> str:
    """The text without sentences that speak to a language model instead of about the business."""
    return "\n".join(part for part in _SENTENCE.split(text) if part.strip() and not _ORDERS.search(part))


def skeleton(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((_FOLDER / f"skeleton-{kind}.yaml").read_text(encoding="utf-8"))
    return data


def assembled(kind: str, identifier: str, written: Mapping[str, Any], check: Check) -> str:
    """The draft as YAML. What of the model's doesn't pass `check` is left out, in the end all of it."""
    plain, draft = skeleton(kind), skeleton(kind)
    plain["id"] = draft["id"] = identifier
    for name in ("title", "summary", "goal", "situation"):
        draft[name] = _line(written.get(name)) or plain[name]
    for name in ("learner_brief", "opening"):
        draft[name] = _lines(written.get(name)) or plain[name]
    draft["facts"] = [fact for place, item in enumerate(_items(written, "facts")) if (fact := _fact(place, item))]
    draft["objections"] += [
        each for place, item in enumerate(_items(written, "objections")) if (each := _objection(place, item))
    ]
    while errors := check(_text(draft)):
        if not _leave_out(draft, plain, errors):
            return _text(plain)
    return _text(draft)


def _fact(place: int, item: Mapping[str, Any]) -> dict[str, Any] | None:
    about, says = _line(item.get("about")), _line(item.get("says"))
    words = list(dict.fromkeys(_WORD.findall(about.lower())))
    telling = sorted(set(_WORD.findall(says.lower())) - set(words), key=lambda word: (-len(word), word))[:2]
    if not words or len(telling) < 2:
        return None
    return {
        "id": f"fact-{place + 1}",
        "about": about,
        "topics": words[:6],
        "volunteer": True,
        "needs": {"trust": 4},
        "says": [says],
        "reveals": ["+".join(telling)],
    }


def _objection(place: int, item: Mapping[str, Any]) -> dict[str, Any] | None:
    about, says, answered = (_line(item.get(name)) for name in ("about", "says", "answered"))
    if not (about and says and answered):
        return None
    return {
        "id": f"objection-{place + 1}",
        "about": about,
        "when": {"from_turn": 2 + place},
        "latent": True,
        "answered_by": [
            {"any": ["answer_objection", "explore_objection", "cite_proof", "explain_action"], "without": ["pressure"]},
            {"moves": ["acknowledge"], "any": ["ask_open_question", "tie_value", "empathise"]},
        ],
        "says": [says],
        "returns": ["You haven't answered what I said."],
        "answered": [answered],
    }


def _items(written: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = written.get(name)
    return [item for item in found if isinstance(item, Mapping)][:4] if isinstance(found, list) else []


def _lines(value: object) -> list[str]:
    return [line for item in value[:4] if (line := _line(item))] if isinstance(value, list) else []


def _line(value: object) -> str:
    """One plain line, or nothing where it isn't one."""
    if not isinstance(value, str) or _ORDERS.search(value):
        return ""
    text = " ".join(re.sub(r"[{}<>\x00-\x1f\x7f\ufeff]", " ", value).split())
    return text if 3 <= len(text) <= _LONGEST else ""


def _leave_out(draft: dict[str, Any], plain: Mapping[str, Any], errors: Sequence[LibraryError]) -> bool:
    """Whether there was something of the model's to leave out."""
    for error in errors:
        found = _GROUP.match(error.key)
        if found and found[1] in ("facts", "objections"):
            group, place = draft[found[1]], int(found[2])
            if place >= len(plain[found[1]]):
                del group[place]
                return True
        elif found and draft[found[1]] != plain[found[1]]:
            draft[found[1]] = plain[found[1]]
            return True
    if draft["facts"]:
        draft["facts"].pop()  # an authored line gives it away
        return True
    return False


def _text(draft: Mapping[str, Any]) -> str:
    header = (_FOLDER / "skeleton-sales.yaml").read_text(encoding="utf-8").splitlines()[:_HEADER_LINES]
    body = yaml.safe_dump(dict(draft), sort_keys=False, allow_unicode=True, width=110)
    return "\n".join([*header, body])
