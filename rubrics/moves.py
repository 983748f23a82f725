"""The catalogue of moves, and which of them an utterance makes. Read by the director and the judge alike.

Rules over plain text (`rubrics.text.plain`), so that transcripts without punctuation and half-finished partials are
read as well. Denial and reported speech undo a rule: "I can't promise" claims nothing, nor does "you said it's
guaranteed".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rubrics import move_rules_care, move_rules_compliance, move_rules_harm, move_rules_opening, move_rules_sales
from rubrics.move_rule import Rule, Utterance, makes
from rubrics.pairs import adjacency_moves
from rubrics.questions import question_moves
from rubrics.sources import proves_by_name

Family = Literal[
    "opening", "discovery", "listening", "value", "objections", "closing", "empathy", "ownership", "compliance", "harm"
]

Recognize = Callable[[str, str], Collection[str]]
"""The ids of the moves that a text makes, given what the customer said before it ("" where nothing was)."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that a learner can do with an utterance."""

    id: str
    title: str
    description: str
    family: Family
    harmful: bool = False


_ROWS: tuple[tuple[Family, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "opening",
        (
            ("greet", "Greets", "Opens with a greeting."),
            ("introduce_self", "Introduces themselves", "Gives their own name or company."),
            ("state_reason", "States the reason", "Says why they are calling."),
            ("ask_permission", "Asks for permission", "Asks whether the moment suits, or whether they may go on."),
            ("small_talk", "Makes small talk", "Weather, weekend, how are you."),
        ),
    ),
    (
        "discovery",
        (
            ("ask_open_question", "Asks an open question", "Invites a description: how, why, what follows."),
            ("ask_closed_question", "Asks a closed question", "Yes or no, either-or, one number or one fact."),
            ("follow_up", "Follows up", "A question that takes up what the customer just said."),
            ("quantify", "Quantifies", "Asks how much or how often, or works out what it adds up to."),
            ("ask_decision", "Asks about the decision", "Who decides, on what criteria, by when."),
        ),
    ),
    (
        "listening",
        (
            ("acknowledge", "Acknowledges", "Shows that what was said has arrived, at least in a word."),
            ("summarise", "Summarises", "Plays back what the customer told."),
            ("check_understanding", "Checks understanding", "Asks whether they have got it right."),
        ),
    ),
    (
        "value",
        (
            ("tie_value", "Ties value to the customer", "Connects a benefit to something the customer said."),
            ("name_benefit", "Names a benefit", "Says what the customer gains."),
            ("quote_price", "Quotes a price", "Names a price of their own offer."),
            ("offer_discount", "Offers a discount", "Lowers the price or adds something for free."),
            ("cite_proof", "Cites proof", "Says where a claim comes from: a case, a log, a measurement."),
        ),
    ),
    (
        "objections",
        (
            ("answer_objection", "Answers an objection", "Says something of substance to a concern just raised."),
            ("explore_objection", "Explores an objection", "Asks what is behind a concern."),
        ),
    ),
    (
        "closing",
        (
            ("propose_next_step", "Proposes a next step", "A meeting, trial, quote or call-back that somebody does."),
            ("confirm_details", "Confirms details", "Restates dates, amounts or names that were agreed."),
            ("ask_commitment", "Asks for commitment", "Asks the customer to say yes."),
            ("farewell", "Says goodbye", "Ends the call."),
        ),
    ),
    (
        "empathy",
        (
            ("empathise", "Empathises", "Recognises how the situation is for the customer."),
            ("apologise", "Apologises", "Says sorry for what went wrong."),
        ),
    ),
    (
        "ownership",
        (
            ("take_ownership", "Takes ownership", "Makes the problem theirs: I'll see to it myself."),
            ("explain_action", "Explains the action", "Says what they are doing, what happened, or what comes next."),
            ("offer_remedy", "Offers a remedy", "A refund, credit, waiver, replacement or visit."),
        ),
    ),
    (
        "compliance",
        (
            ("verify_identity", "Verifies identity", "Asks for a detail only the right person knows."),
            ("read_disclosure", "Reads the disclosure", "All three parts of the debt collection disclosure."),
            ("state_rights", "States rights", "Tells of a right: to dispute, to proof, to complain, to cancel."),
            ("name_debt", "Names the debt", "Mentions that money is owed, how much, or to whom."),
            ("offer_options", "Offers options", "Ways to pay or to proceed, to choose from."),
            ("ask_affordability", "Asks what is affordable", "Asks what the customer can manage."),
        ),
    ),
    (
        "harm",
        (
            ("pitch", "Pitches", "Describes the own company or product at length."),
            ("blame", "Blames", "Puts the fault on the customer or a colleague."),
            ("jargon", "Uses jargon", "Terms of the trade that a customer doesn't know."),
            ("unsupported_claim", "Claims without support", "A guarantee, superlative or figure without a basis."),
            ("pressure", "Presses", "Artificial deadlines, shaming, must-dos."),
            ("threat", "Threatens", "Names or hints at harm to job, wages, property, family or freedom."),
            ("dismiss", "Dismisses", "Belittles or waves aside what the customer says."),
            ("insult", "Insults", "Abuse of the customer."),
            ("role_break", "Breaks the role", "Talks about prompts, models, scores or swapped roles."),
        ),
    ),
)

CATALOGUE: tuple[Move, ...] = tuple(
    Move(move, title, description, family, harmful=family == "harm")
    for family, rows in _ROWS
    for move, title, description in rows
)
MOVES: dict[str, Move] = {move.id: move for move in CATALOGUE}

_RULES: tuple[Rule, ...] = (
    *move_rules_opening.RULES,
    *move_rules_sales.RULES,
    *move_rules_care.RULES,
    *move_rules_compliance.RULES,
    *move_rules_harm.RULES,
)
_ORDER = {move.id: place for place, move in enumerate(CATALOGUE)}


@lru_cache(maxsize=4096)
def recognize_moves(text: str, before: str = "") -> tuple[str, ...]:
    """The ids of the moves that `text` makes, in the catalogue's order; `before` is what the customer said before it.

    Usable on partials. Never raises; a text without words makes no move.
    """
    utterance = Utterance.read(text, before)
    if not utterance.plain:
        return ()
    found = {rule.move for rule in _RULES if makes(rule, utterance)}
    found |= question_moves(utterance)
    found |= adjacency_moves(utterance, found)
    found |= {"cite_proof"} if proves_by_name(text) else set()
    found |= move_rules_sales.pitching(utterance, found)
    found |= move_rules_compliance.compliance_moves(utterance)
    return tuple(sorted(found, key=_ORDER.__getitem__))
