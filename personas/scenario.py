"""The situation: what the customer knows and wants, what must happen before they give it, and what they say.

Every list under a key such as `says` holds variants of one thing to get across, in the first person, well enough worded
to be spoken as they stand. `{name}` in a line stands for a value of `vary`, chosen anew for each call. `by` names the
person who knows, says or grants something where a call has two (`handover`); without it, it is whoever is on the line.
docs/scenarios.md is the guide for people who write these files.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from personas.persona import Act, Opener
from personas.yaml_text import Strict

Kind = Literal["sales", "service", "collections"]
Says = Annotated[tuple[str, ...], Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
Moves = tuple[str, ...]
Surroundings = Literal["office", "street", "call-centre", "none"]
SCALE_MAX = 10
FIGURES = ("before", "now")  # what `{before}` and `{now}` stand for in a claim's lines is known only in the call


class When(Strict):
    """A condition. Everything that is given must hold; an empty one always holds.

    `moves`, `any`, `without` look at the learner's turn; `done` and `never` at the call so far including it; `words`
    at the turn's text, each matching the start of a word ("deliver" fits "deliveries"; "late." fits only "late").
    `settled` asks that no objection is standing.
    """

    moves: Moves = ()
    any: Moves = ()
    without: Moves = ()
    done: Moves = ()
    never: Moves = ()
    words: tuple[str, ...] = ()
    trust: int | None = Field(default=None, ge=0, le=SCALE_MAX)
    trust_below: int | None = Field(default=None, ge=1, le=SCALE_MAX)
    patience_below: int | None = Field(default=None, ge=1, le=SCALE_MAX)
    told: tuple[Id, ...] = ()
    untold: tuple[Id, ...] = ()
    answered: tuple[Id, ...] = ()
    standing: tuple[Id, ...] = ()
    agreed: tuple[Id, ...] = ()
    settled: bool = False
    from_turn: int | None = Field(default=None, ge=1)
    before_turn: int | None = Field(default=None, ge=2)

    @property
    def triggered(self) -> bool:
        """Whether it looks at what the learner just did, and not just at the state of things."""
        return bool(self.moves or self.any or self.words)


class Fact(Strict):
    """Something that only the customer knows, told when it is asked for and its gate is open."""

    id: Id
    about: str
    topics: tuple[str, ...] = ()
    volunteer: bool = False
    needs: When = When()
    says: Says
    reveals: Says
    withheld: tuple[str, ...] = ()
    by: str = ""


class Objection(Strict):
    """A reason to say no. Raised when `when` holds, back when it is dodged, gone when one of `answered_by` holds.

    A `latent` one also comes out when the learner asks what worries the customer.
    """

    id: Id
    about: str
    when: When
    latent: bool = False
    answered_by: tuple[When, ...] = ()
    says: Says
    returns: Says
    answered: Says
    by: str = ""


class Question(Strict):
    """Something the customer wants to know. Asked once, and once more when it is not answered."""

    id: Id
    when: When
    answered_by: tuple[When, ...] = ()
    says: Says
    again: Says
    by: str = ""


class Agreement(Strict):
    """Something the customer can agree to or concede. Only `needs` opens it; `goal` marks what the call is for."""

    id: Id
    about: str
    goal: bool = False
    asked_by: tuple[When, ...] = Field(min_length=1)
    needs: When
    says: Says
    refused: Says
    by: str = ""


class Rule(Strict):
    """How a learner's turn changes the customer, and why. It fires at most `at_most` times in a call.

    With `upon` it is about a silence of the learner's, or a monologue that goes on; where a scenario has none for
    these, each costs one of patience.
    """

    when: When = When()
    upon: Literal["turn", "silence", "monologue"] = "turn"
    because: str
    trust: int = 0
    patience: int = 0
    at_most: int = Field(default=99, ge=1)


class Reaction(Strict):
    """What is said when a turn calls for nothing in particular. The first that holds is taken.

    A `rebuke` comes before anything else is answered; so does a `demand` (for a supervisor, say), once in a call.
    """

    when: When = When()
    act: Act = "react"
    says: Says
    by: str = ""


class Aside(Strict):
    """Something beside the point: the customer comes to it once, and `back` by themselves with their next turn."""

    id: Id
    when: When
    says: Says
    back: Says


class Hold(Strict):
    """The customer puts the caller on hold, once: the line is silent for `seconds`, then they are back.

    One that looks at the learner's turn ("what does the receipt say?") comes in place of an answer, others where
    nothing else is to be said.
    """

    id: Id
    when: When
    says: Says
    seconds: float = Field(default=6.0, ge=2.0, le=30.0)
    returns: Says


class Pause(Strict):
    """The customer says nothing to a turn, once, and waits. If the learner bears it, they go on with `says`; it costs
    no patience."""

    id: Id
    when: When
    says: Says


class Start(Strict):
    trust: int = Field(default=3, ge=0, le=SCALE_MAX)
    patience: int = Field(default=6, ge=1, le=SCALE_MAX)


class Handover(Strict):
    """Somebody else takes the phone: `says` is the first person's last line, `opening` the second's first."""

    when: When
    to: Id
    says: Says
    opening: Says
    start: Start = Start()


class Claim(Strict):
    """Something that the learner puts a figure on, beside one of `words`. Another figure later is called out, once.

    `{before}` and `{now}` stand for the two figures. What was answered of `reopens` (objections) stands again then.
    """

    id: Id
    about: str
    words: tuple[str, ...] = Field(min_length=1)
    says: Says
    reopens: tuple[Id, ...] = ()


class Promise(Strict):
    """Something that the learner may take on, in a sentence with one of `words`. If they take it back, it is called
    out, once, and what was answered of `reopens` (objections) stands again.
    """

    id: Id
    about: str
    words: tuple[str, ...] = Field(min_length=1)
    says: Says
    reopens: tuple[Id, ...] = ()


class TimeLimit(Strict):
    """The customer has to go: they say so after `turns` of the learner's turns, and leave a little later."""

    turns: int = Field(ge=4, le=40)
    warns: Says


