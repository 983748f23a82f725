"""Signs in the timing: who starts while the other speaks, who leaves the line silent, who ends the call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rubrics.sighting import Seen
from rubrics.text import plain
from rubrics.transcript import Transcript
from voice.record import Turn

_OVERLAP_S = 0.3
_SILENCE_S = 6.0
_CALLS_OUT = re.compile(
    r"\b(?:hello (?:\? )?(?:\| )?(?:are you|is anybody|hello)|are you (?:still )?there|anybody there)\b"
)


def unfinished(call: Transcript, turn: Turn) -> bool:
    """The turn breaks off: it ends without a full stop in a transcript that sets them otherwise."""
    ended = sum(other.text.rstrip()[-1:] in ".?!" for other in call.turns)
    return ended >= 0.6 * len(call.turns) and turn.text.rstrip()[-1:] not in ".?!"


def interrupts(call: Transcript) -> Iterator[Seen]:
    """The learner starts while the customer is speaking, or the customer's turn breaks off before the learner's."""
    for place, turn in enumerate(call.turns):
        if turn.who != "learner":
            continue
        over = any(o.who == "customer" and o.end_s - turn.start_s >= _OVERLAP_S for o in call.turns[:place])
        before = call.before(turn)
        if over or (before is not None and unfinished(call, before)):
            yield Seen(turn)


def lets_finish(call: Transcript) -> Iterator[Seen]:
    if not any(interrupts(call)):
        for answer in call.learner:
            before = call.before(answer)
            if before is not None and len(before.text.split()) >= 5:
                yield Seen(answer)
                return


def line_silent(call: Transcript) -> Iterator[Seen]:
    """A long gap before the learner's turn, or a customer who calls into the silence."""
    last_end_s = None
    for turn in call.turns:
        if turn.who == "learner" and last_end_s is not None and turn.start_s - last_end_s >= _SILENCE_S:
            yield Seen(turn)
        if turn.who == "customer" and call.place(turn) > 1 and _CALLS_OUT.search(plain(turn.text)):
            yield Seen(turn)
        last_end_s = turn.end_s


def hangs_up(call: Transcript) -> Iterator[Seen]:
    if call.hung_up and call.customer:
        yield Seen(call.customer[-1])
