"""Whether words could be a whole turn, read off a language model: the probability that it would close them there.

A true end is followed by a full stop, a question mark or a closing quotation with a probability of 0.2 and more in
nine of ten cases, a pause inside a sentence in one of twenty (`voice.turns`). The prompt is short and always begins
alike, so that a server which keeps its prompt cache reads the new words only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import structlog
from openai import APIStatusError, OpenAIError

from server.models.llm import LanguageModel

HEAD = (
    "Word-for-word transcript of a phone call. Every line is one complete turn.\n"
    'Customer: "Yes, this is Dana. What is it about?"\n'
    'Caller: "I\'m calling about your order, do you have a minute?"\n'
)
PLAIN_BEFORE = "Alright, go on."
FEWEST_WORDS = 6  # of the learner's last sentences; what came earlier tells little, and is read anew where it changes
BEFORE_CHARACTERS = 160  # of the customer's last words; more costs time and tells no more
CONSIDERED = 30  # likeliest next tokens; what closes a turn is among them or isn't worth counting
PATIENCE_S = 1.0  # later the answer is of no use
_OWN_MARKS = re.compile(r"[.?!…,;:\s\"]+$")  # a recogniser's, which it puts at any pause
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_CLOSING = re.compile(r"\s*[.?!\"]")

log = structlog.get_logger(__name__)


class ClosingJudge:
    """Implements `voice.engines.TextJudge` by an endpoint that completes text and tells its probabilities.

    An endpoint that can't is asked once and then left alone. Asked as a stream, so that a question that is withdrawn is
    left at once.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._able = True

    async def closing_probability(self, text: str, before: str) -> float | None:
        words = _OWN_MARKS.sub("", text)
        if not self._able or self._model.status.state != "ready":
            return None
        try:
            stream = await self._model.client().completions.create(
                model=self._model.model_name,
                prompt=prompt_of(words, before),
                max_tokens=1,
                temperature=0.0,
                logprobs=CONSIDERED,
                timeout=PATIENCE_S,
                stream=True,
                extra_body=self._model.question_body(),
            )
            async with stream:
                async for answer in stream:
                    if (closing := closing_of(answer.model_dump())) is not None:
                        return closing
        except APIStatusError as error:
            self._able = error.status_code >= 500
            log.info("turn_ends_without_language_model", status=error.status_code, for_good=not self._able)
            return None
        except (OpenAIError, OSError):
            return None
        return None


def prompt_of(words: str, before: str) -> str:
    said = " ".join((before or PLAIN_BEFORE).split())[-BEFORE_CHARACTERS:].replace('"', "'")
    return f'{HEAD}Customer: "{said}"\nCaller: "{latest(words)}'


def latest(words: str) -> str:
    """The last sentences of `words` that hold `FEWEST_WORDS` and more."""
    sentences = _SENTENCE_END.split(words)
    kept = sentences.pop()
    while sentences and len(kept.split()) < FEWEST_WORDS:
        kept = f"{sentences.pop()} {kept}"
    return kept


def closing_of(answer: dict[str, Any]) -> float | None:
    """The probability of what closes a turn, out of either form in which servers tell probabilities; None without."""
    logprobs = answer["choices"][0].get("logprobs") if answer.get("choices") else None
    if not logprobs:
        return None
    considered: Iterable[tuple[str, float]]
    if logprobs.get("content"):
        considered = ((each["token"], each["logprob"]) for each in logprobs["content"][0]["top_logprobs"])
    elif logprobs.get("top_logprobs"):
        considered = logprobs["top_logprobs"][0].items()
    else:
        return None
    return min(1.0, sum(math.exp(logprob) for token, logprob in considered if _CLOSING.match(token)))