class MomentStart(Start):
    """The customer's state when a drill begins; `by` says which person is on the line, where a call has two."""

    turn: int = Field(default=3, ge=1)
    told: tuple[Id, ...] = ()
    answered: tuple[Id, ...] = ()
    standing: tuple[Id, ...] = ()
    done: Moves = ()
    by: str = ""


class Moment(Strict):
    """A critical situation, practised alone as a drill: it starts with the customer's line.

    In a whole call it is under way while an objection that stands at its `start` stands, and where one of `when` holds
    for the state that the learner speaks into, unless `passed` holds already. `strong` and `weak` are what a learner
    might answer to the customer's line, well and badly: heard on demand, beside one's own answer.
    """

    id: Id
    title: str
    brief: str
    when: tuple[When, ...] = ()
    start: MomentStart
    says: Says
    passed: When
    strong: str = ""
    weak: str = ""


class Scenario(Strict):
    """One situation to practise. See the library for complete examples."""

    id: Id
    title: str
    kind: Kind
    summary: str
    goal: str
    persona: Id
    rubric: Id
    difficulty: int = Field(default=3, ge=1, le=5)
    minutes: int = Field(default=4, ge=1, le=30)
    learner_brief: Says
    situation: str
    surroundings: Surroundings = "none"
    start: Start = Start()
    vary: dict[str, Says] = Field(default_factory=dict)
    openers: tuple[Opener, ...] = ()
    opening: Says
    facts: tuple[Fact, ...] = ()
    objections: tuple[Objection, ...] = ()
    questions: tuple[Question, ...] = ()
    agreements: tuple[Agreement, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = Field(min_length=1)
    reactions: tuple[Reaction, ...] = Field(min_length=1)
    asides: tuple[Aside, ...] = ()
    holds: tuple[Hold, ...] = ()
    pauses: tuple[Pause, ...] = ()
    handover: Handover | None = None
    claims: tuple[Claim, ...] = ()
    promises: tuple[Promise, ...] = ()
    time: TimeLimit | None = None
    withheld: Says
    unknown: Says
    odd: Says
    silence: Says
    silence_end: Says
    monologue: Says
    returned: Says
    hang_up: Says
    goodbye: Says
    moments: tuple[Moment, ...] = Field(min_length=1)
