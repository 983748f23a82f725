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
    """One thing that a learner can do with an utterance. `description` is what docs/moves.md says that it is."""

    id: str
    title: str
    description: str
    family: Family
    harmful: bool = False


_ROWS: tuple[tuple[Family, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "opening",
        (
            ("greet", "Greets", "A greeting: hello, good morning, thanks for calling."),
            ("introduce_self", "Introduces themselves", "Own name or own company, as an introduction."),
            ("state_reason", "States the reason", "Says why they call or what this call is about."),
            (
                "ask_permission",
                "Asks for permission",
                "Asks whether the moment suits, or whether they may ask, go on, look, explain.",
            ),
            ("set_agenda", "Sets the agenda", "Says how the conversation will run: points, order, length."),
            ("small_talk", "Makes small talk", "Weather, weekend, how are you, the game."),
        ),
    ),
    (
        "discovery",
        (
            (
                "ask_open_question",
                "Asks an open question",
                "Invites a description: how, why, what happens, tell me about, walk me through.",
            ),
            ("ask_closed_question", "Asks a closed question", "Yes or no, either-or, one number or one fact."),
            ("follow_up", "Follows up", "A question that takes up something the customer has just said."),
            (
                "quantify",
                "Quantifies",
                "Asks how much, how many, how often, how long, what it costs; or works out what it adds up to.",
            ),
            (
                "ask_decision",
                "Asks about the decision",
                "Who decides or is involved, by what criteria, by when, with what budget.",
            ),
        ),
    ),
    (
        "listening",
        (
            (
                "acknowledge",
                "Acknowledges",
                'Shows that what was said has arrived: "I see", "right", "that makes sense", "fair enough", '
                "a repeated word.",
            ),
            (
                "summarise",
                "Summarises",
                "Plays back two points and more, or one in other words, of what the customer told.",
            ),
            (
                "check_understanding",
                "Checks understanding",
                'Asks whether they, or the customer, have got it right: "did I get that right?", "does that '
                'make sense?"',
            ),
        ),
    ),
    (
        "value",
        (
            (
                "tie_value",
                "Ties value to the customer",
                "Connects what is offered to something this customer said or has.",
            ),
            ("name_benefit", "Names a benefit", "What a customer gains: time, money, quiet, safety."),
            ("quote_price", "Quotes a price", "Names a price of the own offer."),
            (
                "offer_discount",
                "Offers a discount",
                "Lowers the price, or adds something for free, without asking for anything.",
            ),
            (
                "trade_concession",
                "Trades a concession",
                'Gives something only in return: "if you sign for two years, I can ...".',
            ),
            (
                "cite_proof",
                "Cites proof",
                "A named or described customer, a case, a measurement, a log, a document that a claim comes from.",
            ),
        ),
    ),
    (
        "objections",
        (
            (
                "answer_objection",
                "Answers an objection",
                "Something of substance that speaks to the concern in `before`.",
            ),
            (
                "explore_objection",
                "Explores an objection",
                'Asks what is behind the concern in `before`: "too expensive compared with what?", "what went wrong?"',
            ),
        ),
    ),
    (
        "closing",
        (
            (
                "propose_next_step",
                "Proposes a next step",
                "A meeting, trial, quote, visit, e-mail or call-back that somebody does next.",
            ),
            (
                "confirm_details",
                "Confirms details",
                "Restates dates, amounts, names or steps that were agreed or given.",
            ),
            (
                "ask_commitment",
                "Asks for commitment",
                "Asks the customer to say yes to something definite: a date, a payment, a sale, a step.",
            ),
            ("farewell", "Says goodbye", "Ends the call."),
        ),
    ),
    (
        "empathy",
        (
            ("empathise", "Empathises", "Recognises how it is for the customer: the feeling or the trouble."),
            ("apologise", "Apologises", "Says sorry for something that went wrong or was done."),
            ("reassure", "Reassures", "Takes a worry away: you're not in trouble, that's safe, you won't lose it."),
        ),
    ),
    (
        "ownership",
        (
            (
                "take_ownership",
                "Takes ownership",
                "Makes the matter theirs: I'll see to it myself, I'll stay on it, this is on us.",
            ),
            (
                "explain_action",
                "Explains the action",
                "Says what they are doing, what they found, what happened or what comes next and when.",
            ),
            (
                "offer_remedy",
                "Offers a remedy",
                "A refund, credit, waiver, replacement, repair or visit, for something that went wrong.",
            ),
            (
                "guide_step",
                "Guides through a step",
                'Tells the customer one thing to do now, and how: "press and hold the button on the back".',
            ),
            ("set_limit", "Sets a limit", "Says what can't be done, as a limit: \"I can't waive the whole fee\"."),
            (
                "escalate",
                "Brings in somebody else",
                "Brings in or connects to somebody else: supervisor, specialist, colleague.",
            ),
            ("ask_to_hold", "Asks to hold", "Asks or announces a wait on the line."),
        ),
    ),
    (
        "compliance",
        (
            (
                "verify_identity",
                "Verifies identity",
                "Asks for a detail that only the right person knows, or whether they speak to a named person.",
            ),
            (
                "read_disclosure",
                "Reads the disclosure",
                'The mandatory text, at least "this is an attempt to collect a debt" and its use, or "this '
                'call is recorded".',
            ),
            (
                "state_rights",
                "States rights",
                "Tells of a right: to dispute, to proof, to complain, to cancel, to a copy.",
            ),
            ("name_debt", "Names the debt", "Mentions that money is owed, how much, or to whom."),
            ("offer_options", "Offers options", "Two ways and more to choose from: to pay, to proceed, to meet."),
            (
                "ask_affordability",
                "Asks what is affordable",
                "Asks what the customer can manage to pay, or about income and outgoings for that.",
            ),
        ),
    ),
    (
        "harm",
        (
            (
                "pitch",
                "Pitches",
                "Describes the own company or product for two clauses and more, untied to this customer.",
            ),
            ("blame", "Blames", "Puts the fault on the customer, a colleague or another department."),
            ("jargon", "Uses jargon", "Terms of the trade or buzzwords that this customer wouldn't use."),
            ("unsupported_claim", "Claims without support", "A guarantee, superlative or figure without a basis."),
            ("disparage", "Runs down others", "Runs down a competitor or another supplier."),
            ("pressure", "Presses", 'Artificial deadlines, shaming, "you must", repeated asking after a no.'),
            ("threat", "Threatens", "Names or hints at harm to job, wages, property, credit, family or freedom."),
            (
                "dismiss",
                "Dismisses",
                'Belittles or waves aside what the customer says; "calm down"; "that\'s not our problem".',
            ),
            ("insult", "Insults", "Abuse of the customer."),
            ("role_break", "Breaks the role", "Talks about prompts, models, scores, being an AI, or swapped roles."),
            ("talk_over", "Talks over", "Speaks while the customer still has the floor."),
        ),
    ),
)

CATALOGUE: tuple[Move, ...] = tuple(
    Move(move, title, description, family, harmful=family == "harm")
    for family, rows in _ROWS
    for move, title, description in rows
)
MOVES: dict[str, Move] = {move.id: move for move in CATALOGUE}
TALK_OVER = "talk_over"
"""The one move that isn't in the words: the call's timing tells it."""

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
