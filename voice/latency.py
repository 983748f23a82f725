"""How long the learner waited, read off a call's journal.

Voice to voice: from the learner's last sample of speech to the customer's first audible one. Substance: to the first
that isn't an opener. Gap: the silence between the opener's end and what follows. What was audible when is known from
the client's reports, so that the device's buffer counts too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from voice.clock import CUSTOMER_RATE, LEARNER_RATE

_MS = 1_000.0


@dataclass(slots=True)
class _Answer:
    """One answer's stages, in the machine's seconds since the call began."""

    epoch: int
    turn: int
    spoke_s: float
    commit_s: float
    opener: str = ""
    stages_s: dict[str, float] = field(default_factory=dict)
    origins: dict[int, str] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)  # piece -> its first customer sample
    acks: list[tuple[int, float]] = field(default_factory=list)

    def audible_s(self, sample: int) -> float | None:
        """When a customer sample was played; None if that isn't known."""
        for played, wall_s in self.acks:
            if played >= max(1, sample):
                return wall_s - (played - sample) / CUSTOMER_RATE
        return None


def latency(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{"turns": [{"turn", "voice_to_voice_ms", "substance_ms", "gap_ms", "opener", "stages"}], "voice_to_voice_ms":
    {"p50", "p95"}, "substance_ms", "gap_ms"}`. Stages are milliseconds since the learner's last sample of speech."""
    turns = [_report(answer) for answer in _answers(entries)]
    keys = ("voice_to_voice_ms", "substance_ms", "gap_ms")
    return {"turns": turns, **{key: _percentiles([t[key] for t in turns if t[key] is not None]) for key in keys}}


def _answers(entries: Sequence[Mapping[str, Any]]) -> list[_Answer]:
    """The answers that stood, one for each spoken turn."""
    answers: dict[int, _Answer] = {}
    by_epoch: dict[int, _Answer] = {}
    early: dict[int, list[tuple[str, Mapping[str, Any], float]]] = {}  # what came of an answer before its commit
    spoke_s = 0.0
    pause: dict[str, float] = {}
    for entry in entries:
        if entry.get("type") != "step":
            continue
        wall_s, (name, event) = float(entry["wall_s"]), entry["event"]
        if name == "SpeechPaused":
            spoke_s, pause = wall_s - (event["at"] - event["last"]) / LEARNER_RATE, {}
        elif name == "Recognized" and event["kind"] == "tail":
            pause["tail"] = wall_s
        elif name == "EndJudged":
            pause["end_judged"] = wall_s
        happened = [(name, event), *entry["commands"]]
        for what, values in happened:
            epoch = values.get("utterance", values.get("epoch"))
            if what == "Commit" and values["turn"] >= 0 and not values["heard"]["typed"]:
                answer = _Answer(epoch, values["turn"], spoke_s, wall_s, stages_s=dict(pause))
                answers[values["turn"]] = by_epoch[epoch] = answer
                for past in early.pop(epoch, []):
                    _add(answer, *past)
            elif epoch in by_epoch:
                _add(by_epoch[epoch], what, values, wall_s)
            elif epoch is not None:
                early.setdefault(epoch, []).append((what, values, wall_s))
    return [answer for answer in answers.values() if answer.starts]


def _add(answer: _Answer, what: str, values: Mapping[str, Any], wall_s: float) -> None:
    match what:
        case "Decided":
            answer.opener = values["opener"]
            answer.stages_s.setdefault("decided", wall_s)
        case "LineWritten":
            answer.stages_s.setdefault("written", wall_s)
        case "Synthesize":
            answer.origins[values["piece"]] = values["origin"]
        case "Synthesized":
            answer.lengths[values["piece"]] = values["customer_samples"]
            if answer.origins.get(values["piece"]) != "opener":
                answer.stages_s.setdefault("synthesized", wall_s)
        case "Say":
            answer.starts[values["piece"]] = values["first"] + values["gap"]
            answer.stages_s.setdefault("sent", wall_s)
        case "Played":
            answer.acks.append((values["customer_samples"], wall_s))


def _report(answer: _Answer) -> dict[str, Any]:
    first_s = answer.audible_s(0)
    openers = [piece for piece in answer.starts if answer.origins.get(piece) == "opener"]
    others = [piece for piece in answer.starts if piece not in openers]
    substance_s = answer.audible_s(answer.starts[others[0]]) if others else None
    opener_end_s = answer.audible_s(answer.starts[openers[0]] + answer.lengths[openers[0]]) if openers else None
    known = substance_s is not None and opener_end_s is not None
    stages_s = {**answer.stages_s, "commit": answer.commit_s}
    return {
        "turn": answer.turn,
        "voice_to_voice_ms": _since(answer.spoke_s, first_s),
        "substance_ms": _since(answer.spoke_s, substance_s),
        "gap_ms": _since(opener_end_s or 0.0, substance_s) if known else None,
        "opener": answer.opener,
        "stages": {name: _since(answer.spoke_s, at_s) for name, at_s in sorted(stages_s.items(), key=lambda s: s[1])},
    }


def _since(start_s: float, end_s: float | None) -> int | None:
    return None if end_s is None else max(0, round((end_s - start_s) * _MS))


def _percentiles(values: list[int]) -> dict[str, int | None]:
    if not values:
        return {"p50": None, "p95": None}
    if len(values) == 1:
        return {"p50": values[0], "p95": values[0]}
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49]), "p95": round(cuts[94])}
