"""The customer of one call: a scenario's director, its writer and guard, behind the seam a conversation knows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from personas.clauses import joined, pieces
from personas.director import account, decide, settle
from personas.intention import Cue, Intention
from personas.persona import Persona
from personas.prompt import Exchange
from personas.prosody import prosody_of
from personas.scenario import Scenario
from personas.script import Script, played_by, write_script
from personas.state import State, first_state, plain
from personas.writer import WordingAccount, Writer
from rubrics.moves import Recognize, recognize_moves
from server.models.llm import LanguageModel
from voice.customer import Heard, Line, Reply
from voice.record import JSON

WriterNow = Callable[[], Writer | None]
FIRST_CLAUSE_S = 1.4  # from the tail's text: behind an opener of 1.3 s at most a short silence is left
STALL_S = 2.5  # a clause takes about as long to speak
PATIENT_S = 25.0
DECISIONS_KEPT = 32  # speculative decisions of a turn or two; older ones can no longer be spoken
RETAKE_S = 1.4  # from a turn's end to the learner's going on: an opener has begun by 1.1 s; who speaks later cuts in
CUES = {
    "back": "(waits on the line)",
    "pick_up": "(picks up the phone)",
    "silence": "(says nothing)",
    "returned": "(the line was dead for a moment)",
}


def writer_of(model: LanguageModel, *, patient: bool = False) -> WriterNow:
    """The writer while the language model is ready, else None: asked anew at each turn, since models come and go.

    `patient` is for text that nobody listens to: a late first clause is then no reason for an authored line.
    """
    writer = Writer(
        model.client(),
        model.model_name,
        first_clause_s=PATIENT_S if patient else FIRST_CLAUSE_S,
        stall_s=PATIENT_S if patient else STALL_S,
        free=model.free,
        extra=model.words_body(),
    )
    return lambda: writer if model.status.state == "ready" else None


async def read_ahead(
    model: LanguageModel, scenario: Scenario, persona: Persona, others: Sequence[Persona] = ()
) -> None:
    """Have the model read what all calls of the scenario begin with, so that the first turn needn't wait for it; then
    what it begins with once somebody else has the phone."""
    writer = writer_of(model)()
    if writer is not None:
        script = write_script(scenario, persona, seed=0, others=others)
        for speaker in script.cast:
            await writer.prepare(played_by(script, speaker))


def _pieces(lines: Sequence[str]) -> list[str]:
    return [part for line in lines for part in pieces(line)]


@dataclass(slots=True)
class Decided:
    """What a reply came from: the cue, the intention, the state before it, and what it took to word."""

    cue: Cue
    intention: Intention
    before: State
    wording: WordingAccount = field(default_factory=WordingAccount)


class ScenarioCustomer:
    """Implements `voice.customer.Customer`.

    Raises KeyError for a drill that the scenario doesn't have, ValueError where somebody who gets the phone is missing.
    """

    def __init__(
        self,
        scenario: Scenario,
        persona: Persona,
        *,
        seed: int,
        difficulty: int | None = None,
        drill: str | None = None,
        writer: WriterNow | None = None,
        recognize: Recognize = recognize_moves,
        others: Sequence[Persona] = (),
    ) -> None:
        """`others` are those whom the scenario hands the phone to."""
        self.script: Script = write_script(
            scenario, persona, seed=seed, difficulty=difficulty, drill=drill, others=others
        )
        self.state: State = first_state(self.script)
        self.fallbacks = 0
        self._writer: WriterNow = writer or (lambda: None)
        self._recognize = recognize
        self._history: list[Exchange] = []  # with who is on the line: nobody else heard the others
        self._decided: dict[int, Decided] = {}
        self._last_key = 0
        self._reacted_at_s: float | None = None  # the end of a turn of whose answer just a reaction was heard

    @property
    def openers(self) -> Sequence[str]:
        """The line that this call begins with, the openers, then what may have to be said without notice."""
        state = first_state(self.script)
        first = decide(self.script, state, Cue("pick_up")).line
        return self._sayable(state.speaker, [first])

    def openers_of(self, speaker: str) -> Sequence[str]:
        """The same of somebody who gets the phone later."""
        handover = self.script.scenario.handover
        return self._sayable(speaker, () if handover is None else handover.opening)

    def _sayable(self, speaker: str, first: Sequence[str]) -> Sequence[str]:
        scene = self.script.scenario
        reactions = [line for opener in played_by(self.script, speaker).openers for line in opener.says]
        prompts = [*scene.silence, *scene.monologue, *scene.returned]
        return tuple(dict.fromkeys([*_pieces(first), *reactions, *_pieces(prompts)]))

    @property
    def speaker(self) -> str:
        """Who is on the line, by name."""
        return self._played.persona.name

    @property
    def _played(self) -> Script:
        return played_by(self.script, self.state.speaker)

    def decide(self, heard: Heard) -> Reply:
        before = self._history[-1].said if self._history else ""
        return self._plan(heard, tuple(self._recognize(heard.text, before)) if heard.occasion == "turn" else ())

    def relive(self, heard: Heard, moves: Sequence[str], said: str) -> JSON:
        """A turn of a former call: the same moves are recognised and the same words heard. Notes as of `settle`."""
        return self.settle(self._plan(heard, tuple(moves)), heard, said)

    def _plan(self, heard: Heard, moves: tuple[str, ...]) -> Reply:
        cue = Cue(heard.occasion, heard.text, moves, heard.silence_s, heard.duration_s, heard.unplayed, heard.end_s)
        intention = decide(self.script, self.state, cue)
        if self._takes_up(heard) and intention.line:
            intention = replace(intention, opener="")
        self._last_key += 1
        self._decided[self._last_key] = Decided(cue, intention, self.state)
        self._decided.pop(self._last_key - DECISIONS_KEPT, None)
        return Reply(
            self._last_key,
            opener=intention.opener,
            continues=bool(intention.line),
            hang_up=intention.hang_up,
            away_s=intention.away_s,
            speaker=played_by(self.script, intention.after.speaker).persona.name,
            prosody=prosody_of(intention),
            notes=account(self.script, cue, intention, self.state, intention.after),
        )

    def _takes_up(self, heard: Heard) -> bool:
        """The learner went on while the customer began to react: another reaction would sound like a stammer."""
        reacted_at_s = self._reacted_at_s
        return heard.occasion == "turn" and reacted_at_s is not None and heard.start_s - reacted_at_s <= RETAKE_S

    def decided(self, reply: Reply) -> Decided:
        """What one of the last replies came from. Raises KeyError for an older one."""
        return self._decided[reply.key]

    async def preview(self, text: str) -> None:
        writer = self._writer()
        if writer is not None:
            await writer.preview(self._played, tuple(self._history), text)

    async def words(self, reply: Reply) -> AsyncIterator[Line]:
        decided = self._decided[reply.key]
        intention = decided.intention
        writer = None if intention.verbatim else self._writer()
        if writer is None:
            for text in pieces(joined(intention.opener, intention.line)):
                yield Line(text, "authored")
            return
        history = tuple(self._history)
        decided.wording = WordingAccount()
        script = played_by(self.script, decided.before.speaker)
        async for piece in writer.words(script, decided.before, history, decided.cue.text, intention, decided.wording):
            yield Line(piece.text, piece.origin)

    def settle(self, reply: Reply, heard: Heard, said: str) -> JSON:
        decided = self._decided[reply.key]
        self.state = settle(decided.intention, decided.before, said)
        if self.state.speaker != decided.before.speaker:
            self._history.clear()
        self.fallbacks += decided.wording.fallback
        reaction = plain(decided.intention.opener)
        self._reacted_at_s = heard.end_s if plain(said) and reaction.startswith(plain(said)) else None
        caller = heard.text or CUES.get(heard.occasion, "")
        self._history.append(Exchange(caller, decided.intention.line, said))
        notes: dict[str, Any] = account(self.script, decided.cue, decided.intention, decided.before, self.state)
        notes["prosody"] = asdict(prosody_of(decided.intention))
        return {**notes, "heard": asdict(heard), "said": said, "wording": decided.wording.to_json()}
