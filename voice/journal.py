"""The journal of a call: one append-only list of what happened, written as it happens.

One JSON object a line, flushed each, so that killing the process loses at most a torn last line. The first says what
call this is (`opened`); each step of the conversation is its event and the commands it led to (`step`); `settled` holds
the director's account of an answer; `noted` anything else worth counting. Everything that is known of a call afterwards
is read off this.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from voice.clock import seconds
from voice.commands import Command
from voice.conversation import Conversation
from voice.events import Event, HungUp
from voice.hearing import TurnEnd
from voice.journal_codec import decode_event, encode
from voice.record import JSON, CallRecord, Decision, Turn, Word
from voice.rules import Rules
from voice.turns import silence_needed_s

INTERRUPTED = "interrupted"  # how a call ended whose process died
_VERSION = 1

Entry = Mapping[str, Any]


class JournalWriter:
    """Appends to a call's journal. Raises OSError where the disk doesn't take it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _mend_torn_end(path)
        self._file = path.open("a", encoding="utf-8")

    def opened(self, call: str, rules: Rules, facts: JSON) -> None:
        """The first entry. `facts` are the call's own: scenario, seed, difficulty ..."""
        self._write({"type": "opened", "version": _VERSION, "call": call, "rules": asdict(rules), "facts": dict(facts)})

    def stepped(self, event: Event, commands: Sequence[Command], wall_s: float) -> None:
        """A step. `wall_s`: the machine's seconds since the call began, for the latency report only."""
        entry = {"type": "step", "wall_s": round(wall_s, 4), "event": encode(event)}
        self._write({**entry, "commands": [encode(command) for command in commands]})

    def settled(self, turn: int, at: int, notes: JSON) -> None:
        self._write({"type": "settled", "turn": turn, "at": at, "notes": dict(notes)})

    def noted(self, name: str, at: int, data: JSON) -> None:
        self._write({"type": "noted", "name": name, "at": at, "data": dict(data)})

    def close(self) -> None:
        self._file.close()

    def _write(self, entry: Entry) -> None:
        self._file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":"), default=str) + "\n")
        self._file.flush()


def _mend_torn_end(path: Path) -> None:
    """A line cut off by a crash is cut out before anything is written behind it."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb+") as file:
        data = file.read()
        if not data.endswith(b"\n"):
            file.seek(data.rfind(b"\n") + 1, os.SEEK_SET)
            file.truncate()


def read_journal(path: Path) -> list[Entry]:
    """The entries up to the first line that is torn. Raises OSError if there is no such file."""
    entries: list[Entry] = []
    for line in path.read_bytes().split(b"\n")[:-1]:
        try:
            entry = json.loads(line)
        except ValueError:
            break
        if not isinstance(entry, dict):
            break
        entries.append(entry)
    return entries


def rules_of(entries: Sequence[Entry]) -> Rules:
    """The rules a call was held by. Figures that are new since then have their defaults."""
    opened = _opened(entries)
    known = {field.name for field in fields(Rules)}
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in opened.get("rules", {}).items()
        if key in known
    }
    return Rules(**values)


@dataclass(frozen=True, slots=True)
class Difference:
    """A step that went otherwise in the replay."""

    step: int
    event: Event
    then: list[Any]
    now: list[Any]


def replay(entries: Sequence[Entry], turn_end: TurnEnd = silence_needed_s) -> list[Difference]:
    """Give a conversation the journal's events again. Empty: it decided the same, bit by bit."""
    conversation = Conversation(rules_of(entries), turn_end)
    differences = []
    for index, (entry, event) in enumerate(_steps(entries)):
        now = [encode(command) for command in conversation.step(event)]
        if now != entry["commands"]:
            differences.append(Difference(index, event, entry["commands"], now))
    return differences


def record(entries: Sequence[Entry], turn_end: TurnEnd = silence_needed_s) -> CallRecord:
    """What is known of the call. One whose process died is brought to the end that the moment of dying makes of it."""
    opened = _opened(entries)
    commands = [command for entry, _ in _steps(entries) for command in entry["commands"]]
    ended: str | None = next((values["reason"] for name, values in commands if name == "End"), None)
    last_at = max((event.at for _, event in _steps(entries)), default=0)
    if ended is None:
        commands += _broken_off(entries, last_at, turn_end)
        ended = INTERRUPTED
    told = {values["turn"]: values for name, values in commands if name == "Tell"}
    in_order = sorted(told.values(), key=lambda tell: (tell["since"], tell["turn"]))
    places = {tell["turn"]: index for index, tell in enumerate(in_order)}
    speakers = _speakers(entries)
    decisions = tuple(
        Decision(places.get(entry["turn"], -1), seconds(entry["at"]), entry["notes"])
        for entry in entries
        if entry["type"] == "settled"
    )
    return CallRecord(
        id=str(opened.get("call", "")),
        scenario=str(opened.get("facts", {}).get("scenario", "")),
        turns=tuple(_turn(index, tell, speakers.get(tell["turn"], "")) for index, tell in enumerate(in_order)),
        decisions=decisions,
        ended=ended,
        duration_s=seconds(max([last_at, *(tell["until"] for tell in in_order)])),
        facts=opened.get("facts", {}),
    )


def _broken_off(entries: Sequence[Entry], last_at: int, turn_end: TurnEnd) -> list[list[Any]]:
    conversation = Conversation(rules_of(entries), turn_end)
    for _, event in _steps(entries):
        conversation.step(event)
    return [encode(command) for command in conversation.step(HungUp(last_at))]


def _speakers(entries: Iterable[Entry]) -> dict[int, str]:
    """Who said each of the customer's turns: an answer is told first and settled right after."""
    speakers: dict[int, str] = {}
    told: int | None = None
    for entry in entries:
        if entry["type"] == "step":
            tells = [values for name, values in entry["commands"] if name == "Tell" and values["who"] == "customer"]
            told = tells[-1]["turn"] if tells else None
        elif entry["type"] == "settled" and told is not None:
            speakers[told] = str(entry["notes"].get("speaker", ""))
    return speakers


def _turn(index: int, tell: JSON, speaker: str) -> Turn:
    words = tuple(Word(**word) for word in tell["words"])
    start_s, end_s = seconds(tell["since"]), seconds(max(tell["since"], tell["until"]))
    return Turn(index, tell["who"], tell["text"], start_s, end_s, words, tell["interrupted"], speaker)


def _opened(entries: Iterable[Entry]) -> Entry:
    return next((entry for entry in entries if entry.get("type") == "opened"), {})


def _steps(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Event]]:
    return ((entry, decode_event(entry["event"])) for entry in entries if entry.get("type") == "step")
