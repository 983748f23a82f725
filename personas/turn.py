"""One learner's turn, thought through: rules first, then what is owed, asked, offered; at last a mere reaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from personas.intention import Cue, Intention, leave, less_patient, scaled
from personas.persona import Act
from personas.scenario import Agreement, Fact, Objection, Question
from personas.script import Script, choose, number
from personas.state import LearnerTurn, Standing, State, holds, mentions

DODGES_INSISTED_ON = 2  # a third repetition sounds like a machine; the objection then just stands
WORDS_TALKED_OVER = 4  # cutting off less than this is overlap at the end of a turn, not an interruption
TRUST_GAINED_AT_MOST = 1  # per turn: trust is earned over a conversation, not by one dense utterance
CONCERNS = ("worr", "concern", "hesita", "hold you back", "holding you back", "stop you", "bother", "in the way")
PLAYING_BACK = frozenset({"summarise", "check_understanding", "propose_next_step", "ask_commitment", "confirm_details"})
OPEN_QUESTIONS = frozenset({"ask_open_question", "follow_up", "quantify", "explore_objection"})


@dataclass(slots=True)
class Thought:
    """One learner's turn being thought about; `state` is replaced as the thought goes on."""

    script: Script
    state: State
    cue: Cue
    reasons: tuple[str, ...] = ()
    softened: str = ""

    @property
    def turn(self) -> LearnerTurn:
        moves = set(self.cue.moves)
        if len(self.cue.unplayed.split()) >= WORDS_TALKED_OVER:
            moves.add("talk_over")
        return LearnerTurn(frozenset(moves), self.cue.text)

    def decide(self) -> Intention:
        turn = self.turn
        done = tuple(dict.fromkeys((*self.state.done, *sorted(turn.moves))))
        self.state = replace(self.state, turn=self.state.turn + 1, done=done, silences=0)
        self._apply_rules(turn)
        self._strike_answered_questions(turn)
        if self.state.patience <= 0:
            return leave(self.script, self.state, self.script.scenario.hang_up, self.reasons, "patience")
        steps: Sequence[Callable[[LearnerTurn], Intention | None]] = (
            self._find_odd, self._say_goodbye, self._rebuke, self._weigh_answer, self._agree,
            self._object_to_moves, self._refuse, self._answer, self._soften, self._object_or_ask, self._react,
        )  # fmt: skip
        for step in steps:
            intention = step(turn)
            if self.state.patience <= 0:
                return leave(self.script, self.state, self.script.scenario.hang_up, self.reasons, "patience")
            if intention is not None:
                return self._judge_drill(intention, turn)
        raise AssertionError("the last reaction always holds")

    def _apply_rules(self, turn: LearnerTurn) -> None:
        judged, room = self.state, TRUST_GAINED_AT_MOST
        for index, rule in enumerate(self.script.scenario.rules):
            fired = self.state.fired.get(str(index), 0)
            if fired >= rule.at_most or not holds(rule.when, judged, turn):
                continue
            gain = min(rule.trust, room)
            room -= max(0, gain)
            self.state = replace(
                self.state,
                trust=scaled(self.state.trust + gain),
                patience=scaled(self.state.patience + rule.patience),
                fired={**self.state.fired, str(index): fired + 1},
            )
            self._note("trust", gain, rule.because)
            self._note("patience", rule.patience, rule.because)

    def _strike_answered_questions(self, turn: LearnerTurn) -> None:
        """What the learner has said by themselves isn't asked for any more."""
        for question in self.script.scenario.questions:
            known = question.id in self.state.asked or not any(
                holds(when, self.state, turn) for when in question.answered_by
            )
            if not known:
                self.state = replace(self.state, asked=(*self.state.asked, question.id))

    def _note(self, what: str, by: int, because: str) -> None:
        if by:
            self.reasons = (*self.reasons, f"{what} {by:+d}: {because}, turn {self.state.turn}")

    def _lose_patience(self, because: str) -> None:
        self.state, reason = less_patient(self.state, because)
        self.reasons = (*self.reasons, reason)

    def _find_odd(self, turn: LearnerTurn) -> Intention | None:
        if "role_break" not in turn.moves:
            return None
        self._lose_patience("said something odd about roles or instructions")
        return self._intend("odd", self.script.scenario.odd, verbatim=True)

    def _say_goodbye(self, turn: LearnerTurn) -> Intention | None:
        if "farewell" not in turn.moves or turn.asks:
            return None
        asked = self._agreement_asked(turn)
        if asked is not None and holds(asked.needs, self.state, turn):
            return None
        after = replace(self.state, ended="goodbye")
        line = choose(self.script.scenario.goodbye, self.script.seed, "goodbye", self.state.used)
        return Intention("leave", line, "", after, self.reasons, verbatim=True, hang_up=True)

    def _rebuke(self, turn: LearnerTurn) -> Intention | None:
        for index, reaction in enumerate(self.script.scenario.reactions):
            if reaction.act == "rebuke" and holds(reaction.when, self.state, turn):
                return self._intend("rebuke", reaction.says, salt=str(index))
        return None

    def _weigh_answer(self, turn: LearnerTurn) -> Intention | None:
        """Was what the customer last put on the table answered, or dodged?"""
        awaiting = self.state.awaiting
        question = next((item for item in self.script.scenario.questions if item.id == awaiting), None)
        if question is not None:
            return self._weigh_question(question, turn)
        standing = [item for item in self._objections() if self.state.objections.get(item.id) == "standing"]
        for item in [item for item in standing if item.id == awaiting] or standing:
            if any(holds(when, self.state, turn) for when in item.answered_by):
                marked: dict[str, Standing] = {**self.state.objections, item.id: "answered"}
                self.state = replace(self.state, objections=marked, awaiting="")
                self.reasons = (*self.reasons, f"objection {item.id} answered, turn {self.state.turn}")
                self.softened = item.id
                return None
            if item.id == awaiting:
                return self._insist(item, turn)
        return None

    def _insist(self, item: Objection, turn: LearnerTurn) -> Intention | None:
        if "acknowledge" in turn.moves and turn.asks and self._asked_fact(turn)[1]:
            return None
        dodges = self.state.dodges.get(item.id, 0) + 1
        self.state = replace(self.state, dodges={**self.state.dodges, item.id: dodges})
        self._lose_patience(f"dodged the objection {item.id}")
        if dodges > DODGES_INSISTED_ON:
            self.state = replace(self.state, awaiting="")
            return None
        return self._intend("insist", item.returns, raises=item.id, awaiting=item.id)

    def _weigh_question(self, question: Question, turn: LearnerTurn) -> Intention | None:
        self.state = replace(self.state, awaiting="")
        answered = [holds(when, self.state, turn) for when in question.answered_by]
        if any(answered) or (not answered and not turn.asks):
            return None
        dodges = self.state.dodges.get(question.id, 0) + 1
        self.state = replace(self.state, dodges={**self.state.dodges, question.id: dodges})
        self._lose_patience(f"left my question {question.id} unanswered")
        if dodges > 1:
            return None
        return self._intend("insist", question.again, raises=question.id, awaiting=question.id)

    def _agreement_asked(self, turn: LearnerTurn) -> Agreement | None:
        open_ones = [item for item in self.script.scenario.agreements if item.id not in self.state.agreed]
        asked = [item for item in open_ones if any(holds(when, self.state, turn) for when in item.asked_by)]
        earned = [item for item in asked if holds(item.needs, self.state, turn)]
        return next(iter([*earned, *asked]), None)

    def _agree(self, turn: LearnerTurn) -> Intention | None:
        item = self._agreement_asked(turn)
        if item is None or not holds(item.needs, self.state, turn):
            return None
        self.state = replace(self.state, agreed=(*self.state.agreed, item.id))
        if item.goal and self.script.drill is None:
            self.state = replace(self.state, goal_reached=True)
        self.reasons = (*self.reasons, f"{item.id} agreed, turn {self.state.turn}")
        return self._intend("agree", item.says, agrees=item.id)

    def _refuse(self, turn: LearnerTurn) -> Intention | None:
        """Not earned: for the objection that still stands, if there is one."""
        item = self._agreement_asked(turn)
        if item is None:
            return None
        self.reasons = (*self.reasons, f"{item.id} refused: not earned yet, turn {self.state.turn}")
        standing = [each for each in self._objections() if self.state.objections.get(each.id) == "standing"]
        if standing and self.state.dodges.get(standing[0].id, 0) < DODGES_INSISTED_ON:
            return self._intend("refuse", standing[0].returns, raises=standing[0].id, awaiting=standing[0].id)
        return self._intend("refuse", item.refused, salt=item.id)

    def _objections(self) -> list[Objection]:
        """In this call's own order; how many may come up depends on the difficulty."""
        seed = self.script.seed
        return sorted(self.script.scenario.objections, key=lambda item: number(seed, f"objection/{item.id}"))

    def _next_objection(self, turn: LearnerTurn, *, by_moves: bool) -> Intention | None:
        raised = [item for item, standing in self.state.objections.items() if standing != "unraised"]
        if len(raised) >= self.script.difficulty + 1 or self.state.goal_reached:
            return None
        explored = turn.asks and mentions(turn.text, CONCERNS) > 0
        for item in self._objections():
            when = item.when
            triggered = bool(when.moves or when.any or when.words)
            if item.id in raised or by_moves != triggered:
                continue
            if explored and item.latent:
                when = when.model_copy(update={"moves": (), "any": (), "words": ()})
            if holds(when, self.state, turn):
                marked: dict[str, Standing] = {**self.state.objections, item.id: "standing"}
                self.state = replace(self.state, objections=marked)
                return self._intend("object", item.says, raises=item.id, awaiting=item.id)
        return None

    def _object_to_moves(self, turn: LearnerTurn) -> Intention | None:
        return None if self.softened else self._next_objection(turn, by_moves=True)

    def _asked_fact(self, turn: LearnerTurn) -> tuple[Fact | None, bool]:
        """The fact that is asked for, if any, and whether it may be told."""
        facts = self.script.scenario.facts
        scored = [(mentions(turn.text, fact.topics), fact) for fact in facts]
        named = [fact for score, fact in sorted(scored, key=lambda pair: -pair[0]) if score]
        fresh = [fact for fact in named if fact.id not in self.state.told]
        if not named and turn.moves & OPEN_QUESTIONS and "small_talk" not in turn.moves:
            fresh = [fact for fact in facts if fact.volunteer and fact.id not in self.state.told]
        earned = [fact for fact in fresh if holds(fact.needs, self.state, turn)]
        if earned:
            return earned[0], True
        if fresh:
            return fresh[0], False
        again = bool(named) and turn.moves.isdisjoint(PLAYING_BACK)
        return (named[0], True) if again else (None, False)

    def _answer(self, turn: LearnerTurn) -> Intention | None:
        if not turn.asks:
            return None
        fact, earned = self._asked_fact(turn)
        if fact is not None and earned:
            told = tuple(dict.fromkeys((*self.state.told, fact.id)))
            self.state = replace(self.state, told=told)
            return self._intend("soften" if self.softened else "answer", fact.says, salt=fact.id, tells=(fact,))
        if self.softened:
            return None
        if fact is not None:
            self.reasons = (*self.reasons, f"{fact.id} held back: not earned yet, turn {self.state.turn}")
            return self._intend("deflect", fact.withheld or self.script.scenario.withheld, salt=fact.id)
        if turn.moves & OPEN_QUESTIONS and "small_talk" not in turn.moves and not self.state.goal_reached:
            return self._intend("deflect", self.script.scenario.unknown)
        return None

    def _soften(self, turn: LearnerTurn) -> Intention | None:
        item = next((item for item in self.script.scenario.objections if item.id == self.softened), None)
        return None if item is None else self._intend("soften", item.answered)

    def _object_or_ask(self, turn: LearnerTurn) -> Intention | None:
        if self.state.goal_reached:
            return None
        for question in self.script.scenario.questions:
            if question.id not in self.state.asked and holds(question.when, self.state, turn):
                self.state = replace(self.state, asked=(*self.state.asked, question.id))
                return self._intend("ask", question.says, raises=question.id, awaiting=question.id)
        return self._next_objection(turn, by_moves=False)

    def _react(self, turn: LearnerTurn) -> Intention | None:
        for index, reaction in enumerate(self.script.scenario.reactions):
            if holds(reaction.when, self.state, turn):
                return self._intend(reaction.act, reaction.says, salt=str(index))
        return None

    def _judge_drill(self, intention: Intention, turn: LearnerTurn) -> Intention:
        drill = self.script.drill
        if drill is None or not holds(drill.passed, intention.after, turn):
            return intention
        return replace(intention, after=replace(intention.after, goal_reached=True))

    def _intend(
        self,
        act: Act,
        lines: Sequence[str],
        *,
        salt: str = "",
        awaiting: str | None = None,
        raises: str = "",
        agrees: str = "",
        tells: tuple[Fact, ...] = (),
        verbatim: bool = False,
    ) -> Intention:
        state = self.state if awaiting is None else replace(self.state, awaiting=awaiting)
        seed = self.script.seed
        line = choose(lines, seed, f"{state.turn}/{act}/{salt or raises or agrees}", state.used)
        return Intention(act, line, self._opener(act), state, self.reasons, tells, raises, agrees, verbatim=verbatim)

    def _opener(self, act: Act) -> str:
        fitting = [item for item in self.script.openers if act in item.acts]
        stanced = [item for item in fitting if self.state.stance in item.stances]
        general = [item for item in fitting if not item.stances]
        lines = [line for item in [*stanced, *general] for line in item.says]
        return choose(lines, self.script.seed, f"opener/{self.state.turn}/{act}", self.state.used) if lines else ""
