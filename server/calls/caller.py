"""A learner who speaks recordings into a call, waits for each answer, and measures how the customer took part.

All times are the client's: when a sample was spoken, and when a sample was heard (through the player's jitter buffer).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.calls.client import WireClient
from server.calls.player import Heard, Player, at_s

OPENER = "opener"
SPEECH_FLOOR_DB = 25.0  # 10 ms frames within this of the loud ones (95th percentile) are speech

_RATE = 16_000
_FRAME = 160
_PICK_UP_S = 20.0  # ringing, and a first call's openers being made
_BARGE_IN_AFTER_S = 1.0  # of the customer's sound
_HANG_UP_S = 5.0


@dataclass(frozen=True, slots=True)
class Recording:
    """What the learner says: int16 at 16 kHz. Speech is from `first` to `last`, both samples of it."""

    name: str
    pcm: NDArray[np.int16]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One learner turn and the answer to it. None where there was nothing to measure.

    voice_to_voice_ms: the learner's last speech sample to the first audible customer sample after it. substance_ms: to
    the first audible sample whose origin isn't the opener. gap_ms: silence between the opener's last audible sample
    and what follows it. cut_in: an answer began to be heard before the learner's speech had ended. barge_in_ms, where
    the learner cut in: the learner's first speech sample to the customer's silence; duck_ms: to the customer being
    played softly, where the server asks for that first.
    """

    name: str
    voice_to_voice_ms: float | None
    substance_ms: float | None
    gap_ms: float | None
    barge_in_ms: float | None
    duck_ms: float | None
    cut_in: bool
    transcript: str
    reply: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A call that was spoken through. `unspoken` recordings were left when it ended."""

    turns: tuple[Measured, ...]
    greeting: str
    ended: str | None
    unspoken: int
    errors: tuple[str, ...]
    latest_frame_ms: float


@dataclass(frozen=True, slots=True)
class _Said:
    recording: Recording
    first_s: float
    last_s: float
    barged_into: int | None
    problem: str | None


def recording(name: str, pcm: NDArray[np.int16]) -> Recording:
    """Find the speech in `pcm` (16 kHz). Raises ValueError when there is none."""
    levels = _levels_db(pcm)
    loud = float(np.percentile(levels, 95)) if len(levels) else -96.0
    speech = np.flatnonzero(levels > max(loud - SPEECH_FLOOR_DB, -70.0))
    if loud < -60.0 or not len(speech):
        raise ValueError(f"{name}: holds no speech")
    return Recording(name, pcm, int(speech[0]) * _FRAME, min(len(pcm), (int(speech[-1]) + 1) * _FRAME) - 1)


async def converse(
    client: WireClient,
    recordings: Sequence[Recording],
    *,
    barge_in: Collection[int] = (),
    pause_s: float = 0.45,
    patience_s: float = 20.0,
    quiet_line_s: float = 2.0,
) -> Conversation:
    """Speak the recordings in order, each `pause_s` after the customer's turn was heard out, then hang up.

    Those whose index is in `barge_in` start 1.0 s into the customer's turn instead. An answer that doesn't come or end
    within `patience_s` is noted as the turn's problem, and the next recording is spoken. A customer who is silent for
    `quiet_line_s` at pick-up waits for the learner.
    """
    said: list[_Said] = []
    problem = None
    await client.until(lambda: client.state in ("listening", "speaking"), _PICK_UP_S)
    await client.until(lambda: bool(client.player.utterances), quiet_line_s)
    for index, spoken in enumerate(recordings):
        barged_into = None
        since_s = said[-1].last_s if said else 0.0
        if index in barge_in:
            barged_into = await _into_the_turn(client, since_s, patience_s)
            problem = None if barged_into is not None else "the customer wasn't speaking when it was to be cut into"
        if barged_into is None:
            heard_out = await _heard_out(client, since_s, patience_s, pause_s)
            if said and not heard_out and not client.over:
                said[-1] = _with_problem(said[-1], f"the customer's turn wasn't over after {patience_s:g} s")
        if client.over:
            break
        client.utterance = index
        start = client.speak(spoken.pcm)
        first_s, last_s = (start.start_s + sample / _RATE for sample in (spoken.first, spoken.last + 1))
        said.append(_Said(spoken, first_s, last_s, barged_into, problem if index in barge_in else None))
        await client.until(lambda: client.clock.now_s() >= last_s, len(spoken.pcm) / _RATE + 5.0)  # noqa: B023
    if said and not client.over:
        heard_out = await _heard_out(client, said[-1].last_s, patience_s, pause_s)
        if not heard_out and not client.over:
            said[-1] = _with_problem(said[-1], f"the customer's turn wasn't over after {patience_s:g} s")
    if not client.over:
        await client.hang_up()
        await client.until(lambda: False, _HANG_UP_S)  # until it is over
    return _conversation(client, said, len(recordings) - len(said))


async def _heard_out(client: WireClient, since_s: float, patience_s: float, pause_s: float) -> bool:
    """Wait until the customer has answered what was said by `since_s` and has been silent for `pause_s`."""

    def over() -> bool:
        answered = not since_s or any(start.at_s >= since_s for start in client.player.starts())
        return answered and client.state == "listening" and client.player.idle

    waited = await client.until(over, patience_s)
    while waited and not client.over:
        quiet_until_s = client.clock.now_s() + pause_s
        if not await client.until(lambda: not over(), pause_s):
            return True
        waited = await client.until(over, max(0.1, patience_s - (client.clock.now_s() - quiet_until_s)))
    return waited


async def _into_the_turn(client: WireClient, since_s: float, patience_s: float) -> int | None:
    """Wait until the customer's answer has been heard for a second; which utterance it is, None if it was shorter."""

    def under_way() -> bool:
        return any(
            start.at_s >= since_s and start.at_s + _BARGE_IN_AFTER_S <= client.clock.now_s()
            for start in client.player.starts()
        )

    if not await client.until(under_way, patience_s):
        return None
    current = client.player.current
    return current.number if current is not None and current.played else None


