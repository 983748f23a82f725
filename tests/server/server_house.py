"""Calls laid down as a server leaves them, row, journal and tape, so that a test needs no line and no voices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from server.calls.switchboard import Switchboard
from server.storage.calls import CallStore, NewCall
from voice.audio import CUSTOMER_RATE, LEARNER_RATE
from voice.events import HungUp
from voice.journal_codec import encode
from voice.tape import Tape, finish_from_spool

SCENARIO = "cold-call-operations"
SAID = (
    ("customer", "Dana Whitfield, operations. Who's this?"),
    ("learner", "Hi Dana, this is Alex from Northwind. I'm calling out of the blue, do you have half a minute?"),
    ("customer", "Half a minute. I have trucks standing at dock four because the slots don't hold."),
    ("learner", "How do you plan the slots at your docks today, and what does a truck that waits cost you?"),
    ("customer", "By phone and a spreadsheet. Waiting costs us about forty dollars an hour."),
    ("learner", "So slots by phone, and forty dollars an hour of waiting. Have I got that right?"),
    ("customer", "That's right."),
    ("learner", "Would you be open to twenty minutes on Thursday at ten? I'll send the invite today."),
    ("customer", "Okay. Thursday at ten works."),
)


def lay_down(
    board: Switchboard,
    call_id: str,
    said: Sequence[tuple[str, str]] = SAID,
    *,
    tape: bool = False,
    scenario: str = SCENARIO,
    notes: Sequence[dict[str, Any]] | None = None,
    parent: str | None = None,
    parent_turn: int | None = None,
) -> None:
    """A call that is over. Turns last two seconds and leave half of one between them; `notes` are the director's of
    each of the customer's turns."""
    _row(board.store, board, call_id, scenario, len(said), parent, parent_turn)
    folder = board.folders.of(call_id)
    folder.make()
    write_journal(folder.journal, call_id, scenario, said, notes)
    if tape:
        record_tape(folder.tape, 2.5 * len(said) + 1)


def _row(
    store: CallStore,
    board: Switchboard,
    call_id: str,
    scenario: str,
    turns: int,
    parent: str | None,
    parent_turn: int | None,
) -> None:
    found = board.catalogue.scenarios[scenario]
    persona = board.catalogue.persona_of(found)
    shown = {key: getattr(persona, key) for key in ("id", "name", "role", "company", "pronoun")}
    store.create(NewCall(call_id, scenario, found.title, shown, found.rubric, None, 3, 7, parent, parent_turn))
    store.set_grade_state(call_id, "failed")  # a server that has just started would grade what is pending by itself
    store.finish(call_id, "ended", "hangup", 2.5 * turns + 1)


def write_journal(
    path: Path,
    call_id: str,
    scenario: str,
    said: Sequence[tuple[str, str]],
    notes: Sequence[dict[str, Any]] | None = None,
) -> None:
    facts = {"scenario": scenario, "seed": 7, "difficulty": 3}
    lines: list[dict[str, Any]] = [{"type": "opened", "version": 1, "call": call_id, "rules": {}, "facts": facts}]
    told = list(notes or ())
    for turn, (who, text) in enumerate(said):
        since, until = round((0.5 + 2.5 * turn) * LEARNER_RATE), round((2.5 + 2.5 * turn) * LEARNER_RATE)
        tell = {"turn": turn, "who": who, "text": text, "since": since, "until": until}
        words = _words(text, since / LEARNER_RATE, until / LEARNER_RATE)
        lines.append(_step(until, ["Tell", {**tell, "words": words, "interrupted": False}]))
        if who == "customer" and told:
            before = turn - 1 if turn else -1
            lines.append({"type": "settled", "turn": before, "at": since, "notes": told.pop(0)})
    end = round((2.5 * len(said) + 1) * LEARNER_RATE)
    lines.append(_step(end, ["End", {"reason": "hangup"}]))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _step(at: int, command: list[Any]) -> dict[str, Any]:
    return {"type": "step", "wall_s": at / LEARNER_RATE, "event": encode(HungUp(at)), "commands": [command]}


def _words(text: str, start_s: float, end_s: float) -> list[dict[str, Any]]:
    words = text.split()
    step = (end_s - start_s) / max(1, len(words))
    return [
        {"text": word, "start_s": start_s + step * place, "end_s": start_s + step * (place + 1)}
        for place, word in enumerate(words)
    ]


def record_tape(folder: Path, duration_s: float) -> Path:
    """Both sides take turns to hum, by the second."""
    tape = Tape(folder)
    tape_of(tape, duration_s)
    tape.close()
    return finish_from_spool(folder)


def tape_of(tape: Tape, duration_s: float) -> None:
    for second in range(int(duration_s)):
        loud = 9_000 * (second % 2)
        learner = np.sin(np.arange(LEARNER_RATE) * 0.09) * (9_000 - loud)
        customer = np.sin(np.arange(CUSTOMER_RATE) * 0.06) * loud
        tape.learner(second * LEARNER_RATE, learner.astype(np.int16))
        tape.customer(second * LEARNER_RATE, customer.astype(np.int16))
