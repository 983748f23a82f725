"""Objections and questions: what the customer puts on the table, and whether it was answered or dodged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from personas.disclosing import asked_fact
from personas.intention import Intention
from personas.scenario import Objection, Question
from personas.script import number
from personas.state import Standing, mentions
from personas.thought import Thought

DODGES_INSISTED_ON = 2  # a third repetition sounds like a machine; the objection then just stands
CONCERNS = ("worr", "concern", "hesita", "hold you back", "holding you back", "stop you", "bother", "in the way")
# Moves by which one hears somebody out: they answer what was said, never what hasn't been said yet.
LISTENING = frozenset({
    "acknowledge", "empathise", "apologise", "summarise", "check_understanding", "ask_open_question", "follow_up",
    "ask_closed_question", "explore_objection", "quantify", "greet", "introduce_self", "answer_objection",
})  # fmt: skip


def strike_answered_questions(thought: Thought) -> None:
    """What the learner has said by themselves isn't asked for any more."""
    for question in thought.script.scenario.questions:
        if question.id not in thought.state.asked and thought.any_holds(question.answered_by):
            thought.state = replace(thought.state, asked=(*thought.state.asked, question.id))


def weigh_answer(thought: Thought) -> Intention | None:
    """Was what the customer last put on the table answered, or dodged?"""
    awaiting = thought.state.awaiting
    question = next((item for item in thought.script.scenario.questions if item.id == awaiting), None)
    if question is not None:
        return _weigh_question(thought, question)
    standing = standing_objections(thought)
    for item in [item for item in standing if item.id == awaiting] or standing:
        if thought.any_holds(item.answered_by):
            _mark(thought, item, "answered")
            thought.state = replace(thought.state, awaiting="")
            thought.note(f"objection {item.id} answered")
            thought.softened = item.id
            return None
        if item.id == awaiting:
            return _insist(thought, item)
    return None


def object_to_moves(thought: Thought) -> Intention | None:
    """An objection to what the learner just did, unless they have answered it in the same breath."""
    if thought.softened:
        return None
    triggered = [item for item in _unraised(thought) if item.when.triggered]
    for item in triggered:
        if not _explored(thought, item) and thought.holds(item.when) and _answered_ahead(thought, item):
            _mark(thought, item, "answered")
            thought.note(f"objection {item.id} answered before it was raised")
    return _raise_first(thought, _unraised(thought, triggered))


def soften(thought: Thought) -> Intention | None:
    item = next((item for item in thought.script.scenario.objections if item.id == thought.softened), None)
    return None if item is None else thought.intend("soften", item.answered)


def object_or_ask(thought: Thought) -> Intention | None:
    """A question of the customer's own, or an objection that the state of things calls for."""
    if thought.state.goal_reached:
        return None
    for question in thought.theirs(thought.script.scenario.questions):
        if question.id not in thought.state.asked and thought.holds(question.when):
            thought.state = replace(thought.state, asked=(*thought.state.asked, question.id))
            return thought.intend("ask", question.says, raises=question.id, awaiting=question.id)
    return _raise_first(thought, [item for item in _unraised(thought) if not item.when.triggered])


def standing_objections(thought: Thought) -> list[Objection]:
    """Those of who is on the line, in this call's own order."""
    seed = thought.script.seed
    theirs = [item for item in thought.theirs(thought.script.scenario.objections) if item.id in thought.standing()]
    return sorted(theirs, key=lambda item: number(seed, f"objection/{item.id}"))


def _insist(thought: Thought, item: Objection) -> Intention | None:
    if "acknowledge" in thought.turn.moves and thought.turn.asks and asked_fact(thought)[1]:
        return None
    dodges = thought.state.dodges.get(item.id, 0) + 1
    thought.state = replace(thought.state, dodges={**thought.state.dodges, item.id: dodges})
    thought.lose_patience(f"dodged the objection {item.id}")
    if dodges > DODGES_INSISTED_ON:
        thought.state = replace(thought.state, awaiting="")
        return None
    return thought.intend("insist", item.returns, raises=item.id, awaiting=item.id)


def _weigh_question(thought: Thought, question: Question) -> Intention | None:
    thought.state = replace(thought.state, awaiting="")
    answered = [thought.holds(when) for when in question.answered_by]
    if any(answered) or (not answered and not thought.turn.asks):
        return None
    dodges = thought.state.dodges.get(question.id, 0) + 1
    thought.state = replace(thought.state, dodges={**thought.state.dodges, question.id: dodges})
    thought.lose_patience(f"left my question {question.id} unanswered")
    if dodges > 1:
        return None
    return thought.intend("insist", question.again, raises=question.id, awaiting=question.id)


def _unraised(thought: Thought, among: Iterable[Objection] | None = None) -> list[Objection]:
    """In this call's own order. How many may come up depends on the difficulty; one that has to be answered for
    something to be agreed always may."""
    if thought.state.goal_reached:
        return []
    scene, standings = thought.script.scenario, thought.state.objections
    raised = [item for item, standing in standings.items() if standing != "unraised"]
    full = len(raised) >= thought.script.level.objections
    wanted = {item for agreement in scene.agreements for item in agreement.needs.answered}
    found = thought.theirs(scene.objections if among is None else among)
    found = [item for item in found if standings[item.id] == "unraised" and (not full or item.id in wanted)]
    return sorted(found, key=lambda item: number(thought.script.seed, f"objection/{item.id}"))


def _raise_first(thought: Thought, items: Iterable[Objection]) -> Intention | None:
    for item in items:
        when = item.when
        if _explored(thought, item):
            when = when.model_copy(update={"moves": (), "any": (), "words": ()})
        if thought.holds(when):
            _mark(thought, item, "standing")
            return thought.intend("object", item.says, raises=item.id, awaiting=item.id)
    return None


def _explored(thought: Thought, item: Objection) -> bool:
    """The learner asks what worries the customer, and this does."""
    return item.latent and thought.turn.asks and mentions(thought.turn.text, CONCERNS) > 0


def _answered_ahead(thought: Thought, item: Objection) -> bool:
    """Whether the turn that triggers an objection speaks to it already, by more than the words or moves that trigger
    it and by more than listening."""
    turn, trigger = thought.turn, item.when
    for when in item.answered_by:
        if not thought.holds(when) or not LISTENING.isdisjoint(when.moves):
            continue
        made = (set(when.moves) | turn.moves.intersection(when.any)) - LISTENING - {*trigger.moves, *trigger.any}
        said = [word for word in when.words if word not in trigger.words]
        if made or mentions(turn.text, said) > 0:
            return True
    return False


def _mark(thought: Thought, item: Objection, standing: Standing) -> None:
    marked: dict[str, Standing] = {**thought.state.objections, item.id: standing}
    thought.state = replace(thought.state, objections=marked)