def _with_problem(said: _Said, problem: str) -> _Said:
    return _Said(said.recording, said.first_s, said.last_s, said.barged_into, problem)


def _conversation(client: WireClient, said: Sequence[_Said], unspoken: int) -> Conversation:
    limits = [*(turn.first_s for turn in said[1:]), float("inf")][: len(said)]
    turns = tuple(
        _measured(client, index, turn, limit) for index, (turn, limit) in enumerate(zip(said, limits, strict=True))
    )
    return Conversation(
        turns,
        _text(client, "customer", -1),
        client.ended,
        unspoken,
        tuple(f"{code}: {message}" for code, message in client.errors),
        round(client.latest_frame_ms, 1),
    )


def _measured(client: WireClient, index: int, said: _Said, limit_s: float) -> Measured:
    starts = [start for start in client.player.starts() if start.utterance != said.barged_into]
    answer = next((start for start in starts if said.last_s <= start.at_s < limit_s), None)
    transcript, problem = _text(client, "learner", index), said.problem
    if said.barged_into is not None and not transcript:  # taken for a nod: what is heard next is the same answer's rest
        answer, problem = None, problem or "the customer gave way and went on"
    substance = gap = None
    if answer is not None:
        substance, gap = _substance(client.player, answer, limit_s)
    return Measured(
        name=said.recording.name,
        voice_to_voice_ms=_ms(answer.at_s - said.last_s) if answer else None,
        substance_ms=_ms(substance.at_s - said.last_s) if substance else None,
        gap_ms=gap,
        barge_in_ms=_silence_after(client.player, said),
        duck_ms=_softly_after(client, said),
        cut_in=any(said.first_s <= start.at_s < said.last_s for start in starts),
        transcript=transcript,
        reply=_text(client, "customer", index),
        problem=problem or (None if answer else "no answer was heard"),
    )


def _substance(player: Player, answer: Heard, limit_s: float) -> tuple[Heard | None, float | None]:
    """The first audible sample of the answer that isn't the opener's, and the silence before it in ms."""
    opener_end_s = None
    for run in player.runs():
        samples = player.audible(run)
        if run.utterance == answer.utterance:
            samples = samples[samples >= answer.sample]
        elif run.start_s < answer.at_s:
            continue
        if not len(samples) or run.start_s >= limit_s:
            continue
        of_opener = player.utterances[run.utterance].of_origin(samples, OPENER)
        if not of_opener.all():
            first = int(np.argmin(of_opener))
            if first:
                opener_end_s = at_s(run, int(samples[first - 1]))
            when_s = at_s(run, int(samples[first]))
            gap = None if opener_end_s is None else _ms(when_s - opener_end_s)
            return Heard(run.utterance, int(samples[first]), when_s), gap
        opener_end_s = at_s(run, int(samples[-1]))
    return None, None


def _silence_after(player: Player, said: _Said) -> float | None:
    """How long the customer was still heard after the learner cut in, in ms; None where nothing was cleared."""
    if said.barged_into is None or player.utterances[said.barged_into].cleared_at_s is None:
        return None
    last_s = said.first_s
    for run in player.runs():
        if run.utterance == said.barged_into and len(samples := player.audible(run)):
            last_s = max(last_s, at_s(run, int(samples[-1])))
    return _ms(last_s - said.first_s)


def _softly_after(client: WireClient, said: _Said) -> float | None:
    """How long the customer went on at full volume after the learner cut in, in ms; None where nothing was ducked."""
    ducked_s = client.ducked_at_s.get(said.barged_into) if said.barged_into is not None else None
    return _ms(ducked_s - said.first_s) if ducked_s is not None and ducked_s >= said.first_s else None


def _text(client: WireClient, who: str, after: int) -> str:
    """What `who` said in the learner's turn `after` (-1: before the first). A customer's turn that was cut into is
    announced late, so it belongs to the learner's turn that stands before it in the transcript."""
    texts, belongs_to = [], -1
    for _, turn in sorted(client.turns.items()):
        if turn.who == "learner":
            belongs_to = turn.after
        if turn.who == who and belongs_to == after and turn.text:
            texts.append(turn.text)
    return " ".join(texts)


def _levels_db(pcm: NDArray[np.int16]) -> NDArray[np.float64]:
    frames = pcm[: len(pcm) // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME) / 32_768
    levels: NDArray[np.float64] = 10 * np.log10(np.maximum(np.mean(np.square(frames), axis=1), 1e-10))
    return levels


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
