"""Facts and agreements: what the customer tells and grants, each only once its gate is open."""

from __future__ import annotations

from dataclasses import replace

from personas.intention import Intention
from personas.scenario import Agreement, Fact
from personas.state import mentions
from personas.thought import Thought

PLAYING_BACK = frozenset({"summarise", "check_understanding", "propose_next_step", "ask_commitment", "confirm_details"})
OPEN_QUESTIONS = frozenset({"ask_open_question", "follow_up", "quantify", "explore_objection"})
AGAIN = ("again", "repeat", "once more", "remind", "one more time")  # what asks for something that was told already


def agreement_asked(thought: Thought) -> Agreement | None:
    """What the learner asks the customer to agree to, an earned one first."""
    open_ones = [
        item for item in thought.theirs(thought.script.scenario.agreements) if item.id not in thought.state.agreed
    ]
    asked = [item for item in open_ones if thought.any_holds(item.asked_by)]
    earned = [item for item in asked if thought.holds(item.needs)]
    return next(iter([*earned, *asked]), None)


def agree(thought: Thought) -> Intention | None:
    item = agreement_asked(thought)
    if item is None or not thought.holds(item.needs):
        return None
    thought.state = replace(thought.state, agreed=(*thought.state.agreed, item.id))
    if item.goal and thought.script.drill is None:
        thought.state = replace(thought.state, goal_reached=True)
    thought.note(f"{item.id} agreed")
    return thought.intend("agree", item.says, agrees=item.id)


def refuse(thought: Thought) -> Intention | None:
    """Not earned."""
    item = agreement_asked(thought)
    if item is None:
        return None
    thought.note(f"{item.id} refused: not earned yet")
    return thought.intend("refuse", item.refused, salt=item.id)


def asked_fact(thought: Thought) -> tuple[Fact | None, bool]:
    """The fact that is asked for, if any, and whether it may be told.

    One that was told is told again, but once the call has come to its goal only where that is what is asked for.
    """
    turn, told = thought.turn, thought.state.told
    facts = thought.theirs(thought.script.scenario.facts)
    scored = [(mentions(turn.text, fact.topics), fact) for fact in facts]
    named = [fact for score, fact in sorted(scored, key=lambda pair: -pair[0]) if score]
    fresh = [fact for fact in named if fact.id not in told]
    if not named and turn.moves & OPEN_QUESTIONS and "small_talk" not in turn.moves:
        fresh = [fact for fact in facts if fact.volunteer and fact.id not in told]
    earned = [fact for fact in fresh if thought.holds(fact.needs)]
    if earned:
        return earned[0], True
    if fresh:
        return fresh[0], False
    over = thought.state.goal_reached and not mentions(turn.text, AGAIN)
    again = bool(named) and turn.moves.isdisjoint(PLAYING_BACK) and not over
    return (named[0], True) if again else (None, False)


def answer(thought: Thought) -> Intention | None:
    if not thought.turn.asks:
        return None
    fact, earned = asked_fact(thought)
    if fact is not None and earned:
        told = tuple(dict.fromkeys((*thought.state.told, fact.id)))
        thought.state = replace(thought.state, told=told)
        return thought.intend("soften" if thought.softened else "answer", fact.says, salt=fact.id, tells=(fact,))
    if thought.softened:
        return None
    scene = thought.script.scenario
    if fact is not None:
        thought.note(f"{fact.id} held back: not earned yet")
        return thought.intend("deflect", fact.withheld or scene.withheld, salt=fact.id)
    open_question = thought.turn.moves & OPEN_QUESTIONS and "small_talk" not in thought.turn.moves
    if open_question and not thought.state.goal_reached and thought.turn.moves.isdisjoint(PLAYING_BACK):
        return thought.intend("deflect", scene.unknown)
    return None
